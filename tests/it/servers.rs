//! Clusters of three servers: what one of them may lose, and what a stop of all must keep.

use std::collections::BTreeMap;

use bollard::query_parameters::KillContainerOptionsBuilder;
use k3tray_core::{cluster::ClusterState, node::NodeState};
use k3tray_tests::{Sandbox, eventually};

use crate::scene::{
    all_ready, all_ready_in_list, cluster, create, finish, k3tray, kubectl, kubectl_at_last, nodes,
    patience,
};

/// The containers of three servers.
fn servers(name: &str) -> [String; 3] {
    [0, 1, 2].map(|index| format!("k3d-{name}-server-{index}"))
}

/// Each container's address on the cluster's network.
async fn addresses(sandbox: &Sandbox, name: &str) -> BTreeMap<String, Option<String>> {
    let cluster = cluster(sandbox, name).await;
    cluster
        .nodes
        .into_iter()
        .map(|node| (node.name, node.address))
        .collect()
}

#[tokio::test]
async fn with_one_of_three_servers_killed_the_api_still_answers_and_writes() {
    let sandbox = Sandbox::new("killed").await;
    let name = sandbox.cluster("a");
    let servers = servers(&name);
    create(&sandbox, &name, &["--servers=3"]).await;
    assert_eq!(nodes(&sandbox).await, all_ready(&servers));
    assert!(cluster(&sandbox, &name).await.growable);
    kubectl(
        &sandbox,
        &["create", "configmap", "before", "--from-literal=word=heron"],
    )
    .await;

    // The one that founded the cluster and that everything else was started by.
    let kill = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
    sandbox
        .docker()
        .kill_container(&servers[0], Some(kill))
        .await
        .unwrap();

    let written = ["create", "configmap", "after", "--from-literal=word=crane"];
    eventually(
        "the two other servers to take a write",
        patience(),
        async || {
            let mut all = vec!["--request-timeout=5s"];
            all.extend(written);
            let said = finish(sandbox.kubectl(all)).await;
            // A write that was taken but not answered is there at the next try.
            (said.code == Some(0) || said.err.contains("AlreadyExists")).then_some(())
        },
    )
    .await;
    let words = [
        "get",
        "configmap",
        "before",
        "after",
        "-ojsonpath={.items[*].data.word}",
    ];
    assert_eq!(kubectl_at_last(&sandbox, &words).await, "heron crane");
    let degraded = cluster(&sandbox, &name).await;
    assert_eq!(degraded.state, ClusterState::Degraded);
    let killed = degraded
        .nodes
        .iter()
        .find(|node| node.name == servers[0])
        .unwrap();
    assert_eq!(killed.state, NodeState::Exited);

    k3tray(&sandbox, &["start", &name]).await.ended(0);

    all_ready_in_list(&sandbox, &name, 3).await;
    assert_eq!(kubectl_at_last(&sandbox, &words).await, "heron crane");
}

#[tokio::test]
async fn three_servers_keep_their_state_and_addresses_through_a_stop() {
    let sandbox = Sandbox::new("three").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--servers=3", "--agents=1"]).await;
    let before = addresses(&sandbox, &name).await;
    assert!(before.values().all(Option::is_some), "{before:?}");
    kubectl(
        &sandbox,
        &["create", "configmap", "kept", "--from-literal=word=heron"],
    )
    .await;

    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    k3tray(&sandbox, &["start", &name]).await.ended(0);

    assert_eq!(addresses(&sandbox, &name).await, before);
    let word = ["get", "configmap", "kept", "-ojsonpath={.data.word}"];
    assert_eq!(kubectl_at_last(&sandbox, &word).await, "heron");
    let [first, second, third] = servers(&name);
    let all = [format!("k3d-{name}-agent-0"), first, second, third];
    assert_eq!(nodes(&sandbox).await, all_ready(&all));
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert!(sandbox.census().await.is_empty());
}

#[tokio::test]
async fn a_growable_server_runs_etcd_and_says_so() {
    let sandbox = Sandbox::new("grow").await;
    let name = sandbox.cluster("a");

    create(&sandbox, &name, &["--growable", "--no-lb"]).await;

    let cluster = cluster(&sandbox, &name).await;
    assert!(cluster.growable);
    let role = "node-role.kubernetes.io/etcd";
    let server = format!("k3d-{name}-server-0");
    // k3s says so of a node some seconds after it is Ready.
    eventually("the node's role", patience(), async || {
        let asked = kubectl(&sandbox, &["get", "nodes", "-oname", "-l", role]).await;
        (asked == format!("node/{server}\n")).then_some(())
    })
    .await;
}
