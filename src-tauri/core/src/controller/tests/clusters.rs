//! What runs inside the clusters is watched and measured.

use super::*;

fn nodes(ready: bool) -> Nodes {
    Nodes::from([("k3d-dev-server-0".into(), snapshots::health(ready))])
}

#[test]
fn every_running_cluster_is_watched_and_no_other() {
    let mut story = Story::new();
    story.connect();
    story.done.clear();
    story.hear(Event::Listed(Ok(vec![
        running("dev"),
        snapshots::stopped("old"),
    ])));
    assert_eq!(story.done(), ["watch dev by k3d-dev-server-0"]);
    story.hear(Event::Listed(Ok(vec![running("dev"), running("old")])));
    assert_eq!(story.done(), ["watch old by k3d-old-server-0"]);
    // The same name, but another container: a cluster that was deleted and made anew.
    let mut anew = running("dev");
    anew.nodes[0].id = "another".into();
    story.hear(Event::Listed(Ok(vec![anew, snapshots::stopped("old")])));
    assert_eq!(
        story.done(),
        ["unwatch 1", "unwatch 2", "watch dev by k3d-dev-server-0"]
    );
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.done(), ["unwatch 3"]);
}

#[test]
fn what_kubernetes_says_of_a_node_is_shown_with_its_container() {
    let mut upper = running("Dev");
    upper.nodes[0].name = "k3d-Dev-server-0".into();
    let mut story = Story::with(vec![upper]);
    let watch = WatchId(1);
    story.hear(Event::Health {
        watch,
        heard: Ok(nodes(true)),
    });
    assert_eq!(story.shown().clusters[0].ready(), (1, 1));
    assert_eq!(
        story.shown().clusters[0].nodes[1].health,
        None,
        "Kubernetes knows no load balancer"
    );
    story.hear(Event::Health {
        watch: WatchId(9),
        heard: Ok(nodes(false)),
    });
    assert_eq!(story.shown().clusters[0].ready(), (1, 1), "an old watch");
}

#[test]
fn a_cluster_whose_api_does_not_answer_is_not_ready() {
    let mut story = Story::with(vec![running("dev")]);
    let watch = WatchId(1);
    let silence = || Problem {
        what: "Could not watch cluster `dev`".into(),
        causes: vec!["its API does not answer as it should".into()],
        hint: None,
        code: Code::Other,
        log: vec![],
        remedy: None,
    };
    story.hear(Event::Health {
        watch,
        heard: Ok(nodes(true)),
    });
    story.hear(Event::Health {
        watch,
        heard: Err(silence()),
    });
    let shown = story.shown();
    let health = shown.clusters[0].nodes[0].health.clone().unwrap();
    assert_eq!(
        health.readiness,
        Readiness::NotReady {
            reason: "NoAnswer".into(),
            message: "its API does not answer as it should".into()
        }
    );
    assert_eq!(health.version, "v1.31.4+k3s1", "what is known stays");
    assert_eq!(shown.problems, [], "and nobody is told twice");
    story.hear(Event::Health {
        watch,
        heard: Ok(nodes(true)),
    });
    assert_eq!(story.shown().clusters[0].ready(), (1, 1));
}

#[test]
fn only_what_is_looked_at_and_runs_is_measured() {
    let mut story = Story::with(vec![running("dev"), running("other")]);
    story.hear(Event::LookAt(Some(name("dev"))));
    assert_eq!(
        story.done(),
        ["Sample([\"k3d-dev-server-0\", \"k3d-dev-serverlb\"])"]
    );
    let usage = Usage {
        cpu_percent: 12.5,
        memory_bytes: 1 << 29,
    };
    for container in ["k3d-dev-server-0", "k3d-other-server-0"] {
        story.hear(Event::Usage {
            container: container.into(),
            usage,
        });
    }
    let used: Vec<Option<Usage>> = story
        .shown()
        .clusters
        .iter()
        .map(|cluster| cluster.nodes[0].usage)
        .collect();
    assert_eq!(used, [Some(usage), None]);
    story.hear(Event::Listed(Ok(vec![
        snapshots::stopped("dev"),
        running("other"),
    ])));
    assert_eq!(story.done(), ["unwatch 1", "Sample([])"]);
    story.hear(Event::Listed(Ok(vec![running("dev"), running("other")])));
    story.done.clear();
    story.hear(Event::LookAt(None));
    assert_eq!(story.done(), ["Sample([])"]);
    assert_eq!(story.shown().clusters[0].nodes[0].usage, None);
}

#[test]
fn a_watch_is_of_the_first_running_server() {
    let mut cluster = snapshots::bare("dev", 1, NodeState::Running);
    let mut second = cluster.nodes[0].clone();
    second.name = name("dev").server(1);
    cluster.nodes.insert(1, second);
    cluster.nodes[0].state = NodeState::Exited;
    cluster.state = crate::cluster::ClusterState::of(&cluster.nodes);
    let address = cluster.api.clone().unwrap();
    let mut model = Story::with(vec![]).model;
    let effects = model.reduce(Event::Listed(Ok(vec![cluster])), snapshots::NOW);
    let [Effect::Watch(watch)] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(
        watch,
        &Watch {
            id: WatchId(1),
            cluster: name("dev"),
            server: "k3d-dev-server-1".into(),
            address,
            nodes: vec!["k3d-dev-server-1".into()],
        }
    );
}
