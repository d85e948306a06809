//! Contexts come and go in the kubeconfig, by anyone's hand.

use super::*;
use crate::{
    controller::{guard::switched_elsewhere, naming::Naming},
    kubeconfig::{Author, Deed},
    notice::Notice,
    settings::Settings,
    test_snapshots::Build,
};

fn recent(story: &Story) -> Vec<String> {
    let names = story.shown().recent_contexts;
    names.iter().map(ContextName::to_string).collect()
}

fn contexts(names: &[&str], current: Option<&str>) -> Event {
    Event::Contexts(snapshots::ready().with_contexts(names, current).contexts)
}

#[test]
fn whoever_switches_the_context_from_before_is_the_one_to_go_back_to() {
    let mut story = Story::new();
    story.hear(contexts(&["dev", "staging"], Some("dev")));
    assert_eq!(recent(&story), [""; 0], "nothing was current before");
    assert_eq!(story.done(), [""; 0], "so nothing is written");

    story.hear(contexts(&["dev", "staging"], Some("staging")));
    assert_eq!(recent(&story), ["dev"]);
    assert_eq!(story.done(), ["remember dev"]);

    story.hear(contexts(&["dev", "staging", "new"], Some("staging")));
    assert_eq!(story.done(), [""; 0], "nobody switched");

    story.hear(contexts(&["staging"], Some("staging")));
    assert_eq!(recent(&story), [""; 0], "it is gone");
    story.hear(contexts(&["dev", "staging"], None));
    assert_eq!(recent(&story), ["staging", "dev"], "and back");
}

const ALL: [&str; 3] = ["k3d-dev", "staging", "production"];

fn at(current: &str) -> Event {
    contexts(&ALL, Some(current))
}

fn context(name: &str) -> ContextName {
    ContextName::new(name)
}

fn told(title: &str, body: &str, back: Option<&str>) -> String {
    let notice = Notice {
        title: title.into(),
        body: body.into(),
        action: back.map(|back| Action::UseContext(context(back))),
        urgent: back.is_some(),
    };
    format!("Ask(Warn({notice:?}))")
}

#[test]
fn a_protected_context_is_asked_about_before_it_becomes_the_current_one() {
    let mut story = Story::new();
    story.hear(at("k3d-dev"));
    story
        .ask(Action::UseContext(context("production")))
        .unwrap();
    assert_eq!(
        story.done(),
        [r#"Ask(Show(AskContext { name: ContextName("production") }))"#]
    );
    story
        .ask(Action::UseProtected(context("production")))
        .unwrap();
    assert_eq!(
        story.done(),
        [r#"Run(UseContext(ContextName("production")))"#]
    );
    story.hear(at("production"));
    assert_eq!(
        story.done(),
        ["remember k3d-dev"],
        "asked for here: no news"
    );
    story
        .ask(Action::UseContext(context("production")))
        .unwrap();
    assert_eq!(
        story.done(),
        [r#"Run(UseContext(ContextName("production")))"#],
        "it is the current one: nothing to ask"
    );
    story.ask(Action::UseContext(context("staging"))).unwrap();
    assert_eq!(story.done(), [r#"Run(UseContext(ContextName("staging")))"#]);
}

#[test]
fn a_switch_to_a_protected_context_by_another_program_is_told_with_the_way_back() {
    let mut story = Story::new();
    story.hear(at("production"));
    assert_eq!(story.done(), [""; 0], "found so: no news");
    story.hear(at("k3d-dev"));
    story.done.clear();
    story.hear(at("production"));
    assert_eq!(
        story.done(),
        [
            "remember k3d-dev".to_owned(),
            r#"Run(TellSwitch(ContextName("production"), Some(ContextName("k3d-dev"))))"#
                .to_owned(),
        ]
    );
    story.hear(at("staging"));
    assert_eq!(
        story.done(),
        ["remember production, k3d-dev"],
        "not protected"
    );
}

#[test]
fn the_users_word_about_a_context_stands_above_the_rules_and_is_written_down() {
    let mut story = Story::new();
    story.hear(at("production"));
    assert!(story.shown().current_protection().is_some());
    story.ask(Action::Unprotect(context("production"))).unwrap();
    assert_eq!(story.shown().current_protection(), None);
    story.ask(Action::Protect(context("staging"))).unwrap();
    let protected: Vec<ContextName> = story.shown().protected.into_keys().collect();
    assert_eq!(protected, [context("staging")]);
    assert_eq!(
        story.done(),
        [
            r#"Run(Protect(ContextName("production"), false))"#,
            r#"Run(Protect(ContextName("staging"), true))"#,
        ]
    );
}

#[test]
fn a_protected_context_is_left_again_after_the_time_the_user_set() {
    let mut story = Story::new();
    story.model.rules.return_after_minutes = Some(15);
    story.hear(at("k3d-dev"));
    story
        .ask(Action::UseProtected(context("production")))
        .unwrap();
    story.hear(at("production"));
    story.done.clear();
    story.pass(SignedDuration::from_mins(14));
    assert_eq!(story.done(), [""; 0]);
    assert_eq!(
        story.shown().way_back.map(|back| back.to),
        Some(context("k3d-dev"))
    );
    story.pass(SignedDuration::from_mins(1));
    assert_eq!(
        story.done(),
        [r#"Run(UseContext(ContextName("k3d-dev")))"#],
        "nothing is told before it is done"
    );
    story.hear(at("k3d-dev"));
    story.done.clear();
    story.hear(ran("k3d-dev", Ok(())));
    assert_eq!(
        story.done(),
        [told(
            "Back to context `k3d-dev`",
            "`production` is protected, and was the current one long enough.",
            None,
        )]
    );
    assert_eq!(story.shown().way_back, None);
    story.hear(at("production"));
    story.hear(at("staging"));
    assert_eq!(story.shown().way_back, None, "left before");
}

#[test]
fn a_shell_and_an_export_line_are_for_any_context_that_is_there_and_need_no_engine() {
    let mut story = Story::new();
    story.hear(at("k3d-dev"));
    story.ask(Action::OpenShell(context("staging"))).unwrap();
    story
        .ask(Action::CopyScoped(context("production")))
        .unwrap();
    assert_eq!(
        story.done(),
        [
            r#"Run(OpenShell(ContextName("staging")))"#,
            r#"Run(CopyScoped(ContextName("production")))"#
        ]
    );
    let refused = story.ask(Action::OpenShell(context("gone"))).unwrap_err();
    assert_eq!(refused.what, "Could not open a shell in context `gone`");
    assert_eq!(refused.causes, ["there is no context `gone`"]);
}

fn ran(to: &str, result: Result<(), Problem>) -> Event {
    Event::Ran {
        errand: Errand::UseContext(context(to)),
        result,
    }
}

fn barred() -> Problem {
    Problem {
        what: "Could not switch to context `k3d-dev`".into(),
        causes: vec!["could not lock the file".into()],
        hint: Some("Make the file writable.".into()),
        code: Code::Other,
        log: vec![],
        remedy: None,
    }
}

#[test]
fn a_switch_that_fails_is_told_loudly_and_is_no_return() {
    let mut story = Story::new();
    story.model.rules.return_after_minutes = Some(15);
    story.hear(at("k3d-dev"));
    story.hear(at("production"));
    story.pass(SignedDuration::from_mins(15));
    story.done.clear();
    story.hear(ran("k3d-dev", Err(barred())));
    let notice = Notice {
        title: "Could not switch to context `k3d-dev`".into(),
        body: "could not lock the file\nMake the file writable.".into(),
        action: None,
        urgent: true,
    };
    assert_eq!(story.done(), [format!("Ask(Warn({notice:?}))")]);
}

#[test]
fn nothing_is_gone_back_to_that_is_gone_or_protected_by_then_and_nothing_left_that_is_not() {
    let begin = || {
        let mut story = Story::new();
        story.model.rules.return_after_minutes = Some(15);
        story.hear(at("k3d-dev"));
        story.hear(at("production"));
        assert!(story.shown().way_back.is_some());
        story
    };
    let mut story = begin();
    story.hear(contexts(&["staging", "production"], Some("production")));
    assert_eq!(story.shown().way_back, None, "its aim is gone");
    let mut story = begin();
    story.ask(Action::Protect(context("k3d-dev"))).unwrap();
    assert_eq!(story.shown().way_back, None, "its aim is protected");
    let mut story = begin();
    story.ask(Action::Unprotect(context("production"))).unwrap();
    assert_eq!(story.shown().way_back, None, "there is nothing to leave");
    let mut story = begin();
    let other = Settings {
        kubeconfig: Some("/elsewhere".into()),
        protection: story.model.rules.clone(),
        ..Settings::default()
    };
    story.hear(Event::Settings(other));
    assert_eq!(story.shown().way_back, None, "the files are others");
}

#[test]
fn from_one_protected_context_to_the_next_the_way_still_leads_back_to_the_first_safe_one() {
    const NAMES: [&str; 3] = ["dev", "prod-eu", "prod-us"];
    let mut story = Story::new();
    story.model.rules.return_after_minutes = Some(15);
    for current in NAMES {
        story.hear(contexts(&NAMES, Some(current)));
    }
    let way = story.shown().way_back;
    assert_eq!(way.map(|back| back.to), Some(context("dev")));
}

#[test]
fn the_way_back_is_planned_at_the_first_look_and_when_the_setting_is_turned_on() {
    let mut story = Story::new();
    story.model.remembered.recent_contexts = vec![context("k3d-dev")];
    story.hear(at("production"));
    assert_eq!(story.shown().way_back, None);
    let on = Settings {
        protection: ProtectionRules {
            return_after_minutes: Some(15),
            ..ProtectionRules::default()
        },
        ..Settings::default()
    };
    story.hear(Event::Settings(on));
    let planned = story.shown().way_back;
    assert_eq!(planned.map(|back| back.to), Some(context("k3d-dev")));

    let mut story = Story::new();
    story.model.rules.return_after_minutes = Some(15);
    story.model.remembered.recent_contexts = vec![context("k3d-dev")];
    story.hear(at("production"));
    let planned = story.shown().way_back;
    assert_eq!(planned.map(|back| back.to), Some(context("k3d-dev")));
}

#[test]
fn a_current_context_that_becomes_a_protected_one_is_told_like_a_switch() {
    let mut story = Story::new();
    story.hear(at("k3d-dev"));
    story.hear(at("staging"));
    story.done.clear();
    let Event::Contexts(mut replaced) = at("staging") else {
        unreachable!()
    };
    let staging = replaced.all.iter_mut();
    for context in staging.filter(|other| other.name == context("staging")) {
        context.server = Some("https://live.bank.example".into());
    }
    story.hear(Event::Edited(replaced));
    assert_eq!(
        story.done(),
        [told(
            "`staging` is a protected context now",
            "It is the current one, and its entries were changed. One click goes back to `k3d-dev`.",
            Some("k3d-dev"),
        )]
    );
}

#[test]
fn what_is_under_way_to_a_later_context_is_not_forgotten_for_an_earlier_one() {
    let mut story = Story::new();
    story.hear(at("k3d-dev"));
    story.ask(Action::UseContext(context("staging"))).unwrap();
    story
        .ask(Action::UseProtected(context("production")))
        .unwrap();
    story.hear(ran("staging", Ok(())));
    story.done.clear();
    story.hear(at("production"));
    assert_eq!(story.done(), ["remember k3d-dev"], "asked for here");
}

#[test]
fn a_context_that_kubectl_does_not_know_is_refused_at_once() {
    let mut story = Story::new();
    let Event::Contexts(mut all) = at("k3d-dev") else {
        unreachable!()
    };
    for other in all
        .all
        .iter_mut()
        .filter(|other| other.name == context("production"))
    {
        other.extra = true;
    }
    story.hear(Event::Contexts(all));
    for action in [Action::UseContext, Action::UseProtected] {
        let refused = story.ask(action(context("production"))).unwrap_err();
        assert!(
            refused.causes[0].starts_with("kubectl does not read"),
            "{refused:?}"
        );
    }
    assert_eq!(story.done(), [""; 0]);
}

#[test]
fn what_was_said_of_a_context_goes_with_its_name_and_a_new_name_is_no_switch() {
    let mut story = Story::new();
    story.hear(at("k3d-dev"));
    story.hear(at("staging"));
    story.ask(Action::Protect(context("staging"))).unwrap();
    story
        .ask(Action::CheckWhenShown(context("staging")))
        .unwrap();
    story.done.clear();

    let (staging, stage) = (context("staging"), context("stage"));
    let renamed = Naming::Renamed(staging.clone(), stage.clone());
    story.hear(Event::Named(renamed.clone()));
    story.hear(contexts(&["k3d-dev", "stage", "production"], Some("stage")));
    assert_eq!(
        story.done(),
        [spell(&Effect::Run(Errand::KeepNaming(renamed)))],
        "neither remembered nor told as a switch"
    );
    assert!(story.shown().current_protection().is_some());

    let copy = context("copy");
    story.hear(Event::Named(Naming::Duplicated(
        stage.clone(),
        copy.clone(),
    )));
    story.hear(Event::Named(Naming::Removed(stage)));
    let checked = story.shown().checked_contexts;
    assert_eq!(checked.iter().collect::<Vec<_>>(), [&copy]);
    let said: Vec<_> = story.model.rules.contexts.iter().collect();
    assert_eq!(said, [(&copy, &true)]);
}

#[test]
fn a_switch_by_k3tray_in_a_terminal_is_told_as_such() {
    let body = |by: &Author| switched_elsewhere(&context("production"), None, Some(by)).body;
    assert_eq!(
        body(&Author::AnotherProgram),
        "Another program switched to this protected context."
    );
    let deed = Deed::UseContext {
        context: context("production"),
    };
    assert_eq!(
        body(&Author::K3tray { deed }),
        "`k3tray` in a terminal switched to this protected context."
    );
}
