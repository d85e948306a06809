//! A stand-in for a k3s node in tests, for machines that cannot reach an image registry: one binary that is `k3s`,
//! `kubectl`, `ctr` and `crictl`, answers as k3s does and runs no pods. Never shipped; README.md lists the differences.

mod api;
mod arguments;
mod client;
mod controllers;
mod ensemble;
mod failure;
mod images;
mod journal;
mod kubeconfig;
mod kubectl;
mod kubelet;
mod listener;
mod manifests;
mod pki;
mod server;
mod store;
mod supervisor;

use std::path::Path;
use std::process::ExitCode;

use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::{ArgumentsError, NodeConfig, Role};
use crate::failure::Failure;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().collect();
    let called = Path::new(&arguments.remove(0))
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let command = match called.as_str() {
        "kubectl" | "ctr" | "crictl" => called,
        _ if arguments.is_empty() => "--help".to_owned(),
        _ => arguments.remove(0),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            journal::fatal(error);
            return ExitCode::FAILURE;
        }
    };
    let code = match command.as_str() {
        "server" => runtime.block_on(node(Role::Server, arguments)),
        "agent" => runtime.block_on(node(Role::Agent, arguments)),
        "kubectl" => runtime.block_on(kubectl::run(arguments)),
        "ctr" => images::ctr(&arguments),
        "crictl" => images::crictl(&arguments),
        "--version" | "-v" => {
            println!("k3s version {} (stand-in for tests)", version());
            ExitCode::SUCCESS
        }
        other => {
            eprintln!(
                "k3s (stand-in for tests): server, agent, kubectl, ctr or crictl, not {other}"
            );
            ExitCode::FAILURE
        }
    };
    // A name being resolved keeps a thread for seconds; nobody waits for it.
    runtime.shutdown_background();
    code
}

/// Runs a node until SIGTERM or SIGINT, which end it at once with code 0, or a failure, which ends it with code 1.
async fn node(role: Role, arguments: Vec<String>) -> ExitCode {
    let (Ok(mut terminated), Ok(mut interrupted)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        journal::fatal("cannot listen for signals");
        return ExitCode::FAILURE;
    };
    tokio::select! {
        () = start(role, arguments) => ExitCode::FAILURE,
        _ = terminated.recv() => ExitCode::SUCCESS,
        _ = interrupted.recv() => ExitCode::SUCCESS,
    }
}

/// Returns when the node has failed, after its fatal line.
async fn start(role: Role, arguments: Vec<String>) {
    let config = match NodeConfig::parse(role, arguments, |name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => {
            if matches!(
                error,
                ArgumentsError::Unknown(_) | ArgumentsError::NoValue(_)
            ) {
                eprintln!("Incorrect Usage: {error}");
            }
            return journal::fatal(error);
        }
    };
    match config.failure {
        Some(Failure::CrashAtStart) => {
            journal::info(format!(
                "Starting k3s {} (stand-in for tests: runs no pods)",
                config.version
            ));
            return journal::fatal(failure::CRASH);
        }
        Some(Failure::SlowStart(delay)) => tokio::time::sleep(delay).await,
        _ => {}
    }
    match role {
        Role::Server => {
            if let Err(error) = server::run(config).await {
                journal::fatal(server::fatal_line(&error));
            }
        }
        Role::Agent => {
            journal::info(format!(
                "Starting k3s agent {} (stand-in for tests: runs no pods)",
                config.version
            ));
            let ip = config.ip.unwrap_or_else(server::outward_address);
            let join = config
                .join
                .clone()
                .unwrap_or_default()
                .trim_end_matches('/')
                .to_owned();
            kubelet::run(config, ip, join, false).await;
        }
    }
}

fn version() -> String {
    std::env::var("STANDIN_VERSION").unwrap_or_else(|_| arguments::DEFAULT_VERSION.to_owned())
}
