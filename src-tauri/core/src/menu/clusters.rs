//! One line per cluster, and what can be done with it.

use super::{Dot, Entry, Item, Submenu};
use crate::{
    action::{Action, View},
    cluster::{Cluster, ClusterState},
    condition::Condition,
    context::{Context, ContextName},
    node::{Node, NodeState, Readiness},
    snapshot::Snapshot,
};

/// The lines of all clusters.
pub(super) fn entries(snapshot: &Snapshot) -> Vec<Entry> {
    snapshot
        .clusters
        .iter()
        .map(|cluster| Entry::Submenu(of(snapshot, cluster)))
        .collect()
}

fn of(snapshot: &Snapshot, cluster: &Cluster) -> Submenu {
    let name = &cluster.name;
    let condition = Condition::of(snapshot, cluster);
    let is_current = snapshot.contexts.current_cluster() == Some(name);
    let mark = if is_current { "✓ " } else { "" };
    // What only reads or writes the kubeconfig stays possible while the engine is away or at work.
    let free = !snapshot.is_stale() && snapshot.running_on(name).is_none();

    let mut entries: Vec<Entry> = vec![use_context(snapshot, cluster, is_current, free).into()];
    entries.push(Entry::Separator);
    entries.extend(verbs(cluster, free));
    entries.push(Entry::Separator);
    entries.push(nodes(cluster, condition, free));
    let shell = Item {
        action: own_context(snapshot, cluster)
            .map(|context| Action::OpenShell(context.name.clone())),
        ..Item::text("Open shell here")
    };
    let copy = Item::enabled_if(
        free,
        "Copy export KUBECONFIG=…",
        Action::CopyExport(name.clone()),
    );
    let details = Item::new(
        "Details…",
        Action::Show(View::Cluster { name: name.clone() }),
    );
    let delete = Item::enabled_if(
        free,
        "Delete…",
        Action::Show(View::Delete { name: name.clone() }),
    );
    entries.extend([
        shell.into(),
        copy.into(),
        details.into(),
        Entry::Separator,
        delete.into(),
    ]);
    Submenu {
        label: format!("{mark}{name}   {}", condition.words(cluster)),
        dot: Some(dot(condition)),
        entries,
    }
}

fn dot(condition: Condition) -> Dot {
    match condition {
        Condition::Remembered(_) | Condition::Stopped => Dot::Off,
        Condition::Busy(_) | Condition::Starting => Dot::Busy,
        Condition::Ready => Dot::Ready,
        Condition::Degraded | Condition::Partial => Dot::Degraded,
        Condition::Paused => Dot::Paused,
    }
}

fn use_context(snapshot: &Snapshot, cluster: &Cluster, is_current: bool, free: bool) -> Item {
    // One that is being made has none yet; any other's was taken out, and comes back when it is asked for.
    if !snapshot.contexts.lead_to(&cluster.name) && snapshot.running_on(&cluster.name).is_none() {
        let label = "Use this context (not in your kubeconfig)";
        let free = free && cluster.api.is_some();
        let usual = ContextName::of_cluster(&cluster.name);
        return Item {
            checked: Some(false),
            ..Item::enabled_if(free, label, Action::UseContext(usual))
        };
    }
    let context = own_context(snapshot, cluster);
    Item {
        checked: Some(is_current),
        action: context.map(|context| Action::UseContext(context.name.clone())),
        ..Item::text("Use this context")
    }
}

/// The context that leads to the cluster.
fn own_context<'a>(snapshot: &'a Snapshot, cluster: &Cluster) -> Option<&'a Context> {
    let usual = ContextName::of_cluster(&cluster.name);
    let mut own = snapshot
        .contexts
        .all
        .iter()
        .filter(|context| context.local_cluster.as_ref() == Some(&cluster.name));
    // A renamed context counts, but the usual name is the better guess where there are several.
    own.clone()
        .find(|context| context.name == usual)
        .or_else(|| own.next())
}

/// Always the same three lines, so that an open menu stays as it is while the state changes.
fn verbs(cluster: &Cluster, free: bool) -> [Entry; 3] {
    let name = || cluster.name.clone();
    let runs = matches!(
        cluster.state,
        ClusterState::Running | ClusterState::Degraded
    );
    let paused = cluster.state == ClusterState::Paused;
    let power = if runs || paused {
        Item::enabled_if(free, "Stop", Action::Stop(name()))
    } else {
        Item::enabled_if(free, "Start", Action::Start(name()))
    };
    let freeze = if paused {
        Item::enabled_if(free, "Resume", Action::Resume(name()))
    } else {
        Item::enabled_if(free && runs, "Pause", Action::Pause(name()))
    };
    let restart = Item::enabled_if(free && runs, "Restart", Action::Restart(name()));
    [power.into(), restart.into(), freeze.into()]
}

fn nodes(cluster: &Cluster, condition: Condition, free: bool) -> Entry {
    let prefix = format!("{}-", cluster.name.prefixed());
    let entries = cluster
        .nodes
        .iter()
        .map(|node| {
            let short = node.name.strip_prefix(&prefix).unwrap_or(&node.name);
            let (words, dot) = match condition {
                Condition::Remembered(_) => {
                    (format!("was {}", container_word(node.state)), Dot::Off)
                }
                _ => node_state(node),
            };
            Entry::Submenu(Submenu {
                label: format!("{short}   {words}"),
                dot: Some(dot),
                entries: vec![power_of(node, free).into()],
            })
        })
        .collect();
    Entry::Submenu(Submenu {
        label: "Nodes".into(),
        dot: None,
        entries,
    })
}

fn power_of(node: &Node, free: bool) -> Item {
    let name = || node.name.clone();
    match node.state {
        NodeState::Running | NodeState::Restarting => {
            Item::enabled_if(free, "Stop", Action::StopNode(name()))
        }
        NodeState::Created | NodeState::Exited => {
            Item::enabled_if(free, "Start", Action::StartNode(name()))
        }
        // A frozen node is thawed with its cluster, a dead one cannot be helped.
        NodeState::Paused => Item::text("Stop"),
        NodeState::Dead => Item::text("Start"),
    }
}

fn node_state(node: &Node) -> (String, Dot) {
    if node.state != NodeState::Running || !node.role.is_kubernetes_node() {
        let dot = match node.state {
            NodeState::Running => Dot::Ready,
            NodeState::Restarting | NodeState::Dead => Dot::Degraded,
            NodeState::Paused => Dot::Paused,
            NodeState::Created | NodeState::Exited => Dot::Off,
        };
        return (container_word(node.state).into(), dot);
    }
    let Some(health) = &node.health else {
        return ("starting…".into(), Dot::Busy);
    };
    match &health.readiness {
        Readiness::NotReady { .. } => ("not ready".into(), Dot::Degraded),
        Readiness::Ready if !health.pressures.is_empty() => (
            format!("ready, {}", health.pressures.join(", ")),
            Dot::Degraded,
        ),
        Readiness::Ready if health.cordoned => ("ready, takes no new pods".into(), Dot::Ready),
        Readiness::Ready => ("ready".into(), Dot::Ready),
    }
}

fn container_word(state: NodeState) -> &'static str {
    match state {
        NodeState::Created => "never started",
        NodeState::Running => "running",
        NodeState::Restarting => "restarting",
        NodeState::Paused => "paused",
        NodeState::Exited => "stopped",
        NodeState::Dead => "broken",
    }
}
