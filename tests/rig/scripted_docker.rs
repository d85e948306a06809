//! A Docker socket that answers as it is told, and misbehaves as it is told.
//!
//! For stories that a real engine does not tell on request: it is away, an answer takes long, a
//! stream breaks in the middle, a name is taken, the daemon fails. It is an HTTP/1.1 server on a Unix
//! socket; it knows nothing of containers. What it is asked and was not told to answer is answered
//! with 501 and remembered, so that a test can demand that nothing unexpected was asked.
//!
//! ```ignore
//! let docker = ScriptedDocker::start();
//! docker.answer(Method::GET, "/containers/json", Answer::json(recorded));
//! docker.answer_once(Method::POST, "/containers/create", Answer::error(409, "name in use"));
//! let (events, stream) = Answer::stream();
//! docker.answer(Method::GET, "/events", stream);
//! ```

mod answer;
mod script;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{Method, service::service_fn};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{net::UnixListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

pub use answer::{Answer, Gate, Stream};
pub use script::Call;
use script::Script;

/// The scripted engine. Gone when dropped.
#[derive(Debug)]
pub struct ScriptedDocker {
    folder: TempDir,
    script: Arc<Mutex<Script>>,
    running: Mutex<Option<CancellationToken>>,
}

impl ScriptedDocker {
    /// A socket that knows how to greet (`/_ping`, `/version`, `/info` of Docker 20.10) and nothing else yet.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("k3tray-docker-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let docker = Self {
            folder,
            script: Arc::default(),
            running: Mutex::default(),
        };
        for (path, greeting) in answer::greetings() {
            docker.answer(Method::GET, path, greeting.clone());
            docker.answer(Method::HEAD, path, greeting);
        }
        docker.come_back();
        docker
    }

    /// As `DOCKER_HOST` would name it.
    pub fn address(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The socket's path.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("docker.sock")
    }

    /// From now on, `method` on `path` is answered so. The path is without API version and query; a
    /// segment `*` stands for any one.
    pub fn answer(&self, method: Method, path: &str, answer: Answer) {
        self.script().always(method, path, answer);
    }

    /// The next `method` on `path` that no earlier `answer_once` takes is answered so.
    pub fn answer_once(&self, method: Method, path: &str, answer: Answer) {
        self.script().once(method, path, answer);
    }

    /// Everything that was asked, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.script().calls.clone()
    }

    /// What was asked without an answer being told, as `GET /path`.
    pub fn unexpected(&self) -> Vec<String> {
        self.script().unexpected.clone()
    }

    /// The engine stops: the socket is gone and every connection breaks, in the middle of an answer too.
    pub fn go_away(&self) {
        if let Some(running) = lock(&self.running).take() {
            running.cancel();
        }
        // It may be away already.
        let _ = std::fs::remove_file(self.socket());
    }

    /// The engine is there again, on the same socket and with the same script.
    pub fn come_back(&self) {
        self.go_away();
        let listener = UnixListener::bind(self.socket())
            .unwrap_or_else(|error| panic!("`{}`: {error}", self.socket().display()));
        let running = CancellationToken::new();
        *lock(&self.running) = Some(running.clone());
        let script = Arc::clone(&self.script);
        tokio::spawn(async move {
            running.run_until_cancelled(serve(listener, script)).await;
        });
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        lock(&self.script)
    }
}

impl Drop for ScriptedDocker {
    fn drop(&mut self) {
        self.go_away();
    }
}

/// Serves until it is dropped; connections are its own and end with it.
async fn serve(listener: UnixListener, script: Arc<Mutex<Script>>) {
    let mut connections = JoinSet::new();
    loop {
        // A client that went away before it was accepted is no concern of the others.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let script = Arc::clone(&script);
        connections.spawn(async move {
            let service = service_fn(|request| script::respond(Arc::clone(&script), request));
            // Broken connections are what this server is for.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
        while connections.try_join_next().is_some() {}
    }
}

/// A test that panicked elsewhere must not hide behind a poisoned lock.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
