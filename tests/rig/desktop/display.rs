//! The virtual display: Xvfb on a number that is free.

use std::{path::Path, process::Command};

use tokio::process::Command as Asynchronous;

use super::LIMIT;
use crate::{Sandbox, eventually, process::Process, wait::soon};

/// Width and height in pixels.
pub const SIZE: (u32, u32) = (1280, 800);

/// A display.
#[derive(Debug)]
pub struct Display {
    number: u16,
    server: Process,
}

impl Display {
    /// Starts it; programs of `sandbox` find it.
    pub(super) async fn start(sandbox: &mut Sandbox) -> Self {
        let mut command = sandbox.command("Xvfb");
        let (width, height) = SIZE;
        // It finds a free number by itself, as no other could without a race, and says it.
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"]);
        command.arg(format!("{width}x{height}x24"));
        let mut server = Process::start(&mut command, sandbox.home().join("display.log"));
        let number = eventually("a display", LIMIT, async || {
            server.still_runs();
            let said = server.output();
            // The line is whole once its end is there.
            let mut whole = said
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'));
            whole.find_map(|line| line.trim().parse().ok())
        })
        .await;
        sandbox.set("DISPLAY", format!(":{number}"));
        sandbox.set("GDK_BACKEND", "x11");
        sandbox.set("LIBGL_ALWAYS_SOFTWARE", "1");
        Self { number, server }
    }

    /// Its number, which no other display of this machine has while it runs.
    pub fn number(&self) -> u16 {
        self.number
    }

    /// Presses keys together, such as `ctrl+super+k` or `Down`.
    pub async fn press(&self, keys: &str) {
        self.xdotool(&["key", "--clearmodifiers", keys]).await;
    }

    /// Moves the pointer to a place, counted from the upper left corner, and presses a button of the
    /// mouse there: 1 is the left one, 3 the right one.
    pub async fn click(&self, (x, y): (u32, u32), button: u8) {
        let (x, y, button) = (x.to_string(), y.to_string(), button.to_string());
        self.xdotool(&["mousemove", &x, &y, "click", &button]).await;
    }

    /// The titles of the windows that are to be seen.
    pub async fn titles(&self) -> Vec<String> {
        let mut search = Command::new("xdotool");
        search.args(["search", "--onlyvisible", "--name", "."]);
        // It fails where it finds none.
        let found = self.try_run(search).await.unwrap_or_default();
        let mut titles = Vec::new();
        for window in found.lines() {
            let mut ask = Command::new("xdotool");
            ask.args(["getwindowname", window]);
            // One that has gone meanwhile is not to be seen any more.
            titles.extend(
                self.try_run(ask)
                    .await
                    .map(|title| title.trim_end().to_owned()),
            );
        }
        titles
    }

    /// Takes a picture of all that is to be seen, as PNG in `file`.
    pub async fn picture(&self, file: &Path) {
        let mut command = Command::new("import");
        command.args(["-window", "root"]).arg(file);
        self.run(command).await;
    }

    /// Takes pictures until two in a row are the same, and leaves the last in `file`: what was drawn
    /// is drawn.
    pub async fn still_picture(&self, file: &Path) {
        let mut before = Vec::new();
        eventually("the display to be still", LIMIT, async || {
            self.picture(file).await;
            let now = pixels(file);
            (now == std::mem::replace(&mut before, now.clone())).then_some(())
        })
        .await;
    }

    /// Leaves of a picture only a part: its width and height, and its left upper corner.
    pub async fn cut(&self, file: &Path, (width, height, left, top): (u32, u32, u32, u32)) {
        let mut command = Command::new("convert");
        let part = format!("{width}x{height}+{left}+{top}");
        command
            .arg(file)
            .args(["-crop", &part, "+repage"])
            .arg(file);
        self.run(command).await;
    }

    async fn xdotool(&self, arguments: &[&str]) {
        let mut command = Command::new("xdotool");
        command.args(arguments);
        self.run(command).await;
    }

    /// Runs a program on the display, which must end well, and returns what it printed.
    pub(super) async fn run(&self, command: Command) -> String {
        let what = format!("{command:?}");
        self.output(command)
            .await
            .unwrap_or_else(|errors| panic!("{what}: {errors}"))
    }

    /// The same for a program that may fail.
    pub(super) async fn try_run(&self, command: Command) -> Option<String> {
        self.output(command).await.ok()
    }

    async fn output(&self, mut command: Command) -> Result<String, String> {
        command.env("DISPLAY", format!(":{}", self.number));
        let what = format!("{command:?}");
        let mut command = Asynchronous::from(command);
        let output = soon(&what, LIMIT, command.kill_on_drop(true).output()).await;
        let output = output.unwrap_or_else(|error| {
            panic!("{what}: {error}; `scripts/setup test` fetches what is missing")
        });
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if output.status.success() {
            Ok(text(&output.stdout))
        } else {
            Err(format!("{} {}", output.status, text(&output.stderr)))
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Asked to end, it takes its lock and its socket with it.
        self.server.ask_to_end();
    }
}

/// What a PNG shows, without what else the file says.
fn pixels(file: &Path) -> Vec<u8> {
    crate::picture::read(file).pixels
}
