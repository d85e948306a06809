//! Stop, start, restart, pause, resume: what a cluster keeps, and how long it takes.

use std::time::{Duration, Instant};

use k3tray_core::{
    cluster::ClusterState,
    node::{Node, NodeState, Readiness},
};
use k3tray_tests::{Sandbox, eventually};

use crate::scene::{
    all_ready, all_ready_in_list, cluster, create, k3tray, kubeconfig, kubectl, kubectl_at_last,
    nodes, patience,
};

/// The longest a running cluster may take to stop: k3d takes 20 s, most of it in grace periods that
/// pass unused. A grace period (10 s) that is waited for shows above it on any machine.
const STOP: Duration = Duration::from_secs(8);

/// Leaves a ConfigMap and a pod that no controller would make again, and tells the pod's identity.
async fn leave_state(sandbox: &Sandbox) -> String {
    kubectl(
        sandbox,
        &["create", "configmap", "kept", "--from-literal=word=heron"],
    )
    .await;
    // The namespace's service account comes a moment after the API.
    kubectl_at_last(
        sandbox,
        &["run", "bare", "--image=busybox:1", "--restart=Never"],
    )
    .await;
    kubectl(
        sandbox,
        &["get", "pod", "bare", "-ojsonpath={.metadata.uid}"],
    )
    .await
}

async fn assert_state_is_kept(sandbox: &Sandbox, pod: &str) {
    let word = kubectl_at_last(
        sandbox,
        &["get", "configmap", "kept", "-ojsonpath={.data.word}"],
    )
    .await;
    assert_eq!(word, "heron");
    let found = kubectl(
        sandbox,
        &[
            "get",
            "pod",
            "bare",
            "-ojsonpath={.metadata.uid} {.metadata.deletionTimestamp}",
        ],
    )
    .await;
    assert_eq!(found.trim_end(), pod);
}

#[tokio::test]
async fn a_stop_takes_seconds_and_a_start_finds_everything_again() {
    let sandbox = Sandbox::new("stop").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;
    let pod = leave_state(&sandbox).await;
    let (file, before) = (kubeconfig(&sandbox), cluster(&sandbox, &name).await);

    let began = Instant::now();
    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    let took = began.elapsed();

    assert!(took < STOP, "it took {took:?}");
    let stopped = cluster(&sandbox, &name).await;
    assert_eq!(stopped.state, ClusterState::Stopped);
    assert!(
        stopped
            .nodes
            .iter()
            .all(|node| node.state == NodeState::Exited),
        "{stopped:?}"
    );

    k3tray(&sandbox, &["start", &name]).await.ended(0);

    let after = all_ready_in_list(&sandbox, &name, 2).await;
    assert_eq!(after.state, ClusterState::Running);
    assert_eq!((after.api, kubeconfig(&sandbox)), (before.api, file));
    assert_state_is_kept(&sandbox, &pod).await;
    let all = ["server-0", "agent-0"].map(|node| format!("k3d-{name}-{node}"));
    assert_eq!(nodes(&sandbox).await, all_ready(&all));
    for node in &all {
        let cordoned = kubectl(
            &sandbox,
            &["get", "node", node, "-ojsonpath={.spec.unschedulable}"],
        )
        .await;
        assert_eq!(cordoned, "");
    }
}

#[tokio::test]
async fn a_restart_keeps_everything_and_a_second_stop_or_start_is_no_failure() {
    let sandbox = Sandbox::new("restart").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &[]).await;
    let pod = leave_state(&sandbox).await;

    k3tray(&sandbox, &["restart", &name]).await.ended(0);
    assert_state_is_kept(&sandbox, &pod).await;
    k3tray(&sandbox, &["start", &name]).await.ended(0);
    all_ready_in_list(&sandbox, &name, 1).await;
    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    assert_eq!(cluster(&sandbox, &name).await.state, ClusterState::Stopped);
}

#[tokio::test]
async fn a_paused_cluster_is_frozen_and_comes_back_as_it_was() {
    let sandbox = Sandbox::new("pause").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;
    let pod = leave_state(&sandbox).await;

    k3tray(&sandbox, &["pause", &name]).await.ended(0);

    let paused = cluster(&sandbox, &name).await;
    assert_eq!(paused.state, ClusterState::Paused);
    assert!(
        paused
            .nodes
            .iter()
            .all(|node| node.state == NodeState::Paused),
        "{paused:?}"
    );

    k3tray(&sandbox, &["resume", &name]).await.ended(0);

    let resumed = all_ready_in_list(&sandbox, &name, 2).await;
    assert_eq!(resumed.state, ClusterState::Running);
    assert_state_is_kept(&sandbox, &pod).await;
}

#[tokio::test]
async fn a_paused_cluster_can_be_stopped_started_and_deleted() {
    let sandbox = Sandbox::new("frozen").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    k3tray(&sandbox, &["pause", &name]).await.ended(0);

    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    assert_eq!(cluster(&sandbox, &name).await.state, ClusterState::Stopped);
    k3tray(&sandbox, &["start", &name]).await.ended(0);
    k3tray(&sandbox, &["pause", &name]).await.ended(0);
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert!(sandbox.census().await.is_empty());
}

#[tokio::test]
async fn a_node_stopped_by_hand_is_shown_stopped_at_once_and_not_ready_within_its_grace() {
    let sandbox = Sandbox::new("byhand").await;
    let name = sandbox.cluster("a");
    let agent = format!("k3d-{name}-agent-0");
    create(
        &sandbox,
        &name,
        &[
            "--agents=1",
            "--k3s-arg=--kube-controller-manager-arg=node-monitor-grace-period=20s@server:*",
            "--k3s-arg=--kube-controller-manager-arg=node-monitor-period=1s@server:*",
        ],
    )
    .await;

    sandbox.docker().stop_container(&agent, None).await.unwrap();

    let found = |cluster: k3tray_core::cluster::Cluster| -> Node {
        cluster
            .nodes
            .into_iter()
            .find(|node| node.name == agent)
            .unwrap()
    };
    let at_once = cluster(&sandbox, &name).await;
    assert_eq!(at_once.state, ClusterState::Degraded);
    assert_eq!(found(at_once).state, NodeState::Exited);
    let reason = eventually(
        "the node to turn NotReady",
        patience(),
        async || match found(cluster(&sandbox, &name).await).health?.readiness {
            Readiness::Ready => None,
            Readiness::NotReady { reason, .. } => Some(reason),
        },
    )
    .await;
    assert_eq!(reason, "NodeStatusUnknown");

    k3tray(&sandbox, &["start", &name]).await.ended(0);
    all_ready_in_list(&sandbox, &name, 2).await;
}
