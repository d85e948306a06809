//! `use` and `kubeconfig`: switch the current context, or print a cluster's own kubeconfig.

use k3tray_core::{
    cluster::{Cluster, ClusterName},
    context::ContextName,
    error::Explain,
    health,
    kubeconfig::ClusterEntry,
    node::Role,
    operation::{self, OperationError},
};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::{
    options::Format,
    output::{Failure, print_json},
    workshop::{self, Workshop},
};

/// The new current context, for machines.
#[derive(Debug, Serialize)]
struct Current {
    context: ContextName,
}

/// Makes a context the current one. A cluster whose context is in no kubeconfig gets it back.
pub(crate) async fn use_context(
    name: &str,
    engine: Option<String>,
    format: Format,
) -> Result<(), Failure> {
    let kubeconfig = workshop::kubeconfig(format)?;
    let known = kubeconfig.view().await;
    let exists = |context: &ContextName| known.all.iter().any(|entry| &entry.name == context);
    let given = ContextName::new(name);
    let of_cluster = ContextName::of_cluster(&ClusterName::observed(name));
    let context = if exists(&given) {
        given
    } else if exists(&of_cluster) {
        of_cluster
    } else {
        added(name, engine, format).await?.unwrap_or(given)
    };
    let _change = kubeconfig.use_context(&context).await.map_err(|error| {
        Failure::new(format!("Could not switch to `{context}`"), &error, format)
    })?;
    match format {
        Format::Text => println!("`{context}` is the current context"),
        Format::Json => print_json(&Current { context }),
    }
    Ok(())
}

/// Adds the context of the cluster that `name` names, or whose context it would be, if there is one.
/// Without an engine there is none: what is told is that there is no such context.
async fn added(
    name: &str,
    engine: Option<String>,
    format: Format,
) -> Result<Option<ContextName>, Failure> {
    let Ok(workshop) = Workshop::open(engine, format).await else {
        return Ok(None);
    };
    let means = &workshop.means;
    let clusters = means.engine.inventory().await.unwrap_or_default();
    let named =
        |cluster: &Cluster| cluster.name.as_str() == name || cluster.name.prefixed() == name;
    let Some(cluster) = clusters.into_iter().find(named) else {
        return Ok(None);
    };
    let cluster = cluster.name;
    operation::use_cluster(means, &cluster)
        .await
        .map_err(|error| {
            let what = format!("Could not add cluster `{cluster}` to the kubeconfig");
            Failure::new(what, &error, format)
        })?;
    Ok(Some(ContextName::of_cluster(&cluster)))
}

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
