//! Which entries are ours, and that no other is ever touched.

use super::fixture::{Home, PERSONAL, entry, entry_at};
use crate::{
    cluster::ClusterName,
    context::ContextName,
    error::{Code, Explain},
    kubeconfig::{Change, KubeconfigError},
};

/// As k3d writes it, with `server` for its API.
fn by_k3d(server: &str) -> String {
    format!(
        "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: T0xE
    server: {server}
  name: k3d-dev
contexts:
- context:
    cluster: k3d-dev
    user: admin@k3d-dev
  name: k3d-dev
current-context: k3d-dev
kind: Config
users:
- name: admin@k3d-dev
  user:
    client-certificate-data: T0xE
    client-key-data: T0xE
"
    )
}

#[tokio::test]
async fn k3ds_entries_are_brought_up_to_date_in_place() {
    let home = Home::one(&by_k3d("https://0.0.0.0:4711"));
    let change = home
        .kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    assert_eq!(
        change,
        Change::Written {
            files: vec![home.file(0).to_owned()]
        }
    );
    let expected = by_k3d("https://127.0.0.1:6550")
        .replacen("T0xE", "QVVUSE9SSVRZ", 1)
        .replacen("T0xE", "Q0VSVElGSUNBVEU=", 1)
        .replacen("T0xE", "U0VDUkVULUtFWQ==", 1)
        .replace(
            ":6550\n",
            ":6550\n    extensions:\n    - extension:\n        provider: k3tray\n      name: k3tray\n",
        );
    assert_eq!(home.content(), expected);
}

#[tokio::test]
async fn a_persons_entry_of_our_name_is_a_conflict_and_stays() {
    let far = by_k3d("https://10.1.2.3:6443");
    let own_user = by_k3d("https://127.0.0.1:1").replace("client-key-data: T0xE", "token: mine");
    let own_context = by_k3d("https://127.0.0.1:1").replace("user: admin@k3d-dev", "user: me");
    for (content, kind, name) in [
        (&far, "cluster", "k3d-dev"),
        (&own_user, "user", "admin@k3d-dev"),
        (&own_context, "context", "k3d-dev"),
    ] {
        let home = Home::one(content);
        let error = home
            .kubeconfig()
            .add_cluster(entry("dev"), true)
            .await
            .unwrap_err();
        assert_eq!(error.code(), Code::NameTaken);
        match error {
            KubeconfigError::Conflict {
                kind: found,
                name: of,
                file,
            } => assert_eq!(
                (found, of.as_str(), file.as_path()),
                (kind, name, home.file(0))
            ),
            other => panic!("{other:?}"),
        }
        assert_eq!(&home.content(), content);
    }
    let home = Home::one(&far);
    let dev = ClusterName::observed("dev");
    assert_eq!(
        home.kubeconfig().remove_cluster(&dev).await.unwrap(),
        Change::Unchanged
    );
    assert_eq!(home.content(), far);
}

#[tokio::test]
async fn a_remote_engines_cluster_is_known_by_its_mark_or_its_host() {
    let remote = by_k3d("https://10.1.2.3:6443");
    let dev = ClusterName::observed("dev");
    let home = Home::one(&remote);
    let knowing = home.kubeconfig().with_engine_host("10.1.2.3");
    assert!(matches!(
        knowing.remove_cluster(&dev).await.unwrap(),
        Change::Written { .. }
    ));

    let home = Home::one(PERSONAL);
    let far = entry_at("dev", "https://10.9.9.9:6443");
    home.kubeconfig().add_cluster(far, false).await.unwrap();
    home.kubeconfig().remove_cluster(&dev).await.unwrap();
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn removing_clears_the_current_context_only_where_it_was_ours() {
    let dev = ClusterName::observed("dev");
    let home = Home::one(PERSONAL);
    home.kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    assert_eq!(home.ask_kubectl(&["config", "current-context"]), "k3d-dev");
    home.kubeconfig().remove_cluster(&dev).await.unwrap();
    assert_eq!(home.content(), PERSONAL.replace("'prod'", "''"));

    let home = Home::one(PERSONAL);
    home.kubeconfig()
        .add_cluster(entry("dev"), false)
        .await
        .unwrap();
    home.kubeconfig().remove_cluster(&dev).await.unwrap();
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn the_next_files_current_context_never_takes_over() {
    let first = by_k3d("https://127.0.0.1:1");
    let home = Home::with(&[Some(&first), Some(PERSONAL)]);
    let dev = ClusterName::observed("dev");
    home.kubeconfig().remove_cluster(&dev).await.unwrap();
    let contexts = home.kubeconfig().view().await;
    assert_eq!(contexts.current, Some(ContextName::new("k3d-dev")));
    assert!(
        contexts
            .all
            .iter()
            .all(|context| context.name.as_str() != "k3d-dev")
    );
    assert_eq!(home.contents()[1].as_deref(), Some(PERSONAL));
    let refused = home.kubectl(&["get", "pods", "--request-timeout=1s"]);
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(message.contains("k3d-dev"), "{message}");
}

#[tokio::test]
async fn secrets_are_in_the_file_and_nowhere_else() {
    let home = Home::one(&PERSONAL.replace("https://prod", "https://root:hunter2@prod"));
    let kubeconfig = home.kubeconfig();
    let entry = entry("dev");
    let standalone = format!("{entry:?}{:?}", entry.standalone());
    let change = kubeconfig.add_cluster(entry, true).await.unwrap();
    let seen = format!(
        "{standalone}{change:?}{kubeconfig:?}{:?}",
        kubeconfig.view().await
    );
    for secret in [
        "hunter2", "S3CR3T", "U0VDUkVU", "Q0VSVE", "QVVUSE", "UFJPRA",
    ] {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
    assert!(seen.contains("https://prod.example.com"));
}
