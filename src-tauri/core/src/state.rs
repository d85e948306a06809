//! What the app remembers by itself: the settings the last cluster was made with, and which contexts
//! were current.
//!
//! Kept in `state.json`; nothing of it is needed to find a cluster. What the user sets is in
//! [`crate::settings`].

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    context::ContextName,
    spec::Draft,
    stored::{self, StoredError},
};

/// The file's name in the folder of what is remembered.
pub const FILE: &str = "state.json";
/// How many contexts are remembered.
const RECENT: usize = 10;

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct State {
    /// The settings of the last cluster, without what belongs to that one alone.
    pub last_draft: Draft,
    /// The contexts that were current before, the latest first; never the one that is current now.
    pub recent_contexts: Vec<ContextName>,
}

impl State {
    /// Reads it; where there is no file, nothing is remembered.
    pub fn load(path: &Path) -> Result<Self, StoredError> {
        stored::load(path)
    }

    /// Writes what differs from the defaults.
    pub fn save(&self, path: &Path) -> Result<(), StoredError> {
        stored::save(path, self)
    }

    /// What is remembered after a cluster was made of `draft`. Its name and port are its own: a next
    /// cluster could not have them too.
    pub fn after_cluster(self, draft: Draft) -> Self {
        Self {
            last_draft: Draft {
                name: String::new(),
                api_port: String::new(),
                ..draft
            },
            ..self
        }
    }

    /// What is remembered after the current context was another one.
    pub fn after_switch(self, from: Option<&ContextName>, to: Option<&ContextName>) -> Self {
        let before = from.into_iter().chain(&self.recent_contexts);
        let mut recent: Vec<ContextName> = Vec::new();
        for name in before {
            if Some(name) != to && !recent.contains(name) {
                recent.push(name.clone());
            }
        }
        recent.truncate(RECENT);
        Self {
            recent_contexts: recent,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn only_what_differs_is_written_and_it_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not/there/yet").join(FILE);
        let state = State::default().after_cluster(Draft {
            name: "dev".into(),
            api_port: "6443".into(),
            agents: 2,
            ..Draft::default()
        });
        state.save(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "{\n  \"lastDraft\": {\n    \"agents\": 2\n  }\n}\n");
        assert_eq!(State::load(&path).unwrap(), state);
        State::default().save(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}\n");
        assert_eq!(State::load(&path).unwrap(), State::default());
    }

    #[test]
    fn the_latest_contexts_come_first_each_once_and_without_the_current_one() {
        let name = |name: &str| ContextName::new(name);
        let switch = |state: State, from: &str, to: &str| {
            state.after_switch(Some(&name(from)), Some(&name(to)))
        };
        let state = switch(State::default(), "dev", "staging");
        let state = switch(state, "staging", "production");
        let state = switch(state, "production", "dev");
        assert_eq!(
            state.recent_contexts,
            [name("production"), name("staging")],
            "back at the first"
        );
        let none = state.after_switch(Some(&name("dev")), None);
        assert_eq!(
            none.recent_contexts,
            [name("dev"), name("production"), name("staging")]
        );
        let many = (0..20).fold(State::default(), |state, index| {
            switch(state, &format!("c{index}"), &format!("c{}", index + 1))
        });
        assert_eq!(many.recent_contexts.len(), RECENT);
        assert_eq!(many.recent_contexts[0], name("c19"));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_settings_of_a_cluster() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        State::default().save(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
