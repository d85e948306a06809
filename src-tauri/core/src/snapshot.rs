//! Everything anyone may show, in one value.
//!
//! Tray menu, icon, notices and window are pure functions of a [`Snapshot`]; only the controller makes
//! one. It holds no secret: it goes into the window as it is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    cluster::{Cluster, ClusterName},
    context::{ContextName, Contexts},
    error::Problem,
    operation::Operation,
    protection::Reason,
    reach::Namespaces,
    spec::Draft,
};

/// Which engine, and why that one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EndpointView {
    /// Its address, such as `unix:///var/run/docker.sock`.
    pub address: String,
    /// Why it was chosen, as a phrase: "from `DOCKER_HOST`", "docker context `colima`".
    pub reason: String,
}

/// What is known of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EngineDetails {
    /// The engine's version, such as `28.5.2`.
    pub version: String,
    /// The API version that was agreed on, such as `1.41`.
    pub api_version: String,
    /// What it runs on, such as "Docker Desktop" or "Debian GNU/Linux 12 (bookworm)".
    pub operating_system: String,
    /// 1 or 2.
    pub cgroup_version: u8,
    /// Whether it is Podman behind Docker's API.
    pub podman: bool,
}

/// Whether the engine answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum EngineStatus {
    /// Not asked yet.
    Connecting,
    /// It answers.
    Ready {
        /// What it is.
        details: EngineDetails,
    },
    /// It does not. A state, not an error: what was known of the clusters stays.
    Away {
        /// Why, and what to do.
        problem: Problem,
    },
}

/// The engine in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct EngineView {
    /// Which; none until it was looked for.
    pub endpoint: Option<EndpointView>,
    /// How it is.
    pub status: EngineStatus,
}

/// What became of a global shortcut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum ShortcutState {
    /// It works.
    Registered,
    /// It does not.
    Refused {
        /// Why: taken by another program, or not possible on this desktop.
        reason: String,
    },
}

/// A global shortcut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Shortcut {
    /// The action it speaks, in its spelling.
    pub action: String,
    /// What that does, for a person.
    pub label: String,
    /// The keys, such as `Ctrl+Super+K`.
    pub keys: String,
    /// What became of it.
    pub state: ShortcutState,
}

/// When the current context becomes another one by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct WayBack {
    /// When.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// Which one.
    pub to: ContextName,
}

/// Everything shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Grows with every change; of two snapshots the greater is newer.
    pub revision: u32,
    /// The engine.
    pub engine: EngineView,
    /// The clusters, by name. While the engine is away, the last ones known.
    pub clusters: Vec<Cluster>,
    /// The contexts.
    pub contexts: Contexts,
    /// Those that were current before and still exist, the latest first; never the current one.
    pub recent_contexts: Vec<ContextName>,
    /// Those that are to be handled with care, and why.
    pub protected: BTreeMap<ContextName, Reason>,
    /// Those whose clusters are asked how they are whenever contexts are shown.
    pub checked_contexts: BTreeSet<ContextName>,
    /// The first namespaces of the current context, if its cluster was asked for them.
    pub namespaces: Option<Namespaces>,
    /// When a protected context stops being the current one by itself.
    pub way_back: Option<WayBack>,
    /// Running operations and those that ended lately, oldest first.
    pub operations: Vec<Operation>,
    /// Things that are wrong and belong to no operation.
    pub problems: Vec<Problem>,
    /// Global shortcuts.
    pub shortcuts: Vec<Shortcut>,
    /// Whether a tray shows the app; without one the window is the only way to it.
    pub tray: bool,
    /// The last settings a cluster was made with: what "New cluster" uses, its name left empty.
    pub last_draft: Draft,
    /// Whether the user wants to quit while operations run.
    pub quitting: bool,
}

impl Snapshot {
    /// The first one: nothing is known.
    pub fn initial() -> Self {
        Self {
            revision: 0,
            engine: EngineView {
                endpoint: None,
                status: EngineStatus::Connecting,
            },
            clusters: Vec::new(),
            contexts: Contexts::default(),
            recent_contexts: Vec::new(),
            protected: BTreeMap::new(),
            checked_contexts: BTreeSet::new(),
            namespaces: None,
            way_back: None,
            operations: Vec::new(),
            problems: Vec::new(),
            shortcuts: Vec::new(),
            tray: true,
            last_draft: Draft::default(),
            quitting: false,
        }
    }

    /// Whether the clusters are only remembered.
    pub fn is_stale(&self) -> bool {
        !matches!(self.engine.status, EngineStatus::Ready { .. })
    }

    /// Why the current context is to be handled with care, if it is.
    pub fn current_protection(&self) -> Option<&Reason> {
        self.protected.get(self.contexts.current.as_ref()?)
    }

    /// The cluster of that name.
    pub fn cluster(&self, name: &ClusterName) -> Option<&Cluster> {
        self.clusters.iter().find(|cluster| &cluster.name == name)
    }

    /// The operation that works on that cluster.
    pub fn running_on(&self, name: &ClusterName) -> Option<&Operation> {
        self.operations
            .iter()
            .find(|operation| &operation.cluster == name && operation.is_running())
    }
}
