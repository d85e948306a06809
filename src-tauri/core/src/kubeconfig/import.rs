//! Takes entries of another kubeconfig over: first a plan that can be shown, then what was decided.
//!
//! The plan holds no secret. The text is read again when it is carried out, and whatever was not
//! there to be decided about is not guessed.

mod carry;

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{
    Change, Kubeconfig,
    error::KubeconfigError,
    history::Deed,
    housekeeping::{PlacedEntry, copied, items},
    kind::EntryKind,
    list, mask, portable,
    read::{Source, State, chained, entry_name, problem, winner},
    render::Fragment,
    value::Value,
};
use crate::context::FileProblem;

/// Where the entries come from.
#[derive(Debug, Clone)]
pub enum ImportSource {
    /// A file; it is read, never changed. Its relative paths become absolute.
    File(PathBuf),
    /// The text of one.
    Text(SecretString),
}

/// What an import would do, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ImportPlan {
    /// Clusters, users and contexts, in this order and else as they stand there.
    pub entries: Vec<ImportEntry>,
    /// What cannot be taken over as it is, or not at all.
    pub problems: Vec<FileProblem>,
    /// Every entry that is there now: names that none can be given.
    pub taken: Vec<PlacedEntry>,
}

/// One entry that would be taken over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ImportEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Its name.
    pub name: String,
    /// What is known of it already.
    pub state: ImportState,
    /// The entry as YAML, its secrets masked.
    pub incoming: String,
    /// The entry of that name that is there now, likewise.
    pub existing: Option<String>,
    /// The file that one is in.
    pub file: Option<PathBuf>,
}

/// What is known already of an entry that would be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum ImportState {
    /// There is none of its name; it will be added.
    New,
    /// The same is there; nothing will be done.
    Same,
    /// Another one of its name is there; it has to be decided which stays.
    Conflict,
}

/// What to do with one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Decision {
    /// Leave it out; contexts that name it find the one that is there.
    Skip,
    /// Put it in the place of the one that is there.
    Replace,
    /// Take it over under another name, which the contexts beside it then use.
    Rename {
        /// The name.
        to: String,
    },
}

/// A decision about one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ImportChoice {
    /// What it is.
    pub kind: EntryKind,
    /// Its name there.
    pub name: String,
    /// What to do with it.
    pub decision: Decision,
}

impl Kubeconfig {
    /// What an import of all entries would do. Nothing is changed.
    ///
    /// # Errors
    /// [`KubeconfigError::Malformed`] where it is no kubeconfig at all,
    /// [`KubeconfigError::NothingToImport`] where it holds no entry, [`KubeconfigError::Io`].
    pub async fn plan_import(&self, source: ImportSource) -> Result<ImportPlan, KubeconfigError> {
        self.ask(move |shared| {
            let incoming = Incoming::read(&source)?;
            let sources = shared.chain.read();
            let entries = incoming.entries.iter().map(|entry| entry.shown(&sources));
            Ok(ImportPlan {
                entries: entries.collect::<Result<_, _>>()?,
                problems: incoming.problems,
                taken: taken(&sources),
            })
        })
        .await
    }

    /// Takes over all entries that are new, and the others as it was decided. The current context
    /// stays what it is.
    ///
    /// # Errors
    /// As for [`plan_import`](Self::plan_import); [`KubeconfigError::Undecided`] where an entry is
    /// in conflict and nothing was decided about it, [`KubeconfigError::Exists`] where a new name
    /// is taken; nothing is changed then. Else as for any change.
    pub async fn import(
        &self,
        source: ImportSource,
        choices: Vec<ImportChoice>,
    ) -> Result<Change, KubeconfigError> {
        let from = match &source {
            ImportSource::File(file) => Some(file.clone()),
            ImportSource::Text(_) => None,
        };
        self.change(Deed::Import { from }, move |transaction, _| {
            let incoming = Incoming::read(&source)?;
            transaction.edit(true, |sources, default| {
                carry::plan(sources, default, &incoming.entries, &choices)
            })
        })
        .await
    }
}

/// What there is to take over.
struct Incoming {
    entries: Vec<Entry>,
    problems: Vec<FileProblem>,
}

/// One entry to take over.
struct Entry {
    kind: EntryKind,
    name: String,
    content: Fragment,
}

impl Incoming {
    fn read(from: &ImportSource) -> Result<Self, KubeconfigError> {
        let source = match from {
            ImportSource::File(path) => Source::read(path),
            ImportSource::Text(text) => {
                let path = Path::new("pasted text");
                Source {
                    path: path.to_owned(),
                    state: Source::parse(path, text.expose_secret().as_bytes().to_vec()),
                    extra: false,
                }
            }
        };
        let tree = match &source.state {
            State::Missing => {
                let missing = std::io::ErrorKind::NotFound;
                return Err(KubeconfigError::io("read", source.path)(missing.into()));
            }
            State::Unreadable { problem, .. } => {
                return Err(KubeconfigError::Malformed {
                    file: problem.file.clone(),
                    line: problem.line,
                    message: problem.message.clone(),
                });
            }
            State::Read { tree, .. } => tree,
        };
        let mut problems = Vec::new();
        let mut entries = Vec::new();
        let folder = portable::folder_of(&source.path);
        list::check(&source, &mut problems);
        for kind in EntryKind::ALL {
            for item in list::usable(&source, kind) {
                let (Some(name), mut content) = (entry_name(tree, item), copied(&source, item)?)
                else {
                    continue;
                };
                match from {
                    ImportSource::File(_) => portable::anchor(&mut content, kind, &folder),
                    ImportSource::Text(_) => {
                        let line = Some(tree.node(item).line);
                        for key in portable::relative_paths(&content, kind) {
                            let message = format!(
                                "the `{key}` of `{name}` is a relative path, of which pasted text cannot tell the folder"
                            );
                            problems.push(problem(&source.path, line, message));
                        }
                    }
                }
                entries.push(Entry {
                    kind,
                    name: name.to_owned(),
                    content,
                });
            }
        }
        if entries.is_empty() {
            return Err(KubeconfigError::NothingToImport(source.path));
        }
        Ok(Self { entries, problems })
    }
}

impl Entry {
    fn shown(&self, sources: &[Source]) -> Result<ImportEntry, KubeconfigError> {
        let existing = existing(sources, self.kind, &self.name)?;
        let state = match &existing {
            None => ImportState::New,
            Some(existing) if existing.is(&self.content) => ImportState::Same,
            Some(_) => ImportState::Conflict,
        };
        Ok(ImportEntry {
            kind: self.kind,
            name: self.name.clone(),
            state,
            incoming: masked(self.kind, &self.content),
            existing: existing
                .as_ref()
                .map(|existing| masked(self.kind, &existing.content)),
            file: existing.map(|existing| sources[existing.file].path.clone()),
        })
    }
}

/// The entry of a name that is there and counts.
struct Existing {
    file: usize,
    index: usize,
    content: Fragment,
    /// The same, its paths absolute.
    anchored: Fragment,
}

impl Existing {
    /// Whether an entry says the same. Pasted text has its paths from where it is pasted to.
    fn is(&self, content: &Fragment) -> bool {
        let value = Value::of_fragment(content);
        value == Value::of_fragment(&self.content) || value == Value::of_fragment(&self.anchored)
    }
}

/// The entry of the chain that counts.
fn existing(
    sources: &[Source],
    kind: EntryKind,
    name: &str,
) -> Result<Option<Existing>, KubeconfigError> {
    let Some((file, index, item)) = winner(chained(sources), kind.list(), name) else {
        return Ok(None);
    };
    let content = copied(&sources[file], item)?;
    let mut anchored = content.clone();
    let folder = portable::folder_of(&sources[file].path);
    portable::anchor(&mut anchored, kind, &folder);
    Ok(Some(Existing {
        file,
        index,
        content,
        anchored,
    }))
}

/// Every entry of the chain.
fn taken(sources: &[Source]) -> Vec<PlacedEntry> {
    let mut taken = Vec::new();
    for source in chained(sources) {
        let Some(tree) = source.tree() else { continue };
        for kind in EntryKind::ALL {
            let named = items(tree, kind.list()).iter();
            let named = named.filter_map(|&item| entry_name(tree, item));
            taken.extend(named.map(|name| PlacedEntry {
                kind,
                name: name.to_owned(),
                file: source.path.clone(),
            }));
        }
    }
    taken
}

/// An entry as it may be shown: as YAML, in the list it stands in, which tells what is secret.
fn masked(kind: EntryKind, content: &Fragment) -> String {
    let list = Fragment::map([(kind.list(), Fragment::List(vec![content.clone()]))]);
    let lines = mask::lines(&list.document());
    let lines = lines.iter().skip(1).map(|line| {
        // Without the dash and its indentation.
        line.get(2..).unwrap_or(line)
    });
    lines.collect::<Vec<_>>().join("\n")
}
