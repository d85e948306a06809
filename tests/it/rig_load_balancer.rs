//! The stand-in load balancer keeps the contract of k3d's proxy image: `values.yaml` in, nginx out.

use std::time::Duration;

use bollard::{
    models::{ContainerCreateBody, HostConfig, NetworkCreateRequest},
    query_parameters::WaitContainerOptions,
};
use futures_util::StreamExt;
use k3tray_tests::{Sandbox, engine, eventually, sandbox::LOAD_BALANCER};

/// Three renderings with two seconds after each, and nginx.
const START: Duration = Duration::from_secs(30);
const RELOAD: Duration = Duration::from_secs(10);
const VALUES: &str = "/etc/confd/values.yaml";
const READY: &str = "start worker processes";

struct Scene {
    sandbox: Sandbox,
    network: String,
    balancer: String,
}

impl Scene {
    /// A network and a load balancer in it that was not started yet, with `entrypoint` if there is one.
    async fn new(name: &str, entrypoint: Option<&str>) -> Self {
        let sandbox = Sandbox::new(name).await;
        let network = sandbox.cluster("net");
        let balancer = sandbox.cluster("lb");
        let request = NetworkCreateRequest {
            name: network.clone(),
            ..NetworkCreateRequest::default()
        };
        sandbox.docker().create_network(request).await.unwrap();
        let body = ContainerCreateBody {
            image: Some(LOAD_BALANCER.into()),
            entrypoint: entrypoint.map(|script| ["/bin/sh", "-c", script].map(String::from).into()),
            host_config: Some(HostConfig {
                network_mode: Some(network.clone()),
                port_bindings: Some(engine::publish(6443)),
                ..HostConfig::default()
            }),
            exposed_ports: Some(vec!["6443/tcp".into()]),
            ..ContainerCreateBody::default()
        };
        engine::create(sandbox.docker(), &balancer, body).await;
        Self {
            sandbox,
            network,
            balancer,
        }
    }

    /// A server on 6443 that says its own name to everyone.
    async fn upstream(&self, name: &str) -> String {
        let container = self.sandbox.cluster(name);
        let script = format!("while true; do echo {name} | nc -l -p 6443; done");
        let body = ContainerCreateBody {
            image: Some(LOAD_BALANCER.into()),
            entrypoint: Some(["/bin/sh", "-c", &script].map(String::from).into()),
            host_config: Some(HostConfig {
                network_mode: Some(self.network.clone()),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        };
        engine::create(self.sandbox.docker(), &container, body).await;
        engine::start(self.sandbox.docker(), &container).await;
        container
    }

    async fn route_to(&self, upstream: &str) {
        let values =
            format!("ports:\n  6443.tcp:\n  - {upstream}\nsettings:\n  workerConnections: 1024\n");
        engine::put_file(self.sandbox.docker(), &self.balancer, VALUES, &values).await;
    }

    async fn start(&self) {
        engine::start(self.sandbox.docker(), &self.balancer).await;
    }

    async fn log(&self) -> String {
        engine::logs(self.sandbox.docker(), &self.balancer).await
    }

    async fn answers(&self, name: &str, within: Duration) {
        let port = engine::published_port(self.sandbox.docker(), &self.balancer, 6443).await;
        eventually(
            &format!("`{name}` behind the load balancer"),
            within,
            async || {
                let said = tokio::task::spawn_blocking(move || engine::greeting(port)).await;
                (said.unwrap()?.trim() == name).then_some(())
            },
        )
        .await;
    }
}

#[tokio::test]
async fn it_routes_and_follows_a_replaced_file() {
    let scene = Scene::new("lb-follow", None).await;
    let first = scene.upstream("first").await;
    let second = scene.upstream("second").await;
    scene.route_to(&first).await;
    scene.start().await;
    scene.answers("first", START).await;
    let started = scene.log().await.matches(READY).count();
    assert!(started >= 1);

    scene.route_to(&second).await;

    scene.answers("second", RELOAD).await;
    let reloaded = scene.log().await.matches(READY).count();
    assert!(reloaded > started, "a reload says `{READY}` again");
}

#[tokio::test]
async fn it_starts_at_once_where_the_entrypoint_skips_the_stock_pauses() {
    let entrypoint = "confd -onetime -backend file -file /etc/confd/values.yaml -log-level debug -sync-only \
                      && { confd -watch -backend file -file /etc/confd/values.yaml -log-level debug & \
                      exec nginx -g 'daemon off;'; }";
    let scene = Scene::new("lb-quick", Some(entrypoint)).await;
    let only = scene.upstream("only").await;
    scene.route_to(&only).await;
    scene.start().await;
    scene.answers("only", START).await;
    assert!(
        !scene.log().await.contains("rendering"),
        "the stock script did not run"
    );
}

#[tokio::test]
async fn it_ends_where_an_upstream_does_not_resolve() {
    let scene = Scene::new("lb-nowhere", None).await;
    scene.route_to("nowhere").await;
    scene.start().await;
    let mut wait = scene
        .sandbox
        .docker()
        .wait_container(&scene.balancer, None::<WaitContainerOptions>);
    // A status other than 0 is an error to the client.
    let ended = k3tray_tests::wait::soon("the load balancer to end", START, wait.next()).await;
    assert!(ended.unwrap().is_err());
    let log = scene.log().await;
    assert!(
        log.contains("host not found in upstream \"nowhere:6443\""),
        "{log}"
    );
}
