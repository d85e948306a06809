//! Where the log goes: standard error, and a file a day in the state folder.
//!
//! What is written is decided where it is written; nothing there ever names a token or a key.
//! `K3TRAY_LOG` takes a filter such as `debug` or `k3tray_core=trace`.

use std::{
    fs,
    io::{self, IsTerminal as _},
    panic,
    path::{Path, PathBuf},
};

use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{InitError, RollingFileAppender, Rotation},
};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// What is logged where `K3TRAY_LOG` says nothing. `kube` calls every answer of an API that is still
/// starting an error; what comes of it is told where it is known.
const FILTER: &str = "info,kube_client=off";
/// How many days are kept.
const DAYS: usize = 5;

/// Why there is no log file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// The folder could not be made.
    #[error("could not make the folder `{0}`")]
    Folder(PathBuf, #[source] io::Error),
    /// The file could not be opened.
    #[error("could not open a log file in `{0}`")]
    File(PathBuf, #[source] InitError),
}

/// Starts logging. The guard writes out what is left when it is dropped.
///
/// # Errors
/// The folder cannot be written; standard error is logged to all the same.
pub(crate) fn start(folder: &Path) -> Result<WorkerGuard, LogError> {
    let (file, guard) = match open(folder) {
        Ok(file) => {
            let (file, guard) = tracing_appender::non_blocking(file);
            (
                Some(fmt::layer().with_ansi(false).with_writer(file)),
                Ok(guard),
            )
        }
        Err(error) => (None, Err(error)),
    };
    let filter = EnvFilter::try_from_env("K3TRAY_LOG").unwrap_or_else(|_| EnvFilter::new(FILTER));
    tracing_subscriber::registry()
        .with(filter)
        .with(
            fmt::layer()
                .with_ansi(io::stderr().is_terminal())
                .with_writer(io::stderr),
        )
        .with(file)
        .init();
    panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a thread ended")));
    guard
}

fn open(folder: &Path) -> Result<RollingFileAppender, LogError> {
    fs::create_dir_all(folder).map_err(|error| LogError::Folder(folder.into(), error))?;
    RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("k3tray")
        .filename_suffix("log")
        .max_log_files(DAYS)
        .build(folder)
        .map_err(|error| LogError::File(folder.into(), error))
}
