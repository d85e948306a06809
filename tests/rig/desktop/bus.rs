//! The session bus: a `dbus-daemon` of the desktop's own.

use zbus::{Connection, connection::Builder};

use super::LIMIT;
use crate::{Sandbox, eventually, process::Process};

/// A session bus.
#[derive(Debug)]
pub struct Bus {
    address: String,
    _daemon: Process,
}

impl Bus {
    /// Starts it; programs of `sandbox` find it.
    pub(super) async fn start(sandbox: &mut Sandbox) -> Self {
        let address = format!("unix:path={}/run/bus", sandbox.home().display());
        let mut command = sandbox.command("dbus-daemon");
        command.args(["--session", "--nofork", "--nopidfile"]);
        command.arg(format!("--address={address}"));
        let mut daemon = Process::start(&mut command, sandbox.home().join("bus.log"));
        eventually("a session bus", LIMIT, async || {
            daemon.still_runs();
            let connection = Builder::address(address.as_str()).ok()?;
            connection.build().await.ok().map(drop)
        })
        .await;
        sandbox.set("DBUS_SESSION_BUS_ADDRESS", &address);
        // Without it GTK starts the accessibility bus, which nobody listens to.
        sandbox.set("NO_AT_BRIDGE", "1");
        Self {
            address,
            _daemon: daemon,
        }
    }

    /// A connection of its own to the bus.
    pub async fn connect(&self) -> Connection {
        let connection = self.builder().build().await;
        connection.unwrap_or_else(|error| panic!("the session bus does not answer: {error}"))
    }

    /// A connection to be made, for those who offer something on the bus.
    pub(super) fn builder(&self) -> Builder<'_> {
        Builder::address(self.address.as_str())
            .unwrap_or_else(|error| panic!("`{}` is no address: {error}", self.address))
    }

    /// Whether somebody on the bus goes by that name.
    pub async fn has(&self, name: &str) -> bool {
        let asked = async {
            let bus = zbus::fdo::DBusProxy::new(&self.connect().await).await?;
            let name = zbus::names::BusName::try_from(name)?;
            Ok::<_, zbus::Error>(bus.name_has_owner(name).await?)
        };
        asked
            .await
            .unwrap_or_else(|error| panic!("the session bus was asked for `{name}`: {error}"))
    }
}
