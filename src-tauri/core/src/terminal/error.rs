//! Why no terminal was opened, and the one thing to do about it.

use std::{io, path::PathBuf, process::ExitStatus};

use crate::error::{Code, Explain};

/// Why no terminal was opened.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    /// None is installed that is known here.
    #[error("no terminal was found")]
    NoneFound {
        /// Where one can be set.
        settings: PathBuf,
    },
    /// The one that the user set is not there.
    #[error("the terminal `{program}` was not found")]
    NotFound {
        /// As it was set.
        program: String,
        /// Where it was set.
        settings: PathBuf,
    },
    /// What the user set is not a command line.
    #[error("the terminal `{line}` cannot be read: a quote is not closed")]
    Unreadable {
        /// As it was set.
        line: String,
        /// Where it was set.
        settings: PathBuf,
    },
    /// The context's name has a byte in it that no argument may have.
    #[error("the context's name cannot be handed to a program")]
    Name,
    /// The program that is to run in it is missing.
    #[error("`k3tray` is not installed beside the app or on the PATH")]
    NoCommandLine,
    /// It could not be started.
    #[error("`{program}` could not be started")]
    NotStarted {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It ended at once.
    #[error("`{program}` ended at once: {status}")]
    Ended {
        /// Which.
        program: String,
        /// How.
        status: ExitStatus,
    },
    /// What it was to run could not be written.
    #[error("`{}` could not be written", path.display())]
    Script {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Explain for TerminalError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::NoneFound { settings } => Some(format!(
                "Name yours in `{}`, such as `\"terminal\": \"xterm -e\"`.",
                settings.display()
            )),
            Self::NotFound { settings, .. } | Self::Unreadable { settings, .. } => {
                Some(format!("Correct `terminal` in `{}`.", settings.display()))
            }
            Self::Name => Some("Rename the context.".into()),
            Self::NoCommandLine => Some("Install the whole package of k3tray.".into()),
            Self::NotStarted { program, .. } | Self::Ended { program, .. } => Some(format!(
                "Try `{program}` by hand, or set another `terminal` in the settings."
            )),
            Self::Script { .. } => Some("Make its folder writable.".into()),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NoneFound { .. } | Self::NotFound { .. } | Self::NoCommandLine => Code::NotFound,
            _ => Code::Other,
        }
    }
}
