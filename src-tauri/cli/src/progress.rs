//! Shows a running operation: moving lines on a terminal, plain lines elsewhere.

use std::{
    collections::BTreeMap,
    io::{IsTerminal, stderr},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use jiff::Timestamp;
use k3tray_core::operation::{Operation, Report, Step, StepState};
use tokio::sync::mpsc;

/// Folds reports into the operation and shows it until the work ends.
pub(crate) async fn follow(
    mut operation: Operation,
    mut reports: mpsc::UnboundedReceiver<Report>,
    quiet: bool,
) {
    let mut display = if quiet {
        Display::None
    } else if stderr().is_terminal() {
        Display::Bars(Bars::default())
    } else {
        Display::Lines(Vec::new())
    };
    while let Some(report) = reports.recv().await {
        operation.apply(report, Timestamp::now());
        display.show(&operation);
    }
}

enum Display {
    /// Nothing: the result is for a machine.
    None,
    /// A terminal.
    Bars(Bars),
    /// Anything else; the labels of the steps that were told already.
    Lines(Vec<String>),
}

impl Display {
    fn show(&mut self, operation: &Operation) {
        match self {
            Self::None => {}
            Self::Bars(bars) => bars.show(operation),
            Self::Lines(told) => {
                for step in &operation.steps {
                    if let Some(line) = ended(step)
                        && !told.contains(&step.label)
                    {
                        eprintln!("{line}");
                        told.push(step.label.clone());
                    }
                }
            }
        }
    }
}

/// The line about a step that is over.
fn ended(step: &Step) -> Option<String> {
    match &step.state {
        StepState::Done { took_ms } => Some(format!("{}: {}", step.label, seconds(*took_ms))),
        StepState::Failed => Some(format!("{}: failed", step.label)),
        StepState::Waiting | StepState::Running { .. } | StepState::Skipped => None,
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
}

/// One line a step that runs or has run.
#[derive(Default)]
struct Bars {
    all: MultiProgress,
    by_label: BTreeMap<String, ProgressBar>,
}

impl Bars {
    fn show(&mut self, operation: &Operation) {
        for step in &operation.steps {
            if matches!(step.state, StepState::Waiting | StepState::Skipped) {
                continue;
            }
            let bar = self.by_label.entry(step.label.clone()).or_insert_with(|| {
                let bar = self.all.add(ProgressBar::new_spinner());
                bar.set_style(style("{spinner} {msg} {elapsed}"));
                bar.enable_steady_tick(Duration::from_millis(100));
                bar
            });
            if bar.is_finished() {
                continue;
            }
            match &step.state {
                StepState::Running { detail, .. } => {
                    let detail = detail
                        .as_ref()
                        .map(|detail| format!(" ({detail})"))
                        .unwrap_or_default();
                    bar.set_message(format!("{}{detail}", step.label));
                }
                StepState::Failed => {
                    bar.set_style(style("✗ {msg}"));
                    bar.finish_with_message(step.label.clone());
                }
                StepState::Done { took_ms } => {
                    bar.set_style(style("✓ {msg}"));
                    bar.finish_with_message(format!("{}: {}", step.label, seconds(*took_ms)));
                }
                StepState::Waiting | StepState::Skipped => {}
            }
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
