//! What was told, what was asked, and how the one answers the other.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{Method, Request, Response, body::Incoming};

use super::answer::{Answer, Body, HangUp};
use crate::api_path;

/// One thing the engine was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The HTTP method.
    pub method: Method,
    /// The path, without the API version.
    pub path: String,
    /// The query, as it was sent.
    pub query: String,
    /// The body.
    pub body: Bytes,
}

#[derive(Debug, Default)]
pub(super) struct Script {
    always: Vec<(Pattern, Answer)>,
    once: Vec<(Pattern, VecDeque<Answer>)>,
    pub(super) calls: Vec<Call>,
    pub(super) unexpected: Vec<String>,
}

/// A method and a path, in which `*` is any one segment.
#[derive(Debug, PartialEq, Eq)]
struct Pattern {
    method: Method,
    path: String,
}

impl Pattern {
    fn matches(&self, call: &Call) -> bool {
        self.method == call.method && api_path::matches(&self.path, &call.path)
    }
}

impl Script {
    pub(super) fn always(&mut self, method: Method, path: &str, answer: Answer) {
        let pattern = pattern(method, path);
        self.always.retain(|(other, _)| *other != pattern);
        self.always.push((pattern, answer));
    }

    pub(super) fn once(&mut self, method: Method, path: &str, answer: Answer) {
        let pattern = pattern(method, path);
        match self.once.iter_mut().find(|(other, _)| *other == pattern) {
            Some((_, answers)) => answers.push_back(answer),
            None => self.once.push((pattern, VecDeque::from([answer]))),
        }
    }

    /// The answer to `call`, which is remembered. Told last is asked first, so that a particular path
    /// can be told after a pattern that covers it.
    fn take(&mut self, call: Call) -> Answer {
        let once = self
            .once
            .iter_mut()
            .rev()
            .filter(|(pattern, _)| pattern.matches(&call))
            .find_map(|(_, answers)| answers.pop_front());
        let answer = once.or_else(|| {
            let mut told = self.always.iter().rev();
            told.find(|(pattern, _)| pattern.matches(&call))
                .map(|(_, answer)| answer.clone())
        });
        let answer = answer.unwrap_or_else(|| {
            let asked = format!("{} {}", call.method, call.path);
            let answer = Answer::error(501, &format!("not in the script: {asked}"));
            self.unexpected.push(asked);
            answer
        });
        self.calls.push(call);
        answer
    }
}

fn pattern(method: Method, path: &str) -> Pattern {
    Pattern {
        method,
        path: path.to_owned(),
    }
}

pub(super) async fn respond(
    script: Arc<Mutex<Script>>,
    request: Request<Incoming>,
) -> Result<Response<Body>, HangUp> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
    let call = Call {
        path: api_path::without_version(head.uri.path()).to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        method: head.method,
        body,
    };
    let answer = super::lock(&script).take(call.clone());
    answer.give(&call).await
}
