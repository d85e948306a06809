//! `kubeconfig`: prints a cluster's own kubeconfig.

use k3tray_core::{
    cluster::ClusterName, error::Explain, health, kubeconfig::ClusterEntry, node::Role,
    operation::OperationError,
};
use secrecy::ExposeSecret;

use crate::{options::Format, output::Failure, workshop::Workshop};

/// Prints a kubeconfig with this one cluster.
pub(crate) async fn print(name: &str, engine: Option<String>) -> Result<(), Failure> {
    fn fail(name: &str, error: &(impl Explain + ?Sized)) -> Failure {
        Failure::new(
            format!("Could not get the kubeconfig of `{name}`"),
            error,
            Format::Text,
        )
    }
    let workshop = Workshop::open(engine, Format::Text).await?;
    let engine = &workshop.means.engine;
    let clusters = engine
        .inventory()
        .await
        .map_err(|error| fail(name, &error))?;
    let wanted = ClusterName::observed(name);
    let cluster = clusters.into_iter().find(|cluster| cluster.name == wanted);
    let cluster =
        cluster.ok_or_else(|| fail(name, &OperationError::NoSuchCluster(wanted.clone())))?;
    let server = cluster.nodes.iter().find(|node| node.role == Role::Server);
    let (Some(server), Some(api)) = (server, &cluster.api) else {
        return Err(fail(name, &OperationError::NoServer(wanted)));
    };
    let text = health::take_kubeconfig(engine, &server.name)
        .await
        .map_err(|error| fail(name, &error))?;
    let entry =
        ClusterEntry::from_k3s(wanted, &text, api.url()).map_err(|error| fail(name, &error))?;
    print!("{}", entry.standalone().expose_secret());
    Ok(())
}
