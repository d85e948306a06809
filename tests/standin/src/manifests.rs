//! The manifests in a server's folder: the packaged ones are written anew at every start, and all are applied and looked at
//! again when they changed. As in k3s every server does this with its own folder, whoever leads.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;
use tokio::time::MissedTickBehavior;

use crate::api::kinds::Kind;
use crate::api::{Api, Ask};
use crate::journal;
use crate::store::key;

/// How often manifests are looked at, as in k3s.
const PERIOD: Duration = Duration::from_secs(15);

/// Why a manifest could not be applied.
#[derive(Debug, thiserror::Error)]
enum ManifestError {
    #[error("cannot read it")]
    Read(#[from] std::io::Error),
    #[error("cannot parse it")]
    Parse(#[from] Box<serde_saphyr::Error>),
    #[error("the API refused it with {0}")]
    Refused(http::StatusCode),
}

/// Writes the packaged manifests into `directory`, but those that are disabled.
pub(crate) fn stage(directory: &Path, disabled: &[String]) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    if !disabled.iter().any(|name| name == "coredns") {
        let path = directory.join("coredns.yaml");
        std::fs::write(&path, include_str!("coredns.yaml"))?;
        journal::info(format!("Writing manifest: {}", path.display()));
    }
    Ok(())
}

/// Applies what is in `directory` until the process ends.
pub(crate) async fn run(api: Arc<Api>, directory: PathBuf) {
    let system = key("namespaces", "", "kube-system");
    api.ensemble
        .until(|ensemble| ensemble.read(|store| store.get(&system).is_some()))
        .await;
    let mut applied = HashMap::new();
    let mut look = tokio::time::interval(PERIOD);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        for path in manifest_files(&directory) {
            let time = modified(&path);
            if time.is_none() || applied.get(&path) == Some(&time) {
                continue;
            }
            match apply(&api, &path).await {
                Ok(()) => {
                    applied.insert(path, time);
                }
                Err(error) => journal::error(format!(
                    "Failed to process config: failed to process {}: {error}",
                    path.display()
                )),
            }
        }
    }
}

fn manifest_files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    entries
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml" || extension == "yml")
        })
        .collect()
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().ok()?.modified().ok()
}

/// Creates or merges the objects of one manifest; kinds the stand-in does not have are passed over.
async fn apply(api: &Api, path: &Path) -> Result<(), ManifestError> {
    let text = std::fs::read_to_string(path)?;
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).map_err(Box::new)?;
    for document in documents {
        let text = |pointer: &str| {
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let Some(kind) = Kind::of(text("/apiVersion"), text("/kind")) else {
            continue;
        };
        let namespace = match text("/metadata/namespace") {
            "" if kind.namespaced => "default",
            namespace => namespace,
        };
        let content = HeaderValue::from_static("application/apply-patch+yaml");
        let ask = Ask {
            method: Method::PATCH,
            path: format!("{}/{}", kind.path(namespace), text("/metadata/name")),
            query: String::new(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, content)]),
            body: document.to_string().into(),
        };
        let status = api.answer(ask).await.status();
        if !status.is_success() {
            return Err(ManifestError::Refused(status));
        }
    }
    Ok(())
}
