//! What happened to the files, by whom and when: as everyone may see it.

use std::{fmt, path::PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{cluster::ClusterName, context::ContextName};

/// The number of a version; later ones are higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct VersionId(#[cfg_attr(test, ts(type = "number"))] pub u64);

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for VersionId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// One change that was made or seen, with what the files held before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its number.
    pub id: VersionId,
    /// When the change was made, or seen.
    #[cfg_attr(test, ts(type = "string"))]
    pub at: Timestamp,
    /// Whose change it was.
    pub by: Author,
    /// The files it changed, with symlinks followed.
    pub files: Vec<PathBuf>,
    /// Those of them that were not there before it: putting back what was before removes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<PathBuf>>"))]
    pub made: Vec<PathBuf>,
    /// It was undone since.
    pub undone: bool,
    /// The files hold now what they held before it: nothing is left to put back.
    pub put_back: bool,
}

/// Who changed the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Author {
    /// k3tray, to this end.
    K3tray {
        /// What for.
        deed: Deed,
    },
    /// Any other program, or the user's editor.
    AnotherProgram,
}

impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::K3tray { deed } => deed.fmt(f),
            Self::AnotherProgram => f.write_str("changed by another program"),
        }
    }
}

/// What k3tray did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Deed {
    /// Made another context the current one.
    UseContext {
        /// Which.
        context: ContextName,
    },
    /// Set or cleared a context's namespace.
    SetNamespace {
        /// Of which context.
        context: ContextName,
        /// None where it was cleared.
        namespace: Option<String>,
    },
    /// Wrote the entries of a cluster.
    AddCluster {
        /// Which.
        cluster: ClusterName,
    },
    /// Removed the entries of a cluster.
    RemoveCluster {
        /// Which.
        cluster: ClusterName,
    },
    /// Gave a context another name.
    RenameContext {
        /// Its name before.
        from: ContextName,
        /// Its name since.
        to: ContextName,
    },
    /// Made a second context like one.
    DuplicateContext {
        /// The first.
        from: ContextName,
        /// The second.
        to: ContextName,
    },
    /// Removed a context.
    DeleteContext {
        /// Which.
        context: ContextName,
    },
    /// Took over entries of another kubeconfig.
    Import {
        /// Its file; none for a text that was pasted.
        from: Option<PathBuf>,
    },
    /// Removed entries that nothing used.
    CleanUp {
        /// How many.
        #[cfg_attr(test, ts(type = "number"))]
        entries: usize,
    },
    /// Undid a change.
    Undo {
        /// Which.
        version: Option<VersionId>,
    },
    /// Put an older state back.
    Restore {
        /// The state before this version's change.
        version: VersionId,
    },
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UseContext { context } => write!(f, "switched to `{context}`"),
            Self::SetNamespace {
                context,
                namespace: Some(namespace),
            } => write!(f, "set the namespace of `{context}` to `{namespace}`"),
            Self::SetNamespace { context, .. } => {
                write!(f, "cleared the namespace of `{context}`")
            }
            Self::AddCluster { cluster } => write!(f, "added the cluster `{cluster}`"),
            Self::RemoveCluster { cluster } => write!(f, "removed the cluster `{cluster}`"),
            Self::RenameContext { from, to } => write!(f, "renamed `{from}` to `{to}`"),
            Self::DuplicateContext { from, to } => write!(f, "duplicated `{from}` as `{to}`"),
            Self::DeleteContext { context } => write!(f, "deleted the context `{context}`"),
            Self::Import { from: Some(file) } => write!(f, "imported `{}`", file.display()),
            Self::Import { from: None } => f.write_str("imported a pasted kubeconfig"),
            Self::CleanUp { entries: 1 } => f.write_str("cleaned up 1 entry"),
            Self::CleanUp { entries } => write!(f, "cleaned up {entries} entries"),
            Self::Undo {
                version: Some(version),
            } => write!(f, "undid change {version}"),
            Self::Undo { version: None } => f.write_str("undid a change"),
            Self::Restore { version } => write!(f, "restored the state before change {version}"),
        }
    }
}
