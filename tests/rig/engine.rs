//! Small jobs on the real engine, for the rig's own tests and for setting a scene. What k3tray does
//! with containers is never done here.

use std::{io::Read, net::TcpStream, time::Duration};

use bollard::{
    Docker, body_full,
    container::LogOutput,
    exec::StartExecResults,
    models::{ContainerCreateBody, ExecConfig, PortBinding, PortMap},
    query_parameters::{
        CreateContainerOptionsBuilder, InspectContainerOptions, LogsOptionsBuilder,
        StartContainerOptions, UploadToContainerOptionsBuilder,
    },
};
use futures_util::TryStreamExt;

/// How long an engine may take to answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The address of the suite's engine, as `DOCKER_HOST` names it.
pub fn address() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| {
        panic!("no engine: run this through `tests/rig/with-engine`, as `make test` does")
    })
}

/// A connection to the suite's engine.
pub fn connect() -> Docker {
    let docker = Docker::connect_with_host(&address())
        .unwrap_or_else(|error| panic!("the suite's engine cannot be reached: {error}"));
    docker.with_timeout(TIMEOUT)
}

/// Makes the container `name`.
pub async fn create(docker: &Docker, name: &str, body: ContainerCreateBody) {
    let options = CreateContainerOptionsBuilder::new().name(name).build();
    docker
        .create_container(Some(options), body)
        .await
        .unwrap_or_else(|error| panic!("`{name}` cannot be made: {error}"));
}

/// The port of this machine that the container's TCP port `port` is published on.
pub async fn published_port(docker: &Docker, container: &str, port: u16) -> u16 {
    docker
        .inspect_container(container, None::<InspectContainerOptions>)
        .await
        .ok()
        .and_then(|inspected| {
            inspected
                .network_settings?
                .ports?
                .remove(&format!("{port}/tcp"))?
        })
        .and_then(|bindings| bindings.into_iter().next()?.host_port?.parse().ok())
        .unwrap_or_else(|| panic!("`{container}` does not publish {port}/tcp"))
}

/// What publishes a container's TCP port `port` on a free port of 127.0.0.1.
pub fn publish(port: u16) -> PortMap {
    let anywhere = PortBinding {
        host_ip: Some("127.0.0.1".to_owned()),
        host_port: None,
    };
    PortMap::from([(format!("{port}/tcp"), Some(vec![anywhere]))])
}

/// Starts the container `name`.
pub async fn start(docker: &Docker, name: &str) {
    docker
        .start_container(name, None::<StartContainerOptions>)
        .await
        .unwrap_or_else(|error| panic!("`{name}` cannot be started: {error}"));
}

/// Puts a file into a container, replacing what is there, as `docker cp` does.
pub async fn put_file(docker: &Docker, container: &str, path: &str, content: &str) {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o744);
    let bytes = archive
        .append_data(
            &mut header,
            path.trim_start_matches('/'),
            content.as_bytes(),
        )
        .and_then(|()| archive.into_inner())
        .unwrap_or_else(|error| panic!("no archive of `{path}`: {error}"));
    let options = UploadToContainerOptionsBuilder::new().path("/").build();
    docker
        .upload_to_container(container, Some(options), body_full(bytes.into()))
        .await
        .unwrap_or_else(|error| panic!("`{path}` cannot be put into `{container}`: {error}"));
}

/// All a container has logged.
pub async fn logs(docker: &Docker, container: &str) -> String {
    let options = LogsOptionsBuilder::new().stdout(true).stderr(true).build();
    let lines: Vec<LogOutput> = docker
        .logs(container, Some(options))
        .try_collect()
        .await
        .unwrap_or_else(|error| panic!("`{container}` has no log: {error}"));
    lines.iter().map(ToString::to_string).collect()
}

/// What `command` printed in a running container, and its exit code.
pub async fn exec(docker: &Docker, container: &str, command: &[&str]) -> (String, i64) {
    try_exec(docker, container, command)
        .await
        .unwrap_or_else(|error| panic!("`{}` in `{container}`: {error}", command.join(" ")))
}

async fn try_exec(
    docker: &Docker,
    container: &str,
    command: &[&str],
) -> Result<(String, i64), bollard::errors::Error> {
    let config = ExecConfig {
        cmd: Some(command.iter().map(ToString::to_string).collect()),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        ..ExecConfig::default()
    };
    let exec = docker.create_exec(container, config).await?;
    let mut printed = String::new();
    if let StartExecResults::Attached { output, .. } = docker.start_exec(&exec.id, None).await? {
        let lines: Vec<LogOutput> = output.try_collect().await?;
        printed = lines.iter().map(ToString::to_string).collect();
    }
    let code = docker.inspect_exec(&exec.id).await?.exit_code;
    Ok((printed, code.unwrap_or(-1)))
}

/// What a TCP server on 127.0.0.1:`port` says to a client that says nothing; `None` where none answers.
pub fn greeting(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut said = String::new();
    stream.read_to_string(&mut said).ok()?;
    (!said.is_empty()).then_some(said)
}
