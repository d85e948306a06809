//! Stories of the kubeconfig looked after: what the window asks for is in the file and in the snapshot.

use k3tray_core::{
    context::ContextName,
    controller::{Ask, ImportFrom},
    error::{Code, Problem},
    kubeconfig::{Decision, EntryKind, ImportChoice, ImportState, PlacedEntry},
};
use k3tray_tests::{eventually, scripted_docker::ScriptedDocker};

use crate::controller_stage::{PATIENCE, Stage};

const TWO: &str = "\
# mine
clusters:
- {name: one, cluster: {server: 'https://one.example'}} # first
contexts:
- {name: alpha, context: {cluster: one, user: me}}
- {name: beta, context: {cluster: one, user: other}}
current-context: alpha
users:
- {name: me, user: {token: S3CR3T}}
- {name: other, user: {}}
";

/// The same cluster elsewhere, and a user that is new.
const OTHER: &str = "\
clusters:
- {name: one, cluster: {server: 'https://two.example'}}
contexts:
- {name: gamma, context: {cluster: one, user: new}}
users:
- {name: new, user: {token: 0TH3R}}
";

async fn stage() -> Stage {
    let mut stage = Stage::before(ScriptedDocker::start(), Some(TWO));
    let read = |shown: &k3tray_core::snapshot::Snapshot| shown.contexts.all.len() == 2;
    stage.until("the contexts", read).await;
    stage
}

fn name(name: &str) -> ContextName {
    ContextName::new(name)
}

fn text(stage: &Stage) -> String {
    std::fs::read_to_string(stage.kubeconfig()).unwrap()
}

#[tokio::test]
async fn a_context_is_renamed_duplicated_and_deleted_with_what_only_it_used() {
    let mut stage = stage().await;
    let controller = stage.controller.clone();
    let (alpha, beta, live) = (name("alpha"), name("beta"), name("live"));
    controller.rename_context(&alpha, &live).await.unwrap();
    let renamed = |shown: &k3tray_core::snapshot::Snapshot| {
        shown.contexts.current == Some(name("live")) && !shown.contexts.has(&name("alpha"))
    };
    stage.until("the new name", renamed).await;
    let taken = controller.duplicate_context(&live, &beta).await;
    assert_eq!(taken.unwrap_err().code, Code::NameTaken);
    let placed = |kind, name: &str| PlacedEntry {
        kind,
        name: name.into(),
        file: stage.kubeconfig(),
    };
    let goes = [
        placed(EntryKind::Context, "beta"),
        placed(EntryKind::User, "other"),
    ];
    assert_eq!(controller.what_goes_with(&beta).await.unwrap(), goes);
    controller.delete_context(&beta, true).await.unwrap();
    let expected = TWO
        .replace("name: alpha", "name: live")
        .replace("current-context: alpha", "current-context: live")
        .replace("- {name: beta, context: {cluster: one, user: other}}\n", "")
        .replace("- {name: other, user: {}}\n", "");
    assert_eq!(text(&stage), expected);
    stage
        .until("one context", |shown| shown.contexts.all.len() == 1)
        .await;
}

#[tokio::test]
async fn an_import_is_shown_without_secrets_and_then_done_as_decided() {
    let mut stage = stage().await;
    let controller = stage.controller.clone();
    let pasted = || ImportFrom::Text { text: OTHER.into() };
    let plan = controller.plan_import(pasted()).await.unwrap();
    let states: Vec<_> = plan.entries.iter().map(|entry| entry.state).collect();
    assert_eq!(
        states,
        [ImportState::Conflict, ImportState::New, ImportState::New]
    );
    assert!(!format!("{plan:?}").contains("0TH3R"));
    let undecided = controller
        .import(pasted(), plan.seen.clone(), vec![])
        .await
        .unwrap_err();
    assert_eq!(undecided.causes, ["there is another cluster `one` already"]);
    assert_eq!(text(&stage), TWO);

    let rename = ImportChoice {
        kind: EntryKind::Cluster,
        name: "one".into(),
        decision: Decision::Rename { to: "two".into() },
    };
    controller
        .import(pasted(), plan.seen, vec![rename])
        .await
        .unwrap();
    let shown = stage
        .until("the new context", |shown| {
            shown.contexts.has(&name("gamma"))
        })
        .await;
    let gamma = shown.contexts.all.last().unwrap();
    assert_eq!(gamma.server.as_deref(), Some("https://two.example"));
    assert_eq!(shown.contexts.current, Some(name("alpha")));
}

#[cfg(unix)]
#[tokio::test]
async fn an_export_is_written_from_home_for_its_owner_alone_and_replaces_only_when_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = stage().await;
    let export = async |path, replace| {
        let beta = name("beta");
        stage.controller.export_context(&beta, path, replace).await
    };
    let file = export("~/beta.yaml", false).await.unwrap();
    let home = stage.kubeconfig();
    let home = home.parent().unwrap().parent().unwrap();
    assert_eq!(file, home.join("beta.yaml"));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = export("beta.yaml", false).await.unwrap_err();
    assert_eq!(again.code, Code::NameTaken);
    export("beta.yaml", true).await.unwrap();
    let own = export("~/.kube/config", true).await.unwrap_err();
    let said = format!(
        "`{}` is one of the kubeconfig files in use",
        stage.kubeconfig().display()
    );
    assert_eq!(own.causes, [said]);
    assert_eq!(text(&stage), TWO);
}

#[tokio::test]
async fn the_line_for_any_context_leads_to_a_file_of_it_alone() {
    let mut stage = stage().await;
    stage.ask("copy-scoped:beta").await;
    let line = eventually("the line to be copied", PATIENCE, async || {
        stage.asked().into_iter().find_map(|ask| match ask {
            Ask::Copy(line) => Some(line),
            _ => None,
        })
    })
    .await;
    let file = line.strip_prefix("export KUBECONFIG=").unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains("current-context: beta"), "{text}");
    assert!(!text.contains("alpha"), "{text}");
    let unknown = stage.refused("copy-scoped:gone".parse().unwrap()).await;
    assert_eq!(unknown.causes, ["there is no context `gone`"]);
    assert_eq!(self::text(&stage), TWO);
}

#[tokio::test]
async fn a_shell_that_cannot_be_opened_is_told_with_what_to_do() {
    let mut stage = stage().await;
    stage.ask("open-shell:beta").await;
    // The home of a story has no programs.
    let problem = Problem {
        what: "Could not open a shell in context `beta`".into(),
        causes: vec!["`k3tray` is not installed beside the app or on the PATH".into()],
        hint: Some("Install the whole package of k3tray.".into()),
        code: Code::NotFound,
        log: vec![],
        remedy: None,
    };
    let told = |shown: &k3tray_core::snapshot::Snapshot| shown.problems.contains(&problem);
    stage.until("the failure to be told", told).await;
}
