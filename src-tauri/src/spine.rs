//! The parts of the app that live without a window system, and how they are joined to it.

use std::sync::Arc;

use k3tray_core::{
    action::Action,
    controller::{Ask, Controller, ControllerConfig, Handle},
    notice::Notice,
    paths::Paths,
    settings::{self, Settings},
    snapshot::{EngineStatus, Snapshot},
};
use tauri::{AppHandle, Manager};
use tokio::sync::{mpsc, watch};

use crate::{
    asks,
    changes::Changes,
    launch::Launch,
    notifications,
    session::Session,
    shortcuts::{self, Wish},
    tray::{self, Face, Tray},
    voice::Voice,
    window,
};

/// What lives without a window system.
pub(crate) struct Spine {
    controller: Handle,
    asks: mpsc::Receiver<Ask>,
    voice: Voice,
    notices: mpsc::UnboundedSender<Notice>,
    to_show: mpsc::UnboundedReceiver<Notice>,
}

impl Spine {
    /// Starts the controller and, where it needs nothing else, the tray. Inside a runtime.
    pub(crate) fn start(paths: &Paths) -> Self {
        let (controller, asks) = Controller::start(ControllerConfig::load(paths.clone()));
        let (notices, to_show) = mpsc::unbounded_channel();
        let voice = Voice::new(controller.clone(), notices.clone());
        #[cfg(target_os = "linux")]
        tokio::spawn({
            let (controller, voice) = (controller.clone(), voice.clone());
            let snapshots = controller.snapshots();
            async move {
                let face = Face::of(&snapshots.borrow().clone());
                let tray = Tray::start(face, voice.clone()).await;
                tray::keep(tray, Changes::of(snapshots), controller, voice).await;
            }
        });
        Self {
            controller,
            asks,
            voice,
            notices,
            to_show,
        }
    }

    /// Connects everything that needs the window system. On the main thread.
    pub(crate) fn attach(self, app: &AppHandle, paths: &Paths, session: Session, launch: Launch) {
        let Self {
            controller,
            asks,
            voice,
            notices,
            to_show,
        } = self;
        app.manage(controller.clone());
        app.manage(voice.clone());
        #[cfg(not(target_os = "linux"))]
        {
            let snapshots = controller.snapshots();
            let face = Face::of(&snapshots.borrow().clone());
            let tray = Tray::start(app, &face, voice.clone());
            tokio::spawn(tray::keep(
                tray,
                Changes::of(snapshots),
                controller.clone(),
                voice.clone(),
            ));
        }
        tokio::spawn(window::follow(
            app.clone(),
            Changes::of(controller.snapshots()),
        ));
        tokio::spawn(asks::answer(app.clone(), asks, notices));
        tokio::spawn(notifications::deliver(to_show, voice.clone()));
        if let Launch::Action(action) = launch {
            tokio::spawn(speak_in_time(voice.clone(), controller.snapshots(), action));
        }
        // The controller tells of settings that cannot be read.
        let file = paths.config.join(settings::FILE);
        let wish = Wish::of(&Settings::load(&file).unwrap_or_default());
        let problem = wish.problem(&file);
        controller.report_shortcuts(shortcuts::register(app, session, wish, &voice), problem);
    }
}

/// Speaks what the first launch asks for. Most of it would be refused before the engine was found.
async fn speak_in_time(
    voice: Voice,
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    action: Action,
) {
    if !matches!(action, Action::Show(_) | Action::Quit) {
        let found = |snapshot: &Arc<Snapshot>| snapshot.engine.status != EngineStatus::Connecting;
        if snapshots.wait_for(found).await.is_err() {
            return;
        }
    }
    voice.speak(action);
}
