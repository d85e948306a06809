//! Nodes that say nothing: turned Unknown and tainted after the grace period, freed when they are heard again.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::api::objects::timestamp;
use crate::store::{Change, Store, key};

/// The taint of a node nothing is heard of.
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// When something of each node was last heard, judged by this server's clock only.
#[derive(Default)]
pub(super) struct Silence {
    heard: HashMap<String, (String, Instant)>,
}

impl Silence {
    /// The nodes that said nothing for longer than `grace`.
    pub(super) fn observe(&mut self, store: &Store, now: Instant, grace: Duration) -> Vec<String> {
        let mut silent = Vec::new();
        for node in store.list("nodes", None) {
            let name = node["metadata"]["name"].as_str().unwrap_or_default();
            let lease = store.get(&key("leases.coordination.k8s.io", "kube-node-lease", name));
            let sign = format!(
                "{}{}",
                lease.map_or(&Value::Null, |lease| &lease["spec"]["renewTime"]),
                kubelet_sign(node)
            );
            match self.heard.get(name) {
                Some((known, since)) if *known == sign => {
                    if now.duration_since(*since) >= grace {
                        silent.push(name.to_owned());
                    }
                }
                _ => {
                    self.heard.insert(name.to_owned(), (sign, now));
                }
            }
        }
        silent
    }
}

/// The part of a node's status that only its kubelet changes.
fn kubelet_sign(node: &Value) -> String {
    node["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|condition| condition["lastHeartbeatTime"].to_string())
        .collect()
}

/// Turns a silent node's conditions Unknown and taints it.
pub(super) fn unknown(store: &Store, name: &str) -> Option<Change> {
    let key = key("nodes", "", name);
    let mut node = store.get(&key)?.clone();
    let mut changed = false;
    for condition in node["status"]["conditions"].as_array_mut()? {
        if condition["status"] != "Unknown" {
            condition["status"] = json!("Unknown");
            condition["reason"] = json!("NodeStatusUnknown");
            condition["message"] = json!("Kubelet stopped posting node status.");
            condition["lastTransitionTime"] = json!(timestamp());
            changed = true;
        }
    }
    if !changed {
        return None;
    }
    let mut taints = other_taints(&node);
    for effect in ["NoSchedule", "NoExecute"] {
        taints.push(json!({"key": UNREACHABLE, "effect": effect, "timeAdded": timestamp()}));
    }
    node["spec"]["taints"] = json!(taints);
    Some(Change::Put(key, node))
}

/// Frees nodes that are heard of again from the taint.
pub(super) fn reachable(store: &Store) -> Vec<Change> {
    let mut changes = Vec::new();
    for node in store.list("nodes", None).filter(|node| {
        tainted(node) && condition(node, "Ready").is_some_and(|ready| ready != "Unknown")
    }) {
        let mut node = node.clone();
        let taints = other_taints(&node);
        if let Some(spec) = node["spec"].as_object_mut() {
            if taints.is_empty() {
                spec.remove("taints");
            } else {
                spec.insert("taints".to_owned(), json!(taints));
            }
        }
        changes.push(Change::Put(
            key(
                "nodes",
                "",
                node["metadata"]["name"].as_str().unwrap_or_default(),
            ),
            node,
        ));
    }
    changes
}

pub(super) fn tainted(node: &Value) -> bool {
    node["spec"]["taints"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|taint| taint["key"] == UNREACHABLE)
}

fn other_taints(node: &Value) -> Vec<Value> {
    node["spec"]["taints"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|taint| taint["key"] != UNREACHABLE)
        .cloned()
        .collect()
}

pub(super) fn condition<'a>(node: &'a Value, kind: &str) -> Option<&'a Value> {
    Some(
        &node["status"]["conditions"]
            .as_array()?
            .iter()
            .find(|condition| condition["type"] == kind)?["status"],
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::controllers::testing::{node, put, with};

    #[tokio::test]
    async fn a_silent_node_turns_unknown_and_a_heard_one_does_not() {
        let mut silence = Silence::default();
        let start = Instant::now();
        let at = |heartbeat| {
            with(&[
                ("nodes", "", "a", node("a", "10.0.0.1", 1)),
                ("nodes", "", "b", node("b", "10.0.0.2", heartbeat)),
            ])
        };
        let grace = Duration::from_secs(4);
        assert_eq!(silence.observe(&at(1), start, grace), Vec::<String>::new());

        let silent = silence.observe(&at(2), start + grace, grace);

        assert_eq!(silent, ["a"]);
        let Some(Change::Put(_, after)) = unknown(&at(2), "a") else {
            panic!("nothing to write")
        };
        assert_eq!(condition(&after, "Ready"), Some(&json!("Unknown")));
        assert!(tainted(&after));
    }

    #[test]
    fn a_node_that_is_heard_again_loses_the_taint_and_no_other() {
        let mut cordoned = node("a", "10.0.0.1", 1);
        cordoned["spec"]["taints"] = json!([{"key": UNREACHABLE, "effect": "NoExecute"}, {"key": "mine", "effect": "NoSchedule"}]);

        let after = put(&reachable(&with(&[("nodes", "", "a", cordoned)])));

        assert_eq!(
            after["spec"]["taints"],
            json!([{"key": "mine", "effect": "NoSchedule"}])
        );
    }
}
