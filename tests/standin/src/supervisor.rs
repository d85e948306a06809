//! The part of a server's port that is k3s' own, not Kubernetes': who may connect, the authorities, certificates for nodes
//! against their passwords, and what the servers say to each other. Everything else goes to the API.

use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::api::objects::{password_key, timestamp};
use crate::api::status::Refusal;
use crate::api::{self, Api, Ask, Body};
use crate::client::chain;
use crate::ensemble::{Ensemble, MESSAGES};
use crate::pki::Authorities;
use crate::store::{Change, Member, State};

/// The headers in which a node names itself, as in k3s.
pub(crate) const NODE_NAME: &str = "k3s-node-name";
/// See [`NODE_NAME`].
pub(crate) const NODE_PASSWORD: &str = "k3s-node-password";
/// Where a joining server asks to be added, stand-in for etcd's own protocol.
pub(crate) const MEMBERS: &str = "/v1-standin/members";

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    Anonymous,
    /// Another server, by the token's password.
    Server,
    /// A node that joins, by the token's password.
    Node,
    /// A client certificate's common name.
    Certificate(String),
}

/// Everything behind a server's port.
pub(crate) struct Supervisor {
    pub(crate) api: Arc<Api>,
    pub(crate) ensemble: Arc<Ensemble>,
    pub(crate) authorities: Authorities,
    pub(crate) password: String,
    /// Whether other servers may join; false with the single-server datastore.
    pub(crate) clustered: bool,
}

impl Supervisor {
    /// Answers one request; `user` is the common name of the connection's client certificate.
    pub(crate) async fn answer(&self, user: Option<&str>, ask: Ask) -> Response<Body> {
        let identity = self.identify(user, &ask.headers);
        match self.route(&identity, ask).await {
            Ok(response) => response,
            Err(refusal) => api::reply(refusal.status, &refusal.body()),
        }
    }

    async fn route(&self, identity: &Identity, ask: Ask) -> Result<Response<Body>, Refusal> {
        let server_only = || {
            if *identity == Identity::Server {
                Ok(())
            } else {
                Err(Refusal::unauthorized())
            }
        };
        match ask.path.as_str() {
            "/cacerts" => Ok(api::response(
                StatusCode::OK,
                "text/plain",
                self.authorities.server.certificate.clone().into(),
            )),
            "/ping" => Ok(api::response(
                StatusCode::OK,
                "text/plain",
                Bytes::from_static(b"pong"),
            )),
            _ if *identity == Identity::Anonymous => Err(Refusal::unauthorized()),
            "/v1-k3s/server-bootstrap" => {
                server_only()?;
                if !self.clustered {
                    return Err(Refusal::bad_request(
                        "HTTP bootstrap is disabled: this server's datastore is not etcd",
                    ));
                }
                let shared = serde_json::to_value(&self.authorities)
                    .map_err(|error| Refusal::internal(error.to_string()))?;
                Ok(api::reply(StatusCode::OK, &shared))
            }
            "/v1-k3s/client-kubelet.crt" => self.node_certificate(&ask).await,
            "/v1-k3s/apiservers" => {
                let urls = self.ensemble.read(|store| {
                    store
                        .state()
                        .members
                        .iter()
                        .map(|member| json!(member.url))
                        .collect::<Vec<_>>()
                });
                Ok(api::reply(StatusCode::OK, &Value::Array(urls)))
            }
            MEMBERS => {
                server_only()?;
                self.add_member(ask).await
            }
            MESSAGES => {
                server_only()?;
                let message = serde_json::from_slice(&ask.body)
                    .map_err(|error| Refusal::bad_request(error.to_string()))?;
                Ok(api::reply(
                    StatusCode::OK,
                    &json!(self.ensemble.answer(message)?),
                ))
            }
            api::REVISION => {
                server_only()?;
                if !self.ensemble.leads() {
                    return Err(Refusal::unavailable("this server does not lead"));
                }
                Ok(api::reply(
                    StatusCode::OK,
                    &json!({"revision": self.ensemble.read(|store| store.stamp().revision)}),
                ))
            }
            _ => Ok(self.api.answer(ask).await),
        }
    }

    fn identify(&self, user: Option<&str>, headers: &HeaderMap) -> Identity {
        if let Some(user) = user {
            return Identity::Certificate(user.to_owned());
        }
        let credentials = || {
            let text = headers
                .get(AUTHORIZATION)?
                .to_str()
                .ok()?
                .strip_prefix("Basic ")?;
            let text = String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok()?;
            let (user, password) = text.split_once(':')?;
            Some((user.to_owned(), password.to_owned()))
        };
        match credentials() {
            Some((user, password)) if password == self.password && user == "server" => {
                Identity::Server
            }
            Some((user, password)) if password == self.password && user == "node" => Identity::Node,
            _ => Identity::Anonymous,
        }
    }

    /// A certificate for a node whose password matches the one its name was first used with.
    async fn node_certificate(&self, ask: &Ask) -> Result<Response<Body>, Refusal> {
        let header = |name: &str| {
            ask.headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let (name, password) = (
            header(NODE_NAME).to_ascii_lowercase(),
            header(NODE_PASSWORD),
        );
        if name.is_empty() || password.is_empty() {
            return Err(Refusal::bad_request("node name or node password not set"));
        }
        if let Some(leader) = self.ensemble.leader().await? {
            let url = format!("{leader}{}", ask.path);
            let sent = self
                .api
                .peers
                .exchange(Method::GET, &url, ask.headers.clone(), Bytes::new())
                .await;
            let (status, bytes) = sent.map_err(|error| Refusal::unavailable(chain(&error)))?;
            return Ok(api::response(status, "application/json", bytes));
        }
        let key = password_key(&name);
        let hash = json!(BASE64_STANDARD.encode(Sha256::digest(format!("{name}:{password}"))));
        let known = self
            .ensemble
            .read(|store| store.get(&key).map(|secret| secret["data"]["hash"] == hash));
        match known {
            Some(false) => {
                return Err(Refusal::forbidden(format!(
                    "unable to verify password for node {name}: hash does not match"
                )));
            }
            Some(true) => {}
            None => {
                let secret = json!({
                    "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "immutable": true, "data": {"hash": hash},
                    "metadata": {
                        "name": format!("{name}.node-password.k3s"), "namespace": "kube-system",
                        "uid": uuid::Uuid::new_v4().to_string(), "creationTimestamp": timestamp(),
                    },
                });
                self.ensemble
                    .commit(|_| Ok::<_, Refusal>(vec![Change::Put(key, secret)]))
                    .await?;
            }
        }
        let issued = self
            .authorities
            .client(&format!("system:node:{name}"), "system:nodes");
        let credential = issued.map_err(|error| Refusal::internal(chain(&error)))?;
        Ok(api::reply(StatusCode::OK, &json!(credential)))
    }

    /// Adds a server and answers with the whole state, which the new server starts from.
    async fn add_member(&self, ask: Ask) -> Result<Response<Body>, Refusal> {
        if let Some(leader) = self.ensemble.leader().await? {
            let sent = self
                .api
                .peers
                .exchange(
                    ask.method,
                    &format!("{leader}{MEMBERS}"),
                    HeaderMap::new(),
                    ask.body,
                )
                .await;
            let (status, bytes) = sent.map_err(|error| Refusal::unavailable(chain(&error)))?;
            return Ok(api::response(status, "application/json", bytes));
        }
        let joining: Member = serde_json::from_slice(&ask.body)
            .map_err(|error| Refusal::bad_request(error.to_string()))?;
        let add = |state: &State| {
            let mut members = state.members.clone();
            if let Some(taken) = members
                .iter()
                .find(|member| member.name == joining.name && member.url != joining.url)
            {
                return Err(Refusal::bad_request(format!(
                    "duplicate node name found: {} at {}",
                    taken.name, taken.url
                )));
            }
            members.retain(|member| member.name != joining.name);
            members.push(joining);
            Ok(vec![Change::Members(members)])
        };
        self.ensemble.commit(|store| add(store.state())).await?;
        Ok(api::reply(
            StatusCode::OK,
            &self.ensemble.read(|store| json!(store.state())),
        ))
    }
}
