//! What a creation has made so far, by the engine's ids, so that exactly that can be removed.

use bollard::query_parameters::RemoveVolumeOptionsBuilder;
use futures_util::future::join_all;
use std::{fmt, sync::Mutex};

use super::container;
use crate::{
    context::ContextName,
    engine::{Engine, EngineError},
};

/// Something that a creation made and could not remove again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// A container, by the beginning of its id.
    Container(String),
    /// A network, by the beginning of its id.
    Network(String),
    /// A volume, by its name.
    Volume(String),
    /// A context of the kubeconfig, with its cluster and user.
    Context(ContextName),
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(id) => write!(f, "container {id}"),
            Self::Network(id) => write!(f, "network {id}"),
            Self::Volume(name) => write!(f, "volume {name}"),
            Self::Context(name) => write!(f, "context {name}"),
        }
    }
}

/// Everything made so far.
#[derive(Debug, Default)]
pub(super) struct Made {
    containers: Mutex<Vec<String>>,
    network: Mutex<Option<String>>,
    volume: Mutex<Option<String>>,
}

impl Made {
    /// A container, by its id.
    pub(super) fn container(&self, id: String) {
        lock(&self.containers).push(id);
    }

    /// The network, by its id; none after it was removed again.
    pub(super) fn network(&self, id: Option<String>) {
        *lock(&self.network) = id;
    }

    /// The volume, by its name: there was none of that name before.
    pub(super) fn volume(&self, name: String) {
        *lock(&self.volume) = Some(name);
    }

    /// Whether there is nothing to remove.
    pub(super) fn is_nothing(&self) -> bool {
        lock(&self.containers).is_empty()
            && lock(&self.network).is_none()
            && lock(&self.volume).is_none()
    }

    /// Removes all of it; what could not be removed is named.
    pub(super) async fn remove(self, engine: &Engine) -> Vec<Left> {
        let docker = engine.docker();
        let containers = self.containers.into_inner().unwrap_or_default();
        let removals = containers.into_iter().map(|id| async move {
            let gone = container::remove(engine, &id).await;
            gone.err().map(|_| Left::Container(short(&id)))
        });
        let mut behind: Vec<Left> = join_all(removals).await.into_iter().flatten().collect();
        if let Some(id) = self.network.into_inner().unwrap_or_default() {
            behind.extend(left(docker.remove_network(&id).await, || {
                Left::Network(short(&id))
            }));
        }
        if let Some(name) = self.volume.into_inner().unwrap_or_default() {
            let options = RemoveVolumeOptionsBuilder::default().build();
            let gone = docker.remove_volume(&name, Some(options)).await;
            behind.extend(left(gone, || Left::Volume(name.clone())));
        }
        behind
    }
}

/// What is left after a removal that did not work. What is gone already is not left.
fn left(result: Result<(), bollard::errors::Error>, what: impl FnOnce() -> Left) -> Option<Left> {
    match result.map_err(EngineError::from) {
        Ok(()) | Err(EngineError::NotFound(_)) => None,
        Err(_) => Some(what()),
    }
}

fn short(id: &str) -> String {
    id.get(..12).unwrap_or(id).to_owned()
}

/// A lock that is held for one assignment cannot be poisoned by anything worth stopping for.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
