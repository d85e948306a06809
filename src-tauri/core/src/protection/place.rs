//! Whether a cluster is on this machine. Whatever is not known to be is taken for remote.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::context::{Context, host, is_this_machine};

/// Where a context's cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// On this machine, or made by k3d or k3tray.
    Local,
    /// Anywhere else, or not known.
    Remote,
}

/// Contexts that tools for local clusters make, by their names; `*` stands for the cluster's.
const LOCAL_NAMES: [&str; 14] = [
    "docker-desktop",
    "docker-for-desktop",
    "rancher-desktop",
    "orbstack",
    "colima",
    "colima-*",
    "minikube",
    "kind-*",
    "k3d-*",
    "microk8s",
    "crc-*",
    "api-crc-testing*",
    "lima-*",
    "podman-*",
];

/// Where a context's cluster is.
pub(super) fn of(context: &Context) -> Place {
    let host = context.server.as_deref().and_then(host);
    let is_local = context.local_cluster.is_some()
        || host.is_some_and(is_this_machine)
        || is_of_a_local_tool(context);
    if is_local {
        Place::Local
    } else {
        Place::Remote
    }
}

/// Whether k3d, k3tray, kind, minikube or another such tool made it. A name alone is not believed
/// where the server is out in the world.
pub(super) fn is_of_a_local_tool(context: &Context) -> bool {
    if context.local_cluster.is_some() {
        return true;
    }
    let host = context.server.as_deref().and_then(host);
    let is_near = host.is_none_or(|host| is_this_machine(host) || is_private(host));
    let name = context.name.as_str();
    let has_local_name = LOCAL_NAMES
        .iter()
        .any(|pattern| super::words::matches(pattern, name));
    is_near && has_local_name
}

/// Addresses that a local virtual machine may have.
fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        Err(_) => matches!(host.rsplit_once('.'), Some((_, "local" | "testing"))),
    }
}
