//! Whether the app runs already in this session.
//!
//! The single-instance plugin decides that too and hands the arguments over, but only once GTK is
//! loaded. Asking before lets the first launch show its tray item at once, and keeps a second one
//! from showing another for a moment.

/// Whether another process owns the app's name.
#[cfg(target_os = "linux")]
pub(crate) async fn is_running(identifier: &str) -> bool {
    let asked = async {
        let name = zbus::names::BusName::try_from(format!("{identifier}.SingleInstance"))?;
        let connection = zbus::Connection::session().await?;
        let bus = zbus::fdo::DBusProxy::new(&connection).await?;
        Ok::<_, zbus::Error>(bus.name_has_owner(name).await?)
    };
    asked
        .await
        .inspect_err(|error| tracing::warn!(%error, "no session bus"))
        .unwrap_or(false)
}

/// Whether another process owns the app's name: the plugin alone knows.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unused_async, reason = "Linux asks the session bus")]
pub(crate) async fn is_running(_identifier: &str) -> bool {
    false
}
