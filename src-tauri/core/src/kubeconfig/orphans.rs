//! Entries that lead nowhere or that nothing leads to, and their removal.
//!
//! Found first and shown; removed is exactly what was shown, or nothing where it changed since.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

use super::{
    Change, Kubeconfig,
    edit::Edit,
    error::KubeconfigError,
    history::Deed,
    housekeeping::items,
    kind::EntryKind,
    ours::{Hosts, Judge, Plan, clear_current},
    read::{Source, chained, current, entry_name, field, scope},
};
use crate::cluster::ClusterName;

/// An entry that can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Orphan {
    /// What it is.
    pub kind: EntryKind,
    /// Its name.
    pub name: String,
    /// The file it is in.
    pub file: PathBuf,
    /// Its line there, counted from 1.
    #[cfg_attr(test, ts(type = "number"))]
    pub line: usize,
    /// Why it can go.
    pub reason: OrphanReason,
}

/// Why an entry can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum OrphanReason {
    /// A cluster or user that no context names.
    Unused,
    /// A context that names no cluster, or one that is not there.
    NoCluster,
    /// A context that names a user that is not there.
    NoUser,
    /// It belongs to a local cluster whose containers are gone.
    ClusterGone {
        /// Which.
        cluster: ClusterName,
    },
}

impl fmt::Display for OrphanReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unused => f.write_str("no context uses it"),
            Self::NoCluster => f.write_str("its cluster entry is missing"),
            Self::NoUser => f.write_str("its user entry is missing"),
            Self::ClusterGone { cluster } => write!(f, "the cluster `{cluster}` is gone"),
        }
    }
}

impl Kubeconfig {
    /// Entries that lead nowhere or that nothing leads to, by file.
    ///
    /// `existing` are the clusters that the engine has; entries of ours and of k3d's for others are
    /// dead. Where the engine did not answer it must be none, since a cluster is not gone then.
    pub async fn orphans(&self, existing: Option<&[ClusterName]>) -> Vec<Orphan> {
        let existing = existing.map(<[ClusterName]>::to_vec);
        self.ask(move |shared| {
            Ok(find(
                &shared.chain.read(),
                existing.as_deref(),
                &shared.hosts,
            ))
        })
        .await
        .unwrap_or_default()
    }

    /// Removes exactly these entries, as [`orphans`](Self::orphans) told them. Where a context of
    /// them was the current one, none is afterwards.
    ///
    /// # Errors
    /// [`KubeconfigError::NoLongerOrphan`] where one of them is not there any more or is used again;
    /// nothing is changed then. Else as for any change.
    pub async fn clean_up(&self, orphans: Vec<Orphan>) -> Result<Change, KubeconfigError> {
        let deed = Deed::CleanUp {
            entries: orphans.len(),
        };
        self.change(deed, move |transaction, hosts| {
            transaction.edit(false, |sources, _| clean(sources, &orphans, hosts))
        })
        .await
    }
}

fn find(sources: &[Source], existing: Option<&[ClusterName]>, hosts: &Hosts) -> Vec<Orphan> {
    let mut found = Vec::new();
    let mut scopes: Vec<_> = (0..sources.len())
        .map(|file| scope(sources, file))
        .collect();
    scopes.dedup();
    for scope in scopes {
        let names = Names::of(&sources[scope.clone()]);
        for file in scope {
            names.search(&sources[file], &mut found);
        }
    }
    for dead in existing
        .map(|existing| dead(sources, existing, hosts))
        .unwrap_or_default()
    {
        // That its cluster is gone says more than that nothing uses it.
        found.retain(|other: &Orphan| !is_same_entry(other, &dead));
        found.push(dead);
    }
    let place = |orphan: &Orphan| sources.iter().position(|source| source.path == orphan.file);
    found.sort_by_key(|orphan| (place(orphan), orphan.line));
    found
}

fn is_same_entry(one: &Orphan, other: &Orphan) -> bool {
    (one.kind, &one.name, &one.file) == (other.kind, &other.name, &other.file)
}

/// What there is, and what contexts name, in files that count together.
struct Names<'a> {
    clusters: HashSet<&'a str>,
    users: HashSet<&'a str>,
    used_clusters: HashSet<&'a str>,
    used_users: HashSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(sources: &'a [Source]) -> Self {
        let entries = |list: &'static str| {
            let trees = sources.iter().filter_map(Source::tree);
            trees.flat_map(move |tree| items(tree, list).iter().map(move |&item| (tree, item)))
        };
        let named = |list| {
            let names = entries(list).filter_map(|(tree, item)| entry_name(tree, item));
            names.collect()
        };
        let used = |key| {
            let links = entries("contexts");
            let links = links.filter_map(move |(tree, item)| field(tree, item, "context", key));
            links.collect()
        };
        Self {
            clusters: named("clusters"),
            users: named("users"),
            used_clusters: used("cluster"),
            used_users: used("user"),
        }
    }

    fn search(&self, source: &Source, found: &mut Vec<Orphan>) {
        let Some(tree) = source.tree() else { return };
        for kind in EntryKind::ALL {
            for &item in items(tree, kind.list()) {
                let Some(name) = entry_name(tree, item).filter(|name| !name.is_empty()) else {
                    continue;
                };
                let link = |key| field(tree, item, "context", key);
                let missing = |names: &HashSet<&str>, link: Option<&str>| {
                    link.is_some_and(|link| !names.contains(link))
                };
                let reason = match kind {
                    EntryKind::Cluster if self.used_clusters.contains(name) => None,
                    EntryKind::User if self.used_users.contains(name) => None,
                    EntryKind::Cluster | EntryKind::User => Some(OrphanReason::Unused),
                    EntryKind::Context
                        if link("cluster").is_none()
                            || missing(&self.clusters, link("cluster")) =>
                    {
                        Some(OrphanReason::NoCluster)
                    }
                    EntryKind::Context => {
                        missing(&self.users, link("user")).then_some(OrphanReason::NoUser)
                    }
                };
                found.extend(reason.map(|reason| Orphan {
                    kind,
                    name: name.to_owned(),
                    file: source.path.clone(),
                    line: tree.node(item).line,
                    reason,
                }));
            }
        }
    }
}

/// Entries of ours and of k3d's whose cluster is not among the existing ones. Those of extra folders
/// are nobody's to judge.
fn dead(sources: &[Source], existing: &[ClusterName], hosts: &Hosts) -> Vec<Orphan> {
    let sources = chained(sources);
    let mut found = Vec::new();
    let mut judges: BTreeMap<ClusterName, Judge<'_>> = BTreeMap::new();
    for (file, source) in sources.iter().enumerate() {
        let Some(tree) = source.tree() else { continue };
        for kind in EntryKind::ALL {
            for &item in items(tree, kind.list()) {
                let Some(name) = entry_name(tree, item) else {
                    continue;
                };
                let prefixed = match kind {
                    EntryKind::User => name.strip_prefix("admin@"),
                    EntryKind::Cluster | EntryKind::Context => Some(name),
                };
                let cluster = prefixed.and_then(|name| name.strip_prefix("k3d-"));
                let Some(cluster) = cluster.filter(|cluster| !cluster.is_empty()) else {
                    continue;
                };
                let cluster = ClusterName::observed(cluster);
                if existing.contains(&cluster) {
                    continue;
                }
                let judge = judges
                    .entry(cluster.clone())
                    .or_insert_with(|| Judge::new(sources, &cluster, hosts));
                if judge.is_ours(file, kind.list(), item) {
                    found.push(Orphan {
                        kind,
                        name: name.to_owned(),
                        file: source.path.clone(),
                        line: tree.node(item).line,
                        reason: OrphanReason::ClusterGone { cluster },
                    });
                }
            }
        }
    }
    found
}

fn clean(sources: &[Source], orphans: &[Orphan], hosts: &Hosts) -> Result<Plan, KubeconfigError> {
    // Whether a cluster exists is the engine's to say, and was said when the list was made.
    let alive: Vec<ClusterName> = Vec::new();
    let idle = find(sources, None, hosts);
    let dead = dead(sources, &alive, hosts);
    let mut removals: BTreeMap<usize, Vec<(&'static str, usize)>> = BTreeMap::new();
    for orphan in orphans {
        let still_idle = match orphan.reason {
            OrphanReason::ClusterGone { .. } => &dead,
            OrphanReason::Unused | OrphanReason::NoCluster | OrphanReason::NoUser => &idle,
        };
        let still = still_idle
            .iter()
            .any(|other| is_same_entry(other, orphan) && other.reason == orphan.reason);
        let file = sources.iter().position(|source| source.path == orphan.file);
        let Some(file) = file.filter(|_| still) else {
            return Err(KubeconfigError::NoLongerOrphan {
                kind: orphan.kind,
                name: orphan.name.clone(),
            });
        };
        let list = orphan.kind.list();
        let entries = sources[file].entries(list, &orphan.name);
        let entries = entries.into_iter().map(|(index, _)| (list, index));
        removals.entry(file).or_default().extend(entries);
    }
    let mut plan = Plan::new();
    for (file, mut entries) in removals {
        // From the back, so that earlier indices stay true.
        entries.sort_unstable_by(|one, other| other.cmp(one));
        entries.dedup();
        let edits = entries.into_iter();
        let edits = edits.map(|(list, index)| Edit::Remove { list, index });
        plan.push((file, edits.collect()));
    }
    let current = current(sources).map(|(_, name)| name);
    let is_current = |orphan: &&Orphan| {
        let is_chained = || {
            chained(sources)
                .iter()
                .any(|source| source.path == orphan.file)
        };
        orphan.kind == EntryKind::Context && current == Some(&orphan.name) && is_chained()
    };
    if let Some(orphan) = orphans.iter().find(is_current) {
        plan.extend(clear_current(sources, &orphan.name));
    }
    Ok(plan)
}
