//! Kubeconfigs in extra folders: listed, never read by kubectl, never written unasked.

use std::fs;

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    cluster::ClusterName,
    context::ContextName,
    kubeconfig::{Change, Kubeconfig, KubeconfigError},
};

/// What every kubeadm cluster calls itself.
fn kubeadm(server: &str) -> String {
    format!(
        "apiVersion: v1
clusters:
- cluster:
    server: https://{server}:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: kubernetes-admin
  name: {server}
kind: Config
users:
- name: kubernetes-admin
  user:
    token: {server}
current-context: {server}
"
    )
}

fn home() -> (Home, std::path::PathBuf) {
    let home = Home::one(PERSONAL);
    let folder = home.path().join("more");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("one"), kubeadm("one")).unwrap();
    fs::write(folder.join("two.yaml"), kubeadm("two")).unwrap();
    (home, folder)
}

fn kubeconfig(home: &Home, folder: &std::path::Path) -> Kubeconfig {
    home.kubeconfig().with_folders([folder.to_owned()])
}

#[tokio::test]
async fn each_file_of_a_folder_stands_for_itself_after_the_chain() {
    let (home, folder) = home();
    // A name that the chain has already, a note, a lock, a folder, and the chain's own file again.
    fs::write(folder.join("three"), kubeadm("prod")).unwrap();
    fs::write(
        folder.join("README"),
        "clusters of the team: see the wiki\n",
    )
    .unwrap();
    fs::write(folder.join("one.lock"), "").unwrap();
    fs::create_dir(folder.join("cache")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.file(0), folder.join("config")).unwrap();
    fs::write(folder.join("broken"), "clusters: [\ncontexts:\n").unwrap();
    let listed = kubeconfig(&home, &folder).view().await;
    assert_eq!(listed.current, Some(ContextName::new("prod")));
    let found: Vec<_> = listed
        .all
        .iter()
        .map(|context| {
            let server = context.server.as_deref().unwrap_or_default();
            (context.name.as_str(), server, context.extra)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("prod", "https://prod.example.com", false),
            ("kind-test", "https://127.0.0.1:40001", false),
            ("one", "https://one:6443", true),
            ("two", "https://two:6443", true),
        ]
    );
    let problems: Vec<_> = listed
        .problems
        .iter()
        .map(|problem| &problem.file)
        .collect();
    assert_eq!(problems, [&folder.join("broken")]);
}

#[tokio::test]
async fn a_context_that_kubectl_does_not_know_cannot_become_the_current_one() {
    let (home, folder) = home();
    let change = kubeconfig(&home, &folder)
        .use_context(&ContextName::new("one"))
        .await;
    match change {
        Err(KubeconfigError::OutsideChain { context, file }) => {
            assert_eq!(context, ContextName::new("one"));
            assert_eq!(file, folder.join("one"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn a_file_of_a_folder_is_written_only_where_its_entry_is_edited() {
    let (home, folder) = home();
    let kubeconfig = kubeconfig(&home, &folder);
    // Even a cluster of ours in it stays, and its lock is nobody's business.
    fs::write(folder.join("two.yaml.lock"), "").unwrap();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    let dev = ClusterName::observed("dev");
    kubeconfig.remove_cluster(&dev).await.unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("one")).unwrap(),
        kubeadm("one")
    );
    let one = ContextName::new("one");
    let change = kubeconfig.set_namespace(&one, Some("shop")).await.unwrap();
    let files = vec![folder.join("one")];
    assert_eq!(change, Change::Written { files });
    assert_eq!(
        fs::read_to_string(folder.join("one")).unwrap(),
        kubeadm("one").replace(
            "    user: kubernetes-admin\n",
            "    user: kubernetes-admin\n    namespace: shop\n"
        )
    );
    kubeconfig.undo().await.unwrap();
    assert_eq!(
        fs::read_to_string(folder.join("one")).unwrap(),
        kubeadm("one")
    );
    assert_eq!(
        fs::read_to_string(folder.join("two.yaml")).unwrap(),
        kubeadm("two")
    );
}
