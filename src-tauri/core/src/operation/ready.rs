//! Waits until a cluster can be used: container, then `/readyz`, then the Nodes.
//!
//! k3d reads log lines for this, which say what k3s meant to do. Here the API is asked. Until a server
//! has written its kubeconfig nothing can be awaited, so that is the one thing tried in short intervals.

use std::{collections::BTreeSet, time::Duration};

use bollard::{models::ContainerStateStatusEnum, query_parameters::InspectContainerOptions};
use futures_util::{StreamExt, future::join_all};
use jiff::Timestamp;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{Means, OperationError};
use crate::{
    cluster::{ApiAddress, ClusterName},
    engine::Engine,
    health::{self, Starts},
    node::Readiness,
};

/// How often an API that does not answer yet is asked.
const INTERVAL: Duration = Duration::from_millis(100);
/// How long nothing may be heard of a node before its container is looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Starting again this often is a crash loop.
const CRASHES: i64 = 3;
/// How many log lines go with an error, and how much of each.
const LOG_LINES: usize = 20;
const LINE_LENGTH: usize = 300;

/// Waits until the API of `cluster` answers `/readyz` at the address on the host, and returns a client.
/// Gives up early if one of `containers` ends: the server, and the load balancer before it.
pub(super) async fn api(
    means: &Means,
    cluster: &ClusterName,
    server: &str,
    containers: &[&str],
    address: &ApiAddress,
) -> Result<kube::Client, OperationError> {
    let deadline = Instant::now() + means.deadlines.api;
    let mut client = None;
    loop {
        if client.is_none() {
            client = health::connect(&means.engine, server, address).await.ok();
        }
        if let Some(client) = &client
            && let Ok(Ok(())) = timeout(PATIENCE, health::readyz(client)).await
        {
            return Ok(client.clone());
        }
        for container in containers {
            runs(&means.engine, container).await?;
        }
        if Instant::now() >= deadline {
            return Err(OperationError::NotReady {
                what: format!("the API of `{cluster}` did not answer"),
                after: means.deadlines.api,
                log: last_lines(&means.engine, server).await,
            });
        }
        sleep(INTERVAL).await;
    }
}

/// Fails if the container ended or starts again and again.
async fn runs(engine: &Engine, container: &str) -> Result<(), OperationError> {
    let inspected = engine
        .docker()
        .inspect_container(container, None)
        .await
        .map_err(|error| OperationError::engine("a node could not be looked at")(error.into()))?;
    let status = inspected.state.and_then(|state| state.status);
    let ended = matches!(
        status,
        Some(ContainerStateStatusEnum::EXITED | ContainerStateStatusEnum::DEAD)
    );
    if ended || inspected.restart_count.unwrap_or(0) >= CRASHES {
        return Err(OperationError::NodeEnded {
            node: container.to_owned(),
            log: last_lines(engine, container).await,
        });
    }
    Ok(())
}

/// Waits until every container named has a Node that is Ready and has reported since its start, where
/// `starts` tells one, and tells how many are.
pub(super) async fn nodes(
    means: &Means,
    client: kube::Client,
    containers: &[String],
    starts: Starts,
    mut tell: impl FnMut(usize, usize),
) -> Result<(), OperationError> {
    // Kubernetes lower-cases host names.
    let wanted: BTreeSet<String> = containers.iter().map(|name| name.to_lowercase()).collect();
    let deadline = Instant::now() + means.deadlines.nodes;
    let mut seen = health::nodes(client, starts);
    let mut missing = wanted.clone();
    tell(0, wanted.len());
    loop {
        let look_again = deadline.min(Instant::now() + LOOK_AGAIN);
        match timeout_at(look_again, seen.next()).await {
            Ok(Some(Ok(nodes))) => {
                missing.clone_from(&wanted);
                for (name, node) in nodes {
                    if node.readiness == Readiness::Ready {
                        missing.remove(&name);
                    }
                }
                tell(wanted.len() - missing.len(), wanted.len());
                if missing.is_empty() {
                    return Ok(());
                }
            }
            // The watch tries again by itself.
            Ok(Some(Err(_))) => {}
            ended @ (Ok(None) | Err(_)) => {
                let late: Vec<&String> = containers
                    .iter()
                    .filter(|name| missing.contains(&name.to_lowercase()))
                    .collect();
                if ended.is_err() && Instant::now() < deadline {
                    for container in late {
                        runs(&means.engine, container).await?;
                    }
                    continue;
                }
                let log = match late.first() {
                    Some(node) => last_lines(&means.engine, node).await,
                    None => Vec::new(),
                };
                return Err(OperationError::NotReady {
                    what: format!(
                        "{} did not become Ready",
                        missing.into_iter().collect::<Vec<_>>().join(", ")
                    ),
                    after: means.deadlines.nodes,
                    log,
                });
            }
        }
    }
}

/// Waits until one container has a Node at all: it has joined.
pub(super) async fn joined(
    means: &Means,
    client: kube::Client,
    container: &str,
) -> Result<(), OperationError> {
    let wanted = container.to_lowercase();
    let mut seen = health::nodes(client, Starts::new());
    let deadline = Instant::now() + means.deadlines.api;
    loop {
        match timeout_at(deadline.min(Instant::now() + LOOK_AGAIN), seen.next()).await {
            Ok(Some(Ok(nodes))) if nodes.iter().any(|(name, _)| *name == wanted) => return Ok(()),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) if Instant::now() >= deadline => {
                return Err(OperationError::NotReady {
                    what: format!("`{container}` did not join"),
                    after: means.deadlines.api,
                    log: last_lines(&means.engine, container).await,
                });
            }
            Ok(None) | Err(_) => runs(&means.engine, container).await?,
        }
    }
}

/// The last lines that a container logged, for an error. etcd writes lines of a kilobyte.
async fn last_lines(engine: &Engine, container: &str) -> Vec<String> {
    let mut lines = engine.log_tail(container, LOG_LINES).await;
    for line in &mut lines {
        if let Some((end, _)) = line.char_indices().nth(LINE_LENGTH) {
            line.truncate(end);
            line.push('…');
        }
    }
    lines
}

/// When the containers of nodes were last started, as far as the engine tells.
pub(crate) async fn starts<'a>(
    engine: &Engine,
    containers: impl IntoIterator<Item = &'a str>,
) -> Starts {
    let asked = containers.into_iter().map(async |container| {
        let started = started_at(engine, container).await?;
        // Kubernetes lower-cases host names.
        Some((container.to_lowercase(), started))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// By the engine's clock and to the second, as reports are told.
async fn started_at(engine: &Engine, container: &str) -> Option<Timestamp> {
    let inspected = engine
        .docker()
        .inspect_container(container, None::<InspectContainerOptions>)
        .await
        .ok()?;
    let started: Timestamp = inspected.state?.started_at?.parse().ok()?;
    Timestamp::from_second(started.as_second()).ok()
}
