//! What goes wrong with an engine, named for what a person can do about it.
//!
//! The variants and their advice; how an engine's answer is told to be one of them is in [`answer`].

mod answer;

use std::{error::Error as _, io};

use bollard::errors::Error as BollardError;

use crate::error::{Code, Explain};

/// The words of the engine, of an API or of the system, kept as the cause of an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub String);

/// Why the engine did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nothing listens at its address, or the connection broke.
    #[error("the container engine does not answer")]
    NotRunning(#[source] Said),
    /// It listens, but this user may not use its socket.
    #[error("this user may not use the container engine")]
    PermissionDenied(#[source] Said),
    /// Neither side could agree on who the other is.
    #[error("no secure connection to the container engine was possible")]
    Tls(#[source] Said),
    /// The address is none that can be connected to.
    #[error("`{address}` is not the address of a container engine")]
    BadAddress {
        /// As it was given.
        address: String,
    },
    /// The docker context that was chosen cannot be used.
    #[error("docker context `{name}` cannot be used")]
    BadContext {
        /// The context.
        name: String,
        /// Why.
        #[source]
        said: Said,
    },
    /// Its API is older than [`super::API_MINIMUM`].
    #[error("the container engine is too old: its API is {version}")]
    TooOld {
        /// Its API version.
        version: String,
    },
    /// It did not answer in time.
    #[error("the container engine did not answer in time")]
    Timeout,
    /// A container or network of that name exists.
    #[error("the name `{name}` is taken")]
    NameTaken {
        /// The name of the container or network.
        name: String,
    },
    /// Another program or container listens on the host port.
    #[error("{} is in use", port_phrase(*port))]
    PortTaken {
        /// Which, where the engine says.
        port: Option<u16>,
        /// Its words.
        #[source]
        said: Said,
    },
    /// The engine's machine does not have the address that a port was to be published on.
    #[error("the engine's machine does not have the address")]
    NoSuchAddress(#[source] Said),
    /// The engine may not listen on the host port (rootless engines below 1024).
    #[error("the container engine may not use {}", port_phrase(*port))]
    PortForbidden {
        /// Which, where the engine says.
        port: Option<u16>,
        /// Its words.
        #[source]
        said: Said,
    },
    /// Neither the engine nor the registry has the image.
    #[error("there is no image `{image}`")]
    ImageNotFound {
        /// The reference.
        image: String,
    },
    /// The registry answered and refused.
    #[error("the registry refused to give image `{image}`")]
    ImagePullRefused {
        /// The reference.
        image: String,
        /// Its words.
        #[source]
        said: Said,
    },
    /// The registry could not be reached.
    #[error("image `{image}` could not be pulled: its registry cannot be reached")]
    Offline {
        /// The reference.
        image: String,
        /// The engine's words.
        #[source]
        said: Said,
    },
    /// The engine's disk is full.
    #[error("there is no space left on the engine's disk")]
    NoSpace(#[source] Said),
    /// The engine has no subnet left for another network.
    #[error("the engine has no address range left for another network")]
    NoAddressPool(#[source] Said),
    /// The subnet that was asked for overlaps with another network's.
    #[error("the address range is taken by another network")]
    SubnetTaken,
    /// The engine itself lacks a capability, so it cannot run privileged containers.
    #[error("the engine cannot run privileged containers")]
    CapabilityDenied(#[source] Said),
    /// What was named does not exist.
    #[error("the engine does not know it")]
    NotFound(#[source] Said),
    /// It cannot be removed while something uses it.
    #[error("it is still in use")]
    InUse(#[source] Said),
    /// What was asked does not fit the state it is in.
    #[error("its state does not allow it")]
    Conflict(#[source] Said),
    /// Anything else.
    #[error("the container engine refused")]
    Other(#[source] Said),
}

fn port_phrase(port: Option<u16>) -> String {
    port.map_or_else(
        || "a port of the host".to_owned(),
        |port| format!("port {port} of the host"),
    )
}

impl EngineError {
    /// Whether the engine itself cannot be reached: a state to wait out, not a refusal.
    pub fn is_away(&self) -> bool {
        matches!(
            self,
            Self::NotRunning(_)
                | Self::PermissionDenied(_)
                | Self::Tls(_)
                | Self::BadAddress { .. }
                | Self::BadContext { .. }
                | Self::TooOld { .. }
                | Self::Timeout
        )
    }

    /// Whether what was named does not exist (any more).
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound(_))
    }

    /// What a failed pull of `image` means: words such as "no such host" speak of the registry here.
    pub fn pulling(image: &str, error: BollardError) -> Self {
        match Self::from(error) {
            Self::Other(said) | Self::NotFound(said) | Self::Conflict(said) => {
                answer::refused_pull(image, said)
            }
            Self::ImageNotFound { .. } => Self::ImageNotFound {
                image: image.to_owned(),
            },
            other => other,
        }
    }
}

impl From<BollardError> for EngineError {
    fn from(error: BollardError) -> Self {
        match &error {
            BollardError::DockerResponseServerError {
                status_code,
                message,
            } => Self::from_answer(Some(*status_code), message),
            BollardError::DockerStreamError { error }
            | BollardError::DockerContainerWaitError { error, .. } => {
                Self::from_answer(None, error)
            }
            BollardError::RequestTimeoutError => Self::Timeout,
            BollardError::UnsupportedURISchemeError { uri } => Self::BadAddress {
                address: uri.clone(),
            },
            BollardError::SocketNotFoundError(path) => {
                Self::NotRunning(Said(format!("there is no socket `{path}`")))
            }
            BollardError::CertPathError { .. }
            | BollardError::CertMultipleKeys { .. }
            | BollardError::CertParseError { .. }
            | BollardError::NoNativeCertsError { .. }
            | BollardError::LoadNativeCertsErrors { .. }
            | BollardError::NoHomePathError => Self::Tls(Said(error.to_string())),
            BollardError::IOError { .. }
            | BollardError::HyperResponseError { .. }
            | BollardError::HyperLegacyError { .. } => connection(&error),
            _ => Self::Other(Said(error.to_string())),
        }
    }
}

/// What a broken or refused connection means: told by the deepest cause, which is the system's.
fn connection(error: &BollardError) -> EngineError {
    let mut deepest = error.to_string();
    let mut cause = error.source();
    if let BollardError::IOError { err } = error
        && err.kind() == io::ErrorKind::PermissionDenied
    {
        return EngineError::PermissionDenied(Said(deepest));
    }
    while let Some(error) = cause {
        deepest = error.to_string();
        let denied = error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::PermissionDenied);
        if denied {
            return EngineError::PermissionDenied(Said(deepest));
        }
        if deepest.contains("certificate") || deepest.contains("Certificate") {
            return EngineError::Tls(Said(deepest));
        }
        cause = error.source();
    }
    EngineError::NotRunning(Said(deepest))
}

impl Explain for EngineError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotRunning(_) if cfg!(target_os = "linux") => {
                "Start it, for example with `sudo systemctl start docker`; k3tray notices by itself.".into()
            }
            Self::NotRunning(_) => "Start Docker Desktop or your other container engine; k3tray notices by itself.".into(),
            Self::PermissionDenied(_) => {
                "Add yourself to its group with `sudo usermod -aG docker $USER` and log in again, or use a rootless engine.".into()
            }
            Self::Tls(_) => "Check `ca.pem`, `cert.pem` and `key.pem` of the docker context or in `DOCKER_CERT_PATH`.".into(),
            Self::BadAddress { .. } => {
                "Addresses look like `unix:///var/run/docker.sock`, `tcp://host:2376` or `ssh://user@host`.".into()
            }
            Self::BadContext { .. } => {
                "List them with `docker context ls` and choose one with `docker context use`.".into()
            }
            Self::TooOld { .. } => format!(
                "API {} is needed: Docker 20.10 or newer.",
                super::API_MINIMUM
            ),
            Self::Timeout => "See whether `docker ps` answers; if it does not, restart the engine.".into(),
            Self::NameTaken { .. } => "Choose another name, or delete the one that has it.".into(),
            Self::PortTaken { .. } => "Choose another port, or leave it empty for a free one.".into(),
            Self::NoSuchAddress(_) => {
                "Choose an address that `ip address` shows there, `127.0.0.1` for that machine alone, or `0.0.0.0` for all it has.".into()
            }
            Self::PortForbidden { .. } => "Choose a port of 1024 or above.".into(),
            Self::ImageNotFound { .. } => "Check the image's name and version.".into(),
            Self::ImagePullRefused { image, .. } => format!(
                "Pull it by hand with `docker pull {image}`, after `docker login` where it is private or pulls are limited; an image that is there is used."
            ),
            Self::Offline { image, .. } => format!(
                "Without a network, load the image from an archive: `docker pull {image} && docker save -o image.tar {image}` where there is one, then `docker load -i image.tar` here."
            ),
            Self::NoSpace(_) => "Free some with `docker system df` and `docker system prune`.".into(),
            Self::NoAddressPool(_) => {
                "Remove unused networks with `docker network prune`, or give the engine more in `default-address-pools` of its `daemon.json`.".into()
            }
            Self::CapabilityDenied(_) => {
                "k3s nodes are privileged containers: run the engine where it has every capability, not inside a restricted container.".into()
            }
            Self::SubnetTaken => "Choose another range.".into(),
            Self::InUse(_) => "Stop or disconnect what uses it.".into(),
            Self::NotFound(_) | Self::Conflict(_) | Self::Other(_) => return None,
        };
        Some(hint)
    }

    fn code(&self) -> Code {
        match self {
            Self::BadAddress { .. } | Self::BadContext { .. } | Self::NoSuchAddress(_) => {
                Code::BadInput
            }
            error if error.is_away() => Code::EngineAway,
            Self::NameTaken { .. } => Code::NameTaken,
            Self::PortTaken { .. } => Code::PortTaken,
            Self::ImageNotFound { .. } => Code::NotFound,
            _ => Code::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_socket_is_told_from_a_missing_engine() {
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        let words = denied.to_string();
        assert_eq!(
            EngineError::from(BollardError::from(denied)),
            EngineError::PermissionDenied(Said(words))
        );
        let gone = EngineError::from(BollardError::SocketNotFoundError("/run/x.sock".into()));
        assert_eq!(
            gone,
            EngineError::NotRunning(Said("there is no socket `/run/x.sock`".into()))
        );
        assert_eq!(gone.code(), Code::EngineAway);
    }
}
