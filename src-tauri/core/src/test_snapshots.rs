//! Snapshots for tests, put together in a line or two.

use jiff::{Timestamp, ToSpan};

use crate::{
    cluster::{ApiAddress, Cluster, ClusterName, ClusterState, Origin},
    context::{Context, ContextName, Contexts},
    error::{Code, Problem},
    node::{Node, NodeHealth, NodeState, Readiness, Role},
    operation::{Operation, OperationId, OperationState, Report, Verb},
    protection::Reason,
    snapshot::{EndpointView, EngineDetails, EngineStatus, EngineView, Snapshot},
};

/// When everything in a test begins.
pub(crate) const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// What a test adds to a snapshot.
pub(crate) trait Build: Sized {
    fn with(self, cluster: Cluster) -> Self;
    fn with_operation(self, operation: Operation) -> Self;
    fn with_contexts(self, names: &[&str], current: Option<&str>) -> Self;
    fn with_protected(self, name: &str) -> Self;
}

impl Build for Snapshot {
    fn with(mut self, cluster: Cluster) -> Self {
        self.clusters.push(cluster);
        self
    }

    fn with_operation(mut self, operation: Operation) -> Self {
        self.operations.push(operation);
        self
    }

    /// Names that begin with `k3d-` are local.
    fn with_contexts(mut self, names: &[&str], current: Option<&str>) -> Self {
        self.contexts = contexts(names, current);
        self
    }

    fn with_protected(mut self, name: &str) -> Self {
        self.protected
            .insert(ContextName::new(name), Reason::Chosen);
        self
    }
}

pub(crate) fn contexts(names: &[&str], current: Option<&str>) -> Contexts {
    Contexts {
        current: current.map(ContextName::new),
        all: names
            .iter()
            .map(|name| Context {
                name: ContextName::new(*name),
                cluster: (*name).into(),
                user: (*name).into(),
                namespace: None,
                server: None,
                file: "/home/me/.kube/config".into(),
                local_cluster: name.strip_prefix("k3d-").map(ClusterName::observed),
                extra: false,
                problem: None,
            })
            .collect(),
        problems: vec![],
    }
}

pub(crate) fn details() -> EngineDetails {
    EngineDetails {
        version: "28.5.2".into(),
        api_version: "1.51".into(),
        operating_system: "Debian GNU/Linux 12 (bookworm)".into(),
        cgroup_version: 2,
        podman: false,
    }
}

pub(crate) fn endpoint() -> EndpointView {
    EndpointView {
        address: "unix:///var/run/docker.sock".into(),
        reason: "docker's default".into(),
    }
}

/// The engine answers; nothing else is there.
pub(crate) fn ready() -> Snapshot {
    Snapshot {
        engine: EngineView {
            endpoint: Some(endpoint()),
            status: EngineStatus::Ready { details: details() },
        },
        ..Snapshot::initial()
    }
}

pub(crate) fn not_running() -> Problem {
    Problem {
        what: "Docker is not running".into(),
        causes: vec!["the container engine does not answer".into()],
        hint: Some("Start it with `sudo systemctl start docker`.".into()),
        code: Code::EngineAway,
        log: vec![],
        remedy: None,
    }
}

/// The engine does not answer.
pub(crate) fn away() -> Snapshot {
    Snapshot {
        engine: EngineView {
            endpoint: Some(endpoint()),
            status: EngineStatus::Away {
                problem: not_running(),
            },
        },
        ..Snapshot::initial()
    }
}

pub(crate) fn health(ready: bool) -> NodeHealth {
    NodeHealth {
        readiness: if ready {
            Readiness::Ready
        } else {
            Readiness::NotReady {
                reason: "NodeStatusUnknown".into(),
                message: "Kubelet stopped posting node status.".into(),
            }
        },
        pressures: vec![],
        roles: vec![],
        version: "v1.31.4+k3s1".into(),
        created_at: None,
        addresses: vec![],
        cordoned: false,
    }
}

/// A running cluster with one server and a load balancer, the rest agents, the first `ready` of them
/// Ready and the others not.
pub(crate) fn cluster(name: &str, ready: usize, all: usize) -> Cluster {
    let mut cluster = bare(name, all, NodeState::Running);
    for (index, node) in cluster.nodes.iter_mut().take(all).enumerate() {
        node.health = Some(health(index < ready));
    }
    cluster
}

/// A stopped cluster with one server and a load balancer.
pub(crate) fn stopped(name: &str) -> Cluster {
    bare(name, 1, NodeState::Exited)
}

/// A cluster as the engine alone tells of it.
pub(crate) fn bare(name: &str, all: usize, state: NodeState) -> Cluster {
    let name = ClusterName::observed(name);
    let server = (name.server(0), Role::Server);
    let agents = (1..all).map(|index| {
        let index = u32::try_from(index - 1).expect("a few agents");
        (name.agent(index), Role::Agent)
    });
    let balancer = (name.load_balancer(), Role::LoadBalancer);
    let nodes: Vec<Node> = [server]
        .into_iter()
        .chain(agents)
        .chain([balancer])
        .map(|(node, role)| Node {
            id: format!("id of {node}"),
            name: node,
            role,
            state,
            health: None,
            usage: None,
            image: "rancher/k3s:v1.31.4-k3s1".into(),
            address: None,
            ports: vec![],
            created_at: NOW,
        })
        .collect();
    Cluster {
        state: ClusterState::of(&nodes),
        nodes,
        api: Some(ApiAddress {
            host: "127.0.0.1".into(),
            port: 6443,
        }),
        network: Some(name.prefixed()),
        created_at: NOW,
        origin: Origin::K3tray,
        growable: false,
        name,
    }
}

/// A creation that waits for nodes.
pub(crate) fn creating(name: &str) -> Operation {
    let mut operation = Operation::new(
        OperationId(1),
        Verb::Create,
        ClusterName::observed(name),
        NOW,
    );
    let steps = ["Make containers", "Wait for the nodes"].map(str::to_owned);
    for report in [
        Report::Steps(steps.into()),
        Report::Begin(0),
        Report::Done(0),
        Report::Begin(1),
        Report::Progress {
            step: 1,
            fraction: Some(1.0 / 3.0),
            detail: Some("1/3 ready".into()),
        },
    ] {
        operation.apply(report, NOW);
    }
    operation
}

/// The same creation, done after twelve seconds.
pub(crate) fn done(name: &str) -> Operation {
    let ended = NOW + 12.seconds();
    let mut operation = creating(name);
    operation.apply(Report::Done(1), ended);
    operation.state = OperationState::Done;
    operation.ended_at = Some(ended);
    operation
}

/// The same creation, failed.
pub(crate) fn failed(name: &str) -> Operation {
    Operation {
        state: OperationState::Failed {
            problem: Problem {
                what: format!("Could not create cluster `{name}`"),
                causes: vec!["port 6443 is in use".into()],
                hint: Some("Choose another port.".into()),
                code: Code::PortTaken,
                log: vec![],
                remedy: None,
            },
        },
        ended_at: Some(NOW + 12.seconds()),
        ..creating(name)
    }
}
