//! Stories of the pure half: what happens, what is then shown and what is to be done.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod clusters;
mod contexts;
mod engine;
mod errands;
mod namespaces;
mod operations;
mod requests;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    event::{Effect, End, Errand, Event, Watch, WatchId},
    model::{Beginning, Model},
    reduce::{LIST_CHECKED, LIST_EVERY, SHOWN_AFTER},
    refusal::Refusal,
};
use crate::{
    action::Action,
    cluster::{Cluster, ClusterName},
    context::ContextName,
    error::{Code, Problem},
    health::Nodes,
    image::NodeImage,
    node::{NodeState, Readiness, Usage},
    operation::{OperationId, OperationState, Report},
    protection::ProtectionRules,
    snapshot::{EngineStatus, Shortcut, ShortcutState, Snapshot},
    spec::{Draft, Field},
    state::State,
    test_snapshots as snapshots,
};

/// A model, a clock, and what was done since the test last looked.
struct Story {
    model: Model,
    now: Timestamp,
    done: Vec<String>,
}

fn name(name: &str) -> ClusterName {
    ClusterName::observed(name)
}

/// The first of three names that is free.
fn propose(taken: &[ClusterName]) -> ClusterName {
    ["first", "second", "third"]
        .map(name)
        .into_iter()
        .find(|name| !taken.contains(name))
        .unwrap()
}

fn spell(effect: &Effect) -> String {
    match effect {
        Effect::Watch(watch) => format!("watch {} by {}", watch.cluster, watch.server),
        Effect::Unwatch(id) => format!("unwatch {}", id.0),
        Effect::Begin(id, work) => {
            format!("begin {id}: {} {}", work.verb().bare(), work.cluster())
        }
        Effect::Cancel(id) => format!("cancel {id}"),
        Effect::Run(Errand::Remember(state)) => {
            let recent: Vec<&str> = state
                .recent_contexts
                .iter()
                .map(ContextName::as_str)
                .collect();
            let draft = (state.last_draft != Draft::default()).then_some(&state.last_draft);
            let draft = draft.map(|draft| format!("{draft:?}"));
            let all: Vec<&str> = recent.into_iter().chain(draft.as_deref()).collect();
            format!("remember {}", all.join(", ")).trim_end().to_owned()
        }
        other => format!("{other:?}"),
    }
}

impl Story {
    /// Nothing is known.
    fn new() -> Self {
        let model = Model::new(Beginning {
            remembered: State::default(),
            checked: BTreeSet::new(),
            kubeconfig: None,
            rules: ProtectionRules::default(),
            settings_problem: None,
            state_problem: None,
            default_image: NodeImage::default(),
            propose,
        });
        Self {
            model,
            now: snapshots::NOW,
            done: vec![],
        }
    }

    /// The engine answered and listed these clusters.
    fn with(clusters: Vec<Cluster>) -> Self {
        let mut story = Self::new();
        story.connect();
        story.hear(Event::Listed(Ok(clusters)));
        story.done.clear();
        story
    }

    fn connect(&mut self) {
        self.hear(Event::Connected {
            endpoint: snapshots::endpoint(),
            details: snapshots::details(),
        });
    }

    fn lose(&mut self) {
        self.hear(Event::Away {
            endpoint: None,
            problem: snapshots::not_running(),
        });
    }

    fn hear(&mut self, event: Event) {
        let effects = self.model.reduce(event, self.now);
        self.done.extend(effects.iter().map(spell));
    }

    fn ask(&mut self, action: Action) -> Result<(), Problem> {
        let effects = self.model.perform(action, self.now)?;
        self.done.extend(effects.iter().map(spell));
        Ok(())
    }

    fn create(&mut self, draft: Draft) -> Result<OperationId, Refusal> {
        let (id, effects) = self.model.create(draft, self.now)?;
        self.done.extend(effects.iter().map(spell));
        Ok(id)
    }

    fn end(&mut self, id: u32, end: End) {
        let id = OperationId(id);
        self.hear(Event::Ended { id, end });
    }

    /// Time passes, and whatever is due in it happens.
    fn pass(&mut self, time: SignedDuration) {
        let until = self.now + time;
        while let Some(at) = self.model.wake_at().filter(|at| *at <= until) {
            self.now = self.now.max(at);
            self.hear(Event::Time);
        }
        self.now = until;
    }

    fn shown(&self) -> Snapshot {
        self.model.snapshot()
    }

    fn states(&self) -> Vec<OperationState> {
        let operations = self.shown().operations;
        operations
            .into_iter()
            .map(|operation| operation.state)
            .collect()
    }

    /// What was done since the last look.
    fn done(&mut self) -> Vec<String> {
        std::mem::take(&mut self.done)
    }
}

fn named(name: &str) -> Draft {
    Draft {
        name: name.into(),
        ..Draft::default()
    }
}

fn running(name: &str) -> Cluster {
    snapshots::bare(name, 1, NodeState::Running)
}

fn refused(code: Code, problem: Result<(), Problem>) -> String {
    let problem = problem.unwrap_err();
    assert_eq!(problem.code, code, "{problem:?}");
    format!("{}: {}", problem.what, problem.causes.join(": "))
}
