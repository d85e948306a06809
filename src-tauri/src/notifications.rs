//! Notices as the desktop's notifications. Which of them the user needs is decided by who sends them.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(target_os = "linux")]
use bus::Desk;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(not(target_os = "linux"))]
use native::Desk;

use k3tray_core::notice::Notice;
use tokio::sync::mpsc;

use crate::voice::Voice;

/// Shows notices until nobody sends any more.
pub(crate) async fn deliver(mut notices: mpsc::UnboundedReceiver<Notice>, voice: Voice) {
    let mut desk = Desk::new(voice);
    while let Some(notice) = desk.next(&mut notices).await {
        if let Err(error) = desk.show(&notice).await {
            tracing::warn!(%error, title = notice.title, "a notification was not shown");
        }
    }
}
