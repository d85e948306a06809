//! Notifications on Linux: the desktop's daemon on the session bus.
//!
//! Spoken directly, because a click must come back with its action: all notices share one
//! connection and one stream of clicks, where a library opens one of each per notice.

use std::collections::HashMap;

use futures_util::{Stream, StreamExt};
use k3tray_core::{action::Action, notice::Notice};
use tokio::sync::mpsc;
use zbus::zvariant::Value;

use crate::{markup, voice::Voice};

/// The key of the action that a click on the notification itself invokes.
const DEFAULT: &str = "default";

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    #[expect(clippy::too_many_arguments, reason = "the protocol has that many")]
    fn notify(
        &self,
        app_name: &str,
        replaces: u32,
        icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        timeout: i32,
    ) -> zbus::Result<u32>;

    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
}

/// Puts notices on the desk and hears what becomes of them.
pub(super) struct Desk {
    voice: Voice,
    /// Connected at the first notice.
    daemon: Option<Daemon>,
    /// What a click on a notice that still lies there means.
    actions: HashMap<u32, Action>,
}

/// A connection to the daemon.
struct Daemon {
    proxy: NotificationsProxy<'static>,
    /// Whether bodies are read as markup, so that `<` and `&` must be escaped.
    markup: bool,
    events: Box<dyn Stream<Item = Event> + Send + Unpin>,
}

/// What became of a notice, by the number it was given.
enum Event {
    Clicked(u32),
    Closed(u32),
}

impl Event {
    fn read(signal: &zbus::Message) -> Option<Self> {
        match signal.header().member()?.as_str() {
            "ActionInvoked" => {
                let (id, _key): (u32, String) = signal.body().deserialize().ok()?;
                Some(Self::Clicked(id))
            }
            "NotificationClosed" => {
                let (id, _reason): (u32, u32) = signal.body().deserialize().ok()?;
                Some(Self::Closed(id))
            }
            _ => None,
        }
    }
}

impl Desk {
    pub(super) fn new(voice: Voice) -> Self {
        Self {
            voice,
            daemon: None,
            actions: HashMap::new(),
        }
    }

    /// The next notice; clicks that come meanwhile are spoken.
    pub(super) async fn next(
        &mut self,
        notices: &mut mpsc::UnboundedReceiver<Notice>,
    ) -> Option<Notice> {
        loop {
            let Some(daemon) = &mut self.daemon else {
                return notices.recv().await;
            };
            tokio::select! {
                notice = notices.recv() => return notice,
                event = daemon.events.next() => match event {
                    Some(Event::Clicked(id)) => {
                        if let Some(action) = self.actions.remove(&id) {
                            self.voice.speak(action);
                        }
                    }
                    Some(Event::Closed(id)) => {
                        self.actions.remove(&id);
                    }
                    // The bus is gone; the next notice connects anew.
                    None => self.daemon = None,
                },
            }
        }
    }

    pub(super) async fn show(&mut self, notice: &Notice) -> zbus::Result<()> {
        let daemon = match &mut self.daemon {
            Some(daemon) => daemon,
            None => self.daemon.insert(Daemon::connect().await?),
        };
        let body = if daemon.markup {
            markup::escape(&notice.body)
        } else {
            notice.body.clone()
        };
        let actions: &[&str] = match notice.action {
            Some(_) => &[DEFAULT, notice.button()],
            None => &[],
        };
        let hints = HashMap::from([
            ("desktop-entry", Value::from("k3tray")),
            // 1 is normal; 2 stays until it was seen.
            ("urgency", Value::from(if notice.urgent { 2_u8 } else { 1 })),
        ]);
        let id = daemon
            .proxy
            .notify(
                "k3tray",
                0,
                "k3tray",
                &notice.title,
                &body,
                actions,
                hints,
                -1,
            )
            .await?;
        if let Some(action) = &notice.action {
            self.actions.insert(id, action.clone());
        }
        Ok(())
    }
}

impl Daemon {
    async fn connect() -> zbus::Result<Self> {
        let connection = zbus::Connection::session().await?;
        let proxy = NotificationsProxy::new(&connection).await?;
        // One stream for both signals: a click is followed by the closing, and must be heard before.
        let events = proxy
            .inner()
            .receive_all_signals()
            .await?
            .filter_map(async |signal| Event::read(&signal));
        let markup = proxy
            .get_capabilities()
            .await?
            .iter()
            .any(|capability| capability == "body-markup");
        Ok(Self {
            proxy,
            markup,
            events: Box::new(Box::pin(events)),
        })
    }
}
