//! Why a cluster could not be asked, in words that hold no secret.

use kube::{core::Status, runtime::watcher};

use crate::{
    engine::{EngineError, error::Said},
    error::{Code, Explain},
};

/// Why a cluster could not be asked.
///
/// The causes are words chosen here: those of a YAML reader quote the file, which holds a key, and those
/// of the API's client repeat a whole object.
#[derive(Debug, thiserror::Error)]
pub enum HealthError {
    /// The server has not written its kubeconfig, or it cannot be taken.
    #[error("its server has no kubeconfig to give")]
    NoKubeconfig(#[source] EngineError),
    /// What the server wrote cannot be used.
    #[error("the kubeconfig of its server cannot be used")]
    Unusable(#[source] Said),
    /// The API does not answer, or refuses.
    #[error("its API does not answer as it should")]
    Api(#[source] Said),
    /// The watch broke; it is tried again by itself.
    #[error("its nodes cannot be watched")]
    Watch(#[source] Said),
}

impl Explain for HealthError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoKubeconfig(source) if source.is_away() => source.hint(),
            Self::NoKubeconfig(_) | Self::Api(_) | Self::Watch(_) => {
                Some("Wait until its server is up, or look at the server's log.".into())
            }
            Self::Unusable(_) => {
                Some("Restart the cluster, so that its server writes it anew.".into())
            }
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NoKubeconfig(source) => source.code(),
            Self::Unusable(_) | Self::Api(_) | Self::Watch(_) => Code::Other,
        }
    }
}

/// What the API's client says, without the object it says it of.
pub(crate) fn said(error: &kube::Error) -> Said {
    match error {
        kube::Error::Api(status) => answered(status),
        error => deepest(error),
    }
}

pub(super) fn watch_said(error: &watcher::Error) -> Said {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => said(error),
        watcher::Error::WatchError(status) => answered(status),
        watcher::Error::NoResourceVersion => deepest(error),
    }
}

fn answered(status: &Status) -> Said {
    let words = [&status.message, &status.reason]
        .into_iter()
        .find(|words| !words.is_empty());
    match words {
        Some(words) => Said(format!("{words} ({})", status.code)),
        None => Said(format!("HTTP status {}", status.code)),
    }
}

/// The first cause, which is the system's: those above it repeat it.
pub(super) fn deepest(error: &dyn std::error::Error) -> Said {
    let causes = std::iter::successors(Some(error), |error| error.source());
    Said(causes.last().map(ToString::to_string).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_answer_of_the_api_is_told_in_its_own_words() {
        let status = |text: &str| serde_json::from_str(text).unwrap();
        let cases = [
            (
                r#"{"status":"Failure","message":"nodes is forbidden","reason":"Forbidden","code":403}"#,
                "nodes is forbidden (403)",
            ),
            (
                r#"{"status":"Failure","reason":"InternalError","code":500}"#,
                "InternalError (500)",
            ),
            (r#"{"code":503}"#, "HTTP status 503"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                said(&kube::Error::Api(Box::new(status(text)))),
                Said(expected.into())
            );
        }
    }
}
