//! The kubelet of a node, as far as the API sees one: it joins with the token, registers its Node, turns it Ready, renews
//! its lease and reports its status. It runs no pods. Servers run one too, against themselves.

mod description;
mod joining;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, MissedTickBehavior};

pub(crate) use self::joining::fetch_authority;
use crate::arguments::{NodeConfig, Role};
use crate::client::{Caller, Client, ClientError};
use crate::failure::Failure;
use crate::journal;

/// The wait between two attempts to join.
const RETRY: Duration = Duration::from_millis(500);
/// From registered to Ready: the time a network takes at its quickest.
const SETTLE: Duration = Duration::from_millis(300);
/// The kubelet's own defaults: status looked at and lease renewed every 10 s, unchanged status reported every 5 minutes.
/// The flag for the first changes neither of the others.
const STATUS_PERIOD: Duration = Duration::from_secs(10);
const LEASE_PERIOD: Duration = Duration::from_secs(10);
const REPORT_PERIOD: Duration = Duration::from_secs(300);
/// How long a server may take for one request.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";

/// A node's side of its cluster.
struct Kubelet {
    config: NodeConfig,
    ip: IpAddr,
    client: Client,
    /// Servers in the order they are tried.
    servers: Vec<String>,
    etcd: bool,
}

/// Joins the cluster and reports until the process ends. `etcd` puts the etcd role on a server's Node.
pub(crate) async fn run(config: NodeConfig, ip: IpAddr, server: String, etcd: bool) {
    let (client, authority) = joining::trusted(&config, &server).await;
    let credential = joining::admitted(&config, &client, &server).await;
    journal::info("Containerd is now running");
    let client = loop {
        match Client::new(
            Some(&authority),
            &Caller::Certificate(credential.clone()),
            DEADLINE,
        ) {
            Ok(client) => break client,
            Err(error) => journal::error(error),
        }
        tokio::time::sleep(RETRY).await;
    };
    let mut kubelet = Kubelet {
        config,
        ip,
        client,
        servers: vec![server],
        etcd,
    };
    kubelet.register().await;
    kubelet.report().await;
}

impl Kubelet {
    /// Tries the servers in order; the one that answers is tried first next time.
    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        content: &'static str,
        body: Option<&Value>,
    ) -> Result<Value, ClientError> {
        let mut last = None;
        for index in 0..self.servers.len() {
            let url = format!("{}{path}", self.servers[index]);
            let answer = match body {
                Some(body) => self.client.json(method.clone(), &url, content, body).await,
                None => self.client.get(&url).await,
            };
            match answer {
                Err(error) if error.status().is_none_or(|status| status.is_server_error()) => {
                    last = Some(error);
                }
                answer => {
                    self.servers.swap(0, index);
                    return answer;
                }
            }
        }
        Err(last.unwrap_or_else(|| ClientError::Address(path.to_owned())))
    }

    async fn register(&mut self) {
        let node = description::node(&self.config, self.ip, self.etcd);
        let path = format!("/api/v1/nodes/{}", self.config.name);
        loop {
            let answer = self
                .ask(Method::POST, "/api/v1/nodes", JSON, Some(&node))
                .await;
            let answer = match answer {
                Err(error) if error.status() == Some(StatusCode::CONFLICT) => {
                    let labels = json!({"metadata": {"labels": node["metadata"]["labels"]}});
                    self.ask(Method::PATCH, &path, MERGE, Some(&labels)).await
                }
                answer => answer,
            };
            match answer {
                Ok(_) => break,
                Err(error) => {
                    journal::error(format!("Unable to register node with API server: {error}"));
                }
            }
            tokio::time::sleep(RETRY).await;
        }
        journal::kubelet(
            "kubelet_node_status.go:78",
            &format!(
                "\"Successfully registered node\" node=\"{}\"",
                self.config.name
            ),
        );
    }

    async fn report(&mut self) {
        let ready = self.config.failure != Some(Failure::NeverReady);
        if let Err(error) = self.report_status(false, true).await {
            journal::error(format!("Error updating node status, will retry: {error}"));
        }
        self.renew_lease().await;
        tokio::time::sleep(SETTLE).await;
        let mut status = tokio::time::interval(self.config.status_period.unwrap_or(STATUS_PERIOD));
        let mut lease = tokio::time::interval(LEASE_PERIOD);
        status.set_missed_tick_behavior(MissedTickBehavior::Skip);
        lease.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut reported: Option<Instant> = None;
        loop {
            tokio::select! {
                _ = status.tick() => {
                    let due = reported.is_none_or(|reported| reported.elapsed() >= REPORT_PERIOD);
                    match self.report_status(ready, due).await {
                        Ok(()) if due => reported = Some(Instant::now()),
                        Ok(()) => {}
                        Err(error) => {
                            journal::error(format!("Error updating node status, will retry: {error}"));
                            status.reset_after(RETRY);
                        }
                    }
                }
                _ = lease.tick() => self.renew_lease().await,
            }
        }
    }

    /// Writes the status when it differs from what the API has, or when a report is due.
    async fn report_status(&mut self, ready: bool, due: bool) -> Result<(), ClientError> {
        let path = format!("/api/v1/nodes/{}", self.config.name);
        let node = self.ask(Method::GET, &path, JSON, None).await?;
        let conditions = description::conditions(ready, &node["status"]["conditions"]);
        let state = |conditions: &Value| -> BTreeMap<String, String> {
            let conditions = conditions.as_array().into_iter().flatten();
            conditions
                .map(|condition| {
                    (
                        condition["type"].to_string(),
                        condition["status"].to_string(),
                    )
                })
                .collect()
        };
        let mut status = description::status(&self.config, self.ip);
        let settled = ["addresses", "nodeInfo"]
            .iter()
            .all(|field| status[field] == node["status"][field]);
        if due || !settled || state(&conditions) != state(&node["status"]["conditions"]) {
            status["conditions"] = conditions;
            self.ask(
                Method::PATCH,
                &format!("{path}/status"),
                MERGE,
                Some(&json!({"status": status})),
            )
            .await?;
        }
        Ok(())
    }

    async fn renew_lease(&mut self) {
        let leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
        let name = self.config.name.clone();
        let spec = json!({"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": precise_timestamp()});
        let renewed = self
            .ask(
                Method::PATCH,
                &format!("{leases}/{name}"),
                MERGE,
                Some(&json!({"spec": spec})),
            )
            .await;
        let renewed = match renewed {
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => {
                let lease = json!({"metadata": {"name": name}, "spec": spec});
                self.ask(Method::POST, leases, JSON, Some(&lease)).await
            }
            renewed => renewed,
        };
        if let Err(error) = renewed {
            journal::error(format!("Failed to update lease: {error}"));
        }
        self.refresh_servers().await;
    }

    /// Learns of other servers, so that this node outlives the one it joined through.
    async fn refresh_servers(&mut self) {
        if self.config.role == Role::Agent
            && let Ok(Value::Array(urls)) = self
                .ask(Method::GET, "/v1-k3s/apiservers", JSON, None)
                .await
        {
            let known: Vec<_> = urls
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            self.servers.retain(|server| {
                known.contains(server) || Some(server) == self.config.join.as_ref()
            });
            let new: Vec<_> = known
                .into_iter()
                .filter(|url| !self.servers.contains(url))
                .collect();
            self.servers.extend(new);
        }
    }
}

fn precise_timestamp() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
        .to_string()
}
