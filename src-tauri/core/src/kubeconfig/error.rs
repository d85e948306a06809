//! What can go wrong with kubeconfig files, and the one thing to do about it.
//!
//! No message carries content of a file: at most names of entries, which are not secret.

use std::{io, path::PathBuf, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::{history::VersionId, kind::EntryKind, lock};
use crate::{
    context::ContextName,
    error::{Code, Explain, Remedy},
    protection::Reason,
};

/// Why a kubeconfig was not read or not changed. In every case the files are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KubeconfigError {
    /// Neither a file nor a home directory is known.
    #[error("no kubeconfig file is known")]
    NoFile,
    /// The context is in none of the files.
    #[error("there is no context `{name}`")]
    NoSuchContext {
        /// As it was given.
        name: ContextName,
        /// Contexts of similar names, the most similar first.
        similar: Vec<ContextName>,
    },
    /// An entry of this name is there already.
    #[error("`{}` has a {kind} `{name}` already", file.display())]
    Exists {
        /// What it is.
        kind: EntryKind,
        /// Its name.
        name: String,
        /// Where it is.
        file: PathBuf,
    },
    /// A name is empty.
    #[error("an entry needs a name")]
    NoName,
    /// The context names a cluster or a user that is not there.
    #[error("`{context}` names the {kind} `{name}`, which is missing")]
    Dangling {
        /// The context.
        context: ContextName,
        /// What is missing.
        kind: EntryKind,
        /// Its name; empty where the context names none.
        name: String,
    },
    /// An entry cannot be written elsewhere.
    #[error("`{}`, line {line}, cannot be copied: {reason}", file.display())]
    NotCopyable {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What stands in the way.
        reason: &'static str,
    },
    /// There is no entry that could be imported.
    #[error("`{}` has no entry to import", .0.display())]
    NothingToImport(PathBuf),
    /// What is to be imported, or what is there, is not what was shown.
    #[error("it has changed since it was shown")]
    ImportChanged,
    /// An entry differs from the one that is there, and nothing was decided about it.
    #[error("there is another {kind} `{name}` already")]
    Undecided {
        /// What it is.
        kind: EntryKind,
        /// Its name.
        name: String,
    },
    /// An entry that was to be cleaned up is gone, or used again.
    #[error("the {kind} `{name}` is no longer unused")]
    NoLongerOrphan {
        /// What it is.
        kind: EntryKind,
        /// Its name.
        name: String,
    },
    /// A file that was to be written is one of those in use.
    #[error("`{}` is one of the kubeconfig files in use", .0.display())]
    InUse(PathBuf),
    /// A file that was to be written is there already.
    #[error("`{}` exists already", .0.display())]
    FileExists(PathBuf),
    /// The context is in a file of an extra folder, which kubectl does not read.
    #[error("kubectl does not read `{}`, which has the context `{context}`", file.display())]
    OutsideChain {
        /// The context.
        context: ContextName,
        /// Where it is.
        file: PathBuf,
    },
    /// An entry of the name that ours would have is not ours.
    #[error("`{}` has a {kind} `{name}` that belongs to something else", file.display())]
    Conflict {
        /// `context`, `cluster` or `user`.
        kind: &'static str,
        /// The entry's name.
        name: String,
        /// Where it is.
        file: PathBuf,
    },
    /// The file cannot be read as a kubeconfig.
    #[error("`{}`{} is not valid: {message}", file.display(), at(*line))]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// The file is valid, but the change cannot be made without rewriting other parts of it.
    #[error("`{}`{} cannot be changed in place: {reason}", file.display(), at(*line))]
    NotEditable {
        /// The file.
        file: PathBuf,
        /// Counted from 1.
        line: Option<usize>,
        /// What stands in the way.
        reason: &'static str,
    },
    /// Another program holds kubectl's lock.
    #[error("{} has held the lock `{}` for {}", who(*holder), lock.display(), words(*age))]
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// Since it was made.
        age: Duration,
        /// The number of the process, where it is another k3tray, which is alive.
        holder: Option<u32>,
    },
    /// Programs that ignore the lock keep writing the file.
    #[error("`{}` keeps changing while it is being edited", .0.display())]
    Restless(PathBuf),
    /// A file is empty or ends early, and held more a moment ago.
    #[error("`{}` seems to be half written", .0.display())]
    CutShort(PathBuf),
    /// What k3s wrote lacks something.
    #[error("the kubeconfig that k3s wrote has no {0}")]
    Incomplete(&'static str),
    /// No change of ours is known, or none that still stands.
    #[error("there is no change to undo")]
    NothingToUndo,
    /// Other changes of ours came after the one that was to be undone.
    #[error("change {0} is no longer the latest one")]
    NotLatest(VersionId),
    /// The history has no such version, or no longer.
    #[error("there is no version {0}")]
    NoSuchVersion(VersionId),
    /// A version is of a file that is not among those in use now.
    #[error("`{}` is not one of the kubeconfig files in use", .0.display())]
    NotOurs(PathBuf),
    /// Putting back would make a protected context the current one, and nobody confirmed that.
    #[error("`{context}` would become the current context, and it is protected: {reason}")]
    Protected {
        /// The context.
        context: ContextName,
        /// Why it is protected.
        reason: Reason,
    },
    /// The file is no longer what our last change left.
    #[error("`{}` was changed again since", .0.display())]
    ChangedSince(PathBuf),
    /// The system refused.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The work was cut off before it ended.
    #[error("the work on the kubeconfig was cut off")]
    CutOff(#[source] tokio::task::JoinError),
}

fn who(holder: Option<u32>) -> String {
    holder.map_or_else(
        || "another program".into(),
        |process| format!("another k3tray (process {process})"),
    )
}

/// A duration in its largest unit.
fn words(time: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    match time.as_secs() {
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 2 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

fn at(line: Option<usize>) -> String {
    line.map(|line| format!(", line {line},"))
        .unwrap_or_default()
}

impl KubeconfigError {
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}

impl Explain for KubeconfigError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoFile => Some("Set `KUBECONFIG`, or `HOME`.".into()),
            Self::NoSuchContext { similar, .. } => Some(match &similar[..] {
                [] => "`kubectl config get-contexts` lists them.".into(),
                similar => {
                    let names: Vec<_> = similar.iter().map(|name| format!("`{name}`")).collect();
                    format!("Did you mean {}?", names.join(" or "))
                }
            }),
            Self::CutOff(_) | Self::NothingToUndo | Self::NoSuchVersion(_) => None,
            Self::Exists { .. } | Self::NoName => Some("Choose another name.".into()),
            Self::Dangling { kind, name, .. } if name.is_empty() => {
                Some(format!("Give the context a {kind}."))
            }
            Self::Dangling { kind, name, .. } => {
                Some(format!("Add the {kind} `{name}`, or delete the context."))
            }
            Self::NotCopyable { .. } => Some("Write the value out in the file.".into()),
            Self::NothingToImport(_) => {
                Some("A kubeconfig has `clusters`, `users` and `contexts`.".into())
            }
            Self::ImportChanged => Some(
                "Press “Show what is in it” again and decide anew: nothing was imported.".into(),
            ),
            Self::Undecided { .. } => {
                Some("Skip it, replace the one that is there, or rename it.".into())
            }
            Self::NoLongerOrphan { .. } => Some("Look again, and clean up what is left.".into()),
            Self::InUse(_) => Some("Import into it instead, or choose another file.".into()),
            Self::FileExists(_) => Some("Choose another name, or replace it.".into()),
            Self::NotOurs(file) => Some(format!(
                "Name it in `KUBECONFIG` to change it: `KUBECONFIG={}`.",
                file.display()
            )),
            Self::OutsideChain { context, .. } => Some(format!(
                "Import it, or open a shell with it: `k3tray shell {context}`."
            )),
            Self::Conflict { kind, name, .. } => Some(format!(
                "Rename the {kind} `{name}`, or give the cluster another name."
            )),
            Self::Malformed { .. } => Some("Correct the file; it was left as it is.".into()),
            Self::NotEditable { .. } => Some(
                "Make this change with `kubectl config`, which rewrites the whole file.".into(),
            ),
            Self::Locked {
                age, holder: None, ..
            } if *age >= lock::STALE_AFTER => Some(
                "It was probably left behind. If nothing is changing the kubeconfig, remove it: \
                 `k3tray kubeconfig unlock`."
                    .into(),
            ),
            Self::Locked { .. } => Some("Try again when it is done.".into()),
            Self::Restless(_) | Self::CutShort(_) => {
                Some("Try again when the other program is done.".into())
            }
            Self::Incomplete(_) => {
                Some("Wait until the server has started, then try again.".into())
            }
            Self::ChangedSince(_) | Self::NotLatest(_) => {
                Some("Look at the history, and restore the version that you want.".into())
            }
            Self::Protected { .. } => Some("Confirm that it may.".into()),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Some("Make the file and its folder writable.".into())
                }
                io::ErrorKind::StorageFull => Some("Free some disk space.".into()),
                _ => None,
            },
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Locked { .. } => Code::KubeconfigLocked,
            Self::Protected { .. } => Code::Protected,
            Self::NoSuchContext { .. } | Self::NoSuchVersion(_) => Code::NotFound,
            Self::Conflict { .. } | Self::Exists { .. } | Self::FileExists(_) => Code::NameTaken,
            _ => Code::Other,
        }
    }

    fn remedy(&self) -> Option<Remedy> {
        let Self::Locked {
            lock,
            age,
            holder: None,
        } = self
        else {
            return None;
        };
        let made = Timestamp::now().saturating_sub(SignedDuration::try_from(*age).ok()?);
        let made = made.ok()?;
        Some(Remedy::RemoveLock {
            lock: lock.clone(),
            made,
            stale: made.saturating_add(lock::STALE_AFTER).ok()?,
        })
    }
}
