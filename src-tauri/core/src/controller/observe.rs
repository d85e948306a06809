//! Whom to watch and whom to measure, and what was heard: the part of [`super::reduce`] that is about
//! what runs inside the clusters.
//!
//! Pure and synchronous as well: watching and measuring themselves are effects.

use super::{
    event::{Effect, Watch, WatchId},
    model::{Model, Watched, measurable},
};
use crate::{
    cluster::{Cluster, ClusterName, ClusterState},
    error::Problem,
    health::Nodes,
    node::{NodeState, Role},
};

impl Model {
    /// Begins and ends watches, so that every running cluster has one and no other has.
    pub(super) fn watch(&mut self) -> Vec<Effect> {
        let wanted: Vec<(String, Watch)> = self.listed.iter().filter_map(watchable).collect();
        let mut effects = Vec::new();
        self.watched.retain(|name, watched| {
            let stays = wanted
                .iter()
                .any(|(of, watch)| watch.cluster == *name && *of == watched.of);
            if !stays {
                effects.push(Effect::Unwatch(watched.watch.id));
            }
            stays
        });
        for (of, watch) in wanted {
            if !self.watched.contains_key(&watch.cluster) {
                effects.push(self.watch_anew(of, watch, Nodes::new()));
            }
        }
        effects
    }

    fn watch_anew(&mut self, of: String, watch: Watch, nodes: Nodes) -> Effect {
        let watch = Watch {
            id: WatchId(self.next_watch),
            ..watch
        };
        self.next_watch += 1;
        let watched = Watched {
            watch: watch.clone(),
            of,
            nodes,
            silent: None,
        };
        self.watched.insert(watch.cluster.clone(), watched);
        Effect::Watch(watch)
    }

    /// After an operation a cluster is asked at once: its watch may wait for its next try.
    pub(super) fn watch_again(&mut self, cluster: &ClusterName) -> Vec<Effect> {
        let Some(watched) = self.watched.remove(cluster) else {
            return vec![];
        };
        let unwatch = Effect::Unwatch(watched.watch.id);
        vec![
            unwatch,
            self.watch_anew(watched.of, watched.watch, watched.nodes),
        ]
    }

    pub(super) fn heard(&mut self, id: WatchId, heard: Result<Nodes, Problem>) {
        let Some(watched) = self
            .watched
            .values_mut()
            .find(|watched| watched.watch.id == id)
        else {
            return;
        };
        match heard {
            Ok(nodes) => {
                watched.nodes = nodes;
                watched.silent = None;
            }
            Err(problem) => watched.silent = Some(problem.causes.join(": ")),
        }
    }

    /// Measures what is looked at and runs.
    pub(super) fn measure(&mut self) -> Option<Effect> {
        let looked_at = self
            .looked_at
            .as_ref()
            .filter(|_| self.connected.is_some())
            .and_then(|name| self.listed.iter().find(|cluster| &cluster.name == name));
        let wanted: Vec<String> = looked_at
            .into_iter()
            .flat_map(|cluster| measurable(cluster).cloned())
            .collect();
        if self.measured.keys().eq(sorted(&wanted)) {
            return None;
        }
        self.measured = wanted
            .iter()
            .map(|name| (name.clone(), self.measured.get(name).copied().flatten()))
            .collect();
        Some(Effect::Sample(wanted))
    }
}

fn sorted(names: &[String]) -> Vec<&String> {
    let mut names: Vec<&String> = names.iter().collect();
    names.sort();
    names
}

/// How a cluster can be watched, and what makes that another watch; none where it does not run.
fn watchable(cluster: &Cluster) -> Option<(String, Watch)> {
    let runs = matches!(
        cluster.state,
        ClusterState::Running | ClusterState::Degraded
    );
    let address = cluster.api.clone().filter(|_| runs)?;
    let server = cluster
        .nodes
        .iter()
        .find(|node| node.role == Role::Server && node.state == NodeState::Running)?;
    let of = format!("{} {}:{}", server.id, address.host, address.port);
    let watch = Watch {
        id: WatchId(0),
        cluster: cluster.name.clone(),
        server: server.name.clone(),
        address,
        nodes: cluster
            .kubernetes_nodes()
            .filter(|node| node.state == NodeState::Running)
            .map(|node| node.name.clone())
            .collect(),
    };
    Some((of, watch))
}
