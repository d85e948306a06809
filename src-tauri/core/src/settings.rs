//! What the user set: which engine, which terminal, other keys for shortcuts, and what to know of
//! kubeconfigs.
//!
//! Kept in `settings.json`, written by hand or by the window; what the app remembers by itself is in
//! [`crate::state`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    action::Action,
    context::ContextName,
    paths::Paths,
    protection::ProtectionRules,
    stored::{self, StoredError},
};

/// The file's name in the folder of settings.
pub const FILE: &str = "settings.json";

/// What the user set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// The address of the engine to use, above everything docker's own settings say.
    pub engine: Option<String>,
    /// Keys by the spelling of the action they speak, such as `new-cluster`; empty for no shortcut.
    pub shortcuts: BTreeMap<String, String>,
    /// The one kubeconfig to use, instead of those kubectl would find.
    pub kubeconfig: Option<PathBuf>,
    /// Folders with kubeconfigs that are listed beside kubectl's own.
    pub kubeconfig_folders: Vec<PathBuf>,
    /// The command line of the terminal for shells, such as `kitty` or `xterm -e`; what to run in it
    /// is put behind.
    pub terminal: Option<String>,
    /// Which contexts are to be handled with care.
    pub protection: ProtectionRules,
    /// Contexts whose clusters are asked how they are whenever contexts are shown.
    pub checked_contexts: BTreeSet<ContextName>,
}

impl Settings {
    /// Reads them; where there is no file, nothing is set.
    pub fn load(path: &Path) -> Result<Self, StoredError> {
        stored::load(path)
    }

    /// Writes what differs from the defaults.
    pub fn save(&self, path: &Path) -> Result<(), StoredError> {
        stored::save(path, self)
    }

    /// Changes them as they are in the file by now: a person may have written something else into it.
    /// One change comes after the other, so that none undoes another.
    pub fn change<E: From<StoredError>>(
        path: &Path,
        change: impl FnOnce(Self) -> Result<Self, E>,
    ) -> Result<Self, E> {
        let _held = stored::hold(path)?;
        let settings = change(Self::load(path)?)?;
        settings.save(path)?;
        Ok(settings)
    }

    /// The paths with what is set of them.
    pub fn applied_to(&self, paths: Paths) -> Paths {
        Paths {
            kubeconfig_setting: self.kubeconfig.clone(),
            kubeconfig_folders: self.kubeconfig_folders.clone(),
            ..paths
        }
    }

    /// The keys for an action that has `default` ones; none where the user wants no shortcut for it.
    pub fn keys<'a>(&'a self, action: &Action, default: &'a str) -> Option<&'a str> {
        let keys = match self.shortcuts.get(&action.to_string()) {
            Some(keys) => keys.trim(),
            None => default,
        };
        (!keys.is_empty()).then_some(keys)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::kubeconfig::Kubeconfig;

    #[test]
    fn a_shortcut_can_have_other_keys_or_none() {
        let settings = Settings {
            shortcuts: BTreeMap::from([
                ("new-cluster".into(), "Ctrl+Alt+N".into()),
                ("show-current".into(), String::new()),
            ]),
            ..Settings::default()
        };
        let keys = |action| settings.keys(&action, "Ctrl+K");
        assert_eq!(keys(Action::NewCluster), Some("Ctrl+Alt+N"));
        assert_eq!(keys(Action::ShowCurrent), None);
        assert_eq!(keys(Action::DeleteCurrent), Some("Ctrl+K"));
    }

    #[test]
    fn what_is_set_about_contexts_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let mut settings = Settings {
            kubeconfig_folders: vec!["/home/me/.kube/clusters".into()],
            ..Settings::default()
        };
        settings.protection.contexts = BTreeMap::from([(ContextName::new("shop"), true)]);
        settings.save(&path).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "{\n  \"kubeconfigFolders\": [\n    \"/home/me/.kube/clusters\"\n  ],\n  \"protection\": {\n    \"contexts\": {\n      \"shop\": true\n    }\n  }\n}\n"
        );
        assert_eq!(Settings::load(&path).unwrap(), settings);
    }

    #[test]
    fn changes_at_the_same_time_all_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join(FILE);
        let names = || (0..40).map(|number| ContextName::new(format!("c{number}")));
        std::thread::scope(|scope| {
            for name in names() {
                let path = &path;
                scope.spawn(move || {
                    Settings::change(path, |mut settings| {
                        settings.checked_contexts.insert(name);
                        Ok::<_, StoredError>(settings)
                    })
                    .unwrap();
                });
            }
        });
        let kept = Settings::load(&path).unwrap().checked_contexts;
        assert_eq!(kept, names().collect());
    }

    #[tokio::test]
    async fn the_kubeconfig_is_looked_for_where_the_user_set_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = |name: &str| {
            format!(
                "contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: {name}\n"
            )
        };
        let more = folder.path().join("more");
        std::fs::create_dir(&more).unwrap();
        std::fs::write(more.join("b.yaml"), text("b")).unwrap();
        std::fs::write(folder.path().join("a"), text("a")).unwrap();
        let settings = Settings {
            kubeconfig: Some(folder.path().join("a")),
            kubeconfig_folders: vec![more],
            ..Settings::default()
        };
        let paths = settings.applied_to(Paths::below(folder.path()));
        let contexts = Kubeconfig::of(&paths, None).view().await;
        let names: Vec<&str> = contexts
            .all
            .iter()
            .map(|context| context.name.as_str())
            .collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn a_broken_file_is_told_with_its_place_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(Settings::load(&path).unwrap(), Settings::default());
        std::fs::write(&path, "{\"shortcuts\": 3}").unwrap();
        let problem = crate::error::Problem::new(
            "Could not read the settings",
            &Settings::load(&path).unwrap_err(),
        );
        assert_eq!(problem.causes[0], format!("`{}` is broken", path.display()));
        assert!(problem.causes[1].contains("line 1"), "{problem:?}");
        assert!(problem.hint.is_some());
    }
}
