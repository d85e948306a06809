//! Makes a container of a cluster, and removes one for certain.

use std::time::Duration;

use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, RemoveContainerOptionsBuilder,
};
use tokio::time::{Instant, sleep};

use super::{OperationError, made::Made};
use crate::{
    cluster::ClusterName,
    engine::{Engine, EngineError},
    labels,
    plan::{NetworkFacts, NodePlan},
};

/// How long a removal that the engine gave up is tried again, and how often.
const PATIENCE: Duration = Duration::from_secs(10);
const RETRY: Duration = Duration::from_millis(200);

/// Makes the container of a node, with its files, and notes that it was made.
pub(super) async fn make(
    engine: &Engine,
    node: &NodePlan,
    network: &NetworkFacts,
    made: &Made,
) -> Result<(), OperationError> {
    let options = CreateContainerOptionsBuilder::default()
        .name(&node.name)
        .build();
    let created = engine
        .docker()
        .create_container(Some(options), node.body.clone())
        .await
        .map_err(EngineError::from);
    let id = match created {
        Ok(container) => container.id,
        Err(EngineError::NameTaken { .. }) => {
            return Err(name_taken(engine, &node.name, network).await);
        }
        Err(error) => {
            return Err(OperationError::engine("a container could not be made")(
                error,
            ));
        }
    };
    made.container(id.clone());
    engine
        .put_files(&id, &node.files)
        .await
        .map_err(OperationError::engine(
            "files could not be put into a container",
        ))
}

/// Who has the name of a container: another creation of the same cluster that was quicker, or somebody
/// who knows nothing of clusters.
async fn name_taken(engine: &Engine, container: &str, network: &NetworkFacts) -> OperationError {
    let inspected = engine
        .docker()
        .inspect_container(container, None::<InspectContainerOptions>)
        .await;
    let found = inspected
        .ok()
        .and_then(|container| container.config)
        .map(|config| config.labels.unwrap_or_default());
    match found {
        Some(found) if found.get(labels::APP).map(String::as_str) != Some(labels::APP_VALUE) => {
            OperationError::ContainerTaken(container.to_owned())
        }
        _ => OperationError::NameTaken(cluster_of(network)),
    }
}

fn cluster_of(network: &NetworkFacts) -> ClusterName {
    let name = network.name.strip_prefix("k3d-").unwrap_or(&network.name);
    ClusterName::observed(name)
}

/// Removes a container, running or not, with the volumes that it brought. One that is gone already is no
/// failure.
///
/// Docker gives up where the last process of a container still writes while its files are removed
/// ("directory not empty"), and refuses a second call while the first is at work. Both pass.
pub(super) async fn remove(engine: &Engine, container: &str) -> Result<(), EngineError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(true)
            .build();
        let removed = engine
            .docker()
            .remove_container(container, Some(options))
            .await
            .map_err(EngineError::from);
        match removed {
            Ok(()) | Err(EngineError::NotFound(_)) => return Ok(()),
            Err(EngineError::Other(_) | EngineError::Conflict(_) | EngineError::InUse(_))
                if Instant::now() < deadline =>
            {
                sleep(RETRY).await;
            }
            Err(error) => return Err(error),
        }
    }
}
