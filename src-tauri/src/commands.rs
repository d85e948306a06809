//! Everything the window may ask for: each command unpacks, sends to the controller and returns its
//! answer. A refusal is a [`Problem`] or a [`Refusal`], as JSON.

#![expect(
    clippy::needless_pass_by_value,
    reason = "Tauri hands everything over by value"
)]

pub(crate) mod cluster;
pub(crate) mod kubeconfig;
pub(crate) mod preferences;

use std::sync::Arc;

use k3tray_core::{
    action::View,
    cluster::ClusterName,
    controller::{Check, Handle, Refusal},
    error::Problem,
    operation::OperationId,
    snapshot::Snapshot,
    spec::Draft,
};
use tauri::{AppHandle, State};

use crate::window::{self, StartView};

/// The newest snapshot. A window listens first, then asks, then keeps whichever is newer.
#[tauri::command]
pub(crate) fn snapshot(controller: State<'_, Handle>) -> Arc<Snapshot> {
    controller.snapshots().borrow().clone()
}

/// The view to begin with.
#[tauri::command]
pub(crate) fn start_view(view: State<'_, StartView>) -> View {
    view.get()
}

/// Carries out an action, in its spelling.
#[tauri::command]
pub(crate) async fn perform(controller: State<'_, Handle>, action: String) -> Result<(), Problem> {
    let action = action
        .parse()
        .map_err(|error| Problem::new("Could not carry out an action", &error))?;
    controller.perform(action).await
}

/// Begins to create a cluster.
#[tauri::command]
pub(crate) async fn create_cluster(
    controller: State<'_, Handle>,
    draft: Draft,
) -> Result<OperationId, Refusal> {
    controller.create(draft).await
}

/// What is wrong with a draft, field by field, and what stands in for what is empty.
#[tauri::command]
pub(crate) async fn check_draft(
    controller: State<'_, Handle>,
    draft: Draft,
) -> Result<Check, Problem> {
    Ok(controller.check(draft).await)
}

/// Puts the small window away.
#[tauri::command]
pub(crate) fn close_palette(app: AppHandle) {
    window::close_palette(&app);
}

/// Says which cluster's details are looked at, so that its nodes are measured; none for no more.
#[tauri::command]
pub(crate) fn look_at(controller: State<'_, Handle>, cluster: Option<ClusterName>) {
    controller.look_at(cluster);
}

/// The last lines a node logged, oldest first.
#[tauri::command]
pub(crate) async fn node_logs(
    controller: State<'_, Handle>,
    node: String,
    lines: usize,
) -> Result<Vec<String>, Problem> {
    controller.node_logs(&node, lines).await
}
