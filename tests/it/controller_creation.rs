//! Stories of creations that do not go well: the engine goes away or fails in the middle, somebody else
//! is quicker, the user has second thoughts. What was made is removed, and what could not be is named.

use hyper::Method;
use k3tray_core::{
    cluster::{Cluster, ClusterState},
    error::{Code, Problem},
    node::{NodeState, Role},
    operation::{Operation, OperationState, StepState},
    snapshot::Snapshot,
    spec::Draft,
};
use k3tray_tests::scripted_docker::{Answer, Call};
use serde_json::{Value, json};

use crate::{
    controller_cast::{cluster, container, lists, node, server, steps},
    controller_stage::Stage,
};

const SERVER: &str = "k3d-dev-server-0";
const BALANCER: &str = "k3d-dev-serverlb";

/// Everything that a creation makes, as it is removed.
const ALL_OF_IT: [&str; 4] = [
    "/containers/id-of-k3d-dev-server-0",
    "/containers/id-of-k3d-dev-serverlb",
    "/networks/id-of-k3d-dev",
    "/volumes/k3d-dev-images",
];

/// An engine without clusters that makes whatever it is asked to, but no server ever writes a kubeconfig.
async fn willing() -> Stage {
    let stage = Stage::with(&[]).await;
    let docker = &stage.docker;
    let done = || Answer::status(204, json!(null));
    for image in ["node:v1", "balancer:v1"] {
        let path = format!("/images/{image}/json");
        docker.answer(Method::GET, &path, Answer::json(json!({ "Id": image })));
    }
    docker.answer(Method::GET, "/networks", Answer::json(json!([])));
    let network = json!({ "Id": "id-of-k3d-dev", "Warning": "" });
    docker.answer(
        Method::POST,
        "/networks/create",
        Answer::status(201, network),
    );
    let inspected = json!({
        "Name": "k3d-dev", "Id": "id-of-k3d-dev",
        "IPAM": { "Config": [{ "Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1" }] },
    });
    docker.answer(Method::GET, "/networks/*", Answer::json(inspected));
    docker.answer(
        Method::GET,
        "/volumes/*",
        Answer::error(404, "no such volume"),
    );
    let volume = json!({
        "Name": "k3d-dev-images", "Driver": "local", "Mountpoint": "/v", "Labels": {}, "Scope": "local",
        "Options": {},
    });
    docker.answer(Method::POST, "/volumes/create", Answer::status(201, volume));
    docker.answer(Method::POST, "/containers/create", Answer::computed(made));
    docker.answer(
        Method::PUT,
        "/containers/*/archive",
        Answer::json(json!(null)),
    );
    docker.answer(Method::POST, "/containers/*/start", done());
    docker.answer(
        Method::GET,
        "/containers/*/archive",
        Answer::error(404, "no such file"),
    );
    let running = json!({ "State": { "Status": "running" }, "RestartCount": 0 });
    docker.answer(Method::GET, "/containers/*/json", Answer::json(running));
    for path in ["/containers/*", "/networks/*", "/volumes/*"] {
        docker.answer(Method::DELETE, path, done());
    }
    stage
}

/// The answer to whoever makes a container.
fn made(call: &Call) -> Answer {
    let name = call.query.strip_prefix("name=").unwrap();
    let id = format!("id-of-{}", name.split('&').next().unwrap());
    Answer::status(201, json!({ "Id": id, "Warnings": [] }))
}

async fn create(stage: &Stage) {
    let draft = Draft {
        name: "dev".into(),
        ..Draft::default()
    };
    stage.controller.create(draft).await.unwrap();
}

/// Waits until the creation waits for an API that never answers.
async fn until_it_waits(stage: &mut Stage) {
    let waits = |shown: &Snapshot| {
        let waited_for = |operation: &Operation| {
            operation.steps.iter().any(|step| {
                step.label == "Wait for the API" && matches!(step.state, StepState::Running { .. })
            })
        };
        shown.operations.iter().any(waited_for)
    };
    stage.until("the creation to wait for its API", waits).await;
}

fn failed(operation: &Operation) -> &Problem {
    match &operation.state {
        OperationState::Failed { problem } => problem,
        state => panic!("{state:?}"),
    }
}

fn problem(causes: &[&str], hint: Option<&str>, code: Code) -> Problem {
    Problem {
        what: "Could not create cluster `dev`".into(),
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        hint: hint.map(str::to_owned),
        code,
        log: vec![],
        remedy: None,
    }
}

#[tokio::test]
async fn a_creation_whose_engine_goes_away_names_what_it_left_and_that_is_shown_later() {
    let mut stage = willing().await;
    create(&stage).await;
    until_it_waits(&mut stage).await;

    stage.docker.go_away();

    let creation = stage.until_over().await;
    let told = failed(&creation);
    assert_eq!(
        *told,
        problem(
            &[
                "a node could not be looked at; left behind: container id-of-k3d-de, container \
                 id-of-k3d-de, network id-of-k3d-de, volume k3d-dev-images",
                "the container engine does not answer",
                &told.causes[2],
            ],
            Some("When the engine answers again, `k3tray delete dev` removes the rest."),
            Code::EngineAway,
        )
    );
    assert_eq!(
        steps(&creation)[6..],
        [
            ("Wait for the API", "failed"),
            ("Remove what was made", "failed")
        ]
    );

    lists(
        &stage.docker,
        &[
            container("dev", SERVER, "server", "exited"),
            container("dev", BALANCER, "loadbalancer", "created"),
        ],
    );
    stage.docker.come_back();

    let left = Cluster {
        state: ClusterState::Partial,
        nodes: vec![
            node(SERVER, Role::Server, NodeState::Exited),
            node(BALANCER, Role::LoadBalancer, NodeState::Created),
        ],
        ..cluster("dev", NodeState::Exited)
    };
    let shown = stage.until_shown(&[left]).await;
    assert_eq!(shown.operations, [creation], "the failure is still told");
}

#[tokio::test]
async fn a_creation_that_the_engine_fails_in_the_middle_is_undone_and_told() {
    let mut stage = willing().await;
    let start = format!("/containers/{SERVER}/start");
    stage
        .docker
        .answer(Method::POST, &start, Answer::error(500, "on fire"));

    create(&stage).await;

    let creation = stage.until_over().await;
    assert_eq!(
        *failed(&creation),
        problem(
            &[
                "a container could not be started",
                "the container engine refused",
                "on fire",
            ],
            None,
            Code::Other,
        )
    );
    assert_eq!(
        steps(&creation),
        [
            ("Check name and port", "done"),
            ("Get the node image", "skipped"),
            ("Get the load balancer image", "skipped"),
            ("Make network and volume", "done"),
            ("Make containers", "done"),
            ("Start containers", "failed"),
            ("Remove what was made", "done"),
        ]
    );
    assert_eq!(stage.removed(), ALL_OF_IT);
    assert_eq!(stage.now().clusters, []);
    assert_eq!(stage.docker.unexpected(), [""; 0]);
}

#[tokio::test]
async fn a_name_that_somebody_takes_meanwhile_is_told_as_taken() {
    let mut stage = willing().await;
    let taken = format!(
        "Conflict. The container name \"/{SERVER}\" is already in use by container \"0a\". You have to \
         remove (or rename) that container to be able to reuse that name."
    );
    stage.docker.answer(
        Method::POST,
        "/containers/create",
        Answer::computed(move |call| {
            if call.query.contains(SERVER) {
                Answer::error(409, &taken)
            } else {
                made(call)
            }
        }),
    );
    let theirs = |app: &str| -> Value {
        json!({ "Config": { "Labels": { "app": app, "k3d.cluster": "dev" } } })
    };
    let inspect = format!("/containers/{SERVER}/json");
    let cases = [
        (
            "k3d",
            problem(
                &["there is a cluster `dev` already"],
                Some("Choose another name, or delete that cluster first."),
                Code::NameTaken,
            ),
        ),
        (
            "web",
            problem(
                &["a container `k3d-dev-server-0` exists that belongs to something else"],
                Some(
                    "Choose another name, or remove that container: `docker rm k3d-dev-server-0`.",
                ),
                Code::NameTaken,
            ),
        ),
    ];
    for (tries, (app, expected)) in (1..).zip(cases) {
        stage
            .docker
            .answer(Method::GET, &inspect, Answer::json(theirs(app)));

        create(&stage).await;

        assert_eq!(*failed(&stage.until_over().await), expected);
        // Theirs stays, and ours goes, once for each try.
        let ours = ALL_OF_IT[1..].iter().flat_map(|path| vec![*path; tries]);
        assert_eq!(stage.removed(), ours.collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_creation_of_a_name_that_is_there_by_now_is_refused_before_anything_is_made() {
    let mut stage = willing().await;
    // Nobody has told of it yet.
    lists(&stage.docker, &[server("dev", "running")]);

    create(&stage).await;

    let creation = stage.until_over().await;
    assert_eq!(
        *failed(&creation),
        problem(
            &["there is a cluster `dev` already"],
            Some("Choose another name, or delete that cluster first."),
            Code::NameTaken,
        )
    );
    assert_eq!(
        steps(&creation),
        [("Check name and port", "failed")],
        "there was nothing to undo"
    );
    assert_eq!(stage.removed(), [""; 0]);
    stage
        .until_shown(&[cluster("dev", NodeState::Running)])
        .await;
}

#[tokio::test]
async fn a_creation_that_is_cancelled_shows_its_undoing_as_a_step_and_ends_as_cancelled() {
    let mut stage = willing().await;
    create(&stage).await;
    until_it_waits(&mut stage).await;
    let (gate, removed) = Answer::status(204, json!(null)).held();
    stage.docker.answer(Method::DELETE, "/networks/*", removed);

    stage.ask("cancel:1").await;

    let undoing = |shown: &Snapshot| shown.operations[0].state == OperationState::Undoing;
    let shown = stage.until("the undoing", undoing).await;
    let mut expected = vec![
        ("Check name and port", "done"),
        ("Get the node image", "skipped"),
        ("Get the load balancer image", "skipped"),
        ("Make network and volume", "done"),
        ("Make containers", "done"),
        ("Start containers", "done"),
        ("Wait for the API", "failed"),
        ("Remove what was made", "running"),
    ];
    assert_eq!(steps(&shown.operations[0]), expected);
    gate.open();
    let creation = stage.until_over().await;
    assert_eq!(creation.state, OperationState::Cancelled);
    expected[7].1 = "done";
    assert_eq!(steps(&creation), expected);
    assert_eq!(stage.removed(), ALL_OF_IT);
}

#[tokio::test]
async fn quitting_twice_cancels_a_creation_and_ends_when_it_is_undone() {
    let mut stage = willing().await;
    create(&stage).await;
    until_it_waits(&mut stage).await;

    stage.ask("quit").await;
    stage.ask("quit").await;

    stage.asked_until_quit().await;
    assert_eq!(stage.removed(), ALL_OF_IT);
    let shown = stage.now();
    assert_eq!(shown.operations[0].state, OperationState::Cancelled);
}
