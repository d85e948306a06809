//! Where an engine listens, and why that one was chosen.
//!
//! Only addresses here: choosing is [`super::search`]'s work, connecting [`super::Engine::connect`]'s.

use std::{fmt, path::PathBuf, str::FromStr};

use super::EngineError;
use crate::snapshot::EndpointView;

/// How an engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket.
    Unix(PathBuf),
    /// A named pipe of Windows, such as `//./pipe/docker_engine`.
    Pipe(String),
    /// Plain or TLS over TCP, as `host:port`.
    Tcp(String),
    /// Through ssh and the `docker` on the other side, as `user@host:port`.
    Ssh(String),
}

impl FromStr for Address {
    type Err = EngineError;

    /// Reads what `DOCKER_HOST` may hold; a bare path is a Unix socket.
    fn from_str(text: &str) -> Result<Self, EngineError> {
        let text = text.trim();
        let address = match text.split_once("://") {
            Some((_, "")) => None,
            Some(("unix", path)) => Some(Self::Unix(path.into())),
            Some(("npipe", name)) => Some(Self::Pipe(name.to_owned())),
            Some(("tcp" | "http" | "https", host)) => {
                Some(Self::Tcp(host.trim_end_matches('/').to_owned()))
            }
            Some(("ssh", host)) => Some(Self::Ssh(host.trim_end_matches('/').to_owned())),
            None if text.starts_with('/') => Some(Self::Unix(text.into())),
            _ => None,
        };
        address.ok_or_else(|| EngineError::BadAddress {
            address: text.to_owned(),
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe://{name}"),
            Self::Tcp(host) => write!(f, "tcp://{host}"),
            Self::Ssh(host) => write!(f, "ssh://{host}"),
        }
    }
}

impl Address {
    /// The host that published ports are on: none for an engine of this machine.
    pub fn remote_host(&self) -> Option<&str> {
        let authority = match self {
            Self::Unix(_) | Self::Pipe(_) => return None,
            Self::Tcp(authority) | Self::Ssh(authority) => authority,
        };
        let host = authority
            .rsplit_once('@')
            .map_or(authority.as_str(), |(_, host)| host);
        let host = host.split('/').next().unwrap_or(host);
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or(rest),
            None => host.split(':').next().unwrap_or(host),
        };
        let local = matches!(host, "" | "localhost" | "127.0.0.1" | "::1" | "0.0.0.0");
        (!local).then_some(host)
    }
}

/// The files of a TLS connection to an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificates of those who may vouch for the engine.
    pub ca: PathBuf,
    /// Our certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl TlsFiles {
    /// docker's three names in one folder.
    pub fn in_folder(folder: &std::path::Path) -> Self {
        Self {
            ca: folder.join("ca.pem"),
            cert: folder.join("cert.pem"),
            key: folder.join("key.pem"),
        }
    }
}

/// Why an engine was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The user's setting.
    Setting,
    /// The variable `DOCKER_HOST`.
    DockerHost,
    /// The variable `DOCKER_CONTEXT`, which names a docker context.
    DockerContext(String),
    /// docker's current context.
    CurrentContext(String),
    /// Its socket is where this product puts it.
    Found(&'static str),
    /// Nothing was found; this is where docker would look.
    Default,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting => f.write_str("from the settings"),
            Self::DockerHost => f.write_str("from `DOCKER_HOST`"),
            Self::DockerContext(name) => {
                write!(f, "docker context `{name}`, from `DOCKER_CONTEXT`")
            }
            Self::CurrentContext(name) => write!(f, "docker context `{name}`"),
            Self::Found(product) => write!(f, "found: {product}"),
            Self::Default => f.write_str("docker's default"),
        }
    }
}

/// An engine that may be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// How it is reached.
    pub address: Address,
    /// The files of its TLS, where it has it.
    pub tls: Option<TlsFiles>,
    /// Why this one.
    pub reason: Reason,
}

impl Endpoint {
    /// What the snapshot says of it.
    pub fn view(&self) -> EndpointView {
        EndpointView {
            address: self.address.to_string(),
            reason: self.reason.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_docker_reads_it_and_says_which_host_it_is_on() {
        type Read = Option<(Address, Option<&'static str>)>;
        let cases: [(&str, Read); 10] = [
            (
                "unix:///var/run/docker.sock",
                Some((Address::Unix("/var/run/docker.sock".into()), None)),
            ),
            ("/x.sock", Some((Address::Unix("/x.sock".into()), None))),
            (
                "npipe:////./pipe/docker_engine",
                Some((Address::Pipe("//./pipe/docker_engine".into()), None)),
            ),
            (
                "tcp://far:2376/",
                Some((Address::Tcp("far:2376".into()), Some("far"))),
            ),
            (
                "tcp://localhost:2375",
                Some((Address::Tcp("localhost:2375".into()), None)),
            ),
            (
                "https://[fd00::7]:2376",
                Some((Address::Tcp("[fd00::7]:2376".into()), Some("fd00::7"))),
            ),
            (
                "ssh://me@far:22",
                Some((Address::Ssh("me@far:22".into()), Some("far"))),
            ),
            ("far:2375", None),
            ("tcp://", None),
            ("fd://", None),
        ];
        for (text, expected) in cases {
            let read = text.parse::<Address>().ok();
            let host = read.as_ref().and_then(Address::remote_host);
            assert_eq!(
                read.clone().map(|address| (address, host)),
                expected,
                "{text}"
            );
        }
    }
}
