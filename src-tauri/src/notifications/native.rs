//! Notifications on macOS and Windows, by `notify-rust`. Clicks are not reported there; the menu has
//! the same action.

use k3tray_core::notice::Notice;
use notify_rust::{Notification, error::Error};
use tokio::sync::mpsc;

use crate::voice::Voice;

/// Puts notices on the desk.
pub(super) struct Desk;

impl Desk {
    pub(super) fn new(_voice: Voice) -> Self {
        Self
    }

    /// The next notice.
    pub(super) async fn next(
        &mut self,
        notices: &mut mpsc::UnboundedReceiver<Notice>,
    ) -> Option<Notice> {
        notices.recv().await
    }

    #[expect(clippy::unused_async, reason = "Linux waits for its daemon")]
    pub(super) async fn show(&mut self, notice: &Notice) -> Result<(), Error> {
        Notification::new()
            .appname("k3tray")
            .summary(&notice.title)
            .body(&notice.body)
            .show()
            .map(drop)
    }
}
