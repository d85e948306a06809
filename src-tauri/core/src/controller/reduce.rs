//! What happens, folded into what is known: (model, event) gives effects.
//!
//! Pure and synchronous. Nothing is waited for, asked or measured here, and time is handed in; what
//! is asked for by a person is in [`super::request`].

use jiff::{SignedDuration, Timestamp};

use super::{
    event::{Effect, End, Errand, Event},
    model::{Concern, Listing, Model},
};
use crate::{
    cluster::Cluster,
    context::ContextName,
    error::{Code, Problem},
    operation::{OperationId, OperationState},
    snapshot::{EndpointView, EngineDetails, EngineStatus},
    state::State,
};

/// How long after the last list the clusters are listed even where nothing seemed to happen.
pub(super) const LIST_EVERY: SignedDuration = SignedDuration::from_secs(60);
/// How soon a list is checked by another one when something had happened: an engine tells of the end of
/// a container before its lists know it.
pub(super) const LIST_CHECKED: SignedDuration = SignedDuration::from_millis(500);
/// How soon a list that failed is tried again.
const LIST_AGAIN: SignedDuration = SignedDuration::from_secs(5);
/// How long a done operation is shown.
pub(super) const SHOWN_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// How long a problem is shown that nothing will end.
const TOLD_FOR: SignedDuration = SignedDuration::from_secs(120);

impl Model {
    /// Takes an event in and says what is to be done.
    pub(super) fn reduce(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Connected { endpoint, details } => self.connected(endpoint, details),
            Event::Away { endpoint, problem } => {
                if endpoint.is_some() {
                    self.shown.engine.endpoint = endpoint;
                }
                self.connected = None;
                self.list_at = None;
                self.away(problem)
            }
            Event::Changed => {
                self.unchecked = true;
                self.list().into_iter().collect()
            }
            Event::Listed(Ok(clusters)) => self.listed(clusters, now),
            Event::Listed(Err(problem)) => self.not_listed(problem, now),
            Event::Health { watch, heard } => {
                self.heard(watch, heard);
                vec![]
            }
            Event::Contexts(contexts) => self.contexts(contexts, now),
            Event::Edited(contexts) => self.edited(contexts, now),
            Event::Named(naming) => self.named(naming),
            Event::Namespaces(namespaces) => {
                self.listed_namespaces(namespaces);
                vec![]
            }
            Event::Usage { container, usage } => {
                if let Some(known) = self.measured.get_mut(&container) {
                    *known = Some(usage);
                }
                vec![]
            }
            Event::Reported { id, report } => {
                if let Some(operation) = self.operation_mut(id) {
                    operation.apply(report, now);
                }
                vec![]
            }
            Event::Ended { id, end } => self.ended(id, end, now),
            Event::Ran { errand, result } => self.ran(&errand, result, now),
            Event::Perform(action, reply) => {
                let (effects, answer) = match self.perform(action, now) {
                    Ok(effects) => (effects, Ok(())),
                    Err(problem) => (vec![], Err(problem)),
                };
                answered(effects, Effect::Performed(reply, answer))
            }
            Event::Create(draft, reply) => {
                let (effects, answer) = match self.create(draft, now) {
                    Ok((id, effects)) => (effects, Ok(id)),
                    Err(refusal) => (vec![], Err(refusal)),
                };
                answered(effects, Effect::Created(reply, answer))
            }
            Event::Check(draft, reply) => vec![Effect::Checked(reply, self.check(&draft))],
            Event::Rules(reply) => vec![Effect::Rules(reply, self.rules.clone())],
            Event::LookAt(cluster) => {
                self.looked_at = cluster;
                self.measure().into_iter().collect()
            }
            Event::Shortcuts(shortcuts, problem) => {
                self.shown.shortcuts = shortcuts;
                self.calm(&Concern::Shortcuts);
                if let Some(problem) = problem {
                    self.worry(Concern::Shortcuts, problem, None);
                }
                vec![]
            }
            Event::Tray(tray) => {
                self.shown.tray = tray;
                vec![]
            }
            Event::Settings(settings) => self.settings(settings, now),
            Event::Time => self.time(now),
        }
    }

    /// When something is to be done although nothing happens.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        let forgotten = self.forgettable().map(|(_, at)| at);
        let told = self.concerns.iter().filter_map(|(_, _, until)| *until);
        let back = self.shown.way_back.as_ref().map(|back| back.at);
        self.list_at
            .into_iter()
            .chain(forgotten)
            .chain(told)
            .chain(back)
            .min()
    }

    fn time(&mut self, now: Timestamp) -> Vec<Effect> {
        let forgotten: Vec<OperationId> = self
            .forgettable()
            .filter(|(_, at)| *at <= now)
            .map(|(id, _)| id)
            .collect();
        self.shown
            .operations
            .retain(|operation| !forgotten.contains(&operation.id));
        self.concerns
            .retain(|(_, _, until)| until.is_none_or(|until| until > now));
        let mut effects = self.go_back(now);
        let due = self.list_at.take_if(|at| *at <= now);
        effects.extend(due.and_then(|_| self.list()));
        effects
    }

    /// Operations that are over and went well, and until when they are shown.
    fn forgettable(&self) -> impl Iterator<Item = (OperationId, Timestamp)> {
        self.shown
            .operations
            .iter()
            .filter(|operation| {
                matches!(
                    operation.state,
                    OperationState::Done | OperationState::Cancelled
                )
            })
            .filter(|operation| {
                let warns = Concern::Operation(operation.id);
                !self
                    .concerns
                    .iter()
                    .any(|(concern, _, _)| *concern == warns)
            })
            .filter_map(|operation| Some((operation.id, operation.ended_at? + SHOWN_AFTER)))
    }

    fn connected(&mut self, endpoint: EndpointView, details: EngineDetails) -> Vec<Effect> {
        self.shown.engine.endpoint = Some(endpoint);
        self.connected = Some(details);
        self.listing = Listing::Idle;
        self.list().into_iter().collect()
    }

    /// The engine is away: a state. What is known of the clusters stays.
    fn away(&mut self, problem: Problem) -> Vec<Effect> {
        self.shown.engine.status = EngineStatus::Away { problem };
        self.calm(&Concern::Listing);
        let watches = std::mem::take(&mut self.watched);
        let unwatch = watches
            .into_values()
            .map(|watched| Effect::Unwatch(watched.watch.id));
        unwatch.chain(self.measure()).collect()
    }

    /// Lists the clusters, now or as soon as the list under way is there.
    pub(super) fn list(&mut self) -> Option<Effect> {
        self.connected.as_ref()?;
        match self.listing {
            Listing::Idle => {
                self.listing = Listing::Running;
                Some(Effect::List)
            }
            Listing::Running | Listing::Again => {
                self.listing = Listing::Again;
                None
            }
        }
    }

    fn listed(&mut self, clusters: Vec<Cluster>, now: Timestamp) -> Vec<Effect> {
        // A list that was under way when the engine went away says nothing about now.
        let Some(details) = self.connected.clone() else {
            return vec![];
        };
        self.shown.engine.status = EngineStatus::Ready { details };
        self.listed = clusters;
        self.calm(&Concern::Listing);
        let last = self.listing != Listing::Again;
        let check = last && std::mem::take(&mut self.unchecked);
        self.list_at = Some(now + if check { LIST_CHECKED } else { LIST_EVERY });
        self.propose_a_free_name();
        let mut effects = self.watch();
        effects.extend(self.measure());
        effects.extend(self.list_once_more());
        effects
    }

    fn not_listed(&mut self, problem: Problem, now: Timestamp) -> Vec<Effect> {
        if self.connected.is_none() {
            return vec![];
        }
        self.listing = Listing::Idle;
        self.list_at = Some(now + LIST_AGAIN);
        if problem.code == Code::EngineAway {
            // Its connection stands, or that would have been told: it hangs.
            return self.away(problem);
        }
        self.worry(Concern::Listing, problem, None);
        vec![]
    }

    fn list_once_more(&mut self) -> Option<Effect> {
        let again = self.listing == Listing::Again;
        self.listing = Listing::Idle;
        again.then(|| self.list()).flatten()
    }

    fn ended(&mut self, id: OperationId, end: End, now: Timestamp) -> Vec<Effect> {
        let draft = self.drafts.remove(&id);
        let Some(operation) = self.operation_mut(id) else {
            return vec![];
        };
        operation.ended_at = Some(now);
        let cluster = operation.cluster.clone();
        let mut remembered = None;
        match end {
            End::Done { warnings } => {
                operation.state = OperationState::Done;
                for warning in warnings {
                    self.concerns.push((Concern::Operation(id), warning, None));
                }
                remembered = draft.map(|draft| self.remember(|state| state.after_cluster(draft)));
            }
            End::Cancelled => {
                operation.give_up();
                operation.state = OperationState::Cancelled;
            }
            End::Failed(problem) => {
                operation.give_up();
                operation.state = OperationState::Failed { problem };
            }
        }
        let mut effects: Vec<Effect> = remembered.into_iter().collect();
        effects.extend(self.list());
        effects.extend(self.watch_again(&cluster));
        if self.shown.quitting && self.running() == 0 {
            effects.push(Effect::End);
        }
        effects
    }

    /// Changes what is remembered, and has it written.
    pub(super) fn remember(&mut self, change: impl FnOnce(State) -> State) -> Effect {
        self.remembered = change(std::mem::take(&mut self.remembered));
        Effect::Run(Errand::Remember(self.remembered.clone()))
    }

    fn ran(&mut self, errand: &Errand, result: Result<(), Problem>, now: Timestamp) -> Vec<Effect> {
        let effects = match errand {
            Errand::UseContext(name) => self.switched(name, &result),
            Errand::AddContext(cluster) => {
                self.switched(&ContextName::of_cluster(cluster), &result)
            }
            _ => vec![],
        };
        let concern = Concern::of(errand);
        match result {
            Ok(()) => self.calm(&concern),
            Err(problem) => self.worry(concern, problem, Some(now + TOLD_FOR)),
        }
        effects
    }

    fn operation_mut(&mut self, id: OperationId) -> Option<&mut crate::operation::Operation> {
        self.shown
            .operations
            .iter_mut()
            .find(|operation| operation.id == id && operation.is_running())
    }
}

fn answered(mut effects: Vec<Effect>, answer: Effect) -> Vec<Effect> {
    effects.push(answer);
    effects
}
