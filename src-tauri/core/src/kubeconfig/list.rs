//! Lists the contexts of the files, as kubectl would merge them.
//!
//! A file or an entry that cannot be read is reported and the others count all the same, where
//! kubectl would refuse everything. No secret leaves this module.

use std::collections::{HashMap, HashSet};

use super::{
    kind::EntryKind,
    ours::{Hosts, leads_to_ours},
    read::{Source, State, current, entry_name, field, problem, scope},
    tree::{Kind, NodeId, Style, Tree},
    value::is_special,
};
use crate::{
    cluster::ClusterName,
    context::{Context, ContextName, Contexts, FileProblem},
};

/// What a context may say of its links, each a string to kubectl.
const LINKS: [&str; 3] = ["cluster", "user", "namespace"];

/// Every context, and the current one.
///
/// A context is a local cluster's where its cluster entry is ours or k3d's: a name alone says nothing.
pub(super) fn contexts(sources: &[Source], hosts: &Hosts) -> Contexts {
    let mut found = Contexts::default();
    let mut seen = HashSet::new();
    let mut index = None;
    for (file, source) in sources.iter().enumerate() {
        match &source.state {
            State::Missing => {}
            State::Unreadable { problem, .. } => found.problems.push(problem.clone()),
            State::Read { tree, .. } => {
                let mut report = report(source, &mut found.problems);
                check_document(tree, &mut report);
                for kind in [EntryKind::Cluster, EntryKind::User] {
                    entries(tree, kind, &mut report);
                }
                let contexts = entries(tree, EntryKind::Context, &mut report);
                let scope = scope(sources, file);
                if index
                    .as_ref()
                    .is_none_or(|index: &Index<'_>| index.scope != scope)
                {
                    index = Some(Index::of(sources, scope, hosts));
                }
                let Some(index) = &index else { continue };
                for (name, item) in contexts {
                    if seen.insert(name) {
                        found.all.push(index.context(source, tree, name, item));
                    }
                }
            }
        }
    }
    found.current = current(sources).map(|(_, name)| ContextName::new(name));
    found
}

/// What kubectl would refuse this file for.
pub(super) fn check(source: &Source, problems: &mut Vec<FileProblem>) {
    let Some(tree) = source.tree() else { return };
    let mut report = report(source, problems);
    check_document(tree, &mut report);
    for kind in EntryKind::ALL {
        entries(tree, kind, &mut report);
    }
}

/// Takes problems of a file down: the line, the entry that is left out for it, and what is wrong.
fn report<'a>(
    source: &'a Source,
    problems: &'a mut Vec<FileProblem>,
) -> impl FnMut(Option<usize>, Option<usize>, String) + 'a {
    |line, entry, message| {
        problems.push(FileProblem {
            entry,
            ..problem(&source.path, line, message)
        });
    }
}

/// The entries of a file that kubectl could use.
pub(super) fn usable(source: &Source, kind: EntryKind) -> Vec<NodeId> {
    let Some(tree) = source.tree() else {
        return Vec::new();
    };
    let found = entries(tree, kind, &mut |_, _, _| {});
    found.into_iter().map(|(_, item)| item).collect()
}

/// The first entry of each name, for files with thousands.
struct Index<'a> {
    sources: &'a [Source],
    hosts: &'a Hosts,
    scope: std::ops::Range<usize>,
    clusters: HashMap<&'a str, (usize, NodeId)>,
    users: HashSet<&'a str>,
}

impl<'a> Index<'a> {
    fn of(sources: &'a [Source], scope: std::ops::Range<usize>, hosts: &'a Hosts) -> Self {
        let mut clusters = HashMap::new();
        let mut users = HashSet::new();
        for file in scope.clone() {
            let Some(tree) = sources[file].tree() else {
                continue;
            };
            let items = |list| {
                let items = tree.top(list).and_then(|list| tree.items(list));
                items.unwrap_or_default().iter()
            };
            for &item in items("clusters") {
                if let Some(name) = entry_name(tree, item) {
                    clusters.entry(name).or_insert((file, item));
                }
            }
            users.extend(items("users").filter_map(|&item| entry_name(tree, item)));
        }
        Self {
            sources,
            hosts,
            scope,
            clusters,
            users,
        }
    }

    fn context(&self, source: &Source, tree: &Tree, name: &str, item: NodeId) -> Context {
        let text = |key| field(tree, item, "context", key).unwrap_or_default();
        let (cluster, user) = (text("cluster"), text("user"));
        let entry = self.clusters.get(cluster);
        let server = entry.and_then(|&(file, entry)| {
            let tree = self.sources[file].tree()?;
            field(tree, entry, "cluster", "server").map(without_credentials)
        });
        let broken = if cluster.is_empty() {
            Some("it names no cluster".to_owned())
        } else if entry.is_none() {
            Some(format!("its cluster `{cluster}` is missing"))
        } else if server.is_none() {
            Some(format!("its cluster `{cluster}` names no server"))
        } else if !user.is_empty() && !self.users.contains(user) {
            Some(format!("its user `{user}` is missing"))
        } else {
            None
        };
        let is_ours = || {
            entry.is_some_and(|&(file, entry)| {
                let tree = self.sources[file].tree();
                tree.is_some_and(|tree| leads_to_ours(tree, entry, self.hosts))
            })
        };
        let local = name.strip_prefix("k3d-");
        let local = local.filter(|_| cluster == name && is_ours());
        let namespace = text("namespace");
        Context {
            name: ContextName::new(name),
            cluster: cluster.to_owned(),
            user: user.to_owned(),
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            server,
            file: source.path.clone(),
            local_cluster: local
                .filter(|name| !name.is_empty())
                .map(ClusterName::observed),
            extra: source.extra,
            problem: broken
                .map(|message| problem(&source.path, Some(tree.node(item).line), message)),
        }
    }
}

/// A URL may carry `user:password@`; nobody needs to see that.
pub(super) fn without_credentials(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}{}", &rest[host..])
}

/// What kubectl would refuse the whole file for, apart from single entries.
fn check_document(tree: &Tree, report: &mut impl FnMut(Option<usize>, Option<usize>, String)) {
    let Some(root) = tree.root() else { return };
    if tree.is_null(root) {
        return;
    }
    if tree.pairs(root).is_none() {
        report(
            Some(tree.node(root).line),
            None,
            "it is not a mapping".into(),
        );
    }
    for (key, wanted) in [("apiVersion", "v1"), ("kind", "Config")] {
        if let Some(id) = tree.top(key)
            && !tree.is_null(id)
            && !matches!(tree.text(id), Some(text) if text == wanted || text.is_empty())
        {
            report(
                Some(tree.node(id).line),
                None,
                format!("its `{key}` is not `{wanted}`"),
            );
        }
    }
    if let Some(id) = tree.top("current-context")
        && !tree.is_null(id)
        && !is_string(tree, id)
    {
        report(
            Some(tree.node(id).line),
            None,
            not_a_string("current-context"),
        );
    }
}

fn not_a_string(what: &str) -> String {
    format!("`{what}` is not a string; it needs quotes")
}

/// Whether kubectl takes a scalar for a string.
fn is_string(tree: &Tree, id: NodeId) -> bool {
    let node = tree.node(tree.resolve(id));
    match &node.kind {
        Kind::Scalar { text, style } => {
            *style != Style::Plain || node.tag.is_some() || !is_special(text)
        }
        _ => false,
    }
}

/// The entries of a list that can be used, each name once.
fn entries<'a>(
    tree: &'a Tree,
    kind: EntryKind,
    report: &mut impl FnMut(Option<usize>, Option<usize>, String),
) -> Vec<(&'a str, NodeId)> {
    let (list, inner) = (kind.list(), kind.inner());
    let Some(id) = tree.top(list).filter(|id| !tree.is_null(*id)) else {
        return Vec::new();
    };
    let Some(items) = tree.items(id) else {
        report(
            Some(tree.node(id).line),
            None,
            format!("`{list}` is not a list"),
        );
        return Vec::new();
    };
    let mut found: Vec<(&str, NodeId)> = Vec::new();
    let mut names = HashSet::new();
    for (index, &item) in items.iter().enumerate() {
        let entry = Some(index + 1);
        let line = Some(tree.node(item).line);
        if tree.pairs(item).is_none() && !tree.is_null(item) {
            report(
                line,
                entry,
                format!("an entry of `{list}` is not a mapping"),
            );
            continue;
        }
        let name = tree.get(item, "name");
        match name.and_then(|name| tree.text(name).map(|text| (name, text))) {
            None | Some((_, "")) => {
                report(line, entry, format!("an entry of `{list}` has no name"));
            }
            Some((id, _)) if !is_string(tree, id) => report(line, entry, not_a_string("name")),
            Some((_, name)) if names.insert(name) => match tree.get(item, inner) {
                Some(inside) if tree.pairs(inside).is_none() && !tree.is_null(inside) => {
                    let line = Some(tree.node(inside).line);
                    report(
                        line,
                        entry,
                        format!("the `{inner}` of `{name}` is not a mapping"),
                    );
                }
                _ if kind == EntryKind::Context
                    && !well_formed(tree, (index + 1, name), item, report) => {}
                _ => found.push((name, item)),
            },
            Some((_, name)) => report(line, entry, format!("`{name}` is in `{list}` twice")),
        }
    }
    found
}

/// Whether what a context links to is spelled as strings; kubectl refuses the file otherwise.
fn well_formed(
    tree: &Tree,
    (entry, name): (usize, &str),
    item: NodeId,
    report: &mut impl FnMut(Option<usize>, Option<usize>, String),
) -> bool {
    let inside = tree.get(item, "context");
    let odd = LINKS.iter().find_map(|key| {
        let id = tree.get(inside?, key)?;
        (!tree.is_null(id) && !is_string(tree, id)).then_some((key, id))
    });
    if let Some((key, id)) = odd {
        let line = Some(tree.node(id).line);
        report(
            line,
            Some(entry),
            format!("the `{key}` of `{name}` is not a string"),
        );
    }
    odd.is_none()
}
