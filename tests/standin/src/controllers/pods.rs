//! Pods, which nothing runs: each is given to a node and called Running.

use std::collections::HashMap;

use serde_json::json;

use super::silence::{condition, tainted};
use crate::api::objects::timestamp;
use crate::store::{Change, Store, key};

/// Gives pods without a node to the ready node with the fewest, and calls pods that have one Running.
pub(super) fn run_pods(store: &Store) -> Vec<Change> {
    let mut load: HashMap<&str, usize> = HashMap::new();
    for node in store.list("nodes", None) {
        let open = node["spec"]["unschedulable"] != true && !tainted(node);
        if open && condition(node, "Ready").is_some_and(|ready| ready == "True") {
            load.insert(node["metadata"]["name"].as_str().unwrap_or_default(), 0);
        }
    }
    for pod in store.list("pods", None) {
        if let Some(count) = pod["spec"]["nodeName"]
            .as_str()
            .and_then(|name| load.get_mut(name))
        {
            *count += 1;
        }
    }
    let mut changes = Vec::new();
    for pod in store
        .list("pods", None)
        .filter(|pod| pod["status"]["phase"] == "Pending")
    {
        let mut pod = pod.clone();
        if pod["spec"]["nodeName"].as_str().is_none_or(str::is_empty) {
            let Some((name, count)) = load
                .iter_mut()
                .min_by_key(|(name, count)| (**count, **name))
            else {
                continue;
            };
            *count += 1;
            pod["spec"]["nodeName"] = json!(name);
        }
        let now = timestamp();
        let containers = pod["spec"]["containers"].as_array().into_iter().flatten();
        let states: Vec<_> = containers
            .map(|container| {
                json!({
                    "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "started": true,
                    "restartCount": 0, "state": {"running": {"startedAt": now}},
                })
            })
            .collect();
        let conditions: Vec<_> = ["PodScheduled", "Initialized", "ContainersReady", "Ready"]
            .map(|kind| json!({"type": kind, "status": "True", "lastTransitionTime": now}))
            .into();
        pod["status"] = json!({
            "phase": "Running", "startTime": now, "podIP": "10.42.0.2", "conditions": conditions, "containerStatuses": states,
        });
        let text = |field: &str| {
            pod["metadata"][field]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        changes.push(Change::Put(
            key("pods", &text("namespace"), &text("name")),
            pod,
        ));
    }
    changes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::controllers::testing::{node, put, with};

    #[test]
    fn a_pod_runs_on_a_node_that_takes_pods() {
        let mut cordoned = node("a", "10.0.0.1", 1);
        cordoned["spec"]["unschedulable"] = json!(true);
        let pod = json!({"metadata": {"name": "p", "namespace": "default"}, "spec": {"containers": []}, "status": {"phase": "Pending"}});
        let only_cordoned = [("nodes", "", "a", cordoned), ("pods", "default", "p", pod)];
        assert_eq!(run_pods(&with(&only_cordoned)), []);

        let [cordoned, pod] = only_cordoned;
        let running = put(&run_pods(&with(&[
            cordoned,
            pod,
            ("nodes", "", "b", node("b", "10.0.0.2", 1)),
        ])));

        assert_eq!(
            (&running["spec"]["nodeName"], &running["status"]["phase"]),
            (&json!("b"), &json!("Running"))
        );
    }
}
