//! What a container logged: the last lines, or all of it as it comes.
//!
//! Lines are handed on as text and judged by nobody here; readiness is read from the API.

use bollard::query_parameters::{LogsOptions, LogsOptionsBuilder};
use futures_util::{Stream, StreamExt, TryStreamExt};

use super::{Engine, EngineError};

impl Engine {
    /// The last `lines` lines, oldest first.
    ///
    /// For the message of a failure, which must come out whether or not the log can be read: where it
    /// cannot, there are no lines.
    pub async fn log_tail(&self, container: &str, lines: usize) -> Vec<String> {
        let options = of(lines).build();
        self.lines(container, options)
            .try_collect()
            .await
            .unwrap_or_default()
    }

    /// The last `lines` lines and then every new one until the container ends.
    pub fn follow_log(
        &self,
        container: &str,
        lines: usize,
    ) -> impl Stream<Item = Result<String, EngineError>> + Unpin + use<> {
        self.lines(container, of(lines).follow(true).build())
    }

    fn lines(
        &self,
        container: &str,
        options: LogsOptions,
    ) -> impl Stream<Item = Result<String, EngineError>> + Unpin + use<> {
        self.docker().logs(container, Some(options)).map(|chunk| {
            let text = String::from_utf8_lossy(&chunk?.into_bytes()).into_owned();
            Ok(text.trim_end_matches(['\r', '\n']).to_owned())
        })
    }
}

fn of(lines: usize) -> LogsOptionsBuilder {
    LogsOptionsBuilder::new()
        .stdout(true)
        .stderr(true)
        .tail(&lines.to_string())
}
