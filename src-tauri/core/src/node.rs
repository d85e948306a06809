//! A node as it was observed: a container of a cluster, and what Kubernetes says of it.
//!
//! Facts only. What a node should become is in `plan`; how containers become nodes is in `inventory`.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a container is to its cluster: k3d's words, and k3d's values of the label `k3d.role`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the control plane (and, unless tainted, workloads).
    Server,
    /// Runs workloads only.
    Agent,
    /// Forwards the API port and mapped ports to the nodes.
    LoadBalancer,
    /// Serves images.
    Registry,
    /// Carries the cluster's label with no role known to us (k3d's short-lived tools container).
    Other,
}

impl Role {
    /// The role that a label value means; anything unknown is [`Role::Other`].
    pub fn from_label(value: &str) -> Self {
        match value {
            "server" => Self::Server,
            "agent" => Self::Agent,
            "loadbalancer" => Self::LoadBalancer,
            "registry" => Self::Registry,
            _ => Self::Other,
        }
    }

    /// The value that k3d writes into `k3d.role`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Agent => "agent",
            Self::LoadBalancer => "loadbalancer",
            Self::Registry => "registry",
            Self::Other => "noRole",
        }
    }

    /// Whether Kubernetes has a Node object for it.
    pub fn is_kubernetes_node(self) -> bool {
        matches!(self, Self::Server | Self::Agent)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Server => "server",
            Self::Agent => "agent",
            Self::LoadBalancer => "load balancer",
            Self::Registry => "registry",
            Self::Other => "other",
        })
    }
}

/// What the engine says of the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum NodeState {
    /// Made, never started.
    Created,
    /// Runs.
    Running,
    /// Ended by itself and is being started again: a crash loop, if it stays so.
    Restarting,
    /// Frozen.
    Paused,
    /// Ended.
    Exited,
    /// Cannot be used any more; the engine failed to remove it.
    Dead,
}

/// What Kubernetes says of the node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Readiness {
    /// The condition `Ready` is true.
    Ready,
    /// It is false or unknown.
    NotReady {
        /// The condition's reason, such as `NodeStatusUnknown`.
        reason: String,
        /// The condition's message.
        message: String,
    },
}

/// A Node object in brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct NodeHealth {
    /// The condition `Ready`.
    pub readiness: Readiness,
    /// Pressure conditions that are true: `MemoryPressure`, `DiskPressure`, `PIDPressure`.
    pub pressures: Vec<String>,
    /// Roles from the `node-role.kubernetes.io/` labels, sorted.
    pub roles: Vec<String>,
    /// The kubelet's version, such as `v1.31.4+k3s1`.
    pub version: String,
    /// When the Node object was made.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub created_at: Option<Timestamp>,
    /// The addresses Kubernetes knows, internal ones first.
    pub addresses: Vec<String>,
    /// Whether it takes no new pods.
    pub cordoned: bool,
}

/// What a container uses at the moment, as the engine measures it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Percent of one core.
    pub cpu_percent: f64,
    /// Bytes in use, page cache left out.
    #[cfg_attr(test, ts(type = "number"))]
    pub memory_bytes: u64,
}

/// A port of the host that leads to a port of a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PublishedPort {
    /// The host address it is bound to.
    pub host_ip: String,
    /// The host port; none while the container is not running and the engine does not say.
    pub host_port: Option<u16>,
    /// The container's port.
    pub container_port: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// One container of a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Node {
    /// The container's name, which is also its host name and (lower-cased) its Node's name.
    pub name: String,
    /// The container's id.
    pub id: String,
    /// What it is to the cluster.
    pub role: Role,
    /// What the engine says.
    pub state: NodeState,
    /// What Kubernetes says; none for other roles, and while it is not known.
    pub health: Option<NodeHealth>,
    /// What it uses; only while somebody looks.
    pub usage: Option<Usage>,
    /// The image it was made from, as the engine lists it.
    pub image: String,
    /// Its address on the cluster's network.
    pub address: Option<String>,
    /// Published ports.
    pub ports: Vec<PublishedPort>,
    /// When the container was made.
    #[cfg_attr(test, ts(type = "string"))]
    pub created_at: Timestamp,
}

impl Node {
    /// Whether the container runs and Kubernetes calls the node Ready.
    pub fn is_ready(&self) -> bool {
        self.state == NodeState::Running
            && self
                .health
                .as_ref()
                .is_some_and(|health| health.readiness == Readiness::Ready)
    }
}
