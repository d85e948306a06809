//! Which icon the tray shows, and what it says under the pointer.

use serde::{Deserialize, Serialize};

use crate::{
    condition::Condition,
    menu,
    operation::{Operation, OperationState},
    snapshot::{EngineStatus, Snapshot},
};

/// What the tray icon says at a glance; each has a drawing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Icon {
    /// Nothing to see to.
    Idle,
    /// An operation runs.
    Busy,
    /// A running cluster is not well, or an operation failed and was not looked at.
    Degraded,
    /// The engine does not answer.
    Away,
}

/// The icon for a snapshot. Of several reasons the one that explains the others wins.
pub fn icon(snapshot: &Snapshot) -> Icon {
    let ill = snapshot
        .clusters
        .iter()
        .any(|cluster| Condition::of(snapshot, cluster).is_ill());
    let failed = snapshot
        .operations
        .iter()
        .any(|operation| matches!(operation.state, OperationState::Failed { .. }));
    if matches!(snapshot.engine.status, EngineStatus::Away { .. }) {
        Icon::Away
    } else if snapshot.operations.iter().any(Operation::is_running) {
        Icon::Busy
    } else if ill || failed || !snapshot.problems.is_empty() {
        Icon::Degraded
    } else {
        Icon::Idle
    }
}

/// How many clusters a tooltip has room for.
const TOOLTIP_CLUSTERS: usize = 8;

/// The tooltip's title, and its lines as one text.
pub fn tooltip(snapshot: &Snapshot) -> (String, String) {
    let engine = match &snapshot.engine.status {
        EngineStatus::Away { problem } => Some(problem.what.replace('`', "")),
        EngineStatus::Connecting => Some("Looking for the container engine…".into()),
        EngineStatus::Ready { .. } if snapshot.clusters.is_empty() => Some("No clusters".into()),
        EngineStatus::Ready { .. } => None,
    };
    let work = snapshot
        .operations
        .iter()
        .filter(|operation| operation.is_running())
        .map(menu::operation_line);
    let clusters = snapshot
        .clusters
        .iter()
        .take(TOOLTIP_CLUSTERS)
        .map(|cluster| {
            let words = Condition::of(snapshot, cluster).words(cluster);
            format!("{}   {words}", cluster.name)
        });
    let more = match snapshot.clusters.len().saturating_sub(TOOLTIP_CLUSTERS) {
        0 => None,
        more => Some(format!("and {more} more")),
    };
    let context = snapshot
        .contexts
        .current
        .as_ref()
        .map(|name| format!("Context: {name}"));
    let lines: Vec<String> = engine
        .into_iter()
        .chain(work)
        .chain(clusters)
        .chain(more)
        .chain(context)
        .collect();
    ("k3tray".into(), lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_snapshots::{self as snapshots, Build};

    #[test]
    fn each_state_has_its_icon() {
        let cases = [
            (Snapshot::initial(), Icon::Idle),
            (snapshots::ready(), Icon::Idle),
            (
                snapshots::ready().with(snapshots::cluster("dev", 3, 3)),
                Icon::Idle,
            ),
            (
                snapshots::ready().with(snapshots::stopped("dev")),
                Icon::Idle,
            ),
            (
                snapshots::ready().with(snapshots::cluster("dev", 2, 3)),
                Icon::Degraded,
            ),
            (
                snapshots::ready().with_operation(snapshots::creating("dev")),
                Icon::Busy,
            ),
            (
                snapshots::ready().with_operation(snapshots::failed("dev")),
                Icon::Degraded,
            ),
            (
                snapshots::away()
                    .with(snapshots::cluster("dev", 2, 3))
                    .with_operation(snapshots::creating("new")),
                Icon::Away,
            ),
        ];
        for (snapshot, expected) in cases {
            assert_eq!(icon(&snapshot), expected, "{snapshot:#?}");
        }
    }

    #[test]
    fn the_tooltip_says_what_runs_and_where_kubectl_points() {
        let snapshot = snapshots::ready()
            .with(snapshots::cluster("dev", 2, 3))
            .with(snapshots::stopped("old"))
            .with_operation(snapshots::creating("new"))
            .with_contexts(&["k3d-dev"], Some("k3d-dev"));
        assert_eq!(
            tooltip(&snapshot),
            (
                "k3tray".into(),
                "Creating new: Wait for the nodes (1/3 ready)\n\
                 dev   2/3 ready\n\
                 old   stopped\n\
                 Context: k3d-dev"
                    .into()
            )
        );
    }

    #[test]
    fn without_an_engine_the_tooltip_never_says_that_there_are_no_clusters() {
        assert_eq!(tooltip(&snapshots::away()).1, "Docker is not running");
        assert_eq!(
            tooltip(&Snapshot::initial()).1,
            "Looking for the container engine…"
        );
        assert_eq!(tooltip(&snapshots::ready()).1, "No clusters");
    }
}
