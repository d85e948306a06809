//! The objects of a cluster, the revision counter over them, and the recent history that watches read.
//! One entry is one write; applying entries in order is the only way the state changes, except for taking over another
//! server's whole state. Knows nothing of HTTP or of other servers.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many events a watch can be behind before it must list again.
const HISTORY: usize = 2000;

/// One server of the cluster as the others reach it, the way etcd keeps its members: by address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// `https://<address>:<port>`
    pub(crate) url: String,
}

/// One change of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Change {
    Put(String, Value),
    Delete(String),
    Members(Vec<Member>),
}

/// One write: changes that happen together, at one revision of one leader's term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) stamp: Stamp,
    pub(crate) changes: Vec<Change>,
}

/// Orders states: a later term wins, then a later revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) term: u64,
    pub(crate) revision: u64,
}

/// Everything that is kept and that a server which fell behind is given.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) stamp: Stamp,
    pub(crate) members: Vec<Member>,
    pub(crate) objects: BTreeMap<String, Value>,
}

/// What happened to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventKind {
    Added,
    Modified,
    Deleted,
}

/// One event of the history. `object` is the object after it, or the last one before a deletion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) key: String,
    pub(crate) object: Value,
    pub(crate) previous: Option<Value>,
    pub(crate) revision: u64,
}

/// The wanted revision is older than the history.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expired;

/// State and history.
#[derive(Debug, Default)]
pub(crate) struct Store {
    state: State,
    history: VecDeque<Event>,
    /// The sequence number of the first event in `history`.
    first: u64,
    /// Watches can resume after this revision or a later one.
    floor: u64,
}

/// The key of an object; `namespace` is empty for cluster-wide kinds.
pub(crate) fn key(resource: &str, namespace: &str, name: &str) -> String {
    format!("{resource}/{namespace}/{name}")
}

impl Store {
    /// Starts from what was kept; its history is gone.
    pub(crate) fn new(state: State) -> Self {
        Self {
            floor: state.stamp.revision,
            state,
            ..Self::default()
        }
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.state.stamp
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.state.objects.get(key)
    }

    /// Whether the state is already as `change` wants it.
    pub(crate) fn has(&self, change: &Change) -> bool {
        match change {
            Change::Put(key, object) => self.get(key) == Some(object),
            Change::Delete(key) => self.get(key).is_none(),
            Change::Members(members) => self.state.members == *members,
        }
    }

    /// The objects of a kind, in all namespaces or in one.
    pub(crate) fn list<'a>(
        &'a self,
        resource: &str,
        namespace: Option<&str>,
    ) -> impl Iterator<Item = &'a Value> + use<'a> {
        let prefix = match namespace {
            Some(namespace) => format!("{resource}/{namespace}/"),
            None => format!("{resource}/"),
        };
        self.state
            .objects
            .range(prefix.clone()..)
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(_, object)| object)
    }

    /// Applies one entry that follows this state.
    pub(crate) fn apply(&mut self, entry: Entry) {
        self.state.stamp = entry.stamp;
        for change in entry.changes {
            match change {
                Change::Put(key, object) => {
                    let previous = self.state.objects.insert(key.clone(), object.clone());
                    let kind = if previous.is_some() {
                        EventKind::Modified
                    } else {
                        EventKind::Added
                    };
                    self.remember(Event {
                        kind,
                        key,
                        object,
                        previous,
                        revision: entry.stamp.revision,
                    });
                }
                Change::Delete(key) => self.forget(key),
                Change::Members(members) => self.state.members = members,
            }
        }
    }

    /// Takes over another server's state; watches see the difference as events.
    pub(crate) fn install(&mut self, state: State) {
        self.state.stamp = state.stamp;
        self.state.members = state.members;
        let gone: Vec<_> = self
            .state
            .objects
            .keys()
            .filter(|key| !state.objects.contains_key(*key))
            .cloned()
            .collect();
        for key in gone {
            self.forget(key);
        }
        for (key, object) in state.objects {
            if self.state.objects.get(&key) != Some(&object) {
                let previous = self.state.objects.insert(key.clone(), object.clone());
                let kind = if previous.is_some() {
                    EventKind::Modified
                } else {
                    EventKind::Added
                };
                self.remember(Event {
                    kind,
                    key,
                    object,
                    previous,
                    revision: state.stamp.revision,
                });
            }
        }
    }

    /// The sequence number of the first event after `revision`.
    pub(crate) fn position(&self, revision: u64) -> Result<u64, Expired> {
        if revision < self.floor {
            return Err(Expired);
        }
        let skipped = self
            .history
            .partition_point(|event| event.revision <= revision);
        Ok(self.first + skipped as u64)
    }

    /// The events from a sequence number on.
    pub(crate) fn events(&self, from: u64) -> Result<impl Iterator<Item = &Event>, Expired> {
        let skipped =
            usize::try_from(from.checked_sub(self.first).ok_or(Expired)?).map_err(|_| Expired)?;
        Ok(self.history.iter().skip(skipped))
    }

    /// The sequence number the next event will have.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.history.len() as u64
    }

    fn forget(&mut self, key: String) {
        let revision = self.state.stamp.revision;
        if let Some(mut object) = self.state.objects.remove(&key) {
            let previous = Some(object.clone());
            object["metadata"]["resourceVersion"] = json!(revision.to_string());
            self.remember(Event {
                kind: EventKind::Deleted,
                key,
                object,
                previous,
                revision,
            });
        }
    }

    fn remember(&mut self, event: Event) {
        self.history.push_back(event);
        if self.history.len() > HISTORY
            && let Some(dropped) = self.history.pop_front()
        {
            self.first += 1;
            self.floor = dropped.revision;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn put(revision: u64, name: &str) -> Entry {
        let changes = vec![Change::Put(
            key("nodes", "", name),
            json!({"metadata": {"name": name}, "at": revision}),
        )];
        Entry {
            stamp: Stamp { term: 1, revision },
            changes,
        }
    }

    fn delete(revision: u64, name: &str) -> Entry {
        Entry {
            stamp: Stamp { term: 1, revision },
            changes: vec![Change::Delete(key("nodes", "", name))],
        }
    }

    fn seen(store: &Store, from: u64) -> Vec<(EventKind, String)> {
        store
            .events(from)
            .unwrap()
            .map(|event| (event.kind, event.key.clone()))
            .collect()
    }

    #[test]
    fn a_watch_sees_everything_after_its_revision_and_nothing_before() {
        let mut store = Store::default();
        store.apply(put(1, "a"));
        store.apply(put(2, "b"));
        store.apply(put(3, "a"));
        store.apply(delete(4, "b"));

        let position = store.position(2).unwrap();

        assert_eq!(
            seen(&store, position),
            [
                (EventKind::Modified, "nodes//a".to_owned()),
                (EventKind::Deleted, "nodes//b".to_owned())
            ]
        );
    }

    #[test]
    fn a_revision_older_than_the_history_has_expired() {
        let mut store = Store::default();
        for revision in 1..=HISTORY as u64 + 5 {
            store.apply(put(revision, "a"));
        }

        assert_eq!(store.position(4), Err(Expired));
        assert_eq!(
            store.events(store.position(5).unwrap()).unwrap().count(),
            HISTORY
        );
    }

    #[test]
    fn a_taken_over_state_shows_as_events() {
        let mut behind = Store::default();
        behind.apply(put(1, "a"));
        behind.apply(put(2, "b"));
        let mut ahead = Store::default();
        ahead.apply(put(1, "a"));
        ahead.apply(put(2, "b"));
        ahead.apply(delete(3, "a"));
        ahead.apply(put(4, "c"));

        let from = behind.end();
        behind.install(ahead.state().clone());

        assert_eq!(behind.state(), ahead.state());
        assert_eq!(
            seen(&behind, from),
            [
                (EventKind::Deleted, "nodes//a".to_owned()),
                (EventKind::Added, "nodes//c".to_owned())
            ]
        );
    }

    #[test]
    fn a_list_of_one_namespace_holds_nothing_of_another() {
        let mut store = Store::default();
        for (revision, namespace) in [(1, "a"), (2, "ab")] {
            let changes = vec![Change::Put(key("pods", namespace, "p"), json!(namespace))];
            store.apply(Entry {
                stamp: Stamp { term: 1, revision },
                changes,
            });
        }

        assert_eq!(store.list("pods", Some("a")).collect::<Vec<_>>(), ["a"]);
        assert_eq!(store.list("pods", None).count(), 2);
    }
}
