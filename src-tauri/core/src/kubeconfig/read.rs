//! Files as they were found, and which entry of a name counts.
//!
//! The files of the chain count as kubectl merges them: the first entry of a name wins whole. A file
//! of an extra folder stands for itself, as if `KUBECONFIG` named it alone: what kubeadm and its
//! like write is called `kubernetes` in every file, and merged they would send a user to the wrong
//! cluster.

use std::{
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use super::{
    kind::EntryKind,
    tree::{NodeId, Tree},
};
use crate::context::FileProblem;

/// One file as it was found.
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) state: State,
    /// It is from an extra folder; kubectl does not read it. These come after the chain's.
    pub(super) extra: bool,
}

/// What was found.
pub(super) enum State {
    Missing,
    Unreadable {
        problem: FileProblem,
        /// None where the system refused to read it.
        bytes: Option<Vec<u8>>,
    },
    Read {
        text: String,
        tree: Tree,
    },
}

impl Source {
    /// Reads and parses one file. A missing file is a state, not a problem.
    pub(super) fn read(path: &Path) -> Self {
        let state = match std::fs::read(path) {
            Ok(bytes) => Self::parse(path, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::Missing,
            Err(error) => State::Unreadable {
                problem: problem(path, None, error.to_string()),
                bytes: None,
            },
        };
        Self {
            path: path.to_owned(),
            state,
            extra: false,
        }
    }

    /// What these bytes are as the content of a file.
    pub(super) fn parse(path: &Path, bytes: Vec<u8>) -> State {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                return State::Unreadable {
                    problem: problem(path, None, "it is not UTF-8 text".into()),
                    bytes: Some(error.into_bytes()),
                };
            }
        };
        match Tree::parse(&text) {
            Ok(tree) => State::Read { text, tree },
            Err(malformed) => State::Unreadable {
                problem: problem(path, malformed.line, malformed.message),
                bytes: Some(text.into_bytes()),
            },
        }
    }

    /// The bytes, where there are any to be had.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.state {
            State::Missing => None,
            State::Unreadable { bytes, .. } => bytes.as_deref(),
            State::Read { text, .. } => Some(text.as_bytes()),
        }
    }

    pub(super) fn tree(&self) -> Option<&Tree> {
        match &self.state {
            State::Read { tree, .. } => Some(tree),
            State::Missing | State::Unreadable { .. } => None,
        }
    }

    /// Whether all that is in it is known. Of a file that cannot be read nothing is, nor of one
    /// whose folder is missing: that may be a disk that is not there now.
    pub(super) fn is_whole(&self) -> bool {
        match &self.state {
            State::Unreadable { .. } => false,
            State::Missing => {
                let folder = self.path.parent();
                folder.is_none_or(|folder| folder.as_os_str().is_empty() || folder.is_dir())
            }
            State::Read { tree, .. } => EntryKind::ALL.iter().all(|kind| {
                let list = tree.top(kind.list());
                list.is_none_or(|list| tree.is_null(list) || tree.items(list).is_some())
            }),
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

/// The files that kubectl reads.
pub(super) fn chained(sources: &[Source]) -> &[Source] {
    let end = sources.iter().position(|source| source.extra);
    &sources[..end.unwrap_or(sources.len())]
}

/// The files in which the names in one file are looked up: the chain, or an extra file alone.
pub(super) fn scope(sources: &[Source], file: usize) -> Range<usize> {
    if sources[file].extra {
        file..file + 1
    } else {
        0..chained(sources).len()
    }
}

/// The first entry of that name: the one that counts.
pub(super) fn winner(sources: &[Source], list: &str, name: &str) -> Option<(usize, usize, NodeId)> {
    winner_in(sources, 0..sources.len(), list, name)
}

/// The first entry of that name in some of the files.
pub(super) fn winner_in(
    sources: &[Source],
    mut files: Range<usize>,
    list: &str,
    name: &str,
) -> Option<(usize, usize, NodeId)> {
    files.find_map(|file| {
        let &(index, item) = sources[file].entries(list, name).first()?;
        Some((file, index, item))
    })
}

/// The current context of the chain, and the index of the file that sets it.
pub(super) fn current(sources: &[Source]) -> Option<(usize, &str)> {
    let mut set = chained(sources).iter().enumerate();
    set.find_map(|(file, source)| Some((file, source.current()?)))
}

pub(super) fn entry_name(tree: &Tree, item: NodeId) -> Option<&str> {
    tree.text(tree.get(item, "name")?)
}

/// A text below a key of an entry's inner mapping.
pub(super) fn field<'a>(tree: &'a Tree, item: NodeId, inner: &str, key: &str) -> Option<&'a str> {
    tree.text(tree.get(tree.get(item, inner)?, key)?)
        .filter(|text| !text.is_empty())
}

pub(super) fn problem(path: &Path, line: Option<usize>, message: String) -> FileProblem {
    FileProblem {
        file: path.to_owned(),
        line,
        message,
        entry: None,
    }
}
