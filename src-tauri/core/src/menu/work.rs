//! What is being done, what failed, and what else is wrong.

use super::{Dot, Entry, Item, Submenu, shorten};
use crate::{
    action::{Action, View},
    operation::{Operation, OperationState, StepState},
    snapshot::Snapshot,
};

/// Running operations, then failed ones nobody has dismissed, then other problems.
pub(super) fn entries(snapshot: &Snapshot) -> Vec<Entry> {
    let operations = || snapshot.operations.iter();
    let running = operations()
        .filter(|operation| operation.is_running())
        .map(running);
    let failed = operations().filter_map(failed);
    let problems = snapshot.problems.iter().map(|problem| {
        Item::new(shorten(&problem.what), Action::Show(View::Clusters))
            .with_dot(Dot::Degraded)
            .into()
    });
    running.chain(failed).chain(problems).collect()
}

fn running(operation: &Operation) -> Entry {
    let cancel = Item::enabled_if(
        operation.state == OperationState::Running,
        "Cancel",
        Action::Cancel(operation.id),
    );
    let progress = Item::new(
        "Show progress…",
        Action::Show(View::Cluster {
            name: operation.cluster.clone(),
        }),
    );
    Entry::Submenu(Submenu {
        label: line(operation),
        dot: Some(Dot::Busy),
        entries: vec![cancel.into(), progress.into()],
    })
}

/// `Creating dev: Wait for the nodes (1/3 ready)`.
pub(super) fn line(operation: &Operation) -> String {
    let head = format!("{} {}", operation.verb.doing(), operation.cluster);
    let Some(step) = operation.current_step() else {
        return format!("{head}…");
    };
    match &step.state {
        StepState::Running {
            detail: Some(detail),
            ..
        } => shorten(&format!("{head}: {} ({detail})", step.label)),
        _ => shorten(&format!("{head}: {}", step.label)),
    }
}

fn failed(operation: &Operation) -> Option<Entry> {
    let OperationState::Failed { problem } = &operation.state else {
        return None;
    };
    let cause = problem
        .causes
        .first()
        .map(|cause| Item::text(shorten(cause)));
    let show = Item::new("Show…", Action::Show(View::Clusters));
    let dismiss = Item::new("Dismiss", Action::Dismiss(operation.id));
    Some(Entry::Submenu(Submenu {
        label: shorten(&problem.what),
        dot: Some(Dot::Degraded),
        entries: cause
            .into_iter()
            .chain([show, dismiss])
            .map(Entry::from)
            .collect(),
    }))
}
