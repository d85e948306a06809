//! The tray on Linux: a StatusNotifierItem on the session bus.
//!
//! It knows nothing of GTK or Tauri, so it is on the panel before either is loaded, and a menu that
//! is open while it changes stays open.

mod entries;
mod pixmaps;

use k3tray_core::action::{Action, View};
use ksni::TrayMethods;
use tokio::sync::watch;

use super::Face;
use crate::{markup, voice::Voice};

/// The item on the panel.
pub(crate) struct Tray {
    /// None where there is no session bus.
    item: Option<ksni::Handle<StatusItem>>,
    hosted: watch::Receiver<bool>,
}

impl Tray {
    /// Puts the item on the bus. Without a bus or a host the app goes on; [`Tray::hosted`] says so.
    pub(crate) async fn start(face: Face, voice: Voice) -> Self {
        let (report, hosted) = watch::channel(true);
        let item = StatusItem {
            pixmaps: pixmaps::of(face.icon),
            face,
            voice,
            hosted: report.clone(),
        };
        // The panel may come after us, or come back: no host is a state, not the end.
        let item = match item.assume_sni_available(true).spawn().await {
            Ok(handle) => Some(handle),
            Err(error) => {
                tracing::warn!(%error, "no tray");
                report.send_replace(false);
                None
            }
        };
        Self { item, hosted }
    }

    /// Whether something shows the item, and every change of that.
    pub(crate) fn hosted(&self) -> watch::Receiver<bool> {
        self.hosted.clone()
    }

    /// Shows `face`, if it is not what is shown already.
    pub(crate) async fn show(&self, face: Face) {
        if let Some(item) = &self.item {
            item.update(|item| item.show(face)).await;
        }
    }
}

/// What the bus asks about.
struct StatusItem {
    face: Face,
    /// The drawing of `face.icon` in every size.
    pixmaps: Vec<ksni::Icon>,
    voice: Voice,
    hosted: watch::Sender<bool>,
}

impl StatusItem {
    fn show(&mut self, face: Face) {
        if face.icon != self.face.icon {
            self.pixmaps = pixmaps::of(face.icon);
        }
        self.face = face;
    }
}

impl entries::Speak for StatusItem {
    fn speak(&mut self, action: Action) {
        self.voice.speak(action);
    }
}

impl ksni::Tray for StatusItem {
    fn id(&self) -> String {
        "k3tray".into()
    }

    fn title(&self) -> String {
        "k3tray".into()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        self.pixmaps.clone()
    }

    fn tool_tip(&self) -> ksni::ToolTip {
        let (title, lines) = &self.face.tooltip;
        ksni::ToolTip {
            title: title.clone(),
            // Hosts read this as markup.
            description: markup::escape(lines),
            ..ksni::ToolTip::default()
        }
    }

    fn menu(&self) -> Vec<ksni::MenuItem<Self>> {
        entries::of(&self.face.menu)
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.voice.speak(Action::Show(View::Clusters));
    }

    fn watcher_online(&self) {
        self.hosted.send_replace(true);
    }

    fn watcher_offline(&self, reason: ksni::OfflineReason) -> bool {
        tracing::info!(?reason, "no tray host");
        self.hosted.send_replace(false);
        true
    }
}
