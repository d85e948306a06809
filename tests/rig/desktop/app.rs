//! The app under test, running on a desktop.

use std::{
    path::PathBuf,
    process::{Command, ExitStatus},
    time::{Duration, Instant},
};

use super::{Desktop, Item, Menu, Window};
use crate::{
    Sandbox,
    process::{Process, program},
};

/// Its name, and its program's.
const NAME: &str = "k3tray-desktop";

/// The running app. Killed when dropped; its log is printed where a test fails.
#[derive(Debug)]
pub struct App {
    process: Process,
    inspector: String,
    started: Instant,
    log: PathBuf,
}

impl App {
    /// Starts it.
    pub fn start(desktop: &Desktop, sandbox: &Sandbox) -> Self {
        let inspector = inspector(desktop);
        let mut command = command(sandbox);
        // For WebDriver: the window can be attached to once there is one.
        command.env("TAURI_WEBVIEW_AUTOMATION", "true");
        command.env("WEBKIT_INSPECTOR_SERVER", &inspector);
        let log = sandbox.home().join("app.log");
        Self {
            started: Instant::now(),
            process: Process::start(&mut command, log.clone()),
            inspector,
            log,
        }
    }

    /// Its tray item, once there is one.
    pub async fn tray(&self, desktop: &Desktop) -> (Item, Menu) {
        let item = Item::appears(desktop.bus()).await;
        let menu = item.menu().await;
        (item, menu)
    }

    /// Attaches to its window, which must have been asked for; waits until it is there.
    pub async fn window(&self, desktop: &Desktop, sandbox: &Sandbox) -> Window {
        Window::attach(desktop, sandbox, &self.inspector).await
    }

    /// How long ago it was started.
    pub fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits for it to end by itself.
    pub async fn end(&mut self, within: Duration) -> ExitStatus {
        self.process.end(within).await
    }

    /// Panics with its log if it has ended.
    pub fn still_runs(&mut self) {
        self.process.still_runs();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            eprintln!("--- the app's log\n{log}---");
        }
    }
}

/// The app's program, as a second launch would start it.
pub fn command(sandbox: &Sandbox) -> Command {
    sandbox.command(program(NAME))
}

/// Where the app's web engine listens for WebDriver. The display's number makes an address that no
/// other desktop has, so that a port need not be found free.
fn inspector(desktop: &Desktop) -> String {
    format!("{}:9001", loopback(desktop))
}

/// An address of this machine alone that is this desktop's alone.
pub(super) fn loopback(desktop: &Desktop) -> String {
    let [high, low] = desktop.display().number().to_be_bytes();
    format!("127.77.{high}.{low}")
}
