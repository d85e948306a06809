//! Stories of the list of clusters: it fails, breaks off, is late, and has broken clusters in it.

use hyper::Method;
use k3tray_core::{
    cluster::{Cluster, ClusterName, ClusterState, Origin},
    error::{Code, Problem},
    node::{NodeState, Role},
    snapshot::{EngineStatus, Snapshot},
};
use k3tray_tests::scripted_docker::{Answer, ScriptedDocker};
use serde_json::{Value, json};

use crate::{
    controller_cast::{LIST, cluster, container, listing, lists, node, server},
    controller_stage::Stage,
};

/// A cluster is shown, and then the next list is answered so.
async fn next_list(answer: Answer) -> Stage {
    let stage = Stage::with(&[server("dev", "exited")]).await;
    stage.docker.answer_once(Method::GET, LIST, answer);
    lists(
        &stage.docker,
        &[server("dev", "exited"), server("new", "exited")],
    );
    stage.something_happens().await;
    stage
}

/// The next list is shown.
async fn repaired(mut stage: Stage) {
    let fresh = vec![
        cluster("dev", NodeState::Exited),
        cluster("new", NodeState::Exited),
    ];
    let shown = stage.until_shown(&fresh).await;
    let shown = match shown.problems[..] {
        [] => shown,
        _ => {
            stage
                .until("no problem", |shown| shown.problems.is_empty())
                .await
        }
    };
    assert_eq!(*shown, stage.quiet(fresh, &shown));
    stage.ask("show").await;
}

#[tokio::test]
async fn a_list_that_the_engine_refuses_is_told_and_the_next_one_repairs_it() {
    let mut stage = next_list(Answer::error(500, "on fire")).await;

    let told = |shown: &Snapshot| !shown.problems.is_empty();
    let shown = stage.until("the failure to be told", told).await;

    let problem = Problem {
        what: "Could not list the clusters".into(),
        causes: vec!["the container engine refused".into(), "on fire".into()],
        hint: None,
        code: Code::Other,
        log: vec![],
        remedy: None,
    };
    let expected = Snapshot {
        problems: vec![problem],
        ..stage.quiet(vec![cluster("dev", NodeState::Exited)], &shown)
    };
    assert_eq!(*shown, expected);
    repaired(stage).await;
}

#[tokio::test]
async fn a_list_that_breaks_off_leaves_the_last_one_and_the_next_one_repairs_it() {
    let half = json!([server("dev", "exited"), server("new", "exited")]);
    let mut stage = next_list(Answer::truncated(half)).await;

    let told = |shown: &Snapshot| matches!(shown.engine.status, EngineStatus::Away { .. });
    let shown = stage.until("the failure to be told", told).await;

    assert_eq!(shown.clusters, [cluster("dev", NodeState::Exited)]);
    let EngineStatus::Away { problem } = &shown.engine.status else {
        panic!("{shown:#?}");
    };
    assert_eq!(problem.what, "Could not list the clusters");
    assert_eq!(problem.code, Code::EngineAway);
    repaired(stage).await;
}

#[tokio::test]
async fn a_slow_list_keeps_nobody_waiting() {
    let both = [server("dev", "exited"), server("new", "exited")];
    let (gate, late) = listing(&both).held();
    let stage = next_list(late).await;
    stage.until_asked(&Method::GET, LIST, 2).await;

    // Requests are answered meanwhile, by what is known.
    let refused = stage.refused("start:new".parse().unwrap()).await;
    assert_eq!(refused.causes, ["there is no cluster `new`"]);
    let shown = stage.now();
    let dev = cluster("dev", NodeState::Exited);
    assert_eq!(*shown, stage.quiet(vec![dev], &shown));

    gate.open();
    repaired(stage).await;
}

#[tokio::test]
async fn a_late_list_from_before_the_connection_broke_does_not_replace_a_newer_one() {
    let (gate, late) = listing(&[server("outdated", "exited")]).held();
    let mut stage = next_list(late).await;
    stage.until_asked(&Method::GET, LIST, 2).await;
    let fresh = [
        cluster("dev", NodeState::Exited),
        cluster("new", NodeState::Exited),
    ];
    stage.events.end();
    stage.until_shown(&fresh).await;

    gate.open();

    // Whatever comes of the late answer has come by the time that two more changes are shown.
    for name in ["one", "two"] {
        lists(&stage.docker, &[server(name, "exited")]);
        stage.something_happens().await;
        stage.until_shown(&[cluster(name, NodeState::Exited)]).await;
    }
    let outdated = cluster("outdated", NodeState::Exited);
    let seen = stage.shown();
    assert!(
        seen.iter().all(|shown| !shown.clusters.contains(&outdated)),
        "{seen:#?}"
    );
}

/// A container with these labels and nothing else that an engine could leave out.
fn bare(id: &str, labels: &Value) -> Value {
    json!({ "Id": id, "Labels": labels, "State": "exited", "Created": 7 })
}

#[tokio::test]
async fn broken_clusters_are_shown_as_broken_beside_sound_ones() {
    let docker = ScriptedDocker::start();
    lists(
        &docker,
        &[
            server("sound", "exited"),
            bare("a", &json!({ "app": "k3d", "k3d.cluster": "no-role" })),
            bare(
                "b",
                &json!({ "app": "k3d", "k3d.cluster": "odd-role", "k3d.role": "gardener" }),
            ),
            bare(
                "c",
                &json!({
                    "app": "k3d", "k3d.cluster": "Garbage!", "k3d.role": "server",
                    "k3d.server.api.port": "70000", "k3d.server.api.host": "\u{0}",
                    "k3d.server.init": "perhaps", "k3d.version": "",
                }),
            ),
            bare("d", &json!({ "app": "k3d" })),
            container("half", "k3d-half-agent-0", "agent", "created"),
        ],
    );
    let mut stage = Stage::before(docker, None);

    let shown = stage.until("the clusters", |shown| !shown.is_stale()).await;

    let broken = |name: &str, id: &str, role, state| Cluster {
        name: ClusterName::observed(name),
        state,
        nodes: vec![k3tray_core::node::Node {
            id: id.into(),
            image: String::new(),
            ..node(id, role, NodeState::Exited)
        }],
        api: None,
        network: None,
        origin: Origin::K3d,
        ..cluster(name, NodeState::Exited)
    };
    let half = Cluster {
        nodes: vec![node("k3d-half-agent-0", Role::Agent, NodeState::Created)],
        api: None,
        state: ClusterState::Partial,
        ..cluster("half", NodeState::Created)
    };
    let expected = vec![
        broken("Garbage!", "c", Role::Server, ClusterState::Stopped),
        half,
        broken("no-role", "a", Role::Other, ClusterState::Partial),
        broken("odd-role", "b", Role::Other, ClusterState::Partial),
        cluster("sound", NodeState::Exited),
    ];
    assert_eq!(*shown, stage.quiet(expected, &shown));
}

#[tokio::test]
async fn a_broken_kubeconfig_takes_no_cluster_down() {
    let docker = ScriptedDocker::start();
    lists(&docker, &[server("dev", "exited")]);
    let mut stage = Stage::before(docker, Some("clusters: [{name: k3d-dev"));
    let read = |shown: &Snapshot| !shown.is_stale() && !shown.contexts.problems.is_empty();

    let shown = stage
        .until("clusters and the kubeconfig's problem", read)
        .await;

    assert_eq!(shown.clusters, [cluster("dev", NodeState::Exited)]);
    assert_eq!(shown.contexts.all, []);
    let [problem] = &shown.contexts.problems[..] else {
        panic!("{shown:#?}");
    };
    assert_eq!(problem.file, stage.kubeconfig());
    assert!(!problem.message.is_empty());
}
