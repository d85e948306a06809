//! A cluster as it was observed, and the name of one.
//!
//! Facts only: the wish is [`crate::spec::ClusterSpec`]. A cluster has no record of its own; it is
//! the containers that carry its label.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    error::{Code, Explain},
    node::{Node, NodeState, Role},
};

/// The longest name k3d accepts.
pub const NAME_MAX: usize = 32;

/// The name of a cluster, without k3d's prefix.
///
/// A name that is *given* is parsed with [`FromStr`] and must be a DNS label of at most
/// [`NAME_MAX`] characters. A name that is *read* from a label is taken as it stands
/// ([`ClusterName::observed`]), since k3d allows upper case and dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ClusterName(String);

/// Why a name cannot be given to a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a name is needed")]
    Empty,
    /// Over [`NAME_MAX`] characters.
    #[error("a name has at most {NAME_MAX} characters")]
    TooLong,
    /// A character other than `a-z`, `0-9` and `-`.
    #[error("a name has only lower-case letters, digits and `-`; `{0}` is none of them")]
    Character(char),
    /// `-` at either end.
    #[error("a name starts and ends with a letter or a digit")]
    Edge,
}

impl Explain for NameError {
    fn code(&self) -> Code {
        Code::BadInput
    }
}

impl ClusterName {
    /// A name as a label says it.
    pub fn observed(label: impl Into<String>) -> Self {
        Self(label.into())
    }

    /// The bare name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that its context, its cluster entry and its network bear: `k3d-<name>`.
    pub fn prefixed(&self) -> String {
        format!("k3d-{}", self.0)
    }

    /// The container of its `index`th server.
    pub fn server(&self, index: u32) -> String {
        format!("k3d-{}-server-{index}", self.0)
    }

    /// The container of its `index`th agent.
    pub fn agent(&self, index: u32) -> String {
        format!("k3d-{}-agent-{index}", self.0)
    }

    /// The container of its load balancer.
    pub fn load_balancer(&self) -> String {
        format!("k3d-{}-serverlb", self.0)
    }

    /// The volume that k3d passes images through.
    pub fn image_volume(&self) -> String {
        format!("k3d-{}-images", self.0)
    }
}

impl FromStr for ClusterName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(odd) = text
            .chars()
            .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-'))
        {
            return Err(NameError::Character(odd));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(NameError::Edge);
        }
        if text.len() > NAME_MAX {
            return Err(NameError::TooLong);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The state of a whole cluster, derived from its containers by [`ClusterState::of`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ClusterState {
    /// Every container runs.
    Running,
    /// Some run, some do not.
    Degraded,
    /// Every container is frozen (or ended beside frozen ones).
    Paused,
    /// None runs.
    Stopped,
    /// Half made or broken: it has no server, or containers that never started beside none that run.
    Partial,
}

impl ClusterState {
    /// Derives the state from the containers. Registries may be shared and do not count.
    pub fn of(nodes: &[Node]) -> Self {
        let counted = || {
            nodes
                .iter()
                .filter(|node| !matches!(node.role, Role::Registry | Role::Other))
        };
        let count = |state: NodeState| counted().filter(|node| node.state == state).count();
        let all = counted().count();
        let running = count(NodeState::Running);
        let paused = count(NodeState::Paused);
        if !counted().any(|node| node.role == Role::Server) {
            Self::Partial
        } else if running == all {
            Self::Running
        } else if running > 0 || count(NodeState::Restarting) > 0 {
            Self::Degraded
        } else if paused > 0 {
            Self::Paused
        } else if count(NodeState::Created) > 0 || count(NodeState::Dead) > 0 {
            Self::Partial
        } else {
            Self::Stopped
        }
    }
}

/// Who made the cluster, by the form of its version label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Made by k3tray.
    K3tray,
    /// Made by the k3d CLI.
    K3d,
}

/// Where the API of a cluster is published on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ApiAddress {
    /// The host that belongs into a kubeconfig; never `0.0.0.0`.
    pub host: String,
    /// The host port.
    pub port: u16,
}

impl ApiAddress {
    /// Its URL, as a kubeconfig has it.
    pub fn url(&self) -> String {
        if self.host.contains(':') {
            format!("https://[{}]:{}", self.host, self.port)
        } else {
            format!("https://{}:{}", self.host, self.port)
        }
    }
}

/// One cluster, from its containers' labels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Cluster {
    /// Its name.
    pub name: ClusterName,
    /// Derived from the containers.
    pub state: ClusterState,
    /// Its containers: servers, agents, load balancer, registries, each sort by number.
    pub nodes: Vec<Node>,
    /// Where its API is published; none where no server says so.
    pub api: Option<ApiAddress>,
    /// Its network.
    pub network: Option<String>,
    /// When its first container was made.
    #[cfg_attr(test, ts(type = "string"))]
    pub created_at: Timestamp,
    /// Who made it.
    pub origin: Origin,
    /// Whether it has embedded etcd, so that servers can be added.
    pub growable: bool,
}

impl Cluster {
    /// Servers and agents: the containers that Kubernetes has a Node for.
    pub fn kubernetes_nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes
            .iter()
            .filter(|node| node.role.is_kubernetes_node())
    }

    /// How many nodes are Ready, and of how many: the `x/y ready` of the tray.
    pub fn ready(&self) -> (usize, usize) {
        let ready = self
            .kubernetes_nodes()
            .filter(|node| node.is_ready())
            .count();
        (ready, self.kubernetes_nodes().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_dns_labels_of_32_characters_are_names() {
        let long = "a".repeat(33);
        let cases: &[(&str, Result<(), NameError>)] = &[
            ("dev", Ok(())),
            ("a-1", Ok(())),
            (&long[..32], Ok(())),
            (&long, Err(NameError::TooLong)),
            ("", Err(NameError::Empty)),
            ("Dev", Err(NameError::Character('D'))),
            ("a.b", Err(NameError::Character('.'))),
            ("-a", Err(NameError::Edge)),
            ("a-", Err(NameError::Edge)),
        ];
        for (text, expected) in cases {
            assert_eq!(
                text.parse::<ClusterName>().map(|_| ()),
                *expected,
                "{text:?}"
            );
        }
    }

    fn nodes(states: &[(Role, NodeState)]) -> Vec<Node> {
        states
            .iter()
            .map(|&(role, state)| Node {
                name: String::new(),
                id: String::new(),
                role,
                state,
                health: None,
                usage: None,
                image: String::new(),
                address: None,
                ports: vec![],
                created_at: Timestamp::UNIX_EPOCH,
            })
            .collect()
    }

    #[test]
    fn one_function_derives_the_state_from_the_containers() {
        use NodeState::{Created, Dead, Exited, Paused, Restarting, Running};
        use Role::{Agent, LoadBalancer, Registry, Server};
        let cases: &[(&[(Role, NodeState)], ClusterState)] = &[
            (
                &[(Server, Running), (LoadBalancer, Running)],
                ClusterState::Running,
            ),
            (
                &[(Server, Running), (Registry, Exited)],
                ClusterState::Running,
            ),
            (
                &[(Server, Running), (Agent, Exited)],
                ClusterState::Degraded,
            ),
            (&[(Server, Restarting)], ClusterState::Degraded),
            (&[(Server, Paused), (Agent, Paused)], ClusterState::Paused),
            (&[(Server, Exited), (Agent, Exited)], ClusterState::Stopped),
            (&[(Server, Created)], ClusterState::Partial),
            (&[(Server, Dead)], ClusterState::Partial),
            (&[(Agent, Running)], ClusterState::Partial),
        ];
        for (states, expected) in cases {
            assert_eq!(ClusterState::of(&nodes(states)), *expected, "{states:?}");
        }
    }
}
