//! Runs a command inside a container.

use bollard::{
    exec::{StartExecOptions, StartExecResults},
    models::ExecConfig,
};
use futures_util::StreamExt;

use super::{Engine, EngineError};

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// Its exit code; none where the engine does not say.
    pub code: Option<i64>,
    /// What it printed, to either stream.
    pub output: String,
}

impl Engine {
    /// Runs `command` in a running container and waits for its end.
    pub async fn execute(
        &self,
        container: &str,
        command: &[&str],
    ) -> Result<Executed, EngineError> {
        let config = ExecConfig {
            cmd: Some(command.iter().map(|word| (*word).to_owned()).collect()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..ExecConfig::default()
        };
        let id = self.docker().create_exec(container, config).await?.id;
        let mut text = String::new();
        // Attached, the stream's end is the command's end: nothing has to be asked for repeatedly.
        if let StartExecResults::Attached { mut output, .. } = self
            .docker()
            .start_exec(&id, None::<StartExecOptions>)
            .await?
        {
            while let Some(chunk) = output.next().await {
                text.push_str(&String::from_utf8_lossy(&chunk?.into_bytes()));
            }
        }
        let code = self.docker().inspect_exec(&id).await?.exit_code;
        Ok(Executed { code, output: text })
    }
}
