//! Who appears in the controller's stories: containers as an engine lists them, clusters as they are shown
//! then, and steps of operations.

use hyper::Method;
use k3tray_core::{
    cluster::{ApiAddress, Cluster, ClusterName, ClusterState, Origin},
    node::{Node, NodeState, Role},
    operation::{Operation, StepState},
};
use k3tray_tests::scripted_docker::{Answer, ScriptedDocker};
use serde_json::{Value, json};

/// A list of all containers of clusters.
pub(crate) const LIST: &str = "/containers/json";

/// From now on the engine lists these containers, to whoever asks for one cluster only that cluster's.
pub(crate) fn lists(docker: &ScriptedDocker, containers: &[Value]) {
    docker.answer(Method::GET, LIST, listing(containers));
}

/// An answer that lists these containers.
pub(crate) fn listing(containers: &[Value]) -> Answer {
    let containers = containers.to_vec();
    Answer::computed(move |call| {
        // The filter is JSON in a URL.
        let wanted = |container: &Value| {
            let cluster = container["Labels"]["k3d.cluster"].as_str().unwrap_or("");
            !call.query.contains("k3d.cluster%3D")
                || call.query.contains(&format!("k3d.cluster%3D{cluster}%22"))
        };
        let listed: Vec<&Value> = containers.iter().filter(|one| wanted(one)).collect();
        Answer::json(json!(listed))
    })
}

/// A container of a cluster as an engine lists it.
pub(crate) fn container(cluster: &str, name: &str, role: &str, state: &str) -> Value {
    json!({
        "Id": format!("id-of-{name}"),
        "Names": [format!("/{name}")],
        "Image": "node:v1",
        "Command": "/bin/k3s",
        "Created": 7,
        "Ports": [],
        "Labels": {
            "app": "k3d", "k3d.cluster": cluster, "k3d.role": role, "k3d.k3tray.version": "0.1.0",
            "k3d.cluster.network": format!("k3d-{cluster}"),
            "k3d.server.api.host": "127.0.0.1", "k3d.server.api.port": "6550",
        },
        "State": state,
    })
}

/// The one container of a cluster without load balancer.
pub(crate) fn server(cluster: &str, state: &str) -> Value {
    container(cluster, &format!("k3d-{cluster}-server-0"), "server", state)
}

/// What is shown of [`container`].
pub(crate) fn node(name: &str, role: Role, state: NodeState) -> Node {
    Node {
        name: name.into(),
        id: format!("id-of-{name}"),
        role,
        state,
        health: None,
        usage: None,
        image: "node:v1".into(),
        address: None,
        ports: vec![],
        created_at: "1970-01-01T00:00:07Z".parse().unwrap(),
    }
}

/// What is shown of clusters of one [`server`] each.
pub(crate) fn cluster(name: &str, state: NodeState) -> Cluster {
    let name = ClusterName::observed(name);
    let nodes = vec![node(&name.server(0), Role::Server, state)];
    Cluster {
        state: ClusterState::of(&nodes),
        nodes,
        api: Some(ApiAddress {
            host: "127.0.0.1".into(),
            port: 6550,
        }),
        network: Some(name.prefixed()),
        created_at: "1970-01-01T00:00:07Z".parse().unwrap(),
        origin: Origin::K3tray,
        growable: false,
        name,
    }
}

/// The steps of an operation, each with a word for its state.
pub(crate) fn steps(operation: &Operation) -> Vec<(&str, &str)> {
    let word = |state: &StepState| match state {
        StepState::Waiting => "waiting",
        StepState::Running { .. } => "running",
        StepState::Done { .. } => "done",
        StepState::Failed => "failed",
        StepState::Skipped => "skipped",
    };
    operation
        .steps
        .iter()
        .map(|step| (step.label.as_str(), word(&step.state)))
        .collect()
}
