//! A desktop of a test's own, without a screen: a display, a session bus, something that shows tray
//! items and something that shows notifications.
//!
//! - [`display`]: the virtual display: keys are typed on it and pictures taken of it.
//! - [`bus`]: the session bus.
//! - `watcher`: the part of a panel that tray items register with, played by the test itself.
//! - [`panel`], [`manager`]: a real panel instead, for pictures, and a real window manager.
//! - [`item`], [`menu`]: a tray item and its menu, read and clicked as a panel does.
//! - [`notifications`]: the notification daemon, played by the test itself.
//! - [`app`], [`window`], [`look`]: the app under test, its window by WebDriver, and light or dark.

pub mod app;
pub mod bus;
mod daemon;
pub mod display;
pub mod item;
pub mod line;
pub mod look;
pub mod manager;
pub mod menu;
pub mod notifications;
pub mod panel;
mod watcher;
pub mod window;

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

pub use app::App;
use bus::Bus;
use display::Display;
pub use item::Item;
pub use line::{Line, Mark};
pub use manager::Manager;
pub use menu::Menu;
pub use notifications::Notifications;
pub use panel::Panel;
use watcher::Watcher;
pub use window::Window;

use crate::Sandbox;

/// How long the parts of a desktop may take to start, and each to answer, on a busy machine.
const LIMIT: Duration = Duration::from_secs(90);

/// How many desktops there are at a time: each brings a display server and a web engine.
static DESKTOPS: Semaphore = Semaphore::const_new(3);

/// A desktop. Gone when dropped.
#[derive(Debug)]
pub struct Desktop {
    display: Display,
    bus: Bus,
    notifications: Notifications,
    _watcher: Option<Watcher>,
    _turn: SemaphorePermit<'static>,
}

impl Desktop {
    /// A desktop on which the test itself plays the panel; programs of `sandbox` find it.
    pub async fn start(sandbox: &mut Sandbox) -> Self {
        Self::assemble(sandbox, true).await
    }

    /// A desktop that shows no tray items, as stock GNOME is.
    pub async fn without_tray(sandbox: &mut Sandbox) -> Self {
        Self::assemble(sandbox, false).await
    }

    async fn assemble(sandbox: &mut Sandbox, tray: bool) -> Self {
        let turn = DESKTOPS
            .acquire()
            .await
            .unwrap_or_else(|closed| panic!("no desktop: {closed}"));
        let display = Display::start(sandbox).await;
        let bus = Bus::start(sandbox).await;
        let watcher = if tray {
            Some(Watcher::start(&bus).await)
        } else {
            None
        };
        Self {
            notifications: Notifications::start(&bus).await,
            display,
            bus,
            _watcher: watcher,
            _turn: turn,
        }
    }

    /// Its display.
    pub fn display(&self) -> &Display {
        &self.display
    }

    /// Its session bus.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// What it was asked to tell the user.
    pub fn notifications(&self) -> &Notifications {
        &self.notifications
    }
}
