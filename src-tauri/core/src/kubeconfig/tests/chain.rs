//! Which file is read and which is written: the same as with the real kubectl, side by side.

use std::path::PathBuf;

use super::fixture::{Home, entry, same_as_kubectl};
use crate::{
    context::ContextName,
    kubeconfig::{Kubeconfig, Locations, chain::Chain},
};

fn file(name: &str, current: &str) -> String {
    format!(
        "apiVersion: v1
clusters:
- cluster:
    server: https://{name}.example.com
  name: {name}
contexts:
- context:
    cluster: {name}
    user: {name}
  name: {name}
current-context: {current}
kind: Config
preferences: {{}}
users:
- name: {name}
  user:
    token: {name}
"
    )
}

fn files(locations: &Locations) -> Vec<PathBuf> {
    Chain::new(locations).files().to_vec()
}

#[test]
fn an_explicit_file_comes_before_the_list_and_the_list_before_home() {
    let mut locations = Locations {
        explicit: Some("/x".into()),
        kubeconfig_env: Some(std::env::join_paths(["/a", "", "/b", "/a"]).unwrap()),
        home: Some("/home/me".into()),
    };
    assert_eq!(files(&locations), [PathBuf::from("/x")]);
    locations.explicit = None;
    assert_eq!(files(&locations), [PathBuf::from("/a"), "/b".into()]);
    locations.kubeconfig_env = Some("".into());
    assert_eq!(files(&locations), [PathBuf::from("/home/me/.kube/config")]);
    locations.kubeconfig_env = Some(std::env::join_paths(["", ""]).unwrap());
    assert_eq!(files(&locations), Vec::<PathBuf>::new());
    assert_eq!(files(&Locations::default()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn the_current_context_is_written_where_kubectl_writes_it() {
    let (a, b, plain) = (file("a", "\"\""), file("b", "b"), file("a", "a"));
    for contents in [
        [Some(a.as_str()), Some(b.as_str())],
        [None, Some(&b)],
        [Some(&plain), Some(&b)],
        [Some(""), Some(&b)],
        [Some(&b), None],
    ] {
        same_as_kubectl(
            &contents,
            &[&["config", "use-context", "b"]],
            async |kubeconfig| {
                kubeconfig
                    .use_context(&ContextName::new("b"))
                    .await
                    .unwrap();
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_namespace_is_written_where_the_context_is() {
    let (a, b) = (file("a", "a"), file("b", "b"));
    for name in ["a", "b"] {
        same_as_kubectl(
            &[Some(&a), None, Some(&b)],
            &[&["config", "set-context", name, "--namespace=shop"]],
            async |kubeconfig| {
                let name = ContextName::new(name);
                kubeconfig.set_namespace(&name, Some("shop")).await.unwrap();
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_new_entry_goes_where_kubectl_puts_it() {
    let (a, b) = (file("a", "a"), file("b", "b"));
    for contents in [
        [Some(a.as_str()), Some(b.as_str())],
        [None, Some(&b)],
        [None, None],
        [Some(&b), None],
    ] {
        let (theirs, ours) = (Home::with(&contents), Home::with(&contents));
        theirs.ask_kubectl(&[
            "config",
            "set-cluster",
            "k3d-dev",
            "--server=https://127.0.0.1:6550",
        ]);
        ours.kubeconfig()
            .add_cluster(entry("dev"), false)
            .await
            .unwrap();
        let holding = |home: &Home| {
            let has = |content: &Option<String>| {
                content
                    .as_ref()
                    .is_some_and(|text| text.contains("k3d-dev"))
            };
            home.contents().iter().map(has).collect::<Vec<_>>()
        };
        assert_eq!(holding(&theirs), holding(&ours));
    }
}

#[tokio::test]
async fn no_file_at_all_is_an_empty_list_and_an_error_to_write() {
    let kubeconfig = Kubeconfig::new(&Locations::default(), "/nowhere");
    assert_eq!(kubeconfig.view().await, crate::context::Contexts::default());
    let error = kubeconfig
        .add_cluster(entry("dev"), true)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "no kubeconfig file is known");
}
