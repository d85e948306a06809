//! Contexts of the kubeconfig chain, as everyone may see them.
//!
//! No secret is in these types: they go into the snapshot and so to the window. Reading and writing
//! the files is [`crate::kubeconfig`]'s work.

pub mod groups;

use std::{fmt, net::IpAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{cluster::ClusterName, namespace};

/// How similar two names must be for one to be a slip of the other, from 0 to 1; at most so many are told.
const SIMILAR: f64 = 0.8;
const SIMILAR_AT_MOST: usize = 3;

/// The name of a context: free text in Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct ContextName(String);

impl ContextName {
    /// Any text is a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The bare name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The context that k3d and k3tray make for a cluster.
    pub fn of_cluster(name: &ClusterName) -> Self {
        Self(name.prefixed())
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// Its name.
    pub name: ContextName,
    /// The cluster entry it names.
    pub cluster: String,
    /// The user entry it names.
    pub user: String,
    /// Its default namespace, where it sets one.
    pub namespace: Option<String>,
    /// The URL of its cluster entry; none where that entry is missing, or has none.
    pub server: Option<String>,
    /// The file it was read from.
    pub file: PathBuf,
    /// The k3d or k3tray cluster it belongs to, by its names and by where they lead.
    pub local_cluster: Option<ClusterName>,
    /// It is from an extra folder, so kubectl does not know it and it cannot become the current one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(test, ts(optional, as = "Option<bool>"))]
    pub extra: bool,
    /// Why it cannot work: it names a cluster or a user that is not there, or a cluster without a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub problem: Option<FileProblem>,
}

impl Context {
    /// The namespace that kubectl uses in it.
    pub fn namespace_or_default(&self) -> &str {
        self.namespace.as_deref().unwrap_or(namespace::DEFAULT)
    }
}

/// The host of a server's URL, without brackets.
pub(crate) fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next()?,
        None => authority.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

/// Whether a host is this machine itself, by its address or by a name that engines give it.
pub(crate) fn is_this_machine(host: &str) -> bool {
    if let Ok(address) = host.parse::<IpAddr>() {
        return address.is_loopback() || address.is_unspecified();
    }
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.ends_with(".docker.internal")
        || host.ends_with(".k3d.internal")
        || host.ends_with(".containers.internal")
}

/// A file or an entry of one that could not be read, or that cannot work; everything else does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1, where the reader could tell.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// Which entry of its list is left out for it, counted from 1; none where it is about the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional, type = "number"))]
    pub entry: Option<usize>,
}

/// Every context of the chain, and the current one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Contexts {
    /// The current context; it may name one that does not exist.
    pub current: Option<ContextName>,
    /// All of them, in the order of the files.
    pub all: Vec<Context>,
    /// What could not be read.
    pub problems: Vec<FileProblem>,
}

impl Contexts {
    /// Whether there is a context of that name.
    pub fn has(&self, name: &ContextName) -> bool {
        self.all.iter().any(|context| &context.name == name)
    }

    /// The current context, where it exists.
    pub fn current_context(&self) -> Option<&Context> {
        let current = self.current.as_ref()?;
        self.all.iter().find(|context| &context.name == current)
    }

    /// The context that a person means by `name`: the one of that name, or that of the cluster of that
    /// name. None where there is neither.
    pub fn meant(&self, name: &str) -> Option<ContextName> {
        let given = ContextName::new(name);
        let of_cluster = ContextName::of_cluster(&ClusterName::observed(name));
        [given, of_cluster].into_iter().find(|name| self.has(name))
    }

    /// The local cluster that the current context belongs to.
    pub fn current_cluster(&self) -> Option<&ClusterName> {
        self.current_context()?.local_cluster.as_ref()
    }

    /// Whether some context leads to that cluster.
    pub fn lead_to(&self, cluster: &ClusterName) -> bool {
        let mut all = self.all.iter();
        all.any(|context| context.local_cluster.as_ref() == Some(cluster))
    }

    /// Contexts whose names could have been meant by `wanted`, the most similar first.
    pub fn similar_to(&self, wanted: &ContextName) -> Vec<ContextName> {
        let wanted = wanted.as_str().to_lowercase();
        let similarity = |name: &ContextName| {
            let name = name.as_str().to_lowercase();
            // Who types the name of a cluster leaves out what its context begins with.
            let bare = name.strip_prefix("k3d-").unwrap_or(&name);
            strsim::jaro(&wanted, &name).max(strsim::jaro(&wanted, bare))
        };
        let mut similar: Vec<(f64, &ContextName)> = self
            .all
            .iter()
            .map(|context| (similarity(&context.name), &context.name))
            .filter(|(similarity, _)| *similarity >= SIMILAR)
            .collect();
        similar.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        similar.truncate(SIMILAR_AT_MOST);
        similar.into_iter().map(|(_, name)| name.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_snapshots;

    #[test]
    fn a_slip_is_told_from_another_name() {
        let contexts = test_snapshots::contexts(
            &[
                "k3d-demo",
                "k3d-dev",
                "production",
                "staging-eu",
                "staging-us",
            ],
            None,
        );
        let similar = |wanted: &str| {
            let found = contexts.similar_to(&ContextName::new(wanted));
            found.iter().map(ContextName::to_string).collect::<Vec<_>>()
        };
        assert_eq!(similar("prodcution"), ["production"]);
        assert_eq!(similar("k3d-Dev"), ["k3d-dev", "k3d-demo"]);
        assert_eq!(similar("dve"), [""; 0]);
        assert_eq!(similar("deve"), ["k3d-dev"]);
        assert_eq!(similar("staging"), ["staging-eu", "staging-us"]);
        assert_eq!(similar("xyzzy"), [""; 0]);
    }
}
