//! The tray's list of contexts and kubectl's current context are one.

use std::time::Instant;

use k3tray_tests::desktop::Line;

use crate::{
    desk::Desk,
    scene::{finish, kubectl, patience, say},
};

/// A kubeconfig with three clusters of somebody else.
const THREE: &str = "\
apiVersion: v1
kind: Config
current-context: alpha
clusters:
- {name: one, cluster: {server: \"https://one.example\"}}
contexts:
- {name: alpha, context: {cluster: one, user: me}}
- {name: beta_2, context: {cluster: one, user: me}}
- {name: gamma, context: {cluster: one, user: me}}
users:
- {name: me, user: {}}
";

#[tokio::test]
async fn a_context_chosen_in_the_tray_is_kubectls_and_one_chosen_by_kubectl_is_the_trays() {
    let desk = Desk::new("dcontext").await;
    let file = desk.sandbox.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, THREE).unwrap();
    let (_app, item, menu) = desk.app().await;
    let chosen = |name: &'static str| {
        move |menu: &Line| {
            let contexts = menu.find(&[&format!("Context: {name}")])?;
            (contexts.chosen() == Some(name)).then(|| contexts.clone())
        }
    };
    let contexts = menu
        .until("the contexts", patience(), chosen("alpha"))
        .await;
    assert_eq!(
        contexts.to_string(),
        "(x) alpha\n( ) beta_2\n( ) gamma\n--\nSearch…\nAll contexts…\n"
    );

    menu.click(&["Context: ", "beta_2"], patience()).await;
    menu.until("`beta_2` to be chosen", patience(), chosen("beta_2"))
        .await;
    assert_eq!(desk.current_context().await.as_deref(), Some("beta_2"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        text,
        THREE.replace("current-context: alpha", "current-context: beta_2")
    );

    finish(desk.sandbox.kubectl(["config", "use-context", "gamma"]))
        .await
        .ended(0);
    let switched = Instant::now();
    menu.until("`gamma` to be chosen", patience(), chosen("gamma"))
        .await;
    say(&format!(
        "the tray followed `kubectl config use-context` in {} ms",
        switched.elapsed().as_millis()
    ));
    assert_eq!(item.tooltip().await.1, "No clusters\nContext: gamma");

    kubectl(&desk.sandbox, &["config", "unset", "current-context"]).await;
    let none = |menu: &Line| {
        let contexts = menu.find(&["Context: none"])?;
        contexts.chosen().is_none().then_some(())
    };
    menu.until("no context to be chosen", patience(), none)
        .await;
}
