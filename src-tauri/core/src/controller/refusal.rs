//! Why something that was asked for is not begun.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    cluster::ClusterName,
    context::ContextName,
    error::{Code, Explain, Problem},
    image::NodeImage,
    operation::{OperationId, Verb},
    spec::FieldProblem,
};

/// Why no cluster is created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Refusal {
    /// Fields to correct.
    Fields {
        /// Each with what is wrong.
        problems: Vec<FieldProblem>,
    },
    /// Something else.
    Problem {
        /// What.
        problem: Problem,
    },
}

/// What can be said of a draft before anything is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// What is wrong, field by field; empty if it can be created.
    pub problems: Vec<FieldProblem>,
    /// A free name, for when none is typed.
    pub proposed_name: ClusterName,
    /// The image that is used when none is typed.
    pub default_image: NodeImage,
    /// Images of k3s that the engine has already, newest first.
    pub local_images: Vec<NodeImage>,
}

impl Check {
    /// What can be said when nobody answers any more.
    pub(super) fn nothing() -> Self {
        Self {
            problems: vec![],
            proposed_name: ClusterName::observed(""),
            default_image: NodeImage::default(),
            local_images: vec![],
        }
    }
}

/// Why an action is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RequestError {
    /// The engine does not answer.
    #[error("the container engine does not answer")]
    EngineAway {
        /// What to do about it.
        hint: Option<String>,
    },
    /// Another operation works on the cluster.
    #[error("`{cluster}` is being {}", verb.done())]
    Busy {
        /// Which cluster.
        cluster: ClusterName,
        /// By what.
        verb: Verb,
    },
    /// There is no such cluster.
    #[error("there is no cluster `{0}`")]
    NoSuchCluster(ClusterName),
    /// There is no such node.
    #[error("there is no node `{0}`")]
    NoSuchNode(String),
    /// There is no such context.
    #[error("there is no context `{0}`")]
    NoSuchContext(ContextName),
    /// The context is in a file of an extra folder, which kubectl does not read.
    #[error("kubectl does not read `{}`, which has the context `{context}`", file.display())]
    OutsideChain {
        /// The context.
        context: ContextName,
        /// Where it is.
        file: PathBuf,
    },
    /// There is no such operation, or it is not one that can be cancelled or dismissed.
    #[error("there is no such operation any more")]
    NoSuchOperation(OperationId),
    /// The current context is of another cluster.
    #[error("the current context belongs to no local cluster")]
    CurrentIsForeign,
    /// No server has it.
    #[error("cluster `{0}` has no server that publishes its API")]
    NoApi(ClusterName),
    /// The app is ending.
    #[error("k3tray is about to quit")]
    Quitting,
}

impl Explain for RequestError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::EngineAway { hint } => hint.clone(),
            Self::Busy { .. } => Some("Wait until that is done, or cancel it.".into()),
            Self::NoSuchContext(_) | Self::CurrentIsForeign => {
                Some("Choose a context in the list of contexts.".into())
            }
            Self::OutsideChain { .. } => {
                Some("Import it, or open a shell in it, which needs no switch.".into())
            }
            Self::NoApi(_) => {
                Some("It is broken or half made: delete it and create it anew.".into())
            }
            Self::NoSuchCluster(_)
            | Self::NoSuchNode(_)
            | Self::NoSuchOperation(_)
            | Self::Quitting => None,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::EngineAway { .. } => Code::EngineAway,
            Self::Busy { .. } => Code::Busy,
            Self::NoSuchCluster(_)
            | Self::NoSuchNode(_)
            | Self::NoSuchContext(_)
            | Self::NoSuchOperation(_)
            | Self::CurrentIsForeign => Code::NotFound,
            Self::NoApi(_) | Self::OutsideChain { .. } | Self::Quitting => Code::Other,
        }
    }
}
