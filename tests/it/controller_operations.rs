//! Stories of operations on clusters that are there: one at a time on each, several at once, requests for
//! what is not there, and quitting meanwhile.

use hyper::Method;
use k3tray_core::{
    action::{Action, View},
    controller::{Ask, Refusal},
    error::{Code, Problem},
    node::NodeState,
    operation::{OperationState, Verb},
    spec::Draft,
};
use k3tray_tests::scripted_docker::{Answer, Gate, ScriptedDocker};
use serde_json::json;

use crate::{
    controller_cast::{cluster, lists, server, steps},
    controller_stage::Stage,
};

/// Two clusters that run; whoever stops one waits until its gate opens.
async fn two_that_stop_slowly() -> (Stage, [Gate; 2]) {
    let stage = Stage::with(&[server("dev", "running"), server("other", "running")]).await;
    let running = Answer::json(json!({ "State": { "Status": "running" } }));
    stage
        .docker
        .answer(Method::GET, "/containers/*/json", running);
    let gates = ["dev", "other"].map(|name| {
        let (gate, stopped) = Answer::status(204, json!(null)).held();
        let path = format!("/containers/k3d-{name}-server-0/stop");
        stage.docker.answer(Method::POST, &path, stopped);
        gate
    });
    (stage, gates)
}

fn busy(what: &str, doing: &str) -> Problem {
    Problem {
        what: what.into(),
        causes: vec![format!("`dev` is being {doing}")],
        hint: Some("Wait until that is done, or cancel it.".into()),
        code: Code::Busy,
        log: vec![],
        remedy: None,
    }
}

fn not_found(what: &str, cause: &str, hint: Option<&str>) -> Problem {
    Problem {
        what: what.into(),
        causes: vec![cause.into()],
        hint: hint.map(str::to_owned),
        code: Code::NotFound,
        log: vec![],
        remedy: None,
    }
}

#[tokio::test]
async fn one_operation_works_on_a_cluster_and_others_on_others_at_the_same_time() {
    let (mut stage, [dev, other]) = two_that_stop_slowly().await;
    stage.ask("stop:dev").await;
    stage.ask("stop:other").await;
    for name in ["dev", "other"] {
        let path = format!("/containers/k3d-{name}-server-0/stop");
        stage.until_asked(&Method::POST, &path, 1).await;
    }

    assert_eq!(
        stage.refused("delete:dev".parse().unwrap()).await,
        busy("Could not delete cluster `dev`", "stopped")
    );
    assert_eq!(
        stage
            .refused("stop-node:k3d-dev-server-0".parse().unwrap())
            .await,
        busy("Could not stop node `k3d-dev-server-0`", "stopped")
    );
    let again = Draft {
        name: "dev".into(),
        ..Draft::default()
    };
    assert_eq!(
        stage.controller.create(again).await,
        Err(Refusal::Problem {
            problem: busy("Could not create cluster `dev`", "stopped")
        })
    );
    let running: Vec<(Verb, String)> = stage
        .now()
        .operations
        .iter()
        .filter(|operation| operation.is_running())
        .map(|operation| (operation.verb, operation.cluster.to_string()))
        .collect();
    assert_eq!(
        running,
        [(Verb::Stop, "dev".into()), (Verb::Stop, "other".into())]
    );

    // The later one is the first to be done.
    other.open();
    let ended = |index: usize| {
        move |shown: &k3tray_core::snapshot::Snapshot| {
            shown.operations[index].state == OperationState::Done
        }
    };
    let shown = stage.until("the second to be done", ended(1)).await;
    assert!(shown.operations[0].is_running());
    dev.open();
    let shown = stage.until("the first to be done", ended(0)).await;
    assert_eq!(steps(&shown.operations[0]), [("Stop containers", "done")]);
    assert_eq!(
        stage.asked_for(&Method::DELETE, "/containers/id-of-k3d-dev-server-0"),
        0
    );
}

#[tokio::test]
async fn what_is_asked_for_something_that_is_not_there_is_a_problem() {
    let mut stage = Stage::with(&[server("dev", "exited")]).await;
    for verb in ["start", "stop", "restart", "pause", "resume", "delete"] {
        let action = format!("{verb}:nowhere").parse().unwrap();
        assert_eq!(
            stage.refused(action).await,
            not_found(
                &format!("Could not {verb} cluster `nowhere`"),
                "there is no cluster `nowhere`",
                None
            )
        );
    }
    let cases = [
        (
            "start-node:nobody",
            not_found(
                "Could not start node `nobody`",
                "there is no node `nobody`",
                None,
            ),
        ),
        (
            "copy-export:nowhere",
            not_found(
                "Could not write a kubeconfig for cluster `nowhere`",
                "there is no cluster `nowhere`",
                None,
            ),
        ),
        (
            "use-context:nowhere",
            not_found(
                "Could not switch to context `nowhere`",
                "there is no context `nowhere`",
                Some("Choose a context in the list of contexts."),
            ),
        ),
        (
            "cancel:7",
            not_found(
                "Could not cancel",
                "there is no such operation any more",
                None,
            ),
        ),
    ];
    for (action, expected) in cases {
        let action: Action = action.parse().unwrap();
        assert_eq!(stage.refused(action).await, expected);
    }
    assert_eq!(
        stage.controller.node_logs("nobody", 10).await,
        Err(not_found(
            "Could not read the log of node `nobody`",
            "there is no node `nobody`",
            None
        ))
    );
    let dev = vec![cluster("dev", NodeState::Exited)];
    let shown = stage.until_shown(&dev).await;
    assert_eq!(
        *shown,
        stage.quiet(dev, &shown),
        "and nothing else came of it"
    );
}

#[tokio::test]
async fn quitting_waits_for_what_runs_and_shows_it() {
    let (mut stage, [dev, _other]) = two_that_stop_slowly().await;
    stage.ask("stop:dev").await;

    stage.ask("quit").await;

    let shown = stage
        .until("the wish to quit", |shown| shown.quitting)
        .await;
    assert!(shown.operations[0].is_running());
    assert_eq!(stage.asked(), [Ask::Show(View::Clusters)]);
    dev.open();
    let asked = stage.asked_until_quit().await;
    let titles: Vec<&str> = asked
        .iter()
        .filter_map(|ask| match ask {
            Ask::Notify(notice) => Some(notice.title.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(titles, ["Cluster `dev` stopped"], "{asked:?}");
    assert_eq!(
        stage
            .controller
            .perform(Action::NewCluster)
            .await
            .unwrap_err()
            .causes,
        ["k3tray is about to quit"]
    );
}

#[tokio::test]
async fn quitting_with_nothing_at_work_ends_at_once_even_without_an_engine() {
    let docker = ScriptedDocker::start();
    docker.go_away();
    lists(&docker, &[]);
    let mut stage = Stage::before(docker, None);
    stage.ask("quit").await;
    assert_eq!(stage.asked_until_quit().await, [Ask::Quit]);
}
