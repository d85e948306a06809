//! Every Docker label that is read or written, spelled once.
//!
//! The names and values are k3d's (its `pkg/types`), because its CLI finds a cluster by them and
//! nothing else. Labels cannot be changed after a container is made: what may change lives elsewhere.

/// Marks every object that is k3d's or ours; its value is [`APP_VALUE`].
pub const APP: &str = "app";
/// The value of [`APP`].
pub const APP_VALUE: &str = "k3d";
/// The version of the program that made it.
pub const VERSION: &str = "k3d.version";
/// The cluster's name.
pub const CLUSTER: &str = "k3d.cluster";
/// What the container is to its cluster.
pub const ROLE: &str = "k3d.role";
/// The token nodes join with.
pub const TOKEN: &str = "k3d.cluster.token";
/// The URL nodes join at.
pub const URL: &str = "k3d.cluster.url";
/// The cluster's network.
pub const NETWORK: &str = "k3d.cluster.network";
/// The engine's id of that network.
pub const NETWORK_ID: &str = "k3d.cluster.network.id";
/// Its subnet, as a CIDR.
pub const NETWORK_IP_RANGE: &str = "k3d.cluster.network.iprange";
/// `true` where the network was there before the cluster and outlives it.
pub const NETWORK_EXTERNAL: &str = "k3d.cluster.network.external";
/// The volume that images are passed through.
pub const IMAGE_VOLUME: &str = "k3d.cluster.imageVolume";
/// The load balancer's name; empty without one.
pub const LOAD_BALANCER: &str = "k3d.server.loadbalancer";
/// `true` on the server that founds the etcd cluster, `false` on those that join it.
pub const SERVER_INIT: &str = "k3d.server.init";
/// The host address the API is published on.
pub const API_HOST_IP: &str = "k3d.server.api.hostIP";
/// The host that belongs into a kubeconfig.
pub const API_HOST: &str = "k3d.server.api.host";
/// The host port the API is published on.
pub const API_PORT: &str = "k3d.server.api.port";
/// Ours: the version of k3tray that made it. The prefix `k3d` lets k3d carry it over when it remakes a node.
pub const K3TRAY_VERSION: &str = "k3d.k3tray.version";

/// What is written into [`VERSION`]: the k3d release whose contract the containers follow.
pub const CONTRACT_VERSION: &str = "v5.9.0";
