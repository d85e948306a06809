//! Stories of the kubeconfig's past: what was changed, by whoever, is told by the controller and undone by it,
//! and what bars a change comes with its remedy.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use k3tray_core::{
    context::ContextName,
    error::{Code, Problem, Remedy},
    kubeconfig::{Author, ContextThen, Deed, VersionId},
};

use crate::controller_stage::Stage;

const TWO: &str = "\
current-context: alpha # for now
contexts:
- {name: alpha, context: {cluster: one, user: me}}
- {name: beta, context: {cluster: one, user: me}}
";

/// A stage with two contexts, both seen.
async fn stage() -> Stage {
    let mut stage = Stage::with(&[]).await;
    let file = stage.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, TWO).unwrap();
    current_is(&mut stage, "alpha").await;
    stage
}

async fn current_is(stage: &mut Stage, name: &str) {
    let name = Some(ContextName::new(name));
    let seen = |shown: &k3tray_core::snapshot::Snapshot| shown.contexts.current == name;
    stage.until("the current context", seen).await;
}

#[tokio::test]
async fn what_others_and_we_changed_is_told_at_once_and_undone_in_turn() {
    let mut stage = stage().await;
    let file = stage.kubeconfig();
    let by_hand = TWO.replace("for now", "for good");
    std::fs::write(&file, by_hand.replace("alpha #", "beta #")).unwrap();
    current_is(&mut stage, "beta").await;
    // Whoever sees the news finds it in the history.
    let told = stage.controller.kubeconfig_history().await;
    let latest = told.first().map(|version| version.by.clone());
    assert_eq!(latest, Some(Author::AnotherProgram));
    let nothing = stage.controller.undoable_change().await.unwrap_err();
    assert_eq!(
        nothing,
        Problem {
            what: "No change can be undone now".into(),
            causes: vec!["there is no change to undo".into()],
            hint: None,
            code: Code::Other,
            log: vec![],
            remedy: None,
        }
    );

    let before = std::fs::read_to_string(&file).unwrap();
    let (beta, gamma) = (ContextName::new("beta"), ContextName::new("gamma"));
    stage
        .controller
        .rename_context(&beta, &gamma)
        .await
        .unwrap();
    let told = stage.controller.kubeconfig_history().await;
    let rename = Deed::RenameContext {
        from: beta.clone(),
        to: gamma,
    };
    assert_eq!(told[0].by, Author::K3tray { deed: rename });
    let renaming = stage.controller.undoable_change().await.unwrap();
    assert_eq!(renaming, told[0].id);
    assert_eq!(
        stage.controller.current_before_change(renaming).await,
        Ok(Some(ContextThen {
            name: beta,
            reason: None,
        }))
    );
    let other = VersionId(renaming.0 + 1);
    let refused = stage
        .controller
        .undo_kubeconfig(other, false)
        .await
        .unwrap_err();
    assert_eq!(
        refused.causes,
        [format!("change {other} is no longer the latest one")]
    );
    stage
        .controller
        .undo_kubeconfig(renaming, false)
        .await
        .unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    current_is(&mut stage, "beta").await;
}

#[tokio::test]
async fn a_change_that_a_forgotten_lock_bars_works_once_its_remedy_was_applied() {
    let stage = stage().await;
    let mut lock = stage.kubeconfig().into_os_string();
    lock.push(".lock");
    let hours_ago = SystemTime::now() - Duration::from_secs(3 * 3600);
    let made = File::create_new(&lock).unwrap();
    made.set_modified(hours_ago).unwrap();
    let (beta, gamma) = (ContextName::new("beta"), ContextName::new("gamma"));
    let barred = stage.controller.rename_context(&beta, &gamma).await;
    let problem = barred.unwrap_err();
    assert_eq!(problem.code, Code::KubeconfigLocked);
    let Some(Remedy::RemoveLock { lock, .. }) = problem.remedy.as_deref() else {
        panic!("no remedy: {problem:?}");
    };
    stage.controller.break_kubeconfig_lock(lock).await.unwrap();
    stage
        .controller
        .rename_context(&beta, &gamma)
        .await
        .unwrap();
    let text = std::fs::read_to_string(stage.kubeconfig()).unwrap();
    assert_eq!(text, TWO.replace("name: beta", "name: gamma"));
}
