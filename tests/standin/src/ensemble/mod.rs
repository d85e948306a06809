//! The servers of a cluster agreeing on one state: a leader elected by a majority numbers the writes, a write counts when
//! a majority has it, and a server that missed something is given the whole state. It stands in for etcd and keeps etcd's
//! promises to the API: a minority answers nothing, what was confirmed survives the loss of any minority.
//! Unlike etcd it keeps no log beyond the last write, and a write shows on a server before the majority confirmed it.

mod answering;
mod leading;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::client::Client;
use crate::store::{Change, Entry, Member, State, Store};

/// Silence after which a follower looks for a new leader; drawn anew each time so that two rarely start together.
const PATIENCE: std::ops::Range<u64> = 1500..3000;
/// How long a write or read waits for a leader and its majority.
pub(crate) const CONFIRMATION: Duration = Duration::from_secs(5);

/// Why a write did not happen, or may not have.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EnsembleError {
    /// etcd's words for a write without a majority; like etcd's, the write may show up later.
    #[error("etcdserver: request timed out")]
    NoQuorum,
    #[error("this server does not lead")]
    NotLeader,
    #[error("cannot keep the state in {path}")]
    Keep {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the kept state {path} cannot be read")]
    Kept {
        path: PathBuf,
        source: serde_json::Error,
    },
}

/// What is on disk: the state and whom this server voted for.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    term: u64,
    vote: Option<String>,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum Role {
    Follower,
    /// `confirmed` is set once a majority took the leader's first write, and only then does it serve.
    Leader {
        confirmed: bool,
    },
}

struct Core {
    role: Role,
    term: u64,
    vote: Option<String>,
    leader: Option<String>,
    /// When a leader was last heard, or, on a leader, a majority.
    heard: Instant,
    store: Store,
}

/// One server's part in the agreement.
pub(crate) struct Ensemble {
    me: Member,
    path: PathBuf,
    client: Client,
    core: Mutex<Core>,
    /// Writes go one after the other.
    turn: tokio::sync::Mutex<()>,
    /// Ticks at every change of the state or of the leader.
    changed: watch::Sender<()>,
}

impl Ensemble {
    /// Opens what an earlier start kept in `path`; `initial` is the state of a server that starts for the first time.
    pub(crate) fn open(
        me: Member,
        path: PathBuf,
        client: Client,
        initial: State,
    ) -> Result<Self, EnsembleError> {
        let kept = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|source| EnsembleError::Kept {
                path: path.clone(),
                source,
            })?,
            Err(_) => Kept {
                term: initial.stamp.term,
                vote: None,
                state: initial,
            },
        };
        let store = Store::new(kept.state);
        let core = Core {
            role: Role::Follower,
            term: kept.term,
            vote: kept.vote,
            leader: None,
            heard: Instant::now(),
            store,
        };
        let ensemble = Self {
            me,
            path,
            client,
            core: Mutex::new(core),
            turn: tokio::sync::Mutex::new(()),
            changed: watch::Sender::new(()),
        };
        ensemble.keep(&ensemble.core())?;
        Ok(ensemble)
    }

    /// Makes this server the only member, whatever its address was: a single server's datastore does not care.
    pub(crate) fn stand_alone(&self) -> Result<(), EnsembleError> {
        let mut core = self.core();
        let members = Change::Members(vec![self.me.clone()]);
        let stamp = core.store.stamp();
        core.store.apply(Entry {
            stamp,
            changes: vec![members],
        });
        self.keep(&core)
    }

    /// Looks at the state as this server has it.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        look(&self.core().store)
    }

    /// Ticks whenever the state or the leader changed.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether this server leads and has lately heard a majority: one that was frozen must ask before it answers.
    pub(crate) fn leads(&self) -> bool {
        let core = self.core();
        core.role == Role::Leader { confirmed: true }
            && core.heard.elapsed() < Duration::from_millis(PATIENCE.start)
    }

    /// Whether a majority stands behind some leader, as far as this server knows.
    pub(crate) fn healthy(&self) -> bool {
        let core = self.core();
        let patience = match core.role {
            Role::Leader { confirmed: true } => PATIENCE.start,
            Role::Leader { confirmed: false } => return false,
            Role::Follower => PATIENCE.end,
        };
        core.leader.is_some() && core.heard.elapsed() < Duration::from_millis(patience)
    }

    /// The leader's address once there is one: `None` when this server leads itself.
    pub(crate) async fn leader(&self) -> Result<Option<String>, EnsembleError> {
        let mut changes = self.changes();
        let settled = async {
            loop {
                changes.mark_unchanged();
                if self.leads() {
                    return None;
                }
                let followed = {
                    let core = self.core();
                    core.leader
                        .clone()
                        .filter(|leader| core.role == Role::Follower && *leader != self.me.url)
                };
                if followed.is_some() && self.healthy() {
                    return followed;
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        };
        tokio::time::timeout(CONFIRMATION, settled)
            .await
            .map_err(|_| EnsembleError::NoQuorum)
    }

    /// Waits until `leader` is no longer the one this server follows.
    pub(crate) async fn deposed(&self, leader: &str) {
        self.until(|ensemble| ensemble.core().leader.as_deref() != Some(leader))
            .await;
    }

    /// Waits until this server's state is at least at `revision`.
    pub(crate) async fn reach(&self, revision: u64) -> Result<(), EnsembleError> {
        let reached =
            self.until(|ensemble| ensemble.read(|store| store.stamp().revision >= revision));
        tokio::time::timeout(CONFIRMATION, reached)
            .await
            .map_err(|_| EnsembleError::NoQuorum)
    }

    /// Waits until `condition` holds, looking again after every change. The look is not made by the watch itself: that
    /// would hold its lock while taking the state's, the other way round than a change does.
    pub(crate) async fn until(&self, condition: impl Fn(&Self) -> bool) {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            // The sender lives as long as this value, so that waiting cannot fail.
            if condition(self) || changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// Lets `decide` look at the state and say what to write, then writes it on a majority. Leader only.
    /// Objects get the write's revision; the changes are returned as written. What changes nothing is not written, so
    /// that, as in Kubernetes, nobody is told of it.
    pub(crate) async fn commit<E: From<EnsembleError>>(
        self: &Arc<Self>,
        decide: impl FnOnce(&Store) -> Result<Vec<Change>, E>,
    ) -> Result<Vec<Change>, E> {
        let _turn = self.turn.lock().await;
        if !self.leads() {
            return Err(EnsembleError::NotLeader.into());
        }
        let (changes, idle) = self.read(|store| {
            let changes = decide(store)?;
            let idle = changes.iter().all(|change| store.has(change));
            Ok::<_, E>((changes, idle))
        })?;
        if idle {
            return Ok(changes);
        }
        Ok(self.write(changes).await?)
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the kept file in one step, so that a kill leaves the old or the new one.
    fn keep(&self, core: &Core) -> Result<(), EnsembleError> {
        #[derive(Serialize)]
        struct Keeping<'a> {
            term: u64,
            vote: Option<&'a str>,
            state: &'a State,
        }
        let failed = |source| EnsembleError::Keep {
            path: self.path.clone(),
            source,
        };
        let keeping = Keeping {
            term: core.term,
            vote: core.vote.as_deref(),
            state: core.store.state(),
        };
        let bytes = serde_json::to_vec(&keeping).map_err(|error| failed(error.into()))?;
        let next = self.path.with_extension("next");
        std::fs::write(&next, bytes)
            .and_then(|()| std::fs::rename(&next, &self.path))
            .map_err(failed)
    }
}

/// The path other servers send [`Message`]s to.
pub(crate) const MESSAGES: &str = "/v1-standin/messages";
