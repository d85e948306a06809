//! What can be put back, told before it is.

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    context::ContextName,
    kubeconfig::{Change, ContextThen, KubeconfigError, VersionId},
    protection::{ProtectionRules, Reason},
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
        kubeconfig
            .current_before(switch, ProtectionRules::default())
            .await
            .unwrap(),
        Some(ContextThen {
            name: ContextName::new("prod"),
            reason: Some(Reason::Word {
                word: "prod".into()
            }),
        })
    );
    kubeconfig.restore(switch).await.unwrap();
    assert_eq!(kubeconfig.view().await.current, name("prod"));
    assert!(matches!(
        kubeconfig
            .current_before(VersionId(99), ProtectionRules::default())
            .await,
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

#[tokio::test]
async fn nothing_unconfirmed_puts_a_protected_context_back_in_charge() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let guarded = kubeconfig.clone().guarded(Some(ProtectionRules::default()));
    let prod = ContextName::new("prod");
    let kind = ContextName::new("kind-test");
    let refused = |refused: Result<Change, KubeconfigError>| matches!(refused, Err(KubeconfigError::Protected { context, .. }) if context == prod);
    // Left and deleted: none of the contexts that exist now is protected.
    kubeconfig.use_context(&kind).await.unwrap();
    let switch = kubeconfig.undoable().await.unwrap();
    kubeconfig.delete_context(&prod, false).await.unwrap();
    let deleted = home.content();
    assert!(refused(guarded.restore(switch).await));
    assert_eq!(home.content(), deleted);
    // To get the context back is not to be switched to it.
    let deletion = kubeconfig.undoable().await.unwrap();
    guarded.undo_change(deletion).await.unwrap();
    let back = home.content();
    assert!(refused(guarded.undo_change(switch).await));
    assert_eq!(home.content(), back);
    kubeconfig.undo_change(switch).await.unwrap();
    assert_eq!(kubeconfig.view().await.current, Some(prod.clone()));
    // Away from it nobody is stopped, and towards it again by nothing.
    let undoing = kubeconfig.history().await[0].id;
    guarded.redo(undoing).await.unwrap();
    assert_eq!(kubeconfig.view().await.current, Some(kind));
    let redoing = kubeconfig.history().await[0].id;
    assert!(refused(guarded.redo(redoing).await));
    assert_eq!(home.content(), back);
}

#[tokio::test]
async fn an_undoing_is_taken_back_only_while_nothing_came_after_it() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let kind = ContextName::new("kind-test");
    kubeconfig.use_context(&kind).await.unwrap();
    kubeconfig.undo().await.unwrap();
    let undoing = kubeconfig.history().await[0].id;
    home.ask_kubectl(&["config", "set-context", "other", "--cluster=prod"]);
    let changed = home.content();
    assert!(matches!(
        kubeconfig.redo(undoing).await,
        Err(KubeconfigError::ChangedSince(_))
    ));
    kubeconfig.use_context(&kind).await.unwrap();
    assert!(matches!(
        kubeconfig.redo(undoing).await,
        Err(KubeconfigError::NotLatest(refused)) if refused == undoing
    ));
    assert_ne!(home.content(), changed);
}
