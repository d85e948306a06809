//! How files are replaced: links, modes, owners, and files that cannot be renamed over.
#![cfg(unix)]

use std::{
    cell::Cell,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    pin::pin,
    time::{Duration, SystemTime},
};

use tokio::time::timeout;

use super::fixture::{Home, PERSONAL, deed, entry};
use crate::{
    cluster::ClusterName,
    context::ContextName,
    kubeconfig::{
        Change, Kubeconfig, KubeconfigError, Locations,
        chain::Chain,
        file::{self, Outcome, Point},
        ours,
        transaction::Transaction,
    },
};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// The names in a folder, sorted.
fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn links_stay_links_and_what_they_lead_to_is_replaced() {
    let home = Home::one("");
    let dotfiles = home.path().join("dotfiles");
    fs::create_dir(&dotfiles).unwrap();
    fs::write(dotfiles.join("kube"), PERSONAL).unwrap();
    symlink("dotfiles/kube", home.path().join("middle")).unwrap();
    fs::remove_file(home.file(0)).unwrap();
    symlink("middle", home.file(0)).unwrap();

    let name = ContextName::new("kind-test");
    home.kubeconfig().use_context(&name).await.unwrap();

    assert_eq!(
        fs::read_link(home.file(0)).unwrap().to_str(),
        Some("middle")
    );
    assert_eq!(
        fs::read_to_string(dotfiles.join("kube")).unwrap(),
        PERSONAL.replace("'prod'", "'kind-test'")
    );
    assert!(!dotfiles.join("kube").is_symlink());
    assert_eq!(names(&dotfiles), ["kube"]);
    assert_eq!(
        names(home.path()),
        ["config-0", "dotfiles", "history", "middle"]
    );
}

#[tokio::test]
async fn a_link_to_a_file_that_is_not_there_yet_is_followed() {
    let home = Home::with(&[None]);
    symlink("later", home.file(0)).unwrap();
    home.kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    assert!(home.file(0).is_symlink());
    assert_eq!(home.ask_kubectl(&["config", "current-context"]), "k3d-dev");
    assert_eq!(mode(&home.path().join("later")), 0o600);
}

#[tokio::test]
async fn a_new_file_and_its_folder_are_the_owners_alone() {
    let home = Home::with(&[None]);
    let locations = Locations {
        home: Some(home.path().to_owned()),
        ..Locations::default()
    };
    let kubeconfig = Kubeconfig::new(&locations, home.history());
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    let folder = home.path().join(".kube");
    assert_eq!(names(&folder), ["config"]);
    assert_eq!(
        (mode(&folder), mode(&folder.join("config"))),
        (0o700, 0o600)
    );
    assert_eq!(mode(&home.history()), 0o700);
}

#[tokio::test]
async fn mode_and_owner_are_kept() {
    let home = Home::one(PERSONAL);
    fs::set_permissions(home.file(0), fs::Permissions::from_mode(0o640)).unwrap();
    // Only root can give files away; anyone else has one owner to keep.
    let is_root = fs::metadata(home.path()).unwrap().uid() == 0;
    let owner = if is_root {
        1234
    } else {
        fs::metadata(home.path()).unwrap().uid()
    };
    std::os::unix::fs::chown(home.file(0), Some(owner), None).unwrap();
    let before = fs::metadata(home.file(0)).unwrap();

    home.kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();

    let after = fs::metadata(home.file(0)).unwrap();
    assert_ne!(before.ino(), after.ino());
    assert_eq!(
        (before.mode(), before.uid(), before.gid()),
        (after.mode(), after.uid(), after.gid())
    );
}

#[tokio::test]
async fn nothing_is_written_where_nothing_changes() {
    let home = Home::one(PERSONAL);
    let before = fs::metadata(home.file(0)).unwrap();
    let kubeconfig = home.kubeconfig();
    let prod = ContextName::new("prod");
    assert_eq!(
        kubeconfig.use_context(&prod).await.unwrap(),
        Change::Unchanged
    );
    assert_eq!(
        kubeconfig.set_namespace(&prod, Some("shop")).await.unwrap(),
        Change::Unchanged
    );
    let kind = ContextName::new("kind-test");
    for nothing in [Some("default"), Some(""), None] {
        assert_eq!(
            kubeconfig.set_namespace(&kind, nothing).await.unwrap(),
            Change::Unchanged
        );
    }
    let dev = ClusterName::observed("dev");
    assert_eq!(
        kubeconfig.remove_cluster(&dev).await.unwrap(),
        Change::Unchanged
    );
    let after = fs::metadata(home.file(0)).unwrap();
    assert_eq!(
        (before.ino(), before.mtime_nsec()),
        (after.ino(), after.mtime_nsec())
    );
    assert_eq!(names(home.path()), ["config-0"]);
}

#[tokio::test]
async fn a_file_with_a_second_name_keeps_both() {
    let home = Home::one(PERSONAL);
    let second = home.path().join("second");
    fs::hard_link(home.file(0), &second).unwrap();
    let name = ContextName::new("kind-test");
    home.kubeconfig().use_context(&name).await.unwrap();
    assert_eq!(fs::read_to_string(&second).unwrap(), home.content());
    assert_eq!(home.content(), PERSONAL.replace("'prod'", "'kind-test'"));
}

#[test]
fn a_shorter_text_in_place_leaves_nothing_of_the_longer() {
    let home = Home::one("a long text");
    fs::hard_link(home.file(0), home.path().join("second")).unwrap();
    let outcome = file::replace(home.file(0), Some(b"a long text"), b"short", &|_| {}).unwrap();
    assert_eq!(outcome, Outcome::Replaced);
    assert_eq!(home.content(), "short");
}

#[tokio::test]
async fn a_change_to_several_files_is_made_in_all_or_none() {
    let ours = Home::with(&[None]);
    ours.kubeconfig()
        .add_cluster(entry("dev"), false)
        .await
        .unwrap();
    let entries = ours.content();
    // The same cluster in two files, as after a copy.
    let home = Home::with(&[Some(&entries), Some(&entries)]);
    let dev = ClusterName::observed("dev");
    let change = home.kubeconfig().remove_cluster(&dev).await.unwrap();
    let files = vec![home.file(0).to_owned(), home.file(1).to_owned()];
    assert_eq!(change, Change::Written { files });
    for content in home.contents() {
        assert!(!content.unwrap().contains("k3d-dev"));
    }
    home.kubeconfig().undo().await.unwrap();
    assert_eq!(home.contents(), [Some(entries.clone()), Some(entries)]);
}

#[tokio::test]
async fn a_failed_write_puts_the_files_before_it_back() {
    let ours = Home::with(&[None]);
    ours.kubeconfig()
        .add_cluster(entry("dev"), false)
        .await
        .unwrap();
    let entries = ours.content();
    let home = Home::with(&[Some(&entries), Some(&entries)]);
    // Between the backup and the writing, the second file becomes one that cannot be replaced.
    let second = home.file(1).to_owned();
    let transaction = Transaction {
        chain: &Chain::new(&home.locations()),
        history: &home.history(),
        deed: deed(),
        guard: None,
        patience: Duration::ZERO,
        at: &|point| {
            if point == Point::Replaced && second.is_file() {
                fs::remove_file(&second).unwrap();
                fs::create_dir(&second).unwrap();
            }
        },
    };
    let change = transaction.edit(false, |sources, _| {
        Ok(ours::remove_cluster(
            sources,
            &ClusterName::observed("dev"),
            &[],
        ))
    });
    assert!(
        matches!(
            change,
            Err(KubeconfigError::Io {
                action: "write",
                ..
            })
        ),
        "{change:?}"
    );
    assert_eq!(home.contents(), [Some(entries), None]);
}

#[tokio::test]
async fn what_a_program_without_locks_wrote_in_between_is_kept() {
    for moment in [Point::BackedUp, Point::TemporaryMade, Point::Synced] {
        let home = Home::one(PERSONAL);
        let meddled = PERSONAL.replace("namespace: shop", "namespace: bank");
        let meddle = Cell::new(true);
        let transaction = Transaction {
            chain: &Chain::new(&home.locations()),
            history: &home.history(),
            deed: deed(),
            guard: None,
            patience: Duration::ZERO,
            at: &|point| {
                if point == moment && meddle.take() {
                    fs::write(home.file(0), &meddled).unwrap();
                }
            },
        };
        let name = ContextName::new("kind-test");
        transaction
            .edit(false, |sources, default| {
                ours::use_context(sources, default, &name)
            })
            .unwrap();
        let both = meddled.replace("'prod'", "'kind-test'");
        assert_eq!(home.content(), both, "{moment:?}");
        assert_eq!(names(home.path()), ["config-0", "history"], "{moment:?}");
    }
}

/// Its writer may still be at it, however long this machine takes to look.
fn write_just_now(home: &Home, text: &str) {
    fs::write(home.file(0), text).unwrap();
    let file = fs::File::options().write(true).open(home.file(0)).unwrap();
    let later = SystemTime::now() + Duration::from_secs(3600);
    file.set_modified(later).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_written_file_is_neither_shown_nor_edited_until_it_is_whole() {
    const LONG: Duration = Duration::from_secs(120);
    const SILENCE: Duration = Duration::from_millis(400);
    let cut = &PERSONAL[..PERSONAL.find("contexts:").unwrap()];
    for half in ["", cut, "contexts: [{name: a"] {
        let home = Home::one(PERSONAL);
        let kubeconfig = home.kubeconfig().with_patience(LONG);
        kubeconfig.add_cluster(entry("dev"), false).await.unwrap();
        kubeconfig.undo().await.unwrap();
        write_just_now(&home, half);
        let mut seen = pin!(kubeconfig.view());
        assert!(timeout(SILENCE, &mut seen).await.is_err(), "{half:?}");
        let name = ContextName::new("kind-test");
        let mut change = pin!(kubeconfig.use_context(&name));
        assert!(timeout(SILENCE, &mut change).await.is_err(), "{half:?}");
        assert_eq!(home.content(), half);
        fs::write(home.file(0), PERSONAL).unwrap();
        assert_eq!(seen.await.all.len(), 2);
        change.await.unwrap();
        assert_eq!(home.content(), PERSONAL.replace("'prod'", "'kind-test'"));
    }
}

#[tokio::test]
async fn a_file_that_stays_half_written_is_not_edited() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig().with_patience(Duration::ZERO);
    kubeconfig.add_cluster(entry("dev"), false).await.unwrap();
    write_just_now(&home, "");
    let change = kubeconfig.add_cluster(entry("other"), false).await;
    assert!(
        matches!(&change, Err(KubeconfigError::CutShort(file)) if file == home.file(0)),
        "{change:?}"
    );
    assert_eq!(home.content(), "");
}

#[tokio::test]
async fn a_file_in_a_folder_that_is_not_there_does_not_stop_the_others() {
    let home = Home::one(PERSONAL);
    let list = [home.file(0).to_owned(), home.path().join("no/such/config")];
    let locations = Locations {
        kubeconfig_env: Some(std::env::join_paths(list).unwrap()),
        ..Locations::default()
    };
    let kubeconfig = Kubeconfig::new(&locations, home.history());
    kubeconfig
        .use_context(&ContextName::new("kind-test"))
        .await
        .unwrap();
    assert_eq!(home.content(), PERSONAL.replace("'prod'", "'kind-test'"));
    assert_eq!(names(home.path()), ["config-0", "history"]);
}
