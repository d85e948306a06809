//! Through a gateway the real engine is one's own: nothing of others is seen, a call can be held, and
//! the engine can go away.

use std::time::Duration;

use bollard::{
    API_DEFAULT_VERSION, Docker,
    models::ContainerCreateBody,
    query_parameters::{EventsOptionsBuilder, ListContainersOptionsBuilder},
};
use futures_util::StreamExt;
use hyper::Method;
use k3tray_tests::{Census, Sandbox, engine, gateway::Gateway, sandbox::STANDIN_NODE, wait::soon};

const SOON: Duration = Duration::from_secs(60);

fn client(gateway: &Gateway) -> Docker {
    Docker::connect_with_unix(&gateway.address(), SOON.as_secs(), API_DEFAULT_VERSION).unwrap()
}

/// A container that only waits, where a stand-in is the node's image.
fn waiting() -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(STANDIN_NODE.into()),
        entrypoint: Some(vec!["sleep".into(), "600".into()]),
        ..ContainerCreateBody::default()
    }
}

async fn names(docker: &Docker) -> Vec<String> {
    let all = ListContainersOptionsBuilder::new().all(true).build();
    let list = soon("a list", SOON, docker.list_containers(Some(all)))
        .await
        .unwrap();
    list.into_iter()
        .flat_map(|container| container.names.unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn only_what_was_made_through_it_is_listed_told_of_and_counted() {
    let sandbox = Sandbox::new("gateway").await;
    let (mine, theirs) = (sandbox.cluster("mine"), sandbox.cluster("theirs"));
    let gateway = Gateway::open();
    let docker = client(&gateway);
    // A stream asks when it is first read, so it asks for what was before.
    let since = EventsOptionsBuilder::new().since("1").build();
    let mut events = docker.events(Some(since));
    engine::create(sandbox.docker(), &theirs, waiting()).await;
    engine::create(&docker, &mine, waiting()).await;
    engine::start(&docker, &mine).await;

    assert_eq!(names(&docker).await, [format!("/{mine}")]);
    let first = async {
        loop {
            let event = events.next().await.unwrap().unwrap();
            if event.typ == Some(bollard::models::EventMessageTypeEnum::CONTAINER) {
                break event.actor.unwrap().attributes.unwrap()["name"].clone();
            }
        }
    };
    assert_eq!(soon("an event", SOON, first).await, mine);
    // A conversation in both directions passes too.
    assert_eq!(
        engine::exec(&docker, &mine, &["echo", "hello"]).await,
        ("hello\n".into(), 0)
    );
    let census = gateway.census().await;
    assert_eq!(census.containers, [mine.clone()].into());
    drop(gateway);
    assert_eq!(sandbox.census().await.containers, [theirs].into());
}

#[tokio::test]
async fn a_held_call_waits_until_its_gate_opens_and_no_other_does() {
    let sandbox = Sandbox::new("gate").await;
    let name = sandbox.cluster("a");
    let gateway = Gateway::open();
    let docker = client(&gateway);
    let gate = gateway.hold(Method::POST, "/containers/*/start");
    engine::create(&docker, &name, waiting()).await;
    let started = tokio::spawn({
        let (docker, name) = (docker.clone(), name.clone());
        async move { engine::start(&docker, &name).await }
    });
    assert_eq!(names(&docker).await, [format!("/{name}")]);
    assert!(!started.is_finished());
    gate.open();
    soon("the container to start", SOON, started).await.unwrap();
}

#[tokio::test]
async fn an_engine_that_went_away_answers_nobody_until_it_is_back() {
    let gateway = Gateway::open();
    let docker = client(&gateway);
    assert_eq!(names(&docker).await, [""; 0]);
    gateway.go_away();
    assert!(docker.ping().await.is_err());
    gateway.come_back();
    assert_eq!(gateway.census().await, Census::default());
    assert!(client(&gateway).ping().await.is_ok());
}
