//! What a node was told to be: the flags of `k3s server` and `k3s agent` and the environment, read into one value.
//! Flags of k3s that change nothing here are accepted and dropped; a flag k3s does not know is refused as k3s refuses it.
//! The config file `/etc/rancher/k3s/config.yaml` is not read.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use crate::failure::Failure;

/// The version a node reports when `STANDIN_VERSION` is not set.
pub(crate) const DEFAULT_VERSION: &str = "v1.31.4+k3s1";

/// Flags of `k3s server` and `k3s agent` that stand alone.
#[rustfmt::skip]
const SWITCHES: &[&str] = &[
    "cluster-init", "cluster-reset", "debug", "disable-agent", "disable-apiserver", "disable-apiserver-lb",
    "disable-cloud-controller", "disable-controller-manager", "disable-etcd", "disable-helm-controller",
    "disable-kube-proxy", "disable-network-policy", "disable-scheduler", "docker", "embedded-registry", "enable-pprof",
    "etcd-disable-snapshots", "etcd-expose-metrics", "etcd-s3", "etcd-s3-insecure", "etcd-s3-skip-ssl-verify",
    "etcd-snapshot-compress", "flannel-external-ip", "flannel-ipv6-masq", "multi-cluster-cidr", "prefer-bundled-bin",
    "protect-kernel-defaults", "rootless", "secrets-encryption", "selinux", "supervisor-metrics",
    "with-node-id", "alsologtostderr",
];

/// Flags of `k3s server` and `k3s agent` that take a value.
#[rustfmt::skip]
const OPTIONS: &[&str] = &[
    "advertise-address", "advertise-port", "agent-token", "agent-token-file", "airgap-extra-registry", "bind-address",
    "cluster-cidr", "cluster-dns", "cluster-domain", "cluster-reset-restore-path", "config", "container-runtime-endpoint",
    "data-dir", "datastore-cafile", "datastore-certfile", "datastore-endpoint", "datastore-keyfile",
    "default-local-storage-path", "default-runtime", "disable", "egress-selector-mode", "etcd-arg", "etcd-s3-bucket",
    "etcd-s3-endpoint", "etcd-s3-folder", "etcd-s3-region", "etcd-snapshot-dir", "etcd-snapshot-name",
    "etcd-snapshot-retention", "etcd-snapshot-schedule-cron", "flannel-backend", "flannel-conf", "flannel-iface",
    "helm-job-image", "https-listen-port", "image-credential-provider-bin-dir", "image-credential-provider-config",
    "image-service-endpoint", "kube-apiserver-arg", "kube-cloud-controller-manager-arg", "kube-controller-manager-arg",
    "kube-proxy-arg", "kube-scheduler-arg", "kubelet-arg", "lb-server-port", "log", "node-external-dns",
    "node-external-ip", "node-internal-dns", "node-ip", "node-label", "node-name", "node-taint", "pause-image",
    "private-registry", "resolv-conf", "server", "service-cidr", "service-node-port-range", "servicelb-namespace", "snapshotter",
    "system-default-registry", "tls-san", "tls-san-security", "token", "token-file", "v", "vmodule", "vpn-auth",
    "vpn-auth-file", "write-kubeconfig", "write-kubeconfig-group", "write-kubeconfig-mode",
];

/// Why the arguments were refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum ArgumentsError {
    /// The wording is that of k3s' flag parser.
    #[error("flag provided but not defined: -{0}")]
    Unknown(String),
    #[error("flag needs an argument: -{0}")]
    NoValue(String),
    #[error("invalid value \"{value}\" for flag -{flag}")]
    Value { flag: String, value: String },
    #[error(
        "invalid STANDIN_FAIL \"{0}\": never-ready, crash-at-start, no-kubeconfig or slow-start=<milliseconds>"
    )]
    Failure(String),
    #[error("--token is required")]
    TokenRequired,
    #[error("--server is required")]
    ServerRequired,
}

/// Which of the two commands runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `k3s server`: the API and a kubelet.
    Server,
    /// `k3s agent`: a kubelet only.
    Agent,
}

/// How long a silent node stays Ready, as the controller manager's arguments say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Monitor {
    /// `node-monitor-grace-period`: silence after which a node is `Unknown`.
    pub(crate) grace: Duration,
    /// `node-monitor-period`: how often that is looked at.
    pub(crate) period: Duration,
}

/// Everything a node needs to know about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NodeConfig {
    pub(crate) role: Role,
    /// Lower case, as Kubernetes wants node names.
    pub(crate) name: String,
    /// `None`: the address of the interface that leads out.
    pub(crate) ip: Option<IpAddr>,
    pub(crate) bind: IpAddr,
    pub(crate) port: u16,
    /// Default `/var/lib/rancher/k3s`.
    pub(crate) data: PathBuf,
    /// Default `/etc/rancher`; `STANDIN_ETC_DIR` moves it so that several nodes can run on one machine.
    pub(crate) etc: PathBuf,
    pub(crate) token: Option<String>,
    /// The server to join; `None` on the first server.
    pub(crate) join: Option<String>,
    pub(crate) cluster_init: bool,
    pub(crate) tls_sans: Vec<String>,
    pub(crate) labels: BTreeMap<String, String>,
    /// `--disable` values: manifests that are not written.
    pub(crate) disabled: Vec<String>,
    pub(crate) kubeconfig_output: Option<PathBuf>,
    /// `--kubelet-arg=node-status-update-frequency=…`; `None` is the kubelet's default.
    pub(crate) status_period: Option<Duration>,
    pub(crate) monitor: Monitor,
    pub(crate) version: String,
    pub(crate) failure: Option<Failure>,
}

impl NodeConfig {
    /// Reads flags (without the `server` or `agent` in front) and the environment; a flag wins over its variable.
    pub(crate) fn parse(
        role: Role,
        arguments: impl IntoIterator<Item = String>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ArgumentsError> {
        let environment = |name: &str| environment(name).filter(|value| !value.is_empty());
        let mut config = Self {
            role,
            name: environment("K3S_NODE_NAME")
                .or_else(hostname)
                .unwrap_or_else(|| "localhost".to_owned()),
            ip: None,
            bind: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            port: 6443,
            data: "/var/lib/rancher/k3s".into(),
            etc: environment("STANDIN_ETC_DIR")
                .unwrap_or_else(|| "/etc/rancher".to_owned())
                .into(),
            token: environment("K3S_TOKEN"),
            join: environment("K3S_URL"),
            cluster_init: environment("K3S_CLUSTER_INIT").is_some_and(|value| value != "false"),
            tls_sans: Vec::new(),
            labels: BTreeMap::new(),
            disabled: Vec::new(),
            kubeconfig_output: environment("K3S_KUBECONFIG_OUTPUT").map(PathBuf::from),
            status_period: None,
            monitor: Monitor {
                grace: Duration::from_secs(40),
                period: Duration::from_secs(5),
            },
            version: environment("STANDIN_VERSION").unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
            failure: environment("STANDIN_FAIL")
                .map(|text| text.parse().map_err(|()| ArgumentsError::Failure(text)))
                .transpose()?,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let bare = argument.trim_start_matches('-');
            let (flag, inline) = match bare.split_once('=') {
                Some((flag, value)) => (long_name(flag), Some(value.to_owned())),
                None => (long_name(bare), None),
            };
            if bare.len() == argument.len() {
                continue;
            }
            if SWITCHES.contains(&flag) {
                config.switch(flag, inline.as_deref() != Some("false"));
            } else if OPTIONS.contains(&flag) {
                let value = inline.or_else(|| arguments.next());
                config.option(
                    flag,
                    &value.ok_or_else(|| ArgumentsError::NoValue(flag.to_owned()))?,
                )?;
            } else {
                return Err(ArgumentsError::Unknown(flag.to_owned()));
            }
        }
        config.name.make_ascii_lowercase();
        if role == Role::Agent {
            config.token.as_ref().ok_or(ArgumentsError::TokenRequired)?;
            config.join.as_ref().ok_or(ArgumentsError::ServerRequired)?;
        }
        Ok(config)
    }

    fn switch(&mut self, flag: &str, on: bool) {
        if flag == "cluster-init" {
            self.cluster_init = on;
        }
    }

    fn option(&mut self, flag: &str, value: &str) -> Result<(), ArgumentsError> {
        let refused = || ArgumentsError::Value {
            flag: flag.to_owned(),
            value: value.to_owned(),
        };
        match flag {
            "node-name" => value.clone_into(&mut self.name),
            "node-ip" => self.ip = Some(value.parse().map_err(|_| refused())?),
            "bind-address" => self.bind = value.parse().map_err(|_| refused())?,
            "https-listen-port" => self.port = value.parse().map_err(|_| refused())?,
            "data-dir" => self.data = value.into(),
            "token" => self.token = Some(value.to_owned()),
            "server" => self.join = Some(value.to_owned()),
            "tls-san" => self.tls_sans.extend(value.split(',').map(str::to_owned)),
            "disable" => self.disabled.extend(value.split(',').map(str::to_owned)),
            "write-kubeconfig" => self.kubeconfig_output = Some(value.into()),
            "node-label" => {
                for pair in value.split(',') {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    self.labels.insert(key.to_owned(), value.to_owned());
                }
            }
            "kubelet-arg" => {
                if let Some(period) = component(value, "node-status-update-frequency") {
                    self.status_period = Some(seconds(period).ok_or_else(refused)?);
                }
            }
            "kube-controller-manager-arg" => {
                if let Some(grace) = component(value, "node-monitor-grace-period") {
                    self.monitor.grace = seconds(grace).ok_or_else(refused)?;
                }
                if let Some(period) = component(value, "node-monitor-period") {
                    self.monitor.period = seconds(period).ok_or_else(refused)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where a server keeps its certificates, objects and manifests.
    pub(crate) fn server_dir(&self) -> PathBuf {
        self.data.join("server")
    }

    /// The address under which this machine itself reaches the server's port: loopback, unless the port is bound elsewhere.
    pub(crate) fn local_address(&self) -> IpAddr {
        if self.bind.is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            self.bind
        }
    }

    /// The password part of the token: all of it, or what follows `K10<hash>::<user>:`.
    pub(crate) fn password(&self) -> Option<&str> {
        let token = self.token.as_deref()?;
        match token
            .strip_prefix("K10")
            .and_then(|full| full.split_once("::"))
        {
            Some((_, credentials)) => credentials.split_once(':').map(|(_, password)| password),
            None => Some(token),
        }
    }

    /// The hash of the cluster's certificate authority when the token carries one.
    pub(crate) fn authority_hash(&self) -> Option<&str> {
        Some(
            self.token
                .as_deref()?
                .strip_prefix("K10")?
                .split_once("::")?
                .0,
        )
    }
}

/// The value of `name` in a component argument such as `--name=value` or `name=value`.
fn component<'a>(argument: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = argument.trim_start_matches('-').split_once('=')?;
    (key == name).then_some(value)
}

/// A duration as Go writes it, as far as node arguments use it: `1s`, `500ms`, `1m`, `1m30s`.
fn seconds(text: &str) -> Option<Duration> {
    text.parse::<jiff::SignedDuration>().ok()?.try_into().ok()
}

/// k3s' one-letter spellings.
fn long_name(flag: &str) -> &str {
    match flag {
        "t" => "token",
        "s" => "server",
        "d" => "data-dir",
        "c" => "config",
        "o" => "write-kubeconfig",
        "i" => "node-ip",
        "l" => "log",
        other => other,
    }
}

/// The machine's name as the kernel has it; `None` where `/proc` is absent.
pub(crate) fn hostname() -> Option<String> {
    Some(
        std::fs::read_to_string("/proc/sys/kernel/hostname")
            .ok()?
            .trim()
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn parse(
        role: Role,
        arguments: &str,
        environment: &[(&str, &str)],
    ) -> Result<NodeConfig, ArgumentsError> {
        let environment: BTreeMap<_, _> = environment.iter().copied().collect();
        NodeConfig::parse(
            role,
            arguments.split_whitespace().map(str::to_owned),
            |name| environment.get(name).map(|value| (*value).to_owned()),
        )
    }

    #[test]
    fn the_flags_of_a_k3d_server_are_read() {
        let line = "--node-name K3D-Dev-Server-0 --cluster-init --node-label tier=edge --tls-san 0.0.0.0 \
                    --tls-san k3d-dev-serverlb --disable=traefik --kubelet-arg=node-status-update-frequency=1s \
                    --kube-controller-manager-arg=node-monitor-grace-period=1m30s --flannel-backend none";
        let config = parse(
            Role::Server,
            line,
            &[
                ("K3S_TOKEN", "t"),
                ("K3S_KUBECONFIG_OUTPUT", "/output/kubeconfig.yaml"),
            ],
        )
        .unwrap();

        assert_eq!(config.name, "k3d-dev-server-0");
        assert!(config.cluster_init);
        assert_eq!(
            config.labels,
            BTreeMap::from([("tier".to_owned(), "edge".to_owned())])
        );
        assert_eq!(config.tls_sans, ["0.0.0.0", "k3d-dev-serverlb"]);
        assert_eq!(config.disabled, ["traefik"]);
        assert_eq!(config.status_period, Some(Duration::from_secs(1)));
        assert_eq!(
            config.monitor,
            Monitor {
                grace: Duration::from_secs(90),
                period: Duration::from_secs(5)
            }
        );
        assert_eq!(
            config.kubeconfig_output,
            Some(PathBuf::from("/output/kubeconfig.yaml"))
        );
    }

    #[test]
    fn a_flag_that_k3s_does_not_know_is_refused() {
        assert_eq!(
            parse(Role::Server, "--bogus=1", &[]),
            Err(ArgumentsError::Unknown("bogus".to_owned()))
        );
    }

    #[test]
    fn an_agent_wants_a_token_and_a_server() {
        assert_eq!(
            parse(Role::Agent, "", &[]),
            Err(ArgumentsError::TokenRequired)
        );
        assert_eq!(
            parse(Role::Agent, "", &[("K3S_TOKEN", "t")]),
            Err(ArgumentsError::ServerRequired)
        );
    }

    #[test]
    fn a_full_token_is_a_hash_and_a_password() {
        let config = parse(Role::Server, "--token K10abc::server:secret", &[]).unwrap();

        assert_eq!(
            (config.authority_hash(), config.password()),
            (Some("abc"), Some("secret"))
        );
    }

    #[test]
    fn a_failure_is_named_or_refused() {
        let slow = parse(Role::Server, "", &[("STANDIN_FAIL", "slow-start=250")]).unwrap();

        assert_eq!(
            slow.failure,
            Some(Failure::SlowStart(Duration::from_millis(250)))
        );
        assert_eq!(
            parse(Role::Server, "", &[("STANDIN_FAIL", "maybe")]),
            Err(ArgumentsError::Failure("maybe".to_owned()))
        );
    }
}
