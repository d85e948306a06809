//! Asks a scripted server on this machine, over TLS, what a person would ask.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod health;
mod namespaces;
#[cfg(unix)]
mod programs;
mod server;

use std::time::Duration;

use super::*;
use crate::kubeconfig::Locations;

/// A generous end for questions that must not end by it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A kubeconfig of one context, `prod`, in a folder of its own.
struct Home {
    _folder: tempfile::TempDir,
    kubeconfig: Kubeconfig,
}

impl Home {
    /// `cluster` and `user` are the inside of the entries, as YAML flow.
    fn with(cluster: &str, user: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let text = format!(
            "current-context: prod\n\
             contexts: [{{name: prod, context: {{cluster: prod, user: me, namespace: shop}}}}]\n\
             clusters: [{{name: prod, cluster: {{{cluster}}}}}]\n\
             users: [{{name: me, user: {{{user}}}}}]\n"
        );
        std::fs::write(&file, text).unwrap();
        let locations = Locations {
            explicit: Some(file),
            kubeconfig_env: None,
            home: None,
        };
        let kubeconfig = Kubeconfig::new(&locations, folder.path().join("history"));
        Self {
            _folder: folder,
            kubeconfig,
        }
    }

    /// The health without what no test can foretell: when, and how fast.
    async fn health(&self, allow_programs: bool, limit: Duration) -> ContextHealth {
        let health = examine(&self.kubeconfig, &prod(), allow_programs, limit).await;
        let outcome = match health.outcome {
            Outcome::Reachable { version, nodes, .. } => Outcome::Reachable {
                version,
                nodes,
                latency_ms: 0,
            },
            failed @ Outcome::Failed { .. } => failed,
        };
        ContextHealth {
            checked_at: Timestamp::UNIX_EPOCH,
            outcome,
            ..health
        }
    }

    /// Why it could not be reached.
    async fn problem(&self, limit: Duration) -> Problem {
        match self.health(false, limit).await.outcome {
            Outcome::Failed { problem } => problem,
            reachable @ Outcome::Reachable { .. } => panic!("{reachable:?}"),
        }
    }

    async fn namespaces(&self) -> Result<Namespaces, ReachError> {
        list_namespaces(&self.kubeconfig, &prod(), false, PATIENCE).await
    }
}

fn prod() -> ContextName {
    ContextName::new("prod")
}
