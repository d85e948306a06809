//! Operations from their beginning to being forgotten, and quitting.

use super::*;

#[test]
fn a_creation_is_shown_from_the_first_step_to_a_minute_after_its_end() {
    let mut story = Story::with(vec![]);
    story.ask(Action::NewCluster).unwrap();
    assert_eq!(story.done(), ["begin 1: create first"]);
    story.hear(Event::Reported {
        id: OperationId(1),
        report: Report::Steps(vec!["Make containers".into()]),
    });
    story.hear(Event::Reported {
        id: OperationId(1),
        report: Report::Begin(0),
    });
    assert_eq!(
        story.shown().operations[0].current_step().unwrap().label,
        "Make containers"
    );
    story.hear(Event::Listed(Ok(vec![running("first")])));
    story.done.clear();

    story.end(1, End::Done { warnings: vec![] });
    assert_eq!(
        story.done(),
        [
            "remember",
            "List",
            "unwatch 1",
            "watch first by k3d-first-server-0",
        ],
        "its API is asked at once"
    );
    story.hear(Event::Listed(Ok(vec![running("first")])));
    story.pass(SHOWN_AFTER - SignedDuration::from_secs(1));
    assert_eq!(story.states(), [OperationState::Done]);
    story.pass(SignedDuration::from_secs(1));
    assert_eq!(story.states(), []);
}

#[test]
fn the_next_cluster_has_the_last_ones_settings_and_a_name_and_port_of_its_own() {
    let mut story = Story::with(vec![]);
    let draft = Draft {
        name: "dev".into(),
        agents: 2,
        api_port: "6550".into(),
        ..Draft::default()
    };
    story.create(draft.clone()).unwrap();
    assert_eq!(story.shown().last_draft, Draft::default(), "not made yet");
    story.end(1, End::Done { warnings: vec![] });
    assert_eq!(
        story.shown().last_draft,
        Draft {
            agents: 2,
            ..Draft::default()
        }
    );
    story.create(Draft { agents: 3, ..draft }).unwrap();
    story.end(2, End::Failed(snapshots::not_running()));
    assert_eq!(story.shown().last_draft.agents, 2, "no cluster was made");
}

#[test]
fn a_failure_stays_until_it_is_dismissed_or_tried_again() {
    let mut story = Story::with(vec![]);
    story.create(named("dev")).unwrap();
    story.end(1, End::Failed(snapshots::not_running()));
    story.pass(SignedDuration::from_hours(1));
    assert_eq!(
        story.states(),
        [OperationState::Failed {
            problem: snapshots::not_running()
        }]
    );
    story.create(named("dev")).unwrap();
    assert_eq!(story.states(), [OperationState::Running]);
    assert_eq!(
        refused(Code::NotFound, story.ask(Action::Dismiss(OperationId(2)))),
        "Could not dismiss: there is no such operation any more",
        "it runs"
    );
    story.end(2, End::Failed(snapshots::not_running()));
    story.ask(Action::Dismiss(OperationId(2))).unwrap();
    assert_eq!(story.states(), []);
}

#[test]
fn what_did_not_work_beside_an_operation_stays_with_it() {
    let mut story = Story::with(vec![]);
    story.create(named("dev")).unwrap();
    let warning = Problem {
        code: Code::KubeconfigLocked,
        ..snapshots::not_running()
    };
    let warnings = vec![warning.clone()];
    story.end(1, End::Done { warnings });
    story.pass(SHOWN_AFTER);
    assert_eq!(story.shown().problems, [warning]);
    assert_eq!(story.states(), [OperationState::Done]);
    story.ask(Action::Dismiss(OperationId(1))).unwrap();
    assert_eq!(story.shown().problems, []);
}

#[test]
fn a_cancelled_operation_is_cancelled_only_once_its_work_says_so() {
    let mut story = Story::with(vec![]);
    story.create(named("dev")).unwrap();
    story.ask(Action::Cancel(OperationId(1))).unwrap();
    assert_eq!(story.done(), ["begin 1: create dev", "cancel 1"]);
    assert_eq!(story.states(), [OperationState::Running]);
    story.hear(Event::Reported {
        id: OperationId(1),
        report: Report::Undo("Remove what was made".into()),
    });
    assert_eq!(story.states(), [OperationState::Undoing]);
    story.end(1, End::Cancelled);
    assert_eq!(story.states(), [OperationState::Cancelled]);
}

#[test]
fn quitting_waits_for_what_runs_and_a_second_time_cancels_it() {
    let mut story = Story::with(vec![]);
    story.ask(Action::Quit).unwrap();
    assert_eq!(story.done(), ["End"], "nothing runs");

    story.create(named("dev")).unwrap();
    story.ask(Action::Quit).unwrap();
    assert!(story.shown().quitting);
    assert_eq!(
        story.done(),
        ["begin 1: create dev", "Ask(Show(Clusters))"],
        "the window names what runs"
    );
    story.create(named("other")).unwrap();
    assert!(!story.shown().quitting, "who goes on working does not quit");
    story.ask(Action::Quit).unwrap();
    story.ask(Action::Quit).unwrap();
    assert_eq!(
        story.done(),
        [
            "begin 2: create other",
            "Ask(Show(Clusters))",
            "cancel 1",
            "cancel 2"
        ]
    );
    assert_eq!(
        refused(Code::Other, story.ask(Action::NewCluster)),
        "Could not create cluster `first`: k3tray is about to quit"
    );
    story.end(1, End::Cancelled);
    assert_eq!(story.done(), ["List"]);
    story.end(2, End::Cancelled);
    assert_eq!(story.done(), ["End"]);
}

#[test]
fn quitting_ends_by_itself_when_the_last_operation_is_done() {
    let mut story = Story::with(vec![]);
    story.create(named("dev")).unwrap();
    story.ask(Action::Quit).unwrap();
    story.done.clear();
    story.end(1, End::Done { warnings: vec![] });
    assert_eq!(story.done()[2..], ["End"]);
}
