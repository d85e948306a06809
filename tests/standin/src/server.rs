//! `k3s server`: from the flags to a running server, in the order and with the log lines of k3s.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use rand::Rng as _;
use serde_json::json;
use tokio::time::Instant;

use crate::api::Api;
use crate::arguments::NodeConfig;
use crate::client::{Caller, Client, ClientError, chain};
use crate::ensemble::{Ensemble, EnsembleError};
use crate::failure::Failure;
use crate::kubeconfig::{Access, KubeconfigError};
use crate::listener::{Listener, ListenerError};
use crate::pki::{Authorities, PkiError, authority_hash};
use crate::store::{Member, State, key};
use crate::supervisor::{MEMBERS, Supervisor};
use crate::{controllers, journal, kubelet, manifests};

/// How long another server may take to answer; a dead one must not hold up an election.
const PEER_DEADLINE: Duration = Duration::from_secs(1);
/// How long a leader may take for what is forwarded to it: longer than it waits for its majority.
const FORWARD_DEADLINE: Duration = Duration::from_secs(7);
/// How long a joining server asks to be let in: others that join at the same time go one by one.
const JOIN_DEADLINE: Duration = Duration::from_secs(30);
const JOIN_RETRY: Duration = Duration::from_millis(500);
/// How often a server whose address changed says so, as in k3s.
const STRANDED_PERIOD: Duration = Duration::from_secs(5);

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServerError {
    #[error("preparing server: cannot keep {path}")]
    Keep {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("preparing server: K3S_TOKEN is required to join a cluster")]
    TokenRequired,
    #[error("preparing server")]
    Pki(#[from] PkiError),
    #[error("preparing server")]
    Client(#[from] ClientError),
    #[error("preparing server: {url} did not send its certificate authorities")]
    Bootstrap { url: String },
    #[error("ETCD join failed")]
    Join(#[source] ClientError),
    #[error("preparing server")]
    Ensemble(#[from] EnsembleError),
    #[error("preparing server")]
    Listener(#[from] ListenerError),
    #[error("failed to generate kubeconfig")]
    Kubeconfig(#[from] KubeconfigError),
}

/// Where a server keeps its objects, and whether others may join them.
struct Datastore {
    path: PathBuf,
    clustered: bool,
}

/// Runs until the process ends, or until this server is removed from its cluster.
pub(crate) async fn run(config: NodeConfig) -> Result<(), ServerError> {
    journal::info(format!(
        "Starting k3s {} (stand-in for tests: runs no pods)",
        config.version
    ));
    let ip = config.ip.unwrap_or_else(outward_address);
    let me = Member {
        name: config.name.clone(),
        url: url(ip, config.port),
    };
    let tls = config.server_dir().join("tls");
    let datastore = datastore(&config)?;
    let joining = config.join.as_deref().filter(|_| !datastore.path.exists());
    let password = password(&config)?;

    let (authorities, initial) = if let Some(server) = joining {
        join(&config, server, &password, &me).await?
    } else {
        let authorities = match Authorities::load(&tls) {
            Some(authorities) => authorities,
            None => Authorities::create()?,
        };
        (
            authorities,
            State {
                members: vec![me.clone()],
                ..State::default()
            },
        )
    };
    authorities.save(&tls)?;
    let caller = Caller::Password {
        user: "server",
        password: password.clone(),
    };
    let authority = Some(authorities.server.certificate.as_str());
    let ensemble = Arc::new(Ensemble::open(
        me.clone(),
        datastore.path.clone(),
        Client::new(authority, &caller, PEER_DEADLINE)?,
        initial,
    )?);
    let peers = Client::new(authority, &caller, FORWARD_DEADLINE)?;
    if datastore.clustered {
        await_own_address(&ensemble, &me).await;
    } else {
        ensemble.stand_alone()?;
    }

    let serving = authorities.serving(serving_names(&config, ip))?;
    let listener = Listener::bind(
        SocketAddr::new(config.bind, config.port),
        &serving,
        &authorities,
    )
    .await?;
    write_token(&config, &authorities, &password)?;
    let api = Arc::new(Api {
        ensemble: Arc::clone(&ensemble),
        peers,
        version: config.version.clone(),
    });
    let clustered = datastore.clustered;
    let supervisor = Supervisor {
        api: Arc::clone(&api),
        ensemble: Arc::clone(&ensemble),
        authorities: authorities.clone(),
        password,
        clustered,
    };
    journal::info(format!(
        "Running kube-apiserver --advertise-port={} --secure-port=6444",
        config.port
    ));
    journal::info("Running kube-scheduler --secure-port=10259");
    journal::info("Running kube-controller-manager --secure-port=10257");
    tokio::spawn(listener.serve(Arc::new(supervisor)));
    tokio::spawn(Arc::clone(&ensemble).run());
    write_kubeconfig(&config, &authorities)?;
    let directory = config.server_dir().join("manifests");
    manifests::stage(&directory, &config.disabled).map_err(|source| ServerError::Keep {
        path: directory.clone(),
        source,
    })?;
    tokio::spawn(manifests::run(api, directory));
    tokio::spawn(controllers::run(Arc::clone(&ensemble), config.monitor));
    tokio::spawn(kubelet::run(
        config.clone(),
        ip,
        url(config.local_address(), config.port),
        clustered,
    ));
    announce(&ensemble).await;
    await_removal(&ensemble, &me).await;
    fs::remove_file(&datastore.path).map_err(|source| ServerError::Keep {
        path: datastore.path,
        source,
    })?;
    journal::fatal(
        "this node has been removed from the cluster please restart k3s to rejoin the cluster",
    );
    Ok(())
}

/// The address of the interface that leads out, else the one the machine's own name has, else loopback.
pub(crate) fn outward_address() -> IpAddr {
    // Connecting a datagram socket sends nothing; it only asks the routing table.
    let routed = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr()
    });
    match routed {
        Ok(address) => address.ip(),
        Err(_) => own_addresses()
            .into_iter()
            .find(|address| !address.is_loopback())
            .unwrap_or(Ipv4Addr::LOCALHOST.into()),
    }
}

/// The addresses of the machine's own name, which Docker puts into `/etc/hosts` for every network.
fn own_addresses() -> Vec<IpAddr> {
    let name = crate::arguments::hostname().unwrap_or_default();
    std::net::ToSocketAddrs::to_socket_addrs(&(name.as_str(), 0))
        .into_iter()
        .flatten()
        .map(|address| address.ip())
        .collect()
}

fn url(ip: IpAddr, port: u16) -> String {
    format!("https://{}", SocketAddr::new(ip, port))
}

/// Picks the datastore: an etcd that exists stays, `--cluster-init` turns a single server's into one, joining needs one.
fn datastore(config: &NodeConfig) -> Result<Datastore, ServerError> {
    let directory = config.server_dir().join("db");
    let (single, etcd) = (
        directory.join("state.json"),
        directory.join("etcd/state.json"),
    );
    let keep = |path: &Path, result: std::io::Result<()>| {
        result.map_err(|source| ServerError::Keep {
            path: path.to_owned(),
            source,
        })
    };
    keep(&directory, fs::create_dir_all(directory.join("etcd")))?;
    if config.cluster_init && single.exists() && !etcd.exists() {
        keep(&etcd, fs::rename(&single, &etcd))?;
    }
    let clustered =
        etcd.exists() || config.cluster_init || config.join.is_some() && !single.exists();
    Ok(Datastore {
        path: if clustered { etcd } else { single },
        clustered,
    })
}

/// The cluster's password: given, kept from before, or new.
fn password(config: &NodeConfig) -> Result<String, ServerError> {
    if let Some(password) = config.password() {
        return Ok(password.to_owned());
    }
    if config.join.is_some() {
        return Err(ServerError::TokenRequired);
    }
    match fs::read_to_string(config.server_dir().join("token")) {
        Ok(token) => Ok(token
            .trim()
            .rsplit(':')
            .next()
            .unwrap_or_default()
            .to_owned()),
        Err(_) => Ok(format!("{:032x}", rand::rng().random::<u128>())),
    }
}

fn write_token(
    config: &NodeConfig,
    authorities: &Authorities,
    password: &str,
) -> Result<(), ServerError> {
    let token = format!(
        "K10{}::server:{password}\n",
        authority_hash(&authorities.server.certificate)
    );
    for name in ["token", "node-token"] {
        let path = config.server_dir().join(name);
        fs::write(&path, &token).map_err(|source| ServerError::Keep { path, source })?;
    }
    journal::info(format!(
        "Node token is available at {}",
        config.server_dir().join("token").display()
    ));
    Ok(())
}

/// Gets the authorities from a server of the cluster and is added to its servers.
async fn join(
    config: &NodeConfig,
    server: &str,
    password: &str,
    me: &Member,
) -> Result<(Authorities, State), ServerError> {
    let server = server.trim_end_matches('/');
    let authority = kubelet::fetch_authority(config, server, kubelet::DEADLINE).await?;
    let caller = Caller::Password {
        user: "server",
        password: password.to_owned(),
    };
    let client = Client::new(Some(&authority), &caller, JOIN_DEADLINE)?;
    let url = format!("{server}/v1-k3s/server-bootstrap");
    let shared = client
        .send(Method::GET, &url, HeaderMap::new(), Bytes::new())
        .await?;
    let authorities: Authorities =
        serde_json::from_slice(&shared).map_err(|_| ServerError::Bootstrap { url })?;
    journal::info(format!(
        "Adding member {}={} to etcd cluster",
        me.name, me.url
    ));
    let deadline = Instant::now() + JOIN_DEADLINE;
    let url = format!("{server}{MEMBERS}");
    loop {
        match client
            .json(Method::POST, &url, "application/json", &json!(me))
            .await
        {
            Ok(state) => {
                let state = serde_json::from_value(state)
                    .map_err(|source| ServerError::Join(ClientError::Answer { url, source }))?;
                return Ok((authorities, state));
            }
            Err(error)
                if Instant::now() >= deadline
                    || error
                        .status()
                        .is_some_and(|status| status.is_client_error()) =>
            {
                return Err(ServerError::Join(error));
            }
            Err(_) => tokio::time::sleep(JOIN_RETRY).await,
        }
    }
}

/// etcd knows its members by address: one that came back with another is not a member, and waits like k3s for ever.
async fn await_own_address(ensemble: &Ensemble, me: &Member) {
    loop {
        let members = ensemble.read(|store| store.state().members.clone());
        if members.contains(me) {
            return;
        }
        let known: Vec<_> = members
            .iter()
            .map(|member| format!("{}={}", member.name, member.url))
            .collect();
        journal::info(format!(
            "Failed to test data store connection: this server is a not a member of the etcd cluster. Found {known:?}, expect: {}={}",
            me.name, me.url
        ));
        tokio::time::sleep(STRANDED_PERIOD).await;
    }
}

fn serving_names(config: &NodeConfig, ip: IpAddr) -> BTreeSet<String> {
    let fixed = [
        "127.0.0.1",
        "::1",
        "0.0.0.0",
        "10.43.0.1",
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
    ];
    let mut names: BTreeSet<String> = fixed.into_iter().map(str::to_owned).collect();
    names.insert("kubernetes.default.svc.cluster.local".to_owned());
    names.insert(config.name.clone());
    names.extend([ip, config.local_address()].map(|address| address.to_string()));
    names.extend(crate::arguments::hostname());
    names.extend(own_addresses().iter().map(IpAddr::to_string));
    names.extend(
        config
            .tls_sans
            .iter()
            .filter(|name| !name.is_empty())
            .cloned(),
    );
    names
}

/// Writes the kubeconfig where k3s does and where `K3S_KUBECONFIG_OUTPUT` wants it.
fn write_kubeconfig(config: &NodeConfig, authorities: &Authorities) -> Result<(), ServerError> {
    if config.failure == Some(Failure::NoKubeconfig) {
        return Ok(());
    }
    let access = Access {
        server: url(config.local_address(), config.port),
        authority: authorities.server.certificate.clone(),
        credential: authorities.client("system:admin", "system:masters")?,
    };
    access.write(&config.etc.join("k3s/k3s.yaml"))?;
    if let Some(path) = &config.kubeconfig_output {
        access.write(path)?;
        journal::info(format!("Wrote kubeconfig {}", path.display()));
    }
    journal::info("Run: k3s kubectl");
    Ok(())
}

/// Says that the server is up once it is, and that the DNS settings are there.
async fn announce(ensemble: &Ensemble) {
    ensemble.until(Ensemble::healthy).await;
    journal::info("Kube API server is now running");
    journal::info("k3s is up and running");
    let dns = key("configmaps", "kube-system", "cluster-dns");
    ensemble
        .until(|ensemble| ensemble.read(|store| store.get(&dns).is_some()))
        .await;
    journal::info("Cluster dns configmap has been set successfully");
}

async fn await_removal(ensemble: &Ensemble, me: &Member) {
    ensemble
        .until(|ensemble| ensemble.read(|store| !store.state().members.contains(me)))
        .await;
}

/// A start error with its causes, as k3s' last line has it.
pub(crate) fn fatal_line(error: &ServerError) -> String {
    format!("starting kubernetes: {}", chain(error))
}
