//! What is asked for and refused, or begun.

use super::*;

#[test]
fn a_second_operation_on_a_cluster_is_refused_with_what_is_being_done() {
    let mut story = Story::with(vec![running("dev")]);
    story.create(named("new")).unwrap();
    let Err(Refusal::Problem { problem }) = story.create(named("new")) else {
        panic!("a second creation was begun");
    };
    assert_eq!(
        problem,
        Problem {
            what: "Could not create cluster `new`".into(),
            causes: vec!["`new` is being created".into()],
            hint: Some("Wait until that is done, or cancel it.".into()),
            code: Code::Busy,
            log: vec![],
            remedy: None,
        }
    );
    story.ask(Action::Stop(name("dev"))).unwrap();
    assert_eq!(
        refused(Code::Busy, story.ask(Action::Delete(name("dev")))),
        "Could not delete cluster `dev`: `dev` is being stopped"
    );
    assert_eq!(
        refused(
            Code::Busy,
            story.ask(Action::StopNode("k3d-dev-server-0".into()))
        ),
        "Could not stop node `k3d-dev-server-0`: `dev` is being stopped"
    );
    // Others are free.
    story.create(named("other")).unwrap();
    assert_eq!(
        story.done(),
        [
            "begin 1: create new",
            "begin 2: stop dev",
            "begin 3: create other"
        ]
    );
}

#[test]
fn nothing_is_begun_on_what_is_not_there() {
    let mut story = Story::with(vec![]);
    assert_eq!(
        refused(Code::NotFound, story.ask(Action::Start(name("gone")))),
        "Could not start cluster `gone`: there is no cluster `gone`"
    );
    assert_eq!(
        refused(Code::NotFound, story.ask(Action::Cancel(OperationId(7)))),
        "Could not cancel: there is no such operation any more"
    );
    assert_eq!(
        refused(Code::NotFound, story.ask(Action::DeleteCurrent)),
        "Could not delete the current cluster: the current context belongs to no local cluster"
    );
    story.lose();
    assert_eq!(
        refused(Code::EngineAway, story.ask(Action::NewCluster)),
        "Could not create cluster `first`: the container engine does not answer"
    );
    assert_eq!(story.states(), []);
}

#[test]
fn a_taken_name_and_a_taken_port_are_refused_beside_their_fields() {
    let mut story = Story::with(vec![snapshots::stopped("old")]);
    let draft = Draft {
        name: "old".into(),
        api_port: "6443".into(),
        servers: 0,
        ..Draft::default()
    };
    let Err(Refusal::Fields { problems }) = story.create(draft.clone()) else {
        panic!("it was begun");
    };
    let fields: Vec<Field> = problems.iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Servers, Field::Name, Field::ApiPort]);
    let check = story.model.check(&draft);
    assert_eq!(check.problems, problems);
    assert_eq!(check.proposed_name, name("first"));
    assert_eq!(check.default_image, NodeImage::default());
    assert_eq!(story.model.check(&Draft::default()).problems, []);
}

#[test]
fn a_proposed_name_stays_until_it_is_taken() {
    let mut story = Story::with(vec![]);
    let proposed = |story: &Story| story.model.check(&Draft::default()).proposed_name;
    assert_eq!(proposed(&story), name("first"));
    story.create(named("dev")).unwrap();
    assert_eq!(proposed(&story), name("first"));
    story.ask(Action::NewCluster).unwrap();
    assert_eq!(proposed(&story), name("second"));
    story.hear(Event::Listed(Ok(vec![running("second")])));
    assert_eq!(proposed(&story), name("third"));
}

#[test]
fn a_context_that_could_not_be_used_is_told_until_one_can() {
    let mut story = Story::with(vec![running("dev")]);
    let all = ["k3d-dev", "prod"];
    story.hear(Event::Contexts(snapshots::contexts(&all, Some("k3d-dev"))));
    let prod = || crate::context::ContextName::new("prod");
    story.ask(Action::UseContext(prod())).unwrap();
    assert_eq!(story.done().len(), 1);
    let problem = Problem {
        code: Code::KubeconfigLocked,
        ..snapshots::not_running()
    };
    let ran = |result| Event::Ran {
        errand: Errand::UseContext(prod()),
        result,
    };
    story.hear(ran(Err(problem.clone())));
    assert_eq!(story.shown().problems, std::slice::from_ref(&problem));
    story.hear(ran(Err(problem.clone())));
    assert_eq!(
        story.shown().problems,
        std::slice::from_ref(&problem),
        "once"
    );
    story.hear(ran(Ok(())));
    assert_eq!(story.shown().problems, []);
    story.hear(ran(Err(problem)));
    story.pass(SignedDuration::from_mins(2));
    assert_eq!(story.shown().problems, [], "nothing will ever end it");
    story.done.clear();

    story.ask(Action::DeleteCurrent).unwrap();
    story.ask(Action::ShowCurrent).unwrap();
    let asked: Vec<String> = story
        .done()
        .into_iter()
        .filter(|done| done.starts_with("Ask"))
        .collect();
    assert_eq!(
        asked,
        [
            "Ask(Show(Delete { name: ClusterName(\"dev\") }))",
            "Ask(Show(Cluster { name: ClusterName(\"dev\") }))"
        ]
    );
}

#[test]
fn shortcuts_that_cannot_be_used_are_told_beside_those_that_can() {
    let mut story = Story::new();
    let problem = Problem {
        code: Code::BadInput,
        ..snapshots::not_running()
    };
    let shortcut = Shortcut {
        action: "new-cluster".into(),
        label: "New cluster".into(),
        keys: "Ctrl+Alt+N".into(),
        state: ShortcutState::Registered,
    };
    story.hear(Event::Shortcuts(
        vec![shortcut.clone()],
        Some(problem.clone()),
    ));
    assert_eq!(story.shown().shortcuts, [shortcut]);
    assert_eq!(story.shown().problems, [problem]);
    story.hear(Event::Shortcuts(vec![], None));
    assert_eq!(story.shown().problems, []);
}
