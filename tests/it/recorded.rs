//! Clusters exactly as the k3d CLI makes them, made again from recordings of its containers with the
//! suite's own images. What k3tray does with them is looked at in `k3d_clusters.rs`.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, NetworkCreateRequest, NetworkingConfig,
    PortBinding, RestartPolicy, RestartPolicyNameEnum, VolumeCreateRequest,
};
use k3tray_tests::{
    Sandbox, engine, eventually,
    process::free_port,
    sandbox::{LOAD_BALANCER, node_image},
};
use serde::Deserialize;

use crate::scene::{nodes_are_stand_ins, patience};

/// `k3d cluster create one`: one server and the load balancer.
pub(crate) const ONE: Recording = Recording(
    "one",
    include_str!("../../src-tauri/core/fixtures/k3d/one-containers.json"),
);
/// The same with `--no-lb`.
pub(crate) const PLAIN: Recording = Recording(
    "plain",
    include_str!("../../src-tauri/core/fixtures/k3d/plain-containers.json"),
);
/// The same with `--servers 3 --agents 1`.
pub(crate) const TRIO: Recording = Recording(
    "trio",
    include_str!("../../src-tauri/core/fixtures/k3d/trio-containers.json"),
);

/// The name of a recorded cluster, and its containers.
pub(crate) struct Recording(&'static str, &'static str);

/// What of a container was recorded.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container {
    name: String,
    hostname: String,
    env: Vec<String>,
    cmd: Option<Vec<String>>,
    entrypoint: Vec<String>,
    labels: HashMap<String, String>,
    exposed_ports: Vec<String>,
    binds: Vec<String>,
    port_bindings: Option<HashMap<String, Vec<Binding>>>,
    privileged: bool,
    init: bool,
    tmpfs: HashMap<String, String>,
    userns: String,
    network_mode: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Binding {
    host_ip: String,
    host_port: String,
}

/// Does what k3d's own script does with a node: k3s runs in the background; a server is uncordoned
/// when it answers and, told to end, drained before k3s is.
const ENTRYPOINT: &str = r#"#!/bin/sh
mount --make-rshared /
/bin/k3s "$@" &
k3s=$!
leave() {
  [ "$role" = server ] && kubectl drain "$HOSTNAME" --force --delete-emptydir-data --ignore-daemonsets --disable-eviction
  kill -TERM "$k3s"
  wait "$k3s"
  exit 0
}
role=$1
if [ "$role" = server ]; then
  until kubectl uncordon "$HOSTNAME"; do sleep 3; done
fi
trap leave TERM INT QUIT HUP
echo "waiting for $k3s"
wait "$k3s"
"#;

/// Where k3d puts that script.
const ENTRYPOINT_PATH: &str = "/bin/k3d-entrypoint.sh";

/// Makes and starts the recorded cluster under another `name`, and waits as k3d does.
pub(crate) async fn make(sandbox: &Sandbox, recording: &Recording, name: &str) {
    let containers = create(sandbox, recording, name, "false").await;
    // k3d's order: the founding server, the other servers, agents, the load balancer.
    let order = ["server-0", "server-1", "server-2", "agent-0", "serverlb"];
    for suffix in order.map(|suffix| format!("k3d-{name}-{suffix}")) {
        if containers.contains(&suffix) {
            engine::start(sandbox.docker(), &suffix).await;
            wait_until_up(sandbox, &suffix).await;
        }
    }
}

/// Makes the recorded cluster's containers without starting them and returns their names; `external`
/// is what they say of their network.
pub(crate) async fn create(
    sandbox: &Sandbox,
    recording: &Recording,
    name: &str,
    external: &str,
) -> Vec<String> {
    let docker = sandbox.docker();
    let network = format!("k3d-{name}");
    let app = HashMap::from([("app".to_owned(), "k3d".to_owned())]);
    let request = NetworkCreateRequest {
        name: network.clone(),
        labels: (external == "false").then_some(app.clone()),
        ..NetworkCreateRequest::default()
    };
    let id = docker.create_network(request).await.unwrap().id;
    let inspected = docker.inspect_network(&id, None).await.unwrap();
    let subnet = inspected
        .ipam
        .unwrap()
        .config
        .unwrap()
        .remove(0)
        .subnet
        .unwrap();
    let mut labels = app;
    labels.insert("k3d.cluster".into(), name.to_owned());
    labels.insert("k3d.version".into(), "v5.9.0".into());
    let volume = VolumeCreateRequest {
        name: Some(format!("k3d-{name}-images")),
        labels: Some(labels),
        ..VolumeCreateRequest::default()
    };
    docker.create_volume(volume).await.unwrap();

    let recorded = recording.0;
    let text = recording
        .1
        .replace(&format!("k3d-{recorded}-"), &format!("k3d-{name}-"))
        .replace(&format!("\"k3d-{recorded}\""), &format!("\"{network}\""))
        .replace(
            &format!("\"k3d.cluster\": \"{recorded}\""),
            &format!("\"k3d.cluster\": \"{name}\""),
        )
        .replace("TOKEN\"", "heron-and-crane\"")
        .replace("NETWORK-ID", &id)
        .replace("192.168.0.0/20", &subnet)
        .replace(
            "network.external\": \"false",
            &format!("network.external\": \"{external}"),
        )
        .replace("\"6550\"", &format!("\"{}\"", free_port()));
    let containers: Vec<Container> = serde_json::from_str(&text).unwrap();
    let servers: Vec<&str> = containers
        .iter()
        .filter(|container| container.labels["k3d.role"] == "server")
        .map(|container| container.name.as_str())
        .collect();
    let balancer_config = format!(
        "ports:\n  6443.tcp:\n  - {}\nsettings:\n  workerConnections: 1024\n",
        servers.join("\n  - ")
    );
    for container in &containers {
        engine::create(docker, &container.name, body(container, &network)).await;
        if container.labels["k3d.role"] == "loadbalancer" {
            engine::put_file(
                docker,
                &container.name,
                "/etc/confd/values.yaml",
                &balancer_config,
            )
            .await;
        } else {
            engine::put_file(docker, &container.name, ENTRYPOINT_PATH, ENTRYPOINT).await;
        }
    }
    containers
        .into_iter()
        .map(|container| container.name)
        .collect()
}

fn body(container: &Container, network: &str) -> ContainerCreateBody {
    let balancer = container.labels["k3d.role"] == "loadbalancer";
    let bindings = container
        .port_bindings
        .iter()
        .flatten()
        .map(|(port, bindings)| {
            let bindings = bindings.iter().map(|binding| PortBinding {
                host_ip: Some(binding.host_ip.clone()),
                host_port: Some(binding.host_port.clone()),
            });
            (port.clone(), Some(bindings.collect()))
        });
    let host = HostConfig {
        binds: Some(container.binds.clone()),
        port_bindings: Some(bindings.collect()),
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::UNLESS_STOPPED),
            maximum_retry_count: None,
        }),
        privileged: Some(container.privileged),
        init: Some(container.init),
        tmpfs: Some(container.tmpfs.clone()),
        userns_mode: Some(container.userns.clone()),
        network_mode: Some(container.network_mode.clone()),
        ..HostConfig::default()
    };
    let mut cmd = container.cmd.clone();
    if let Some(cmd) = cmd
        .as_mut()
        .filter(|cmd| cmd[0] == "server" && !nodes_are_stand_ins())
    {
        cmd.push("--disable=traefik,metrics-server".into());
    }
    ContainerCreateBody {
        hostname: Some(container.hostname.clone()),
        image: Some(if balancer {
            LOAD_BALANCER.to_owned()
        } else {
            node_image()
        }),
        env: Some(container.env.clone()),
        cmd,
        entrypoint: Some(container.entrypoint.clone()),
        labels: Some(container.labels.clone()),
        exposed_ports: Some(container.exposed_ports.clone()),
        host_config: Some(host),
        networking_config: Some(NetworkingConfig {
            endpoints_config: Some(HashMap::from([(
                network.to_owned(),
                EndpointSettings::default(),
            )])),
        }),
        ..ContainerCreateBody::default()
    }
}

/// Waits until the script's trap is set (and so k3s answers), or the load balancer serves.
async fn wait_until_up(sandbox: &Sandbox, container: &str) {
    let mark = if container.ends_with("serverlb") {
        "start worker process"
    } else {
        "waiting for "
    };
    eventually(&format!("`{container}` to be up"), patience(), async || {
        let log = engine::logs(sandbox.docker(), container).await;
        log.contains(mark).then_some(())
    })
    .await;
}
