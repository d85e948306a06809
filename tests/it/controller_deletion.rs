//! Stories of deletions: what is being removed already, what a creation left, and a kubeconfig that is
//! locked.

use hyper::Method;
use k3tray_core::{
    cluster::ClusterName,
    error::{Code, Remedy},
    operation::{self, OperationState, Outcome},
};
use k3tray_tests::scripted_docker::Answer;
use serde_json::{Value, json};

use crate::{
    controller_cast::{server, steps},
    controller_stage::Stage,
};

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
    assert!(
        problem.causes[0].contains(&lock.display().to_string()),
        "{problem:?}"
    );
    assert!(
        matches!(problem.remedy.as_deref(), Some(Remedy::RemoveLock { lock: named, .. }) if *named == lock),
        "{problem:?}"
    );
    // It goes with the operation that it belongs to.
    stage.ask("dismiss:1").await;
    stage
        .until("nothing to tell", |shown| shown.problems.is_empty())
        .await;
}
