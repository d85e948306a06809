//! What a person may ask of the cluster behind any context: how it is, and which namespaces it has.
//!
//! Asked once, for one context, because somebody said so; nothing here runs by itself. It ends within
//! [`LIMIT`]. A program that the context signs in with runs only where the person allowed it for this
//! very question. Nothing secret is in what comes back. Our own clusters are watched by
//! [`crate::health`], through the engine.

mod access;
mod credential;
mod error;
mod program;
#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, Node};
use kube::{Api, Client, ResourceExt, api::ListParams};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout_at};

use self::access::Access;
pub use self::error::ReachError;
use crate::{
    context::ContextName, error::Problem, health, kubeconfig::Kubeconfig, namespace,
    node::Readiness,
};

/// How long a question may take, everything included.
pub const LIMIT: Duration = Duration::from_secs(5);
/// How many objects are listed at once.
const PAGE: u32 = 500;
/// More namespaces than these are not listed.
const NAMESPACES_MAX: usize = 5000;

/// How the cluster behind a context is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ContextHealth {
    /// Which context was asked for.
    pub context: ContextName,
    /// When.
    #[cfg_attr(test, ts(type = "string"))]
    pub checked_at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// Until when its credentials are good, where they say so.
    #[cfg_attr(test, ts(type = "string | null"))]
    pub expires: Option<Timestamp>,
    /// The program that it signs in with, if it does.
    pub program: Option<String>,
}

/// Whether the cluster answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Outcome {
    /// It did.
    Reachable {
        /// The server's version, where it tells it.
        version: Option<String>,
        /// Its nodes.
        nodes: NodeCount,
        /// How long its first answer took, the connection included.
        latency_ms: u32,
    },
    /// It did not, or not to this user.
    Failed {
        /// Why, and what to do.
        problem: Problem,
    },
}

/// How many nodes a cluster has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum NodeCount {
    /// It told.
    Known {
        /// So many of them are Ready.
        ready: u32,
        /// All of them.
        all: u32,
    },
    /// It did not.
    Unknown {
        /// Why, as the end of a sentence.
        reason: String,
    },
}

/// The namespaces of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Namespaces {
    /// The context they were asked for.
    pub context: ContextName,
    /// Their names in alphabetical order.
    pub names: Vec<String>,
    /// The one that the context uses; it need not be among them.
    pub current: String,
    /// Whether there are more than are told.
    pub more: bool,
}

/// How the cluster behind a context is.
pub async fn health(
    kubeconfig: &Kubeconfig,
    context: &ContextName,
    allow_programs: bool,
) -> ContextHealth {
    examine(kubeconfig, context, allow_programs, LIMIT).await
}

/// The namespaces of the cluster behind a context.
///
/// # Errors
/// [`ReachError`] where they cannot be had.
pub async fn namespaces(
    kubeconfig: &Kubeconfig,
    context: &ContextName,
    allow_programs: bool,
) -> Result<Namespaces, ReachError> {
    list_namespaces(kubeconfig, context, allow_programs, LIMIT).await
}

async fn examine(
    kubeconfig: &Kubeconfig,
    context: &ContextName,
    allow_programs: bool,
    limit: Duration,
) -> ContextHealth {
    let deadline = Instant::now() + limit;
    let mut access = None;
    let outcome = within(deadline, limit, async {
        let access = access.insert(Access::read(kubeconfig, context).await?);
        let client = access.client(allow_programs).await?;
        answer(&client, deadline).await
    })
    .await;
    let outcome = outcome.unwrap_or_else(|error| Outcome::Failed {
        problem: Problem::new(format!("Could not reach `{context}`"), &error),
    });
    ContextHealth {
        context: context.clone(),
        checked_at: Timestamp::now(),
        outcome,
        expires: access.as_ref().and_then(Access::expires),
        program: access.as_ref().and_then(Access::program).map(str::to_owned),
    }
}

async fn list_namespaces(
    kubeconfig: &Kubeconfig,
    context: &ContextName,
    allow_programs: bool,
    limit: Duration,
) -> Result<Namespaces, ReachError> {
    within(Instant::now() + limit, limit, async {
        let mut access = Access::read(kubeconfig, context).await?;
        let current = access.namespace();
        let client = access.client(allow_programs).await?;
        let (mut names, more) = names(&client).await?;
        names.sort();
        Ok(Namespaces {
            context: context.clone(),
            names,
            current: current.unwrap_or_else(|| namespace::DEFAULT.into()),
            more,
        })
    })
    .await
}

async fn within<T>(
    deadline: Instant,
    limit: Duration,
    work: impl Future<Output = Result<T, ReachError>>,
) -> Result<T, ReachError> {
    let done = timeout_at(deadline, work).await;
    done.unwrap_or(Err(ReachError::TimedOut(limit)))
}

/// The version first: who may ask nothing else may ask that.
async fn answer(client: &Client, deadline: Instant) -> Result<Outcome, ReachError> {
    let asked = Instant::now();
    let version = match client.apiserver_version().await {
        Ok(version) => Some(version.git_version),
        Err(kube::Error::Api(status)) if status.code == 403 => None,
        Err(error) => return Err(error::told(&error)),
    };
    let latency = asked.elapsed().as_millis();
    let nodes = match timeout_at(deadline, count(client)).await {
        Ok(Ok((ready, all))) => NodeCount::Known { ready, all },
        Ok(Err(ReachError::Forbidden(_))) => NodeCount::Unknown {
            reason: "this user may not list nodes".into(),
        },
        Ok(Err(error)) => NodeCount::Unknown {
            reason: error.to_string(),
        },
        Err(_) => NodeCount::Unknown {
            reason: "they were not listed in time".into(),
        },
    };
    Ok(Outcome::Reachable {
        version,
        nodes,
        latency_ms: u32::try_from(latency).unwrap_or(u32::MAX),
    })
}

/// How many nodes are Ready, and how many there are.
async fn count(client: &Client) -> Result<(u32, u32), ReachError> {
    let api: Api<Node> = Api::all(client.clone());
    let (mut ready, mut all) = (0, 0);
    let mut page = ListParams::default().limit(PAGE);
    loop {
        let list = api.list(&page).await.map_err(|error| error::told(&error))?;
        for node in &list.items {
            all += 1;
            ready += u32::from(health::health(node).readiness == Readiness::Ready);
        }
        match list.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => page = page.continue_token(&token),
            None => return Ok((ready, all)),
        }
    }
}

async fn names(client: &Client) -> Result<(Vec<String>, bool), ReachError> {
    let api: Api<Namespace> = Api::all(client.clone());
    let mut names = Vec::new();
    let mut page = ListParams::default().limit(PAGE);
    loop {
        let list = api
            .list_metadata(&page)
            .await
            .map_err(|error| error::told(&error))?;
        names.extend(list.items.iter().map(ResourceExt::name_any));
        let next = list.metadata.continue_.filter(|token| !token.is_empty());
        if names.len() > NAMESPACES_MAX || (next.is_some() && names.len() == NAMESPACES_MAX) {
            names.truncate(NAMESPACES_MAX);
            return Ok((names, true));
        }
        match next {
            Some(token) => page = page.continue_token(&token),
            None => return Ok((names, false)),
        }
    }
}
