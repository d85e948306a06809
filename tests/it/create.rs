//! What a created cluster is, seen from outside: by kubectl, by the engine, by `list`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bollard::models::{ContainerInspectResponse, PortMap};
use k3tray_core::cluster::{ClusterState, Origin};
use k3tray_tests::{Census, Sandbox, eventually};
use serde_json::json;

use crate::scene::{
    all_ready, all_ready_in_list, cluster, create, k3tray, kubectl, nodes, patience,
};

fn names<const N: usize>(names: [String; N]) -> BTreeSet<String> {
    names.into_iter().collect()
}

async fn inspect(sandbox: &Sandbox, container: &str) -> ContainerInspectResponse {
    sandbox
        .docker()
        .inspect_container(container, None)
        .await
        .unwrap()
}

/// Every host address and port that a running container is published at.
fn published(container: &ContainerInspectResponse) -> BTreeMap<String, Vec<(String, String)>> {
    let ports: PortMap = container
        .network_settings
        .as_ref()
        .unwrap()
        .ports
        .clone()
        .unwrap_or_default();
    let mut published = BTreeMap::new();
    for (port, bindings) in ports {
        for binding in bindings.into_iter().flatten() {
            let at = (binding.host_ip.unwrap(), binding.host_port.unwrap());
            published
                .entry(port.clone())
                .or_insert_with(Vec::new)
                .push(at);
        }
    }
    published
}

/// A container's labels but for those that its image brought.
fn labels(container: &ContainerInspectResponse) -> HashMap<String, String> {
    let mut labels = container.config.clone().unwrap().labels.unwrap();
    labels.retain(|key, _| key == "app" || key.starts_with("k3d."));
    labels
}

fn variable(container: &ContainerInspectResponse, name: &str) -> String {
    let env = container.config.as_ref().unwrap().env.as_ref().unwrap();
    let value = env
        .iter()
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    value
        .unwrap_or_else(|| panic!("`{name}` is not set: {env:?}"))
        .to_owned()
}

#[tokio::test]
async fn a_created_cluster_answers_kubectl_and_is_the_current_context() {
    let sandbox = Sandbox::new("one").await;
    let name = sandbox.cluster("a");
    let server = format!("k3d-{name}-server-0");

    let created = create(&sandbox, &name, &[]).await.json();

    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        format!("k3d-{name}\n")
    );
    assert_eq!(
        nodes(&sandbox).await,
        all_ready(std::slice::from_ref(&server))
    );
    let cluster = all_ready_in_list(&sandbox, &name, 1).await;
    assert_eq!(cluster.state, ClusterState::Running);
    assert_eq!(cluster.origin, Origin::K3tray);
    let api = cluster.api.unwrap();
    assert_eq!(
        created,
        json!({
            "name": name, "context": format!("k3d-{name}"), "api": { "host": "127.0.0.1", "port": api.port }
        })
    );
    let expected = ["*", &name, "running", "1/1", "1", "0"];
    // A busy machine's API may miss the moment that `list` waits for it.
    eventually("the row of the cluster", patience(), async || {
        let text = k3tray(&sandbox, &["list"]).await.ended(0).out;
        let row = text.lines().find(|line| line.contains(&name))?;
        row.split_whitespace().take(6).eq(expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_cluster_is_made_of_what_k3d_would_have_made() {
    let sandbox = Sandbox::new("contract").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;
    let (server, agent, balancer) = (
        format!("k3d-{name}-server-0"),
        format!("k3d-{name}-agent-0"),
        format!("k3d-{name}-serverlb"),
    );

    let census = sandbox.census().await;
    assert_eq!(
        census.containers,
        names([server.clone(), agent.clone(), balancer.clone()])
    );
    assert_eq!(census.networks, names([format!("k3d-{name}")]));
    assert!(
        census.volumes.contains(&format!("k3d-{name}-images")),
        "{census:?}"
    );

    let network = sandbox
        .docker()
        .inspect_network(&format!("k3d-{name}"), None)
        .await
        .unwrap();
    assert_eq!(
        network.labels.clone().unwrap(),
        HashMap::from([("app".into(), "k3d".into())])
    );
    let subnet = network
        .ipam
        .unwrap()
        .config
        .unwrap()
        .remove(0)
        .subnet
        .unwrap();
    let port = cluster(&sandbox, &name).await.api.unwrap().port.to_string();
    let version = env!("CARGO_PKG_VERSION");
    let found = inspect(&sandbox, &server).await;
    let token = variable(&found, "K3S_TOKEN");
    let common = [
        ("app", "k3d"),
        ("k3d.version", "v5.9.0"),
        ("k3d.cluster", &name),
        ("k3d.cluster.token", &token),
        ("k3d.cluster.url", &format!("https://{server}:6443")),
        ("k3d.cluster.network", &format!("k3d-{name}")),
        ("k3d.cluster.network.id", &network.id.unwrap()),
        ("k3d.cluster.network.iprange", &subnet),
        ("k3d.cluster.network.external", "false"),
        ("k3d.cluster.imageVolume", &format!("k3d-{name}-images")),
        ("k3d.server.loadbalancer", &balancer),
        ("k3d.k3tray.version", version),
    ];
    let with = |own: &[(&str, &str)]| -> HashMap<String, String> {
        let all = common.iter().chain(own);
        all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    assert_eq!(
        labels(&found),
        with(&[
            ("k3d.role", "server"),
            ("k3d.server.api.hostIP", "127.0.0.1"),
            ("k3d.server.api.host", "127.0.0.1"),
            ("k3d.server.api.port", &port),
        ])
    );
    assert_eq!(published(&found), BTreeMap::new());
    let found = inspect(&sandbox, &agent).await;
    assert_eq!(labels(&found), with(&[("k3d.role", "agent")]));
    assert_eq!(
        variable(&found, "K3S_URL"),
        format!("https://{server}:6443")
    );
    assert_eq!(published(&found), BTreeMap::new());
    let found = inspect(&sandbox, &balancer).await;
    assert_eq!(labels(&found), with(&[("k3d.role", "loadbalancer")]));
    assert_eq!(
        published(&found),
        BTreeMap::from([("6443/tcp".to_owned(), vec![("127.0.0.1".to_owned(), port)])])
    );
    let volume = sandbox
        .docker()
        .inspect_volume(&format!("k3d-{name}-images"))
        .await
        .unwrap();
    assert_eq!(
        volume.labels,
        HashMap::from(
            [
                ("app", "k3d"),
                ("k3d.version", "v5.9.0"),
                ("k3d.cluster", &name)
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
        )
    );
}

#[tokio::test]
async fn agents_join_and_the_load_balancer_leads_to_the_server() {
    let sandbox = Sandbox::new("agents").await;
    let name = sandbox.cluster("a");

    create(&sandbox, &name, &["--agents=2"]).await;

    let all = ["server-0", "agent-0", "agent-1"].map(|node| format!("k3d-{name}-{node}"));
    assert_eq!(nodes(&sandbox).await, all_ready(&all));
    let cluster = all_ready_in_list(&sandbox, &name, 3).await;
    let of_kubernetes: Vec<_> = cluster
        .kubernetes_nodes()
        .map(|node| node.name.clone())
        .collect();
    assert_eq!(of_kubernetes, all);
}

#[tokio::test]
async fn without_a_load_balancer_the_server_itself_is_published_on_this_machine_only() {
    let sandbox = Sandbox::new("nolb").await;
    let name = sandbox.cluster("a");
    let server = format!("k3d-{name}-server-0");

    create(&sandbox, &name, &["--no-lb"]).await;

    assert_eq!(
        nodes(&sandbox).await,
        all_ready(std::slice::from_ref(&server))
    );
    let census = sandbox.census().await;
    assert_eq!(census.containers, names([server.clone()]));
    let port = cluster(&sandbox, &name).await.api.unwrap().port.to_string();
    assert_eq!(
        published(&inspect(&sandbox, &server).await),
        BTreeMap::from([("6443/tcp".to_owned(), vec![("127.0.0.1".to_owned(), port)])])
    );
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert_eq!(sandbox.census().await, Census::default());
}

#[tokio::test]
async fn a_cluster_can_be_made_beside_the_current_context() {
    let sandbox = Sandbox::new("beside").await;
    crate::scene::give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");

    create(
        &sandbox,
        &name,
        &["--no-lb", "--kubeconfig-switch-context=false"],
    )
    .await;

    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        "production\n"
    );
    let asked = kubectl(
        &sandbox,
        &[
            "--context",
            &format!("k3d-{name}"),
            "get",
            "nodes",
            "-oname",
        ],
    )
    .await;
    assert_eq!(asked, format!("node/k3d-{name}-server-0\n"));
    k3tray(&sandbox, &["use", &name]).await.ended(0);
    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        format!("k3d-{name}\n")
    );
    let alone = k3tray(&sandbox, &["kubeconfig", &name]).await.ended(0).out;
    let file = sandbox.home().join("alone.yaml");
    std::fs::write(&file, alone).unwrap();
    let through = [
        "--kubeconfig",
        file.to_str().unwrap(),
        "get",
        "--raw",
        "/readyz",
    ];
    assert_eq!(kubectl(&sandbox, &through).await, "ok");
}
