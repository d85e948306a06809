//! What a person sets in the window, about contexts above all: as it is typed, and checked before it is kept.
//!
//! It is a part of [`Settings`]; the rest of them is left as it is.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{
    error::Problem,
    paths::typed,
    protection::{ProtectionRules, Rule},
    settings::Settings,
};

/// The longest stay in a protected context, in minutes: a day.
const LONGEST_STAY: u32 = 24 * 60;

/// What is set, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Preferences {
    /// The one kubeconfig to use; empty for those kubectl would find.
    pub kubeconfig: String,
    /// Folders with more kubeconfigs. Empty ones are left out.
    pub folders: Vec<String>,
    /// The command line of the terminal for shells; empty to look for one.
    pub terminal: String,
    /// Whether words such as `prod` protect a context.
    pub usual_words: bool,
    /// Patterns that do.
    pub rules: Vec<Rule>,
    /// After how many minutes k3tray goes back from a protected context; none for never.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub return_after_minutes: Option<u32>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PreferenceProblem {
    /// Which field.
    pub field: PreferenceField,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A field of [`Preferences`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PreferenceField {
    /// The one kubeconfig.
    Kubeconfig,
    /// A folder.
    Folder {
        /// Counted from 0.
        #[cfg_attr(test, ts(type = "number"))]
        index: usize,
    },
    /// A rule's pattern.
    Rule {
        /// Counted from 0.
        #[cfg_attr(test, ts(type = "number"))]
        index: usize,
    },
    /// The minutes.
    ReturnAfterMinutes,
}

/// Why preferences are not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum PreferencesRefused {
    /// Fields to correct; nothing was changed.
    Fields {
        /// Each with what is wrong.
        problems: Vec<PreferenceProblem>,
    },
    /// The file could not be read or written.
    Problem {
        /// Why.
        problem: Problem,
    },
}

impl Preferences {
    /// What is set now.
    pub fn of(settings: &Settings) -> Self {
        let text = |path: &PathBuf| path.display().to_string();
        Self {
            kubeconfig: settings.kubeconfig.as_ref().map(text).unwrap_or_default(),
            folders: settings.kubeconfig_folders.iter().map(text).collect(),
            terminal: settings.terminal.clone().unwrap_or_default(),
            usual_words: settings.protection.usual_words,
            rules: settings.protection.rules.clone(),
            return_after_minutes: settings.protection.return_after_minutes,
        }
    }

    /// The settings with these preferences in them. Looks at the disk: a file or folder must be there.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn applied_to(
        &self,
        settings: Settings,
        home: &Path,
    ) -> Result<Settings, Vec<PreferenceProblem>> {
        let mut problems = Vec::new();
        let mut wrong = |field, message| problems.push(PreferenceProblem { field, message });
        let kubeconfig = match place(&self.kubeconfig, home, Path::is_file, "file") {
            Ok(path) => path,
            Err(message) => {
                wrong(PreferenceField::Kubeconfig, message);
                None
            }
        };
        let mut folders = Vec::new();
        for (index, folder) in self.folders.iter().enumerate() {
            match place(folder, home, Path::is_dir, "folder") {
                Ok(path) => folders.extend(path),
                Err(message) => wrong(PreferenceField::Folder { index }, message),
            }
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.pattern.trim().is_empty() {
                let message = "Type a pattern such as `*-prod`, or remove the rule.".into();
                wrong(PreferenceField::Rule { index }, message);
            }
        }
        if let Some(minutes) = self.return_after_minutes
            && !(1..=LONGEST_STAY).contains(&minutes)
        {
            let message = format!("Must be from 1 to {LONGEST_STAY} minutes.");
            wrong(PreferenceField::ReturnAfterMinutes, message);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        folders.dedup();
        let rules = self.rules.iter().map(|rule| Rule {
            pattern: rule.pattern.trim().to_owned(),
            ..rule.clone()
        });
        Ok(Settings {
            kubeconfig,
            kubeconfig_folders: folders,
            terminal: Some(self.terminal.trim().to_owned()).filter(|line| !line.is_empty()),
            protection: ProtectionRules {
                usual_words: self.usual_words,
                rules: rules.collect(),
                return_after_minutes: self.return_after_minutes,
                ..settings.protection
            },
            ..settings
        })
    }
}

/// The path that was typed; none where nothing was.
fn place(
    text: &str,
    home: &Path,
    is_there: impl Fn(&Path) -> bool,
    what: &str,
) -> Result<Option<PathBuf>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let path = typed(home, text);
    if !is_there(&path) {
        return Err(format!("There is no {what} `{}`.", path.display()));
    }
    Ok(Some(path))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use std::collections::BTreeMap;

    use super::*;
    use crate::{context::ContextName, protection::Subject};

    fn rule(pattern: &str) -> Rule {
        Rule {
            of: Subject::Name,
            pattern: pattern.into(),
        }
    }

    #[test]
    fn what_is_typed_becomes_settings_and_the_rest_of_them_stays() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("more")).unwrap();
        std::fs::write(home.path().join("config"), "").unwrap();
        let mut before = Settings {
            engine: Some("unix:///e".into()),
            ..Settings::default()
        };
        before.protection.contexts = BTreeMap::from([(ContextName::new("shop"), true)]);
        let preferences = Preferences {
            kubeconfig: " ~/config ".into(),
            folders: vec![
                "~/more".into(),
                String::new(),
                home.path().display().to_string(),
            ],
            terminal: " kitty ".into(),
            usual_words: false,
            rules: vec![rule(" *-prod ")],
            return_after_minutes: Some(15),
        };

        let after = preferences.applied_to(before.clone(), home.path()).unwrap();

        let mut expected = Settings {
            kubeconfig: Some(home.path().join("config")),
            kubeconfig_folders: vec![home.path().join("more"), home.path().into()],
            terminal: Some("kitty".into()),
            ..before
        };
        expected.protection.usual_words = false;
        expected.protection.rules = vec![rule("*-prod")];
        expected.protection.return_after_minutes = Some(15);
        assert_eq!(after, expected);
        let shown = Preferences::of(&after);
        assert_eq!(shown.applied_to(after.clone(), home.path()), Ok(after));
    }

    #[test]
    fn every_wrong_field_is_named_with_what_would_be_right() {
        let home = tempfile::tempdir().unwrap();
        let preferences = Preferences {
            kubeconfig: "config".into(),
            folders: vec!["/".into(), "~/nowhere".into()],
            rules: vec![rule("*"), rule("  ")],
            return_after_minutes: Some(0),
            ..Preferences::default()
        };
        let refused = preferences.applied_to(Settings::default(), home.path());
        let problem = |field, message: &str| PreferenceProblem {
            field,
            message: message.into(),
        };
        let (config, nowhere) = (home.path().join("config"), home.path().join("nowhere"));
        let expected = vec![
            problem(
                PreferenceField::Kubeconfig,
                &format!("There is no file `{}`.", config.display()),
            ),
            problem(
                PreferenceField::Folder { index: 1 },
                &format!("There is no folder `{}`.", nowhere.display()),
            ),
            problem(
                PreferenceField::Rule { index: 1 },
                "Type a pattern such as `*-prod`, or remove the rule.",
            ),
            problem(
                PreferenceField::ReturnAfterMinutes,
                "Must be from 1 to 1440 minutes.",
            ),
        ];
        assert_eq!(refused, Err(expected));
    }
}
