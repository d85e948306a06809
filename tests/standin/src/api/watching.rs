//! A watch: the events of a kind from a revision on, one JSON line each, until the client or the timeout ends it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, stream};
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::objects::Target;
use super::select::Selector;
use super::status::Refusal;
use super::table::table;
use crate::ensemble::Ensemble;
use crate::store::{Event, EventKind, Store};

/// How often a quiet watch with bookmarks is told the current revision.
const BOOKMARK: Duration = Duration::from_secs(30);
/// How long a watch lives when the client names no timeout.
const LIFETIME: Duration = Duration::from_secs(1800);

/// What a client asked to watch.
pub(crate) struct Wanted {
    pub(crate) target: Target,
    pub(crate) selector: Selector,
    /// `None`: start with an `ADDED` for everything that is there.
    pub(crate) revision: Option<u64>,
    pub(crate) bookmarks: bool,
    pub(crate) timeout: Option<Duration>,
    /// Rows instead of objects; `Some(true)` with the whole objects in them.
    pub(crate) rows: Option<bool>,
}

struct Watch {
    ensemble: Arc<Ensemble>,
    changes: watch::Receiver<()>,
    wanted: Wanted,
    /// The next sequence number to look at.
    next: u64,
    ready: VecDeque<Bytes>,
    headings: bool,
    ended: bool,
    deadline: Instant,
}

/// Opens a watch; a revision that is too old is refused before the first byte.
pub(crate) fn open(
    ensemble: Arc<Ensemble>,
    wanted: Wanted,
) -> Result<impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send + use<>, Refusal> {
    let changes = ensemble.changes();
    let deadline = Instant::now() + wanted.timeout.unwrap_or(LIFETIME);
    let mut watch = Watch {
        ensemble,
        changes,
        wanted,
        next: 0,
        ready: VecDeque::new(),
        headings: true,
        ended: false,
        deadline,
    };
    watch.start()?;
    Ok(stream::unfold(watch, |mut watch| async move {
        Some((Ok(Frame::data(watch.line().await?)), watch))
    }))
}

impl Watch {
    fn start(&mut self) -> Result<(), Refusal> {
        let ensemble = Arc::clone(&self.ensemble);
        ensemble.read(|store| {
            if let Some(revision) = self.wanted.revision {
                let expired = |_| Refusal::expired(revision, store.stamp().revision);
                self.next = store.position(revision).map_err(expired)?;
            } else {
                self.next = store.end();
                let resource = self.wanted.target.kind.resource();
                for object in store
                    .list(&resource, None)
                    .filter(|object| self.shows(object))
                    .collect::<Vec<_>>()
                {
                    self.push("ADDED", object, store.stamp().revision);
                }
            }
            Ok(())
        })
    }

    /// The next line; `None` ends the watch.
    async fn line(&mut self) -> Option<Bytes> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            self.changes.mark_unchanged();
            self.collect();
            if !self.ready.is_empty() {
                continue;
            }
            let patience = self.deadline.min(Instant::now() + BOOKMARK);
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                () = tokio::time::sleep_until(patience) => {
                    if patience >= self.deadline {
                        return None;
                    }
                    self.bookmark();
                }
            }
        }
    }

    fn collect(&mut self) {
        let ensemble = Arc::clone(&self.ensemble);
        ensemble.read(|store| {
            let Ok(events) = store.events(self.next) else {
                // A client this slow gets what the real server sends: an error event, then the end.
                let refusal = Refusal::expired(self.next, store.stamp().revision);
                self.ready.push_back(line("ERROR", &refusal.body()));
                self.ended = true;
                return;
            };
            for event in events.collect::<Vec<_>>() {
                self.see(event);
            }
            self.next = store.end();
        });
    }

    /// An object that starts or ceases to match is added or deleted for this watch.
    fn see(&mut self, event: &Event) {
        if !event
            .key
            .starts_with(&format!("{}/", self.wanted.target.kind.resource()))
        {
            return;
        }
        let before = event
            .previous
            .as_ref()
            .is_some_and(|previous| self.shows(previous));
        let after = event.kind != EventKind::Deleted && self.shows(&event.object);
        let word = match (before, after) {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => return,
        };
        self.push(word, &event.object, event.revision);
    }

    fn shows(&self, object: &Value) -> bool {
        let Target {
            namespace, name, ..
        } = &self.wanted.target;
        let metadata = &object["metadata"];
        (namespace.is_empty() || metadata["namespace"] == **namespace)
            && (name.is_empty() || metadata["name"] == **name)
            && self.wanted.selector.matches(object)
    }

    fn push(&mut self, word: &str, object: &Value, revision: u64) {
        let line = if let Some(whole) = self.wanted.rows {
            line(
                word,
                &table(
                    self.wanted.target.kind,
                    &[object],
                    revision,
                    self.headings,
                    whole,
                ),
            )
        } else {
            line(word, object)
        };
        self.headings = false;
        self.ready.push_back(line);
    }

    fn bookmark(&mut self) {
        if self.wanted.bookmarks && self.wanted.rows.is_none() {
            let kind = self.wanted.target.kind;
            let revision = self.ensemble.read(|store: &Store| store.stamp().revision);
            let metadata =
                json!({"resourceVersion": revision.to_string(), "creationTimestamp": null});
            self.ready.push_back(line(
                "BOOKMARK",
                &json!({"kind": kind.name, "apiVersion": kind.api_version(), "metadata": metadata}),
            ));
        }
    }
}

fn line(word: &str, object: &Value) -> Bytes {
    let mut text = json!({"type": word, "object": object}).to_string();
    text.push('\n');
    text.into()
}
