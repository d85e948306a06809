//! The notification daemon, as programs on the bus see it.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the protocol says what there is and how it is called"
)]

use std::collections::HashMap;

use tokio::sync::watch;
use zbus::{object_server::SignalEmitter, zvariant::OwnedValue};

use super::notifications::Notification;

/// What is served on the bus.
pub(super) struct Daemon(watch::Sender<Vec<Notification>>);

impl Daemon {
    /// Tells `sender` what it is asked to show.
    pub(super) fn new(sender: watch::Sender<Vec<Notification>>) -> Self {
        Self(sender)
    }
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Daemon {
    #[expect(clippy::too_many_arguments, reason = "the protocol has that many")]
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        let urgency = hints
            .get("urgency")
            .and_then(|value| value.downcast_ref().ok());
        let mut id = replaces;
        self.0.send_modify(|shown| {
            if id == 0 {
                id = u32::try_from(shown.len()).unwrap_or(u32::MAX - 1) + 1;
            }
            shown.push(Notification {
                id,
                summary,
                body,
                actions,
                urgency: urgency.unwrap_or(1),
            });
        });
        id
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body"].map(str::to_owned).into()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ["rig", "k3tray", "1", "1.2"].map(str::to_owned).into()
    }

    /// Told to the program: the user chose one of its actions.
    #[zbus(signal)]
    pub(super) async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        key: &str,
    ) -> zbus::Result<()>;

    /// Told to the program: it is not shown any more.
    #[zbus(signal)]
    pub(super) async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}
