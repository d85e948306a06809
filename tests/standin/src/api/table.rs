//! Objects as the rows kubectl prints. Nodes, namespaces, pods and a few others have the columns of the real server;
//! everything else has name and age.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::kinds::Kind;

/// A column's heading and priority; priority 1 shows only with `-o wide`.
type Column = (&'static str, u8);

/// The `Table` of some objects of a kind. `headings` is false for all but the first event of a watch.
/// `whole` puts the objects, not only their metadata, into the rows.
pub(crate) fn table(
    kind: &Kind,
    objects: &[&Value],
    revision: u64,
    headings: bool,
    whole: bool,
) -> Value {
    let definitions: Vec<_> = columns(kind)
        .iter()
        .map(|(name, priority)| {
            let format = if *name == "Name" { "name" } else { "" };
            json!({"name": name, "type": "string", "format": format, "description": "", "priority": priority})
        })
        .collect();
    let rows: Vec<_> = objects
        .iter()
        .map(|object| {
            let shown = if whole {
                (*object).clone()
            } else {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
            };
            json!({"cells": cells(kind, object, Timestamp::now()), "object": shown})
        })
        .collect();
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": revision.to_string()},
        "columnDefinitions": if headings { json!(definitions) } else { json!([]) }, "rows": rows,
    })
}

fn columns(kind: &Kind) -> &'static [Column] {
    match kind.plural {
        "nodes" => &[
            ("Name", 0),
            ("Status", 0),
            ("Roles", 0),
            ("Age", 0),
            ("Version", 0),
            ("Internal-IP", 1),
            ("External-IP", 1),
            ("OS-Image", 1),
            ("Kernel-Version", 1),
            ("Container-Runtime", 1),
        ],
        "namespaces" => &[("Name", 0), ("Status", 0), ("Age", 0)],
        "pods" => &[
            ("Name", 0),
            ("Ready", 0),
            ("Status", 0),
            ("Restarts", 0),
            ("Age", 0),
            ("IP", 1),
            ("Node", 1),
        ],
        "configmaps" => &[("Name", 0), ("Data", 0), ("Age", 0)],
        "secrets" => &[("Name", 0), ("Type", 0), ("Data", 0), ("Age", 0)],
        "services" => &[
            ("Name", 0),
            ("Type", 0),
            ("Cluster-IP", 0),
            ("External-IP", 0),
            ("Port(s)", 0),
            ("Age", 0),
        ],
        "events" => &[
            ("Last Seen", 0),
            ("Type", 0),
            ("Reason", 0),
            ("Object", 0),
            ("Message", 0),
        ],
        "leases" => &[("Name", 0), ("Holder", 0), ("Age", 0)],
        _ => &[("Name", 0), ("Age", 0)],
    }
}

fn cells(kind: &Kind, object: &Value, now: Timestamp) -> Vec<String> {
    let text = |path: &str| {
        object
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let size = |field: &str| {
        object[field]
            .as_object()
            .map_or(0, serde_json::Map::len)
            .to_string()
    };
    let name = text("/metadata/name");
    let age = age(&text("/metadata/creationTimestamp"), now);
    match kind.plural {
        "nodes" => vec![
            name,
            node_status(object),
            roles(object),
            age,
            text("/status/nodeInfo/kubeletVersion"),
            address(object, "InternalIP"),
            address(object, "ExternalIP"),
            text("/status/nodeInfo/osImage"),
            text("/status/nodeInfo/kernelVersion"),
            text("/status/nodeInfo/containerRuntimeVersion"),
        ],
        "namespaces" => vec![name, text("/status/phase"), age],
        "pods" => {
            let containers = object["spec"]["containers"].as_array().map_or(0, Vec::len);
            let running = text("/status/phase") == "Running";
            let ready = format!("{}/{containers}", if running { containers } else { 0 });
            vec![
                name,
                ready,
                text("/status/phase"),
                "0".to_owned(),
                age,
                or_none(text("/status/podIP")),
                or_none(text("/spec/nodeName")),
            ]
        }
        "configmaps" => vec![name, size("data"), age],
        "secrets" => vec![name, text("/type"), size("data"), age],
        "services" => {
            let ports = object["spec"]["ports"]
                .as_array()
                .into_iter()
                .flatten()
                .map(port)
                .collect::<Vec<_>>()
                .join(",");
            vec![
                name,
                text("/spec/type"),
                or_none(text("/spec/clusterIP")),
                "<none>".to_owned(),
                or_none(ports),
                age,
            ]
        }
        "events" => {
            let about = format!(
                "{}/{}",
                text("/involvedObject/kind").to_lowercase(),
                text("/involvedObject/name")
            );
            vec![
                self::age(&text("/lastTimestamp"), now),
                text("/type"),
                text("/reason"),
                about,
                text("/message"),
            ]
        }
        "leases" => vec![name, text("/spec/holderIdentity"), age],
        _ => vec![name, age],
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() {
        "<none>".to_owned()
    } else {
        text
    }
}

fn port(port: &Value) -> String {
    let protocol = port["protocol"].as_str().unwrap_or("TCP");
    match port["nodePort"].as_u64() {
        Some(node_port) => format!("{}:{node_port}/{protocol}", port["port"]),
        None => format!("{}/{protocol}", port["port"]),
    }
}

/// `Ready`, `NotReady` or `Unknown`, and `SchedulingDisabled` after a cordon. A node of unknown state counts as not ready.
fn node_status(node: &Value) -> String {
    let conditions = node["status"]["conditions"].as_array();
    let ready = conditions.and_then(|conditions| {
        conditions
            .iter()
            .find(|condition| condition["type"] == "Ready")
    });
    let mut status = match ready {
        Some(condition) if condition["status"] == "True" => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node["spec"]["unschedulable"] == true {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(node: &Value) -> String {
    let labels = node["metadata"]["labels"].as_object();
    let roles: Vec<_> = labels
        .into_iter()
        .flatten()
        .filter_map(|(name, _)| name.strip_prefix("node-role.kubernetes.io/"))
        .map(str::to_owned)
        .collect();
    or_none(roles.join(","))
}

fn address(node: &Value, kind: &str) -> String {
    let addresses = node["status"]["addresses"].as_array();
    let found =
        addresses.and_then(|addresses| addresses.iter().find(|address| address["type"] == kind));
    or_none(
        found
            .and_then(|address| address["address"].as_str())
            .unwrap_or_default()
            .to_owned(),
    )
}

/// The time since `created` in kubectl's short form: `7s`, `3m12s`, `14m`, `2h5m`, `3d`.
fn age(created: &str, now: Timestamp) -> String {
    let Ok(created) = created.parse::<Timestamp>() else {
        return "<unknown>".to_owned();
    };
    let seconds = (now.as_second() - created.as_second()).max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let pair = |large: i64, unit: char, small: i64, small_unit: char| {
        if small == 0 {
            format!("{large}{unit}")
        } else {
            format!("{large}{unit}{small}{small_unit}")
        }
    };
    match () {
        () if seconds < 120 => format!("{seconds}s"),
        () if minutes < 10 => pair(minutes, 'm', seconds % 60, 's'),
        () if minutes < 180 => format!("{minutes}m"),
        () if hours < 8 => pair(hours, 'h', minutes % 60, 'm'),
        () if hours < 48 => format!("{hours}h"),
        () if days < 8 => pair(days, 'd', hours % 24, 'h'),
        () => format!("{days}d"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn an_age_is_short() {
        let now = Timestamp::from_second(1_000_000_000).unwrap();
        let ages = [
            (7, "7s"),
            (119, "119s"),
            (192, "3m12s"),
            (840, "14m"),
            (7500, "125m"),
            (18_300, "5h5m"),
            (259_200, "3d"),
        ];
        for (seconds, expected) in ages {
            let created = Timestamp::from_second(1_000_000_000 - seconds).unwrap();
            assert_eq!(age(&created.to_string(), now), expected);
        }
    }

    #[test]
    fn a_cordoned_node_of_unknown_state_says_both() {
        let node = json!({"spec": {"unschedulable": true}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}});

        assert_eq!(node_status(&node), "NotReady,SchedulingDisabled");
    }

    #[test]
    fn roles_are_read_from_labels() {
        let role = |name: &str| format!("node-role.kubernetes.io/{name}");
        let server = json!({"metadata": {"labels": {(role("master")): "true", (role("control-plane")): "true", "tier": "edge"}}});

        assert_eq!(roles(&server), "control-plane,master");
        assert_eq!(roles(&json!({"metadata": {}})), "<none>");
    }
}
