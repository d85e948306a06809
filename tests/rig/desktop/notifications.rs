//! The notification daemon (`org.freedesktop.Notifications`): it remembers what it was asked to show
//! and lets a test click it.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};
use zbus::{Connection, object_server::SignalEmitter};

use super::{bus::Bus, daemon::Daemon};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// A notification as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The number it was given.
    pub id: u32,
    /// Its title.
    pub summary: String,
    /// Its text.
    pub body: String,
    /// What can be done with it: key and label, one after the other.
    pub actions: Vec<String>,
    /// 0 is low, 1 normal, 2 critical.
    pub urgency: u8,
}

/// The daemon, as a test sees it. Gone from the bus when dropped.
#[derive(Debug)]
pub struct Notifications {
    connection: Connection,
    shown: watch::Receiver<Vec<Notification>>,
}

impl Notifications {
    pub(super) async fn start(bus: &Bus) -> Self {
        let (sender, shown) = watch::channel(Vec::new());
        let serve = async {
            let builder = bus.builder().serve_at(PATH, Daemon::new(sender))?;
            builder.name(NAME)?.build().await
        };
        let connection = serve
            .await
            .unwrap_or_else(|error| panic!("no notification daemon on the bus: {error}"));
        Self { connection, shown }
    }

    /// Everything it was asked to show so far, oldest first.
    pub fn all(&self) -> Vec<Notification> {
        self.shown.borrow().clone()
    }

    /// Waits for one with that title.
    pub async fn titled(&self, summary: &str, within: Duration) -> Notification {
        let mut shown = self.shown.clone();
        let find = |all: &Vec<Notification>| all.iter().any(|one| one.summary == summary);
        let found = timeout(within, shown.wait_for(find)).await.is_ok();
        let all = self.all();
        let one = all.iter().find(|one| one.summary == summary);
        match one {
            Some(one) if found => one.clone(),
            _ => {
                panic!("waited {within:?} for a notification `{summary}` in vain; shown: {all:#?}")
            }
        }
    }

    /// The user chooses one of its actions, and it goes.
    pub async fn choose(&self, notification: &Notification, key: &str) {
        let tell = async {
            let emitter = SignalEmitter::new(&self.connection, PATH)?;
            Daemon::action_invoked(&emitter, notification.id, key).await?;
            // 2: dismissed by the user.
            Daemon::notification_closed(&emitter, notification.id, 2).await
        };
        tell.await
            .unwrap_or_else(|error| panic!("`{key}` was chosen: {error}"));
    }
}
