//! Notices as the desktop's notifications. None while the window has the user's attention: it shows
//! the same and more.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
use bus::Desk;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(not(target_os = "linux"))]
use native::Desk;

use k3tray_core::notice::Notice;
use tauri::AppHandle;
use tokio::sync::mpsc;

use crate::{voice::Voice, window};

/// Shows notices until nobody sends any more.
pub(crate) async fn deliver(
    app: AppHandle,
    mut notices: mpsc::UnboundedReceiver<Notice>,
    voice: Voice,
) {
    let mut desk = Desk::new(voice);
    while let Some(notice) = desk.next(&mut notices).await {
        if window::is_focused(&app) {
            continue;
        }
        if let Err(error) = desk.show(&notice).await {
            tracing::warn!(%error, title = notice.title, "a notification was not shown");
        }
    }
}
