//! Tells an engine's answers apart.
//!
//! Docker says a failure by a status code and an English sentence; the sentence is the only place
//! that says which port, name or image it was. All such sentences are in this file, with real ones in
//! its tests: Podman, Docker Desktop and several releases of each word the same failure differently.

use super::{EngineError, Said};

impl EngineError {
    /// What an answer of the engine means. `status` is none where a stream broke off with a message.
    pub fn from_answer(status: Option<u16>, message: &str) -> Self {
        let said = || Said(message.trim().to_owned());
        let text = message.to_lowercase();
        let has = |part: &str| text.contains(part);
        if has("no space left on device") {
            Self::NoSpace(said())
        } else if has("unable to apply caps") || has("can't apply capabilities") {
            Self::CapabilityDenied(said())
        } else if has("port is already allocated") || has("address already in use") {
            Self::PortTaken {
                port: host_port(message),
                said: said(),
            }
        } else if has("cannot assign requested address") {
            Self::NoSuchAddress(said())
        } else if (has("bind") || has("expos"))
            && (has("permission denied") || has("privileged port"))
        {
            Self::PortForbidden {
                port: host_port(message),
                said: said(),
            }
        } else if has("address pool")
            || has("predefined address pools")
            || has("could not find free subnet")
        {
            Self::NoAddressPool(said())
        } else if has("pool overlaps with other one")
            || has("is already used on the host or by another config")
        {
            Self::SubnetTaken
        } else if has("already in use by container")
            || has("name is already in use")
            || has("network with name") && has("already exists")
            || has("network name") && has("already used")
        {
            Self::NameTaken {
                name: quoted(message).unwrap_or_default(),
            }
        } else if has("no such image") || has("image not known") {
            Self::ImageNotFound {
                image: after(message, "no such image:").unwrap_or_default(),
            }
        } else if has("active endpoints") || has("volume is in use") || has("volume is being used")
        {
            Self::InUse(said())
        } else if has("is too new. maximum supported") || has("is too old. minimum supported") {
            Self::TooOld {
                version: api_version(message).unwrap_or_default(),
            }
        } else if has("is not paused") || has("is already paused") || has("is not running") {
            // Docker 20.10 says some of these with status 500.
            Self::Conflict(said())
        } else {
            match status {
                Some(404) => Self::NotFound(said()),
                Some(409) => Self::Conflict(said()),
                _ => Self::Other(said()),
            }
        }
    }
}

/// What a registry's (or the road to it's) refusal means.
pub(super) fn refused_pull(image: &str, said: Said) -> EngineError {
    const UNREACHABLE: [&str; 10] = [
        "no such host",
        "temporary failure in name resolution",
        "server misbehaving",
        "network is unreachable",
        "no route to host",
        "connection refused",
        "connection reset",
        "i/o timeout",
        "timeout exceeded",
        "handshake timeout",
    ];
    let text = said.0.to_lowercase();
    let image = image.to_owned();
    if text.contains("manifest unknown") || text.contains("not found") && text.contains("manifest")
    {
        EngineError::ImageNotFound { image }
    } else if UNREACHABLE.iter().any(|part| text.contains(part)) {
        EngineError::Offline { image, said }
    } else {
        EngineError::ImagePullRefused { image, said }
    }
}

/// The host's port in a message about ports: the first `address:port` after the words that announce it.
fn host_port(message: &str) -> Option<u16> {
    const BEFORE: [&str; 8] = [
        "Bind for ",
        "failed to bind host port for ",
        "failed to bind host port ",
        "exposing port TCP ",
        "exposing port UDP ",
        "listen tcp4 ",
        "listen tcp ",
        "privileged port ",
    ];
    let rest = BEFORE
        .iter()
        .find_map(|words| Some(message.split_once(words)?.1))?;
    let word = rest.split(' ').next()?;
    // `127.0.0.1:6443:172.17.0.2:80/tcp` has the container's side too; the host's comes first.
    let address = if let Some(bracket) = word.find(']') {
        &word[bracket + 1..]
    } else {
        word
    };
    address
        .split([':', '/', ','])
        .filter(|part| !part.contains('.'))
        .find_map(|part| part.parse().ok())
}

/// The name of a message in quotes, else the word after "name".
fn quoted(message: &str) -> Option<String> {
    let name = message.split('"').nth(1).or_else(|| {
        let mut words = message.split_whitespace();
        words.find(|word| *word == "name")?;
        words.next()
    })?;
    Some(name.trim_start_matches('/').to_owned())
}

/// The word after `lead`, which is matched in lower case.
fn after(message: &str, lead: &str) -> Option<String> {
    let start = message.to_lowercase().find(lead)? + lead.len();
    let word = message.get(start..)?.split_whitespace().next()?;
    Some(word.trim_matches(['"', '`', '\'']).to_owned())
}

/// The last `1.41` of a message about API versions: the one the engine does support.
fn api_version(message: &str) -> Option<String> {
    message
        .split_whitespace()
        .map(|word| word.trim_matches([',', '.']))
        .rfind(|word| word.starts_with("1.") && word[2..].chars().all(|c| c.is_ascii_digit()))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use bollard::errors::Error as BollardError;

    use super::*;

    #[test]
    fn every_known_answer_of_an_engine_has_its_name() {
        type Named = fn(Said) -> EngineError;
        let cases: [(u16, &str, Named); 17] = [
            (
                409,
                "Conflict. The container name \"/k3d-dev-server-0\" is already in use by container \"e3949793ae19\". You have to remove (or rename) that container to be able to reuse that name.",
                |_| EngineError::NameTaken {
                    name: "k3d-dev-server-0".into(),
                },
            ),
            (409, "network with name k3d-dev already exists", |_| {
                EngineError::NameTaken {
                    name: "k3d-dev".into(),
                }
            }),
            (
                409,
                "removal of container k3d-dev-server-0 is already in progress",
                EngineError::Conflict,
            ),
            (500, "Container 0a is not paused", EngineError::Conflict),
            (
                404,
                "No such container: k3d-dev-server-0",
                EngineError::NotFound,
            ),
            (404, "network k3d-dev not found", EngineError::NotFound),
            (404, "No such image: rancher/k3s:v1.31.4-k3s1", |_| {
                EngineError::ImageNotFound {
                    image: "rancher/k3s:v1.31.4-k3s1".into(),
                }
            }),
            (
                403,
                "error while removing network: network k3d-dev id 0a has active endpoints",
                EngineError::InUse,
            ),
            (
                409,
                "remove k3d-dev-images: volume is in use - [0a]",
                EngineError::InUse,
            ),
            (
                500,
                "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
                EngineError::NoAddressPool,
            ),
            (
                400,
                "all predefined address pools have been fully subnetted",
                EngineError::NoAddressPool,
            ),
            (
                500,
                "write /var/lib/docker/tmp/GetImageBlob1: no space left on device",
                EngineError::NoSpace,
            ),
            (
                400,
                "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply caps: operation not permitted: unknown",
                EngineError::CapabilityDenied,
            ),
            (
                403,
                "Pool overlaps with other one on this address space",
                |_| EngineError::SubnetTaken,
            ),
            (
                500,
                "driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): Error starting userland proxy: listen tcp4 192.0.2.7:6550: bind: cannot assign requested address",
                EngineError::NoSuchAddress,
            ),
            (
                500,
                "failed to set up container networking: driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): failed to bind host port for 192.0.2.7:6550:172.18.0.2:80/tcp: cannot assign requested address",
                EngineError::NoSuchAddress,
            ),
            (500, "something else", EngineError::Other),
        ];
        for (status, text, expected) in cases {
            assert_eq!(
                EngineError::from_answer(Some(status), text),
                expected(Said(text.into()))
            );
        }
        assert_eq!(
            EngineError::from_answer(
                Some(400),
                "client version 1.99 is too new. Maximum supported API version is 1.40"
            ),
            EngineError::TooOld {
                version: "1.40".into()
            }
        );
    }

    #[test]
    fn a_port_that_cannot_be_had_is_named_however_the_engine_words_it() {
        let taken = |text: &str| match EngineError::from_answer(Some(500), text) {
            EngineError::PortTaken { port, said } if said.0 == text => port,
            other => panic!("{other:?}"),
        };
        for text in [
            "driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): Bind for 127.0.0.1:6443 failed: port is already allocated",
            "driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): Error starting userland proxy: listen tcp4 127.0.0.1:6443: bind: address already in use",
            "failed to set up container networking: driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): failed to bind host port for 127.0.0.1:6443:172.18.0.2:80/tcp: address already in use",
            "failed to set up container networking: driver failed programming external connectivity on endpoint k3d-dev-serverlb (0a1b): failed to bind host port 127.0.0.1:6443/tcp: address already in use",
            "Ports are not available: exposing port TCP 127.0.0.1:6443 -> 127.0.0.1:0: listen tcp 127.0.0.1:6443: bind: address already in use",
            "driver failed programming external connectivity on endpoint x (0a): Bind for :::6443 failed: port is already allocated",
            "Bind for [::1]:6443 failed: port is already allocated",
            "cannot listen on the TCP port: listen tcp4 :6443: bind: address already in use",
        ] {
            assert_eq!(taken(text), Some(6443), "{text}");
        }
        assert_eq!(taken("address already in use"), None);
        for text in [
            "driver failed programming external connectivity on endpoint x (0a): Error starting userland proxy: error while calling PortManager.AddPort(): cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
            "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: permission denied",
        ] {
            assert_eq!(
                EngineError::from_answer(Some(500), text),
                EngineError::PortForbidden {
                    port: Some(80),
                    said: Said(text.into())
                }
            );
        }
    }

    #[test]
    fn a_failed_pull_says_whether_the_image_the_registry_or_the_network_is_at_fault() {
        let image = "docker.io/rancher/k3s:v9";
        let pull = |status_code, text: &str| {
            EngineError::pulling(
                image,
                BollardError::DockerResponseServerError {
                    status_code,
                    message: text.into(),
                },
            )
        };
        assert_eq!(
            pull(
                404,
                "manifest for rancher/k3s:v9 not found: manifest unknown: manifest unknown"
            ),
            EngineError::ImageNotFound {
                image: image.into()
            }
        );
        for (status, text) in [
            (
                404,
                "pull access denied for rancher/k9s, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
            ),
            (
                500,
                "toomanyrequests: You have reached your pull rate limit.",
            ),
            (
                500,
                "Get \"https://registry-1.docker.io/v2/\": tls: failed to verify certificate: x509: certificate signed by unknown authority",
            ),
        ] {
            assert_eq!(
                pull(status, text),
                EngineError::ImagePullRefused {
                    image: image.into(),
                    said: Said(text.into())
                }
            );
        }
        for text in [
            "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on 127.0.0.11:53: no such host",
            "Get \"https://registry-1.docker.io/v2/\": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
            "Get \"https://registry-1.docker.io/v2/\": dial tcp 1.2.3.4:443: connect: connection refused",
        ] {
            assert_eq!(
                pull(500, text),
                EngineError::Offline {
                    image: image.into(),
                    said: Said(text.into())
                }
            );
        }
    }
}
