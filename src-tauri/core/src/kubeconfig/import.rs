//! Takes entries of another kubeconfig over: first a plan that can be shown, then what was decided.
//!
//! The plan holds no secret. The text is read again when it is carried out: if it is not what the plan
//! showed, nothing is done.

mod carry;

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    Change, Kubeconfig,
    error::KubeconfigError,
    history::Deed,
    housekeeping::{PlacedEntry, copied, items},
    kind::EntryKind,
    list, mask, portable,
    read::{Source, State, chained, entry_name, field, problem, winner},
    render::Fragment,
    tree::Tree,
    value::Value,
};
use crate::context::{Context, FileProblem};

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
    /// By what it is known whether this is still so when it is carried out.
    pub seen: String,
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
    /// The command that a user entry signs in with, its secrets masked.
    pub runs: Option<String>,
    /// Where kubectl's current context would point once this took the place of the one that is there.
    pub current_to: Option<String>,
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
            let entries = incoming.shown(&sources)?;
            Ok(ImportPlan {
                seen: incoming.seen(&entries, &shared.salt),
                entries,
                problems: incoming.problems,
                taken: taken(&sources),
            })
        })
        .await
    }

    /// Takes over all entries that are new, and the others as it was decided. The name of the current
    /// context stays what it is. `seen` is the plan's own.
    ///
    /// # Errors
    /// As for [`plan_import`](Self::plan_import); [`KubeconfigError::ImportChanged`] where the plan
    /// would be another one by now, [`KubeconfigError::Undecided`] where an entry is
    /// in conflict and nothing was decided about it, [`KubeconfigError::Exists`] where a new name
    /// is taken; nothing is changed then. Else as for any change.
    pub async fn import(
        &self,
        source: ImportSource,
        seen: String,
        choices: Vec<ImportChoice>,
    ) -> Result<Change, KubeconfigError> {
        let from = match &source {
            ImportSource::File(file) => Some(file.clone()),
            ImportSource::Text(_) => None,
        };
        let salt = self.shared.salt;
        self.change(Deed::Import { from }, move |transaction, _| {
            let incoming = Incoming::read(&source)?;
            transaction.edit(true, |sources, default| {
                let entries = incoming.shown(sources)?;
                if incoming.seen(&entries, &salt) != seen {
                    return Err(KubeconfigError::ImportChanged);
                }
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

    fn shown(&self, sources: &[Source]) -> Result<Vec<ImportEntry>, KubeconfigError> {
        let contexts = list::contexts(sources, &[]);
        let current = contexts.current_context();
        let shown = self.entries.iter().map(|entry| {
            let mut shown = entry.shown(sources)?;
            if shown.state == ImportState::Conflict {
                shown.current_to = current.and_then(|current| shown.points(current));
            }
            Ok(shown)
        });
        shown.collect()
    }

    /// A digest of what is shown, and of the secrets that are not.
    fn seen(&self, shown: &[ImportEntry], salt: &[u8]) -> String {
        let mut digest = Sha256::new_with_prefix(salt);
        digest.update(format!("{shown:?}"));
        for entry in &self.entries {
            digest.update(entry.content.document());
        }
        format!("{:x}", digest.finalize())
    }
}

impl ImportEntry {
    /// Where the current context would point with this in the place of the entry it is or names.
    fn points(&self, current: &Context) -> Option<String> {
        let tree = Tree::parse(&self.incoming).ok()?;
        let says = |inner, key| field(&tree, tree.root()?, inner, key);
        match self.kind {
            EntryKind::Cluster if self.name == current.cluster => {
                let server = says("cluster", "server").unwrap_or("no server");
                (current.server.as_deref() != Some(server)).then(|| server.to_owned())
            }
            EntryKind::Context if self.name == current.name.as_str() => {
                let cluster = says("context", "cluster").unwrap_or_default();
                (current.cluster != cluster).then(|| format!("cluster {cluster}"))
            }
            _ => None,
        }
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
        let incoming = masked(self.kind, &self.content);
        Ok(ImportEntry {
            kind: self.kind,
            name: self.name.clone(),
            state,
            runs: runs(&incoming),
            current_to: None,
            incoming,
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

/// The command line that a user entry, as it may be shown, signs in with.
fn runs(masked: &str) -> Option<String> {
    let tree = Tree::parse(masked).ok()?;
    let exec = tree.get(tree.get(tree.root()?, "user")?, "exec")?;
    let command = tree.get(exec, "command")?;
    let arguments = tree.get(exec, "args").and_then(|args| tree.items(args));
    let words = [command].into_iter();
    let words = words.chain(arguments.unwrap_or_default().iter().copied());
    let words: Vec<&str> = words.filter_map(|word| tree.text(word)).collect();
    Some(words.join(" "))
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
