//! Clusters that k3d made, from recordings of its containers: listed and controlled like our own, and
//! treated better than k3d treats them where that costs nothing.

use std::time::{Duration, Instant};

use k3tray_core::{
    cluster::{ClusterState, Origin},
    node::NodeState,
};
use k3tray_tests::{Census, Sandbox};

use crate::{
    recorded::{ONE, PLAIN, Recording, TRIO, make},
    scene::{
        all_ready_in_list, cluster, finish, give_kubeconfig, k3tray, kubectl, kubectl_at_last,
        nodes_are_stand_ins,
    },
};

/// k3d takes 20 s for this, as each container's grace period (10 s) passes unused.
const STOP: Duration = Duration::from_secs(8);

/// Makes a recorded cluster and merges its kubeconfig into the sandbox's, as k3d does.
async fn made_by_k3d(sandbox: &Sandbox, recording: &Recording, name: &str) {
    give_kubeconfig(sandbox);
    make(sandbox, recording, name).await;
    let own = k3tray(sandbox, &["kubeconfig", name]).await.ended(0).out;
    let beside = sandbox.home().join("own.yaml");
    std::fs::write(&beside, own).unwrap();
    let mut merge = sandbox.kubectl(["config", "view", "--flatten"]);
    merge.env(
        "KUBECONFIG",
        format!("{}:{}", sandbox.kubeconfig().display(), beside.display()),
    );
    let merged = finish(merge).await.ended(0).out;
    std::fs::write(sandbox.kubeconfig(), merged).unwrap();
    k3tray(sandbox, &["use", name]).await.ended(0);
}

async fn bare_pod(sandbox: &Sandbox) -> String {
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

#[tokio::test]
async fn a_cluster_made_by_k3d_is_listed_used_stopped_started_paused_and_deleted() {
    let sandbox = Sandbox::new("k3done").await;
    let name = sandbox.cluster("a");
    made_by_k3d(&sandbox, &ONE, &name).await;

    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        format!("k3d-{name}\n")
    );
    let found = all_ready_in_list(&sandbox, &name, 1).await;
    assert_eq!(
        (found.origin, found.state),
        (Origin::K3d, ClusterState::Running)
    );
    assert!(!found.growable);
    assert_eq!(found.api.as_ref().unwrap().host, "127.0.0.1");
    let pod = bare_pod(&sandbox).await;

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
    all_ready_in_list(&sandbox, &name, 1).await;
    let found = [
        "get",
        "pod",
        "bare",
        "-ojsonpath={.metadata.uid} {.metadata.deletionTimestamp}",
    ];
    assert_eq!(kubectl_at_last(&sandbox, &found).await.trim_end(), pod);

    k3tray(&sandbox, &["pause", &name]).await.ended(0);
    assert_eq!(cluster(&sandbox, &name).await.state, ClusterState::Paused);
    k3tray(&sandbox, &["resume", &name]).await.ended(0);
    assert_eq!(kubectl(&sandbox, &["get", "--raw", "/readyz"]).await, "ok");

    sandbox.census().await;
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(
        kubectl(&sandbox, &["config", "get-contexts", "-oname"]).await,
        "production\n"
    );
}

#[tokio::test]
async fn a_cluster_made_by_k3d_with_three_servers_is_stopped_started_and_deleted() {
    let sandbox = Sandbox::new("k3dtrio").await;
    let name = sandbox.cluster("a");
    made_by_k3d(&sandbox, &TRIO, &name).await;
    let found = cluster(&sandbox, &name).await;
    assert_eq!(
        (found.origin, found.growable, found.nodes.len()),
        (Origin::K3d, true, 5)
    );
    kubectl(
        &sandbox,
        &["create", "configmap", "kept", "--from-literal=word=heron"],
    )
    .await;

    let began = Instant::now();
    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    let took = began.elapsed();
    assert!(took < STOP, "it took {took:?}");
    k3tray(&sandbox, &["start", &name]).await.ended(0);

    all_ready_in_list(&sandbox, &name, 4).await;
    let word = ["get", "configmap", "kept", "-ojsonpath={.data.word}"];
    assert_eq!(kubectl_at_last(&sandbox, &word).await, "heron");
    sandbox.census().await;
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert_eq!(sandbox.census().await, Census::default());
}

/// Without this the promise above could be kept by a script that drains nothing.
#[tokio::test]
async fn dockers_own_stop_of_a_recorded_server_drains_it_as_k3ds_does() {
    if !nodes_are_stand_ins() {
        crate::scene::say(
            "not on a real k3s, whose drain outlasts Docker's grace: what `docker stop` costs",
        );
        return;
    }
    let sandbox = Sandbox::new("drain").await;
    let name = sandbox.cluster("a");
    made_by_k3d(&sandbox, &PLAIN, &name).await;
    bare_pod(&sandbox).await;

    let server = format!("k3d-{name}-server-0");
    sandbox
        .docker()
        .stop_container(&server, None)
        .await
        .unwrap();
    k3tray(&sandbox, &["start", &name]).await.ended(0);

    let gone = ["get", "pod", "bare", "--ignore-not-found", "-oname"];
    assert_eq!(kubectl_at_last(&sandbox, &gone).await, "");
}
