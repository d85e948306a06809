//! Removes a cluster: its containers, its network, its volumes, its entries in the kubeconfig.
//!
//! Only what carries the cluster's labels goes. A registry that serves other clusters too, and a network
//! that was there before the cluster, stay.

use std::{collections::HashMap, io, path::Path};

use bollard::models::{ContainerSummary, NetworkDisconnectRequest, NetworkInspect, Volume};
use bollard::query_parameters::{
    InspectContainerOptions, InspectNetworkOptions, ListContainersOptionsBuilder,
    ListVolumesOptionsBuilder, RemoveVolumeOptionsBuilder,
};

use super::{
    OperationError, Outcome, Run, container,
    means::settle,
    report::{Progress, Steps},
};
use crate::{
    cluster::ClusterName,
    engine::{Engine, EngineError},
    error::Problem,
    labels,
    node::Role,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Kubeconfig,
    Containers,
    Network,
    Volumes,
}

impl Steps for Step {
    fn label(self) -> String {
        match self {
            Self::Kubeconfig => "Remove from the kubeconfig",
            Self::Containers => "Remove containers",
            Self::Network => "Remove the network",
            Self::Volumes => "Remove volumes",
        }
        .into()
    }
}

/// Removes the cluster. What another step could not remove does not keep the later ones from trying.
pub async fn delete(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let engine = &run.means.engine;
    let containers = labelled(engine, name).await?;
    if containers.is_empty() && !is_left(engine, name).await? {
        return Err(OperationError::NoSuchCluster(name.clone()));
    }
    let progress = Progress::begin(
        vec![
            Step::Containers,
            Step::Network,
            Step::Volumes,
            Step::Kubeconfig,
        ],
        &run.reporter,
    );
    let network = network_of(name, &containers);
    progress
        .step(
            Step::Containers,
            settle(
                containers
                    .iter()
                    .map(|container| remove(engine, container, &network.name)),
            ),
        )
        .await?;

    let (network_gone, volumes_gone, forgotten) = futures_util::join!(
        progress.step(Step::Network, remove_network(engine, &network)),
        progress.step(Step::Volumes, remove_volumes(engine, name)),
        progress.step(Step::Kubeconfig, run.means.kubeconfig.remove_cluster(name)),
    );
    let warnings = forgotten.err().map(|error| {
        Problem::new(
            format!("Could not take `{name}` out of the kubeconfig"),
            &error,
        )
    });
    remove_k3ds_files(&run.means.k3d_config, name, &containers);
    network_gone.and(volumes_gone)?;
    Ok(Outcome {
        warnings: warnings.into_iter().collect(),
    })
}

/// Whether a network or a volume of a cluster is there without any container: a creation left it whose
/// engine went away.
async fn is_left(engine: &Engine, name: &ClusterName) -> Result<bool, OperationError> {
    Ok(our_network(engine, &name.prefixed()).await?.is_some()
        || !our_volumes(engine, name).await?.is_empty())
}

async fn labelled(
    engine: &Engine,
    name: &ClusterName,
) -> Result<Vec<ContainerSummary>, OperationError> {
    let options = ListContainersOptionsBuilder::default()
        .all(true)
        .filters(&ours(name))
        .build();
    engine
        .docker()
        .list_containers(Some(options))
        .await
        .map_err(|error| OperationError::engine("the containers could not be listed")(error.into()))
}

fn ours(name: &ClusterName) -> HashMap<&'static str, Vec<String>> {
    HashMap::from([(
        "label",
        vec![
            format!("{}={}", labels::APP, labels::APP_VALUE),
            format!("{}={name}", labels::CLUSTER),
        ],
    )])
}

/// The network of a cluster, by its containers' labels.
struct ClusterNetwork {
    name: String,
    external: bool,
}

fn network_of(name: &ClusterName, containers: &[ContainerSummary]) -> ClusterNetwork {
    let label = |key: &str| {
        containers.iter().find_map(|container| {
            container
                .labels
                .as_ref()?
                .get(key)
                .filter(|value| !value.is_empty())
                .cloned()
        })
    };
    ClusterNetwork {
        name: label(labels::NETWORK).unwrap_or_else(|| name.prefixed()),
        external: label(labels::NETWORK_EXTERNAL).is_some_and(|value| value == "true"),
    }
}

async fn remove(
    engine: &Engine,
    container: &ContainerSummary,
    network: &str,
) -> Result<(), OperationError> {
    let Some(id) = &container.id else {
        return Ok(());
    };
    let role = container
        .labels
        .as_ref()
        .and_then(|all| all.get(labels::ROLE))
        .map(|role| Role::from_label(role));
    if role == Some(Role::Registry) && serves_others(engine, id, network).await? {
        return disconnect(engine, network, id).await;
    }
    container::remove(engine, id)
        .await
        .map_err(OperationError::engine("a container could not be removed"))
}

/// Whether a registry is on the network of another cluster.
async fn serves_others(engine: &Engine, id: &str, network: &str) -> Result<bool, OperationError> {
    let inspected = engine
        .docker()
        .inspect_container(id, None::<InspectContainerOptions>)
        .await;
    let networks = match inspected.map_err(EngineError::from) {
        Ok(container) => container
            .network_settings
            .and_then(|settings| settings.networks)
            .unwrap_or_default(),
        Err(EngineError::NotFound(_)) => return Ok(false),
        Err(error) => {
            return Err(OperationError::engine("a registry could not be looked at")(
                error,
            ));
        }
    };
    Ok(networks
        .keys()
        .any(|name| name != network && name != "bridge"))
}

async fn disconnect(engine: &Engine, network: &str, container: &str) -> Result<(), OperationError> {
    let request = NetworkDisconnectRequest {
        container: container.to_owned(),
        force: Some(true),
    };
    gone(
        engine.docker().disconnect_network(network, request).await,
        "a registry could not be taken off the network",
    )
}

/// Removes the cluster's network. Registries of others are taken off it first; anything else that is
/// still on it is the user's, and then the engine's refusal is told.
async fn remove_network(engine: &Engine, network: &ClusterNetwork) -> Result<(), OperationError> {
    if network.external {
        return Ok(());
    }
    let Some(inspected) = our_network(engine, &network.name).await? else {
        return Ok(());
    };
    for id in inspected.containers.unwrap_or_default().into_keys() {
        if is_registry(engine, &id).await {
            disconnect(engine, &network.name, &id).await?;
        }
    }
    let id = inspected.id.unwrap_or_else(|| network.name.clone());
    gone(
        engine.docker().remove_network(&id).await,
        "the network could not be removed",
    )
}

/// The network of that name, if it carries our (k3d's) label.
async fn our_network(
    engine: &Engine,
    name: &str,
) -> Result<Option<NetworkInspect>, OperationError> {
    let inspected = engine
        .docker()
        .inspect_network(name, None::<InspectNetworkOptions>)
        .await;
    match inspected.map_err(EngineError::from) {
        Ok(network) => {
            let labels = network.labels.as_ref();
            let app = labels.and_then(|all| all.get(labels::APP));
            let ours = app.is_some_and(|app| app == labels::APP_VALUE);
            Ok(ours.then_some(network))
        }
        Err(EngineError::NotFound(_)) => Ok(None),
        Err(error) => Err(OperationError::engine("the network could not be looked at")(error)),
    }
}

async fn is_registry(engine: &Engine, id: &str) -> bool {
    let inspected = engine
        .docker()
        .inspect_container(id, None::<InspectContainerOptions>)
        .await;
    let labels = inspected
        .ok()
        .and_then(|container| container.config)
        .and_then(|config| config.labels);
    labels.is_some_and(|all| {
        all.get(labels::APP)
            .is_some_and(|app| app == labels::APP_VALUE)
            && all
                .get(labels::ROLE)
                .is_some_and(|role| Role::from_label(role) == Role::Registry)
    })
}

async fn our_volumes(engine: &Engine, name: &ClusterName) -> Result<Vec<Volume>, OperationError> {
    let options = ListVolumesOptionsBuilder::default()
        .filters(&ours(name))
        .build();
    let listed = engine.docker().list_volumes(Some(options)).await;
    let listed = listed
        .map_err(|error| OperationError::engine("the volumes could not be listed")(error.into()))?;
    Ok(listed.volumes.unwrap_or_default())
}

async fn remove_volumes(engine: &Engine, name: &ClusterName) -> Result<(), OperationError> {
    let volumes = our_volumes(engine, name).await?;
    let removals = volumes.into_iter().map(|volume| async move {
        let options = RemoveVolumeOptionsBuilder::default().force(true).build();
        gone(
            engine
                .docker()
                .remove_volume(&volume.name, Some(options))
                .await,
            "a volume could not be removed",
        )
    });
    settle(removals).await.map(|_| ())
}

/// What is gone already is as good as removed.
fn gone(
    result: Result<(), bollard::errors::Error>,
    what: &'static str,
) -> Result<(), OperationError> {
    match result.map_err(EngineError::from) {
        Ok(()) | Err(EngineError::NotFound(_)) => Ok(()),
        Err(error) => Err(OperationError::engine(what)(error)),
    }
}

/// Removes the stand-alone kubeconfig and the folders that k3d keeps beside its configuration.
fn remove_k3ds_files(folder: &Path, name: &ClusterName, containers: &[ContainerSummary]) {
    let ignore_missing = |result: io::Result<()>| {
        if let Err(error) = result
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, cluster = %name, "a file of k3d's could not be removed");
        }
    };
    ignore_missing(std::fs::remove_file(
        folder.join(format!("kubeconfig-{name}.yaml")),
    ));
    for node in containers
        .iter()
        .flat_map(|container| container.names.iter().flatten())
    {
        let node = node.trim_start_matches('/');
        if node.starts_with("k3d-") && !node.contains('/') {
            ignore_missing(std::fs::remove_dir_all(folder.join(format!(".{node}"))));
        }
    }
}
