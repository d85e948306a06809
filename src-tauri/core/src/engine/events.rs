//! What happens in the engine, as it happens; and whether it is there at all.
//!
//! One stream for as long as the app runs: it finds the engine, listens, and finds it again when it
//! went away. While the engine is well nothing is asked of it; what the events mean for what is shown
//! is decided elsewhere.

use std::{collections::HashMap, time::Duration};

use bollard::{
    errors::Error as BollardError,
    models::{EventMessage, EventMessageTypeEnum},
    query_parameters::EventsOptionsBuilder,
};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{Instant, sleep, timeout};

use super::{Engine, EngineError, NoEngine, error::Said};
use crate::{cluster::ClusterName, labels, paths::Paths};

/// The first wait for an engine that is away; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait: looking at a socket costs nothing, logging in over a network does.
const LONGEST_WAIT: Duration = Duration::from_secs(4);
const LONGEST_REMOTE_WAIT: Duration = Duration::from_secs(30);
/// A connection that lasted this long was a good one: the engine is looked for again without a wait.
const GOOD: Duration = Duration::from_secs(10);
/// A network does not say when the other side is gone, so a remote engine that is silent this long is asked.
const SILENCE: Duration = Duration::from_secs(60);

/// Something happened.
#[derive(Debug, Clone)]
pub enum EngineEvent {
    /// The engine answers, for the first time or after its events broke off. What was known may have
    /// changed: list everything anew.
    Connected(Engine),
    /// It does not answer, for this reason; told once until the reason changes.
    Away(NoEngine),
    /// A container of a cluster was made, started, ended, frozen, thawed, renamed or removed.
    Container {
        /// Its name.
        name: String,
        /// Its cluster; a registry may have none.
        cluster: Option<ClusterName>,
        /// Docker's word for what happened, such as `die`.
        action: String,
    },
    /// A network was made or removed.
    Network {
        /// Its name.
        name: String,
    },
    /// An image came, went, or got another name.
    Image,
}

/// Everything that happens, from the search for the engine on. It never ends.
pub fn watch(setting: Option<String>, paths: Paths) -> impl Stream<Item = EngineEvent> + Send {
    let search = Search {
        setting,
        paths,
        waits: 0,
        told: None,
    };
    stream::unfold(State::Searching(search), |state| async {
        match state {
            State::Searching(search) => Some(search.next().await),
            State::Listening(listening) => Some(listening.next().await),
        }
    })
}

enum State {
    Searching(Search),
    Listening(Listening),
}

struct Search {
    setting: Option<String>,
    paths: Paths,
    /// How many times it was waited in a row.
    waits: u32,
    /// What was told last of an engine that is away.
    told: Option<NoEngine>,
}

struct Listening {
    search: Search,
    engine: Engine,
    since: Instant,
    messages: BoxStream<'static, Result<EventMessage, BollardError>>,
}

impl Search {
    /// Goes on until there is an engine, or another reason that there is none.
    async fn next(mut self) -> (EngineEvent, State) {
        loop {
            if self.waits > 0 {
                let remote = self.told.as_ref().is_some_and(is_remote);
                sleep(wait(self.waits - 1, remote)).await;
            }
            self.waits += 1;
            match Engine::find(self.setting.as_deref(), &self.paths).await {
                Ok(engine) => {
                    self.told = None;
                    let messages = listen(&engine);
                    let listening = Listening {
                        search: self,
                        engine: engine.clone(),
                        since: Instant::now(),
                        messages,
                    };
                    return (EngineEvent::Connected(engine), State::Listening(listening));
                }
                Err(missing) if self.told.as_ref() == Some(&missing) => {}
                Err(missing) => {
                    self.told = Some(missing.clone());
                    return (EngineEvent::Away(missing), State::Searching(self));
                }
            }
        }
    }
}

fn is_remote(missing: &NoEngine) -> bool {
    let endpoint = missing.endpoint.as_ref();
    endpoint.is_some_and(|endpoint| endpoint.address.remote_host().is_some())
}

fn wait(waits: u32, remote: bool) -> Duration {
    let longest = if remote {
        LONGEST_REMOTE_WAIT
    } else {
        LONGEST_WAIT
    };
    FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(waits))
        .min(longest)
}

impl Listening {
    /// Goes on until something happens that is told.
    async fn next(mut self) -> (EngineEvent, State) {
        loop {
            let lost = match self.message().await {
                Ok(message) => match event(&message) {
                    Some(event) => return (event, State::Listening(self)),
                    None => continue,
                },
                Err(lost) => lost,
            };
            let mut search = self.search;
            if self.since.elapsed() > GOOD {
                search.waits = 0;
            }
            // A stream breaks for many reasons: whether the engine is away is told by asking it, unless
            // that has just been done.
            if lost != EngineError::Timeout {
                tracing::debug!(error = &lost as &dyn std::error::Error, "no more events");
                return search.next().await;
            }
            let missing = NoEngine {
                endpoint: Some(self.engine.endpoint().clone()),
                error: lost,
            };
            search.told = Some(missing.clone());
            return (EngineEvent::Away(missing), State::Searching(search));
        }
    }

    async fn message(&mut self) -> Result<EventMessage, EngineError> {
        let message = if self.engine.is_local() {
            self.messages.next().await
        } else {
            loop {
                match timeout(SILENCE, self.messages.next()).await {
                    Ok(message) => break message,
                    Err(_) => {
                        match timeout(super::GREETING_BY_SSH, self.engine.docker().ping()).await {
                            Ok(pong) => drop(pong?),
                            Err(_) => return Err(EngineError::Timeout),
                        }
                    }
                }
            }
        };
        match message {
            Some(message) => message.map_err(EngineError::from),
            None => Err(EngineError::NotRunning(Said(
                "it closed the connection".into(),
            ))),
        }
    }
}

/// Asks for the events from the moment on that the engine said what it is, so that none is lost between
/// that and now.
fn listen(engine: &Engine) -> BoxStream<'static, Result<EventMessage, BollardError>> {
    let mut filters = HashMap::from([("type", vec!["container", "network", "image"])]);
    // Podman calls some of them otherwise; sorting out here is always done as well.
    if !engine.details().podman {
        let all = [CONTAINER, NETWORK, IMAGE].concat();
        filters.insert("event", all);
    }
    let mut options = EventsOptionsBuilder::new().filters(&filters);
    if let Some(since) = engine.greeted_at() {
        options = options.since(&since.as_second().to_string());
    }
    engine.docker().events(Some(options.build())).boxed()
}

/// What can happen to a container that changes what is shown; `died` and `remove` are Podman's words.
const CONTAINER: &[&str] = &[
    "create", "start", "die", "died", "destroy", "remove", "pause", "unpause", "rename", "update",
];
const NETWORK: &[&str] = &["create", "destroy", "remove"];
const IMAGE: &[&str] = &["pull", "load", "import", "tag", "untag", "delete", "remove"];

/// What a message means; none for everything that is not about clusters.
fn event(message: &EventMessage) -> Option<EngineEvent> {
    let action = message.action.as_deref()?;
    let attributes = message.actor.as_ref()?.attributes.as_ref();
    let attribute = |key: &str| attributes?.get(key).map(String::as_str);
    match message.typ? {
        EventMessageTypeEnum::CONTAINER
            if CONTAINER.contains(&action) && attribute(labels::APP) == Some(labels::APP_VALUE) =>
        {
            Some(EngineEvent::Container {
                name: attribute("name").unwrap_or_default().to_owned(),
                cluster: attribute(labels::CLUSTER)
                    .filter(|name| !name.is_empty())
                    .map(ClusterName::observed),
                action: action.to_owned(),
            })
        }
        EventMessageTypeEnum::NETWORK if NETWORK.contains(&action) => Some(EngineEvent::Network {
            name: attribute("name").unwrap_or_default().to_owned(),
        }),
        EventMessageTypeEnum::IMAGE if IMAGE.contains(&action) => Some(EngineEvent::Image),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
