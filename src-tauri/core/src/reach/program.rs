//! Runs the program that a context signs in with, by the protocol of Kubernetes' credential plugins.
//!
//! Whether it may run is decided before. It has no terminal, and it ends with the question, on Unix
//! together with everything that it started. What it writes is not repeated anywhere: it is a
//! credential, and what it complains of may hold one.

use std::{io, process::Stdio};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use kube::config::{AuthInfo, Cluster, ExecAuthCluster, ExecConfig, ExecInteractiveMode};
#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process_group};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
#[cfg(unix)]
use tokio::process::Child;
use tokio::process::Command;

use super::error::{ProgramError, ReachError};

/// The variable that tells such a program what it is asked.
const QUESTION: &str = "KUBERNETES_EXEC_INFO";
/// Windows: no console window appears for it.
#[cfg(windows)]
const NO_WINDOW: u32 = 0x0800_0000;

/// What a program gave.
pub(super) struct Given {
    token: Option<SecretString>,
    /// A certificate and its key, both PEM.
    certificate: Option<(String, String)>,
    pub(super) expires: Option<Timestamp>,
}

impl Given {
    /// Has this user sign in with it.
    pub(super) fn put_into(self, user: &mut AuthInfo) {
        user.token = self.token;
        if let Some((certificate, key)) = self.certificate {
            user.client_certificate_data = Some(STANDARD.encode(certificate));
            user.client_key_data = Some(STANDARD.encode(key).into());
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<Timestamp>,
}

/// Runs it, for this cluster.
pub(super) async fn run(exec: &ExecConfig, cluster: &Cluster) -> Result<Given, ReachError> {
    let program = exec.command.clone().unwrap_or_default();
    let fail = |source| ReachError::Program {
        program: program.clone(),
        source,
    };
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(fail(ProgramError::WantsTerminal));
    }
    let mut command = Command::new(&program);
    let variables = exec.env.iter().flatten();
    command
        .args(exec.args.iter().flatten())
        .envs(variables.filter_map(|pair| Some((pair.get("name")?, pair.get("value")?))))
        .env(QUESTION, question(exec, cluster))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    #[cfg(windows)]
    command.creation_flags(NO_WINDOW);
    #[cfg(unix)]
    command.process_group(0);
    let not_started = |error: io::Error| {
        fail(match error.kind() {
            io::ErrorKind::NotFound => ProgramError::Missing,
            _ => ProgramError::NotStarted(error),
        })
    };
    let child = command.spawn().map_err(not_started)?;
    #[cfg(unix)]
    let group = Group::of(&child);
    let output = child.wait_with_output().await.map_err(not_started)?;
    #[cfg(unix)]
    group.release();
    if !output.status.success() {
        return Err(fail(ProgramError::Failed(output.status.to_string())));
    }
    read(&output.stdout).ok_or_else(|| fail(ProgramError::NotUnderstood))
}

/// A program with everything that it started. What of it still runs when nobody waits any more is killed.
#[cfg(unix)]
struct Group(Option<Pid>);

#[cfg(unix)]
impl Group {
    /// The group of a program that was started as the first of one.
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// It answered: what it left running, such as an agent that keeps credentials, is its own affair.
    fn release(mut self) {
        self.0 = None;
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // One that is gone needs no end.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn read(output: &[u8]) -> Option<Given> {
    let answer: Answer = serde_json::from_slice(output).ok()?;
    let status = answer.status?;
    let given = Given {
        token: status.token.map(SecretString::from),
        certificate: status.client_certificate_data.zip(status.client_key_data),
        expires: status.expiration_timestamp,
    };
    (given.token.is_some() || given.certificate.is_some()).then_some(given)
}

fn question(exec: &ExecConfig, cluster: &Cluster) -> String {
    let mut spec = json!({ "interactive": false });
    if exec.provide_cluster_info {
        let cluster = ExecAuthCluster::try_from(cluster).unwrap_or_default();
        spec["cluster"] = json!(cluster);
    }
    let version = exec.api_version.as_deref();
    json!({
        "apiVersion": version.unwrap_or("client.authentication.k8s.io/v1"),
        "kind": "ExecCredential",
        "spec": spec,
    })
    .to_string()
}
