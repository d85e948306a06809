//! Which icon the tray shows, and what it says under the pointer.

use crate::{
    condition::Condition,
    menu,
    operation::{Operation, OperationState},
    snapshot::{EngineStatus, Snapshot},
};

/// What the tray icon says at a glance; each combination has a drawing of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Icon {
    /// How things are.
    pub state: State,
    /// Whether kubectl points at a context that is to be handled with care: another colour and shape.
    pub protected: bool,
}

/// How things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
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
    Icon {
        state: state(snapshot),
        protected: snapshot.current_protection().is_some(),
    }
}

fn state(snapshot: &Snapshot) -> State {
    let ill = snapshot
        .clusters
        .iter()
        .any(|cluster| Condition::of(snapshot, cluster).is_ill());
    let failed = snapshot
        .operations
        .iter()
        .any(|operation| matches!(operation.state, OperationState::Failed { .. }));
    if matches!(snapshot.engine.status, EngineStatus::Away { .. }) {
        State::Away
    } else if snapshot.operations.iter().any(Operation::is_running) {
        State::Busy
    } else if ill || failed || !snapshot.problems.is_empty() {
        State::Degraded
    } else {
        State::Idle
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
    let context = snapshot.contexts.current.as_ref().map(|name| {
        let context = snapshot.contexts.current_context();
        let namespace = context.and_then(|context| context.namespace.as_deref());
        let namespace = namespace.map(|namespace| format!(", namespace {namespace}"));
        let care = snapshot.current_protection().map(|_| " (protected)");
        format!(
            "Context: {name}{}{}",
            care.unwrap_or_default(),
            namespace.unwrap_or_default()
        )
    });
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
            (Snapshot::initial(), State::Idle),
            (snapshots::ready(), State::Idle),
            (
                snapshots::ready().with(snapshots::cluster("dev", 3, 3)),
                State::Idle,
            ),
            (
                snapshots::ready().with(snapshots::stopped("dev")),
                State::Idle,
            ),
            (
                snapshots::ready().with(snapshots::cluster("dev", 2, 3)),
                State::Degraded,
            ),
            (
                snapshots::ready().with_operation(snapshots::creating("dev")),
                State::Busy,
            ),
            (
                snapshots::ready().with_operation(snapshots::failed("dev")),
                State::Degraded,
            ),
            (
                snapshots::away()
                    .with(snapshots::cluster("dev", 2, 3))
                    .with_operation(snapshots::creating("new")),
                State::Away,
            ),
        ];
        for (snapshot, expected) in cases {
            let expected = Icon {
                state: expected,
                protected: false,
            };
            assert_eq!(icon(&snapshot), expected, "{snapshot:#?}");
        }
    }

    #[test]
    fn a_protected_current_context_is_seen_at_a_glance_in_every_state() {
        let names = ["production", "k3d-dev"];
        let at = |current| {
            snapshots::away()
                .with_contexts(&names, Some(current))
                .with_protected("production")
        };
        let protected = Icon {
            state: State::Away,
            protected: true,
        };
        assert_eq!(icon(&at("production")), protected);
        assert!(!icon(&at("k3d-dev")).protected);
        assert_eq!(
            tooltip(&at("production")).1,
            "Docker is not running\nContext: production (protected)"
        );
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
