//! The StatusNotifierWatcher: where tray items register, and which says that something shows them.

#![allow(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the protocol says what there is and how it is called"
)]

use std::sync::{Mutex, PoisonError};

use zbus::{Connection, message::Header, object_server::SignalEmitter};

use super::bus::Bus;

/// Its well-known name.
pub(super) const NAME: &str = "org.kde.StatusNotifierWatcher";
/// Its object.
pub(super) const PATH: &str = "/StatusNotifierWatcher";

/// A watcher that claims a host. Gone from the bus when dropped.
#[derive(Debug)]
pub(super) struct Watcher {
    _connection: Connection,
}

impl Watcher {
    /// Takes the name on the bus.
    pub(super) async fn start(bus: &Bus) -> Self {
        let serve = async {
            let builder = bus.builder().serve_at(PATH, Registry::default())?;
            builder.name(NAME)?.build().await
        };
        let connection = serve
            .await
            .unwrap_or_else(|error| panic!("no tray host on the bus: {error}"));
        Self {
            _connection: connection,
        }
    }
}

/// The items that registered, each as its bus name with its object's path behind it.
#[derive(Debug, Default)]
struct Registry(Mutex<Vec<String>>);

impl Registry {
    fn add(&self, item: &str) {
        let mut items = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !items.iter().any(|known| known == item) {
            items.push(item.to_owned());
        }
    }
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Registry {
    /// Items name themselves (KDE's way) or their object (libayatana's).
    async fn register_status_notifier_item(
        &self,
        service: &str,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = if service.starts_with('/') {
            format!("{sender}{service}")
        } else {
            format!("{service}/StatusNotifierItem")
        };
        self.add(&item);
        Self::status_notifier_item_registered(&emitter, &item).await?;
        Ok(())
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    /// Told to panels: there is another item.
    #[zbus(signal)]
    async fn status_notifier_item_registered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    /// Told to panels: an item has gone.
    #[zbus(signal)]
    async fn status_notifier_item_unregistered(
        emitter: &SignalEmitter<'_>,
        service: &str,
    ) -> zbus::Result<()>;

    /// Told to items: something shows them.
    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}
