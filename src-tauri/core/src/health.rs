//! How the nodes of a cluster are, by its own API.
//!
//! The client is made from the kubeconfig that a server wrote, taken through the engine: the user's own
//! kubeconfig is not asked. When something is asked, and of which clusters, is decided elsewhere.

mod error;

use std::{collections::BTreeMap, time::Duration};

use futures_util::{StreamExt, stream::BoxStream};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Node as Object, NodeCondition};
use kube::{
    Api, Client, Config, ResourceExt,
    api::ListParams,
    config::{KubeConfigOptions, Kubeconfig},
    runtime::{WatchStreamExt, utils::Backoff, watcher},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    cluster::ApiAddress,
    engine::{Engine, error::Said},
    node::{NodeHealth, Readiness},
    plan::KUBECONFIG_PATH,
};

pub use error::HealthError;
pub(crate) use error::said;
use error::{deepest, watch_said};

/// The nodes of a cluster by name, which is the container's name in lower case.
pub type Nodes = BTreeMap<String, NodeHealth>;

/// When nodes were started, by the same names and by the engine's clock, as reports are.
pub type Starts = BTreeMap<String, Timestamp>;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How soon a broken watch is tried again, at first and at most: the API is near, and somebody waits.
const AGAIN: Duration = Duration::from_millis(200);
const AGAIN_AT_MOST: Duration = Duration::from_secs(3);
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
const PRESSURES: [&str; 3] = ["MemoryPressure", "DiskPressure", "PIDPressure"];

/// The kubeconfig that k3s wrote in a server's container. It holds the administrator's key.
pub async fn take_kubeconfig(engine: &Engine, server: &str) -> Result<SecretString, HealthError> {
    let bytes = engine
        .take_file(server, KUBECONFIG_PATH)
        .await
        .map_err(HealthError::NoKubeconfig)?;
    let text = String::from_utf8(bytes).map_err(|_| not_kubeconfig())?;
    Ok(text.into())
}

fn not_kubeconfig() -> HealthError {
    HealthError::Unusable(Said("it is no kubeconfig".into()))
}

/// A client for the API of a cluster, with the kubeconfig of `server`, at its published address.
/// Nothing is asked yet.
pub async fn connect(
    engine: &Engine,
    server: &str,
    address: &ApiAddress,
) -> Result<Client, HealthError> {
    client(&take_kubeconfig(engine, server).await?, address).await
}

async fn client(kubeconfig: &SecretString, address: &ApiAddress) -> Result<Client, HealthError> {
    let unusable = |error: &dyn std::error::Error| HealthError::Unusable(deepest(error));
    let mut kubeconfig =
        Kubeconfig::from_yaml(kubeconfig.expose_secret()).map_err(|_| not_kubeconfig())?;
    // k3s names itself as it is reached from inside its container.
    for cluster in kubeconfig
        .clusters
        .iter_mut()
        .filter_map(|named| named.cluster.as_mut())
    {
        cluster.server = Some(address.url());
    }
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| unusable(&error))?;
    config.connect_timeout = Some(CONNECT);
    // A proxy for the world outside knows nothing of this machine's clusters.
    config.proxy_url = None;
    Client::try_from(config).map_err(|error| unusable(&error))
}

/// Asks `/readyz`.
pub async fn readyz(client: &Client) -> Result<(), HealthError> {
    let request = http::Request::get("/readyz")
        .body(Vec::new())
        .map_err(|error| HealthError::Api(deepest(&error)))?;
    client
        .request_text(request)
        .await
        .map(|_| ())
        .map_err(|error| HealthError::Api(said(&error)))
}

/// The nodes now.
pub async fn list(client: &Client) -> Result<Nodes, HealthError> {
    let api: Api<Object> = Api::all(client.clone());
    let listed = api
        .list(&ListParams::default())
        .await
        .map_err(|error| HealthError::Api(said(&error)))?;
    Ok(listed
        .items
        .iter()
        .map(|object| (object.name_any(), health(object)))
        .collect())
}

/// The nodes, and again whenever one changes. An error is told once it happens; the watch goes on by
/// itself, waiting longer each time.
///
/// A node that has not reported since its own start, where that is told, is not Ready: after a cluster was
/// started, its API still tells what was so before it was stopped. No other start will do: a kubelet with
/// nothing new reports every five minutes only, whoever else was started meanwhile.
pub fn nodes(client: Client, starts: Starts) -> BoxStream<'static, Result<Nodes, HealthError>> {
    let events =
        watcher(Api::<Object>::all(client), watcher::Config::default()).backoff(Waits(AGAIN));
    let known = (Nodes::new(), Nodes::new());
    events
        .scan(known, move |(now, coming), event| {
            let told = match event {
                Ok(watcher::Event::Init) => {
                    coming.clear();
                    None
                }
                Ok(watcher::Event::InitApply(object)) => {
                    coming.insert(object.name_any(), health_since(&object, &starts));
                    None
                }
                Ok(watcher::Event::InitDone) => {
                    *now = std::mem::take(coming);
                    Some(Ok(now.clone()))
                }
                // A kubelet's every report changes the object, but seldom anything that is told here.
                Ok(watcher::Event::Apply(object)) => {
                    let found = health_since(&object, &starts);
                    let before = now.insert(object.name_any(), found.clone());
                    (before != Some(found)).then(|| Ok(now.clone()))
                }
                Ok(watcher::Event::Delete(object)) => {
                    now.remove(&object.name_any()).map(|_| Ok(now.clone()))
                }
                Err(error) => Some(Err(HealthError::Watch(watch_said(&error)))),
            };
            std::future::ready(Some(told))
        })
        .filter_map(std::future::ready)
        .boxed()
}

/// The next wait of a broken watch; each is twice as long. kube's own go up to half a minute, which is
/// right for an API that many ask.
struct Waits(Duration);

impl Iterator for Waits {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let wait = self.0;
        self.0 = (wait * 2).min(AGAIN_AT_MOST);
        Some(wait)
    }
}

impl Backoff for Waits {
    fn reset(&mut self) {
        self.0 = AGAIN;
    }
}

/// A Node object in brief; not Ready if its last report is older than its start.
fn health_since(object: &Object, starts: &Starts) -> NodeHealth {
    let mut found = health(object);
    let started = starts.get(&object.name_any());
    let conditions = object
        .status
        .as_ref()
        .and_then(|status| status.conditions.as_ref());
    let reported = conditions
        .and_then(|all| all.iter().find(|condition| condition.type_ == "Ready"))
        .and_then(|ready| ready.last_heartbeat_time.as_ref().map(|time| time.0));
    if found.readiness == Readiness::Ready
        && started.is_some_and(|started| reported.is_none_or(|reported| reported < *started))
    {
        found.readiness = Readiness::NotReady {
            reason: "NotReported".into(),
            message: "The node has not reported since it was started.".into(),
        };
    }
    found
}

/// A Node object in brief.
pub fn health(object: &Object) -> NodeHealth {
    let status = object.status.as_ref();
    let conditions = status
        .and_then(|status| status.conditions.as_deref())
        .unwrap_or_default();
    let condition = |kind: &str| conditions.iter().find(|condition| condition.type_ == kind);
    let is_true = |condition: &NodeCondition| condition.status == "True";
    let readiness = match condition("Ready") {
        Some(ready) if is_true(ready) => Readiness::Ready,
        Some(ready) => Readiness::NotReady {
            reason: ready.reason.clone().unwrap_or_default(),
            message: ready.message.clone().unwrap_or_default(),
        },
        None => Readiness::NotReady {
            reason: "NotReported".into(),
            message: "The node has not reported yet.".into(),
        },
    };
    let mut addresses: Vec<_> = status
        .and_then(|status| status.addresses.clone())
        .unwrap_or_default();
    addresses.retain(|address| address.type_ != "Hostname");
    addresses.sort_by_key(|address| address.type_ != "InternalIP");
    NodeHealth {
        readiness,
        pressures: PRESSURES
            .into_iter()
            .filter(|kind| condition(kind).is_some_and(is_true))
            .map(str::to_owned)
            .collect(),
        roles: object
            .labels()
            .keys()
            .filter_map(|label| label.strip_prefix(ROLE_PREFIX))
            .map(str::to_owned)
            .collect(),
        version: status
            .and_then(|status| status.node_info.as_ref())
            .map(|info| info.kubelet_version.clone())
            .unwrap_or_default(),
        created_at: object.creation_timestamp().map(|time| time.0),
        addresses: addresses
            .into_iter()
            .map(|address| address.address)
            .collect(),
        cordoned: object
            .spec
            .as_ref()
            .and_then(|spec| spec.unschedulable)
            .unwrap_or(false),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use serde_json::json;

    use super::*;
    use crate::error::Problem;

    #[tokio::test]
    async fn a_kubeconfig_that_cannot_be_used_is_never_quoted() {
        let address = ApiAddress {
            host: "127.0.0.1".into(),
            port: 1,
        };
        let with_key = |key: &str| {
            format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: default\n\
                 clusters: [{{name: default, cluster: {{server: 'https://127.0.0.1:6443'}}}}]\n\
                 contexts: [{{name: default, context: {{cluster: default, user: default}}}}]\n\
                 users: [{{name: default, user: {{client-certificate-data: c2VjcmV0, client-key-data: {key}}}}}]\n"
            )
        };
        for broken in [
            with_key("c2VjcmV0"),
            with_key("'secret!'"),
            with_key("[secret, c2VjcmV0]"),
            "users: [secret: c2VjcmV0".to_owned(),
        ] {
            let text = SecretString::from(broken.clone());
            let Err(error) = client(&text, &address).await else {
                panic!("{broken} was taken");
            };
            let shown = format!("{:?} {error:?}", Problem::new("Could not watch", &error));
            assert!(!shown.contains("secret"), "{shown}");
            assert!(!shown.contains("c2VjcmV0"), "{shown}");
        }
    }

    #[tokio::test]
    async fn an_api_that_does_not_answer_is_told_by_the_systems_words() {
        // Nothing listens on port 1.
        let config = Config::new("http://127.0.0.1:1".parse().unwrap());
        let silent = Client::try_from(config).unwrap();
        let Err(HealthError::Api(cause)) = readyz(&silent).await else {
            panic!("something answered");
        };
        let refused = std::net::TcpStream::connect("127.0.0.1:1").unwrap_err();
        assert_eq!(cause, Said(refused.to_string()));
    }

    #[test]
    fn a_node_object_is_told_in_brief() {
        let object: Object = serde_json::from_value(json!({
            "metadata": {
                "name": "k3d-dev-server-0",
                "creationTimestamp": "2026-01-02T03:04:05Z",
                "labels": {
                    "node-role.kubernetes.io/control-plane": "true",
                    "node-role.kubernetes.io/etcd": "true",
                    "kubernetes.io/os": "linux"
                }
            },
            "spec": { "unschedulable": true },
            "status": {
                "addresses": [
                    { "type": "Hostname", "address": "k3d-dev-server-0" },
                    { "type": "ExternalIP", "address": "10.0.0.1" },
                    { "type": "InternalIP", "address": "172.18.0.3" }
                ],
                "conditions": [
                    { "type": "DiskPressure", "status": "True" },
                    { "type": "MemoryPressure", "status": "False" },
                    { "type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown", "message": "silent" }
                ],
                "nodeInfo": {
                    "kubeletVersion": "v1.31.4+k3s1", "architecture": "", "bootID": "", "containerRuntimeVersion": "",
                    "kernelVersion": "", "kubeProxyVersion": "", "machineID": "", "operatingSystem": "",
                    "osImage": "", "systemUUID": ""
                }
            }
        }))
        .unwrap();
        assert_eq!(
            health(&object),
            NodeHealth {
                readiness: Readiness::NotReady {
                    reason: "NodeStatusUnknown".into(),
                    message: "silent".into()
                },
                pressures: vec!["DiskPressure".into()],
                roles: vec!["control-plane".into(), "etcd".into()],
                version: "v1.31.4+k3s1".into(),
                created_at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
                addresses: vec!["172.18.0.3".into(), "10.0.0.1".into()],
                cordoned: true,
            }
        );
    }

    #[test]
    fn a_report_from_before_the_nodes_own_start_does_not_count() {
        let object: Object = serde_json::from_value(json!({
            "metadata": { "name": "k3d-dev-server-0" },
            "status": { "conditions": [
                { "type": "Ready", "status": "True", "lastHeartbeatTime": "2026-01-02T03:04:05Z" }
            ] }
        }))
        .unwrap();
        let ready = |node: &str, start: &str| {
            let starts = Starts::from([(node.to_owned(), start.parse().unwrap())]);
            health_since(&object, &starts).readiness == Readiness::Ready
        };
        assert!(
            ready("k3d-dev-server-0", "2026-01-02T03:04:05Z"),
            "it reported in the second of the start"
        );
        assert!(
            !ready("k3d-dev-server-0", "2026-01-02T03:04:06Z"),
            "it has not reported since"
        );
        assert!(
            ready("k3d-dev-server-1", "2026-01-02T03:04:06Z"),
            "another node's start says nothing of this one"
        );
    }

    #[test]
    fn a_node_that_has_not_reported_is_not_ready() {
        let found = health(&Object::default());
        assert_ne!(found.readiness, Readiness::Ready);
    }
}
