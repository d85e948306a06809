//! Global shortcuts: asks the desktop for the keys and reports what it said.
//!
//! Where a desktop has no keys to give (Wayland), each shortcut says so and names the command that
//! can be bound in the desktop's own settings. Keyboards are never read directly.

use std::{collections::BTreeMap, path::Path, str::FromStr};

use k3tray_core::{
    action::{Action, View},
    error::{Code, Problem},
    settings::Settings,
    snapshot::{Shortcut, ShortcutState},
};
use tauri::AppHandle;
use tauri_plugin_global_shortcut::{
    Builder, GlobalShortcutExt, Shortcut as Keys, ShortcutState as KeyState,
};

use crate::{session::Session, voice::Voice};

/// One shortcut as it is wished for.
struct Binding {
    action: Action,
    label: String,
    keys: String,
}

/// The shortcuts that are wished for.
pub(crate) struct Wish {
    bindings: Vec<Binding>,
    /// What of the user's settings cannot be used.
    wrong: Vec<String>,
}

impl Wish {
    /// The usual shortcuts with the user's own keys, without those the user wants no keys for, and the
    /// user's own for other actions.
    pub(crate) fn of(settings: &Settings) -> Self {
        let usual = defaults()
            .into_iter()
            .map(|(action, label, keys)| (action, label.to_owned(), keys));
        let mut wrong = Vec::new();
        let mut all: Vec<_> = usual.collect();
        for spelled in settings.shortcuts.keys() {
            match spelled.parse::<Action>() {
                Ok(action) if action.clone().asking() != action => wrong.push(format!(
                    "`{spelled}` would not ask: bind `{}`",
                    action.asking()
                )),
                Ok(action) if all.iter().all(|(known, ..)| *known != action) => {
                    all.push((action, spelled.clone(), ""));
                }
                Ok(_) => {}
                Err(unknown) => wrong.push(unknown.to_string()),
            }
        }
        let mut taken = BTreeMap::new();
        let mut bindings = Vec::new();
        for (action, label, usual) in all {
            let Some(keys) = settings.keys(&action, usual).map(str::to_owned) else {
                continue;
            };
            match Keys::from_str(&keys).map(|parsed| taken.insert(parsed.id(), action.clone())) {
                Ok(None) => {}
                Ok(Some(other)) => {
                    wrong.push(format!(
                        "`{keys}` is wished for by `{other}` and `{action}`"
                    ));
                }
                Err(error) => wrong.push(format!("`{keys}` of `{action}` are no keys: {error}")),
            }
            bindings.push(Binding {
                action,
                label,
                keys,
            });
        }
        Self { bindings, wrong }
    }

    /// What of the settings in `file` cannot be used; the rest is.
    pub(crate) fn problem(&self, file: &Path) -> Option<Problem> {
        let hint = format!(
            "Correct `shortcuts` in `{}`, with keys such as `Ctrl+Alt+K` and actions such as \
             `new-cluster`, and start k3tray again.",
            file.display()
        );
        (!self.wrong.is_empty()).then(|| Problem {
            what: "Could not use some of your shortcuts".into(),
            causes: self.wrong.clone(),
            hint: Some(hint),
            code: Code::BadInput,
            log: vec![],
            remedy: None,
        })
    }
}

fn defaults() -> [(Action, &'static str, &'static str); 5] {
    [
        (
            Action::Show(View::NewCluster),
            "New cluster…",
            "Ctrl+Super+K",
        ),
        (
            Action::NewCluster,
            "New cluster, last settings",
            "Ctrl+Alt+Super+K",
        ),
        (
            Action::ShowCurrent,
            "Open the current cluster",
            "Ctrl+Shift+Super+D",
        ),
        (
            Action::DeleteCurrent,
            "Delete the current cluster",
            "Ctrl+Shift+Super+Q",
        ),
        (
            Action::Show(View::Palette),
            "Switch context…",
            "Ctrl+Super+J",
        ),
    ]
}

/// Registers every shortcut that the session allows, and tells what became of each.
pub(crate) fn register(
    app: &AppHandle,
    session: Session,
    wish: Wish,
    voice: &Voice,
) -> Vec<Shortcut> {
    let closed = match session {
        Session::Wayland => Some("Wayland gives no program keys of its own choice".to_owned()),
        Session::None => Some("there is no desktop session".to_owned()),
        Session::X11 | Session::Native => app
            .plugin(Builder::new().build())
            .err()
            .map(|error| format!("the keyboard cannot be reached: {error}")),
    };
    wish.bindings
        .into_iter()
        .map(|binding| {
            let state = match &closed {
                Some(reason) => refused(&binding.action, reason),
                None => grab(app, &binding, voice.clone()),
            };
            Shortcut {
                action: binding.action.to_string(),
                label: binding.label,
                keys: binding.keys,
                state,
            }
        })
        .collect()
}

fn grab(app: &AppHandle, binding: &Binding, voice: Voice) -> ShortcutState {
    let keys = match Keys::from_str(&binding.keys) {
        Ok(keys) => keys,
        Err(error) => return refused(&binding.action, &error.to_string()),
    };
    let action = binding.action.clone();
    let grabbed = app.global_shortcut().on_shortcut(keys, move |_, _, event| {
        if event.state == KeyState::Pressed {
            voice.speak(action.clone());
        }
    });
    match grabbed {
        Ok(()) => ShortcutState::Registered,
        Err(error) => {
            tracing::info!(%error, keys = %binding.keys, "a shortcut was refused");
            refused(&binding.action, "taken by another program")
        }
    }
}

fn refused(action: &Action, reason: &str) -> ShortcutState {
    ShortcutState::Refused {
        reason: format!(
            "{}; `k3tray action {action}` can be bound in the desktop's own settings.",
            sentence(reason)
        ),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// What is wished for where the settings have these shortcuts, as `action keys`, and what is wrong.
    fn wish(own: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let own = own
            .iter()
            .map(|(action, keys)| ((*action).to_owned(), (*keys).to_owned()));
        let wish = Wish::of(&Settings {
            shortcuts: own.collect(),
            ..Settings::default()
        });
        let bindings = wish.bindings.iter();
        let spelled = bindings.map(|binding| format!("{} {}", binding.action, binding.keys));
        (spelled.collect(), wish.wrong)
    }

    #[test]
    fn every_default_is_a_key_combination_of_its_own_and_a_speakable_action() {
        let wish = Wish::of(&Settings::default());
        assert_eq!(wish.problem(Path::new("settings.json")), None);
        assert_eq!(wish.bindings.len(), 5);
        for Binding { action, .. } in wish.bindings {
            assert_eq!(action.to_string().parse(), Ok(action));
        }
    }

    #[test]
    fn the_users_own_keys_take_the_place_of_the_usual_ones() {
        let (bindings, wrong) = wish(&[
            ("new-cluster", "Ctrl+Alt+N"),
            ("show-current", ""),
            ("start:dev", "Ctrl+Alt+S"),
        ]);
        assert_eq!(
            bindings,
            [
                "new-cluster-form Ctrl+Super+K",
                "new-cluster Ctrl+Alt+N",
                "delete-current Ctrl+Shift+Super+Q",
                "switch-context Ctrl+Super+J",
                "start:dev Ctrl+Alt+S",
            ]
        );
        assert_eq!(wrong, [""; 0]);
    }

    #[test]
    fn what_cannot_be_used_is_told_and_the_rest_works() {
        let (bindings, wrong) = wish(&[
            ("delete:dev", "Ctrl+Alt+D"),
            ("use-protected:prod", "Ctrl+Alt+P"),
            ("make-coffee", "Ctrl+Alt+C"),
            ("new-cluster", "Ctrl+Super+K"),
            ("quit", "Ctrl+Alt+Q"),
            ("show-current", "Ctrl+Nothing"),
        ]);
        assert_eq!(bindings.last().unwrap(), "quit Ctrl+Alt+Q");
        assert_eq!(
            wrong[..4],
            [
                "`delete:dev` would not ask: bind `ask-delete:dev`",
                "`make-coffee` is not an action",
                "`use-protected:prod` would not ask: bind `use-context:prod`",
                "`Ctrl+Super+K` is wished for by `new-cluster-form` and `new-cluster`",
            ]
        );
        let beginning = "`Ctrl+Nothing` of `show-current` are no keys: ";
        assert!(wrong[4].starts_with(beginning), "{wrong:?}");
        assert_eq!(wrong.len(), 5);
    }

    #[test]
    fn a_refusal_says_why_and_names_the_command_to_bind_instead() {
        assert_eq!(
            refused(&Action::NewCluster, "taken by another program"),
            ShortcutState::Refused {
                reason: "Taken by another program; `k3tray action new-cluster` can be bound in \
                         the desktop's own settings."
                    .into()
            }
        );
    }
}
