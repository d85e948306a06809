//! The app from its start to its end, used as a person would.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use k3tray_tests::{
    Sandbox,
    desktop::{Desktop, app},
    eventually,
    process::Process,
    wait::soon,
};
use zbus::{MatchRule, MessageStream};

/// An app that takes longer is broken.
const LIMIT: Duration = Duration::from_secs(60);
/// What the window's title begins with.
const TITLE: &str = "k3tray";

/// The running app.
pub(crate) struct Running {
    process: Process,
}

impl Running {
    /// Starts it, without what tests add; also the time from its start to its item in the tray.
    pub(crate) async fn start(desktop: &Desktop, sandbox: &Sandbox) -> (Self, Duration) {
        let bus = desktop.bus().connect().await;
        let registered = MatchRule::builder()
            .msg_type(zbus::message::Type::Signal)
            .interface("org.kde.StatusNotifierWatcher")
            .and_then(|rule| rule.member("StatusNotifierItemRegistered"))
            .unwrap()
            .build();
        let mut registrations = MessageStream::for_match_rule(registered, &bus, None)
            .await
            .unwrap();
        let mut command = app::command(sandbox);
        let log = sandbox.home().join("app.log");
        let began = Instant::now();
        let process = Process::start(&mut command, log);
        let registered = soon("a tray item", LIMIT, registrations.next()).await;
        let lap = began.elapsed();
        assert!(registered.is_some(), "the bus has gone");
        (Self { process }, lap)
    }

    /// The system's number for it.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Asks for the window, as a second launch does, until it is to be seen.
    pub(crate) async fn open_window(&self, desktop: &Desktop, sandbox: &Sandbox) {
        let mut second = app::command(sandbox);
        assert!(second.status().unwrap().success());
        eventually("the window", LIMIT, async || {
            shows_window(desktop).await.then_some(())
        })
        .await;
    }

    /// Closes the window by the window manager's key.
    pub(crate) async fn close_window(&self, desktop: &Desktop) {
        eventually("the window to go", LIMIT, async || {
            // The window manager may not have been there yet when it was pressed before.
            desktop.display().press("alt+F4").await;
            (!shows_window(desktop).await).then_some(())
        })
        .await;
    }

    /// Asks it to quit, and waits until it has.
    pub(crate) async fn quit(mut self, sandbox: &Sandbox) {
        let mut quit = app::command(sandbox);
        quit.args(["action", "quit"]);
        assert!(quit.status().unwrap().success());
        self.process.end(LIMIT).await;
    }
}

async fn shows_window(desktop: &Desktop) -> bool {
    let titles = desktop.display().titles().await;
    titles.iter().any(|title| title.starts_with(TITLE))
}

/// A window manager: without one no key closes a window.
pub(crate) fn window_manager(sandbox: &Sandbox) -> Process {
    let mut command = sandbox.command("openbox");
    command.arg("--sm-disable");
    Process::start(&mut command, sandbox.home().join("openbox.log"))
}
