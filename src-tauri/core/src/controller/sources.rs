//! Where events come from: the engine, the kubeconfig, the clusters' APIs, the engine's statistics.
//!
//! Each is a task that tells what it hears and decides nothing; it ends when it is cancelled.

use std::{pin::pin, time::Duration};

use futures_util::{Stream, StreamExt};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};

use super::event::{Event, Watch};
use crate::{
    context::Contexts,
    engine::{Endpoint, Engine, EngineError, EngineEvent, NoEngine},
    error::{Code, Explain, Problem},
    health::{self, HealthError, Nodes},
    operation::starts,
};

/// Where events go.
pub(super) type Events = mpsc::UnboundedSender<Event>;

/// Tells of the engine, and keeps the connection where the others find it.
pub(super) async fn engine(
    heard: impl Stream<Item = EngineEvent>,
    connection: watch::Sender<Option<Engine>>,
    events: Events,
) {
    let mut heard = pin!(heard);
    while let Some(event) = heard.next().await {
        let event = match event {
            EngineEvent::Connected(engine) => {
                let endpoint = engine.endpoint().view();
                let details = engine.details().clone();
                connection.send_replace(Some(engine));
                Event::Connected { endpoint, details }
            }
            EngineEvent::Away(missing) => {
                connection.send_replace(None);
                Event::Away {
                    problem: away(&missing),
                    endpoint: missing.endpoint.as_ref().map(Endpoint::view),
                }
            }
            EngineEvent::Container { .. } => Event::Changed,
            EngineEvent::Network { .. } | EngineEvent::Image => continue,
        };
        tell(&events, event);
    }
}

/// What is said of an engine that does not answer.
fn away(missing: &NoEngine) -> Problem {
    let at = missing
        .endpoint
        .as_ref()
        .map(|endpoint| endpoint.address.to_string());
    let name = match at {
        Some(address) if address.contains("podman") => "Podman",
        _ => "Docker",
    };
    let what = match missing.error {
        EngineError::NotRunning(_) => "is not running",
        EngineError::PermissionDenied(_) => "may not be used",
        EngineError::TooOld { .. } => "is too old",
        _ => "cannot be reached",
    };
    Problem::new(format!("{name} {what}"), &missing.error)
}

/// Tells the contexts, now and whenever they change.
pub(super) async fn contexts(heard: impl Stream<Item = Contexts>, events: Events) {
    let mut heard = pin!(heard);
    while let Some(contexts) = heard.next().await {
        tell(&events, Event::Contexts(contexts));
    }
}

/// Tells what a container uses while it runs.
pub(super) async fn usage(engine: Engine, container: String, events: Events) {
    let mut samples = engine.usage(&container);
    while let Some(Ok(usage)) = samples.next().await {
        let container = container.clone();
        tell(&events, Event::Usage { container, usage });
    }
}

/// How soon an API that did not answer is asked again: at first, and at most.
const ASK_AGAIN: Duration = Duration::from_millis(200);
const ASK_AGAIN_AT_MOST: Duration = Duration::from_secs(5);
/// How long an API may take to tell its nodes for the first time.
const ANSWER: Duration = Duration::from_secs(10);
/// How long an API may be silent before that is told: one that is coming up, and one that was there.
const COMING_UP: Duration = Duration::from_secs(20);
const INTERRUPTED: Duration = Duration::from_secs(3);

/// Tells the nodes of a cluster whenever they change, and once when its API has not answered for a while.
pub(super) async fn nodes(engine: Engine, watch: Watch, events: Events) {
    let tell = |heard: Result<Nodes, Problem>| {
        let watch = watch.id;
        tell(&events, Event::Health { watch, heard });
    };
    let mut patience = COMING_UP;
    let mut silent_since = Instant::now();
    let mut told = false;
    let mut wait = ASK_AGAIN;
    loop {
        let mut answered = false;
        let error = follow(&engine, &watch, |nodes| {
            answered = true;
            tell(Ok(nodes));
        })
        .await;
        tracing::debug!(cluster = %watch.cluster, error = &error as &dyn std::error::Error, "no nodes");
        if answered {
            (patience, silent_since, told, wait) = (INTERRUPTED, Instant::now(), false, ASK_AGAIN);
        }
        if !told && silent_since.elapsed() >= patience {
            let what = format!("Could not watch cluster `{}`", watch.cluster);
            tell(Err(Problem::new(what, &error)));
            told = true;
        }
        sleep(wait).await;
        wait = (wait * 2).min(ASK_AGAIN_AT_MOST);
    }
}

/// Why nothing is heard of a cluster's nodes.
#[derive(Debug, thiserror::Error)]
enum Quiet {
    #[error(transparent)]
    Health(#[from] HealthError),
    #[error("its API does not answer")]
    Silent,
}

impl Explain for Quiet {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Health(error) => error.hint(),
            Self::Silent => Some("Look at the server's log, or restart the cluster.".into()),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Health(error) => error.code(),
            Self::Silent => Code::Other,
        }
    }
}

/// Hears of nodes until that breaks. The kubeconfig is taken anew each time: a cluster that was started
/// again may have other keys.
async fn follow(engine: &Engine, watch: &Watch, mut tell: impl FnMut(Nodes)) -> Quiet {
    let client = match health::connect(engine, &watch.server, &watch.address).await {
        Ok(client) => client,
        Err(error) => return error.into(),
    };
    // After a start the API still tells what was so before.
    let starts = starts(engine, watch.nodes.iter().map(String::as_str)).await;
    let mut nodes = health::nodes(client, starts);
    let mut patience = Some(ANSWER);
    loop {
        let next = match patience.take() {
            Some(patience) => match timeout(patience, nodes.next()).await {
                Ok(next) => next,
                Err(_) => return Quiet::Silent,
            },
            None => nodes.next().await,
        };
        match next {
            Some(Ok(heard)) => tell(heard),
            Some(Err(error)) => return error.into(),
            None => return Quiet::Silent,
        }
    }
}

/// Nobody listening is no reason to fail: the app is ending.
fn tell(events: &Events, event: Event) {
    let _ = events.send(event);
}
