//! The suite's engine can do what k3s nodes need, and a sandbox leaves nothing on it.

use std::collections::BTreeSet;

use bollard::{
    models::{ContainerCreateBody, HostConfig, NetworkCreateRequest, VolumeCreateRequest},
    query_parameters::{RemoveContainerOptionsBuilder, WaitContainerOptions},
};
use futures_util::StreamExt;
use k3tray_tests::{
    Census, Sandbox, engine,
    sandbox::{LOAD_BALANCER, REGISTRY},
};

fn shell(script: &str) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(LOAD_BALANCER.into()),
        entrypoint: Some(["/bin/sh", "-c", script].map(String::from).into()),
        ..ContainerCreateBody::default()
    }
}

#[tokio::test]
async fn a_privileged_container_runs_and_may_mount() {
    let sandbox = Sandbox::new("privileged").await;
    let name = sandbox.cluster("c");
    let body = ContainerCreateBody {
        host_config: Some(HostConfig {
            privileged: Some(true),
            ..HostConfig::default()
        }),
        ..shell("mkdir /m && mount -t tmpfs none /m && grep -c ' /m tmpfs' /proc/mounts")
    };
    engine::create(sandbox.docker(), &name, body).await;
    engine::start(sandbox.docker(), &name).await;
    let ended = sandbox
        .docker()
        .wait_container(&name, None::<WaitContainerOptions>)
        .next()
        .await;
    let log = engine::logs(sandbox.docker(), &name).await;
    assert_eq!(ended.unwrap().unwrap().status_code, 0, "{log}");
    assert_eq!(log, "1\n");
}

#[tokio::test]
async fn a_census_sees_what_carries_the_prefix_and_the_volumes_it_brought() {
    let sandbox = Sandbox::new("census").await;
    let docker = sandbox.docker();
    assert_eq!(sandbox.census().await, Census::default());

    let name = format!("k3d-{}", sandbox.cluster("a"));
    let network = NetworkCreateRequest {
        name: name.clone(),
        ..NetworkCreateRequest::default()
    };
    docker.create_network(network).await.unwrap();
    let volume = VolumeCreateRequest {
        name: Some(format!("{name}-images")),
        ..VolumeCreateRequest::default()
    };
    docker.create_volume(volume).await.unwrap();
    // The registry's image declares a volume, as k3s's does: it comes without a name.
    let registry = ContainerCreateBody {
        image: Some(REGISTRY.into()),
        ..ContainerCreateBody::default()
    };
    engine::create(docker, &name, registry).await;

    let census = sandbox.census().await;
    let only_it = BTreeSet::from([name.clone()]);
    assert_eq!(census.containers, only_it);
    assert_eq!(census.networks, only_it);
    assert_eq!(census.volumes.len(), 2, "{census:?}");

    let carelessly = RemoveContainerOptionsBuilder::new().force(true).v(false);
    docker
        .remove_container(&name, Some(carelessly.build()))
        .await
        .unwrap();
    let left = sandbox.census().await;
    assert_eq!(left.containers, BTreeSet::new());
    assert_eq!(
        left.volumes, census.volumes,
        "a volume without its container is still seen"
    );
}

#[tokio::test]
async fn a_sandbox_leaves_nothing_and_takes_nothing_of_others() {
    let others = Sandbox::new("neighbour").await;
    let kept = others.cluster("kept");
    engine::create(others.docker(), &kept, shell("true")).await;

    let sandbox = Sandbox::new("neigh").await;
    engine::create(
        sandbox.docker(),
        &sandbox.cluster("gone"),
        shell("sleep 600"),
    )
    .await;
    engine::start(sandbox.docker(), &sandbox.cluster("gone")).await;
    assert_eq!(
        sandbox.census().await.containers,
        BTreeSet::from([sandbox.cluster("gone")])
    );
    drop(sandbox);

    assert!(Sandbox::new("neigh").await.census().await.is_empty());
    assert_eq!(others.census().await.containers, BTreeSet::from([kept]));
}

#[tokio::test]
async fn a_program_in_a_sandbox_finds_nothing_of_the_machine() {
    let mut sandbox = Sandbox::new("env").await;
    sandbox.set("EXTRA", "1");
    let printed = sandbox.command("env").output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    let names: BTreeSet<&str> = printed
        .lines()
        .filter_map(|l| l.split('=').next())
        .collect();
    let expected = [
        "DOCKER_HOST",
        "DOCKER_SOCK",
        "EXTRA",
        "HOME",
        "K3D_IMAGE_LOADBALANCER",
        "K3TRAY_DEFAULT_IMAGE",
        "KUBECONFIG",
        "LANG",
        "PATH",
        "RUST_BACKTRACE",
        "XDG_RUNTIME_DIR",
    ];
    assert_eq!(names, BTreeSet::from(expected));
}
