//! Starts the parts in their order and runs the event loop.
//!
//! First the controller and, on Linux, the tray item, which need no window system; then Tauri, which
//! takes a while to load. Nothing here waits for an engine.

use std::process::ExitCode;

use k3tray_core::{
    action::{Action, View},
    controller::Handle,
    error::Explain,
    paths::{NoHome, Paths},
};
use tauri::{AppHandle, Manager, RunEvent, WindowEvent, Wry};
use tokio::runtime;

use crate::{
    commands, instance,
    launch::Launch,
    logging,
    session::{self, Session},
    spine::Spine,
    voice::Voice,
    window::{self, StartView},
};

/// Two suffice: all the work is waiting.
const WORKERS: usize = 2;

/// Why the app did not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Nowhere to keep anything.
    #[error(transparent)]
    NoHome(#[from] NoHome),
    /// Neither Wayland nor X.
    #[error("there is no display")]
    NoDisplay,
    /// There should be one, but it does not answer.
    #[cfg(target_os = "linux")]
    #[error("the display cannot be opened")]
    Display(#[source] gtk::glib::BoolError),
    /// The threads could not be started.
    #[error("the runtime could not be started")]
    Runtime(#[source] std::io::Error),
    /// Tauri could not.
    #[error("the window system could not be started")]
    Tauri(#[source] tauri::Error),
}

impl Explain for StartError {
    fn hint(&self) -> Option<String> {
        let hint =
            "Set `DISPLAY` or `WAYLAND_DISPLAY`, or use the `k3tray` command line: it needs none.";
        match self {
            Self::NoHome(error) => error.hint(),
            Self::NoDisplay => Some(hint.into()),
            #[cfg(target_os = "linux")]
            Self::Display(_) => Some(hint.into()),
            Self::Runtime(_) | Self::Tauri(_) => None,
        }
    }
}

/// Runs the app until it is quit.
pub(crate) fn run(launch: Launch) -> Result<ExitCode, StartError> {
    #[cfg(target_os = "linux")]
    session::leave_opengl_out();
    let session = Session::detect();
    if session == Session::None {
        return Err(StartError::NoDisplay);
    }
    let paths = Paths::from_environment()?;
    let log = logging::start(&paths.state);
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(StartError::Runtime)?;
    tauri::async_runtime::set(runtime.handle().clone());
    let _inside = runtime.enter();
    if let Err(error) = &log {
        tracing::warn!(%error, "no log file");
    }

    let context = tauri::generate_context!();
    let running = runtime.block_on(instance::is_running(&context.config().identifier));
    let spine = (!running).then(|| Spine::start(&paths));
    // Tauri would panic where this fails; done once, it is not done again.
    #[cfg(target_os = "linux")]
    gtk::init().map_err(StartError::Display)?;
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            second_launch(app, arguments);
        }))
        .manage(StartView::new())
        .invoke_handler(tauri::generate_handler![
            commands::snapshot,
            commands::start_view,
            commands::perform,
            commands::create_cluster,
            commands::check_draft,
            commands::look_at,
            commands::node_logs,
            commands::close_palette,
            commands::cluster::check_context,
            commands::cluster::list_namespaces,
            commands::preferences::preferences,
            commands::preferences::prefer,
            commands::kubeconfig::kubeconfig_history,
            commands::kubeconfig::kubeconfig_diff,
            commands::kubeconfig::undoable_change,
            commands::kubeconfig::current_before_change,
            commands::kubeconfig::undo_kubeconfig,
            commands::kubeconfig::redo_kubeconfig,
            commands::kubeconfig::restore_kubeconfig,
            commands::kubeconfig::break_kubeconfig_lock,
            commands::kubeconfig::rename_context,
            commands::kubeconfig::duplicate_context,
            commands::kubeconfig::what_goes_with,
            commands::kubeconfig::delete_context,
            commands::kubeconfig::set_namespace,
            commands::kubeconfig::orphans,
            commands::kubeconfig::clean_up,
            commands::kubeconfig::plan_import,
            commands::kubeconfig::import,
            commands::kubeconfig::export_context,
        ])
        .setup(move |app| {
            // Where another instance had the name, the plugin has handed over and ended this
            // process, unless that one went away in the meantime.
            let spine = spine.unwrap_or_else(|| Spine::start(&paths));
            spine.attach(app.handle(), &paths, session, launch);
            Ok(())
        })
        .build(context)
        .map_err(StartError::Tauri)?;
    let code = app.run_return(on_event);
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Another launch has handed its arguments over.
fn second_launch(app: &AppHandle, arguments: Vec<String>) {
    let action = match Launch::read(arguments.into_iter().skip(1)) {
        Ok(Launch::App | Launch::Version) => Action::Show(View::Clusters),
        Ok(Launch::Action(action)) => action,
        Err(error) => {
            tracing::warn!(%error, "a second launch was not understood");
            return;
        }
    };
    if let Some(voice) = app.try_state::<Voice>() {
        voice.speak(action);
    } else {
        tracing::warn!(%action, "a second launch came before the first was up");
    }
}

fn on_event(app: &AppHandle<Wry>, event: RunEvent) {
    match event {
        // The last window was closed. The app lives on in the tray; `exit` carries a code.
        RunEvent::ExitRequested {
            code: None, api, ..
        } => api.prevent_exit(),
        // Without a tray the window is the only way to the app: closing it is quitting.
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == window::LABEL && !app.state::<Handle>().snapshots().borrow().tray => {
            api.prevent_close();
            app.state::<Voice>().speak(Action::Quit);
        }
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::Destroyed,
            ..
        } if label == window::LABEL => {
            app.state::<Handle>().look_at(None);
        }
        // Who turns to something else does not want to switch.
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::Focused(false),
            ..
        } if label == window::PALETTE => window::close_palette(app),
        _ => {}
    }
}
