//! A socket of a test's own in front of the suite's engine.
//!
//! Whoever asks there sees the containers that were made there and no others, so that a list, a menu
//! or a picture is the test's alone while other tests are at work on the same engine. A call can be
//! held, which makes a moment of an operation last as long as a test looks at it; and the engine can
//! go away and come back. What is asked and answered is the real engine's otherwise.

mod made;
mod relay;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hyper::{Method, service::service_fn};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{net::UnixListener, sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Census, api_path, engine};
use made::Made;

/// The socket. What was made there is removed from the engine when it is dropped.
#[derive(Debug)]
pub struct Gateway {
    folder: TempDir,
    shared: Arc<Shared>,
    running: Mutex<Option<CancellationToken>>,
}

/// What all connections share.
#[derive(Debug, Default)]
struct Shared {
    made: Mutex<Made>,
    held: Mutex<Vec<Held>>,
}

/// Calls that wait.
#[derive(Debug)]
struct Held {
    method: Method,
    path: String,
    open: watch::Receiver<bool>,
}

/// Keeps calls waiting until it is opened or dropped.
#[derive(Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// Lets them pass, and those that come later too.
    pub fn open(self) {
        self.0.send_replace(true);
    }
}

impl Gateway {
    /// Listens, and has made nothing yet.
    pub fn open() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("k3tray-gateway-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let gateway = Self {
            folder,
            shared: Arc::default(),
            running: Mutex::default(),
        };
        gateway.come_back();
        gateway
    }

    /// As `DOCKER_HOST` would name it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// From now on, `method` on `path` waits. The path is without API version and query; a segment
    /// `*` stands for any one.
    pub fn hold(&self, method: Method, path: &str) -> Gate {
        let (gate, open) = watch::channel(false);
        lock(&self.shared.held).push(Held {
            method,
            path: path.to_owned(),
            open,
        });
        Gate(gate)
    }

    /// What of all that was made here the engine has now.
    pub async fn census(&self) -> Census {
        census(&self.shared).await
    }

    /// The engine stops, as it looks from here: the socket is gone and every connection breaks.
    pub fn go_away(&self) {
        if let Some(running) = lock(&self.running).take() {
            running.cancel();
        }
        // It may be away already.
        let _ = std::fs::remove_file(self.socket());
    }

    /// The engine is there again.
    pub fn come_back(&self) {
        self.go_away();
        let listener = UnixListener::bind(self.socket())
            .unwrap_or_else(|error| panic!("`{}`: {error}", self.socket().display()));
        let running = CancellationToken::new();
        *lock(&self.running) = Some(running.clone());
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            running.run_until_cancelled(serve(listener, shared)).await;
        });
    }
}

impl Shared {
    /// Waits while the call is held.
    async fn wait_for_gate(&self, method: &Method, path: &str) {
        let gates: Vec<_> = lock(&self.held)
            .iter()
            .filter(|held| held.method == *method && api_path::matches(&held.path, path))
            .map(|held| held.open.clone())
            .collect();
        for mut gate in gates {
            // A gate that was dropped holds nobody.
            let _ = gate.wait_for(|open| *open).await;
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.go_away();
        let shared = Arc::clone(&self.shared);
        // A runtime of its own: the test's may be the one that is being dropped.
        let sweep = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap_or_else(|error| panic!("no runtime to sweep with: {error}"));
            runtime.block_on(async { census(&shared).await.remove(&engine::connect()).await });
        });
        // A panic there has been printed; a second one here would hide the test's own.
        let _ = sweep.join();
    }
}

async fn census(shared: &Shared) -> Census {
    let made = lock(&shared.made).clone();
    let census = Census::of(&engine::connect(), |name| made.has(name), &made.unnamed).await;
    // Once its container is gone, nothing tells whose such a volume was.
    let unnamed = census.volumes.iter().filter(|name| !made.has(name));
    lock(&shared.made).unnamed.extend(unnamed.cloned());
    census
}

/// Serves until it is dropped; connections are its own and end with it.
async fn serve(listener: UnixListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        // A client that went away before it was accepted is no concern of the others.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(|request| relay::pass(Arc::clone(&shared), request));
            // A client that leaves in the middle, as a cancelled operation does, is nothing to tell.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A test that panicked elsewhere must not hide behind a poisoned lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
