//! What is looked at before anything is made: whether the name and the port are free.

use crate::{
    engine::Engine,
    operation::{OperationError, host_port::HostPort},
    spec::ClusterSpec,
};

/// Refuses taken names and ports before anything is made, and reserves the port.
pub(super) async fn name_and_port(
    engine: &Engine,
    spec: &ClusterSpec,
) -> Result<HostPort, OperationError> {
    let clusters = engine
        .inventory()
        .await
        .map_err(OperationError::engine("the clusters could not be listed"))?;
    if clusters.iter().any(|cluster| cluster.name == spec.name) {
        return Err(OperationError::NameTaken(spec.name.clone()));
    }
    // A stopped cluster does not hold its port, but wants it back.
    let owner = |port: u16| {
        clusters
            .iter()
            .find(|cluster| cluster.api.as_ref().is_some_and(|api| api.port == port))
            .map(|cluster| format!("cluster `{}`", cluster.name))
    };
    if let Some(port) = spec.api_port
        && let Some(by) = owner(port)
    {
        return Err(OperationError::PortTaken { port, by: Some(by) });
    }
    loop {
        let port = HostPort::reserve(spec.api_host, spec.api_port, engine.is_local())?;
        if owner(port.number()).is_none() {
            return Ok(port);
        }
    }
}
