//! Makes the network of a new cluster, which is also the claim to its name.
//!
//! Docker before API 1.44 lets two networks bear one name. Who made the older one has the name; the
//! other sees that at once and takes its own away.

use std::{collections::HashMap, time::Duration};

use bollard::{
    models::{Ipam, IpamConfig, Network, NetworkCreateRequest},
    query_parameters::{InspectNetworkOptions, ListNetworksOptionsBuilder},
};
use jiff::Timestamp;
use tokio::time::Instant;

use super::{OperationError, made::Made};
use crate::{
    cluster::ClusterName,
    engine::{Engine, EngineError},
    labels,
    plan::{NetworkFacts, Subnet},
};

/// A network of ours without containers that is younger than this may belong to a creation under way.
const ORPHAN_AGE: Duration = Duration::from_secs(60);
/// How often another subnet is tried when somebody took the chosen one in between.
const SUBNET_TRIES: u32 = 3;
/// How long a network of the same name may take to go, and how often it is looked for.
const RECLAIM: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_millis(50);

const MADE: &str = "the network could not be made";

/// Makes the network; with `fixed` of them, containers get fixed addresses on it.
pub(super) async fn make(
    engine: &Engine,
    cluster: &ClusterName,
    fixed: Option<u32>,
    made: &Made,
) -> Result<NetworkFacts, OperationError> {
    let name = cluster.prefixed();
    clear_orphan(engine, cluster, &name).await?;
    let id = create(engine, cluster, None, made).await?;
    claim(engine, cluster, &id).await?;
    let facts = inspect(engine, &name, &id).await?;
    match fixed {
        Some(count) => fix(engine, cluster, facts, count, made).await,
        None => Ok(facts),
    }
}

/// Removes what a crashed creation left, so that the name can be used again.
async fn clear_orphan(
    engine: &Engine,
    cluster: &ClusterName,
    name: &str,
) -> Result<(), OperationError> {
    for network in named(engine, name).await? {
        let ours = network
            .labels
            .as_ref()
            .and_then(|all| all.get(labels::APP))
            .map(String::as_str)
            == Some(labels::APP_VALUE);
        if !ours {
            return Err(OperationError::NetworkTaken(name.to_owned()));
        }
        let id = network.id.clone().unwrap_or_default();
        let inspected = engine
            .docker()
            .inspect_network(&id, None::<InspectNetworkOptions>)
            .await
            .map_err(|error| OperationError::engine(MADE)(error.into()))?;
        let used = inspected
            .containers
            .is_some_and(|containers| !containers.is_empty());
        let age = created(&network).map(|created| Timestamp::now().duration_since(created));
        let young = age.is_some_and(|age| age.unsigned_abs() < ORPHAN_AGE);
        if used || young {
            return Err(OperationError::NameTaken(cluster.clone()));
        }
        // Somebody else may have cleared it meanwhile, which is as good.
        let _ = engine.docker().remove_network(&id).await;
    }
    Ok(())
}

async fn create(
    engine: &Engine,
    cluster: &ClusterName,
    subnet: Option<Subnet>,
    made: &Made,
) -> Result<String, OperationError> {
    let request = NetworkCreateRequest {
        name: cluster.prefixed(),
        driver: Some("bridge".into()),
        options: Some(HashMap::from([(
            "com.docker.network.bridge.enable_ip_masquerade".to_owned(),
            "true".to_owned(),
        )])),
        labels: Some(HashMap::from([(
            labels::APP.to_owned(),
            labels::APP_VALUE.to_owned(),
        )])),
        ipam: subnet.map(|subnet| Ipam {
            config: Some(vec![IpamConfig {
                subnet: Some(subnet.to_string()),
                gateway: Some(subnet.gateway().to_string()),
                ip_range: Some(subnet.dynamic_half().to_string()),
                ..IpamConfig::default()
            }]),
            ..Ipam::default()
        }),
        ..NetworkCreateRequest::default()
    };
    let id = engine
        .docker()
        .create_network(request)
        .await
        .map_err(|error| match EngineError::from(error) {
            // From API 1.44 on the second network of a name is refused.
            EngineError::NameTaken { .. } => OperationError::NameTaken(cluster.clone()),
            error => OperationError::engine(MADE)(error),
        })?
        .id;
    made.network(Some(id.clone()));
    Ok(id)
}

/// Whether `id` is the oldest network of that name; if not, another creation has the name.
async fn claim(engine: &Engine, cluster: &ClusterName, id: &str) -> Result<(), OperationError> {
    let oldest = named(engine, &cluster.prefixed())
        .await?
        .into_iter()
        .min_by_key(|network| (created(network), network.id.clone()));
    match oldest {
        Some(network) if network.id.as_deref() != Some(id) => {
            Err(OperationError::NameTaken(cluster.clone()))
        }
        _ => Ok(()),
    }
}

/// [`claim`], with patience for an older network that is about to go.
async fn claim_again(
    engine: &Engine,
    cluster: &ClusterName,
    id: &str,
) -> Result<(), OperationError> {
    let deadline = Instant::now() + RECLAIM;
    loop {
        match claim(engine, cluster, id).await {
            Err(OperationError::NameTaken(_)) if Instant::now() < deadline => {
                tokio::time::sleep(RETRY).await;
            }
            settled => return settled,
        }
    }
}

async fn inspect(engine: &Engine, name: &str, id: &str) -> Result<NetworkFacts, OperationError> {
    let network = engine
        .docker()
        .inspect_network(id, None::<InspectNetworkOptions>)
        .await
        .map_err(|error| OperationError::engine(MADE)(error.into()))?;
    // The first range with an IPv4 subnet: k3d looks at no other.
    let range = network
        .ipam
        .and_then(|ipam| ipam.config)
        .unwrap_or_default()
        .into_iter()
        .find(|range| {
            range
                .subnet
                .as_ref()
                .is_some_and(|subnet| subnet.parse::<Subnet>().is_ok())
        })
        .unwrap_or_default();
    let subnet = range.subnet.unwrap_or_default();
    let gateway = range
        .gateway
        .or_else(|| {
            subnet
                .parse::<Subnet>()
                .ok()
                .map(|subnet| subnet.gateway().to_string())
        })
        .unwrap_or_default();
    Ok(NetworkFacts {
        name: name.to_owned(),
        id: id.to_owned(),
        subnet,
        gateway,
        fixed_addresses: false,
    })
}

/// Makes the network anew with the subnet that Docker chose for it: only then does Docker take
/// addresses that are asked for.
///
/// For a moment nobody has the name. Who claims it meanwhile and gives its own network up in the same
/// way may come second after all, so an older network is given the time to go.
async fn fix(
    engine: &Engine,
    cluster: &ClusterName,
    first: NetworkFacts,
    count: u32,
    made: &Made,
) -> Result<NetworkFacts, OperationError> {
    let mut facts = first;
    for _ in 0..SUBNET_TRIES {
        let Some(subnet) = facts
            .subnet
            .parse::<Subnet>()
            .ok()
            .filter(|subnet| subnet.has_room(count))
        else {
            return Ok(facts);
        };
        engine
            .docker()
            .remove_network(&facts.id)
            .await
            .map_err(|error| OperationError::engine(MADE)(error.into()))?;
        made.network(None);
        match create(engine, cluster, Some(subnet), made).await {
            Ok(id) => {
                claim_again(engine, cluster, &id).await?;
                return Ok(NetworkFacts {
                    id,
                    gateway: subnet.gateway().to_string(),
                    fixed_addresses: true,
                    ..facts
                });
            }
            // Somebody else took the subnet in between: Docker chooses another.
            Err(OperationError::Engine { .. }) => {
                let id = create(engine, cluster, None, made).await?;
                claim_again(engine, cluster, &id).await?;
                facts = inspect(engine, &facts.name, &id).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(facts)
}

async fn named(engine: &Engine, name: &str) -> Result<Vec<Network>, OperationError> {
    let filters = HashMap::from([("name", vec![name.to_owned()])]);
    let options = ListNetworksOptionsBuilder::default()
        .filters(&filters)
        .build();
    let networks = engine
        .docker()
        .list_networks(Some(options))
        .await
        .map_err(|error| {
            OperationError::engine("the networks could not be listed")(error.into())
        })?;
    // The filter matches parts of names.
    Ok(networks
        .into_iter()
        .filter(|network| network.name.as_deref() == Some(name))
        .collect())
}

fn created(network: &Network) -> Option<Timestamp> {
    network.created.as_deref()?.parse().ok()
}
