//! Becoming the leader, staying it, and writing on a majority.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use rand::Rng as _;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::answering::{Message, Reply, Verdict};
use super::{CONFIRMATION, Core, Ensemble, EnsembleError, MESSAGES, PATIENCE, Role};
use crate::client::ClientError;
use crate::journal;
use crate::store::{Change, Entry, Member, Stamp};

/// How often a leader says that it leads.
const HEARTBEAT: Duration = Duration::from_millis(250);
/// The least wait between two attempts on a server that does not answer.
const RETRY: Duration = Duration::from_millis(50);

impl Ensemble {
    /// Elects, follows and leads until the process ends.
    pub(crate) async fn run(self: Arc<Self>) {
        let mut patience = Duration::ZERO;
        if self.read(|store| store.state().members.len() > 1) {
            patience = drawn_patience();
        }
        loop {
            let (leads, deadline) = {
                let core = self.core();
                (
                    matches!(core.role, Role::Leader { .. }),
                    core.heard + patience,
                )
            };
            if leads {
                self.lead_once().await;
                tokio::time::sleep(HEARTBEAT).await;
            } else if Instant::now() >= deadline {
                self.campaign().await;
                patience = drawn_patience();
            } else {
                tokio::time::sleep_until(deadline).await;
            }
        }
    }

    async fn campaign(self: &Arc<Self>) {
        let (message, peers) = {
            let mut core = self.core();
            core.term += 1;
            core.vote = Some(self.me.url.clone());
            core.leader = None;
            core.heard = Instant::now();
            if let Err(error) = self.keep(&core) {
                journal::error(error);
                return;
            }
            let message = Message::Vote {
                term: core.term,
                candidate: self.me.url.clone(),
                stamp: core.store.stamp(),
            };
            (message, self.peers(&core))
        };
        let Message::Vote { term, .. } = message else {
            return;
        };
        if !self.majority(&peers, &message).await {
            return;
        }
        {
            let mut core = self.core();
            if core.term != term || core.leader.is_some() {
                return;
            }
            core.role = Role::Leader { confirmed: false };
            core.leader = Some(self.me.url.clone());
            core.heard = Instant::now();
        }
        // The first write of a term carries nothing; once a majority has it, it has all that was written before.
        let _turn = self.turn.lock().await;
        if self.write(Vec::new()).await.is_ok() {
            let mut core = self.core();
            if core.term == term && matches!(core.role, Role::Leader { .. }) {
                core.role = Role::Leader { confirmed: true };
                self.changed.send_replace(());
            }
        }
    }

    /// One heartbeat to everyone; brings up those who are behind and steps down when no majority answers for too long.
    async fn lead_once(self: &Arc<Self>) {
        let (message, peers) = {
            let core = self.core();
            let message = Message::Append {
                term: core.term,
                leader: self.me.url.clone(),
                after: core.store.stamp(),
                entry: None,
            };
            (message, self.peers(&core))
        };
        let backed = self.majority(&peers, &message).await;
        let mut core = self.core();
        if backed {
            core.heard = Instant::now();
            drop(core);
            self.changed.send_replace(());
        } else if core.heard.elapsed() > Duration::from_millis(PATIENCE.start)
            && matches!(core.role, Role::Leader { .. })
        {
            core.role = Role::Follower;
            core.leader = None;
            self.changed.send_replace(());
        }
    }

    /// Writes on a majority; the caller holds the turn.
    pub(super) async fn write(
        self: &Arc<Self>,
        mut changes: Vec<Change>,
    ) -> Result<Vec<Change>, EnsembleError> {
        let (message, peers, leaving) = {
            let mut core = self.core();
            let peers = self.peers(&core);
            let after = core.store.stamp();
            let stamp = Stamp {
                term: core.term,
                revision: after.revision + 1,
            };
            for change in &mut changes {
                if let Change::Put(_, object) = change {
                    object["metadata"]["resourceVersion"] = json!(stamp.revision.to_string());
                }
            }
            let entry = Entry {
                stamp,
                changes: changes.clone(),
            };
            core.store.apply(entry.clone());
            self.keep(&core)?;
            // Whom this very entry removes ends when it hears of it, perhaps before it has answered: its
            // word is not waited for.
            let remaining = self.peers(&core);
            let (peers, leaving): (Vec<Member>, Vec<Member>) = peers
                .into_iter()
                .partition(|peer| remaining.iter().any(|member| member.url == peer.url));
            (
                Message::Append {
                    term: core.term,
                    leader: self.me.url.clone(),
                    after,
                    entry: Some(entry),
                },
                peers,
                leaving,
            )
        };
        self.changed.send_replace(());
        for member in leaving {
            let (ensemble, message) = (Arc::clone(self), message.clone());
            tokio::spawn(async move { ensemble.bring_up(&member.url, &message).await });
        }
        let confirmed = async {
            loop {
                if self.majority(&peers, &message).await {
                    return Ok(());
                }
                if !matches!(self.core().role, Role::Leader { .. }) {
                    return Err(EnsembleError::NoQuorum);
                }
                tokio::time::sleep(RETRY).await;
            }
        };
        tokio::time::timeout(CONFIRMATION, confirmed)
            .await
            .unwrap_or(Err(EnsembleError::NoQuorum))?;
        Ok(changes)
    }

    /// Tells all `peers` and waits until, with this server, a majority agreed; the others are told all the same.
    async fn majority(self: &Arc<Self>, peers: &[Member], message: &Message) -> bool {
        let message = Arc::new(message.clone());
        let mut asked = JoinSet::new();
        for peer in peers {
            let (ensemble, url, message) =
                (Arc::clone(self), peer.url.clone(), Arc::clone(&message));
            asked.spawn(async move { ensemble.bring_up(&url, &message).await });
        }
        let mut agreed = 1;
        while agreed * 2 <= peers.len() + 1 {
            match asked.join_next().await {
                Some(answer) => agreed += usize::from(matches!(answer, Ok(true))),
                None => return false,
            }
        }
        asked.detach_all();
        true
    }

    /// Whether the server at `url` has what `message` says, if need be after sending it everything.
    async fn bring_up(&self, url: &str, message: &Message) -> bool {
        let Some(reply) = self.tell(url, message).await else {
            return false;
        };
        match reply.verdict {
            Verdict::Yes => true,
            Verdict::No => {
                self.yield_to(reply.term);
                false
            }
            Verdict::Behind => {
                let install = {
                    let core = self.core();
                    if !matches!(core.role, Role::Leader { .. }) {
                        return false;
                    }
                    Message::Install {
                        term: core.term,
                        leader: self.me.url.clone(),
                        state: Box::new(core.store.state().clone()),
                    }
                };
                self.tell(url, &install)
                    .await
                    .is_some_and(|reply| reply.verdict == Verdict::Yes)
            }
        }
    }

    async fn tell(&self, url: &str, message: &Message) -> Option<Reply> {
        let body = serde_json::to_value(message).ok()?;
        let answer: Result<Value, ClientError> = self
            .client
            .json(
                Method::POST,
                &format!("{url}{MESSAGES}"),
                "application/json",
                &body,
            )
            .await;
        serde_json::from_value(answer.ok()?).ok()
    }

    fn peers(&self, core: &Core) -> Vec<Member> {
        core.store
            .state()
            .members
            .iter()
            .filter(|member| member.url != self.me.url)
            .cloned()
            .collect()
    }
}

fn drawn_patience() -> Duration {
    Duration::from_millis(rand::rng().random_range(PATIENCE))
}
