//! Where the log goes: standard error, and a file a day in the state folder.
//!
//! What is written is decided where it is written; nothing of ours ever names a token or a key there.
//! `K3TRAY_LOG` takes a filter such as `debug` or `k3tray_core=trace`. Whatever it says, other people's
//! libraries speak of what happened and never of what they do: at `debug` those that speak to Docker and
//! Kubernetes write out requests and what is in them.

use std::{
    fs,
    io::{self, IsTerminal as _},
    panic,
    path::{Path, PathBuf},
};

use tracing::{Level, Metadata, Subscriber};
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{InitError, RollingFileAppender, Rotation},
};
use tracing_subscriber::{
    EnvFilter, Layer, filter::filter_fn, fmt, layer::SubscriberExt, registry::LookupSpan,
    util::SubscriberInitExt,
};

/// What is logged where `K3TRAY_LOG` says nothing.
const FILTER: &str = "info";
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
    let wanted = std::env::var("K3TRAY_LOG").ok();
    tracing_subscriber::registry()
        .with(filter(wanted.as_deref()))
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

/// What was asked for, of what may be written at all.
fn filter<S>(wanted: Option<&str>) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    wanted
        .and_then(|wanted| EnvFilter::try_new(wanted).ok())
        .unwrap_or_else(|| EnvFilter::new(FILTER))
        .and_then(filter_fn(may_be_written))
}

fn may_be_written(metadata: &Metadata<'_>) -> bool {
    let library = metadata.target().split("::").next().unwrap_or_default();
    match library {
        "k3tray" | "k3tray_core" | "k3tray_desktop" => true,
        // It calls every answer of an API that is still starting an error; what comes of it is told where
        // it is known.
        "kube_client" => false,
        _ => *metadata.level() <= Level::INFO,
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use super::*;

    /// A log that a test reads.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written of the same few events where this is asked for.
    fn written(wanted: Option<&str>) -> Vec<String> {
        let log = Written::default();
        let writer = log.clone();
        let lines = fmt::layer()
            .with_ansi(false)
            .without_time()
            .with_level(false)
            .with_target(false)
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry()
            .with(filter(wanted))
            .with(lines);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(target: "k3tray_core::engine", "ours");
            tracing::debug!(target: "k3tray_core::engine", "ours in detail");
            tracing::trace!(target: "k3tray_desktop", "all of ours");
            tracing::warn!(target: "bollard::docker", "a library's");
            tracing::debug!(target: "bollard::docker", "a token");
            tracing::debug!(target: "bollard::read", "a body");
            tracing::trace!(target: "hyper::proto", "a header");
            tracing::debug!(target: "rustls", "a key");
            tracing::error!(target: "kube_client::client", "an answer");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_filter_makes_libraries_write_what_they_carry() {
        let all = ["ours", "ours in detail", "all of ours", "a library's"];
        for wanted in [
            "trace",
            "trace,bollard=trace,bollard::docker=trace,hyper::proto=trace,kube_client=trace",
        ] {
            assert_eq!(written(Some(wanted)), all, "{wanted}");
        }
        assert_eq!(
            written(Some("debug")),
            ["ours", "ours in detail", "a library's"]
        );
        assert_eq!(written(Some("bollard=debug")), ["a library's"]);
        assert_eq!(written(Some("off")), [""; 0]);
    }

    #[test]
    fn without_a_filter_that_can_be_read_what_happens_is_written() {
        for wanted in [None, Some("k3tray=loud")] {
            assert_eq!(written(wanted), ["ours", "a library's"], "{wanted:?}");
        }
    }
}
