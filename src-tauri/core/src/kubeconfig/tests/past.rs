//! What can be put back, told before it is.

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    context::ContextName,
    kubeconfig::{KubeconfigError, VersionId},
};

#[tokio::test]
async fn what_can_be_undone_is_told_and_no_other_change_is_undone_in_its_place() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    assert!(matches!(
        kubeconfig.undoable().await,
        Err(KubeconfigError::NothingToUndo)
    ));
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    let first = kubeconfig.undoable().await.unwrap();
    kubeconfig
        .use_context(&ContextName::new("kind-test"))
        .await
        .unwrap();
    let switched = home.content();
    assert!(matches!(
        kubeconfig.undo_change(first).await,
        Err(KubeconfigError::NotLatest(refused)) if refused == first
    ));
    assert_eq!(home.content(), switched);
    let second = kubeconfig.undoable().await.unwrap();
    kubeconfig.undo_change(second).await.unwrap();
    assert_eq!(kubeconfig.undoable().await.unwrap(), first);
    home.ask_kubectl(&["config", "set-context", "other", "--cluster=prod"]);
    assert!(matches!(
        kubeconfig.undoable().await,
        Err(KubeconfigError::ChangedSince(_))
    ));
}

#[tokio::test]
async fn the_context_that_would_be_current_is_known_before_a_change_is_put_back() {
    let home = Home::with(&[Some("current-context: \"\"\n"), Some(PERSONAL)]);
    let kubeconfig = home.kubeconfig();
    let name = |name| Some(ContextName::new(name));
    kubeconfig
        .use_context(&ContextName::new("kind-test"))
        .await
        .unwrap();
    let switch = kubeconfig.undoable().await.unwrap();
    assert_eq!(kubeconfig.view().await.current, name("kind-test"));
    // The second file sets one, once the first does not.
    assert_eq!(
        kubeconfig.current_before(switch).await.unwrap(),
        name("prod")
    );
    kubeconfig.restore(switch).await.unwrap();
    assert_eq!(kubeconfig.view().await.current, name("prod"));
    assert!(matches!(
        kubeconfig.current_before(VersionId(99)).await,
        Err(KubeconfigError::NoSuchVersion(VersionId(99)))
    ));
}

#[tokio::test]
async fn a_version_whose_state_stands_already_says_that_nothing_is_left_to_put_back() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let put_back = async || {
        let versions = kubeconfig.history().await;
        let told = versions.iter().rev().map(|version| version.put_back);
        told.collect::<Vec<_>>()
    };
    for context in ["kind-test", "prod"] {
        let name = ContextName::new(context);
        kubeconfig.use_context(&name).await.unwrap();
    }
    // Unlike kubectl we keep the quotes, so the first state stands again.
    assert_eq!(put_back().await, [true, false]);
    kubeconfig.undo().await.unwrap();
    assert_eq!(put_back().await, [false, true, false]);
}
