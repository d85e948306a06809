//! Which entries are ours, and what to change for a wish: pure, from files as read to edits.
//!
//! A cluster entry is ours by name and by where it points: it has our mark, or its server is this
//! machine or the engine's host, as k3d writes it. A user and a context of our names are ours when
//! they have the shape that k3d gives them and the cluster entry beside them is not someone
//! else's. Whatever is not ours is never replaced and never removed.

use super::{
    edit::{Edit, Step},
    entry::{ClusterEntry, MARK, mark, user_name},
    error::KubeconfigError,
    list::contexts,
    read::{Source, chained, current, field, winner},
    render::Fragment,
    tree::{NodeId, Tree},
};
use crate::{
    cluster::ClusterName,
    context::{ContextName, host, is_this_machine},
    namespace,
};

/// Edits for each file of the chain, by its index.
pub(super) type Plan = Vec<(usize, Vec<Edit>)>;

/// Where the engine's clusters are reached, besides this machine.
pub(super) type Hosts = [String];

/// What k3d puts into a user entry.
const USER_KEYS: [&str; 5] = [
    "client-certificate-data",
    "client-key-data",
    "username",
    "password",
    "extensions",
];

/// Makes `name` the current context.
pub(super) fn use_context(
    sources: &[Source],
    default: usize,
    name: &ContextName,
) -> Result<Plan, KubeconfigError> {
    let missing = || no_such_context(sources, name);
    let (file, ..) = winner(sources, "contexts", name.as_str()).ok_or_else(missing)?;
    if sources[file].extra {
        return Err(KubeconfigError::OutsideChain {
            context: name.clone(),
            file: sources[file].path.clone(),
        });
    }
    Ok(set_current(sources, default, name.as_str()))
}

pub(super) fn set_current(sources: &[Source], default: usize, name: &str) -> Plan {
    if current(sources).is_some_and(|(_, current)| current == name) {
        return Plan::new();
    }
    let mut edits = begin(sources, default);
    edits.push(set(vec![], "current-context", Fragment::text(name)));
    vec![(default, edits)]
}

pub(super) fn no_such_context(sources: &[Source], name: &ContextName) -> KubeconfigError {
    KubeconfigError::NoSuchContext {
        name: name.clone(),
        similar: contexts(sources, &[]).similar_to(name),
    }
}

/// Sets or clears a context's namespace, in the file the context is in.
pub(super) fn set_namespace(
    sources: &[Source],
    context: &ContextName,
    namespace: Option<&str>,
) -> Result<Plan, KubeconfigError> {
    let missing = || no_such_context(sources, context);
    let (file, index, item) = winner(sources, "contexts", context.as_str()).ok_or_else(missing)?;
    let tree = sources[file].tree().ok_or_else(missing)?;
    let now = field(tree, item, "context", "namespace");
    let is_default = now.is_none() && namespace == Some(namespace::DEFAULT);
    if is_default || now == namespace.filter(|name| !name.is_empty()) {
        return Ok(Plan::new());
    }
    let map = inner("contexts", index, "context");
    let inside = tree.get(item, "context");
    let own = |key| {
        inside
            .and_then(|inside| tree.own_pair(inside, key))
            .is_some()
    };
    let others = inside
        .and_then(|inside| tree.pairs(inside))
        .is_some_and(|pairs| pairs.len() > 1);
    // Where the key stands alone or is merged in, an empty namespace says what a missing one does.
    let edit = if namespace.is_none() && own("namespace") && !own("<<") && others {
        Edit::Unset {
            map,
            key: "namespace",
        }
    } else {
        set(
            map,
            "namespace",
            Fragment::text(namespace.unwrap_or_default()),
        )
    };
    Ok(vec![(file, vec![edit])])
}

/// Adds our three entries, or brings those that are there up to date.
pub(super) fn add_cluster(
    sources: &[Source],
    default: usize,
    entry: &ClusterEntry,
    make_current: bool,
    hosts: &Hosts,
) -> Result<Plan, KubeconfigError> {
    let mut hosts = hosts.to_vec();
    hosts.extend(host(entry.server()).map(str::to_owned));
    let sources = chained(sources);
    let judge = Judge::new(sources, entry.cluster(), &hosts);
    let mut plan = Plan::new();
    let mut missing = Vec::new();
    for (list, kind, name, item) in [
        (
            "clusters",
            "cluster",
            judge.name.clone(),
            entry.cluster_item(),
        ),
        (
            "contexts",
            "context",
            judge.name.clone(),
            entry.context_item(),
        ),
        ("users", "user", judge.user.clone(), entry.user_item()),
    ] {
        let Some((file, index, found)) = winner(sources, list, &name) else {
            missing.push(Edit::Push { list, item });
            continue;
        };
        let source = &sources[file];
        let Some(tree) = source.tree().filter(|_| judge.is_ours(file, list, found)) else {
            let file = source.path.clone();
            return Err(KubeconfigError::Conflict { kind, name, file });
        };
        let edits = match list {
            "clusters" => refresh_cluster(tree, index, found, entry),
            "users" => refresh_user(tree, index, found, entry),
            _ => Vec::new(),
        };
        plan.push((file, edits));
    }
    if !missing.is_empty() {
        let mut edits = begin(sources, default);
        edits.extend(missing);
        plan.push((default, edits));
    }
    if make_current && current(sources).is_none_or(|(_, current)| current != judge.name) {
        let edit = set(vec![], "current-context", Fragment::text(&judge.name));
        let mut edits = if plan
            .iter()
            .any(|(file, edits)| *file == default && !edits.is_empty())
        {
            Vec::new()
        } else {
            begin(sources, default)
        };
        edits.push(edit);
        plan.push((default, edits));
    }
    Ok(plan)
}

fn refresh_cluster(tree: &Tree, index: usize, item: NodeId, entry: &ClusterEntry) -> Vec<Edit> {
    let stale = ["certificate-authority", "insecure-skip-tls-verify"];
    let fields = entry.cluster_fields();
    let mut edits = refresh(tree, ("clusters", index, "cluster"), item, &fields, &stale);
    let inside = tree.get(item, "cluster");
    if !edits.is_empty()
        && inside
            .and_then(|inside| tree.get(inside, "extensions"))
            .is_none()
    {
        edits.push(set(
            inner("clusters", index, "cluster"),
            "extensions",
            mark(),
        ));
    }
    edits
}

fn refresh_user(tree: &Tree, index: usize, item: NodeId, entry: &ClusterEntry) -> Vec<Edit> {
    let stale = ["username", "password"];
    refresh(
        tree,
        ("users", index, "user"),
        item,
        &entry.user_fields(),
        &stale,
    )
}

/// Sets the fields that differ and drops those that would contradict them.
fn refresh(
    tree: &Tree,
    (list, index, key): (&'static str, usize, &'static str),
    item: NodeId,
    fields: &[(&'static str, Fragment)],
    stale: &[&'static str],
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (name, value) in fields {
        if !matches!(value, Fragment::Text(text) if field(tree, item, key, name) == Some(text)) {
            edits.push(set(inner(list, index, key), name, value.clone()));
        }
    }
    let inside = tree.get(item, key);
    for name in stale {
        if inside.and_then(|inside| tree.get(inside, name)).is_some() {
            let map = inner(list, index, key);
            edits.push(Edit::Unset { map, key: name });
        }
    }
    edits
}

/// Removes our entries from every file, and clears the current context where it was ours.
///
/// With several files, clearing the first would let the next one's current context take over. The
/// current context is never moved to another cluster, so in that case it keeps the removed name,
/// which every tool reports as missing.
pub(super) fn remove_cluster(sources: &[Source], cluster: &ClusterName, hosts: &Hosts) -> Plan {
    let sources = chained(sources);
    let judge = Judge::new(sources, cluster, hosts);
    let mut plan = Plan::new();
    let mut removed_context = false;
    for (file, source) in sources.iter().enumerate() {
        let mut edits = Vec::new();
        for (list, name) in [
            ("clusters", &judge.name),
            ("contexts", &judge.name),
            ("users", &judge.user),
        ] {
            // From the back, so that earlier indices stay true.
            for (index, item) in source.entries(list, name).into_iter().rev() {
                if judge.is_ours(file, list, item) {
                    removed_context |= list == "contexts";
                    edits.push(Edit::Remove { list, index });
                }
            }
        }
        plan.push((file, edits));
    }
    let gone = winner(sources, "contexts", &judge.name).is_none();
    if removed_context || gone {
        plan.extend(clear_current(sources, &judge.name));
    }
    plan
}

/// Leaves no current context where it is `name`, which is about to be removed.
pub(super) fn clear_current(sources: &[Source], name: &str) -> Plan {
    let sources = chained(sources);
    let set_here = (0..sources.len()).filter(|&file| sources[file].current() == Some(name));
    let mut set_later = sources.iter().filter_map(Source::current);
    let has_heir = set_later.any(|other| other != name);
    let was_current = current(sources).is_some_and(|(_, current)| current == name);
    set_here
        .skip(usize::from(was_current && has_heir))
        .map(|file| {
            let edit = set(vec![], "current-context", Fragment::text(""));
            (file, vec![edit])
        })
        .collect()
}

fn set(map: Vec<Step>, key: &'static str, value: Fragment) -> Edit {
    Edit::Set { map, key, value }
}

fn inner(list: &'static str, index: usize, key: &'static str) -> Vec<Step> {
    vec![Step::Key(list), Step::Index(index), Step::Key(key)]
}

/// The first lines, where a file has no content yet.
pub(super) fn begin(sources: &[Source], file: usize) -> Vec<Edit> {
    let empty = sources[file]
        .tree()
        .is_none_or(|tree| tree.root().is_none_or(|root| tree.is_null(root)));
    if empty { vec![Edit::Begin] } else { Vec::new() }
}

/// Tells our entries of one cluster from others of the same name.
pub(super) struct Judge<'a> {
    sources: &'a [Source],
    name: String,
    user: String,
    hosts: &'a Hosts,
}

impl<'a> Judge<'a> {
    pub(super) fn new(sources: &'a [Source], cluster: &ClusterName, hosts: &'a Hosts) -> Self {
        Self {
            sources,
            name: cluster.prefixed(),
            user: user_name(cluster),
            hosts,
        }
    }

    pub(super) fn is_ours(&self, file: usize, list: &str, item: NodeId) -> bool {
        let Some(tree) = self.sources[file].tree() else {
            return false;
        };
        match list {
            "clusters" => leads_to_ours(tree, item, self.hosts),
            "users" => {
                let inside = tree.get(item, "user");
                let keys = inside
                    .and_then(|inside| tree.pairs(inside))
                    .unwrap_or_default();
                let shape = !keys.is_empty()
                    && keys.iter().all(|(key, _)| {
                        tree.text(*key).is_some_and(|key| USER_KEYS.contains(&key))
                    });
                shape && self.beside_ours(file)
            }
            _ => {
                field(tree, item, "context", "cluster") == Some(&self.name)
                    && field(tree, item, "context", "user") == Some(&self.user)
                    && self.beside_ours(file)
            }
        }
    }

    /// The cluster entry in the same file, else the one that counts, is ours or not there.
    fn beside_ours(&self, file: usize) -> bool {
        let here = self.sources[file].entries("clusters", &self.name);
        let beside = here.first().map(|&(_, item)| (file, item)).or_else(|| {
            winner(self.sources, "clusters", &self.name).map(|(file, _, item)| (file, item))
        });
        let Some((file, item)) = beside else {
            // It may be in a file that cannot be read, and somebody else's.
            return self.sources.iter().all(Source::is_whole);
        };
        let tree = self.sources[file].tree();
        tree.is_some_and(|tree| leads_to_ours(tree, item, self.hosts))
    }
}

/// Whether a cluster entry is of a cluster of ours or k3d's, whatever its name.
pub(super) fn leads_to_ours(tree: &Tree, item: NodeId, hosts: &Hosts) -> bool {
    let inside = tree.get(item, "cluster");
    let extensions = inside
        .and_then(|inside| tree.get(inside, "extensions"))
        .and_then(|extensions| tree.items(extensions))
        .unwrap_or_default();
    let marked = extensions.iter().any(|&extension| {
        let name = tree.get(extension, "name");
        name.and_then(|name| tree.text(name)) == Some(MARK)
    });
    let near = field(tree, item, "cluster", "server")
        .and_then(host)
        .is_some_and(|host| is_this_machine(host) || hosts.iter().any(|own| own == host));
    marked || near
}
