//! Makes a cluster.
//!
//! Everything that does not need something else happens at the same time: pulls beside network and
//! volume, all containers together, agents with their servers. A server that founds an etcd cluster
//! must answer before others join; the load balancer starts as soon as that server's name resolves.

use bollard::{models::VolumeCreateRequest, query_parameters::StartContainerOptions};
use futures_util::join;
use rand::{Rng, distr::Alphanumeric};

use super::{
    OperationError, Outcome, Run, container,
    host_port::HostPort,
    made::Made,
    means::settle,
    network, ready,
    report::{Progress, Steps},
};
use crate::{
    cluster::ApiAddress,
    context::ContextName,
    engine::{Engine, PullProgress},
    error::Problem,
    health,
    image::NodeImage,
    kubeconfig::{ClusterEntry, KubeconfigError},
    node::Role,
    plan::{Facts, NodePlan, Plan, load_balancer_config},
    spec::ClusterSpec,
};

/// How long a token is; k3d's has 20 letters.
const TOKEN_LENGTH: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Check,
    NodeImage,
    LoadBalancerImage,
    Network,
    Containers,
    Start,
    Api,
    Servers(u32),
    Kubeconfig,
    Nodes,
}

impl Steps for Step {
    fn label(self) -> String {
        match self {
            Self::Check => "Check name and port".into(),
            Self::NodeImage => "Get the node image".into(),
            Self::LoadBalancerImage => "Get the load balancer image".into(),
            Self::Network => "Make network and volume".into(),
            Self::Containers => "Make containers".into(),
            Self::Start => "Start containers".into(),
            Self::Api => "Wait for the API".into(),
            Self::Servers(1) => "Join the second server".into(),
            Self::Servers(count) => format!("Join {count} more servers"),
            Self::Kubeconfig => "Write the kubeconfig".into(),
            Self::Nodes => "Wait for the nodes".into(),
        }
    }
}

fn steps(spec: &ClusterSpec) -> Vec<Step> {
    let balancer = spec.load_balancer.then_some(Step::LoadBalancerImage);
    let more = (spec.servers > 1).then(|| Step::Servers(spec.servers - 1));
    [Step::Check, Step::NodeImage]
        .into_iter()
        .chain(balancer)
        .chain([Step::Network, Step::Containers, Step::Start, Step::Api])
        .chain(more)
        .chain([Step::Kubeconfig, Step::Nodes])
        .collect()
}

/// Whether the kubeconfig was changed, and back to which context an undo has to go.
enum ContextState {
    Untouched,
    Written { before: Option<ContextName> },
}

/// Makes the cluster that `spec` wishes for. Where it does not work, nothing of it is left.
pub async fn create(run: &Run, spec: ClusterSpec) -> Result<Outcome, OperationError> {
    let made = Made::default();
    let mut context = ContextState::Untouched;
    match Box::pin(make(run, &spec, &made, &mut context)).await {
        Ok(outcome) => Ok(outcome),
        // Whoever was refused at the door has nothing to clean up.
        Err(error) if made.is_nothing() => Err(error),
        Err(error) => {
            let undo = remove(run, &spec, made, context);
            match run.reporter.undo("Remove what was made", undo).await {
                Ok(()) => Err(error),
                Err(left) => Err(OperationError::LeftBehind {
                    error: Box::new(error),
                    cluster: spec.name,
                    left,
                }),
            }
        }
    }
}

/// Removes what was made, or says what of it is left.
async fn remove(
    run: &Run,
    spec: &ClusterSpec,
    made: Made,
    context: ContextState,
) -> Result<(), Vec<String>> {
    let mut left = made.remove(&run.means.engine).await;
    if let ContextState::Written { before } = context
        && forget(run, spec, before).await.is_err()
    {
        left.push(format!("context {}", spec.name.prefixed()));
    }
    if left.is_empty() { Ok(()) } else { Err(left) }
}

async fn make(
    run: &Run,
    spec: &ClusterSpec,
    made: &Made,
    context: &mut ContextState,
) -> Result<Outcome, OperationError> {
    let engine = &run.means.engine;
    let progress = Progress::begin(steps(spec), &run.reporter);

    let port = progress.step(Step::Check, check(engine, spec)).await?;
    run.go_on()?;

    let fixed = spec.etcd.then_some(spec.servers + spec.agents + 1);
    let network = progress.step(Step::Network, async {
        // Two creations of one name would share a volume, so whoever has the name makes it.
        let network = network::make(engine, &spec.name, fixed, made).await?;
        make_volume(engine, spec, made).await?;
        Ok(network)
    });
    let images = run.unless_cancelled(async { get_images(run, spec, &progress).await });
    let (network, images) = join!(network, images);
    let (network, (node_image, load_balancer_image)) = (network?, images?);
    run.go_on()?;

    let plan = Plan::new(
        spec.clone(),
        Facts {
            node_image,
            load_balancer_image,
            api_port: port.number(),
            api_host: engine.address_host(),
            token: token(),
            cgroup_version: engine.details().cgroup_version,
        },
    );
    let nodes = plan.nodes(&network);
    progress
        .step(
            Step::Containers,
            settle(
                nodes
                    .iter()
                    .map(|node| container::make(engine, node, &network, made)),
            ),
        )
        .await?;
    run.go_on()?;

    port.release();
    progress
        .step(Step::Start, start_first(engine, &nodes))
        .await?;

    let address = ApiAddress {
        host: plan.api_host(),
        port: plan.facts().api_port,
    };
    let servers = plan.servers();
    let before_the_api: Vec<&str> = nodes
        .iter()
        .filter(|node| node.name == servers[0] || node.role == Role::LoadBalancer)
        .map(|node| node.name.as_str())
        .collect();
    let client = progress
        .step(
            Step::Api,
            run.unless_cancelled(ready::api(
                &run.means,
                &spec.name,
                &servers[0],
                &before_the_api,
                &address,
            )),
        )
        .await?;

    if spec.servers > 1 {
        let more = Box::pin(join_servers(run, &plan, &client));
        progress.step(Step::Servers(spec.servers - 1), more).await?;
    }

    // The cluster can be used from here on; what the kubeconfig refuses does not undo it.
    let mut warnings = Vec::new();
    let before = run.means.kubeconfig.view().await.current;
    let written = progress
        .step(
            Step::Kubeconfig,
            write_kubeconfig(run, spec, &servers[0], &address),
        )
        .await;
    match written {
        Ok(()) => *context = ContextState::Written { before },
        Err(error) => warnings.push(Problem::new(
            format!("Could not add `{}` to the kubeconfig", spec.name),
            &error,
        )),
    }

    let names: Vec<String> = nodes
        .iter()
        .filter(|node| node.role.is_kubernetes_node())
        .map(|node| node.name.clone())
        .collect();
    let waiting = ready::nodes(&run.means, client, &names, None, |ready, all| {
        #[expect(clippy::cast_precision_loss, reason = "there are a few dozen nodes")]
        let fraction = ready as f64 / all.max(1) as f64;
        progress.at(Step::Nodes, Some(fraction), format!("{ready}/{all} ready"));
    });
    progress
        .step(Step::Nodes, run.unless_cancelled(waiting))
        .await?;
    Ok(Outcome { warnings })
}

/// Refuses taken names and ports before anything is made, and reserves the port.
async fn check(engine: &Engine, spec: &ClusterSpec) -> Result<HostPort, OperationError> {
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

async fn make_volume(
    engine: &Engine,
    spec: &ClusterSpec,
    made: &Made,
) -> Result<(), OperationError> {
    let name = spec.name.image_volume();
    let existed = engine.docker().inspect_volume(&name).await.is_ok();
    let request = VolumeCreateRequest {
        name: Some(name.clone()),
        labels: Some(Plan::volume_labels(&spec.name)),
        ..VolumeCreateRequest::default()
    };
    engine
        .docker()
        .create_volume(request)
        .await
        .map_err(|error| OperationError::engine("the volume could not be made")(error.into()))?;
    if !existed {
        made.volume(name);
    }
    Ok(())
}

/// Both images, pulled at the same time where they are missing.
async fn get_images(
    run: &Run,
    spec: &ClusterSpec,
    progress: &Progress<Step>,
) -> Result<(NodeImage, String), OperationError> {
    let node = get_node_image(run, spec, progress);
    let balancer = async {
        let image = run.means.load_balancer_image.clone();
        if spec.load_balancer {
            get_image(&run.means.engine, &image, Step::LoadBalancerImage, progress).await?;
        }
        Ok(image)
    };
    let (node, balancer) = join!(node, balancer);
    Ok((node?, balancer?))
}

/// The image wished for; where none is and the default cannot be had, the newest that is here.
async fn get_node_image(
    run: &Run,
    spec: &ClusterSpec,
    progress: &Progress<Step>,
) -> Result<NodeImage, OperationError> {
    let engine = &run.means.engine;
    let wanted = spec.image.as_ref().unwrap_or(&run.means.default_image);
    let refused = match get_image(engine, wanted.as_str(), Step::NodeImage, progress).await {
        Ok(()) => return Ok(wanted.clone()),
        Err(refused) => refused,
    };
    if spec.image.is_none()
        && let Some(local) = engine.node_images().await.into_iter().next()
    {
        progress.at(Step::NodeImage, None, format!("{local}, which is here"));
        progress.step(Step::NodeImage, async { Ok(local) }).await
    } else {
        Err(refused)
    }
}

async fn get_image(
    engine: &Engine,
    image: &str,
    step: Step,
    progress: &Progress<Step>,
) -> Result<(), OperationError> {
    if engine
        .has_image(image)
        .await
        .map_err(OperationError::engine("the images could not be listed"))?
    {
        progress.skip(step);
        return Ok(());
    }
    let tell = |pulled: PullProgress| progress.at(step, pulled.fraction, pulled.detail);
    progress
        .step(step, async {
            engine
                .pull(image, tell)
                .await
                .map_err(OperationError::engine("the image could not be pulled"))
        })
        .await
}

/// Starts the founding server, the agents and the load balancer.
async fn start_first(engine: &Engine, nodes: &[NodePlan]) -> Result<(), OperationError> {
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
async fn join_servers(run: &Run, plan: &Plan, client: &kube::Client) -> Result<(), OperationError> {
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

async fn write_kubeconfig(
    run: &Run,
    spec: &ClusterSpec,
    server: &str,
    address: &ApiAddress,
) -> Result<(), OperationError> {
    let api_error = |source| OperationError::Api {
        cluster: spec.name.clone(),
        source,
    };
    let text = health::take_kubeconfig(&run.means.engine, server)
        .await
        .map_err(api_error)?;
    let entry = ClusterEntry::from_k3s(spec.name.clone(), &text, address.url())
        .map_err(OperationError::Kubeconfig)?;
    run.means
        .kubeconfig
        .add_cluster(entry, spec.switch_context)
        .await
        .map(|_| ())
        .map_err(OperationError::Kubeconfig)
}

/// Takes the cluster out of the kubeconfig again and goes back to the context of before.
async fn forget(
    run: &Run,
    spec: &ClusterSpec,
    before: Option<ContextName>,
) -> Result<(), KubeconfigError> {
    let kubeconfig = &run.means.kubeconfig;
    let _removed = kubeconfig.remove_cluster(&spec.name).await?;
    if let Some(before) = before
        && spec.switch_context
        && kubeconfig.view().await.current.is_none()
    {
        let _restored = kubeconfig.use_context(&before).await?;
    }
    Ok(())
}

/// A token to join with, from the operating system's generator.
fn token() -> String {
    rand::rng()
        .sample_iter(Alphanumeric)
        .take(TOKEN_LENGTH)
        .map(char::from)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_length_of_k3ds_and_is_never_the_same() {
        let (first, second) = (token(), token());
        assert_eq!(first.len(), TOKEN_LENGTH);
        assert_ne!(first, second);
    }
}
