//! What will be done to make a cluster: pure and synchronous.
//!
//! A [`ClusterSpec`] and the [`Facts`] that only the engine knows become the bodies of the Docker
//! calls, field by field as k3d makes them, so that its CLI takes our clusters for its own. Where we
//! differ, the reason stands beside the field. Nothing is called here.

mod entrypoint;
mod network;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, EndpointIpamConfig, EndpointSettings, HostConfig, NetworkingConfig,
    PortBinding, RestartPolicy, RestartPolicyNameEnum,
};

pub use self::{
    entrypoint::ENTRYPOINT_PATH,
    network::{NetworkFacts, Subnet},
};
use crate::{cluster::ClusterName, image::NodeImage, labels, node::Role, spec::ClusterSpec};

/// Where the API listens inside a node and inside the load balancer.
pub const API_PORT: u16 = 6443;
/// Where a server writes the kubeconfig that k3d's and our kubeconfig is made of.
pub const KUBECONFIG_PATH: &str = "/output/kubeconfig.yaml";
/// The load balancer's configuration; k3d reads it in nearly every command.
pub const LOAD_BALANCER_CONFIG_PATH: &str = "/etc/confd/values.yaml";

/// Renders the configuration, follows its changes, and serves. The image's own start script does the
/// same behind three sleeps of two seconds; `exec` lets the stop signal reach nginx.
const LOAD_BALANCER_START: &str = "\
confd -onetime -backend file -file /etc/confd/values.yaml -log-level error -sync-only && \
{ confd -watch -backend file -file /etc/confd/values.yaml -log-level error & exec nginx -g 'daemon off;'; }";

/// What the engine told before the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The image of servers and agents.
    pub node_image: NodeImage,
    /// The image of the load balancer.
    pub load_balancer_image: String,
    /// The host port of the API.
    pub api_port: u16,
    /// The host that belongs into a kubeconfig, where it is not the address the API is bound to:
    /// a remote engine's.
    pub api_host: Option<String>,
    /// What nodes join with.
    pub token: String,
    /// The engine's cgroup version.
    pub cgroup_version: u8,
}

/// A file to be put into a container before it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its absolute path.
    pub path: &'static str,
    /// Its permission bits.
    pub mode: u32,
    /// Its content.
    pub content: String,
}

/// One container to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePlan {
    /// Its name.
    pub name: String,
    /// What it is to the cluster.
    pub role: Role,
    /// The body of the create call.
    pub body: ContainerCreateBody,
    /// Files to put into it before it starts.
    pub files: Vec<File>,
}

/// A cluster to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    spec: ClusterSpec,
    facts: Facts,
}

impl Plan {
    /// Joins the wish with what the engine told.
    pub fn new(spec: ClusterSpec, facts: Facts) -> Self {
        Self { spec, facts }
    }

    /// The wish.
    pub fn spec(&self) -> &ClusterSpec {
        &self.spec
    }

    /// What the engine told.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The host of the API as a kubeconfig must say it. An address that means "all" is no host.
    pub fn api_host(&self) -> String {
        match &self.facts.api_host {
            Some(host) => host.clone(),
            None if self.spec.api_host.is_unspecified() => "127.0.0.1".into(),
            None => self.spec.api_host.to_string(),
        }
    }

    /// The names of the servers, the founding one first.
    pub fn servers(&self) -> Vec<String> {
        (0..self.spec.servers)
            .map(|index| self.spec.name.server(index))
            .collect()
    }

    /// The labels of the volume, and (with more) of every container.
    pub fn volume_labels(cluster: &ClusterName) -> HashMap<String, String> {
        to_map([
            (labels::APP, labels::APP_VALUE),
            (labels::VERSION, labels::CONTRACT_VERSION),
            (labels::CLUSTER, cluster.as_str()),
        ])
    }

    /// Every container: servers, agents, then the load balancer.
    pub fn nodes(&self, network: &NetworkFacts) -> Vec<NodePlan> {
        let servers = (0..self.spec.servers).map(|index| self.server(index, network));
        let agents = (0..self.spec.agents).map(|index| self.agent(index, network));
        let balancer = self.spec.load_balancer.then(|| self.load_balancer(network));
        servers.chain(agents).chain(balancer).collect()
    }

    fn server(&self, index: u32, network: &NetworkFacts) -> NodePlan {
        let spec = &self.spec;
        let founds = index == 0;
        let mut args = vec!["server".to_owned()];
        args.extend(spec.server_args.iter().cloned());
        args.extend(self.status_args(&spec.server_args));
        args.extend(self.cgroup_args(&spec.server_args));
        if spec.etcd && founds {
            args.push("--cluster-init".into());
        }
        args.extend(["--tls-san".into(), self.api_host()]);
        if spec.load_balancer {
            args.extend(["--tls-san".into(), spec.name.load_balancer()]);
        }

        let mut labels = self.node_labels(Role::Server, network);
        labels.extend(to_map([
            (labels::API_HOST, &self.api_host()),
            (labels::API_HOST_IP, &spec.api_host.to_string()),
            (labels::API_PORT, &self.facts.api_port.to_string()),
        ]));
        if spec.etcd {
            labels.insert(labels::SERVER_INIT.into(), founds.to_string());
        }

        let name = spec.name.server(index);
        let mut node = self.k3s_node(name, Role::Server, args, !founds, labels);
        if founds && !spec.load_balancer {
            self.publish_api(&mut node.body);
        }
        node.body.networking_config = Some(attach(network, index));
        node.files = vec![entrypoint::file(&network.gateway)];
        node
    }

    fn agent(&self, index: u32, network: &NetworkFacts) -> NodePlan {
        let spec = &self.spec;
        let mut args = vec!["agent".to_owned()];
        args.extend(spec.agent_args.iter().cloned());
        args.extend(self.status_args(&spec.agent_args));
        args.extend(self.cgroup_args(&spec.agent_args));
        let labels = self.node_labels(Role::Agent, network);
        let mut node = self.k3s_node(spec.name.agent(index), Role::Agent, args, true, labels);
        node.body.networking_config = Some(attach(network, spec.servers + index));
        node.files = vec![entrypoint::file(&network.gateway)];
        node
    }

    fn load_balancer(&self, network: &NetworkFacts) -> NodePlan {
        let spec = &self.spec;
        let name = spec.name.load_balancer();
        let mut body = ContainerCreateBody {
            hostname: Some(name.clone()),
            image: Some(self.facts.load_balancer_image.clone()),
            // Only the entrypoint is ours: when k3d remakes this container it falls back to the image's.
            entrypoint: Some(vec![
                "/bin/sh".into(),
                "-c".into(),
                LOAD_BALANCER_START.into(),
            ]),
            // The image asks for SIGQUIT, at which nginx waits for open connections (a watch never ends).
            stop_signal: Some("SIGTERM".into()),
            env: Some(vec![format!("K3S_KUBECONFIG_OUTPUT={KUBECONFIG_PATH}")]),
            labels: Some(self.node_labels(Role::LoadBalancer, network)),
            // k3d makes it privileged; a load balancer needs no privilege, so ours has none.
            host_config: Some(self.host_config(false)),
            networking_config: Some(attach(network, spec.servers + spec.agents)),
            ..ContainerCreateBody::default()
        };
        self.publish_api(&mut body);
        NodePlan {
            name,
            role: Role::LoadBalancer,
            body,
            // Names must resolve when nginx starts, and only running containers' names do: the founding
            // server's alone at first, the others as they come up.
            files: vec![load_balancer_config(&self.servers()[..1])],
        }
    }

    /// What servers and agents have in common.
    fn k3s_node(
        &self,
        name: String,
        role: Role,
        args: Vec<String>,
        joins: bool,
        labels: HashMap<String, String>,
    ) -> NodePlan {
        let mut env = self.spec.env.clone();
        env.push(format!("K3S_TOKEN={}", self.facts.token));
        if joins {
            env.push(format!("K3S_URL={}", self.url()));
        }
        env.push(format!("K3S_KUBECONFIG_OUTPUT={KUBECONFIG_PATH}"));
        let body = ContainerCreateBody {
            hostname: Some(name.clone()),
            image: Some(self.facts.node_image.as_str().to_owned()),
            entrypoint: Some(vec![ENTRYPOINT_PATH.into()]),
            cmd: Some(args),
            env: Some(env),
            labels: Some(labels),
            host_config: Some(self.host_config(true)),
            ..ContainerCreateBody::default()
        };
        NodePlan {
            name,
            role,
            body,
            files: Vec::new(),
        }
    }

    fn host_config(&self, privileged: bool) -> HostConfig {
        HostConfig {
            // `Binds`, not `Mounts`: k3d reads nothing else back.
            binds: Some(vec![format!(
                "{}:/k3d/images",
                self.spec.name.image_volume()
            )]),
            init: Some(true),
            network_mode: Some("bridge".into()),
            privileged: Some(privileged),
            restart_policy: Some(RestartPolicy {
                name: Some(RestartPolicyNameEnum::UNLESS_STOPPED),
                maximum_retry_count: None,
            }),
            tmpfs: Some(to_map([("/run", ""), ("/var/run", "")])),
            userns_mode: Some("host".into()),
            ..HostConfig::default()
        }
    }

    fn publish_api(&self, body: &mut ContainerCreateBody) {
        let key = format!("{API_PORT}/tcp");
        let binding = PortBinding {
            host_ip: Some(self.spec.api_host.to_string()),
            host_port: Some(self.facts.api_port.to_string()),
        };
        body.exposed_ports = Some(vec![key.clone()]);
        if let Some(host) = &mut body.host_config {
            host.port_bindings = Some(HashMap::from([(key, Some(vec![binding]))]));
        }
    }

    fn node_labels(&self, role: Role, network: &NetworkFacts) -> HashMap<String, String> {
        let name = &self.spec.name;
        let balancer = if self.spec.load_balancer {
            name.load_balancer()
        } else {
            String::new()
        };
        let mut map = Self::volume_labels(name);
        map.extend(to_map([
            (labels::ROLE, role.label()),
            (labels::TOKEN, &self.facts.token),
            (labels::URL, &self.url()),
            (labels::NETWORK, &network.name),
            (labels::NETWORK_ID, &network.id),
            (labels::NETWORK_IP_RANGE, &network.subnet),
            (labels::NETWORK_EXTERNAL, "false"),
            (labels::IMAGE_VOLUME, &name.image_volume()),
            (labels::LOAD_BALANCER, &balancer),
            (labels::K3TRAY_VERSION, env!("CARGO_PKG_VERSION")),
        ]));
        map
    }

    fn url(&self) -> String {
        format!("https://{}:{API_PORT}", self.spec.name.server(0))
    }

    /// A kubelet tells its status every 10 s and so misses the moment its network is up; every second
    /// a new node turns Ready up to 10 s sooner.
    fn status_args(&self, user: &[String]) -> Option<String> {
        let wanted = self.spec.quick_status
            && !user
                .iter()
                .any(|arg| arg.contains("node-status-update-frequency"));
        wanted.then(|| "--kubelet-arg=node-status-update-frequency=1s".into())
    }

    /// From Kubernetes 1.35 on, a kubelet refuses a host with cgroup v1 unless told otherwise.
    fn cgroup_args(&self, user: &[String]) -> Option<String> {
        let wanted = self.facts.cgroup_version == 1
            && self
                .facts
                .node_image
                .minor_version()
                .is_some_and(|minor| minor >= 35)
            && !user.iter().any(|arg| arg.contains("fail-cgroupv1"));
        wanted.then(|| "--kubelet-arg=fail-cgroupv1=false".into())
    }
}

/// The load balancer's configuration for these servers, in k3d's form.
pub fn load_balancer_config(servers: &[String]) -> File {
    let mut content = format!("ports:\n  {API_PORT}.tcp:\n");
    for server in servers {
        content.push_str("  - ");
        content.push_str(server);
        content.push('\n');
    }
    content.push_str("settings:\n  workerConnections: 1024\n");
    File {
        path: LOAD_BALANCER_CONFIG_PATH,
        mode: 0o744,
        content,
    }
}

/// The endpoint of the cluster's `index`th container on its network.
fn attach(network: &NetworkFacts, index: u32) -> NetworkingConfig {
    let settings = EndpointSettings {
        ipam_config: network.address(index).map(|address| EndpointIpamConfig {
            ipv4_address: Some(address.to_string()),
            ..EndpointIpamConfig::default()
        }),
        ..EndpointSettings::default()
    };
    NetworkingConfig {
        endpoints_config: Some(HashMap::from([(network.name.clone(), settings)])),
    }
}

fn to_map<const N: usize>(pairs: [(&str, &str); N]) -> HashMap<String, String> {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}
