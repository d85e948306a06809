//! How a cluster is, in one word: what its dot, the icon, the words beside its name and the notices
//! agree on.
//!
//! Derived from a snapshot and never stored. The state of the containers alone is
//! [`crate::cluster::ClusterState`]; here what Kubernetes says and what is being done are added.

use crate::{
    cluster::{Cluster, ClusterState},
    node::Readiness,
    operation::Verb,
    snapshot::Snapshot,
};

/// How a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// The engine is away; this is what its containers were.
    Remembered(ClusterState),
    /// An operation works on it.
    Busy(Verb),
    /// Every container runs and every node is Ready.
    Ready,
    /// Every container runs; of some nodes Kubernetes has not said anything.
    Starting,
    /// It runs, but not as it should.
    Degraded,
    /// Frozen.
    Paused,
    /// Not running.
    Stopped,
    /// Half made or broken.
    Partial,
}

impl Condition {
    /// The condition of a cluster of this snapshot.
    pub(crate) fn of(snapshot: &Snapshot, cluster: &Cluster) -> Self {
        if snapshot.is_stale() {
            return Self::Remembered(cluster.state);
        }
        if let Some(operation) = snapshot.running_on(&cluster.name) {
            return Self::Busy(operation.verb);
        }
        match cluster.state {
            ClusterState::Running => Self::of_running(cluster),
            ClusterState::Degraded => Self::Degraded,
            ClusterState::Paused => Self::Paused,
            ClusterState::Stopped => Self::Stopped,
            ClusterState::Partial => Self::Partial,
        }
    }

    fn of_running(cluster: &Cluster) -> Self {
        let ill = cluster
            .kubernetes_nodes()
            .filter_map(|node| node.health.as_ref())
            .any(|health| health.readiness != Readiness::Ready || !health.pressures.is_empty());
        let (ready, all) = cluster.ready();
        if ill {
            Self::Degraded
        } else if ready < all {
            Self::Starting
        } else {
            Self::Ready
        }
    }

    /// Whether somebody should look at it.
    pub(crate) fn is_ill(self) -> bool {
        matches!(self, Self::Degraded | Self::Partial)
    }

    /// The words beside the name, such as `2/3 ready` or `stopped`.
    pub(crate) fn words(self, cluster: &Cluster) -> String {
        match self {
            Self::Remembered(state) => format!("was {}", state_word(state)),
            Self::Busy(verb) => format!("{}…", verb.doing().to_lowercase()),
            Self::Ready | Self::Degraded => {
                let (ready, all) = cluster.ready();
                format!("{ready}/{all} ready")
            }
            Self::Starting => "starting…".into(),
            Self::Paused => state_word(ClusterState::Paused).into(),
            Self::Stopped => state_word(ClusterState::Stopped).into(),
            Self::Partial => state_word(ClusterState::Partial).into(),
        }
    }
}

fn state_word(state: ClusterState) -> &'static str {
    match state {
        ClusterState::Running => "running",
        ClusterState::Degraded => "degraded",
        ClusterState::Paused => "paused",
        ClusterState::Stopped => "stopped",
        ClusterState::Partial => "half made",
    }
}
