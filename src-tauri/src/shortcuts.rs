//! Global shortcuts: asks the desktop for the keys and reports what it said.
//!
//! Where a desktop has no keys to give (Wayland), each shortcut says so and names the command that
//! can be bound in the desktop's own settings. Keyboards are never read directly.

use std::str::FromStr;

use k3tray_core::{
    action::{Action, View},
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
    label: &'static str,
    keys: String,
}

/// The shortcuts with the user's own keys, without those the user wants no keys for.
fn wished(settings: &Settings) -> Vec<Binding> {
    defaults()
        .into_iter()
        .filter_map(|(action, label, default)| {
            let keys = settings.keys(&action, default)?.to_owned();
            Some(Binding {
                action,
                label,
                keys,
            })
        })
        .collect()
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
    settings: &Settings,
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
    wished(settings)
        .into_iter()
        .map(|binding| {
            let state = match &closed {
                Some(reason) => refused(&binding.action, reason),
                None => grab(app, &binding, voice.clone()),
            };
            Shortcut {
                action: binding.action.to_string(),
                label: binding.label.into(),
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
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_default_is_a_key_combination_of_its_own_and_a_speakable_action() {
        let mut ids = BTreeSet::new();
        for Binding { action, keys, .. } in wished(&Settings::default()) {
            assert!(ids.insert(Keys::from_str(&keys).unwrap().id()), "{keys}");
            assert_eq!(action.to_string().parse(), Ok(action));
        }
        assert_eq!(ids.len(), 5);
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
