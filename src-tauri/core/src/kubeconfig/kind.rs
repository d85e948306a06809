//! The three kinds of entries that a kubeconfig has.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum EntryKind {
    /// Where an API is.
    Cluster,
    /// Who asks it.
    User,
    /// One of each, and a namespace.
    Context,
}

impl EntryKind {
    /// All of them; a context last, since it names the others.
    pub(super) const ALL: [Self; 3] = [Self::Cluster, Self::User, Self::Context];

    /// The key of the list that such entries stand in.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Cluster => "clusters",
            Self::User => "users",
            Self::Context => "contexts",
        }
    }

    /// The key of an entry's content.
    pub(super) fn inner(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::User => "user",
            Self::Context => "context",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.inner())
    }
}
