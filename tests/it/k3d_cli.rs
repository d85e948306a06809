//! The other way round: the k3d CLI with clusters that k3tray made. Where there is no `k3d` on the
//! `PATH`, the run says so; `k3d_clusters.rs` and the plan's own tests hold us to recordings of it.

use std::{env, path::PathBuf, sync::Once};

use k3tray_core::cluster::ClusterState;
use k3tray_tests::{Census, Sandbox, engine, sandbox::REGISTRY};
use serde_json::Value;

use crate::scene::{
    Said, all_ready_in_list, cluster, create, finish, kubectl_at_last, nodes_are_stand_ins, say,
};

/// The `k3d` on the `PATH`.
fn k3d() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|folder| folder.join("k3d"))
        .find(|file| file.is_file());
    if found.is_none() {
        static TOLD: Once = Once::new();
        TOLD.call_once(|| say("k3d is not on PATH: checked against recordings only"));
    }
    found
}

async fn run(sandbox: &Sandbox, k3d: &PathBuf, arguments: &[&str]) -> Said {
    let mut command = sandbox.command(k3d);
    command.args(arguments);
    if nodes_are_stand_ins() {
        // k3d's own start script rewrites the node's iptables rules, or ends; a stand-in has no iptables.
        command.env("K3D_FIX_DNS", "0");
    }
    finish(command).await
}

/// A cluster as `k3d cluster list` tells it, and how many of its servers and agents run.
async fn told_by_k3d(sandbox: &Sandbox, k3d: &PathBuf, name: &str) -> (u64, u64, u64, u64, bool) {
    let said = run(sandbox, k3d, &["cluster", "list", "-ojson"])
        .await
        .ended(0);
    let clusters: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let cluster = clusters
        .iter()
        .find(|cluster| cluster["name"] == name)
        .unwrap();
    let count = |key: &str| cluster[key].as_u64().unwrap();
    (
        count("serversRunning"),
        count("serversCount"),
        count("agentsRunning"),
        count("agentsCount"),
        cluster["hasLoadbalancer"].as_bool().unwrap(),
    )
}

/// Whether k3d could start a cluster in this engine: it runs a container of an image of its own first.
async fn has_tools(sandbox: &Sandbox, k3d: &PathBuf) -> bool {
    let said = run(sandbox, k3d, &["version"]).await.ended(0);
    let version = said
        .out
        .split_whitespace()
        .nth(2)
        .unwrap_or_default()
        .trim_start_matches('v');
    let image = format!("ghcr.io/k3d-io/k3d-tools:{version}");
    let present = sandbox.docker().inspect_image(&image).await.is_ok();
    if !present {
        say(&format!(
            "`{image}` is not in this engine: `k3d cluster start` was not tried"
        ));
    }
    present
}

#[tokio::test]
async fn k3d_lists_stops_starts_and_deletes_our_clusters() {
    let Some(k3d) = k3d() else { return };
    let sandbox = Sandbox::new("k3dcli").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;

    assert_eq!(told_by_k3d(&sandbox, &k3d, &name).await, (1, 1, 1, 1, true));
    run(&sandbox, &k3d, &["cluster", "stop", &name])
        .await
        .ended(0);
    assert_eq!(told_by_k3d(&sandbox, &k3d, &name).await, (0, 1, 0, 1, true));
    assert_eq!(cluster(&sandbox, &name).await.state, ClusterState::Stopped);
    if has_tools(&sandbox, &k3d).await {
        run(&sandbox, &k3d, &["cluster", "start", &name])
            .await
            .ended(0);
        assert_eq!(
            kubectl_at_last(&sandbox, &["get", "--raw", "/readyz"]).await,
            "ok"
        );
        assert_eq!(told_by_k3d(&sandbox, &k3d, &name).await, (1, 1, 1, 1, true));
    }
    let given = run(&sandbox, &k3d, &["kubeconfig", "get", &name])
        .await
        .ended(0)
        .out;
    assert!(
        given.contains(&format!("name: admin@k3d-{name}")),
        "its user entry is missing"
    );
    sandbox.census().await;
    run(&sandbox, &k3d, &["cluster", "delete", &name])
        .await
        .ended(0);
    assert_eq!(sandbox.census().await, Census::default());
    let left = std::fs::read_to_string(sandbox.kubeconfig()).unwrap();
    assert!(
        !left.contains(&name),
        "k3d found its entries under other names:\n{left}"
    );
}

#[tokio::test]
async fn k3d_adds_a_node_and_an_image_to_our_cluster() {
    let Some(k3d) = k3d() else { return };
    let sandbox = Sandbox::new("k3dadd").await;
    if !has_tools(&sandbox, &k3d).await {
        return;
    }
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &[]).await;

    // Only its label says to which cluster a node of k3d's belongs, not its name.
    let more = sandbox.cluster("more");
    let add = ["node", "create", &more, "--cluster", &name, "--role=agent"];
    run(&sandbox, &k3d, &add).await.ended(0);
    // The other way asks the engine from inside a container, at the socket of a machine's own.
    let import = ["image", "import", REGISTRY, "--cluster", &name];
    run(&sandbox, &k3d, &[&import[..], &["--mode=direct"]].concat())
        .await
        .ended(0);

    all_ready_in_list(&sandbox, &name, 2).await;
    let repository = REGISTRY.split(':').next().unwrap_or(REGISTRY);
    for node in [format!("k3d-{name}-server-0"), format!("k3d-{more}-0")] {
        let (images, _) = engine::exec(sandbox.docker(), &node, &["crictl", "images"]).await;
        assert!(images.contains(repository), "`{node}` has only:\n{images}");
    }
}

#[tokio::test]
async fn k3d_starts_our_three_servers_again() {
    let Some(k3d) = k3d() else { return };
    let sandbox = Sandbox::new("k3dcli3").await;
    if !has_tools(&sandbox, &k3d).await {
        return;
    }
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--servers=3"]).await;

    run(&sandbox, &k3d, &["cluster", "stop", &name])
        .await
        .ended(0);
    run(&sandbox, &k3d, &["cluster", "start", &name])
        .await
        .ended(0);

    assert_eq!(told_by_k3d(&sandbox, &k3d, &name).await, (3, 3, 0, 0, true));
    assert_eq!(
        kubectl_at_last(&sandbox, &["get", "--raw", "/readyz"]).await,
        "ok"
    );
    run(&sandbox, &k3d, &["cluster", "delete", &name])
        .await
        .ended(0);
}
