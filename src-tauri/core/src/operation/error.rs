//! Why an operation on a cluster did not work.

use std::time::Duration;

use super::{known_failures, made::Left};
use crate::{
    cluster::ClusterName,
    engine::EngineError,
    error::{Code, Explain, Remedy},
    health::HealthError,
    kubeconfig::KubeconfigError,
};

/// Why an operation did not work.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// The engine refused something.
    #[error("{what}")]
    Engine {
        /// What was tried, such as "the network could not be made".
        what: &'static str,
        /// Why not.
        #[source]
        source: EngineError,
    },
    /// A cluster of that name exists, or is being made.
    #[error("there is a cluster `{0}` already")]
    NameTaken(ClusterName),
    /// A network of the cluster's name exists that is not k3d's or ours.
    #[error("a network `{0}` exists that belongs to something else")]
    NetworkTaken(String),
    /// A container of the name of one of the cluster's exists that is not k3d's or ours.
    #[error("a container `{0}` exists that belongs to something else")]
    ContainerTaken(String),
    /// The host port is in use.
    #[error("port {port} is in use{}", by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default())]
    PortTaken {
        /// The host port.
        port: u16,
        /// Who has it, where that is known.
        by: Option<String>,
    },
    /// There is no such cluster.
    #[error("there is no cluster `{0}`")]
    NoSuchCluster(ClusterName),
    /// There is no such node.
    #[error("there is no node `{0}`")]
    NoSuchNode(String),
    /// The cluster has no server to ask.
    #[error("cluster `{0}` has no server")]
    NoServer(ClusterName),
    /// A node ended instead of running.
    #[error("node `{node}` ended while it started")]
    NodeEnded {
        /// The container.
        node: String,
        /// Its last log lines.
        log: Vec<String>,
    },
    /// Something did not become ready in time.
    #[error("{what} within {} s", after.as_secs())]
    NotReady {
        /// What: "the API of `dev` did not answer".
        what: String,
        /// How long was waited.
        after: Duration,
        /// The last log lines of the node it hung on.
        log: Vec<String>,
    },
    /// What a server told of its API could not be used.
    #[error("the API of `{cluster}` cannot be used")]
    Api {
        /// Which cluster.
        cluster: ClusterName,
        /// Why not.
        #[source]
        source: HealthError,
    },
    /// The kubeconfig could not be changed.
    #[error("the kubeconfig could not be changed")]
    Kubeconfig(#[source] KubeconfigError),
    /// The user cancelled.
    #[error("cancelled")]
    Cancelled,
    /// It did not work, and what it had made could not all be removed.
    #[error("{error}; left behind: {}", list(left))]
    LeftBehind {
        /// Why it did not work.
        #[source]
        error: Box<OperationError>,
        /// Which cluster would have been made.
        cluster: ClusterName,
        /// What is still there.
        left: Vec<Left>,
    },
}

fn list(left: &[Left]) -> String {
    let names: Vec<String> = left.iter().map(Left::to_string).collect();
    names.join(", ")
}

impl OperationError {
    /// Wraps an engine's refusal; a taken name or port gets its own error.
    pub(super) fn engine(what: &'static str) -> impl Fn(EngineError) -> Self {
        move |source| match source {
            EngineError::PortTaken {
                port: Some(port), ..
            } => Self::PortTaken { port, by: None },
            source => Self::Engine { what, source },
        }
    }
}

impl Explain for OperationError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Engine { source, .. } => source.hint(),
            Self::NameTaken(_) => Some("Choose another name, or delete that cluster first.".into()),
            Self::NetworkTaken(name) => Some(format!(
                "Choose another name, or remove that network: `docker network rm {name}`."
            )),
            Self::ContainerTaken(name) => Some(format!(
                "Choose another name, or remove that container: `docker rm {name}`."
            )),
            Self::PortTaken { .. } => {
                Some("Choose another port, or leave it empty for a free one.".into())
            }
            Self::NoSuchCluster(_) | Self::NoSuchNode(_) => {
                Some("`k3tray list` shows what there is.".into())
            }
            Self::NoServer(_) => {
                Some("It is broken or half made: delete it and create it anew.".into())
            }
            Self::NodeEnded { log, .. } => {
                known_failures::hint(log).or_else(|| Some("Its last log lines say why.".into()))
            }
            Self::NotReady { log, .. } => known_failures::hint(log).or_else(|| {
                Some("Look at the node's log; a slow machine may need more time.".into())
            }),
            Self::Api { source, .. } => source.hint(),
            Self::Kubeconfig(source) => source.hint(),
            Self::Cancelled => None,
            Self::LeftBehind {
                error,
                cluster,
                left,
            } => {
                // A context is no cluster: what remains is the kubeconfig's.
                let delete = match &left[..] {
                    [Left::Context(name)] => {
                        format!("`kubectl config delete-context {name}` removes it")
                    }
                    _ => format!("`k3tray delete {cluster}` removes the rest"),
                };
                Some(if error.code() == Code::EngineAway {
                    format!("When the engine answers again, {delete}.")
                } else {
                    format!("{delete}.")
                })
            }
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Engine { source, .. } => source.code(),
            Self::NameTaken(_) | Self::NetworkTaken(_) | Self::ContainerTaken(_) => Code::NameTaken,
            Self::PortTaken { .. } => Code::PortTaken,
            Self::NoSuchCluster(_) | Self::NoSuchNode(_) => Code::NotFound,
            Self::Kubeconfig(source) => source.code(),
            Self::Cancelled => Code::Cancelled,
            Self::LeftBehind { error, .. } => match error.code() {
                // Something was changed, so it is more than a wrong word.
                Code::BadInput | Code::NameTaken | Code::PortTaken | Code::NotFound => Code::Other,
                code => code,
            },
            Self::NoServer(_)
            | Self::NodeEnded { .. }
            | Self::NotReady { .. }
            | Self::Api { .. } => Code::Other,
        }
    }

    fn log(&self) -> Vec<String> {
        match self {
            Self::NodeEnded { log, .. } | Self::NotReady { log, .. } => log.clone(),
            Self::LeftBehind { error, .. } => error.log(),
            _ => Vec::new(),
        }
    }

    fn remedy(&self) -> Option<Remedy> {
        match self {
            Self::Kubeconfig(source) => source.remedy(),
            Self::LeftBehind { error, .. } => error.remedy(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{context::ContextName, engine::error::Said};

    #[test]
    fn what_is_left_is_named_with_what_removes_it() {
        let cluster = || ClusterName::observed("dev");
        let away = || OperationError::Engine {
            what: "a node could not be looked at",
            source: EngineError::NotRunning(Said("it went away".into())),
        };
        let network = || Left::Network("0a1b".into());
        let context = || Left::Context(ContextName::of_cluster(&cluster()));
        let told = |error: OperationError, left| {
            let error = OperationError::LeftBehind {
                error: Box::new(error),
                cluster: cluster(),
                left,
            };
            format!("{error}. {}", error.hint().unwrap_or_default())
        };
        assert_eq!(
            told(
                away(),
                vec![network(), Left::Volume("k3d-dev-images".into())]
            ),
            "a node could not be looked at; left behind: network 0a1b, volume k3d-dev-images. When the \
             engine answers again, `k3tray delete dev` removes the rest."
        );
        assert_eq!(
            told(OperationError::Cancelled, vec![network(), context()]),
            "cancelled; left behind: network 0a1b, context k3d-dev. `k3tray delete dev` removes the rest."
        );
        assert_eq!(
            told(OperationError::Cancelled, vec![context()]),
            "cancelled; left behind: context k3d-dev. `kubectl config delete-context k3d-dev` removes it."
        );
    }
}
