//! What leads nowhere is found, and exactly that is cleaned up.

use std::fs;

use super::fixture::{Home, PERSONAL, entry, entry_at};
use crate::{
    cluster::ClusterName,
    context::ContextName,
    kubeconfig::{Change, EntryKind, Kubeconfig, KubeconfigError, Locations, Orphan, OrphanReason},
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
        extra: false,
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

/// A cluster whose context is in the other file, and a user that none names.
const CLUSTERS: &str = "\
clusters:
- {name: shared, cluster: {server: 'https://shared'}}
users:
- {name: me, user: {token: t}}
contexts:
- {name: mine, context: {cluster: elsewhere, user: me}}
";

const CONTEXTS: &str = "\
contexts:
- {name: theirs, context: {cluster: shared, user: me}}
clusters:
- {name: elsewhere, cluster: {server: 'https://elsewhere'}}
";

#[tokio::test]
async fn while_a_file_cannot_be_read_nothing_beside_it_is_an_orphan() {
    for bad in [
        &format!("{CONTEXTS}users: [\n"),
        "contexts: 5\n",
        "contexts: [{name: theirs",
    ] {
        let home = Home::with(&[Some(CLUSTERS), Some(bad)]);
        let kubeconfig = home.kubeconfig();
        assert_eq!(kubeconfig.orphans(Some(&[])).await, [], "{bad:?}");
        let mine = ContextName::new("mine");
        let going = kubeconfig.what_goes_with(&mine).await.unwrap();
        assert_eq!(going.len(), 1, "{bad:?}: {going:?}");
        kubeconfig.delete_context(&mine, true).await.unwrap();
        let rest = CLUSTERS.replace(
            "- {name: mine, context: {cluster: elsewhere, user: me}}\n",
            "",
        );
        let rest = rest.replace("contexts:\n", "contexts: null\n");
        assert_eq!(home.content(), rest, "{bad:?}");
    }
    // Whole again, it tells what its entries are for.
    let home = Home::with(&[Some(CLUSTERS), Some(CONTEXTS)]);
    assert_eq!(home.kubeconfig().orphans(None).await, []);
}

#[tokio::test]
async fn a_file_on_a_disk_that_is_not_there_may_name_everything() {
    let home = Home::with(&[Some(CLUSTERS)]);
    let orphans = async |missing: std::path::PathBuf| {
        let list = std::env::join_paths([home.file(0), &missing]).unwrap();
        let locations = Locations {
            kubeconfig_env: Some(list),
            ..Locations::default()
        };
        let kubeconfig = Kubeconfig::new(&locations, home.history());
        kubeconfig.orphans(None).await.len()
    };
    assert_eq!(orphans(home.path().join("stick").join("config")).await, 0);
    assert_eq!(orphans(home.path().join("never-made")).await, 2);
}

#[tokio::test]
async fn of_two_entries_of_a_name_only_the_one_that_was_shown_goes() {
    let ours = entry("dead").standalone();
    let ours = secrecy::ExposeSecret::expose_secret(&ours);
    let home = Home::one(ours);
    let whole = home.content();
    // Another's entries of the same names, before and after ours on the same page.
    let theirs = "- {name: k3d-dead, cluster: {server: 'https://company.example.com'}}\n";
    let with_theirs = whole.replacen("contexts:\n", &format!("{theirs}contexts:\n"), 1);
    assert_ne!(with_theirs, whole);
    fs::write(home.file(0), &with_theirs).unwrap();
    let kubeconfig = home.kubeconfig();
    let dead = kubeconfig.orphans(Some(&[])).await;
    let clusters: Vec<_> = dead
        .iter()
        .filter(|orphan| orphan.kind == EntryKind::Cluster)
        .cloned()
        .collect();
    assert_eq!(clusters.len(), 1, "{dead:?}");
    kubeconfig.clean_up(clusters).await.unwrap();
    let left = home.content();
    assert!(left.contains(theirs), "{left}");
    assert!(!left.contains("127.0.0.1"), "{left}");

    let twice = "clusters:\n- name: old\n  cluster: {server: 'https://one'}\n- name: old\n  cluster: {server: 'https://two'}\n";
    let home = Home::one(twice);
    let kubeconfig = home.kubeconfig();
    let both = kubeconfig.orphans(None).await;
    assert_eq!(
        both.iter().map(|orphan| orphan.line).collect::<Vec<_>>(),
        [2, 4]
    );
    kubeconfig.clean_up(both[1..].to_vec()).await.unwrap();
    assert_eq!(
        home.content(),
        "clusters:\n- name: old\n  cluster: {server: 'https://one'}\n"
    );
    // The file was changed so that the told line is another's: nobody knows which was meant.
    fs::write(home.file(0), format!("# a line more\n{twice}")).unwrap();
    let refused = kubeconfig.clean_up(both).await;
    assert!(
        matches!(refused, Err(KubeconfigError::NoLongerOrphan { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn what_lies_unused_in_an_extra_folder_is_not_litter() {
    let home = Home::one(PERSONAL);
    let folder = home.path().join("more");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a"), LITTER).unwrap();
    let kubeconfig = home.kubeconfig().with_folders([folder.clone()]);
    let orphans = kubeconfig.orphans(None).await;
    let expected = [
        ("no-cluster", 7, OrphanReason::NoCluster),
        ("no-user", 8, OrphanReason::NoUser),
    ];
    let expected = expected.map(|(name, line, reason)| Orphan {
        file: folder.join("a"),
        extra: true,
        ..orphan(&home, EntryKind::Context, name, line, reason)
    });
    assert_eq!(orphans, expected);
}
