//! Checks that the window was built, and lists the commands so that each needs a permission.

use std::path::Path;

fn main() {
    let page = "../ui/dist/index.html";
    println!("cargo::rerun-if-changed={page}");
    if !Path::new(page).is_file() {
        println!(
            "cargo::error=the window is not built: run `npm ci && npm run build` in `ui`, or `make run` for everything"
        );
        return;
    }
    let manifest = tauri_build::AppManifest::new().commands(&[
        "snapshot",
        "start_view",
        "perform",
        "create_cluster",
        "check_draft",
        "look_at",
        "node_logs",
        "close_palette",
        "check_context",
        "list_namespaces",
        "preferences",
        "prefer",
        "kubeconfig_history",
        "kubeconfig_diff",
        "undoable_change",
        "current_before_change",
        "undo_kubeconfig",
        "redo_kubeconfig",
        "restore_kubeconfig",
        "break_kubeconfig_lock",
        "rename_context",
        "duplicate_context",
        "what_goes_with",
        "delete_context",
        "set_namespace",
        "orphans",
        "clean_up",
        "plan_import",
        "import",
        "export_context",
    ]);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
