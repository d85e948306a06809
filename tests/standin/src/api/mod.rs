//! The Kubernetes API of a server: paths to answers. Reads are answered from this server's state once it is known to be
//! current; writes go to the leader. Every caller with a certificate or password of the cluster may do everything.

pub(crate) mod discovery;
pub(crate) mod kinds;
pub(crate) mod objects;
mod patch;
mod paths;
mod select;
pub(crate) mod status;
mod table;
mod watching;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use serde_json::{Value, json};
use tokio::time::Instant;

use self::objects::Target;
use self::patch::Patch;
use self::paths::target;
use self::select::Selector;
use self::status::Refusal;
use crate::client::{Client, ClientError};
use crate::ensemble::{CONFIRMATION, Ensemble};
use crate::store::{Change, Store};

/// How long the health endpoints give the datastore, as in Kubernetes.
const ETCD_CHECK: Duration = Duration::from_secs(2);
/// The wait before a leader that did not answer, or another one, is asked again.
const RETRY: Duration = Duration::from_millis(50);

/// The body of every answer; only watches stream.
pub(crate) type Body = BoxBody<Bytes, Infallible>;

/// A request in the parts the API looks at.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The API over one server's part of the ensemble.
pub(crate) struct Api {
    pub(crate) ensemble: Arc<Ensemble>,
    pub(crate) peers: Client,
    pub(crate) version: String,
}

impl Api {
    /// Answers any path below `/`, health and discovery included.
    pub(crate) async fn answer(&self, ask: Ask) -> Response<Body> {
        match self.route(ask).await {
            Ok(response) => response,
            Err(refusal) => reply(refusal.status, &refusal.body()),
        }
    }

    async fn route(&self, ask: Ask) -> Result<Response<Body>, Refusal> {
        let query: HashMap<String, String> = form_urlencoded::parse(ask.query.as_bytes())
            .into_owned()
            .collect();
        if let "/readyz" | "/livez" | "/healthz" = ask.path.as_str() {
            let name = ask.path.trim_start_matches('/');
            let etcd = tokio::time::timeout(ETCD_CHECK, self.catch_up()).await;
            return Ok(health(
                matches!(etcd, Ok(Ok(()))),
                name,
                query.contains_key("verbose"),
            ));
        }
        if ask.method == Method::GET
            && let Some(answer) = discovery::answer(&ask.path, &self.version)
        {
            return Ok(reply(StatusCode::OK, &answer));
        }
        let target = target(&ask.path).ok_or_else(Refusal::no_resource)?;
        if ask.method == Method::GET {
            self.catch_up().await?;
            return self.look(&target, &ask, &query);
        }
        let deadline = Instant::now() + CONFIRMATION;
        while let Some(leader) = self.ensemble.leader().await? {
            let sent = tokio::select! {
                sent = self.forward(&leader, &ask) => sent,
                // A leader that hangs may or may not have written; the caller decides, as with etcd.
                () = self.ensemble.deposed(&leader) => {
                    return Err(Refusal::internal("etcdserver: leader changed"));
                }
            };
            match sent {
                Err(ClientError::Unreachable { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(RETRY).await;
                }
                Err(_) => return Err(Refusal::internal("etcdserver: leader changed")),
                Ok(response) => return Ok(response),
            }
        }
        self.change(&target, &ask, &query).await
    }

    /// Waits until this server has everything the leader had when the request came, so that no read is older than a write
    /// that was confirmed before it.
    async fn catch_up(&self) -> Result<(), Refusal> {
        let deadline = Instant::now() + CONFIRMATION;
        while let Some(leader) = self.ensemble.leader().await? {
            let url = format!("{leader}{REVISION}");
            let asked = tokio::select! {
                asked = self.peers.get(&url) => asked,
                () = self.ensemble.deposed(&leader) => continue,
            };
            match asked {
                Ok(answer) => {
                    let revision = answer["revision"].as_u64().unwrap_or_default();
                    return Ok(self.ensemble.reach(revision).await?);
                }
                Err(_) if Instant::now() < deadline => tokio::time::sleep(RETRY).await,
                Err(_) => return Err(Refusal::internal("etcdserver: leader changed")),
            }
        }
        Ok(())
    }

    async fn forward(&self, leader: &str, ask: &Ask) -> Result<Response<Body>, ClientError> {
        let url = format!("{leader}{}?{}", ask.path, ask.query);
        let kept = [ACCEPT, CONTENT_TYPE]
            .into_iter()
            .filter_map(|name| Some((name.clone(), ask.headers.get(name)?.clone())))
            .collect();
        let (status, bytes) = self
            .peers
            .exchange(ask.method.clone(), &url, kept, ask.body.clone())
            .await?;
        Ok(response(status, "application/json", bytes))
    }

    fn look(
        &self,
        target: &Target,
        ask: &Ask,
        query: &HashMap<String, String>,
    ) -> Result<Response<Body>, Refusal> {
        let rows = rows(&ask.headers, query);
        let flag = |name: &str| {
            query
                .get(name)
                .is_some_and(|value| value == "true" || value == "1")
        };
        if flag("watch") {
            let wanted = wanted(target, query, rows, flag("allowWatchBookmarks"))?;
            let body = StreamBody::new(watching::open(Arc::clone(&self.ensemble), wanted)?);
            return Ok(typed(
                StatusCode::OK,
                "application/json",
                BoxBody::new(body),
            ));
        }
        if target.subresource == "log" {
            return Ok(response(StatusCode::OK, "text/plain", Bytes::new()));
        }
        let selector = selector(query)?;
        self.ensemble.read(|store| {
            let revision = store.stamp().revision;
            let answer = if target.name.is_empty() {
                let namespace = Some(target.namespace.as_str()).filter(|namespace| !namespace.is_empty());
                let found: Vec<_> = store.list(&target.kind.resource(), namespace).filter(|object| selector.matches(object)).collect();
                match rows {
                    Some(whole) => table::table(target.kind, &found, revision, true, whole),
                    None => json!({
                        "kind": format!("{}List", target.kind.name), "apiVersion": target.kind.api_version(),
                        "metadata": {"resourceVersion": revision.to_string()}, "items": found,
                    }),
                }
            } else {
                let found = target.get(store)?;
                match rows {
                    Some(whole) => table::table(target.kind, &[found], revision, true, whole),
                    None => found.clone(),
                }
            };
            Ok(reply(StatusCode::OK, &answer))
        })
    }

    async fn change(
        &self,
        target: &Target,
        ask: &Ask,
        query: &HashMap<String, String>,
    ) -> Result<Response<Body>, Refusal> {
        let dry_run = query.contains_key("dryRun");
        let one = |change: Change| vec![change];
        match (&ask.method, target.name.is_empty()) {
            (&Method::POST, _) if target.subresource == "eviction" => {
                self.commit(dry_run, |store| {
                    objects::delete(store, target, &Value::Null)
                })
                .await?;
                Ok(reply(StatusCode::CREATED, &success(target)))
            }
            (&Method::POST, true) => {
                let object = read_body(&ask.headers, &ask.body)?;
                let changes = self
                    .commit(dry_run, |store| {
                        objects::create(store, target, object).map(one)
                    })
                    .await?;
                Ok(reply(StatusCode::CREATED, &written(&changes)))
            }
            (&Method::PUT, false) => {
                let object = read_body(&ask.headers, &ask.body)?;
                let changes = self
                    .commit(dry_run, |store| {
                        objects::update(store, target, &object).map(one)
                    })
                    .await?;
                Ok(reply(StatusCode::OK, &written(&changes)))
            }
            (&Method::PATCH, false) => {
                let patch = Patch::parse(&ask.headers, &ask.body)?;
                let changes = self
                    .commit(dry_run, |store| {
                        objects::patch(store, target, &patch).map(one)
                    })
                    .await?;
                Ok(reply(StatusCode::OK, &written(&changes)))
            }
            (&Method::DELETE, false) => {
                let options = if ask.body.is_empty() {
                    Value::Null
                } else {
                    read_body(&ask.headers, &ask.body)?
                };
                self.commit(dry_run, |store| objects::delete(store, target, &options))
                    .await?;
                Ok(reply(StatusCode::OK, &success(target)))
            }
            (&Method::DELETE, true) => {
                let selector = selector(query)?;
                self.commit(dry_run, |store| {
                    Ok(objects::delete_all(store, target, &selector))
                })
                .await?;
                Ok(reply(StatusCode::OK, &success(target)))
            }
            _ => Err(Refusal::method()),
        }
    }

    async fn commit(
        &self,
        dry_run: bool,
        decide: impl FnOnce(&Store) -> Result<Vec<Change>, Refusal>,
    ) -> Result<Vec<Change>, Refusal> {
        if dry_run {
            self.ensemble.read(decide)
        } else {
            self.ensemble.commit(decide).await
        }
    }
}

/// The path a server asks the leader's current revision under.
pub(crate) const REVISION: &str = "/v1-standin/revision";

/// A JSON answer.
pub(crate) fn reply(status: StatusCode, value: &Value) -> Response<Body> {
    response(status, "application/json", value.to_string().into())
}

/// An answer of any type.
pub(crate) fn response(status: StatusCode, content: &'static str, bytes: Bytes) -> Response<Body> {
    typed(status, content, Full::new(bytes).boxed())
}

fn typed(status: StatusCode, content: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content));
    response
}

/// Reads a JSON body whatever its content type says.
pub(crate) fn read_json(body: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad_request(error.to_string()))
}

fn read_body(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    match headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    {
        Some(content) if !content.starts_with("application/json") && content != "*/*" => {
            Err(Refusal::media_type())
        }
        _ => read_json(body),
    }
}

/// The health endpoints: `ok`, or the list of checks when asked for or when one failed.
fn health(healthy: bool, name: &str, verbose: bool) -> Response<Body> {
    if healthy && !verbose {
        return response(
            StatusCode::OK,
            "text/plain; charset=utf-8",
            Bytes::from_static(b"ok"),
        );
    }
    let (etcd, verdict) = if healthy {
        ("[+]etcd ok", "passed")
    } else {
        ("[-]etcd failed: reason withheld", "failed")
    };
    let text = format!("[+]ping ok\n[+]log ok\n{etcd}\n{name} check {verdict}\n");
    let status = if healthy {
        StatusCode::OK
    } else {
        StatusCode::INTERNAL_SERVER_ERROR
    };
    response(status, "text/plain; charset=utf-8", text.into())
}

/// Whether the client wants rows, and whether with whole objects in them.
fn rows(headers: &HeaderMap, query: &HashMap<String, String>) -> Option<bool> {
    let accepted = headers.get(ACCEPT)?.to_str().ok()?;
    accepted.contains("as=Table").then(|| {
        query
            .get("includeObject")
            .is_some_and(|include| include == "Object")
    })
}

fn selector(query: &HashMap<String, String>) -> Result<Selector, Refusal> {
    let text = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    Selector::parse(text("labelSelector"), text("fieldSelector"))
}

fn wanted(
    target: &Target,
    query: &HashMap<String, String>,
    rows: Option<bool>,
    bookmarks: bool,
) -> Result<watching::Wanted, Refusal> {
    if query.contains_key("sendInitialEvents") {
        // What a server without the WatchList feature says; clients then list and watch.
        let message = "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch \
                       unless the WatchList feature gate is enabled";
        return Err(Refusal::invalid(message));
    }
    let revision = match query.get("resourceVersion").map(String::as_str) {
        None | Some("" | "0") => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Refusal::bad_request(format!("invalid resource version: {text}")))?,
        ),
    };
    let timeout = query
        .get("timeoutSeconds")
        .and_then(|text| text.parse().ok())
        .map(Duration::from_secs);
    Ok(watching::Wanted {
        target: target.clone(),
        selector: selector(query)?,
        revision,
        bookmarks,
        timeout,
        rows,
    })
}

/// The object a write left behind.
fn written(changes: &[Change]) -> Value {
    match changes.first() {
        Some(Change::Put(_, object)) => object.clone(),
        _ => Value::Null,
    }
}

fn success(target: &Target) -> Value {
    let details =
        json!({"name": target.name, "group": target.kind.group, "kind": target.kind.plural});
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details})
}
