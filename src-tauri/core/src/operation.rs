//! Long work as it is seen: its steps, its progress, how it ended.
//!
//! The types here are what is shown, and how what happens is folded into it. The work itself is in
//! the submodules; each verb takes a [`Run`] and gives an [`Outcome`].

mod container;
mod context;
mod create;
mod delete;
mod error;
mod host_port;
mod known_failures;
mod lifecycle;
mod made;
mod means;
mod network;
mod ready;
mod report;

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use self::ready::starts;
pub use self::{
    context::use_cluster,
    create::create,
    delete::delete,
    error::OperationError,
    lifecycle::{pause, restart, resume, start, start_node, stop, stop_node},
    made::Left,
    means::{Deadlines, Means, Run},
    report::Reporter,
};
use crate::{cluster::ClusterName, error::Problem};

/// What came of an operation that worked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What did not work and does not undo the rest, such as a kubeconfig that is locked.
    pub warnings: Vec<Problem>,
}

/// Numbers operations within one process, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct OperationId(pub u32);

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for OperationId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What an operation does to its cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the verb it names")]
pub enum Verb {
    Create,
    Start,
    Stop,
    Restart,
    Pause,
    Resume,
    Delete,
}

impl Verb {
    /// "Creating", for a running operation.
    pub fn doing(self) -> &'static str {
        match self {
            Self::Create => "Creating",
            Self::Start => "Starting",
            Self::Stop => "Stopping",
            Self::Restart => "Restarting",
            Self::Pause => "Pausing",
            Self::Resume => "Resuming",
            Self::Delete => "Deleting",
        }
    }

    /// "created", for an ended one.
    pub fn done(self) -> &'static str {
        match self {
            Self::Create => "created",
            Self::Start => "started",
            Self::Stop => "stopped",
            Self::Restart => "restarted",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Delete => "deleted",
        }
    }

    /// "create", for "Could not create".
    pub fn bare(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Delete => "delete",
        }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum StepState {
    /// Not begun.
    Waiting,
    /// Under way.
    Running {
        /// 0 to 1, where it can be told.
        fraction: Option<f64>,
        /// What just happens: "12 of 40 MB", "1/3 ready".
        detail: Option<String>,
    },
    /// Done.
    Done {
        /// How long it took, in milliseconds.
        #[cfg_attr(test, ts(type = "number"))]
        took_ms: u64,
    },
    /// It failed, or was cancelled.
    Failed,
    /// Nothing had to be done.
    Skipped,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What it does, such as "Create network".
    pub label: String,
    /// Where it stands.
    pub state: StepState,
    /// When it began.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub started_at: Option<Timestamp>,
}

/// How the whole stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum OperationState {
    /// Under way.
    Running,
    /// Cancelled or failed; what it made is being removed.
    Undoing,
    /// Done.
    Done,
    /// Cancelled; nothing of it is left.
    Cancelled,
    /// Failed.
    Failed {
        /// What, why and what to do.
        problem: Problem,
    },
}

/// One piece of long work on one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its number.
    pub id: OperationId,
    /// What it does.
    pub verb: Verb,
    /// To which cluster.
    pub cluster: ClusterName,
    /// Its steps, all known from the start but for the undoing.
    pub steps: Vec<Step>,
    /// How it stands.
    pub state: OperationState,
    /// When it began.
    #[cfg_attr(test, ts(type = "string"))]
    pub started_at: Timestamp,
    /// When it ended.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub ended_at: Option<Timestamp>,
}

/// What the work tells about itself while it runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// The whole list of steps, once, before the first begins.
    Steps(Vec<String>),
    /// A step begins.
    Begin(usize),
    /// A step goes on.
    Progress {
        /// Which.
        step: usize,
        /// 0 to 1, where it can be told.
        fraction: Option<f64>,
        /// What just happens.
        detail: Option<String>,
    },
    /// A step is done.
    Done(usize),
    /// There was nothing to do in a step.
    Skip(usize),
    /// A step failed.
    Fail(usize),
    /// What was made is now removed, in a step of this label, which begins.
    Undo(String),
    /// The undoing is done.
    Undone,
    /// The undoing is over, and something is left.
    NotUndone,
}

impl Operation {
    /// A new operation; its steps follow by the first report.
    pub fn new(id: OperationId, verb: Verb, cluster: ClusterName, now: Timestamp) -> Self {
        Self {
            id,
            verb,
            cluster,
            steps: Vec::new(),
            state: OperationState::Running,
            started_at: now,
            ended_at: None,
        }
    }

    /// Whether it still works.
    pub fn is_running(&self) -> bool {
        matches!(
            self.state,
            OperationState::Running | OperationState::Undoing
        )
    }

    /// Folds in what the work reports.
    pub fn apply(&mut self, report: Report, now: Timestamp) {
        let took_ms = |step: &Step| {
            let began = step.started_at.unwrap_or(now);
            u64::try_from(now.duration_since(began).as_millis()).unwrap_or(0)
        };
        match report {
            Report::Steps(labels) => {
                self.steps = labels
                    .into_iter()
                    .map(|label| Step {
                        label,
                        state: StepState::Waiting,
                        started_at: None,
                    })
                    .collect();
            }
            Report::Begin(index) => {
                if let Some(step) = self.steps.get_mut(index) {
                    step.state = StepState::Running {
                        fraction: None,
                        detail: None,
                    };
                    step.started_at = Some(now);
                }
            }
            Report::Progress {
                step,
                fraction,
                detail,
            } => {
                if let Some(step) = self.steps.get_mut(step) {
                    step.state = StepState::Running { fraction, detail };
                }
            }
            Report::Done(index) => {
                if let Some(step) = self.steps.get_mut(index) {
                    step.state = StepState::Done {
                        took_ms: took_ms(step),
                    };
                }
            }
            Report::Skip(index) => {
                if let Some(step) = self.steps.get_mut(index) {
                    step.state = StepState::Skipped;
                }
            }
            Report::Fail(index) => {
                if let Some(step) = self.steps.get_mut(index) {
                    step.state = StepState::Failed;
                }
            }
            Report::Undo(label) => {
                self.state = OperationState::Undoing;
                self.give_up();
                self.steps.push(Step {
                    label,
                    state: StepState::Running {
                        fraction: None,
                        detail: None,
                    },
                    started_at: Some(now),
                });
            }
            Report::Undone => {
                if let Some(step) = self.steps.last_mut() {
                    step.state = StepState::Done {
                        took_ms: took_ms(step),
                    };
                }
            }
            Report::NotUndone => {
                if let Some(step) = self.steps.last_mut() {
                    step.state = StepState::Failed;
                }
            }
        }
    }

    /// What is under way has failed, and what has not begun never will.
    pub(crate) fn give_up(&mut self) {
        self.steps.retain(|step| step.state != StepState::Waiting);
        for step in &mut self.steps {
            if matches!(step.state, StepState::Running { .. }) {
                step.state = StepState::Failed;
            }
        }
    }

    /// The first step under way, for a single line about the whole.
    pub fn current_step(&self) -> Option<&Step> {
        self.steps
            .iter()
            .rfind(|step| matches!(step.state, StepState::Running { .. }))
    }

    /// The share of steps that are over, 0 to 1.
    pub fn fraction(&self) -> f64 {
        if self.steps.is_empty() {
            return 0.0;
        }
        let done: f64 = self
            .steps
            .iter()
            .map(|step| match &step.state {
                StepState::Done { .. } | StepState::Skipped | StepState::Failed => 1.0,
                StepState::Running { fraction, .. } => fraction.unwrap_or(0.0),
                StepState::Waiting => 0.0,
            })
            .sum();
        #[expect(clippy::cast_precision_loss, reason = "there are a dozen steps")]
        let all = self.steps.len() as f64;
        done / all
    }
}
