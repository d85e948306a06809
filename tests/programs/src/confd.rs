//! The stand-in load balancer's renderer: plays the part of `confd` in k3d's proxy image.
//!
//! It reads the same file (`values.yaml`) through the same command line and writes nginx's configuration, once
//! (`-onetime`) or at every change of the file (`-watch`), checking it with nginx and reloading nginx unless
//! `-sync-only`. It is not confd: one template, built in; one backend, a YAML file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::{fs, io};

use clap::Parser;
use notify::{RecursiveMode, Watcher};
use serde::Deserialize;

/// The configuration nginx is started with.
const NGINX_CONF: &str = "/etc/nginx/nginx.conf";

/// confd's command line, as far as the proxy image uses it. Go's flags have one dash; [`main`] adds the second.
#[derive(Debug, Parser)]
struct Arguments {
    /// Render once and end.
    #[arg(long, conflicts_with = "watch")]
    onetime: bool,
    /// Render now and at every change of the file.
    #[arg(long)]
    watch: bool,
    /// Neither check with nginx nor reload it.
    #[arg(long)]
    sync_only: bool,
    /// The values to render.
    #[arg(long, default_value = "/etc/confd/values.yaml")]
    file: PathBuf,
    /// Where values come from.
    #[arg(long, value_parser = ["file"])]
    backend: String,
    /// Taken for compatibility: what there is to say is always said.
    #[arg(long)]
    log_level: Option<String>,
}

/// What a load balancer is told: k3d's file format (`values.yaml`).
#[derive(Debug, Deserialize)]
struct Values {
    /// Container names by `"<port>.<tcp|udp>"`; nginx listens on the same port it forwards to.
    ports: BTreeMap<String, Vec<String>>,
    settings: Settings,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    worker_connections: u32,
    /// Seconds.
    #[serde(default = "default_proxy_timeout")]
    default_proxy_timeout: u32,
}

fn default_proxy_timeout() -> u32 {
    600
}

/// Why nginx does not have the configuration that was asked for.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("`{path}` cannot be read or written: {source}")]
    File { path: PathBuf, source: io::Error },
    #[error("`{path}` is not a load balancer's values: {source}")]
    Values {
        path: PathBuf,
        source: Box<serde_saphyr::Error>,
    },
    #[error("`{0}` is not a port: expected `<number>.<tcp|udp>`")]
    Port(String),
    #[error("`nginx {arguments}` failed:\n{output}")]
    Nginx { arguments: String, output: String },
    #[error("the values cannot be watched: {0}")]
    Watch(#[from] notify::Error),
}

fn main() -> ExitCode {
    let arguments =
        Arguments::parse_from(
            std::env::args().map(|argument| match argument.strip_prefix('-') {
                Some(name) if !name.starts_with('-') => format!("--{name}"),
                _ => argument,
            }),
        );
    let outcome = if arguments.watch {
        watch(&arguments)
    } else {
        synchronise(&arguments)
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rig-confd: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Renders at every change of the values, for as long as the container lives. What goes wrong with one state of
/// the file is said and does not end the watch: the next state may be right.
fn watch(arguments: &Arguments) -> Result<(), Error> {
    let (sender, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Reading the file is an event too, and an answer to it would never end.
        if event.as_ref().is_ok_and(|event| event.kind.is_access()) {
            return;
        }
        // The receiver is gone only when the program is.
        let _ = sender.send(event);
    })?;
    // The folder, not the file: docker replaces the file, and a watch on it would end with the old one.
    let folder = arguments.file.parent().unwrap_or(Path::new("/"));
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    loop {
        if let Err(error) = synchronise(arguments) {
            eprintln!("rig-confd: {error}");
        }
        let Ok(first) = changes.recv() else {
            return Ok(());
        };
        for event in std::iter::once(first).chain(changes.try_iter()) {
            event?;
        }
    }
}

/// Brings nginx's configuration to what the values say, if it is not there already.
fn synchronise(arguments: &Arguments) -> Result<(), Error> {
    let path = arguments.file.as_path();
    let text = fs::read_to_string(path).map_err(|source| Error::File {
        path: path.into(),
        source,
    })?;
    let values: Values = serde_saphyr::from_str(&text).map_err(|source| Error::Values {
        path: path.into(),
        source: Box::new(source),
    })?;
    let configuration = render(&values)?;

    let target = Path::new(NGINX_CONF);
    let file = |source| Error::File {
        path: target.into(),
        source,
    };
    // confd's template carries the time and so always differs at its first look; a reload on equal content is
    // part of what the load balancer's log shows at start.
    let mut staged =
        tempfile::NamedTempFile::new_in(target.parent().unwrap_or(Path::new("/"))).map_err(file)?;
    staged.write_all(configuration.as_bytes()).map_err(file)?;
    if !arguments.sync_only {
        nginx(&["-t", "-c", &staged.path().to_string_lossy()])?;
    }
    staged.persist(target).map_err(|error| file(error.error))?;
    println!("rig-confd: `{NGINX_CONF}` has been updated");
    if arguments.sync_only {
        Ok(())
    } else {
        nginx(&["-s", "reload"])
    }
}

fn nginx(arguments: &[&str]) -> Result<(), Error> {
    let failed = |output| Error::Nginx {
        arguments: arguments.join(" "),
        output,
    };
    let run = Command::new("/usr/sbin/nginx")
        .args(arguments)
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if run.status.success() {
        Ok(())
    } else {
        Err(failed(String::from_utf8_lossy(&run.stderr).into_owned()))
    }
}

/// One stream upstream and one server per port, each listening on the port it forwards to.
fn render(values: &Values) -> Result<String, Error> {
    let mut streams = String::new();
    for (key, nodes) in &values.ports {
        let (port, protocol) = port(key)?;
        let name = format!("{port}_{protocol}");
        let udp = if protocol == "udp" { " udp" } else { "" };
        let timeout = values.settings.default_proxy_timeout;
        // Writing to a string cannot fail.
        let _ = writeln!(streams, "  upstream {name} {{");
        for node in nodes {
            let _ = writeln!(
                streams,
                "    server {node}:{port} max_fails=1 fail_timeout=10s;"
            );
        }
        let _ = write!(
            streams,
            "  }}
  server {{
    listen {port}{udp};
    proxy_pass {name};
    proxy_timeout {timeout};
    proxy_connect_timeout 2s;
  }}
"
        );
    }
    Ok(format!(
        "load_module /usr/lib/nginx/modules/ngx_stream_module.so;
error_log stderr notice;
worker_processes auto;
events {{
  worker_connections {};
}}
stream {{
{streams}}}
",
        values.settings.worker_connections
    ))
}

fn port(key: &str) -> Result<(u16, &str), Error> {
    key.split_once('.')
        .filter(|(_, protocol)| ["tcp", "udp"].contains(protocol))
        .and_then(|(number, protocol)| Some((number.parse().ok()?, protocol)))
        .ok_or_else(|| Error::Port(key.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test ends where its ground is missing"
    )]

    use super::*;

    #[test]
    fn a_port_listens_where_it_forwards_to() {
        let values = serde_saphyr::from_str(
            "ports:\n  53.udp:\n  - a\n  6443.tcp:\n  - s0\n  - s1\nsettings:\n  workerConnections: 1030\n",
        )
        .unwrap();
        assert_eq!(
            render(&values).unwrap(),
            "load_module /usr/lib/nginx/modules/ngx_stream_module.so;
error_log stderr notice;
worker_processes auto;
events {
  worker_connections 1030;
}
stream {
  upstream 53_udp {
    server a:53 max_fails=1 fail_timeout=10s;
  }
  server {
    listen 53 udp;
    proxy_pass 53_udp;
    proxy_timeout 600;
    proxy_connect_timeout 2s;
  }
  upstream 6443_tcp {
    server s0:6443 max_fails=1 fail_timeout=10s;
    server s1:6443 max_fails=1 fail_timeout=10s;
  }
  server {
    listen 6443;
    proxy_pass 6443_tcp;
    proxy_timeout 600;
    proxy_connect_timeout 2s;
  }
}
"
        );
    }

    #[test]
    fn the_timeout_is_taken_from_the_settings() {
        let settings: Settings =
            serde_saphyr::from_str("workerConnections: 1024\ndefaultProxyTimeout: 60\n").unwrap();
        assert_eq!(
            (settings.worker_connections, settings.default_proxy_timeout),
            (1024, 60)
        );
    }

    #[test]
    fn a_key_that_is_no_port_is_refused() {
        for key in ["6443", "6443.icmp", "x.tcp", "70000.tcp"] {
            assert!(
                matches!(port(key), Err(Error::Port(named)) if named == key),
                "{key}"
            );
        }
    }
}
