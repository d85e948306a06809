//! Starts the containers of a new cluster in an order in which each finds what it needs.

use bollard::query_parameters::StartContainerOptions;

use crate::{
    engine::Engine,
    node::Role,
    operation::{OperationError, Run, means::settle, ready},
    plan::{NodePlan, Plan, load_balancer_config},
};

/// Starts the founding server, the agents and the load balancer.
pub(super) async fn start_first(engine: &Engine, nodes: &[NodePlan]) -> Result<(), OperationError> {
    let founder = nodes
        .first()
        .into_iter()
        .map(|node| start(engine, &node.name));
    settle(founder).await?;
    let others = nodes
        .iter()
        .filter(|node| matches!(node.role, Role::Agent | Role::LoadBalancer))
        .map(|node| start(engine, &node.name));
    settle(others).await?;
    Ok(())
}

/// Starts a container.
async fn start(engine: &Engine, container: &str) -> Result<(), OperationError> {
    engine
        .docker()
        .start_container(container, None::<StartContainerOptions>)
        .await
        .map_err(|error| OperationError::engine("a container could not be started")(error.into()))
}

/// Starts the other servers one after the other, as etcd takes one new member at a time, and makes
/// each known to the load balancer once its name resolves.
pub(super) async fn join_servers(
    run: &Run,
    plan: &Plan,
    client: &kube::Client,
) -> Result<(), OperationError> {
    let engine = &run.means.engine;
    let servers = plan.servers();
    for count in 2..=servers.len() {
        let server = &servers[count - 1];
        start(engine, server).await?;
        if plan.spec().load_balancer {
            engine
                .put_files(
                    &plan.spec().name.load_balancer(),
                    &[load_balancer_config(&servers[..count])],
                )
                .await
                .map_err(OperationError::engine(
                    "the load balancer could not be told",
                ))?;
        }
        run.unless_cancelled(ready::joined(&run.means, client.clone(), server))
            .await?;
    }
    Ok(())
}
