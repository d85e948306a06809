//! Speaks actions where nobody can wait for the answer: in the tray, at a shortcut, at a click on a
//! notification, at a second launch. A refusal is shown as a notification, so that none is silent.

use k3tray_core::{action::Action, controller::Handle, error::Problem, notice::Notice};
use tokio::{runtime, sync::mpsc};

/// Speaks to the controller from any thread, and never waits.
#[derive(Clone)]
pub(crate) struct Voice {
    runtime: runtime::Handle,
    controller: Handle,
    refusals: mpsc::UnboundedSender<Notice>,
}

impl Voice {
    /// Speaks to `controller`; what it refuses goes to `refusals`. Must be called inside a runtime.
    pub(crate) fn new(controller: Handle, refusals: mpsc::UnboundedSender<Notice>) -> Self {
        Self {
            runtime: runtime::Handle::current(),
            controller,
            refusals,
        }
    }

    /// Asks for `action`.
    pub(crate) fn speak(&self, action: Action) {
        let Self {
            controller,
            refusals,
            ..
        } = self.clone();
        self.runtime.spawn(async move {
            if let Err(problem) = controller.perform(action).await {
                // Only a process that ends has nobody left to show it.
                let _ = refusals.send(refusal(problem));
            }
        });
    }
}

fn refusal(problem: Problem) -> Notice {
    let mut lines = problem.causes;
    lines.extend(problem.hint);
    Notice {
        title: problem.what,
        body: lines.join("\n"),
        action: None,
        urgent: true,
    }
}
