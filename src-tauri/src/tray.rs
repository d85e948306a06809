//! The tray icon and its menu, behind one seam.
//!
//! What they say is decided in core; here they are only drawn. On Linux the item is spoken over
//! D-Bus by `ksni`, because through libappindicator a changed menu closes under the user's hand,
//! submenu titles cannot be changed and there are no clicks; elsewhere it is Tauri's own tray.

#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod sni;

use std::time::Duration;

use k3tray_core::{
    action::{Action, View},
    controller::Handle,
    icon::{self, Icon},
    menu::{self, Menu},
    snapshot::Snapshot,
};
use tokio::{sync::watch, time};

#[cfg(not(target_os = "linux"))]
pub(crate) use native::Tray;
#[cfg(target_os = "linux")]
pub(crate) use sni::Tray;

use crate::{changes::Changes, voice::Voice};

/// How long a panel may be away: one that restarts is back within it, and one that starts with the
/// session comes within it.
const GRACE: Duration = Duration::from_secs(2);

/// All that a tray shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Face {
    /// Which drawing.
    pub(crate) icon: Icon,
    /// What it says under the pointer: a title and lines.
    pub(crate) tooltip: (String, String),
    /// The menu, top to bottom.
    pub(crate) menu: Menu,
}

impl Face {
    /// What a snapshot looks like in the tray.
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self {
            icon: icon::icon(snapshot),
            tooltip: icon::tooltip(snapshot),
            menu: menu::menu(snapshot),
        }
    }
}

/// Keeps the tray true, and tells the controller whether anything shows it. Ends with the controller.
pub(crate) async fn keep(tray: Tray, mut changes: Changes, controller: Handle, voice: Voice) {
    let host = tokio::spawn(report_host(tray.hosted(), controller, voice));
    let mut shown = None;
    while let Some(snapshot) = changes.next().await {
        let face = Face::of(&snapshot);
        if shown.as_ref() != Some(&face) {
            tray.show(face.clone()).await;
            shown = Some(face);
        }
    }
    host.abort();
}

/// Where nothing shows the tray, the window opens, says so and stays the way to the app.
async fn report_host(mut hosted: watch::Receiver<bool>, controller: Handle, voice: Voice) {
    let mut reported = true;
    while let Some(now) = lasting_change(&mut hosted, reported).await {
        controller.report_tray(now);
        if !now {
            voice.speak(Action::Show(View::Clusters));
        }
        reported = now;
    }
}

/// Waits until a host has come, or has been gone for [`GRACE`]. None when that cannot change again.
async fn lasting_change(hosted: &mut watch::Receiver<bool>, reported: bool) -> Option<bool> {
    loop {
        hosted.wait_for(|now| *now != reported).await.ok()?;
        if !reported {
            return Some(true);
        }
        let back = time::timeout(GRACE, hosted.wait_for(|now| *now)).await;
        if !matches!(back, Ok(Ok(_))) {
            return Some(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panel_that_restarts_is_not_a_lost_tray() {
        let (host, mut hosted) = watch::channel(true);
        let restart = async {
            host.send_replace(false);
            time::sleep(GRACE / 2).await;
            host.send_replace(true);
            time::sleep(GRACE * 2).await;
            host.send_replace(false);
        };
        let began = time::Instant::now();
        let (change, ()) = tokio::join!(lasting_change(&mut hosted, true), restart);
        assert_eq!(change, Some(false));
        assert!(
            began.elapsed() >= GRACE / 2 + GRACE * 2 + GRACE,
            "only the second absence lasted"
        );
        host.send_replace(true);
        assert_eq!(lasting_change(&mut hosted, false).await, Some(true));
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bus_the_tray_is_lost_at_once_and_for_good() {
        let (host, mut hosted) = watch::channel(true);
        host.send_replace(false);
        drop(host);
        assert_eq!(lasting_change(&mut hosted, true).await, Some(false));
        assert_eq!(lasting_change(&mut hosted, false).await, None);
    }
}
