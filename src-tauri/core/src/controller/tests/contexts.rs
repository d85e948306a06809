//! Contexts come and go in the kubeconfig, by anyone's hand.

use super::*;
use crate::{notice::Notice, test_snapshots::Build};

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
    format!("Ask(Notify({notice:?}))")
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
            told(
                "kubectl now points at `production`",
                "Another program switched to this protected context. One click goes back to `k3d-dev`.",
                Some("k3d-dev"),
            )
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
        [
            r#"Run(UseContext(ContextName("k3d-dev")))"#.to_owned(),
            told(
                "Back to context `k3d-dev`",
                "`production` is protected, and was the current one long enough.",
                None,
            )
        ]
    );
    story.hear(at("k3d-dev"));
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
