//! What was done to the kubeconfig, by whoever, is listed in the window and taken back there to the byte.

use k3tray_tests::{artefacts, desktop::Line, eventually};

use crate::{
    desk::Desk,
    scene::{finish, patience},
};

/// A kubeconfig with three contexts of somebody else, written as no program would.
const THREE: &str = "\
# by hand
current-context:   alpha   # for now
clusters: [{name: one, cluster: {server: \"https://one.example\"}}]
contexts:
- {name: alpha, context: {cluster: one, user: me}}
- {name: beta, context: {cluster: one, user: me}}
- {name: gamma, context: {cluster: one, user: me}}
users:
- {name: me, user: {token: not-a-token}}
";

/// The row of a change.
fn row(words: &str) -> String {
    format!("//*[@data-change][contains(., '{words}')]")
}

#[tokio::test]
async fn every_change_is_listed_and_undone_or_restored_in_the_window_to_the_byte() {
    let desk = Desk::new("dhistory").await;
    let file = desk.sandbox.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, THREE).unwrap();
    let content = || std::fs::read_to_string(&file).unwrap();
    let (app, _item, menu) = desk.app().await;
    let current = async |name: &'static str| {
        let chosen = |menu: &Line| {
            let contexts = menu.find(&[&format!("Context: {name}")])?;
            (contexts.chosen() == Some(name)).then_some(())
        };
        menu.until(&format!("`{name}` to be chosen"), patience(), chosen)
            .await;
    };
    current("alpha").await;

    finish(desk.sandbox.kubectl(["config", "use-context", "beta"]))
        .await
        .ended(0);
    current("beta").await;
    let kubectls = content();
    menu.click(&["Context: ", "gamma"], patience()).await;
    current("gamma").await;
    assert_ne!(content(), kubectls);

    menu.click(&["Context: ", "All contexts…"], patience())
        .await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.click("//button[normalize-space()='History']").await;
    window.see(&row("Switched to gamma")).await;
    window.see("//pre/ins[.='+current-context: gamma']").await;
    window.click(&row("Changed by another program")).await;
    window.see("//pre/ins[.='+current-context: beta']").await;
    let page = window.run("return document.body.innerText").await;
    assert!(!page.to_string().contains("not-a-token"), "{page}");
    window
        .picture(&artefacts::path("desktop/history.png"))
        .await;

    window
        .click("//button[normalize-space()='Undo latest change']")
        .await;
    let told = |asked: &str| asked.contains("beta becomes the current context.");
    window.see_text("dialog", told).await;
    window
        .click("//dialog//button[normalize-space()='Undo']")
        .await;
    current("beta").await;
    assert_eq!(content(), kubectls);
    window.see(&row("Undid change 2")).await;

    // What undid it is undone by the offer that comes with it.
    window.click("//button[normalize-space()='Redo']").await;
    current("gamma").await;

    window.click(&row("Changed by another program")).await;
    window.click("//button[normalize-space()='Restore…']").await;
    let told = |asked: &str| asked.contains("The 3 changes made since then go with it.");
    window.see_text("dialog", told).await;
    window
        .picture(&artefacts::path("desktop/history-restore.png"))
        .await;
    window
        .click("//dialog//button[normalize-space()='Restore']")
        .await;
    eventually("the first bytes", patience(), async || {
        (content() == THREE).then_some(())
    })
    .await;
    current("alpha").await;
}
