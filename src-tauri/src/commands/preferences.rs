//! What the window may ask of the settings.

use k3tray_core::{
    controller::Handle,
    error::Problem,
    preferences::{Preferences, PreferencesRefused},
};
use tauri::State;

/// What is set now.
#[tauri::command]
pub(crate) async fn preferences(controller: State<'_, Handle>) -> Result<Preferences, Problem> {
    controller.preferences().await
}

/// Keeps what was set.
#[tauri::command]
pub(crate) async fn prefer(
    controller: State<'_, Handle>,
    preferences: Preferences,
) -> Result<(), PreferencesRefused> {
    controller.prefer(preferences).await
}
