//! What clusters there are, from the containers that Docker lists.
//!
//! Pure and synchronous: asking Docker is [`crate::engine::Engine::inventory`]'s work. Whatever the
//! labels say, every cluster comes out of here: a broken one is shown as broken and never keeps the
//! others from being seen.

use std::collections::BTreeMap;

use bollard::models::{ContainerSummary, ContainerSummaryStateEnum, PortSummary};
use jiff::Timestamp;

use crate::{
    cluster::{ApiAddress, Cluster, ClusterName, ClusterState, Origin},
    labels,
    node::{Node, NodeState, PublishedPort, Role},
};

/// The port that k3s serves its API on.
const API_PORT: u16 = 6443;
/// The argument that makes a server found an etcd cluster.
const FOUNDS_ETCD: &str = "--cluster-init";
/// k3d renames a load balancer that it replaces by so many random letters.
const RENAMED_BY: usize = 5;

/// The clusters, by name. `remote_host` is where published ports are when the engine is not on this
/// machine.
///
/// A registry belongs to its cluster's containers, but makes no cluster by itself; nor does a container
/// that carries `app=k3d` and no cluster's name.
pub fn clusters(containers: &[ContainerSummary], remote_host: Option<&str>) -> Vec<Cluster> {
    let mut by_name: BTreeMap<&str, Vec<&ContainerSummary>> = BTreeMap::new();
    for container in containers {
        if let (Some(labels::APP_VALUE), Some(name)) = (
            label(container, labels::APP),
            label(container, labels::CLUSTER),
        ) && !name.is_empty()
        {
            by_name.entry(name).or_default().push(container);
        }
    }
    by_name
        .into_iter()
        .filter(|(_, containers)| containers.iter().any(|one| role(one) != Role::Registry))
        .map(|(name, containers)| cluster(name, &containers, remote_host))
        .collect()
}

fn cluster(name: &str, containers: &[&ContainerSummary], remote_host: Option<&str>) -> Cluster {
    let mut nodes: Vec<_> = containers.iter().map(|container| node(container)).collect();
    leave_out_leftovers(&mut nodes);
    nodes.sort_by(|one, other| order(one).cmp(&order(other)));
    let first = |key| {
        containers
            .iter()
            .find_map(|one| label(one, key).filter(|value| !value.is_empty()))
    };
    let made_by_us = first(labels::K3TRAY_VERSION).is_some();
    Cluster {
        name: ClusterName::observed(name),
        state: ClusterState::of(&nodes),
        api: api(containers, remote_host),
        network: first(labels::NETWORK).map(str::to_owned),
        created_at: nodes
            .iter()
            .map(|node| node.created_at)
            .min()
            .unwrap_or_default(),
        origin: if made_by_us {
            Origin::K3tray
        } else {
            Origin::K3d
        },
        growable: containers.iter().any(|one| founds_etcd(one)),
        nodes,
    }
}

/// Takes out what k3d leaves when it is interrupted: its tools container, and the load balancer it was
/// about to replace. They are the cluster's to delete, but not to count or to start. Where nothing else
/// is left of a cluster, they stay, so that it can be seen and deleted.
fn leave_out_leftovers(nodes: &mut Vec<Node>) {
    if !nodes.iter().any(|node| node.role.is_kubernetes_node()) {
        return;
    }
    let balancers: Vec<String> = nodes
        .iter()
        .filter(|node| node.role == Role::LoadBalancer)
        .map(|node| node.name.clone())
        .collect();
    let replaced = |node: &Node| {
        balancers.iter().any(|kept| {
            let rest = node.name.strip_prefix(kept.as_str());
            rest.and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|letters| {
                    letters.len() == RENAMED_BY && letters.bytes().all(|b| b.is_ascii_alphabetic())
                })
        })
    };
    nodes.retain(|node| match node.role {
        Role::Other => !node.name.ends_with("-tools"),
        Role::LoadBalancer => !replaced(node),
        _ => true,
    });
}

/// By role, then by the number at the end of the name, then by the name.
fn order(node: &Node) -> (Role, u64, &str) {
    let digits = node.name.len()
        - node
            .name
            .trim_end_matches(|c: char| c.is_ascii_digit())
            .len();
    let number = node.name[node.name.len() - digits..].parse();
    (node.role, number.unwrap_or(u64::MAX), &node.name)
}

fn node(container: &ContainerSummary) -> Node {
    let id = container.id.clone().unwrap_or_default();
    let network = label(container, labels::NETWORK);
    let networks = container
        .network_settings
        .as_ref()
        .and_then(|settings| settings.networks.as_ref());
    Node {
        name: name(container).unwrap_or(&id).to_owned(),
        role: role(container),
        state: state(container.state),
        health: None,
        usage: None,
        image: container.image.clone().unwrap_or_default(),
        address: networks
            .zip(network)
            .and_then(|(networks, network)| networks.get(network)?.ip_address.clone())
            .filter(|address| !address.is_empty()),
        ports: ports(container.ports.as_deref().unwrap_or_default()),
        created_at: container
            .created
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .unwrap_or_default(),
        id,
    }
}

fn label<'a>(container: &'a ContainerSummary, key: &str) -> Option<&'a str> {
    container.labels.as_ref()?.get(key).map(String::as_str)
}

fn role(container: &ContainerSummary) -> Role {
    label(container, labels::ROLE).map_or(Role::Other, Role::from_label)
}

/// The container's own name: others, with a second slash, are what linked containers call it.
fn name(container: &ContainerSummary) -> Option<&str> {
    let names = container.names.as_deref()?;
    let bare = |name: &'_ String| !name.trim_start_matches('/').contains('/');
    let own = names.iter().find(|name| bare(name)).or(names.first())?;
    Some(own.trim_start_matches('/')).filter(|name| !name.is_empty())
}

fn state(state: Option<ContainerSummaryStateEnum>) -> NodeState {
    use ContainerSummaryStateEnum as Docker;
    match state {
        Some(Docker::CREATED) => NodeState::Created,
        Some(Docker::RUNNING | Docker::STOPPING) => NodeState::Running,
        Some(Docker::RESTARTING) => NodeState::Restarting,
        Some(Docker::PAUSED) => NodeState::Paused,
        Some(Docker::EXITED) => NodeState::Exited,
        // Being removed, or the engine does not know itself: nothing can be done with it.
        Some(Docker::REMOVING | Docker::DEAD | Docker::EMPTY) | None => NodeState::Dead,
    }
}

/// Ports with a host port. The engine lists one for IPv4 and one for IPv6; the same twice says nothing.
fn ports(listed: &[PortSummary]) -> Vec<PublishedPort> {
    let mut ports: Vec<_> = listed
        .iter()
        .filter(|port| port.public_port.is_some())
        .map(|port| PublishedPort {
            host_ip: port.ip.clone().unwrap_or_default(),
            host_port: port.public_port,
            container_port: port.private_port,
            protocol: port
                .typ
                .map_or_else(|| "tcp".to_owned(), |protocol| protocol.to_string()),
        })
        .collect();
    ports.sort_by(|one, other| (one.container_port, one).cmp(&(other.container_port, other)));
    let everywhere: Vec<_> = ports
        .iter()
        .filter(|port| port.host_ip == "0.0.0.0")
        .cloned()
        .collect();
    ports.retain(|port| {
        let same = |other: &PublishedPort| {
            (other.host_port, other.container_port, &other.protocol)
                == (port.host_port, port.container_port, &port.protocol)
        };
        port.host_ip != "::" || !everywhere.iter().any(same)
    });
    ports.dedup();
    ports
}

/// Where the API is published: the label of a server; else the port that is published at the moment.
fn api(containers: &[&ContainerSummary], remote_host: Option<&str>) -> Option<ApiAddress> {
    let here = || remote_host.unwrap_or("127.0.0.1").to_owned();
    let servers = || containers.iter().filter(|one| role(one) == Role::Server);
    let labelled = servers().find_map(|server| {
        let port = label(server, labels::API_PORT)?.parse().ok()?;
        let host = label(server, labels::API_HOST).unwrap_or_default();
        Some(ApiAddress {
            host: match host {
                // What listens everywhere is no host to ask, and k3d's name for Docker Desktop's host
                // resolves on few machines, while both are reached here.
                "" | "0.0.0.0" | "::" | "host.docker.internal" => here(),
                "127.0.0.1" | "localhost" if remote_host.is_some() => here(),
                host => host.to_owned(),
            },
            port,
        })
    });
    labelled.or_else(|| {
        let published = containers
            .iter()
            .filter(|one| matches!(role(one), Role::Server | Role::LoadBalancer))
            .flat_map(|one| one.ports.as_deref().unwrap_or_default())
            .find_map(|port| port.public_port.filter(|_| port.private_port == API_PORT));
        published.map(|port| ApiAddress { host: here(), port })
    })
}

/// k3d recognises a founding server by its label and its argument; either is enough to know of etcd.
fn founds_etcd(container: &ContainerSummary) -> bool {
    let command = container.command.as_deref().unwrap_or_default();
    role(container) == Role::Server
        && (label(container, labels::SERVER_INIT) == Some("true")
            || command.split_whitespace().any(|word| word == FOUNDS_ETCD))
}

#[cfg(test)]
mod tests;
