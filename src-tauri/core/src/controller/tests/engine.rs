//! The engine comes, goes and lists.

use super::*;

#[test]
fn an_engine_is_shown_as_ready_only_with_its_clusters() {
    let mut story = Story::new();
    story.connect();
    assert_eq!(story.done(), ["List"]);
    assert_eq!(story.shown().engine.status, EngineStatus::Connecting);
    story.hear(Event::Listed(Ok(vec![running("dev")])));
    assert_eq!(story.done(), ["watch dev by k3d-dev-server-0"]);
    let shown = story.shown();
    assert_eq!(
        shown.engine.status,
        EngineStatus::Ready {
            details: snapshots::details()
        }
    );
    assert_eq!(shown.clusters, [running("dev")]);
}

#[test]
fn an_engine_that_goes_away_keeps_its_clusters_until_it_lists_others() {
    let mut story = Story::with(vec![running("dev")]);
    story.lose();
    assert_eq!(story.done(), ["unwatch 1"]);
    assert!(story.shown().is_stale());
    assert_eq!(story.shown().clusters, [running("dev")]);
    story.pass(LIST_EVERY * 2);
    assert_eq!(story.done(), [""; 0], "nobody is there to list");

    // What was asked before it went away comes too late.
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.shown().clusters, [running("dev")]);
    assert!(story.shown().is_stale());

    story.connect();
    assert_eq!(story.done(), ["List"]);
    assert!(story.shown().is_stale(), "its clusters are not known yet");
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.shown().clusters, []);
    assert!(!story.shown().is_stale());
}

#[test]
fn an_engine_that_hangs_is_away_until_it_lists_again() {
    let mut story = Story::with(vec![running("dev")]);
    story.hear(Event::Listed(Err(snapshots::not_running())));
    assert!(story.shown().is_stale());
    assert_eq!(story.shown().problems, [], "a state is no problem");
    assert_eq!(story.done(), ["unwatch 1"]);
    story.pass(SignedDuration::from_secs(5));
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![running("dev")])));
    assert!(!story.shown().is_stale());
    assert_eq!(story.done(), ["watch dev by k3d-dev-server-0"]);
}

#[test]
fn a_list_that_fails_is_told_tried_again_and_never_empties_the_menu() {
    let mut story = Story::with(vec![running("dev")]);
    let problem = Problem {
        what: "Could not list the clusters".into(),
        causes: vec!["the container engine refused".into()],
        hint: None,
        code: Code::Other,
        log: vec![],
        remedy: None,
    };
    story.hear(Event::Listed(Err(problem.clone())));
    assert_eq!(story.shown().problems, [problem]);
    assert_eq!(story.shown().clusters, [running("dev")]);
    story.pass(SignedDuration::from_secs(5));
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![running("dev")])));
    assert_eq!(story.shown().problems, []);
}

#[test]
fn many_changes_are_listed_once_more_and_checked_and_silence_after_a_minute() {
    let mut story = Story::with(vec![]);
    for _ in 0..20 {
        story.hear(Event::Changed);
    }
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.done(), [""; 0]);
    story.pass(LIST_CHECKED);
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![])));
    story.pass(LIST_EVERY - LIST_CHECKED);
    assert_eq!(story.done(), [""; 0]);
    story.pass(LIST_CHECKED);
    assert_eq!(story.done(), ["List"]);
}

#[test]
fn a_container_that_ended_is_seen_as_ended_though_the_first_list_does_not_know_it_yet() {
    let mut story = Story::with(vec![running("dev")]);
    story.hear(Event::Changed);
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![running("dev")])));
    story.pass(LIST_CHECKED);
    assert_eq!(story.done(), ["List"]);
    story.hear(Event::Listed(Ok(vec![])));
    assert_eq!(story.shown().clusters, []);
}
