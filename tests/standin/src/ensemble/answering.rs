//! What the servers of a cluster say to each other, and how one answers: votes, heartbeats, writes, whole states.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{Core, Ensemble, EnsembleError, PATIENCE, Role};
use crate::store::{Entry, Stamp, State};

/// What the servers say to each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Message {
    /// The leader's heartbeat or next write: `entry` follows the state at `after`.
    Append {
        term: u64,
        leader: String,
        after: Stamp,
        entry: Option<Entry>,
    },
    /// The leader's whole state.
    Install {
        term: u64,
        leader: String,
        state: Box<State>,
    },
    /// A request for a vote by a server whose state is at `stamp`.
    Vote {
        term: u64,
        candidate: String,
        stamp: Stamp,
    },
}

/// The answer to a [`Message`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reply {
    pub(super) term: u64,
    pub(super) verdict: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Verdict {
    Yes,
    No,
    /// The entry does not follow what the server has.
    Behind,
}

impl Ensemble {
    /// Answers another server.
    pub(crate) fn answer(&self, message: Message) -> Result<Reply, EnsembleError> {
        let mut core = self.core();
        let reply = |core: &Core, verdict| {
            Ok(Reply {
                term: core.term,
                verdict,
            })
        };
        match message {
            Message::Vote {
                term,
                candidate,
                stamp,
            } => {
                // A server that hears its leader keeps it: one that was cut off must not depose a working one.
                let content = core.leader.is_some()
                    && core.heard.elapsed() < Duration::from_millis(PATIENCE.start);
                if term <= core.term && core.vote.as_ref() != Some(&candidate)
                    || term < core.term
                    || content
                {
                    return reply(&core, Verdict::No);
                }
                core.term = term;
                core.role = Role::Follower;
                core.leader = None;
                core.vote = None;
                if stamp >= core.store.stamp() {
                    core.vote = Some(candidate);
                    core.heard = Instant::now();
                }
                self.keep(&core)?;
                reply(
                    &core,
                    if core.vote.is_some() {
                        Verdict::Yes
                    } else {
                        Verdict::No
                    },
                )
            }
            Message::Append {
                term,
                leader,
                after,
                entry,
            } => {
                if term < core.term {
                    return reply(&core, Verdict::No);
                }
                self.follow(&mut core, term, leader);
                let stamp = core.store.stamp();
                match entry {
                    Some(entry) if entry.stamp == stamp => {}
                    Some(entry) if after == stamp => {
                        core.store.apply(entry);
                        self.keep(&core)?;
                    }
                    None if after == stamp => {}
                    _ => return reply(&core, Verdict::Behind),
                }
                self.changed.send_replace(());
                reply(&core, Verdict::Yes)
            }
            Message::Install {
                term,
                leader,
                state,
            } => {
                if term < core.term {
                    return reply(&core, Verdict::No);
                }
                self.follow(&mut core, term, leader);
                let stamp = core.store.stamp();
                // A late copy of an older state of the same leader is no news.
                if stamp.term < term || stamp.revision < state.stamp.revision {
                    core.store.install(*state);
                    self.keep(&core)?;
                }
                self.changed.send_replace(());
                reply(&core, Verdict::Yes)
            }
        }
    }

    fn follow(&self, core: &mut Core, term: u64, leader: String) {
        if core.leader.as_ref() != Some(&leader) {
            core.leader = Some(leader);
            self.changed.send_replace(());
        }
        if term > core.term {
            core.vote = None;
        }
        core.term = term;
        core.role = Role::Follower;
        core.heard = Instant::now();
    }

    /// Gives up the lead or a term when someone has seen a later one.
    pub(super) fn yield_to(&self, term: u64) {
        let mut core = self.core();
        if term > core.term {
            core.term = term;
            core.vote = None;
            core.role = Role::Follower;
            core.leader = None;
            self.changed.send_replace(());
        }
    }
}
