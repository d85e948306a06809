//! What is worth interrupting somebody for.
//!
//! Operations that end, clusters that turn ill by themselves, the engine's coming and going. Nothing
//! else: what a person asked for and can see happening needs no notification.

use crate::{
    action::{Action, View},
    condition::Condition,
    node::{Node, NodeState, Readiness},
    operation::{Operation, OperationState, Verb},
    snapshot::{EngineStatus, Snapshot},
};

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One line.
    pub title: String,
    /// One or two more.
    pub body: String,
    /// What a click does.
    pub action: Option<Action>,
    /// Whether something went wrong.
    pub urgent: bool,
}

impl Notice {
    /// What the button says that does what a click does.
    pub fn button(&self) -> &'static str {
        match self.action {
            Some(Action::UseContext(_)) => "Go back",
            _ => "Show",
        }
    }
}

/// What happened between two snapshots that is worth a notification. Things that were already so in
/// the first of all snapshots are not news.
pub fn notices(old: &Snapshot, new: &Snapshot) -> Vec<Notice> {
    let ended = new
        .operations
        .iter()
        .filter(|operation| !has_ended(old, operation))
        .filter_map(|operation| ended(new, operation));
    engine(old, new)
        .into_iter()
        .chain(ended)
        .chain(turned_ill(old, new))
        .collect()
}

fn has_ended(snapshot: &Snapshot, operation: &Operation) -> bool {
    snapshot
        .operations
        .iter()
        .any(|known| known.id == operation.id && !known.is_running())
}

fn ended(new: &Snapshot, operation: &Operation) -> Option<Notice> {
    let name = &operation.cluster;
    match &operation.state {
        OperationState::Running | OperationState::Undoing | OperationState::Cancelled => None,
        OperationState::Done => {
            let details = Action::Show(View::Cluster { name: name.clone() });
            Some(Notice {
                title: format!("Cluster `{name}` {}", operation.verb.done()),
                body: done_body(new, operation),
                action: (operation.verb != Verb::Delete).then_some(details),
                urgent: false,
            })
        }
        OperationState::Failed { problem } => {
            let lines: Vec<&str> = problem
                .causes
                .first()
                .into_iter()
                .chain(&problem.hint)
                .map(String::as_str)
                .collect();
            Some(Notice {
                title: problem.what.clone(),
                body: lines.join("\n"),
                action: Some(Action::Show(View::Clusters)),
                urgent: true,
            })
        }
    }
}

/// How long it took, and whether kubectl points at the cluster.
fn done_body(new: &Snapshot, operation: &Operation) -> String {
    let took = operation
        .ended_at
        .map(|ended| ended.duration_since(operation.started_at))
        .map(|took| format!("It took {}.", in_words(took.as_secs())));
    let points_here = new.contexts.current_cluster() == Some(&operation.cluster);
    let context = (points_here && operation.verb == Verb::Create)
        .then(|| format!("`{}` is the current context.", operation.cluster.prefixed()));
    let lines: Vec<String> = context.into_iter().chain(took).collect();
    lines.join(" ")
}

fn in_words(seconds: i64) -> String {
    match seconds {
        ..=0 => "less than a second".into(),
        1 => "1 second".into(),
        2..=99 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 30) / 60),
    }
}

/// Clusters that were well and are not, although nobody works on them.
fn turned_ill(old: &Snapshot, new: &Snapshot) -> Vec<Notice> {
    new.clusters
        .iter()
        .filter(|cluster| {
            old.cluster(&cluster.name).is_some_and(|before| {
                Condition::of(old, before) == Condition::Ready
                    && Condition::of(new, cluster) == Condition::Degraded
            })
        })
        .filter(|cluster| cluster.kubernetes_nodes().any(fell_ill))
        .map(|cluster| {
            let (ready, all) = cluster.ready();
            Notice {
                title: format!("Cluster `{}` is not well", cluster.name),
                body: format!("{ready} of {all} nodes are ready."),
                action: Some(Action::Show(View::Cluster {
                    name: cluster.name.clone(),
                })),
                urgent: true,
            }
        })
        .collect()
}

/// Whether a node is ill by itself. A container that ended was stopped by somebody, who knows: one
/// that crashes is started again by the engine.
fn fell_ill(node: &Node) -> bool {
    match node.state {
        NodeState::Restarting | NodeState::Dead => true,
        NodeState::Running => node.health.as_ref().is_some_and(|health| {
            health.readiness != Readiness::Ready || !health.pressures.is_empty()
        }),
        NodeState::Created | NodeState::Paused | NodeState::Exited => false,
    }
}

fn engine(old: &Snapshot, new: &Snapshot) -> Option<Notice> {
    match (&old.engine.status, &new.engine.status) {
        (EngineStatus::Ready { .. }, EngineStatus::Away { problem }) => Some(Notice {
            title: problem.what.clone(),
            body: problem.hint.clone().unwrap_or_default(),
            action: Some(Action::Show(View::Clusters)),
            urgent: true,
        }),
        (EngineStatus::Away { .. }, EngineStatus::Ready { .. }) => Some(Notice {
            title: "The container engine is back".into(),
            body: match new.clusters.len() {
                0 => "It has no clusters.".into(),
                1 => "It has 1 cluster.".into(),
                count => format!("It has {count} clusters."),
            },
            action: Some(Action::Show(View::Clusters)),
            urgent: false,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cluster::ClusterState,
        test_snapshots::{self as snapshots, Build},
    };

    #[test]
    fn an_operation_that_ends_is_told_once_and_a_cancelled_one_never() {
        let running = snapshots::ready().with_operation(snapshots::creating("dev"));
        let done = snapshots::ready()
            .with_operation(snapshots::done("dev"))
            .with_contexts(&["k3d-dev"], Some("k3d-dev"));
        assert_eq!(
            notices(&running, &done),
            [Notice {
                title: "Cluster `dev` created".into(),
                body: "`k3d-dev` is the current context. It took 12 seconds.".into(),
                action: Some("show-cluster:dev".parse().expect("an action")),
                urgent: false,
            }]
        );
        assert_eq!(notices(&done, &done), []);
        let failed = snapshots::ready().with_operation(snapshots::failed("dev"));
        assert_eq!(
            notices(&running, &failed),
            [Notice {
                title: "Could not create cluster `dev`".into(),
                body: "port 6443 is in use\nChoose another port.".into(),
                action: Some(Action::Show(View::Clusters)),
                urgent: true,
            }]
        );
        let cancelled = snapshots::ready().with_operation(Operation {
            state: OperationState::Cancelled,
            ..snapshots::creating("dev")
        });
        assert_eq!(notices(&running, &cancelled), []);
    }

    #[test]
    fn a_cluster_that_turns_ill_by_itself_is_told_but_not_one_that_is_worked_on() {
        let well = snapshots::ready().with(snapshots::cluster("dev", 3, 3));
        let ill = snapshots::ready().with(snapshots::cluster("dev", 2, 3));
        assert_eq!(
            notices(&well, &ill),
            [Notice {
                title: "Cluster `dev` is not well".into(),
                body: "2 of 3 nodes are ready.".into(),
                action: Some("show-cluster:dev".parse().expect("an action")),
                urgent: true,
            }]
        );
        let restarting = ill.clone().with_operation(Operation {
            verb: Verb::Restart,
            ..snapshots::creating("dev")
        });
        assert_eq!(notices(&well, &restarting), []);
        assert_eq!(notices(&restarting, &ill), [], "still coming up");
        assert_eq!(notices(&Snapshot::initial(), &ill), [], "no news at start");
        let stopped = snapshots::ready().with(snapshots::stopped("dev"));
        assert_eq!(notices(&well, &stopped), [], "stopped on purpose");
        let mut one_stopped = snapshots::cluster("dev", 3, 3);
        one_stopped.nodes[2].state = NodeState::Exited;
        one_stopped.state = ClusterState::Degraded;
        let one_stopped = snapshots::ready().with(one_stopped);
        assert_eq!(
            notices(&well, &one_stopped),
            [],
            "a node stopped on purpose"
        );
    }

    #[test]
    fn the_engines_coming_and_going_is_told_once() {
        let there = snapshots::ready().with(snapshots::cluster("dev", 1, 1));
        let away = snapshots::away().with(snapshots::cluster("dev", 1, 1));
        assert_eq!(
            notices(&there, &away),
            [Notice {
                title: "Docker is not running".into(),
                body: "Start it with `sudo systemctl start docker`.".into(),
                action: Some(Action::Show(View::Clusters)),
                urgent: true,
            }]
        );
        assert_eq!(notices(&away, &away), []);
        assert_eq!(
            notices(&away, &there),
            [Notice {
                title: "The container engine is back".into(),
                body: "It has 1 cluster.".into(),
                action: Some(Action::Show(View::Clusters)),
                urgent: false,
            }]
        );
        assert_eq!(notices(&Snapshot::initial(), &there), []);
    }
}
