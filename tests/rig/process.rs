//! Child processes of a test: found where cargo put them, ended with the test, their output kept.

use std::{
    ffi::OsStr,
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use crate::eventually;

/// How often a child that was asked to end is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// A running child. Killed and reaped when dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: std::process::Child,
    log: PathBuf,
}

impl Process {
    /// Starts `command` with its output going to the file `log`.
    pub fn start(command: &mut Command, log: PathBuf) -> Self {
        let name = Path::new(command.get_program())
            .file_name()
            .unwrap_or(OsStr::new("?"))
            .to_string_lossy()
            .into_owned();
        let output = File::create(&log)
            .unwrap_or_else(|error| panic!("`{}` cannot be made: {error}", log.display()));
        let errors = output
            .try_clone()
            .unwrap_or_else(|error| panic!("`{}` cannot be shared: {error}", log.display()));
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("`{name}` cannot be started ({error}); `scripts/setup test` fetches it")
            });
        Self { name, child, log }
    }

    /// The system's number for it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child
            .try_wait()
            .unwrap_or_else(|error| panic!("`{}` cannot be asked for its end: {error}", self.name))
    }

    /// Waits for it to end by itself.
    pub async fn end(&mut self, within: Duration) -> ExitStatus {
        let what = format!("`{}` to end", self.name);
        eventually(&what, within, async || self.ended()).await
    }

    /// Asks it to end, and waits a little for that: a server then takes its locks and sockets with it.
    pub(crate) fn ask_to_end(&mut self) {
        const GRACE: Duration = Duration::from_secs(5);
        let asked = Command::new("kill").arg(self.id().to_string()).status();
        let deadline = Instant::now() + GRACE;
        while asked.is_ok() && self.ended().is_none() && Instant::now() < deadline {
            std::thread::sleep(LOOK);
        }
    }

    /// Panics with its output if it has ended: for conditions that can then never come true.
    pub fn still_runs(&mut self) {
        if let Some(status) = self.ended() {
            panic!("`{}` ended ({status}):\n{}", self.name, self.output());
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program of the workspace, as cargo built it beside the running test.
///
/// `K3TRAY_TEST_PROGRAMS` names another folder, for programs built elsewhere.
pub fn program(name: &str) -> PathBuf {
    let folder =
        std::env::var_os("K3TRAY_TEST_PROGRAMS").map_or_else(beside_the_test, PathBuf::from);
    let path = folder.join(name);
    assert!(
        path.exists(),
        "`{}` is not built: `cargo build -p {name}`",
        path.display()
    );
    path
}

fn beside_the_test() -> PathBuf {
    let test = std::env::current_exe()
        .unwrap_or_else(|error| panic!("the test does not know where it is: {error}"));
    // target/debug/deps/it-0123 stands beside target/debug/k3tray.
    test.ancestors()
        .nth(2)
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// A TCP port of 127.0.0.1 that nothing listens on at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("no port is free: {error}"))
        .port()
}
