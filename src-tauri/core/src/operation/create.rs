//! Makes a cluster.
//!
//! Everything that does not need something else happens at the same time: both pulls, all containers
//! together, agents with their servers. A server that founds an etcd cluster
//! must answer before others join; the load balancer starts as soon as that server's name resolves.

mod boot;
mod check;
mod images;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bollard::models::VolumeCreateRequest;
use rand::{Rng, distr::Alphanumeric};

use super::{
    OperationError, Outcome, Run, container, context,
    made::{Left, Made},
    means::settle,
    network, ready,
    report::{Progress, Steps},
};
use crate::{
    cluster::ApiAddress,
    context::ContextName,
    engine::{Engine, EngineError},
    error::Problem,
    health::Starts,
    node::Role,
    plan::{Facts, Plan},
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
        .chain([
            Step::Network,
            Step::Containers,
            Step::Start,
            Step::Api,
            Step::Kubeconfig,
        ])
        .chain(more)
        .chain([Step::Nodes])
        .collect()
}

/// Whether the kubeconfig was changed, and back to which context an undo has to go, if to any.
enum ContextState {
    Untouched,
    Written { before: Option<ContextName> },
}

/// Makes the cluster that `spec` wishes for. Where it does not work, nothing of it is left.
pub async fn create(run: &Run, spec: ClusterSpec) -> Result<Outcome, OperationError> {
    let spec = reachable(spec, run.means.engine.is_local());
    let made = Made::default();
    let mut written = ContextState::Untouched;
    match Box::pin(make(run, &spec, &made, &mut written)).await {
        Ok(outcome) => Ok(outcome),
        // Whoever was refused at the door has nothing to clean up.
        Err(error) if made.is_nothing() => Err(error),
        Err(error) => {
            let undo = remove(run, &spec, made, written);
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

/// The wish for an engine on this machine or another one, where the loopback address would be the other
/// machine's own, which nobody reaches from here.
fn reachable(spec: ClusterSpec, local: bool) -> ClusterSpec {
    let api_host = match spec.api_host {
        IpAddr::V4(host) if !local && host.is_loopback() => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(host) if !local && host.is_loopback() => Ipv6Addr::UNSPECIFIED.into(),
        host => host,
    };
    ClusterSpec { api_host, ..spec }
}

/// Removes what was made, or says what of it is left.
async fn remove(
    run: &Run,
    spec: &ClusterSpec,
    made: Made,
    written: ContextState,
) -> Result<(), Vec<Left>> {
    let mut left = made.remove(&run.means.engine).await;
    if let ContextState::Written { before } = written
        && context::forget(&run.means, &spec.name, before)
            .await
            .is_err()
    {
        left.push(Left::Context(ContextName::of_cluster(&spec.name)));
    }
    if left.is_empty() { Ok(()) } else { Err(left) }
}

async fn make(
    run: &Run,
    spec: &ClusterSpec,
    made: &Made,
    written: &mut ContextState,
) -> Result<Outcome, OperationError> {
    let engine = &run.means.engine;
    let progress = Progress::begin(steps(spec), &run.reporter);

    let port = progress
        .step(Step::Check, check::name_and_port(engine, spec))
        .await?;
    run.go_on()?;

    // A pull may take many minutes, and until the first container is made the name's network looks like one
    // that was left behind.
    let images = images::get(run, spec, &progress);
    let (node_image, load_balancer_image) = run.unless_cancelled(images).await?;
    run.go_on()?;

    let fixed = spec.etcd.then_some(spec.servers + spec.agents + 1);
    let network = progress.step(Step::Network, async {
        // Two creations of one name would share a volume, so whoever has the name makes it.
        let network = network::make(engine, &spec.name, fixed, made).await?;
        make_volume(engine, spec, made).await?;
        Ok(network)
    });
    let network = network.await?;
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
    // An engine at work takes a minute for it; a container that starts all the same is removed with
    // the others.
    progress
        .step(
            Step::Start,
            run.unless_cancelled(boot::start_first(engine, &nodes)),
        )
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

    // The cluster can be used from here on; what the kubeconfig refuses does not undo it.
    let mut warnings = Vec::new();
    let before = run.means.kubeconfig.view().await.current;
    let added = progress
        .step(
            Step::Kubeconfig,
            context::add(
                &run.means,
                &spec.name,
                &servers[0],
                &address,
                spec.switch_context,
            ),
        )
        .await;
    match added {
        Ok(()) => {
            *written = ContextState::Written {
                before: before.filter(|_| spec.switch_context),
            }
        }
        Err(error) => warnings.push(Problem::new(
            format!("Could not add `{}` to the kubeconfig", spec.name),
            &error,
        )),
    }

    if spec.servers > 1 {
        let more = Box::pin(boot::join_servers(run, &plan, &client));
        progress.step(Step::Servers(spec.servers - 1), more).await?;
    }

    let names: Vec<String> = nodes
        .iter()
        .filter(|node| node.role.is_kubernetes_node())
        .map(|node| node.name.clone())
        .collect();
    let waiting = ready::nodes(&run.means, client, &names, Starts::new(), |ready, all| {
        #[expect(clippy::cast_precision_loss, reason = "there are a few dozen nodes")]
        let fraction = ready as f64 / all.max(1) as f64;
        progress.at(Step::Nodes, Some(fraction), format!("{ready}/{all} ready"));
    });
    progress
        .step(Step::Nodes, run.unless_cancelled(waiting))
        .await?;
    Ok(Outcome { warnings })
}

async fn make_volume(
    engine: &Engine,
    spec: &ClusterSpec,
    made: &Made,
) -> Result<(), OperationError> {
    let name = spec.name.image_volume();
    let what = "the volume could not be made";
    let found = engine.docker().inspect_volume(&name).await;
    // What was there before is not ours to remove.
    let existed = match found.map_err(EngineError::from) {
        Ok(_) => true,
        Err(EngineError::NotFound(_)) => false,
        Err(error) => return Err(OperationError::engine(what)(error)),
    };
    let request = VolumeCreateRequest {
        name: Some(name.clone()),
        labels: Some(Plan::volume_labels(&spec.name)),
        ..VolumeCreateRequest::default()
    };
    engine
        .docker()
        .create_volume(request)
        .await
        .map_err(|error| OperationError::engine(what)(error.into()))?;
    if !existed {
        made.volume(name);
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
    fn an_engine_elsewhere_publishes_the_api_where_it_can_be_reached() {
        let spec = |host: &str| {
            let draft = crate::spec::Draft {
                api_host: host.into(),
                ..crate::spec::Draft::default()
            };
            draft.check(&crate::cluster::ClusterName::observed("dev"))
        };
        let host = |typed: &str, local| {
            let host = spec(typed).map(|spec| reachable(spec, local).api_host);
            host.map(|host| host.to_string())
        };
        assert_eq!(host("127.0.0.1", true), Ok("127.0.0.1".into()));
        assert_eq!(host("127.0.0.1", false), Ok("0.0.0.0".into()));
        assert_eq!(host("::1", false), Ok("::".into()));
        assert_eq!(host("10.0.0.7", false), Ok("10.0.0.7".into()));
    }

    #[test]
    fn a_token_has_the_length_of_k3ds_and_is_never_the_same() {
        let (first, second) = (token(), token());
        assert_eq!(first.len(), TOKEN_LENGTH);
        assert_ne!(first, second);
    }
}
