//! What leads nowhere is found, and exactly that is cleaned up.

use super::fixture::{Home, PERSONAL, entry, entry_at};
use crate::{
    cluster::ClusterName,
    kubeconfig::{Change, EntryKind, KubeconfigError, Orphan, OrphanReason},
};

const LITTER: &str = "\
clusters:
- {name: used, cluster: {server: 'https://used'}}
- name: lonely # of an old project
  cluster: {server: 'https://lonely'}
contexts:
- {name: whole, context: {cluster: used, user: me}}
- {name: no-cluster, context: {cluster: gone, user: me}}
- {name: no-user, context: {cluster: used, user: gone}}
users:
- {name: me, user: {token: t}}
- {name: nobody, user: {token: t}}
current-context: no-user
";

fn orphan(home: &Home, kind: EntryKind, name: &str, line: usize, reason: OrphanReason) -> Orphan {
    Orphan {
        kind,
        name: name.into(),
        file: home.file(0).to_owned(),
        line,
        reason,
    }
}

#[tokio::test]
async fn what_leads_nowhere_is_found_and_only_that_is_removed() {
    let home = Home::one(LITTER);
    let kubeconfig = home.kubeconfig();
    let orphans = kubeconfig.orphans(None).await;
    assert_eq!(
        orphans,
        [
            orphan(&home, EntryKind::Cluster, "lonely", 3, OrphanReason::Unused),
            orphan(
                &home,
                EntryKind::Context,
                "no-cluster",
                7,
                OrphanReason::NoCluster
            ),
            orphan(
                &home,
                EntryKind::Context,
                "no-user",
                8,
                OrphanReason::NoUser
            ),
            orphan(&home, EntryKind::User, "nobody", 11, OrphanReason::Unused),
        ]
    );
    kubeconfig.clean_up(orphans[..1].to_vec()).await.unwrap();
    let without_lonely = LITTER.replace(
        "- name: lonely # of an old project\n  cluster: {server: 'https://lonely'}\n",
        "",
    );
    assert_eq!(home.content(), without_lonely);
    // What is gone is not cleaned up again, nor anything beside it.
    let again = kubeconfig.clean_up(orphans.clone()).await;
    assert!(matches!(
        again,
        Err(KubeconfigError::NoLongerOrphan { kind: EntryKind::Cluster, name }) if name == "lonely"
    ));
    assert_eq!(home.content(), without_lonely);
    kubeconfig.clean_up(orphans[1..].to_vec()).await.unwrap();
    assert_eq!(
        home.content(),
        "\
clusters:
- {name: used, cluster: {server: 'https://used'}}
contexts:
- {name: whole, context: {cluster: used, user: me}}
users:
- {name: me, user: {token: t}}
current-context: \"\"
"
    );
    assert_eq!(kubeconfig.orphans(None).await, []);
    kubeconfig.undo().await.unwrap();
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), LITTER);
}

#[tokio::test]
async fn an_entry_that_is_used_again_stays() {
    let home = Home::one(LITTER);
    let orphans = home.kubeconfig().orphans(None).await;
    home.ask_kubectl(&["config", "set-context", "new", "--cluster=lonely"]);
    let before = home.content();
    let refused = home.kubeconfig().clean_up(orphans).await;
    assert!(
        matches!(refused, Err(KubeconfigError::NoLongerOrphan { .. })),
        "{refused:?}"
    );
    assert_eq!(home.content(), before);
}

#[tokio::test]
async fn local_clusters_whose_containers_are_gone_are_dead_only_to_an_engine_that_answered() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), false).await.unwrap();
    let one = home.content();
    kubeconfig.add_cluster(entry("dead"), true).await.unwrap();
    let dev = ClusterName::observed("dev");
    assert_eq!(kubeconfig.orphans(None).await, []);
    let dead = kubeconfig.orphans(Some(std::slice::from_ref(&dev))).await;
    let found: Vec<_> = dead
        .iter()
        .map(|orphan| (orphan.kind, orphan.name.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (EntryKind::Cluster, "k3d-dead"),
            (EntryKind::Context, "k3d-dead"),
            (EntryKind::User, "admin@k3d-dead"),
        ]
    );
    let reason = OrphanReason::ClusterGone {
        cluster: ClusterName::observed("dead"),
    };
    assert!(dead.iter().all(|orphan| orphan.reason == reason));
    let change = kubeconfig.clean_up(dead).await.unwrap();
    assert!(matches!(change, Change::Written { .. }));
    assert_eq!(
        home.content(),
        one.replace("current-context: 'prod'", "current-context: ''")
    );
}

#[tokio::test]
async fn a_cluster_of_someone_elses_that_is_called_like_ours_is_never_dead() {
    let home = Home::one(PERSONAL);
    let foreign = entry_at("dev", "https://k3d.example.com").standalone();
    let text = secrecy::ExposeSecret::expose_secret(&foreign).replace("k3tray", "company");
    std::fs::write(home.file(0), &text).unwrap();
    assert_eq!(home.kubeconfig().orphans(Some(&[])).await, []);
}
