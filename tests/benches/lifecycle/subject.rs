//! What is measured: three ways to have a cluster.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use bollard::query_parameters::ListImagesOptionsBuilder;
use k3tray_tests::{Sandbox, process::free_port, sandbox::node_image};

use crate::{probe, table::Laps};

/// Left out of every cluster alike: their images cannot be pulled on a machine without internet.
const DISABLED: &str = "--disable=traefik,metrics-server";

/// A way to have a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// `docker run`, one container a node: the limit.
    Raw,
    /// The command line of this workspace.
    K3tray,
    /// k3d's.
    K3d,
}

/// What the cluster is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    One,
    OneAndTwo,
}

impl Shape {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::One => "1 server (k3tray and k3d with their load balancer)",
            Self::OneAndTwo => "1 server and 2 agents",
        }
    }

    fn agents(self) -> usize {
        match self {
            Self::One => 0,
            Self::OneAndTwo => 2,
        }
    }
}

/// Whether k3d can be run here; if not, why not.
pub(crate) async fn k3d_is_usable(sandbox: &Sandbox) -> Result<(), String> {
    let found = sandbox
        .command("sh")
        .args(["-c", "command -v k3d"])
        .output()
        .unwrap();
    if !found.status.success() {
        return Err("it is not on PATH".into());
    }
    let images = sandbox
        .docker()
        .list_images(Some(ListImagesOptionsBuilder::new().build()))
        .await
        .unwrap();
    let has_tools = images
        .iter()
        .flat_map(|image| &image.repo_tags)
        .any(|tag| tag.contains("k3d-tools"));
    if has_tools {
        Ok(())
    } else {
        Err("its tools image is not in the engine".into())
    }
}

impl Subject {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Raw => "docker run",
            Self::K3tray => "k3tray",
            Self::K3d => "k3d",
        }
    }

    /// One cluster from its creation to its end.
    pub(crate) async fn run(self, sandbox: &Sandbox, shape: Shape, round: usize) -> Laps {
        let short = match self {
            Self::Raw => "raw",
            Self::K3tray => "ours",
            Self::K3d => "k3d",
        };
        let cluster = Cluster {
            name: sandbox.cluster(&format!("{short}{round}")),
            port: free_port(),
            shape,
            subject: self,
        };
        let engine = probe::connect().await;
        let nodes = 1 + shape.agents();

        let began = Instant::now();
        let create = tokio::task::spawn_blocking({
            let commands = cluster.create(sandbox);
            move || together(commands, began)
        });
        let seen = probe::watch(&engine, &cluster.server(), cluster.port, nodes, began).await;
        let returned = create.await.unwrap();

        let stop = timed(cluster.verb(sandbox, "stop")).await;
        let began = Instant::now();
        let start = tokio::task::spawn_blocking({
            let commands = cluster.verb(sandbox, "start");
            move || together(commands, began)
        });
        let again = probe::watch(&engine, &cluster.server(), cluster.port, nodes, began).await;
        start.await.unwrap();
        let delete = timed(cluster.verb(sandbox, "delete")).await;
        Laps {
            api: seen.api,
            first_ready: seen.first_ready,
            all_ready: seen.all_ready,
            returned,
            stop,
            start: again.all_ready,
            delete,
        }
    }
}

struct Cluster {
    name: String,
    port: u16,
    shape: Shape,
    subject: Subject,
}

impl Cluster {
    fn server(&self) -> String {
        match self.subject {
            Subject::Raw => format!("{}-server-0", self.name),
            Subject::K3tray | Subject::K3d => format!("k3d-{}-server-0", self.name),
        }
    }

    /// The commands that create it; several run at the same time.
    fn create(&self, sandbox: &Sandbox) -> Vec<Command> {
        let image = node_image();
        let agents = self.shape.agents().to_string();
        let api = format!("127.0.0.1:{}", self.port);
        let arg = format!("{DISABLED}@server:*");
        match self.subject {
            Subject::Raw => {
                let network = sandbox
                    .command("docker")
                    .args(["network", "create", &self.name])
                    .output()
                    .unwrap();
                assert!(
                    network.status.success(),
                    "{}",
                    String::from_utf8_lossy(&network.stderr)
                );
                let node =
                    |name: String, publish: Vec<String>, url: Option<String>, args: &[&str]| {
                        let mut run = sandbox.command("docker");
                        run.args([
                            "run",
                            "--detach",
                            "--init",
                            "--privileged",
                            "--tmpfs=/run",
                            "--tmpfs=/var/run",
                        ]);
                        run.args([
                            "--network",
                            &self.name,
                            "--name",
                            &name,
                            "--hostname",
                            &name,
                        ])
                        .args(publish);
                        run.args([
                            "--env=K3S_TOKEN=bench",
                            "--env=K3S_KUBECONFIG_OUTPUT=/output/kubeconfig.yaml",
                        ]);
                        run.args(url.map(|url| format!("--env=K3S_URL={url}")))
                            .arg(&image)
                            .args(args);
                        run
                    };
                let publish = vec![format!("--publish={api}:6443")];
                let server = node(self.server(), publish, None, &["server", DISABLED]);
                let agents = (0..self.shape.agents()).map(|index| {
                    let url = format!("https://{}:6443", self.server());
                    node(
                        format!("{}-agent-{index}", self.name),
                        vec![],
                        Some(url),
                        &["agent"],
                    )
                });
                std::iter::once(server).chain(agents).collect()
            }
            Subject::K3tray => {
                let mut create =
                    sandbox.k3tray(["create", &self.name, "--image", &image, "--agents", &agents]);
                create.args(["--api-port", &api, "--k3s-arg", &arg]);
                vec![create]
            }
            Subject::K3d => {
                let mut create = sandbox.command("k3d");
                create.args([
                    "cluster", "create", &self.name, "--image", &image, "--agents", &agents,
                ]);
                create.args(["--api-port", &api, "--k3s-arg", &arg]);
                vec![create]
            }
        }
    }

    /// The command for `stop`, `start` or `delete`.
    fn verb(&self, sandbox: &Sandbox, verb: &str) -> Vec<Command> {
        match self.subject {
            Subject::Raw => {
                let nodes = std::iter::once(self.server()).chain(
                    (0..self.shape.agents()).map(|index| format!("{}-agent-{index}", self.name)),
                );
                let nodes: Vec<String> = nodes.collect();
                let mut docker = sandbox.command("sh");
                let nodes = nodes.join(" ");
                let line = match verb {
                    // The others delete their network, too.
                    "delete" => format!(
                        "docker rm --force --volumes {nodes} && docker network rm {}",
                        self.name
                    ),
                    verb => format!("docker {verb} {nodes}"),
                };
                docker.args(["-c", &line]);
                vec![docker]
            }
            Subject::K3tray => {
                let mut command = sandbox.k3tray([verb, &self.name]);
                if verb == "delete" {
                    command.arg("--yes");
                }
                vec![command]
            }
            Subject::K3d => {
                let mut command = sandbox.command("k3d");
                command.args(["cluster", verb, &self.name]);
                vec![command]
            }
        }
    }
}

/// Runs commands at the same time; the time until the last has ended well.
fn together(commands: Vec<Command>, began: Instant) -> Duration {
    let outputs: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = commands
            .into_iter()
            .map(|mut command| scope.spawn(move || command.output().unwrap()))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let took = began.elapsed();
    for output in outputs {
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    took
}

async fn timed(commands: Vec<Command>) -> Duration {
    tokio::task::spawn_blocking(move || together(commands, Instant::now()))
        .await
        .unwrap()
}
