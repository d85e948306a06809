//! Stores and nodes for the controllers' tests.

use serde_json::{Value, json};

use crate::store::{Change, Entry, Stamp, Store, key};

/// A store with some objects at revision 1.
pub(super) fn with(objects: &[(&str, &str, &str, Value)]) -> Store {
    let mut store = Store::default();
    let changes = objects.iter().map(|(resource, namespace, name, object)| {
        Change::Put(key(resource, namespace, name), object.clone())
    });
    store.apply(Entry {
        stamp: Stamp {
            term: 1,
            revision: 1,
        },
        changes: changes.collect(),
    });
    store
}

/// A ready node.
pub(super) fn node(name: &str, address: &str, heartbeat: u64) -> Value {
    json!({
        "metadata": {"name": name}, "spec": {},
        "status": {
            "addresses": [{"type": "InternalIP", "address": address}],
            "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": heartbeat}],
        },
    })
}

/// The one object that was written.
pub(super) fn put(changes: &[Change]) -> Value {
    match changes {
        [Change::Put(_, object)] => object.clone(),
        other => panic!("expected one object, got {other:?}"),
    }
}
