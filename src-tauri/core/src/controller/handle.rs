//! What the shell holds of the controller: the snapshots, and a way to ask.

use std::{
    net::{IpAddr, TcpListener},
    sync::Arc,
};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    Check, Refusal,
    event::{Event, Reply},
    refusal::RequestError,
};
use crate::{
    action::Action,
    cluster::ClusterName,
    engine::Engine,
    error::Problem,
    kubeconfig::Kubeconfig,
    operation::OperationId,
    paths::Paths,
    snapshot::{Shortcut, Snapshot},
    spec::{Draft, Field, FieldProblem},
};

/// The way to the controller. Cheap to clone; it may be used from any task.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) events: mpsc::UnboundedSender<Event>,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) engine: watch::Receiver<Option<Engine>>,
    pub(super) kubeconfig: watch::Receiver<Kubeconfig>,
    pub(super) paths: Paths,
}

impl Handle {
    /// What is shown, now and whenever it changes. It ends when the controller does.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshots.clone()
    }

    /// Asks for an action. It answers as soon as the action is accepted or refused; what comes of it is
    /// shown in the snapshot.
    pub async fn perform(&self, action: Action) -> Result<(), Problem> {
        let title = format!("Could not carry out `{action}`");
        self.ask(|reply| Event::Perform(action, reply))
            .await
            .unwrap_or_else(|ended| Err(Problem::new(title, &ended)))
    }

    /// Begins to create a cluster.
    pub async fn create(&self, draft: Draft) -> Result<OperationId, Refusal> {
        let refused = |ended| {
            Err(Refusal::Problem {
                problem: Problem::new("Could not create a cluster", &ended),
            })
        };
        self.ask(|reply| Event::Create(draft, reply))
            .await
            .unwrap_or_else(refused)
    }

    /// Says what is wrong with a draft, and what would be filled in where it is empty.
    pub async fn check(&self, draft: Draft) -> Check {
        let asked = draft.clone();
        let Ok(mut check) = self.ask(|reply| Event::Check(draft, reply)).await else {
            return Check::nothing();
        };
        let engine = self.engine.borrow().clone();
        if let Some(engine) = engine {
            if engine.is_local() && !check.problems.iter().any(is_about_the_port) {
                check.problems.extend(taken_port(&asked));
            }
            check.local_images = engine.node_images().await;
        }
        check
    }

    /// Says whose details are looked at, so that its containers are measured; none for no more.
    pub fn look_at(&self, cluster: Option<ClusterName>) {
        self.tell(Event::LookAt(cluster));
    }

    /// The last lines that a node logged, oldest first. Only nodes of clusters have a log here.
    pub async fn node_logs(&self, node: &str, lines: usize) -> Result<Vec<String>, Problem> {
        let title = format!("Could not read the log of node `{node}`");
        let known = self
            .snapshots
            .borrow()
            .clusters
            .iter()
            .any(|cluster| cluster.nodes.iter().any(|known| known.name == node));
        if !known {
            let error = RequestError::NoSuchNode(node.to_owned());
            return Err(Problem::new(title, &error));
        }
        let engine = self.engine.borrow().clone();
        match engine {
            Some(engine) => Ok(engine.log_tail(node, lines).await),
            None => Err(Problem::new(
                title,
                &RequestError::EngineAway { hint: None },
            )),
        }
    }

    /// Tells what became of the global shortcuts, and what of the user's own cannot be used.
    pub fn report_shortcuts(&self, shortcuts: Vec<Shortcut>, problem: Option<Problem>) {
        self.tell(Event::Shortcuts(shortcuts, problem));
    }

    /// Tells whether a tray shows the app.
    pub fn report_tray(&self, tray: bool) {
        self.tell(Event::Tray(tray));
    }

    pub(super) async fn ask<T>(
        &self,
        event: impl FnOnce(Reply<T>) -> Event,
    ) -> Result<T, RequestError> {
        let (reply, answer) = oneshot::channel();
        self.tell(event(reply));
        answer.await.map_err(|_| RequestError::Quitting)
    }

    pub(super) fn tell(&self, event: Event) {
        // The controller ends with the app; nothing that is told then matters.
        let _ = self.events.send(event);
    }
}

fn is_about_the_port(problem: &FieldProblem) -> bool {
    matches!(problem.field, Field::ApiHost | Field::ApiPort)
}

/// The port, where a program of this machine listens on it. A creation finds out again by itself.
fn taken_port(draft: &Draft) -> Option<FieldProblem> {
    let host: IpAddr = draft.api_host.trim().parse().ok()?;
    let port: u16 = draft.api_port.trim().parse().ok()?;
    let error = TcpListener::bind((host, port)).err()?;
    (error.kind() == std::io::ErrorKind::AddrInUse).then(|| FieldProblem {
        field: Field::ApiPort,
        message: format!("Port {port} is in use by another program."),
    })
}
