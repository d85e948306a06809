//! The stage of the controller's stories: the real controller, in a home of its own, before the scripted
//! engine. What must come of it is each story's own part.

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hyper::Method;
use k3tray_core::{
    action::Action,
    cluster::Cluster,
    context::Contexts,
    controller::{Ask, Controller, ControllerConfig, Handle},
    engine::Engine,
    error::Problem,
    operation::{Deadlines, Means, Operation, Reporter, Run},
    paths::Paths,
    protection::ProtectionRules,
    snapshot::{EndpointView, EngineDetails, EngineStatus, EngineView, Snapshot},
    state::State,
};
use k3tray_tests::{
    eventually,
    scripted_docker::{Answer, Call, Gate, ScriptedDocker, Stream},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::controller_cast::lists;

/// How long anything may take on a machine that does much else.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The controller at work before the scripted engine.
pub(crate) struct Stage {
    pub(crate) docker: ScriptedDocker,
    pub(crate) controller: Handle,
    /// What the engine tells to whoever listens.
    pub(crate) events: Stream,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    asks: mpsc::Receiver<Ask>,
    shown: Arc<Mutex<Vec<Arc<Snapshot>>>>,
    home: TempDir,
    paths: Paths,
    _apis: Gate,
}

impl Stage {
    /// An engine that lists `containers`, which are shown.
    pub(crate) async fn with(containers: &[Value]) -> Self {
        let docker = ScriptedDocker::start();
        lists(&docker, containers);
        let mut stage = Self::before(docker, None);
        stage
            .until("the engine to be ready", |shown| !shown.is_stale())
            .await;
        stage
    }

    /// Starts the controller before an engine, in a home that has this kubeconfig, and waits for nothing.
    pub(crate) fn before(docker: ScriptedDocker, kubeconfig: Option<&str>) -> Self {
        let home = tempfile::Builder::new()
            .prefix("k3tray-story-")
            .tempdir()
            .unwrap();
        if let Some(text) = kubeconfig {
            let file = kubeconfig_of(&home);
            std::fs::create_dir(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        let (events, stream) = Answer::stream();
        docker.answer(Method::GET, "/events", stream);
        // No cluster has an API here: whoever asks for the way to one is never answered.
        let (apis, silence) = Answer::error(404, "no such file").held();
        docker.answer(Method::GET, "/containers/*/archive", silence);
        let paths = Paths {
            default_image: Some("node:v1".into()),
            load_balancer_image: Some("balancer:v1".into()),
            ..Paths::below(home.path())
        };
        let (controller, asks) = Controller::start(ControllerConfig {
            paths: paths.clone(),
            engine: Some(docker.address()),
            remembered: State::default(),
            protection: ProtectionRules::default(),
            checked: BTreeSet::new(),
            kubeconfig: None,
            settings_problem: None,
            state_problem: None,
            deadlines: Deadlines::default(),
        });
        let shown = Arc::default();
        tokio::spawn(keep(controller.snapshots(), Arc::clone(&shown)));
        Self {
            docker,
            events,
            snapshots: controller.snapshots(),
            asks,
            shown,
            home,
            paths,
            controller,
            _apis: apis,
        }
    }

    /// Waits until what is shown is so, and returns it.
    pub(crate) async fn until(
        &mut self,
        what: &str,
        is_so: impl Fn(&Snapshot) -> bool,
    ) -> Arc<Snapshot> {
        let waited = timeout(PATIENCE, self.snapshots.wait_for(|shown| is_so(shown)))
            .await
            .map(|shown| shown.expect("the controller goes on").clone());
        waited
            .unwrap_or_else(|_| panic!("waited {PATIENCE:?} for {what} in vain: {:#?}", self.now()))
    }

    /// Waits until these clusters are shown of an engine that answers.
    pub(crate) async fn until_shown(&mut self, clusters: &[Cluster]) -> Arc<Snapshot> {
        self.until("the clusters", |shown| {
            !shown.is_stale() && shown.clusters == clusters
        })
        .await
    }

    /// Waits until the one operation that is shown is over, and returns it.
    pub(crate) async fn until_over(&mut self) -> Operation {
        let over = |shown: &Snapshot| shown.operations.iter().all(|one| !one.is_running());
        let shown = self.until("the operation to be over", over).await;
        let [operation] = &shown.operations[..] else {
            panic!("not one operation: {:#?}", shown.operations);
        };
        operation.clone()
    }

    /// What is shown now.
    pub(crate) fn now(&self) -> Arc<Snapshot> {
        self.snapshots.borrow().clone()
    }

    /// Everything that was shown so far, as far as somebody who looks at every change has seen it.
    pub(crate) fn shown(&self) -> Vec<Arc<Snapshot>> {
        lock(&self.shown).clone()
    }

    /// What was asked of the desktop since the last look.
    pub(crate) fn asked(&mut self) -> Vec<Ask> {
        std::iter::from_fn(|| self.asks.try_recv().ok()).collect()
    }

    /// Everything that is asked of the desktop until it is asked to end.
    pub(crate) async fn asked_until_quit(&mut self) -> Vec<Ask> {
        let mut all = Vec::new();
        while all.last() != Some(&Ask::Quit) {
            let asked = timeout(PATIENCE, self.asks.recv()).await;
            all.push(asked.expect("an end").expect("the desktop is asked to end"));
        }
        all
    }

    /// Asks for an action that is accepted.
    pub(crate) async fn ask(&self, action: &str) {
        let answer = self.controller.perform(action.parse().unwrap()).await;
        assert_eq!(answer, Ok(()), "{action}");
    }

    /// Asks for an action that is refused.
    pub(crate) async fn refused(&self, action: Action) -> Problem {
        self.controller.perform(action).await.unwrap_err()
    }

    /// Tells that something happened to a container of a cluster.
    pub(crate) async fn something_happens(&self) {
        self.events.read_by(1).await;
        self.events.line(&json!({
            "Type": "container", "Action": "die",
            "Actor": { "ID": "0a", "Attributes": { "app": "k3d", "name": "k3d-dev-server-0" } },
        }));
    }

    /// Waits until the engine has been asked for `method path` so many times.
    pub(crate) async fn until_asked(&self, method: &Method, path: &str, times: usize) {
        let what = format!("{times} times {method} {path}");
        eventually(&what, PATIENCE, async || {
            (self.asked_for(method, path) >= times).then_some(())
        })
        .await;
    }

    /// How many times the engine was asked for `method path`.
    pub(crate) fn asked_for(&self, method: &Method, path: &str) -> usize {
        let calls = self.docker.calls();
        let of_path = |call: &&Call| call.method == *method && call.path == path;
        calls.iter().filter(of_path).count()
    }

    /// What the engine was asked to remove, sorted: it is asked for much of it at the same time.
    pub(crate) fn removed(&self) -> Vec<String> {
        let calls = self.docker.calls().into_iter();
        let mut removed: Vec<String> = calls
            .filter(|call| call.method == Method::DELETE)
            .map(|call| call.path)
            .collect();
        removed.sort();
        removed
    }

    /// The engine as it is shown while it answers.
    pub(crate) fn ready(&self) -> EngineView {
        EngineView {
            endpoint: Some(self.endpoint()),
            status: EngineStatus::Ready { details: details() },
        }
    }

    /// Where the engine is, and why that one.
    pub(crate) fn endpoint(&self) -> EndpointView {
        EndpointView {
            address: self.docker.address(),
            reason: "from the settings".into(),
        }
    }

    /// The user's kubeconfig.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        kubeconfig_of(&self.home)
    }

    /// What an operation that the command line runs works with here.
    pub(crate) async fn operation(&self) -> Run {
        let engine = Engine::find(Some(&self.docker.address()), &self.paths).await;
        Run {
            means: Means::new(engine.unwrap(), &self.paths),
            reporter: Reporter::new().0,
            cancel: CancellationToken::new(),
        }
    }

    /// A snapshot in which these clusters are shown and nothing else happens, of the same revision as `like`.
    pub(crate) fn quiet(&self, clusters: Vec<Cluster>, like: &Snapshot) -> Snapshot {
        Snapshot {
            revision: like.revision,
            engine: self.ready(),
            clusters,
            contexts: Contexts::default(),
            ..Snapshot::initial()
        }
    }
}

/// Keeps every snapshot it sees.
async fn keep(
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    shown: Arc<Mutex<Vec<Arc<Snapshot>>>>,
) {
    while snapshots.changed().await.is_ok() {
        let snapshot = snapshots.borrow_and_update().clone();
        lock(&shown).push(snapshot);
    }
}

/// A story that panicked elsewhere must not hide behind a poisoned lock.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kubeconfig_of(home: &TempDir) -> PathBuf {
    home.path().join(".kube/config")
}

/// What the scripted engine says of itself.
pub(crate) fn details() -> EngineDetails {
    EngineDetails {
        version: "20.10.24".into(),
        api_version: "1.41".into(),
        operating_system: "scripted".into(),
        cgroup_version: 2,
        podman: false,
    }
}
