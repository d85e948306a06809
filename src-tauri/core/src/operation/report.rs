//! How the work tells what it does: a narrow sender, and steps that report themselves.

use std::fmt;

use tokio::sync::mpsc;

use super::Report;

/// Sends reports to whoever shows the operation. Work goes on when nobody listens any more.
#[derive(Debug, Clone)]
pub struct Reporter(mpsc::UnboundedSender<Report>);

impl Reporter {
    /// A reporter, and what hears it.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Report>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// Tells one thing.
    pub fn tell(&self, report: Report) {
        // Nobody listening is no reason to stop half way.
        let _ = self.0.send(report);
    }

    /// Runs the undoing of an operation as a step of its own.
    pub(super) async fn undo<E>(
        &self,
        label: &str,
        work: impl Future<Output = Result<(), E>>,
    ) -> Result<(), E> {
        self.tell(Report::Undo(label.to_owned()));
        let result = work.await;
        self.tell(match result {
            Ok(()) => Report::Undone,
            Err(_) => Report::NotUndone,
        });
        result
    }
}

/// The steps of one verb: an enum whose variants stand in the order they are shown.
pub(super) trait Steps: Copy + PartialEq + fmt::Debug {
    /// What the step is called.
    fn label(self) -> String;
}

/// The steps of one running operation.
pub(super) struct Progress<S> {
    steps: Vec<S>,
    reporter: Reporter,
}

impl<S: Steps> Progress<S> {
    /// Announces the whole list.
    pub(super) fn begin(steps: Vec<S>, reporter: &Reporter) -> Self {
        reporter.tell(Report::Steps(
            steps.iter().map(|step| step.label()).collect(),
        ));
        Self {
            steps,
            reporter: reporter.clone(),
        }
    }

    /// Runs `work` as `step`, and reports how it went.
    pub(super) async fn step<T, E>(
        &self,
        step: S,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.tell(step, Report::Begin);
        let result = work.await;
        self.tell(
            step,
            if result.is_ok() {
                Report::Done
            } else {
                Report::Fail
            },
        );
        result
    }

    /// Says how far a running step is.
    pub(super) fn at(&self, step: S, fraction: Option<f64>, detail: impl Into<Option<String>>) {
        let detail = detail.into();
        self.tell(step, |step| Report::Progress {
            step,
            fraction,
            detail,
        });
    }

    /// Says that a step has nothing to do.
    pub(super) fn skip(&self, step: S) {
        self.tell(step, Report::Skip);
    }

    fn tell(&self, step: S, report: impl FnOnce(usize) -> Report) {
        if let Some(index) = self.steps.iter().position(|known| *known == step) {
            self.reporter.tell(report(index));
        }
    }
}
