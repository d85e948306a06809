//! The loop: one event after the other, each folded into the model, the result published, the effects
//! carried out in tasks of their own. It waits for nothing else and ends only on [`Effect::End`].

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{mpsc, watch},
    time::{sleep, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

use super::{
    Ask, ControllerConfig,
    event::{Effect, End, Errand, Event, Watch, WatchId, Work},
    model::Model,
    sources::{self, Events},
    work::{self, CutOff, Tools, Turn},
};
use crate::{
    engine::{Engine, events},
    error::Problem,
    kubeconfig::Kubeconfig,
    notice::notices,
    operation::{Means, OperationId, Reporter, Run},
    snapshot::Snapshot,
};

/// How many events are taken in before the result is published: a chatty pull is one change, not hundreds.
const BATCH: usize = 256;
/// How long tasks may take to end when the app does.
const FAREWELL: Duration = Duration::from_secs(5);

/// The loop and what it holds.
pub(super) struct Loop {
    pub(super) config: ControllerConfig,
    pub(super) model: Model,
    pub(super) events: Events,
    pub(super) inbox: mpsc::UnboundedReceiver<Event>,
    pub(super) snapshots: watch::Sender<Arc<Snapshot>>,
    pub(super) engine: watch::Sender<Option<Engine>>,
    pub(super) kubeconfig: watch::Sender<Kubeconfig>,
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) tasks: Tasks,
}

/// The tasks that run, and how each is ended.
#[derive(Default)]
pub(super) struct Tasks {
    all: TaskTracker,
    stop: CancellationToken,
    listing: CancellationToken,
    watches: BTreeMap<WatchId, CancellationToken>,
    sampling: CancellationToken,
    contexts: CancellationToken,
    turn: Turn,
    operations: BTreeMap<OperationId, CancellationToken>,
}

impl Tasks {
    /// Runs a source until the token is cancelled.
    fn listen(&self, until: &CancellationToken, source: impl Future<Output = ()> + Send + 'static) {
        let until = until.clone();
        self.all.spawn(async move {
            until.run_until_cancelled(source).await;
        });
    }

    /// Runs work that ends with an event; where it is cut off by a defect, that is an event too.
    fn begin(
        &self,
        events: &Events,
        work: impl Future<Output = Event> + Send + 'static,
        cut_off: impl FnOnce(CutOff) -> Event + Send + 'static,
    ) {
        let events = events.clone();
        self.all.spawn(async move {
            let event = match tokio::spawn(work).await {
                Ok(event) => event,
                Err(error) => cut_off(CutOff(error)),
            };
            // Nobody listens any more when the app ends.
            let _ = events.send(event);
        });
    }
}

impl Loop {
    /// Runs until the app ends.
    pub(super) async fn run(mut self) {
        self.open_sources();
        loop {
            let mut effects = Vec::new();
            let mut next = Some(self.next().await);
            for _ in 0..BATCH {
                let Some(event) = next else { break };
                effects.extend(self.take(event));
                next = self.inbox.try_recv().ok();
            }
            if let Some(event) = next {
                effects.extend(self.take(event));
            }
            self.publish();
            let ends = effects.iter().any(|effect| matches!(effect, Effect::End));
            for effect in effects {
                self.carry_out(effect);
            }
            if ends {
                return self.end().await;
            }
        }
    }

    fn open_sources(&mut self) {
        let paths = &self.config.paths;
        let heard = events::watch(self.config.engine.clone(), paths.clone());
        let source = sources::engine(heard, self.engine.clone(), self.events.clone());
        self.tasks.listen(&self.tasks.stop, source);
        let kubeconfig = self.kubeconfig.borrow().clone();
        self.tasks.listen(&self.tasks.stop, async move {
            kubeconfig.recover().await;
        });
        self.watch_contexts();
    }

    /// Tells the contexts now and watches them from there.
    fn watch_contexts(&mut self) {
        self.tasks.contexts.cancel();
        self.tasks.contexts = self.tasks.stop.child_token();
        let host = self.engine.borrow().as_ref().and_then(Engine::address_host);
        let kubeconfig = Kubeconfig::of(&self.config.paths, host);
        let source = sources::contexts(kubeconfig.watch(), self.events.clone());
        self.kubeconfig.send_replace(kubeconfig);
        self.tasks.listen(&self.tasks.contexts, source);
    }

    /// The next event; when nothing happens until something is due, that.
    async fn next(&mut self) -> Event {
        let due = self.model.wake_at();
        let due = async move {
            match due {
                Some(at) => {
                    let wait = at.duration_since(Timestamp::now());
                    sleep(wait.try_into().unwrap_or_default()).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(event) = self.inbox.recv() => event,
            () = due => Event::Time,
        }
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        // Where the engine is decides which contexts are local; and whatever changed a kubeconfig here has
        // told of it itself, past the watch, which would take the state before for the one that is known.
        let look_again = match &event {
            Event::Connected { .. } | Event::Ended { .. } | Event::Edited(_) => true,
            Event::Ran { errand, .. } => errand.changes_contexts(),
            _ => false,
        };
        let effects = self.model.reduce(event, Timestamp::now());
        if look_again {
            self.watch_contexts();
        }
        effects
    }

    /// Publishes what is shown, if that has changed, and says what is worth a notification.
    fn publish(&self) {
        let old = self.snapshots.borrow().clone();
        let mut new = self.model.snapshot();
        new.revision = old.revision;
        if new == *old {
            return;
        }
        new.revision += 1;
        let new = Arc::new(new);
        self.snapshots.send_replace(new.clone());
        for notice in notices(&old, &new) {
            self.ask(Ask::Notify(notice));
        }
    }

    /// Never waits for the desktop: an unanswered ask is dropped where too many wait.
    fn ask(&self, ask: Ask) {
        if let Err(error) = self.asks.try_send(ask) {
            tracing::warn!(%error, "the desktop does not answer");
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::List => self.list(),
            Effect::Watch(watch) => self.watch(watch),
            Effect::Unwatch(id) => {
                if let Some(watch) = self.tasks.watches.remove(&id) {
                    watch.cancel();
                }
            }
            Effect::Sample(containers) => self.sample(containers),
            Effect::Begin(id, work) => self.begin(id, work),
            Effect::Cancel(id) => {
                if let Some(operation) = self.tasks.operations.get(&id) {
                    operation.cancel();
                }
            }
            Effect::Run(errand) => {
                if matches!(errand, Errand::UseContext(_) | Errand::AddContext(_)) {
                    self.tasks.turn.next();
                }
                let tools = Tools {
                    engine: self.engine.borrow().clone(),
                    kubeconfig: self.kubeconfig.borrow().clone(),
                    paths: self.config.paths.clone(),
                    events: self.events.clone(),
                    turn: self.tasks.turn.clone(),
                    asks: self.asks.clone(),
                };
                let run = tools.run(errand.clone());
                self.tasks
                    .begin(&self.events, run, move |error| Event::Ran {
                        result: Err(Problem::new(errand.title(), &error)),
                        errand,
                    });
            }
            Effect::Relocate(settings) => {
                self.config.paths = settings.applied_to(self.config.paths.clone());
                self.watch_contexts();
            }
            Effect::Ask(ask) => self.ask(ask),
            // Who asked may have gone away; that is no reason not to have done it.
            Effect::Performed(reply, answer) => drop(reply.send(answer)),
            Effect::Created(reply, answer) => drop(reply.send(answer)),
            Effect::Checked(reply, check) => drop(reply.send(check)),
            Effect::Rules(reply, rules) => drop(reply.send(rules)),
            Effect::End => {}
        }
    }

    fn list(&mut self) {
        // A list of an earlier connection that is still under way knows less than this one will.
        self.tasks.listing.cancel();
        self.tasks.listing = self.tasks.stop.child_token();
        let engine = self.engine.borrow().clone();
        let events = self.events.clone();
        self.tasks.listen(&self.tasks.listing, async move {
            let list = AbortOnDropHandle::new(tokio::spawn(work::list(engine)));
            let event = list
                .await
                .unwrap_or_else(|error| work::not_listed(&CutOff(error)));
            // Nobody listens any more when the app ends.
            let _ = events.send(event);
        });
    }

    fn watch(&mut self, watch: Watch) {
        // Without an engine it is watched again as soon as there is one.
        let Some(engine) = self.engine.borrow().clone() else {
            return;
        };
        let until = self.tasks.stop.child_token();
        self.tasks.watches.insert(watch.id, until.clone());
        let source = sources::nodes(engine, watch, self.events.clone());
        self.tasks.listen(&until, source);
    }

    fn sample(&mut self, containers: Vec<String>) {
        self.tasks.sampling.cancel();
        self.tasks.sampling = self.tasks.stop.child_token();
        let Some(engine) = self.engine.borrow().clone() else {
            return;
        };
        for container in containers {
            let source = sources::usage(engine.clone(), container, self.events.clone());
            self.tasks.listen(&self.tasks.sampling, source);
        }
    }

    fn begin(&mut self, id: OperationId, work: Work) {
        let title = work.title();
        let failed = move |problem| Event::Ended {
            id,
            end: End::Failed(problem),
        };
        let Some(engine) = self.engine.borrow().clone() else {
            let problem = Problem::new(title, &work::lost());
            let _ = self.events.send(failed(problem));
            return;
        };
        // Not a child of the token that ends everything: an operation ends by itself, or is cancelled
        // and undone.
        let cancel = CancellationToken::new();
        self.tasks.operations.retain(|known, _| {
            let running = |operation: &crate::operation::Operation| {
                operation.id == *known && operation.is_running()
            };
            self.model.shown.operations.iter().any(running)
        });
        self.tasks.operations.insert(id, cancel.clone());
        let run = Run {
            means: Means {
                deadlines: self.config.deadlines,
                ..Means::new(engine, &self.config.paths)
            },
            reporter: Reporter::new().0,
            cancel,
        };
        let work = work::operate(id, work, run, self.events.clone());
        self.tasks.begin(&self.events, work, move |error| {
            failed(Problem::new(title, &error))
        });
    }

    /// Lets what writes finish, and then lets the app go.
    async fn end(self) {
        self.tasks.stop.cancel();
        self.tasks.all.close();
        if timeout(FAREWELL, self.tasks.all.wait()).await.is_err() {
            tracing::warn!("some tasks did not end");
        }
        // The app may be gone already.
        let _ = self.asks.send(Ask::Quit).await;
    }
}
