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
    read::{Source, chained, current, entry_name, field, scope, winner_in},
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
    /// Its file is in an extra folder, which is not written unless that is asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub extra: bool,
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
    /// Entries that lead nowhere or that nothing leads to, by file. While a file that counts with
    /// others cannot be read, nobody knows what these lead to, and none of them is told. Of the
    /// files of extra folders only broken contexts are.
    ///
    /// `existing` are the clusters that the engine has; entries of ours and of k3d's for others are
    /// dead. Where the engine did not answer it must be none, since a cluster is not gone then.
    pub async fn orphans(&self, existing: Option<&[ClusterName]>) -> Vec<Orphan> {
        let existing = existing.map(<[ClusterName]>::to_vec);
        self.ask(move |shared| {
            let sources = shared.settled();
            let found = find(&sources, existing.as_deref(), &shared.hosts);
            Ok(found.into_iter().map(|found| found.orphan).collect())
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

/// An orphan, and where it was found.
struct Found {
    orphan: Orphan,
    /// The index of its file, and its own in the list there.
    place: (usize, usize),
}

impl Found {
    fn new(
        sources: &[Source],
        kind: EntryKind,
        place: (usize, usize),
        reason: OrphanReason,
    ) -> Option<Self> {
        let source = &sources[place.0];
        let tree = source.tree()?;
        let item = *items(tree, kind.list()).get(place.1)?;
        let orphan = Orphan {
            kind,
            name: entry_name(tree, item)?.to_owned(),
            file: source.path.clone(),
            line: tree.node(item).line,
            reason,
            extra: source.extra,
        };
        Some(Self { orphan, place })
    }

    fn entry(&self) -> (EntryKind, (usize, usize)) {
        (self.orphan.kind, self.place)
    }
}

fn find(sources: &[Source], existing: Option<&[ClusterName]>, hosts: &Hosts) -> Vec<Found> {
    let mut found = Vec::new();
    let mut scopes: Vec<_> = (0..sources.len())
        .map(|file| scope(sources, file))
        .collect();
    scopes.dedup();
    for scope in scopes {
        if !sources[scope.clone()].iter().all(Source::is_whole) {
            continue;
        }
        let names = Names::of(&sources[scope.clone()]);
        for file in scope {
            names.search(sources, file, &mut found);
        }
    }
    for dead in existing
        .map(|existing| dead(sources, existing, hosts))
        .unwrap_or_default()
    {
        // That its cluster is gone says more than that nothing uses it.
        found.retain(|other: &Found| other.entry() != dead.entry());
        found.push(dead);
    }
    found.sort_by_key(|found| (found.place.0, found.orphan.line));
    found
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

    fn search(&self, sources: &[Source], file: usize, found: &mut Vec<Found>) {
        let Some(tree) = sources[file].tree() else {
            return;
        };
        for kind in EntryKind::ALL {
            for (index, &item) in items(tree, kind.list()).iter().enumerate() {
                let Some(name) = entry_name(tree, item).filter(|name| !name.is_empty()) else {
                    continue;
                };
                let link = |key| field(tree, item, "context", key);
                let missing = |names: &HashSet<&str>, link: Option<&str>| {
                    link.is_some_and(|link| !names.contains(link))
                };
                let reason = match kind {
                    // A file that lies in a folder may be there to be used with another.
                    EntryKind::Cluster | EntryKind::User if sources[file].extra => None,
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
                found.extend(
                    reason.and_then(|reason| Found::new(sources, kind, (file, index), reason)),
                );
            }
        }
    }
}

/// Entries of ours and of k3d's whose cluster is not among the existing ones. Those of extra folders
/// are nobody's to judge.
fn dead(sources: &[Source], existing: &[ClusterName], hosts: &Hosts) -> Vec<Found> {
    let sources = chained(sources);
    let mut found = Vec::new();
    let mut judges: BTreeMap<ClusterName, Judge<'_>> = BTreeMap::new();
    for (file, source) in sources.iter().enumerate() {
        let Some(tree) = source.tree() else { continue };
        for kind in EntryKind::ALL {
            for (index, &item) in items(tree, kind.list()).iter().enumerate() {
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
                    let reason = OrphanReason::ClusterGone { cluster };
                    found.extend(Found::new(sources, kind, (file, index), reason));
                }
            }
        }
    }
    found
}

fn clean(sources: &[Source], orphans: &[Orphan], hosts: &Hosts) -> Result<Plan, KubeconfigError> {
    // Whether a cluster exists is the engine's to say, and was said when the list was made.
    let mut left = dead(sources, &[], hosts);
    left.extend(find(sources, None, hosts));
    let mut removals: BTreeMap<usize, Vec<(&'static str, usize)>> = BTreeMap::new();
    let mut was_current = None;
    for orphan in orphans {
        let meant = meant(sources, &left, orphan);
        let found = meant.ok_or_else(|| KubeconfigError::NoLongerOrphan {
            kind: orphan.kind,
            name: orphan.name.clone(),
        })?;
        // One of two that look the same is not taken twice.
        let (kind, (file, index)) = left.swap_remove(found).entry();
        removals.entry(file).or_default().push((kind.list(), index));
        let counts = winner_in(
            sources,
            0..chained(sources).len(),
            kind.list(),
            &orphan.name,
        );
        if kind == EntryKind::Context
            && counts.is_some_and(|(holder, at, _)| (holder, at) == (file, index))
            && current(sources).is_some_and(|(_, current)| current == orphan.name)
        {
            was_current = Some(&orphan.name);
        }
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
    if let Some(name) = was_current {
        plan.extend(clear_current(sources, name));
    }
    Ok(plan)
}

/// Which of those that can go still is the one that was told. It may have moved, but where its file
/// has several of its name only its line tells them apart.
fn meant(sources: &[Source], left: &[Found], told: &Orphan) -> Option<usize> {
    let is_alone = |found: &Found| {
        let all = sources[found.place.0].entries(told.kind.list(), &told.name);
        all.len() == 1
    };
    left.iter().position(|found| {
        let line = if is_alone(found) {
            found.orphan.line
        } else {
            told.line
        };
        let told = Orphan {
            line,
            ..told.clone()
        };
        found.orphan == told
    })
}
