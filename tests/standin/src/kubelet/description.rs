//! What a node says of itself: labels, addresses, machine, conditions.

use std::net::IpAddr;

use serde_json::{Value, json};

use crate::api::discovery::architecture;
use crate::api::objects::timestamp;
use crate::arguments::{NodeConfig, Role};

/// The Node a kubelet registers. `etcd` puts the etcd role on a server's.
pub(super) fn node(config: &NodeConfig, ip: IpAddr, etcd: bool) -> Value {
    let name = &config.name;
    let mut labels = json!({
        "beta.kubernetes.io/arch": architecture(), "beta.kubernetes.io/instance-type": "k3s", "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": architecture(), "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": "k3s",
    });
    if config.role == Role::Server {
        let roles: &[&str] = if etcd {
            &["control-plane", "etcd", "master"]
        } else {
            &["control-plane", "master"]
        };
        for role in roles {
            labels[format!("node-role.kubernetes.io/{role}")] = json!("true");
        }
    }
    for (label, value) in &config.labels {
        labels[label] = json!(value);
    }
    let annotations = json!({"k3s.io/hostname": name, "k3s.io/internal-ip": ip.to_string()});
    json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels, "annotations": annotations},
        "spec": {"providerID": format!("k3s://{name}")},
    })
}

/// The status of a Node but its conditions.
pub(super) fn status(config: &NodeConfig, ip: IpAddr) -> Value {
    let cpus = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .to_string();
    let memory = format!("{}Ki", total_memory());
    let capacity =
        json!({"cpu": cpus, "ephemeral-storage": "10485760Ki", "memory": memory, "pods": "110"});
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let version = &config.version;
    json!({
        "addresses": [
            {"type": "InternalIP", "address": ip.to_string()}, {"type": "Hostname", "address": config.name},
        ],
        "capacity": capacity, "allocatable": capacity, "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "architecture": architecture(), "operatingSystem": "linux", "osImage": format!("K3s {version} (stand-in)"),
            "kernelVersion": kernel.trim(), "containerRuntimeVersion": "containerd://1.7.23-k3s2", "kubeletVersion": version,
            "kubeProxyVersion": version, "machineID": "", "systemUUID": "", "bootID": "",
        },
    })
}

/// The four conditions a healthy kubelet reports, or the same with a network that is not up.
pub(super) fn conditions(ready: bool, before: &Value) -> Value {
    let now = timestamp();
    let condition = |kind: &str, status: &str, reason: &str, message: &str| {
        let previous = before
            .as_array()
            .into_iter()
            .flatten()
            .find(|condition| condition["type"] == kind);
        let changed = previous
            .filter(|previous| previous["status"] == status)
            .map(|previous| previous["lastTransitionTime"].clone());
        json!({
            "type": kind, "status": status, "reason": reason, "message": message, "lastHeartbeatTime": now,
            "lastTransitionTime": changed.unwrap_or_else(|| json!(now)),
        })
    };
    let network = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns \
                   error: cni plugin not initialized";
    json!([
        condition(
            "MemoryPressure",
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available"
        ),
        condition(
            "DiskPressure",
            "False",
            "KubeletHasNoDiskPressure",
            "kubelet has no disk pressure"
        ),
        condition(
            "PIDPressure",
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available"
        ),
        if ready {
            condition(
                "Ready",
                "True",
                "KubeletReady",
                "kubelet is posting ready status",
            )
        } else {
            condition("Ready", "False", "KubeletNotReady", network)
        },
    ])
}

/// The machine's memory in KiB; 0 where `/proc/meminfo` cannot be read.
fn total_memory() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_condition_keeps_the_time_it_last_changed() {
        let before = json!([{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}]);
        let ready = |conditions: &Value| {
            conditions.as_array().unwrap().last().unwrap()["lastTransitionTime"].clone()
        };

        assert_eq!(ready(&conditions(true, &before)), "2026-01-01T00:00:00Z");
        assert_ne!(ready(&conditions(false, &before)), "2026-01-01T00:00:00Z");
    }
}
