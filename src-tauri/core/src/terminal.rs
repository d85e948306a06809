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

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    /// A home with the command line beside the app, and a terminal in a folder of programs.
    fn home(terminal: &str) -> (tempfile::TempDir, Paths) {
        let home = tempfile::tempdir().unwrap();
        let program = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        program("k3tray", "#!/bin/sh\necho \"$@\" > arguments\n");
        program("term", terminal);
        let paths = Paths {
            programs: Some(home.path().into()),
            this_program: Some(home.path().join("k3tray-desktop")),
            ..Paths::below(home.path())
        };
        (home, paths)
    }

    #[tokio::test]
    async fn the_terminal_that_is_set_runs_a_shell_of_the_context_whatever_it_is_called() {
        let (home, paths) = home("#!/bin/sh\nshift\nexec \"$@\"\n");
        let terminal = format!("'{}' -e", home.path().join("term").display());
        let context = ContextName::new("-a b; c");
        open_shell(&context, Some(&terminal), &paths).await.unwrap();
        let arguments = fs::read_to_string(home.path().join("arguments")).unwrap();
        assert_eq!(arguments, "shell -- -a b; c\n");
    }

    #[tokio::test]
    async fn a_terminal_that_ends_at_once_and_a_command_line_that_is_missing_are_told() {
        let (home, mut paths) = home("#!/bin/sh\nexit 3\n");
        let terminal = home.path().join("term").display().to_string();
        let open = async |paths: &Paths| {
            let opened = open_shell(&ContextName::new("a"), Some(&terminal), paths).await;
            opened.unwrap_err().to_string()
        };
        assert_eq!(
            open(&paths).await,
            format!("`{terminal}` ended at once: exit status: 3")
        );
        paths.programs = None;
        paths.this_program = None;
        assert_eq!(
            open(&paths).await,
            "`k3tray` is not installed beside the app or on the PATH"
        );
    }
}
