//! The user's terminal: which one, and a shell of one context in it.
//!
//! What runs in it is `k3tray shell`, so the tray and the command line do the same. Which terminal is
//! chosen is pure; starting it is all that touches the machine.

mod choice;
mod error;

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{process::Command, time::timeout};

use self::choice::{Asked, System};
pub use self::error::TerminalError;
use crate::{context::ContextName, paths::Paths, settings};

/// How soon a terminal that cannot work has ended.
const FIRST_MOMENT: Duration = Duration::from_secs(2);
/// The command line's program.
const COMMAND_LINE: &str = "k3tray";

/// Opens a terminal in which `kubectl` knows this context alone. `setting` is the terminal that the
/// user set.
pub async fn open_shell(
    context: &ContextName,
    setting: Option<&str>,
    paths: &Paths,
) -> Result<(), TerminalError> {
    let found = |name: &str| find(name, paths).is_some();
    let beside = paths.this_program.as_deref().and_then(Path::parent);
    let this = beside
        .map(|folder| folder.join(with_ending(COMMAND_LINE)))
        .filter(|program| program.is_file())
        .or_else(|| find(COMMAND_LINE, paths))
        .ok_or(TerminalError::NoCommandLine)?;
    let asked = Asked {
        setting,
        variable: paths.terminal.as_deref(),
        settings_file: &paths.config.join(settings::FILE),
    };
    let shell = [
        this.to_string_lossy().into_owned(),
        "shell".to_owned(),
        // A name may begin with a dash.
        "--".to_owned(),
        context.to_string(),
    ];
    let line = match System::here() {
        System::MacOs if setting.is_none() => {
            let folder = paths.scoped_kubeconfigs();
            vec!["open".to_owned(), script(&folder, context, &shell)?]
        }
        system => choice::choose(system, &asked, &shell, found)?,
    };
    start(&line, &paths.home).await
}

/// Starts a terminal, and sees it through its first moment.
async fn start(line: &[String], home: &Path) -> Result<(), TerminalError> {
    let Some((program, arguments)) = line.split_first() else {
        return Err(TerminalError::NoCommandLine);
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // It lives on when the app ends.
    #[cfg(unix)]
    command.process_group(0);
    // Without a terminal to start, Windows gives a program one of its own.
    #[cfg(windows)]
    command.creation_flags(0x10);
    let program = || program.clone();
    let mut terminal = command
        .spawn()
        .map_err(|source| TerminalError::NotStarted {
            program: program(),
            source,
        })?;
    match timeout(FIRST_MOMENT, terminal.wait()).await {
        Ok(Ok(status)) if !status.success() => Err(TerminalError::Ended {
            program: program(),
            status,
        }),
        // It runs, or it has handed over to one that does. The runtime takes note of its end.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A program of that name on the `PATH`, or the one at that path.
fn find(name: &str, paths: &Paths) -> Option<PathBuf> {
    if Path::new(name).components().count() > 1 {
        return Some(PathBuf::from(name)).filter(|path| path.is_file());
    }
    let folders = paths.programs.as_ref()?;
    std::env::split_paths(folders)
        .map(|folder| folder.join(with_ending(name)))
        .find(|path| path.is_file())
}

fn with_ending(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// A script that the Terminal of macOS runs when it is opened. It removes itself.
fn script(folder: &Path, context: &ContextName, shell: &[String]) -> Result<String, TerminalError> {
    let name: String = context
        .as_str()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let path = folder.join(format!("{name}.command"));
    let text = choice::script(shell)?;
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, text)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700))?;
        }
        Ok(())
    };
    write().map_err(|source| TerminalError::Script {
        path: path.clone(),
        source,
    })?;
    Ok(path.to_string_lossy().into_owned())
}
