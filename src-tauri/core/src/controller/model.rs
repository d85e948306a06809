//! All that the controller knows, and how it is put together into a snapshot.
//!
//! Changed by [`super::reduce`] and [`super::request`] only; synchronous, and time is handed in.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use jiff::Timestamp;

use super::event::{Errand, Watch};
use crate::{
    cluster::{Cluster, ClusterName},
    context::ContextName,
    error::Problem,
    health::Nodes,
    image::NodeImage,
    node::{NodeHealth, NodeState, Readiness, Usage},
    operation::OperationId,
    protection::ProtectionRules,
    reach::Namespaces,
    snapshot::{EngineDetails, Snapshot},
    spec::Draft,
    state::State,
};

/// All that is known.
pub(super) struct Model {
    /// What is shown; its clusters and problems, and what is remembered, are put in by [`Model::snapshot`].
    pub(super) shown: Snapshot,
    /// What is remembered beyond the end of the app.
    pub(super) remembered: State,
    /// The clusters as the engine last listed them.
    pub(super) listed: Vec<Cluster>,
    /// The engine that is connected; what it said is shown once its clusters are known too.
    pub(super) connected: Option<EngineDetails>,
    /// Whether the clusters are being listed.
    pub(super) listing: Listing,
    /// Whether something happened to a container since the last list came.
    pub(super) unchecked: bool,
    /// When they are listed next at the latest.
    pub(super) list_at: Option<Timestamp>,
    /// Which contexts are to be handled with care.
    pub(super) rules: ProtectionRules,
    /// Whether the kubeconfig was read already.
    pub(super) contexts_known: bool,
    /// Namespaces of contexts whose clusters were asked for them.
    pub(super) namespaces: BTreeMap<ContextName, Namespaces>,
    /// The context that is being switched to from here.
    pub(super) switching: Option<ContextName>,
    /// The protected context that is being left by itself.
    pub(super) going_back_from: Option<ContextName>,
    /// The one kubeconfig that the user set.
    pub(super) kubeconfig: Option<PathBuf>,
    /// Who is watched, and what was heard.
    pub(super) watched: BTreeMap<ClusterName, Watched>,
    /// The number of the next watch.
    pub(super) next_watch: u32,
    /// Whose details are looked at.
    pub(super) looked_at: Option<ClusterName>,
    /// The containers that are measured, and what they use.
    pub(super) measured: BTreeMap<String, Option<Usage>>,
    /// The number of the next operation.
    pub(super) next_operation: u32,
    /// The wishes of running creations.
    pub(super) drafts: BTreeMap<OperationId, Draft>,
    /// What is wrong, and until when it is told.
    pub(super) concerns: Vec<(Concern, Problem, Option<Timestamp>)>,
    /// The name for a cluster that is given none.
    pub(super) proposed: ClusterName,
    /// Proposes a name that is none of these.
    pub(super) propose: fn(&[ClusterName]) -> ClusterName,
    /// The image of nodes where a wish names none.
    pub(super) default_image: NodeImage,
    /// Whether the app ends as soon as nothing runs, and nothing may begin.
    pub(super) ending: bool,
}

/// Whether the clusters are being listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// They are not.
    Idle,
    /// They are.
    Running,
    /// They are, and something has changed since: once more.
    Again,
}

/// A watch and what was heard by it.
pub(super) struct Watched {
    /// What is watched.
    pub(super) watch: Watch,
    /// What makes it another watch: the server's container and its API's address.
    pub(super) of: String,
    /// The nodes as they were last told.
    pub(super) nodes: Nodes,
    /// Why it does not answer, where it does not.
    pub(super) silent: Option<String>,
}

/// What a problem is about: a new one replaces the old, and a success ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Concern {
    /// Listing the clusters.
    Listing,
    /// Switching contexts.
    Context,
    /// One node's container.
    Node,
    /// The line for a terminal.
    Copy,
    /// A terminal.
    Shell,
    /// Reading the settings.
    Settings,
    /// What is remembered.
    State,
    /// The user's own shortcuts.
    Shortcuts,
    /// Which contexts are protected.
    Protection,
    /// Setting or listing namespaces.
    Namespaces,
    /// Whose clusters are looked at.
    Checked,
    /// What did not work beside an operation that did.
    Operation(OperationId),
}

impl Concern {
    /// What an errand is about.
    pub(super) fn of(errand: &Errand) -> Self {
        match errand {
            Errand::UseContext(_) | Errand::AddContext(_) | Errand::TellSwitch(..) => Self::Context,
            Errand::StartNode(_) | Errand::StopNode(_) => Self::Node,
            Errand::CopyExport { .. } | Errand::CopyScoped(_) => Self::Copy,
            Errand::OpenShell(_) => Self::Shell,
            Errand::Remember(_) => Self::State,
            Errand::Protect(..) | Errand::KeepNaming(_) => Self::Protection,
            Errand::UseNamespace(..) | Errand::ListNamespaces(_) => Self::Namespaces,
            Errand::KeepChecked(..) => Self::Checked,
        }
    }
}

/// What a model begins with.
pub(super) struct Beginning {
    /// What is remembered from the last run.
    pub(super) remembered: State,
    /// Which contexts are to be handled with care.
    pub(super) rules: ProtectionRules,
    /// Contexts whose clusters are asked how they are whenever contexts are shown.
    pub(super) checked: BTreeSet<ContextName>,
    /// The one kubeconfig that the user set.
    pub(super) kubeconfig: Option<PathBuf>,
    /// Why the settings could not be read.
    pub(super) settings_problem: Option<Problem>,
    /// Why what is remembered could not be read.
    pub(super) state_problem: Option<Problem>,
    /// The image of nodes where a wish names none.
    pub(super) default_image: NodeImage,
    /// Proposes a name that is none of these.
    pub(super) propose: fn(&[ClusterName]) -> ClusterName,
}

impl Model {
    /// Nothing is known but what was read from files.
    pub(super) fn new(beginning: Beginning) -> Self {
        let settings = beginning
            .settings_problem
            .map(|problem| (Concern::Settings, problem, None));
        let state = beginning
            .state_problem
            .map(|problem| (Concern::State, problem, None));
        Self {
            shown: Snapshot {
                checked_contexts: beginning.checked,
                ..Snapshot::initial()
            },
            remembered: beginning.remembered,
            rules: beginning.rules,
            contexts_known: false,
            namespaces: BTreeMap::new(),
            switching: None,
            going_back_from: None,
            kubeconfig: beginning.kubeconfig,
            listed: vec![],
            connected: None,
            listing: Listing::Idle,
            unchecked: false,
            list_at: None,
            watched: BTreeMap::new(),
            next_watch: 1,
            looked_at: None,
            measured: BTreeMap::new(),
            next_operation: 1,
            drafts: BTreeMap::new(),
            concerns: settings.into_iter().chain(state).collect(),
            proposed: (beginning.propose)(&[]),
            propose: beginning.propose,
            default_image: beginning.default_image,
            ending: false,
        }
    }

    /// Everything shown; its revision is not set.
    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            clusters: self
                .listed
                .iter()
                .map(|cluster| self.told(cluster))
                .collect(),
            problems: self
                .concerns
                .iter()
                .map(|(_, problem, _)| problem.clone())
                .collect(),
            recent_contexts: self
                .remembered
                .recent_contexts
                .iter()
                .filter(|name| self.shown.contexts.has(name))
                .cloned()
                .collect(),
            namespaces: self.known_namespaces(),
            last_draft: self.remembered.last_draft.clone(),
            ..self.shown.clone()
        }
    }

    /// A cluster with what Kubernetes says of its nodes, and what they use.
    fn told(&self, cluster: &Cluster) -> Cluster {
        let mut cluster = cluster.clone();
        let watched = self.watched.get(&cluster.name);
        for node in &mut cluster.nodes {
            node.usage = self.measured.get(&node.name).copied().flatten();
            if node.role.is_kubernetes_node() {
                // Kubernetes knows a node by its host name in lower case.
                node.health = watched.and_then(|watched| watched.health(&node.name.to_lowercase()));
            }
        }
        cluster
    }

    /// The cluster of that name, as it was listed.
    pub(super) fn cluster(&self, name: &ClusterName) -> Option<&Cluster> {
        self.listed.iter().find(|cluster| &cluster.name == name)
    }

    /// Names that a new cluster cannot have.
    pub(super) fn taken(&self) -> Vec<ClusterName> {
        let busy = self
            .shown
            .operations
            .iter()
            .filter(|operation| operation.is_running())
            .map(|operation| operation.cluster.clone());
        self.listed
            .iter()
            .map(|cluster| cluster.name.clone())
            .chain(busy)
            .collect()
    }

    /// Keeps the proposed name until it is taken: a form that is being filled in shows it.
    pub(super) fn propose_a_free_name(&mut self) {
        let taken = self.taken();
        if taken.contains(&self.proposed) {
            self.proposed = (self.propose)(&taken);
        }
    }

    /// How many operations run.
    pub(super) fn running(&self) -> usize {
        self.shown
            .operations
            .iter()
            .filter(|operation| operation.is_running())
            .count()
    }

    /// Tells what is wrong, in place of what was wrong with the same thing.
    pub(super) fn worry(&mut self, concern: Concern, problem: Problem, until: Option<Timestamp>) {
        self.calm(&concern);
        self.concerns.push((concern, problem, until));
    }

    /// It is no longer wrong.
    pub(super) fn calm(&mut self, concern: &Concern) {
        self.concerns.retain(|(known, _, _)| known != concern);
    }
}

impl Watched {
    /// What is known of a node.
    fn health(&self, node: &str) -> Option<NodeHealth> {
        let known = self.nodes.get(node).cloned();
        let Some(silence) = &self.silent else {
            return known;
        };
        // Nobody can say that a node is ready whose API does not answer.
        let readiness = Readiness::NotReady {
            reason: "NoAnswer".into(),
            message: silence.clone(),
        };
        Some(match known {
            Some(known) => NodeHealth { readiness, ..known },
            None => NodeHealth {
                readiness,
                pressures: vec![],
                roles: vec![],
                version: String::new(),
                created_at: None,
                addresses: vec![],
                cordoned: false,
            },
        })
    }
}

/// The names of a cluster's containers that can be measured.
pub(super) fn measurable(cluster: &Cluster) -> impl Iterator<Item = &String> {
    cluster
        .nodes
        .iter()
        .filter(|node| node.state == NodeState::Running)
        .map(|node| &node.name)
}
