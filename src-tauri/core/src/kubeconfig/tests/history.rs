//! Backups and undo.

use std::{
    fs,
    pin::pin,
    time::{Duration, Instant},
};

use futures_util::StreamExt;

use super::fixture::{Home, PERSONAL, deed, entry};
use crate::{
    context::ContextName,
    kubeconfig::{
        Author, Change, KubeconfigError, VersionId,
        history::{self, Step},
    },
};

/// Whether the history knows what the files hold.
fn known(home: &Home) -> bool {
    home.history().join("known.json").is_file()
}

/// Waits for what happens beside the test.
async fn until(is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so().await {
        assert!(Instant::now() < deadline, "it never came about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The versions, oldest first, as words.
async fn told(home: &Home) -> Vec<String> {
    let versions = home.kubeconfig().history().await;
    let told = versions.iter().rev().map(|version| version.by.to_string());
    told.collect()
}

#[tokio::test]
async fn undo_goes_back_one_change_at_a_time() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    let added = home.content();
    let prod = ContextName::new("prod");
    kubeconfig.use_context(&prod).await.unwrap();
    let files = vec![home.file(0).to_owned()];
    assert_eq!(kubeconfig.undo().await.unwrap(), Change::Written { files });
    assert_eq!(home.content(), added);
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), PERSONAL);
    assert!(matches!(
        kubeconfig.undo().await,
        Err(KubeconfigError::NothingToUndo)
    ));
    // Undoing kept what it replaced, too.
    assert_eq!(
        told(&home).await,
        [
            "added the cluster `dev`",
            "switched to `prod`",
            "undid change 2",
            "undid change 1",
        ]
    );
    let versions = home.kubeconfig().history().await;
    let undone: Vec<_> = versions.iter().map(|version| version.undone).collect();
    assert_eq!(undone, [false, false, true, true]);
}

#[tokio::test]
async fn undo_goes_back_through_states_that_are_alike() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let mut states = vec![home.content()];
    for name in ["kind-test", "prod", "kind-test", "prod"] {
        kubeconfig
            .use_context(&ContextName::new(name))
            .await
            .unwrap();
        states.push(home.content());
    }
    while let Some(state) = states.pop() {
        assert_eq!(home.content(), state);
        if !states.is_empty() {
            kubeconfig.undo().await.unwrap();
        }
    }
    assert!(matches!(
        kubeconfig.undo().await,
        Err(KubeconfigError::NothingToUndo)
    ));
}

#[tokio::test]
async fn undo_takes_a_file_away_that_was_not_there() {
    let home = Home::with(&[None]);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.contents(), [None]);
}

#[tokio::test]
async fn undo_is_refused_once_someone_else_has_written() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    home.ask_kubectl(&["config", "set-context", "other", "--cluster=prod"]);
    let now = home.content();
    match kubeconfig.undo().await {
        Err(KubeconfigError::ChangedSince(file)) => {
            assert_eq!(file, fs::canonicalize(home.file(0)).unwrap());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(home.content(), now);
}

#[tokio::test]
async fn a_change_of_other_files_is_not_undone_here() {
    let (home, other) = (Home::one(PERSONAL), Home::one(PERSONAL));
    home.kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    let here = crate::kubeconfig::Kubeconfig::new(&other.locations(), home.history());
    assert!(matches!(
        here.undo().await,
        Err(KubeconfigError::NothingToUndo)
    ));
    assert_eq!(other.content(), PERSONAL);
}

#[tokio::test]
async fn any_version_can_be_put_back_and_that_undone() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    home.ask_kubectl(&["config", "set-context", "other", "--cluster=prod"]);
    let by_kubectl = home.content();
    let first = kubeconfig.history().await.pop().unwrap().id;
    kubeconfig.restore(first).await.unwrap();
    assert_eq!(home.content(), PERSONAL);
    // What kubectl had made of it became a version on the way.
    assert_eq!(
        told(&home).await,
        [
            "added the cluster `dev`",
            "changed by another program",
            "restored the state before change 1",
        ]
    );
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), by_kubectl);
    let none = VersionId(99);
    assert!(matches!(
        kubeconfig.restore(none).await,
        Err(KubeconfigError::NoSuchVersion(id)) if id == none
    ));
}

#[tokio::test]
async fn a_change_by_another_program_is_kept_when_it_is_seen() {
    let home = Home::one(PERSONAL);
    let mut stream = pin!(home.kubeconfig().watch());
    stream.next().await;
    until(async || known(&home)).await;
    assert_eq!(home.kubeconfig().history().await, []);
    home.ask_kubectl(&["config", "use-context", "kind-test"]);
    stream.next().await;
    until(async || !home.kubeconfig().history().await.is_empty()).await;
    let versions = home.kubeconfig().history().await;
    let [version] = versions.as_slice() else {
        panic!("{versions:?}");
    };
    assert_eq!(version.by, Author::AnotherProgram);
    assert_eq!(version.files, [fs::canonicalize(home.file(0)).unwrap()]);
    home.kubeconfig().restore(version.id).await.unwrap();
    assert_eq!(home.content(), PERSONAL);
    // Our own change is not taken for another's.
    stream.next().await;
    assert_eq!(
        told(&home).await,
        [
            "changed by another program",
            "restored the state before change 1"
        ]
    );
}

#[tokio::test]
async fn a_diff_shows_that_a_secret_changed_and_not_which() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let prod = ContextName::new("prod");
    kubeconfig.set_namespace(&prod, Some("bank")).await.unwrap();
    let changed = home.content().replace("S3CR3T-T0K3N", "0TH3R-T0K3N");
    fs::write(home.file(0), &changed).unwrap();
    kubeconfig
        .use_context(&ContextName::new("kind-test"))
        .await
        .unwrap();
    let ids: Vec<_> = kubeconfig
        .history()
        .await
        .iter()
        .map(|version| version.id)
        .collect();
    let [switched, meddled, set] = ids[..] else {
        panic!("{ids:?}");
    };
    let diff = async |id| {
        let diffs = kubeconfig.diff(id).await.unwrap();
        let [diff] = diffs.as_slice() else {
            panic!("{diffs:?}");
        };
        assert_eq!(diff.file, fs::canonicalize(home.file(0)).unwrap());
        diff.text.clone()
    };
    assert_eq!(
        diff(set).await,
        "@@ -16,7 +16,7 @@
   - context:
       cluster: prod
       user: eks
-      namespace: shop
+      namespace: bank
     name: prod
   - context: { cluster: kind-test, user: kind-test }
     name: kind-test
"
    );
    assert_eq!(
        diff(meddled).await,
        "@@ -37,4 +37,4 @@
         interactiveMode: IfAvailable
   - name: kind-test
     user:
-      token: ••••••
+      token: ••••••
"
    );
    assert!(
        diff(switched)
            .await
            .contains("+current-context: 'kind-test'\n")
    );
}

#[tokio::test]
async fn a_change_that_was_cut_off_is_settled_by_what_the_file_holds() {
    for made in [false, true] {
        let home = Home::one(PERSONAL);
        let target = fs::canonicalize(home.file(0)).unwrap();
        let after = PERSONAL.replace("'prod'", "'kind-test'");
        let step = Step {
            path: &target,
            before: Some(PERSONAL.as_bytes()),
            after: Some(after.as_bytes()),
        };
        // As if the process had ended here.
        drop(history::begin(&home.history(), &deed(), None, &[step]).unwrap());
        if made {
            fs::write(&target, &after).unwrap();
        }
        assert_eq!(told(&home).await, Vec::<String>::new());
        home.kubeconfig()
            .use_context(&ContextName::new("prod"))
            .await
            .unwrap();
        let expected: &[&str] = if made {
            &["added the cluster `dev`", "switched to `prod`"]
        } else {
            &[]
        };
        assert_eq!(told(&home).await, expected);
        assert_eq!(home.content(), PERSONAL);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn versions_are_private_and_bounded_in_number() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    for round in 0..205 {
        let name = ["kind-test", "prod"][round % 2];
        kubeconfig
            .use_context(&ContextName::new(name))
            .await
            .unwrap();
    }
    let versions = kubeconfig.history().await;
    assert_eq!(versions.len(), 200);
    assert_eq!(versions[0].id, VersionId(205));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home.history()), 0o700);
    let files = fs::read_dir(home.history()).unwrap();
    for file in files {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn what_files_held_that_are_no_longer_in_use_is_forgotten() {
    let home = Home::with(&[Some(PERSONAL), Some("contexts: []\n")]);
    let target = |index| fs::canonicalize(home.file(index)).unwrap();
    let seen = |index| (target(index), fs::read(home.file(index)).ok());
    let kept = || {
        let files = fs::read_dir(home.history()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.len() == 64).count()
    };
    history::observe(&home.history(), &[seen(0), seen(1)], |_| false).unwrap();
    assert_eq!(kept(), 2);
    // One that is in use and cannot be read now is not forgotten.
    let second = target(1);
    history::observe(&home.history(), &[seen(0)], |path| path == second).unwrap();
    assert_eq!(kept(), 2);
    history::observe(&home.history(), &[seen(0)], |_| false).unwrap();
    assert_eq!(kept(), 1);
}

#[tokio::test]
async fn of_a_giant_that_another_program_wrote_only_the_fact_is_kept() {
    let giant = format!("{PERSONAL}# {}\n", "x".repeat(9_000_000));
    let home = Home::one(&giant);
    let target = fs::canonicalize(home.file(0)).unwrap();
    let look = || {
        let seen = (target.clone(), fs::read(home.file(0)).ok());
        history::observe(&home.history(), &[seen], |_| false).unwrap();
    };
    look();
    fs::write(home.file(0), PERSONAL).unwrap();
    look();
    let kubeconfig = home.kubeconfig();
    let versions = kubeconfig.history().await;
    assert_eq!(versions.len(), 1);
    let refused = kubeconfig.restore(versions[0].id).await.unwrap_err();
    let why = std::error::Error::source(&refused).unwrap().to_string();
    assert_eq!(
        why,
        "what a file held then was larger than 8 MB and was not kept"
    );
    let files = fs::read_dir(home.history()).unwrap();
    let bytes: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(bytes < 1_000_000, "{bytes}");
    // What we change ourselves can always be undone.
    fs::write(home.file(0), &giant).unwrap();
    kubeconfig.add_cluster(entry("dev"), false).await.unwrap();
    kubeconfig.undo().await.unwrap();
    assert!(home.content() == giant);
}

#[tokio::test]
async fn a_version_tells_which_files_its_restoring_would_remove() {
    let home = Home::with(&[None]);
    let kubeconfig = home.kubeconfig();
    kubeconfig.add_cluster(entry("one"), false).await.unwrap();
    kubeconfig.add_cluster(entry("two"), false).await.unwrap();
    let versions = kubeconfig.history().await;
    let made: Vec<_> = versions.into_iter().map(|version| version.made).collect();
    let target = fs::canonicalize(home.file(0)).unwrap();
    assert_eq!(made, [vec![], vec![target]]);
}

#[tokio::test]
async fn versions_are_bounded_in_bytes_and_the_latest_is_always_kept() {
    let padding = format!("# {}\n", "x".repeat(1_000_000)).repeat(6);
    let home = Home::one(&format!("{PERSONAL}{padding}"));
    let kubeconfig = home.kubeconfig();
    for name in ["a", "b", "c", "d", "e"] {
        kubeconfig.add_cluster(entry(name), false).await.unwrap();
    }
    // Three contents of six megabytes lie within twenty, so two changes.
    assert_eq!(kubeconfig.history().await.len(), 2);
    let files = fs::read_dir(home.history()).unwrap();
    let bytes: u64 = files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(bytes < 20_000_000, "{bytes}");
    let before = home.content();
    fs::write(home.file(0), format!("{before}{}", padding.repeat(4))).unwrap();
    kubeconfig.add_cluster(entry("f"), false).await.unwrap();
    assert_eq!(told(&home).await, ["added the cluster `f`"]);
    kubeconfig.undo().await.unwrap();
    assert!(home.content() == format!("{before}{}", padding.repeat(4)));
}
