//! What the window may ask of the cluster behind a context.

use k3tray_core::{
    context::ContextName,
    controller::Handle,
    error::Problem,
    reach::{ContextHealth, Namespaces},
};
use tauri::State;

/// How the cluster is; a program that the context signs in with runs only if that is allowed.
#[tauri::command]
pub(crate) async fn check_context(
    controller: State<'_, Handle>,
    context: ContextName,
    allow_programs: bool,
) -> Result<ContextHealth, Problem> {
    Ok(controller.check_context(&context, allow_programs).await)
}

/// Which namespaces it has, on the same terms.
#[tauri::command]
pub(crate) async fn list_namespaces(
    controller: State<'_, Handle>,
    context: ContextName,
    allow_programs: bool,
) -> Result<Namespaces, Problem> {
    controller.namespaces(&context, allow_programs).await
}
