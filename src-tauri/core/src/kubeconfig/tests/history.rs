//! Backups and undo.

use std::fs;

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    context::ContextName,
    kubeconfig::{Change, KubeconfigError},
};

fn changes(home: &Home) -> usize {
    fs::read_dir(home.history()).unwrap().count()
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
    assert_eq!(changes(&home), 4);
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

#[cfg(unix)]
#[tokio::test]
async fn backups_are_private_and_bounded() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    for round in 0..35 {
        let name = ["kind-test", "prod"][round % 2];
        kubeconfig
            .use_context(&ContextName::new(name))
            .await
            .unwrap();
    }
    assert_eq!(changes(&home), 30);
    for change in fs::read_dir(home.history()).unwrap() {
        let change = change.unwrap().path();
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&change), 0o700);
        for file in fs::read_dir(&change).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
}
