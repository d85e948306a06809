//! A window manager (openbox): windows get the focus, a frame, and keys that close them.

use std::process::Command;

use super::{Desktop, LIMIT};
use crate::{Sandbox, eventually, process::Process};

/// The window manager. Gone when dropped.
#[derive(Debug)]
pub struct Manager {
    _process: Process,
}

impl Manager {
    /// Starts it.
    pub async fn start(desktop: &Desktop, sandbox: &Sandbox) -> Self {
        let mut command = sandbox.command("openbox");
        command.arg("--sm-disable");
        let mut process = Process::start(&mut command, sandbox.home().join("openbox.log"));
        eventually("a window manager", LIMIT, async || {
            process.still_runs();
            let mut ask = Command::new("xdotool");
            ask.arg("get_num_desktops");
            // Without a manager nobody has told how many there are.
            desktop.display().try_run(ask).await.map(drop)
        })
        .await;
        Self { _process: process }
    }
}
