//! Lists the contexts of the chain, as kubectl would merge its files.
//!
//! A file or an entry that cannot be read is reported and the others count all the same, where
//! kubectl would refuse everything. No secret leaves this module.

use std::{collections::HashSet, io, path::PathBuf};

use super::tree::{Kind, NodeId, Style, Tree};
use crate::{
    cluster::ClusterName,
    context::{Context, ContextName, Contexts, FileProblem},
    kubeconfig::value::is_special,
};

/// One file of the chain as it was found.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) state: State,
}

/// What was found.
pub(super) enum State {
    Missing,
    Unreadable(FileProblem),
    Read { text: String, tree: Tree },
}

impl Source {
    /// Reads and parses one file. A missing file is a state, not a problem.
    pub(super) fn read(path: &std::path::Path) -> Self {
        let state = match std::fs::read(path) {
            Ok(bytes) => Self::parse(path, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::Missing,
            Err(error) => State::Unreadable(problem(path, None, error.to_string())),
        };
        Self {
            path: path.to_owned(),
            state,
        }
    }

    /// What these bytes are as the content of a file.
    pub(super) fn parse(path: &std::path::Path, bytes: Vec<u8>) -> State {
        let Ok(text) = String::from_utf8(bytes) else {
            return State::Unreadable(problem(path, None, "it is not UTF-8 text".into()));
        };
        match Tree::parse(&text) {
            Ok(tree) => State::Read { text, tree },
            Err(malformed) => State::Unreadable(problem(path, malformed.line, malformed.message)),
        }
    }

    pub(super) fn tree(&self) -> Option<&Tree> {
        match &self.state {
            State::Read { tree, .. } => Some(tree),
            State::Missing | State::Unreadable(_) => None,
        }
    }

    /// The current context that this file sets, if it sets one.
    pub(super) fn current(&self) -> Option<&str> {
        let tree = self.tree()?;
        tree.text(tree.top("current-context")?)
            .filter(|name| !name.is_empty())
    }

    /// Every entry of a list that has this name, as its index and its mapping.
    pub(super) fn entries(&self, list: &str, name: &str) -> Vec<(usize, NodeId)> {
        let Some(tree) = self.tree() else {
            return Vec::new();
        };
        let items = tree.top(list).and_then(|list| tree.items(list));
        items
            .into_iter()
            .flatten()
            .enumerate()
            .filter(|(_, item)| entry_name(tree, **item) == Some(name))
            .map(|(index, item)| (index, *item))
            .collect()
    }
}

/// The first entry of that name in the chain: the one that counts.
pub(super) fn winner(sources: &[Source], list: &str, name: &str) -> Option<(usize, usize, NodeId)> {
    sources.iter().enumerate().find_map(|(file, source)| {
        let &(index, item) = source.entries(list, name).first()?;
        Some((file, index, item))
    })
}

/// The current context of the chain, and the index of the file that sets it.
pub(super) fn current(sources: &[Source]) -> Option<(usize, &str)> {
    let mut set = sources.iter().enumerate();
    set.find_map(|(file, source)| Some((file, source.current()?)))
}

fn entry_name(tree: &Tree, item: NodeId) -> Option<&str> {
    tree.text(tree.get(item, "name")?)
}

/// A text below a key of an entry's inner mapping.
pub(super) fn field<'a>(tree: &'a Tree, item: NodeId, inner: &str, key: &str) -> Option<&'a str> {
    tree.text(tree.get(tree.get(item, inner)?, key)?)
        .filter(|text| !text.is_empty())
}

fn problem(path: &std::path::Path, line: Option<usize>, message: String) -> FileProblem {
    FileProblem {
        file: path.to_owned(),
        line,
        message,
    }
}

/// Merges the files as kubectl does: the first entry of a name wins whole.
pub(super) fn contexts(sources: &[Source]) -> Contexts {
    let mut found = Contexts::default();
    let mut seen = HashSet::new();
    for source in sources {
        match &source.state {
            State::Missing => {}
            State::Unreadable(problem) => found.problems.push(problem.clone()),
            State::Read { tree, .. } => {
                let mut report = |line, message: String| {
                    found.problems.push(problem(&source.path, line, message));
                };
                check_document(tree, &mut report);
                for list in ["clusters", "users"] {
                    named_entries(tree, list, &mut report);
                }
                for (name, item) in named_entries(tree, "contexts", &mut report) {
                    if seen.insert(name) {
                        found.all.push(context(sources, source, tree, name, item));
                    }
                }
            }
        }
    }
    found.current = current(sources).map(|(_, name)| ContextName::new(name));
    found
}

fn context(sources: &[Source], source: &Source, tree: &Tree, name: &str, item: NodeId) -> Context {
    let text = |key| field(tree, item, "context", key);
    let cluster = text("cluster").unwrap_or_default();
    let server = winner(sources, "clusters", cluster).and_then(|(file, _, entry)| {
        field(sources[file].tree()?, entry, "cluster", "server").map(without_credentials)
    });
    let local = name.strip_prefix("k3d-").filter(|_| cluster == name);
    Context {
        name: ContextName::new(name),
        cluster: cluster.to_owned(),
        user: text("user").unwrap_or_default().to_owned(),
        namespace: text("namespace").map(str::to_owned),
        server,
        file: source.path.clone(),
        local_cluster: local
            .filter(|name| !name.is_empty())
            .map(ClusterName::observed),
    }
}

/// A URL may carry `user:password@`; nobody needs to see that.
fn without_credentials(url: &str) -> String {
    let (scheme, rest) = match url.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}{}", &rest[host..])
}

/// What kubectl would refuse the whole file for, apart from single entries.
fn check_document(tree: &Tree, report: &mut impl FnMut(Option<usize>, String)) {
    let Some(root) = tree.root() else { return };
    if tree.is_null(root) {
        return;
    }
    if tree.pairs(root).is_none() {
        report(Some(tree.node(root).line), "it is not a mapping".into());
    }
    for (key, wanted) in [("apiVersion", "v1"), ("kind", "Config")] {
        if let Some(id) = tree.top(key)
            && !tree.is_null(id)
            && !matches!(tree.text(id), Some(text) if text == wanted || text.is_empty())
        {
            report(
                Some(tree.node(id).line),
                format!("its `{key}` is not `{wanted}`"),
            );
        }
    }
    if let Some(id) = tree.top("current-context")
        && !tree.is_null(id)
        && !is_string(tree, id)
    {
        report(Some(tree.node(id).line), not_a_string("current-context"));
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
fn named_entries<'a>(
    tree: &'a Tree,
    list: &str,
    report: &mut impl FnMut(Option<usize>, String),
) -> Vec<(&'a str, NodeId)> {
    let Some(id) = tree.top(list).filter(|id| !tree.is_null(*id)) else {
        return Vec::new();
    };
    let Some(items) = tree.items(id) else {
        report(Some(tree.node(id).line), format!("`{list}` is not a list"));
        return Vec::new();
    };
    let mut found: Vec<(&str, NodeId)> = Vec::new();
    let mut names = HashSet::new();
    for &item in items {
        let line = Some(tree.node(item).line);
        let name = tree.get(item, "name");
        match name.and_then(|name| tree.text(name).map(|text| (name, text))) {
            None | Some((_, "")) => report(line, format!("an entry of `{list}` has no name")),
            Some((id, _)) if !is_string(tree, id) => report(line, not_a_string("name")),
            Some((_, name)) if names.insert(name) => found.push((name, item)),
            Some((_, name)) => report(line, format!("`{name}` is in `{list}` twice")),
        }
    }
    found
}
