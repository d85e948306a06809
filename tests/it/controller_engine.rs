//! Stories of the engine: it is away, comes, goes, comes again, falls silent, and speaks old versions.

use hyper::Method;
use k3tray_core::{
    action::{Action, View},
    controller::Ask,
    error::{Code, Problem},
    node::NodeState,
    notice::Notice,
    snapshot::{EngineDetails, EngineStatus, EngineView, Snapshot},
};
use k3tray_tests::scripted_docker::{Answer, ScriptedDocker};
use serde_json::json;

use crate::{
    controller_cast::{LIST, cluster, lists, server},
    controller_stage::{Stage, details},
};

const START_IT: &str =
    "Start it, for example with `sudo systemctl start docker`; k3tray notices by itself.";

/// What is said of an engine whose socket is gone.
fn not_running(docker: &ScriptedDocker) -> Problem {
    Problem {
        what: "Docker is not running".into(),
        causes: vec![
            "the container engine does not answer".into(),
            format!("there is no socket `{}`", docker.socket().display()),
        ],
        hint: Some(START_IT.into()),
        code: Code::EngineAway,
        log: vec![],
        remedy: None,
    }
}

fn away(stage: &Stage, problem: Problem) -> EngineView {
    EngineView {
        endpoint: Some(stage.endpoint()),
        status: EngineStatus::Away { problem },
    }
}

fn is_away(shown: &Snapshot) -> bool {
    matches!(shown.engine.status, EngineStatus::Away { .. })
}

#[tokio::test]
async fn an_engine_that_is_away_at_start_is_a_state_and_its_clusters_appear_when_it_comes() {
    let docker = ScriptedDocker::start();
    docker.go_away();
    lists(&docker, &[server("dev", "exited")]);
    let mut stage = Stage::before(docker, None);

    let shown = stage.until("the engine to be away", is_away).await;

    let engine = away(&stage, not_running(&stage.docker));
    let expected = Snapshot {
        engine,
        ..stage.quiet(vec![], &shown)
    };
    assert_eq!(*shown, expected);
    assert_eq!(stage.asked(), [], "no news at start");

    stage.docker.come_back();

    let dev = cluster("dev", NodeState::Exited);
    let shown = stage.until_shown(std::slice::from_ref(&dev)).await;
    assert_eq!(*shown, stage.quiet(vec![dev], &shown));
    assert_eq!(stage.docker.unexpected(), [""; 0]);
}

#[tokio::test]
async fn an_engine_that_goes_away_leaves_its_last_clusters_and_brings_fresh_ones() {
    let mut stage = Stage::with(&[server("dev", "running"), server("old", "exited")]).await;
    let known = vec![
        cluster("dev", NodeState::Running),
        cluster("old", NodeState::Exited),
    ];
    let shown = stage.until_shown(&known).await;
    assert_eq!(*shown, stage.quiet(known.clone(), &shown));

    stage.docker.go_away();

    let gone = not_running(&stage.docker);
    let shown = stage.until("the engine to be away", is_away).await;
    let expected = Snapshot {
        engine: away(&stage, gone.clone()),
        ..stage.quiet(known.clone(), &shown)
    };
    assert_eq!(*shown, expected);
    assert!(shown.is_stale(), "its clusters are only remembered");
    assert_eq!(
        stage.refused("stop:dev".parse().unwrap()).await,
        Problem {
            what: "Could not stop cluster `dev`".into(),
            causes: vec!["the container engine does not answer".into()],
            hint: Some(START_IT.into()),
            code: Code::EngineAway,
            log: vec![],
            remedy: None,
        }
    );

    lists(&stage.docker, &[server("dev", "exited")]);
    stage.docker.come_back();

    let fresh = vec![cluster("dev", NodeState::Exited)];
    let shown = stage.until_shown(&fresh).await;
    assert_eq!(*shown, stage.quiet(fresh, &shown));
    let seen = stage.shown();
    let first = seen.iter().position(|shown| !shown.clusters.is_empty());
    let mut since = seen[first.unwrap()..].iter();
    assert!(since.all(|shown| !shown.clusters.is_empty()), "{seen:#?}");
    let notice = |title: &str, body: &str, urgent| {
        Ask::Notify(Notice {
            title: title.into(),
            body: body.into(),
            action: Some(Action::Show(View::Clusters)),
            urgent,
        })
    };
    assert_eq!(
        stage.asked(),
        [
            notice("Docker is not running", START_IT, true),
            notice("The container engine is back", "It has 1 cluster.", false),
        ]
    );
}

#[tokio::test]
async fn an_event_stream_that_breaks_is_read_again_and_what_was_missed_is_shown() {
    for hangs_up in [true, false] {
        let mut stage = Stage::with(&[server("dev", "running")]).await;
        stage.events.read_by(1).await;

        // Nobody tells of this change: the stream that would have is broken.
        lists(&stage.docker, &[server("dev", "exited")]);
        if hangs_up {
            stage.events.raw("{\"Type\":");
            stage.events.hang_up();
        } else {
            stage.events.end();
        }
        stage
            .until_shown(&[cluster("dev", NodeState::Exited)])
            .await;

        // And the next one is told again.
        lists(&stage.docker, &[server("dev", "running")]);
        stage.something_happens().await;
        stage
            .until_shown(&[cluster("dev", NodeState::Running)])
            .await;
        assert_eq!(stage.asked(), [], "the engine was never away");
    }
}

#[tokio::test]
async fn an_engine_that_speaks_the_oldest_api_or_a_newer_one_is_spoken_to_in_what_both_know() {
    for (spoken, agreed) in [("1.41", "1.41"), ("1.47", "1.47"), ("9.99", "1.53")] {
        let docker = ScriptedDocker::start();
        docker.answer(
            Method::GET,
            "/version",
            Answer::json(json!({ "Version": "20.10.24", "ApiVersion": spoken })),
        );
        lists(&docker, &[server("dev", "exited")]);
        let mut stage = Stage::before(docker, None);

        let shown = stage
            .until_shown(&[cluster("dev", NodeState::Exited)])
            .await;

        let details = EngineDetails {
            api_version: agreed.into(),
            ..details()
        };
        assert_eq!(shown.engine.status, EngineStatus::Ready { details });
    }
}

#[tokio::test]
async fn an_engine_that_is_too_old_is_told_so_with_what_is_needed() {
    let docker = ScriptedDocker::start();
    docker.answer(
        Method::GET,
        "/version",
        Answer::json(json!({ "Version": "19.03.15", "ApiVersion": "1.40" })),
    );
    let mut stage = Stage::before(docker, None);

    let shown = stage.until("the engine to be refused", is_away).await;

    let problem = Problem {
        what: "Docker is too old".into(),
        causes: vec!["the container engine is too old: its API is 1.40".into()],
        hint: Some("API 1.41 is needed: Docker 20.10 or newer.".into()),
        code: Code::EngineAway,
        log: vec![],
        remedy: None,
    };
    assert_eq!(shown.engine, away(&stage, problem));
    assert_eq!(stage.asked_for(&Method::GET, LIST), 0);

    // It is updated while the app runs.
    lists(&stage.docker, &[server("dev", "exited")]);
    stage.docker.answer(
        Method::GET,
        "/version",
        Answer::json(json!({ "Version": "20.10.24", "ApiVersion": "1.41" })),
    );
    let shown = stage
        .until_shown(&[cluster("dev", NodeState::Exited)])
        .await;
    assert_eq!(shown.engine, stage.ready());
}
