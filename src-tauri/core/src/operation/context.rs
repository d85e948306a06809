//! The entries of a cluster in the user's kubeconfig: added when it is made, or when it is asked for.
//!
//! Nobody adds them unasked: whoever takes a context out by hand wants it gone.

use super::{Means, OperationError};
use crate::{
    cluster::{ApiAddress, ClusterName},
    context::ContextName,
    health,
    kubeconfig::{ClusterEntry, KubeconfigError},
    node::Role,
};

/// Adds the entries of `cluster`, with the kubeconfig that its `server` wrote.
pub(super) async fn add(
    means: &Means,
    cluster: &ClusterName,
    server: &str,
    address: &ApiAddress,
    make_current: bool,
) -> Result<(), OperationError> {
    let api_error = |source| OperationError::Api {
        cluster: cluster.clone(),
        source,
    };
    let text = health::take_kubeconfig(&means.engine, server)
        .await
        .map_err(api_error)?;
    let entry = ClusterEntry::from_k3s(cluster.clone(), &text, address.url())
        .map_err(OperationError::Kubeconfig)?;
    let added = means.kubeconfig.add_cluster(entry, make_current).await;
    added.map(|_| ()).map_err(OperationError::Kubeconfig)
}

/// Takes the entries out again, and goes back to the context of `before` where none is current then.
pub(super) async fn forget(
    means: &Means,
    cluster: &ClusterName,
    before: Option<ContextName>,
) -> Result<(), KubeconfigError> {
    let kubeconfig = &means.kubeconfig;
    let _removed = kubeconfig.remove_cluster(cluster).await?;
    if let Some(before) = before
        && kubeconfig.view().await.current.is_none()
    {
        let _restored = kubeconfig.use_context(&before).await?;
    }
    Ok(())
}

/// Adds the context of a cluster where the kubeconfig does not have it; with `make_current`, it becomes
/// the current one.
pub async fn use_cluster(
    means: &Means,
    name: &ClusterName,
    make_current: bool,
) -> Result<(), OperationError> {
    let cluster = means.cluster(name).await?;
    let server = cluster.nodes.iter().find(|node| node.role == Role::Server);
    let (Some(server), Some(address)) = (server, &cluster.api) else {
        return Err(OperationError::NoServer(name.clone()));
    };
    add(means, name, &server.name, address, make_current).await
}
