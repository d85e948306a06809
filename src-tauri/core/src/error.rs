//! Errors as data: what a person is told when something does not work.
//!
//! Each module has its own error enum; this module has the two things they share: [`Explain`],
//! the advice beside an error, and [`Problem`], the one shape in which every error reaches the
//! window, the tray, a notification or the command line. Nothing here knows a particular failure.

use std::{error::Error, path::PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Advice beside an error: the one thing to do, and a code for machines.
///
/// `Display` of the error says *what* failed, in lower case and without repeating its source;
/// the advice is kept apart so that each surface can show it in its own way.
pub trait Explain: Error {
    /// The one thing the reader can do about it, as a sentence.
    fn hint(&self) -> Option<String> {
        None
    }

    /// What a machine may tell this failure by. English is never matched.
    fn code(&self) -> Code {
        Code::Other
    }

    /// The last lines that the failing node logged, oldest first.
    fn log(&self) -> Vec<String> {
        Vec::new()
    }

    /// What can be done about it for the reader.
    fn remedy(&self) -> Option<Remedy> {
        None
    }
}

/// What can be done about a failure for the reader, who has to want it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Remedy {
    /// Removing a lock that another program seems to have left behind.
    RemoveLock {
        /// The lock file.
        lock: PathBuf,
        /// When it was made.
        #[cfg_attr(test, ts(type = "string"))]
        made: Timestamp,
        /// From then on it may be removed; before, its program may well be at work.
        #[cfg_attr(test, ts(type = "string"))]
        stale: Timestamp,
    },
}

/// What a machine may tell a failure by. A variant exists only where some surface acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The engine cannot be reached.
    EngineAway,
    /// A cluster of that name exists.
    NameTaken,
    /// The host port is in use.
    PortTaken,
    /// What was named does not exist.
    NotFound,
    /// Another operation works on the same cluster.
    Busy,
    /// Another program holds the lock of a kubeconfig file.
    KubeconfigLocked,
    /// A protected context would become the current one, and nobody confirmed that.
    Protected,
    /// The input was refused before anything was done.
    BadInput,
    /// Signing in needs a program that was not allowed to run.
    NeedsProgram,
    /// The user cancelled.
    Cancelled,
    /// Everything nobody acts on by code.
    Other,
}

/// A failure as a person sees it: what, why, and the one thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The operation that failed: "Could not create cluster `dev`".
    pub what: String,
    /// Why, outermost cause first; none repeats another.
    pub causes: Vec<String>,
    /// The one thing to do.
    pub hint: Option<String>,
    /// For machines.
    pub code: Code,
    /// The failing node's last log lines, oldest first; empty where no node was involved.
    pub log: Vec<String>,
    /// What can be done about it for the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub remedy: Option<Box<Remedy>>,
}

impl Problem {
    /// Titles `error` with the operation that failed and walks its sources.
    pub fn new(what: impl Into<String>, error: &(impl Explain + ?Sized)) -> Self {
        let mut causes: Vec<String> = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Some libraries repeat the source in their own Display; say each thing once.
            if !causes.iter().any(|said| said.contains(&text)) {
                causes.push(text);
            }
            source = cause.source();
        }
        Self {
            what: what.into(),
            causes,
            hint: error.hint(),
            code: error.code(),
            log: error.log(),
            remedy: error.remedy().map(Box::new),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);
    impl Explain for Outer {
        fn hint(&self) -> Option<String> {
            Some("Try again.".into())
        }
    }

    #[test]
    fn a_problem_tells_every_cause_once() {
        let error = Outer(std::io::Error::other("inner"));
        assert_eq!(
            Problem::new("Could not do it", &error),
            Problem {
                what: "Could not do it".into(),
                causes: vec!["outer".into(), "inner".into()],
                hint: Some("Try again.".into()),
                code: Code::Other,
                log: vec![],
                remedy: None,
            }
        );
    }
}
