//! What the app remembers by itself: the settings the last cluster was made with.
//!
//! Kept in `state.json`; nothing of it is needed to find a cluster. What the user sets is in
//! [`crate::settings`].

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    spec::Draft,
    stored::{self, StoredError},
};

/// The file's name in the folder of what is remembered.
pub const FILE: &str = "state.json";

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct State {
    /// The settings of the last cluster, without what belongs to that one alone.
    pub last_draft: Draft,
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
    pub fn after(draft: Draft) -> Self {
        Self {
            last_draft: Draft {
                name: String::new(),
                api_port: String::new(),
                ..draft
            },
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
        let state = State::after(Draft {
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
