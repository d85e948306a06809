//! One container engine: the connection, and what it said of itself.
//!
//! A thin coat around bollard: calls that need no more than bollard has are made on
//! [`Engine::docker`] directly. Which engine it is was decided in [`search`]; what its containers
//! mean is decided in [`crate::inventory`].

pub mod docker_contexts;
pub mod endpoint;
pub mod error;
pub mod events;
pub mod exec;
pub mod files;
pub mod images;
pub mod logs;
pub mod pull;
pub mod search;
pub mod stats;

use std::{collections::HashMap, sync::Arc, time::Duration};

use bollard::{
    API_DEFAULT_VERSION, Docker,
    models::{SystemInfo, SystemInfoCgroupVersionEnum, SystemVersion},
    query_parameters::ListContainersOptionsBuilder,
};

use jiff::Timestamp;

use crate::{cluster::Cluster, inventory, labels, snapshot::EngineDetails};

pub use endpoint::{Address, Endpoint};
pub use error::EngineError;
use error::Said;
pub use events::EngineEvent;
pub use pull::PullProgress;
pub use search::NoEngine;

/// The oldest API that is spoken: Docker 20.10's.
pub const API_MINIMUM: &str = "1.41";

/// How long an engine may take to say what it is. Local ones answer in milliseconds; ssh must first log in.
const GREETING: Duration = Duration::from_secs(5);
const GREETING_BY_SSH: Duration = Duration::from_secs(20);
/// How long any later answer may take to begin. Starting a container on a busy laptop can take a minute.
const ANSWER: Duration = Duration::from_secs(120);

/// A connection to an engine that answered. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    about: Arc<About>,
}

#[derive(Debug)]
struct About {
    endpoint: Endpoint,
    details: EngineDetails,
    greeted_at: Option<Timestamp>,
}

impl Engine {
    /// Connects, agrees on an API version and asks the engine what it is.
    pub async fn connect(endpoint: &Endpoint) -> Result<Self, EngineError> {
        let greeting = match endpoint.address {
            Address::Ssh(_) => GREETING_BY_SSH,
            _ => GREETING,
        };
        let docker = open(endpoint, greeting)?;
        // The whole greeting has one deadline: bollard's own ends with an answer's first byte.
        let (docker, version, system) = tokio::time::timeout(greeting, async {
            let docker = docker.negotiate_version().await?;
            let (version, system) =
                futures_util::future::try_join(docker.version(), docker.info()).await?;
            Ok::<_, EngineError>((docker, version, system))
        })
        .await
        .map_err(|_| EngineError::Timeout)??;
        let details = details(&version, &system, &docker.client_version().to_string())?;
        Ok(Self {
            docker: docker.with_timeout(ANSWER),
            about: Arc::new(About {
                endpoint: endpoint.clone(),
                details,
                greeted_at: system
                    .system_time
                    .as_deref()
                    .and_then(|time| time.parse().ok()),
            }),
        })
    }

    /// bollard's client.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// What the engine said of itself.
    pub fn details(&self) -> &EngineDetails {
        &self.about.details
    }

    /// When it did, by its own clock.
    fn greeted_at(&self) -> Option<Timestamp> {
        self.about.greeted_at
    }

    /// Where it is, and why it was chosen.
    pub fn endpoint(&self) -> &Endpoint {
        &self.about.endpoint
    }

    /// Every cluster there is, in one call.
    pub async fn inventory(&self) -> Result<Vec<Cluster>, EngineError> {
        let label = format!("{}={}", labels::APP, labels::APP_VALUE);
        let filters = HashMap::from([("label", vec![label])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&filters)
            .build();
        let containers = self.docker.list_containers(Some(options)).await?;
        let remote_host = self.endpoint().address.remote_host();
        Ok(inventory::clusters(&containers, remote_host))
    }

    /// The host its published ports are reached at, as a kubeconfig must say it: none for this machine.
    pub fn address_host(&self) -> Option<String> {
        self.endpoint().address.remote_host().map(str::to_owned)
    }

    /// Whether its published ports are this machine's.
    pub fn is_local(&self) -> bool {
        self.endpoint().address.remote_host().is_none()
    }
}

fn open(endpoint: &Endpoint, timeout: Duration) -> Result<Docker, EngineError> {
    let seconds = timeout.as_secs();
    let unusable = || EngineError::BadAddress {
        address: endpoint.address.to_string(),
    };
    Ok(match (&endpoint.address, &endpoint.tls) {
        #[cfg(unix)]
        (Address::Unix(path), _) => Docker::connect_with_unix(
            path.to_str().ok_or_else(unusable)?,
            seconds,
            API_DEFAULT_VERSION,
        )?,
        #[cfg(windows)]
        (Address::Pipe(name), _) => {
            Docker::connect_with_named_pipe(name, seconds, API_DEFAULT_VERSION)?
        }
        (Address::Tcp(host), None) => {
            Docker::connect_with_http(host, seconds, API_DEFAULT_VERSION)?
        }
        (Address::Tcp(host), Some(tls)) => Docker::connect_with_ssl(
            host,
            &tls.key,
            &tls.cert,
            &tls.ca,
            seconds,
            API_DEFAULT_VERSION,
        )?,
        #[cfg(unix)]
        (Address::Ssh(host), _) => {
            Docker::connect_with_ssh(host, seconds, API_DEFAULT_VERSION, None)?
        }
        #[allow(
            unreachable_patterns,
            reason = "which addresses are left depends on the system"
        )]
        _ => return Err(unusable()),
    })
}

/// What two answers of the engine say about it; an engine older than [`API_MINIMUM`] is refused.
fn details(
    version: &SystemVersion,
    system: &SystemInfo,
    agreed: &str,
) -> Result<EngineDetails, EngineError> {
    let number = |version: &str| {
        let (major, minor) = version.split_once('.')?;
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let Some(spoken) = number(agreed) else {
        return Err(EngineError::Other(Said(format!(
            "its API version is `{agreed}`"
        ))));
    };
    if Some(spoken) < number(API_MINIMUM) {
        return Err(EngineError::TooOld {
            version: agreed.to_owned(),
        });
    }
    let podman = version
        .components
        .iter()
        .flatten()
        .any(|component| component.name.contains("Podman"));
    Ok(EngineDetails {
        version: version.version.clone().unwrap_or_default(),
        api_version: agreed.to_owned(),
        operating_system: system.operating_system.clone().unwrap_or_default(),
        cgroup_version: match system.cgroup_version {
            Some(SystemInfoCgroupVersionEnum::_2) => 2,
            _ => 1,
        },
        podman,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_engine_is_taken_from_docker_20_10_on() {
        let version: SystemVersion = serde_json::from_str(
            r#"{"Version":"5.4.0","ApiVersion":"1.41","Components":[{"Name":"Podman Engine","Version":"5.4.0"}]}"#,
        )
        .unwrap();
        let system: SystemInfo =
            serde_json::from_str(r#"{"OperatingSystem":"fedora","CgroupVersion":"2"}"#).unwrap();
        let expected = EngineDetails {
            version: "5.4.0".into(),
            api_version: "1.41".into(),
            operating_system: "fedora".into(),
            cgroup_version: 2,
            podman: true,
        };
        assert_eq!(details(&version, &system, "1.41"), Ok(expected));
        let too_old = EngineError::TooOld {
            version: "1.40".into(),
        };
        assert_eq!(details(&version, &system, "1.40"), Err(too_old));
        // Numbers, not letters, are compared.
        assert!(details(&version, &system, "1.100").is_ok());
        assert!(details(&version, &system, "1.9").is_err());
    }

    #[tokio::test]
    async fn a_tls_engine_that_is_away_is_told_as_away() {
        let folder = tempfile::tempdir().unwrap();
        let tls = endpoint::TlsFiles::in_folder(folder.path());
        let connect = async |tls: &endpoint::TlsFiles| {
            // Nothing listens on port 1.
            let endpoint = Endpoint {
                address: Address::Tcp("127.0.0.1:1".into()),
                tls: Some(tls.clone()),
                reason: endpoint::Reason::DockerHost,
            };
            Engine::connect(&endpoint).await.map(|_| ())
        };
        assert!(matches!(connect(&tls).await, Err(EngineError::Tls(_))));
        for file in [&tls.ca, &tls.cert, &tls.key] {
            std::fs::write(file, "").unwrap();
        }
        assert!(matches!(
            connect(&tls).await,
            Err(EngineError::NotRunning(_))
        ));
    }
}
