//! What was made through a gateway, and what of the engine's answers is about it.

use std::collections::BTreeSet;

use bytes::Bytes;
use hyper::{Method, Uri};
use serde_json::Value;

/// Names of containers, networks and volumes.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    names: BTreeSet<String>,
    /// Volumes without a name of their own that the containers brought.
    pub(super) unnamed: BTreeSet<String>,
}

impl Made {
    /// Whether something of that name was made here.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether that is new.
    pub(super) fn add(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// The containers of a list that were made here, as the engine told them.
    pub(super) fn own_of_list(&self, list: &[u8]) -> Option<Vec<u8>> {
        let containers: Vec<Value> = serde_json::from_slice(list).ok()?;
        let is_own = |container: &Value| {
            let mut names = container["Names"].as_array().into_iter().flatten();
            names.any(|name| self.has(name.as_str().unwrap_or_default().trim_start_matches('/')))
        };
        let own: Vec<Value> = containers.into_iter().filter(is_own).collect();
        serde_json::to_vec(&own).ok()
    }

    /// Whether an event is of no other test: it is about something made here, or about no container.
    pub(super) fn concerns(&self, event: &[u8]) -> bool {
        let Ok(event) = serde_json::from_slice::<Value>(event) else {
            return true;
        };
        let name = event["Actor"]["Attributes"]["name"].as_str();
        event["Type"] != "container" || name.is_some_and(|name| self.has(name))
    }
}

/// The name a call gives to what it makes: a container's is in its query, the others' in the body.
pub(super) fn name_given(method: &Method, path: &str, uri: &Uri, body: &Bytes) -> Option<String> {
    if *method != Method::POST {
        return None;
    }
    match path {
        "/containers/create" => {
            let query = uri.query().unwrap_or_default();
            let name = query.split('&').find_map(|pair| pair.strip_prefix("name="));
            name.map(str::to_owned)
        }
        "/networks/create" | "/volumes/create" => {
            let body: Value = serde_json::from_slice(body).ok()?;
            body["Name"].as_str().map(str::to_owned)
        }
        _ => None,
    }
}
