//! A deletion takes everything of its cluster and nothing of anybody else.

use std::collections::{BTreeSet, HashMap};

use bollard::models::{
    ContainerCreateBody, EndpointSettings, NetworkConnectRequest, NetworkCreateRequest,
};
use k3tray_tests::{Census, Sandbox, engine, sandbox::REGISTRY};

use crate::{
    recorded::{self, PLAIN},
    scene::{SOMEBODYS_KUBECONFIG, create, give_kubeconfig, k3tray, kubeconfig, kubectl, listed},
};

async fn make_network(sandbox: &Sandbox, name: &str) {
    let request = NetworkCreateRequest {
        name: name.to_owned(),
        ..NetworkCreateRequest::default()
    };
    sandbox.docker().create_network(request).await.unwrap();
}

/// A registry as k3d makes it, running, on `networks`.
async fn make_registry(sandbox: &Sandbox, name: &str, cluster: &str, networks: &[&str]) {
    let labels = [
        ("app", "k3d"),
        ("k3d.cluster", cluster),
        ("k3d.role", "registry"),
    ];
    let body = ContainerCreateBody {
        image: Some(REGISTRY.to_owned()),
        labels: Some(
            labels
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        ),
        ..ContainerCreateBody::default()
    };
    engine::create(sandbox.docker(), name, body).await;
    for network in networks {
        let request = NetworkConnectRequest {
            container: name.to_owned(),
            endpoint_config: Some(EndpointSettings::default()),
        };
        sandbox
            .docker()
            .connect_network(network, request)
            .await
            .unwrap();
    }
    engine::start(sandbox.docker(), name).await;
}

/// The networks a container is on, but for Docker's own.
async fn networks_of(sandbox: &Sandbox, container: &str) -> BTreeSet<String> {
    let found = sandbox
        .docker()
        .inspect_container(container, None)
        .await
        .unwrap();
    let networks = found.network_settings.unwrap().networks.unwrap();
    networks
        .into_keys()
        .filter(|name| name != "bridge")
        .collect()
}

#[tokio::test]
async fn a_deletion_leaves_nothing_and_no_current_context() {
    let sandbox = Sandbox::new("gone").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    assert_eq!(sandbox.census().await, Census::default());
    create(&sandbox, &name, &["--agents=1"]).await;
    assert_eq!(sandbox.census().await.containers.len(), 3);

    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);

    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(listed(&sandbox, &name).await, None);
    // Neither ours, which is gone, nor somebody's production.
    let left = kubectl(
        &sandbox,
        &["config", "view", "--raw", "-ojsonpath={.current-context}"],
    )
    .await;
    assert_eq!(left, "");
    k3tray(&sandbox, &["use", "production", "--yes"])
        .await
        .ended(0);
    let all = "-ojsonpath={.contexts[*].name} {.clusters[*].name} {.users[*].name}";
    assert_eq!(
        kubectl(&sandbox, &["config", "view", all]).await,
        "production production me"
    );
}

#[tokio::test]
async fn a_deletion_leaves_somebodys_kubeconfig_byte_for_byte() {
    let sandbox = Sandbox::new("bytes").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        format!("k3d-{name}\n")
    );
    k3tray(&sandbox, &["use", "production", "--yes"])
        .await
        .ended(0);

    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);

    assert_eq!(
        kubectl(&sandbox, &["config", "current-context"]).await,
        "production\n"
    );
    assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);
}

#[tokio::test]
async fn a_registry_of_several_clusters_outlives_one_and_a_clusters_own_goes_with_it() {
    let sandbox = Sandbox::new("registry").await;
    let name = sandbox.cluster("a");
    let (network, other) = (format!("k3d-{name}"), sandbox.cluster("other"));
    let (shared, own, foreign) = (
        sandbox.cluster("shared"),
        sandbox.cluster("own"),
        sandbox.cluster("alone"),
    );
    make_network(&sandbox, &other).await;
    create(&sandbox, &name, &["--no-lb"]).await;
    make_registry(&sandbox, &shared, &name, &[&network, &other]).await;
    make_registry(&sandbox, &own, &name, &[&network]).await;
    // Made by `k3d registry create` and only used by the cluster.
    make_registry(&sandbox, &foreign, "", &[&network]).await;

    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);

    let left = sandbox.census().await;
    assert_eq!(
        left.containers,
        BTreeSet::from([shared.clone(), foreign.clone()])
    );
    assert_eq!(left.networks, BTreeSet::from([other.clone()]));
    assert_eq!(
        networks_of(&sandbox, &shared).await,
        BTreeSet::from([other])
    );
    assert_eq!(networks_of(&sandbox, &foreign).await, BTreeSet::new());
}

#[tokio::test]
async fn a_network_that_was_there_before_the_cluster_stays() {
    let sandbox = Sandbox::new("extern").await;
    let name = sandbox.cluster("a");
    let network = format!("k3d-{name}");
    recorded::create(&sandbox, &PLAIN, &name, "true").await;

    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);

    let left = sandbox.census().await;
    assert_eq!(
        left,
        Census {
            networks: BTreeSet::from([network]),
            ..Census::default()
        }
    );
}

#[tokio::test]
async fn nothing_without_our_labels_is_touched_whatever_its_name() {
    let sandbox = Sandbox::new("names").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    let (container, volume) = (
        format!("k3d-{name}-tools-of-mine"),
        format!("k3d-{name}-data"),
    );
    let body = ContainerCreateBody {
        image: Some(REGISTRY.to_owned()),
        labels: Some(HashMap::from([("k3d.cluster".to_owned(), name.clone())])),
        ..ContainerCreateBody::default()
    };
    engine::create(sandbox.docker(), &container, body).await;
    let request = bollard::models::VolumeCreateRequest {
        name: Some(volume.clone()),
        ..Default::default()
    };
    sandbox.docker().create_volume(request).await.unwrap();
    let before = sandbox.census().await;
    assert_eq!(before.containers.len(), 2);

    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);

    let left = sandbox.census().await;
    assert_eq!(
        (left.containers, left.networks),
        (BTreeSet::from([container]), BTreeSet::new())
    );
    assert!(left.volumes.contains(&volume), "{:?}", left.volumes);
}

#[tokio::test]
async fn what_is_left_of_a_broken_cluster_is_listed_and_can_be_deleted() {
    let sandbox = Sandbox::new("broken").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;
    let force = bollard::query_parameters::RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true);
    let server = format!("k3d-{name}-server-0");
    sandbox
        .docker()
        .remove_container(&server, Some(force.build()))
        .await
        .unwrap();

    let broken = listed(&sandbox, &name).await.unwrap();
    assert_eq!(broken.state, k3tray_core::cluster::ClusterState::Partial);
    k3tray(&sandbox, &["start", &name])
        .await
        .ended(1)
        .told(&["has no server", "delete it"]);
    k3tray(&sandbox, &["delete", "--yes", &name]).await.ended(0);
    assert!(sandbox.census().await.is_empty());
}
