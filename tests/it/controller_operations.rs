//! Stories of operations on clusters that are there: one at a time on each, several at once, removals
//! that are under way already, requests for what is not there, and quitting meanwhile.

use hyper::Method;
use k3tray_core::{
    action::{Action, View},
    cluster::ClusterName,
    controller::{Ask, Refusal},
    error::{Code, Problem},
    node::NodeState,
    operation::{self, OperationState, Outcome, Verb},
    spec::Draft,
};
use k3tray_tests::scripted_docker::{Answer, Gate, ScriptedDocker};
use serde_json::{Value, json};

use crate::controller_stage::{Stage, cluster, lists, server, steps};

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
    }
}

fn not_found(what: &str, cause: &str, hint: Option<&str>) -> Problem {
    Problem {
        what: what.into(),
        causes: vec![cause.into()],
        hint: hint.map(str::to_owned),
        code: Code::NotFound,
        log: vec![],
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
async fn a_removal_that_is_under_way_already_is_waited_for() {
    let mut stage = Stage::with(&[server("dev", "running")]).await;
    let removal = "/containers/id-of-k3d-dev-server-0";
    let docker = &stage.docker;
    docker.answer_once(
        Method::DELETE,
        removal,
        Answer::error(
            409,
            "removal of container k3d-dev-server-0 is already in progress",
        ),
    );
    docker.answer(
        Method::DELETE,
        removal,
        Answer::error(404, "No such container"),
    );
    docker.answer(
        Method::GET,
        "/networks/k3d-dev",
        Answer::error(404, "not found"),
    );
    docker.answer(
        Method::GET,
        "/volumes",
        Answer::json(json!({ "Volumes": [] })),
    );

    stage.ask("delete:dev").await;

    let deletion = stage.until_over().await;
    assert_eq!(deletion.state, OperationState::Done);
    assert_eq!(
        steps(&deletion),
        [
            ("Remove containers", "done"),
            ("Remove the network", "done"),
            ("Remove volumes", "done"),
            ("Remove from the kubeconfig", "done"),
        ]
    );
    assert_eq!(stage.removed(), [removal, removal]);
    assert_eq!(stage.docker.unexpected(), [""; 0]);
}

#[tokio::test]
async fn what_a_creation_left_without_a_container_can_still_be_deleted() {
    let stage = Stage::with(&[]).await;
    let docker = &stage.docker;
    let network = |labels: Value| Answer::json(json!({ "Id": "0a", "Labels": labels }));
    let volumes = |all: Value| Answer::json(json!({ "Volumes": all }));
    let volume = json!({
        "Name": "k3d-dev-images", "Driver": "local", "Mountpoint": "/v", "Labels": {}, "Scope": "local",
        "Options": {},
    });
    docker.answer(
        Method::DELETE,
        "/networks/0a",
        Answer::status(204, json!(null)),
    );
    docker.answer(
        Method::DELETE,
        "/volumes/k3d-dev-images",
        Answer::status(204, json!(null)),
    );
    let cases = [
        (network(json!({ "app": "k3d" })), volumes(json!([]))),
        (
            Answer::error(404, "network k3d-dev not found"),
            volumes(json!([volume])),
        ),
        (network(json!({})), volumes(json!([]))),
    ];
    let mut ended = Vec::new();
    for (network, volumes) in cases {
        docker.answer(Method::GET, "/networks/k3d-dev", network);
        docker.answer(Method::GET, "/volumes", volumes);
        let run = stage.operation().await;
        let deleted = operation::delete(&run, &ClusterName::observed("dev")).await;
        ended.push(deleted.map_err(|error| error.to_string()));
    }
    let done = || Ok(Outcome::default());
    assert_eq!(
        ended,
        [done(), done(), Err("there is no cluster `dev`".into())],
        "the last one's network is somebody else's"
    );
    assert_eq!(stage.removed(), ["/networks/0a", "/volumes/k3d-dev-images"]);
}

#[tokio::test]
async fn what_did_not_work_beside_an_operation_is_told_in_the_window() {
    let mut stage = Stage::with(&[server("dev", "running")]).await;
    let docker = &stage.docker;
    docker.answer(
        Method::DELETE,
        "/containers/*",
        Answer::status(204, json!(null)),
    );
    docker.answer(
        Method::GET,
        "/networks/k3d-dev",
        Answer::error(404, "not found"),
    );
    docker.answer(
        Method::GET,
        "/volumes",
        Answer::json(json!({ "Volumes": [] })),
    );
    // Somebody holds kubectl's lock and has the context, which cannot be taken out then.
    let file = stage.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let context = "{name: k3d-dev, context: {cluster: k3d-dev, user: admin@k3d-dev}}";
    std::fs::write(&file, format!("contexts: [{context}]\n")).unwrap();
    let lock = file.with_file_name("config.lock");
    std::fs::write(&lock, "").unwrap();

    stage.ask("delete:dev").await;

    assert_eq!(stage.until_over().await.state, OperationState::Done);
    let shown = stage.now();
    let [problem] = &shown.problems[..] else {
        panic!("{shown:#?}");
    };
    assert_eq!(problem.what, "Could not take `dev` out of the kubeconfig");
    assert_eq!(problem.code, Code::KubeconfigLocked);
    let lock = lock.display().to_string();
    assert!(problem.causes[0].contains(&lock), "{problem:?}");
    assert!(
        problem.hint.as_ref().unwrap().contains(&lock),
        "{problem:?}"
    );
    // It goes with the operation that it belongs to.
    stage.ask("dismiss:1").await;
    stage
        .until("nothing to tell", |shown| shown.problems.is_empty())
        .await;
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
