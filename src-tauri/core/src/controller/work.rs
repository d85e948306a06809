//! Carries effects out: operations, errands, lists. What comes of them is an event.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{
    sync::{Mutex, MutexGuard, mpsc},
    task::spawn_blocking,
};

use super::{
    Ask,
    event::{End, Errand, Event, Work},
    export,
    guard::switched_elsewhere,
    sources::Events,
};
use crate::{
    action::View,
    engine::{Engine, EngineError, error::Said},
    error::{Explain, Problem},
    kubeconfig::{Kubeconfig, Owner},
    operation::{self, Means, OperationError, OperationId, Reporter, Run},
    paths::Paths,
    reach::{self, ReachError},
    settings::{self, Settings},
    state::{self, State},
    stored::StoredError,
    terminal,
};

/// The work was cut off by a defect of the app itself.
#[derive(Debug, thiserror::Error)]
#[error("k3tray itself failed")]
pub(super) struct CutOff(#[source] pub(super) tokio::task::JoinError);

impl Explain for CutOff {
    fn hint(&self) -> Option<String> {
        Some("Its log says where: tell the developers.".into())
    }
}

/// Lists the clusters.
pub(super) async fn list(engine: Option<Engine>) -> Event {
    let Some(engine) = engine else {
        return not_listed(&lost());
    };
    match engine.inventory().await {
        Ok(clusters) => Event::Listed(Ok(clusters)),
        Err(error) => not_listed(&error),
    }
}

/// What is said of clusters that could not be listed.
pub(super) fn not_listed(error: &(impl Explain + ?Sized)) -> Event {
    Event::Listed(Err(Problem::new("Could not list the clusters", error)))
}

/// Runs an operation to its end; everything it reports is told before that.
pub(super) async fn operate(id: OperationId, work: Work, run: Run, events: Events) -> Event {
    let (reporter, mut reports) = Reporter::new();
    let kubeconfig = run.means.kubeconfig.clone();
    let run = Run { reporter, ..run };
    let told = events.clone();
    let tell = async move {
        while let Some(report) = reports.recv().await {
            let _ = told.send(Event::Reported { id, report });
        }
    };
    let title = work.title();
    let (end, ()) = tokio::join!(end(run, work, title), tell);
    // Whoever hears of the end shall find the context that goes with it.
    let _ = events.send(Event::Contexts(kubeconfig.view().await));
    Event::Ended { id, end }
}

async fn end(run: Run, work: Work, title: String) -> End {
    let result = match work {
        Work::Create(spec) => operation::create(&run, spec).await,
        Work::Start(name) => operation::start(&run, &name).await,
        Work::Stop(name) => operation::stop(&run, &name).await,
        Work::Restart(name) => operation::restart(&run, &name).await,
        Work::Pause(name) => operation::pause(&run, &name).await,
        Work::Resume(name) => operation::resume(&run, &name).await,
        Work::Delete(name) => operation::delete(&run, &name).await,
    };
    match result {
        Ok(outcome) => End::Done {
            warnings: outcome.warnings,
        },
        Err(OperationError::Cancelled) => End::Cancelled,
        Err(error) => End::Failed(Problem::new(title, &error)),
    }
}

/// What errands work with.
pub(super) struct Tools {
    /// The engine, while it answers.
    pub(super) engine: Option<Engine>,
    /// The user's kubeconfig.
    pub(super) kubeconfig: Kubeconfig,
    /// The user's folders.
    pub(super) paths: Paths,
    /// Where events go.
    pub(super) events: Events,
    /// The turn of this errand, where it switches contexts.
    pub(super) turn: Turn,
    /// What is asked of the desktop.
    pub(super) asks: mpsc::Sender<Ask>,
}

/// Has switches made one after the other, so that the last one asked for is the one that stays.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    number: u64,
    latest: Arc<AtomicU64>,
    one_at_a_time: Arc<Mutex<()>>,
}

impl Turn {
    /// The next one. Those before it that have not begun are not begun any more.
    pub(super) fn next(&mut self) -> Self {
        self.number += 1;
        self.latest.store(self.number, Ordering::SeqCst);
        self.clone()
    }

    /// Waits for the one that is under way; none if another one was asked for since.
    pub(super) async fn begin(&self) -> Option<MutexGuard<'_, ()>> {
        let alone = self.one_at_a_time.lock().await;
        (self.latest.load(Ordering::SeqCst) == self.number).then_some(alone)
    }
}

impl Tools {
    /// Runs an errand.
    pub(super) async fn run(self, errand: Errand) -> Event {
        let title = errand.title();
        let result = self.do_run(errand.clone()).await;
        let result = result.map_err(|error| Problem::new(title, &*error));
        Event::Ran { errand, result }
    }

    async fn do_run(self, errand: Errand) -> Result<(), Box<dyn Explain + Send>> {
        let engine = self.engine.as_ref();
        let kubeconfig = &self.kubeconfig;
        let engine = engine.ok_or_else(|| boxed(lost()));
        match errand {
            Errand::UseContext(name) => {
                let Some(_alone) = self.turn.begin().await else {
                    return Ok(());
                };
                let _ = kubeconfig.use_context(&name).await.map_err(boxed)?;
                // The files are watched as well, but a click deserves no delay.
                let contexts = kubeconfig.view().await;
                let _ = self.events.send(Event::Contexts(contexts));
                Ok(())
            }
            Errand::AddContext(name) => {
                let Some(_alone) = self.turn.begin().await else {
                    return Ok(());
                };
                let means = Means::new(engine?.clone(), &self.paths);
                operation::use_cluster(&means, &name, true)
                    .await
                    .map_err(boxed)?;
                let contexts = kubeconfig.view().await;
                let _ = self.events.send(Event::Contexts(contexts));
                Ok(())
            }
            Errand::StartNode(name) => operation::start_node(engine?, &name).await.map_err(boxed),
            Errand::StopNode(name) => operation::stop_node(engine?, &name).await.map_err(boxed),
            Errand::CopyExport {
                cluster,
                server,
                address,
            } => {
                let engine = engine?;
                let folder = self.paths.k3d_config;
                let line = export::line(engine, folder, cluster, &server, &address)
                    .await
                    .map_err(boxed)?;
                let _ = self.asks.send(Ask::Copy(line)).await;
                Ok(())
            }
            Errand::CopyScoped(name) => {
                let folder = self.paths.scoped_kubeconfigs();
                let owner = Owner::process(std::process::id());
                let file = kubeconfig.write_scoped(&name, None, &folder, owner);
                let line = export::pointing_at(&file.await.map_err(boxed)?);
                let _ = self.asks.send(Ask::Copy(line)).await;
                Ok(())
            }
            Errand::OpenShell(name) => {
                // What would fail in the terminal would be gone with it.
                kubeconfig.scoped(&name, None).await.map_err(boxed)?;
                let path = self.paths.config.join(settings::FILE);
                let settings = blocking(move || Settings::load(&path)).await?;
                terminal::open_shell(&name, settings.terminal.as_deref(), &self.paths)
                    .await
                    .map_err(boxed)
            }
            Errand::Protect(name, protected) => {
                self.set(move |settings| {
                    settings.protection.contexts.insert(name, protected);
                })
                .await
            }
            Errand::TellSwitch(to, back) => {
                let history = kubeconfig.history().await;
                let by = history.first().map(|newest| &newest.by);
                let notice = switched_elsewhere(&to, back, by);
                let _ = self.asks.send(Ask::Warn(notice)).await;
                Ok(())
            }
            Errand::KeepNaming(naming) => {
                self.set(move |settings| {
                    let protected = &mut settings.protection.contexts;
                    naming.apply(protected, &mut settings.checked_contexts);
                })
                .await
            }
            Errand::KeepChecked(name, checked) => {
                self.set(
                    move |Settings {
                              checked_contexts, ..
                          }| {
                        if checked {
                            checked_contexts.insert(name);
                        } else {
                            checked_contexts.remove(&name);
                        }
                    },
                )
                .await
            }
            Errand::UseNamespace(context, namespace) => {
                let set = kubeconfig.set_namespace(&context, Some(&namespace)).await;
                let _ = set.map_err(boxed)?;
                let contexts = kubeconfig.view().await;
                let _ = self.events.send(Event::Contexts(contexts));
                Ok(())
            }
            Errand::ListNamespaces(context) => {
                match reach::namespaces(kubeconfig, &context, false).await {
                    Ok(namespaces) => {
                        let _ = self.events.send(Event::Namespaces(namespaces));
                        Ok(())
                    }
                    // The window asks whether it may run.
                    Err(ReachError::NeedsProgram(_)) => {
                        let view = View::Namespace { context };
                        let _ = self.asks.send(Ask::Show(view)).await;
                        Ok(())
                    }
                    Err(error) => Err(boxed(error)),
                }
            }
            Errand::Remember(remembered) => {
                let path = self.paths.state.join(state::FILE);
                blocking(move || State::save(&remembered, &path)).await
            }
        }
    }
}

impl Tools {
    /// Changes one thing in the settings; the rest of them stays as it is in the file.
    async fn set(
        &self,
        change: impl FnOnce(&mut Settings) + Send + 'static,
    ) -> Result<(), Box<dyn Explain + Send>> {
        let path = self.paths.config.join(settings::FILE);
        blocking(move || {
            Settings::change(&path, |mut settings| {
                change(&mut settings);
                Ok(settings)
            })
        })
        .await
        .map(drop)
    }
}

/// Reads or writes a file of ours, on a thread that may wait for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoredError> + Send + 'static,
) -> Result<T, Box<dyn Explain + Send>> {
    match spawn_blocking(work).await {
        Ok(done) => done.map_err(boxed),
        Err(error) => Err(boxed(CutOff(error))),
    }
}

/// The engine went away between the asking and the doing.
pub(super) fn lost() -> EngineError {
    EngineError::NotRunning(Said("it went away".into()))
}

fn boxed<E: Explain + Send + 'static>(error: E) -> Box<dyn Explain + Send> {
    Box::new(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_switches_that_wait_only_the_last_one_is_made() {
        let mut turns = Turn::default();
        let first = turns.next();
        let under_way = first.begin().await;
        assert!(under_way.is_some());
        let (second, third) = (turns.next(), turns.next());
        drop(under_way);
        assert!(second.begin().await.is_none());
        assert!(third.begin().await.is_some());
    }
}
