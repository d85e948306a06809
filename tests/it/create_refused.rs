//! A creation that something stands in the way of, at each step before a node runs: it says what, and
//! leaves nothing. Nodes that do not come up are in `create_failures.rs`.

use std::{
    collections::BTreeSet,
    net::TcpListener,
    time::{SystemTime, UNIX_EPOCH},
};

use bollard::{
    models::{ContainerCreateBody, NetworkCreateRequest},
    query_parameters::EventsOptionsBuilder,
};
use futures_util::TryStreamExt;
use k3tray_core::error::Code;
use k3tray_tests::{Sandbox, engine, sandbox::REGISTRY};

use crate::scene::{cluster, create, create_fails, k3tray};

/// Everything of the prefix that the engine has made since `since`, in seconds of the epoch.
async fn made_since(sandbox: &Sandbox, since: u64, name: &str) -> Vec<String> {
    let until = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 1;
    let options = EventsOptionsBuilder::new()
        .since(&since.to_string())
        .until(&until.to_string())
        .build();
    let events: Vec<_> = sandbox
        .docker()
        .events(Some(options))
        .try_collect()
        .await
        .unwrap();
    events
        .into_iter()
        .filter(|event| event.action.as_deref() == Some("create"))
        .filter_map(|event| {
            let actor = event.actor?;
            actor
                .attributes
                .and_then(|mut all| all.remove("name"))
                .or(actor.id)
        })
        .filter(|made| made.contains(name))
        .collect()
}

#[tokio::test]
async fn a_taken_port_is_refused_before_anything_is_made() {
    let sandbox = Sandbox::new("port").await;
    let name = sandbox.cluster("a");
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();

    let problem = create_fails(&sandbox, &name, &[&format!("--api-port={port}")], 2).await;

    assert_eq!(problem.code, Code::PortTaken);
    assert_eq!(problem.causes, [format!("port {port} is in use")]);
    assert!(problem.hint.unwrap().contains("another port"));
    assert_eq!(
        made_since(&sandbox, since, &name).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_port_of_a_stopped_cluster_is_told_with_its_name() {
    let sandbox = Sandbox::new("portof").await;
    let (owner, name) = (sandbox.cluster("a"), sandbox.cluster("b"));
    create(&sandbox, &owner, &["--no-lb"]).await;
    let port = cluster(&sandbox, &owner).await.api.unwrap().port;
    k3tray(&sandbox, &["stop", &owner]).await.ended(0);

    let problem = create_fails(&sandbox, &name, &[&format!("--api-port={port}")], 2).await;

    assert_eq!(
        problem.causes,
        [format!("port {port} is in use by cluster `{owner}`")]
    );
    let problem = create_fails(&sandbox, &owner, &[], 2).await;
    assert_eq!(problem.code, Code::NameTaken);
}

#[tokio::test]
async fn an_image_that_cannot_be_had_leaves_nothing_and_says_how_to_load_one() {
    let sandbox = Sandbox::new("noimage").await;
    let name = sandbox.cluster("a");
    // A port that nothing serves: the answer is the same on every machine, and at once.
    let image = "--image=127.0.0.1:9/k3s:v1.31.4-k3s1";

    let problem = create_fails(&sandbox, &name, &[image], 1).await;

    assert_eq!(
        problem.causes[0], "the image could not be pulled",
        "{problem:?}"
    );
    assert!(
        problem
            .hint
            .as_ref()
            .is_some_and(|hint| hint.contains("docker load")),
        "{problem:?}"
    );
}

#[tokio::test]
async fn a_missing_load_balancer_image_leaves_nothing() {
    let mut sandbox = Sandbox::new("nobalance").await;
    sandbox.set("K3D_IMAGE_LOADBALANCER", "127.0.0.1:9/k3d-proxy:5.9.0");
    let name = sandbox.cluster("a");

    let problem = create_fails(&sandbox, &name, &[], 1).await;

    assert_eq!(
        problem.causes[0], "the image could not be pulled",
        "{problem:?}"
    );
}

#[tokio::test]
async fn a_network_of_somebody_else_is_neither_used_nor_removed() {
    let sandbox = Sandbox::new("netname").await;
    let name = sandbox.cluster("a");
    let request = NetworkCreateRequest {
        name: format!("k3d-{name}"),
        ..NetworkCreateRequest::default()
    };
    sandbox.docker().create_network(request).await.unwrap();

    let problem = create_fails(&sandbox, &name, &[], 2).await;

    assert_eq!(
        problem.causes,
        [format!(
            "a network `k3d-{name}` exists that belongs to something else"
        )]
    );
    let left = sandbox.census().await;
    assert_eq!(left.networks, BTreeSet::from([format!("k3d-{name}")]));
}

#[tokio::test]
async fn a_container_of_somebody_else_is_neither_replaced_nor_removed() {
    let sandbox = Sandbox::new("conname").await;
    let name = sandbox.cluster("a");
    let taken = format!("k3d-{name}-agent-0");
    let body = ContainerCreateBody {
        image: Some(REGISTRY.to_owned()),
        ..ContainerCreateBody::default()
    };
    engine::create(sandbox.docker(), &taken, body).await;

    let problem = create_fails(&sandbox, &name, &["--agents=2"], 2).await;

    assert_eq!(problem.code, Code::NameTaken);
    assert!(problem.causes.join(" ").contains(&taken), "{problem:?}");
    assert_eq!(sandbox.census().await.containers, BTreeSet::from([taken]));
}

#[tokio::test]
async fn an_address_that_the_engine_lacks_is_told_with_what_to_choose_and_leaves_nothing() {
    let sandbox = Sandbox::new("address").await;
    let name = sandbox.cluster("a");

    // An address of a network that is reserved for documentation: no machine has it.
    let problem = create_fails(
        &sandbox,
        &name,
        &["--no-lb", "--api-port=203.0.113.7:6550"],
        2,
    )
    .await;

    assert_eq!(problem.code, Code::BadInput);
    assert_eq!(
        problem.causes[..2],
        [
            "a container could not be started",
            "the engine's machine does not have the address"
        ]
    );
    assert!(problem.causes[2].contains("203.0.113.7"), "{problem:?}");
    assert!(problem.hint.unwrap().contains("`127.0.0.1`"));
}
