//! Starts, stops, restarts, freezes and thaws what is there.

use bollard::{
    models::{ContainerInspectResponse, ContainerStateStatusEnum},
    query_parameters::{
        InspectContainerOptions, KillContainerOptionsBuilder, StartContainerOptions,
        StopContainerOptionsBuilder,
    },
};

use super::{
    OperationError, Outcome, Run,
    means::settle,
    ready,
    report::{Progress, Steps},
};
use crate::{
    cluster::{Cluster, ClusterName},
    engine::{Engine, EngineError},
    health::Starts,
    node::{Node, NodeState, Role},
};

/// How long k3s gets to end by itself, in seconds; it needs a fraction of one.
const GRACE: i32 = 10;
/// A load balancer has nothing to finish, and k3d's ignores the signal.
const LOAD_BALANCER_GRACE: i32 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Stop,
    Start,
    Api,
    Nodes,
    Pause,
    Resume,
}

impl Steps for Step {
    fn label(self) -> String {
        match self {
            Self::Stop => "Stop containers",
            Self::Start => "Start containers",
            Self::Api => "Wait for the API",
            Self::Nodes => "Wait for the nodes",
            Self::Pause => "Freeze containers",
            Self::Resume => "Thaw containers",
        }
        .into()
    }
}

/// Starts every container of the cluster that does not run, and waits until it can be used.
///
/// Where the user cancels, what was started is stopped again; where something does not become ready,
/// it is left running to be looked at.
pub async fn start(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let cluster = run.means.cluster(name).await?;
    let progress = Progress::begin(vec![Step::Start, Step::Api, Step::Nodes], &run.reporter);
    begin(run, &cluster, &progress).await
}

/// Stops every container of the cluster.
pub async fn stop(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let cluster = run.means.cluster(name).await?;
    let progress = Progress::begin(vec![Step::Stop], &run.reporter);
    progress
        .step(Step::Stop, end(&run.means.engine, &cluster))
        .await?;
    Ok(Outcome::default())
}

/// Stops and starts.
pub async fn restart(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let cluster = run.means.cluster(name).await?;
    let progress = Progress::begin(
        vec![Step::Stop, Step::Start, Step::Api, Step::Nodes],
        &run.reporter,
    );
    progress
        .step(Step::Stop, end(&run.means.engine, &cluster))
        .await?;
    run.go_on()?;
    let cluster = run.means.cluster(name).await?;
    begin(run, &cluster, &progress).await
}

/// Freezes every running container.
pub async fn pause(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let cluster = run.means.cluster(name).await?;
    let docker = run.means.engine.docker();
    let progress = Progress::begin(vec![Step::Pause], &run.reporter);
    let work = of_cluster(&cluster)
        .filter(|node| node.state == NodeState::Running)
        .map(|node| async {
            let paused = docker.pause_container(&node.name).await;
            paused.map_err(|error| {
                OperationError::engine("a container could not be frozen")(error.into())
            })
        });
    progress.step(Step::Pause, settle(work)).await?;
    Ok(Outcome::default())
}

/// Thaws every frozen container, and waits until the cluster can be used.
pub async fn resume(run: &Run, name: &ClusterName) -> Result<Outcome, OperationError> {
    let cluster = run.means.cluster(name).await?;
    let progress = Progress::begin(vec![Step::Resume, Step::Api, Step::Nodes], &run.reporter);
    progress
        .step(Step::Resume, thaw(&run.means.engine, &cluster))
        .await?;
    wait(run, &cluster, Starts::new(), &progress).await?;
    Ok(Outcome::default())
}

/// Starts one node's container; nothing is waited for.
pub async fn start_node(engine: &Engine, container: &str) -> Result<(), OperationError> {
    find_node(engine, container).await?;
    start_container(engine, container).await
}

/// Stops one node's container.
pub async fn stop_node(engine: &Engine, container: &str) -> Result<(), OperationError> {
    let node = find_node(engine, container).await?;
    stop_container(engine, &node).await
}

/// Only what carries our (k3d's) labels is ever touched: the inventory holds nothing else.
async fn find_node(engine: &Engine, container: &str) -> Result<Node, OperationError> {
    let clusters = engine
        .inventory()
        .await
        .map_err(OperationError::engine("the clusters could not be listed"))?;
    clusters
        .into_iter()
        .flat_map(|cluster| cluster.nodes)
        .find(|node| node.name == container)
        .ok_or_else(|| OperationError::NoSuchNode(container.to_owned()))
}

/// Everything of a cluster that starts and stops with it.
fn of_cluster(cluster: &Cluster) -> impl Iterator<Item = &Node> {
    cluster.nodes.iter().filter(|node| node.role != Role::Other)
}

async fn begin(
    run: &Run,
    cluster: &Cluster,
    progress: &Progress<Step>,
) -> Result<Outcome, OperationError> {
    let engine = &run.means.engine;
    let started: Vec<&Node> = of_cluster(cluster)
        .filter(|node| !matches!(node.state, NodeState::Running | NodeState::Restarting))
        .collect();
    progress
        .step(Step::Start, async {
            thaw(engine, cluster).await?;
            // Servers in their order but without waiting: a majority of an etcd cluster must be up before
            // any of them answers. The load balancer comes last, when all its names resolve.
            for server in started.iter().filter(|node| node.role == Role::Server) {
                start_container(engine, &server.name).await?;
            }
            let of = |role: Role| {
                started
                    .iter()
                    .filter(move |node| node.role == role)
                    .map(|node| start_container(engine, &node.name))
            };
            settle(of(Role::Agent).chain(of(Role::Registry))).await?;
            settle(of(Role::LoadBalancer)).await
        })
        .await?;
    let nodes = started.iter().filter(|node| node.role.is_kubernetes_node());
    let starts = ready::starts(engine, nodes.map(|node| node.name.as_str())).await;
    match wait(run, cluster, starts, progress).await {
        Err(OperationError::Cancelled) => {
            let stop = settle(started.iter().map(|node| stop_container(engine, node)));
            let undo = async { stop.await.map(|_| ()) };
            run.reporter.undo("Stop what was started", undo).await?;
            Err(OperationError::Cancelled)
        }
        other => other.map(|()| Outcome::default()),
    }
}

/// Waits until the API answers and every node is Ready and has reported since its start.
async fn wait(
    run: &Run,
    cluster: &Cluster,
    starts: Starts,
    progress: &Progress<Step>,
) -> Result<(), OperationError> {
    let no_server = || OperationError::NoServer(cluster.name.clone());
    let server = cluster
        .nodes
        .iter()
        .find(|node| node.role == Role::Server)
        .ok_or_else(no_server)?;
    let address = cluster.api.as_ref().ok_or_else(no_server)?;
    let client = progress
        .step(
            Step::Api,
            run.unless_cancelled(ready::api(
                &run.means,
                &cluster.name,
                &server.name,
                &[&server.name],
                address,
            )),
        )
        .await?;
    let names: Vec<String> = cluster
        .kubernetes_nodes()
        .map(|node| node.name.clone())
        .collect();
    let waiting = ready::nodes(&run.means, client, &names, starts, |ready, all| {
        #[expect(clippy::cast_precision_loss, reason = "there are a few dozen nodes")]
        let fraction = ready as f64 / all.max(1) as f64;
        progress.at(Step::Nodes, Some(fraction), format!("{ready}/{all} ready"));
    });
    progress
        .step(Step::Nodes, run.unless_cancelled(waiting))
        .await
}

async fn thaw(engine: &Engine, cluster: &Cluster) -> Result<(), OperationError> {
    let work = cluster
        .nodes
        .iter()
        .filter(|node| node.state == NodeState::Paused)
        .map(|node| async {
            let thawed = engine.docker().unpause_container(&node.name).await;
            thawed.map_err(|error| {
                OperationError::engine("a container could not be thawed")(error.into())
            })
        });
    settle(work).await.map(|_| ())
}

/// Stops everything at the same time.
async fn end(engine: &Engine, cluster: &Cluster) -> Result<(), OperationError> {
    thaw(engine, cluster).await?;
    let running = of_cluster(cluster).filter(|node| {
        !matches!(
            node.state,
            NodeState::Exited | NodeState::Created | NodeState::Dead
        )
    });
    settle(running.map(|node| stop_container(engine, node)))
        .await
        .map(|_| ())
}

pub(super) async fn start_container(
    engine: &Engine,
    container: &str,
) -> Result<(), OperationError> {
    let started = engine
        .docker()
        .start_container(container, None::<StartContainerOptions>)
        .await;
    started
        .map_err(|error| OperationError::engine("a container could not be started")(error.into()))
}

async fn stop_container(engine: &Engine, node: &Node) -> Result<(), OperationError> {
    if node.role == Role::Server {
        end_k3s_below_k3d(engine, &node.name).await;
    }
    let grace = if node.role == Role::LoadBalancer {
        LOAD_BALANCER_GRACE
    } else {
        GRACE
    };
    let options = StopContainerOptionsBuilder::default().t(grace).build();
    match engine
        .docker()
        .stop_container(&node.name, Some(options))
        .await
        .map_err(EngineError::from)
    {
        // Gone meanwhile: it does not run, which is what was wanted.
        Ok(()) | Err(EngineError::NotFound(_)) => Ok(()),
        Err(error) => Err(OperationError::engine("a container could not be stopped")(
            error,
        )),
    }
}

/// Ends k3s inside a server that k3d's entrypoint runs in.
///
/// Told to stop, that script first drains the node: bare pods are deleted for good, and Docker's ten
/// seconds pass. With k3s gone the drain has nothing to talk to and the script ends at once. `docker
/// kill` with a signal that means nothing to it first marks the container as stopped by hand, so that
/// its restart policy leaves it alone. All of this is best effort: the ordinary stop follows.
async fn end_k3s_below_k3d(engine: &Engine, container: &str) {
    let inspected = engine
        .docker()
        .inspect_container(container, None::<InspectContainerOptions>)
        .await;
    let Ok(inspected) = inspected else { return };
    if !runs_k3ds_entrypoint(&inspected) {
        return;
    }
    let mark = KillContainerOptionsBuilder::default()
        .signal("SIGCONT")
        .build();
    if engine
        .docker()
        .kill_container(container, Some(mark))
        .await
        .is_ok()
    {
        let _ = engine.execute(container, &["sh", "-c", END_K3S]).await;
    }
}

/// Signals every process called k3s (its server renames itself `k3s-server`) and waits, at most 5 s,
/// until they are gone.
const END_K3S: &str = r#"
alive() { for process in /proc/[0-9]*; do
  read -r name < "$process/comm" 2>/dev/null && case $name in k3s|k3s-*) echo "${process#/proc/}";; esac
done; }
kill -TERM $(alive) 2>/dev/null
tries=0
while [ -n "$(alive)" ] && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
"#;

fn runs_k3ds_entrypoint(container: &ContainerInspectResponse) -> bool {
    let running = container
        .state
        .as_ref()
        .is_some_and(|state| state.status == Some(ContainerStateStatusEnum::RUNNING));
    let entrypoint = container
        .config
        .as_ref()
        .and_then(|config| config.entrypoint.as_ref());
    running
        && entrypoint.is_some_and(|words| {
            words
                .first()
                .is_some_and(|word| word == "/bin/k3d-entrypoint.sh")
        })
}
