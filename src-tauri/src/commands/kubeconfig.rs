//! What the window may ask of the kubeconfig: its history, and its housekeeping.

use std::path::PathBuf;

use k3tray_core::{
    context::ContextName,
    controller::{Handle, ImportFrom},
    error::Problem,
    kubeconfig::{
        ContextThen, FileDiff, ImportChoice, ImportPlan, Orphan, PlacedEntry, Version, VersionId,
    },
};
use tauri::State;

/// Every change that was made or seen, newest first.
#[tauri::command]
pub(crate) async fn kubeconfig_history(
    controller: State<'_, Handle>,
) -> Result<Vec<Version>, Problem> {
    Ok(controller.kubeconfig_history().await)
}

/// What a change did, without secrets.
#[tauri::command]
pub(crate) async fn kubeconfig_diff(
    controller: State<'_, Handle>,
    version: VersionId,
) -> Result<Vec<FileDiff>, Problem> {
    controller.kubeconfig_diff(version).await
}

/// The change that can be undone now.
#[tauri::command]
pub(crate) async fn undoable_change(controller: State<'_, Handle>) -> Result<VersionId, Problem> {
    controller.undoable_change().await
}

/// The context that would be the current one without a change and what came after it.
#[tauri::command]
pub(crate) async fn current_before_change(
    controller: State<'_, Handle>,
    version: VersionId,
) -> Result<Option<ContextThen>, Problem> {
    controller.current_before_change(version).await
}

/// Takes a change back, which is the latest one.
#[tauri::command]
pub(crate) async fn undo_kubeconfig(
    controller: State<'_, Handle>,
    version: VersionId,
    confirmed: bool,
) -> Result<(), Problem> {
    controller.undo_kubeconfig(version, confirmed).await
}

/// Takes an undoing back, which is the newest change.
#[tauri::command]
pub(crate) async fn redo_kubeconfig(
    controller: State<'_, Handle>,
    version: VersionId,
    confirmed: bool,
) -> Result<(), Problem> {
    controller.redo_kubeconfig(version, confirmed).await
}

/// Puts back what was there before a change.
#[tauri::command]
pub(crate) async fn restore_kubeconfig(
    controller: State<'_, Handle>,
    version: VersionId,
    confirmed: bool,
) -> Result<(), Problem> {
    controller.restore_kubeconfig(version, confirmed).await
}

/// Removes a lock that another program left behind.
#[tauri::command]
pub(crate) async fn break_kubeconfig_lock(
    controller: State<'_, Handle>,
    lock: PathBuf,
) -> Result<(), Problem> {
    controller.break_kubeconfig_lock(&lock).await
}

/// Gives a context another name.
#[tauri::command]
pub(crate) async fn rename_context(
    controller: State<'_, Handle>,
    from: ContextName,
    to: ContextName,
) -> Result<(), Problem> {
    controller.rename_context(&from, &to).await
}

/// Makes a second context that says the same.
#[tauri::command]
pub(crate) async fn duplicate_context(
    controller: State<'_, Handle>,
    from: ContextName,
    to: ContextName,
) -> Result<(), Problem> {
    controller.duplicate_context(&from, &to).await
}

/// What goes with a context.
#[tauri::command]
pub(crate) async fn what_goes_with(
    controller: State<'_, Handle>,
    context: ContextName,
) -> Result<Vec<PlacedEntry>, Problem> {
    controller.what_goes_with(&context).await
}

/// Removes a context, and perhaps what only it used.
#[tauri::command]
pub(crate) async fn delete_context(
    controller: State<'_, Handle>,
    context: ContextName,
    with_unused: bool,
) -> Result<(), Problem> {
    controller.delete_context(&context, with_unused).await
}

/// Sets the namespace of a context; empty for none.
#[tauri::command]
pub(crate) async fn set_namespace(
    controller: State<'_, Handle>,
    context: ContextName,
    namespace: String,
) -> Result<(), Problem> {
    controller.set_namespace(&context, &namespace).await
}

/// Entries that lead nowhere or are used by nothing.
#[tauri::command]
pub(crate) async fn orphans(controller: State<'_, Handle>) -> Result<Vec<Orphan>, Problem> {
    Ok(controller.orphans().await)
}

/// Removes such entries.
#[tauri::command]
pub(crate) async fn clean_up(
    controller: State<'_, Handle>,
    orphans: Vec<Orphan>,
) -> Result<(), Problem> {
    controller.clean_up(orphans).await
}

/// What an import would do.
#[tauri::command]
pub(crate) async fn plan_import(
    controller: State<'_, Handle>,
    from: ImportFrom,
) -> Result<ImportPlan, Problem> {
    controller.plan_import(from).await
}

/// Takes over what is new, and the rest as it was decided.
#[tauri::command]
pub(crate) async fn import(
    controller: State<'_, Handle>,
    from: ImportFrom,
    seen: String,
    choices: Vec<ImportChoice>,
) -> Result<(), Problem> {
    controller.import(from, seen, choices).await
}

/// Writes one context to a file of its own, and says where that is.
#[tauri::command]
pub(crate) async fn export_context(
    controller: State<'_, Handle>,
    context: ContextName,
    path: String,
    replace: bool,
) -> Result<PathBuf, Problem> {
    controller.export_context(&context, &path, replace).await
}
