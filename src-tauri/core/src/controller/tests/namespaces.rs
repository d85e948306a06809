//! Namespaces of contexts, and whose clusters are looked at.

use super::*;
use crate::reach::Namespaces;

fn prod() -> ContextName {
    ContextName::new("prod/eu")
}

fn told(names: &[&str], more: bool) -> Namespaces {
    Namespaces {
        context: prod(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        current: "default".into(),
        more,
    }
}

fn standing_in_prod() -> Story {
    let mut story = Story::with(vec![]);
    let contexts = snapshots::contexts(&["dev", "prod/eu"], Some("prod/eu"));
    story.hear(Event::Contexts(contexts));
    story.done.clear();
    story
}

#[test]
fn a_namespace_is_set_and_a_bad_or_lost_one_is_refused_in_plain_words() {
    let mut story = standing_in_prod();
    assert_eq!(
        story.ask(Action::UseNamespace(prod(), "shop".into())),
        Ok(())
    );
    assert_eq!(
        story.ask(Action::UseNamespace(prod(), String::new())),
        Ok(())
    );
    let title = "Could not set the namespace of context `prod/eu`";
    let bad = story
        .ask(Action::UseNamespace(prod(), "Shop".into()))
        .unwrap_err();
    assert_eq!(
        bad,
        Problem::new(title, &crate::namespace::BadNamespace("Shop".into()))
    );
    let gone = Action::UseNamespace(ContextName::new("gone"), "shop".into());
    assert_eq!(story.ask(gone).unwrap_err().code, Code::NotFound);
    assert_eq!(
        story.done(),
        [
            spell(&Effect::Run(Errand::UseNamespace(prod(), "shop".into()))),
            spell(&Effect::Run(Errand::UseNamespace(prod(), String::new()))),
        ]
    );
}

#[test]
fn the_namespaces_of_the_current_context_are_shown_once_they_were_asked_for() {
    let mut story = standing_in_prod();
    assert_eq!(story.model.snapshot().namespaces, None);
    assert_eq!(story.ask(Action::ListNamespaces(prod())), Ok(()));
    assert_eq!(
        story.done(),
        [spell(&Effect::Run(Errand::ListNamespaces(prod())))]
    );
    let namespaces = told(&["default", "shop"], false);
    story.hear(Event::Namespaces(namespaces.clone()));
    assert_eq!(story.model.snapshot().namespaces, Some(namespaces.clone()));

    let elsewhere = snapshots::contexts(&["dev", "prod/eu"], Some("dev"));
    story.hear(Event::Contexts(elsewhere));
    assert_eq!(story.model.snapshot().namespaces, None);
    let mut back = snapshots::contexts(&["dev", "prod/eu"], Some("prod/eu"));
    back.all[1].namespace = Some("shop".into());
    story.hear(Event::Contexts(back));
    let shop = Namespaces {
        current: "shop".into(),
        ..namespaces
    };
    assert_eq!(story.model.snapshot().namespaces, Some(shop));
}

#[test]
fn of_very_many_namespaces_a_menu_is_told_the_first() {
    let mut story = standing_in_prod();
    let names: Vec<String> = (0..60).map(|number| format!("n{number:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    story.hear(Event::Namespaces(told(&names, false)));
    let expected = told(&names[..50], true);
    assert_eq!(story.model.snapshot().namespaces, Some(expected));
}

#[test]
fn who_is_looked_at_when_contexts_are_shown_is_kept() {
    let mut story = standing_in_prod();
    assert_eq!(story.ask(Action::CheckWhenShown(prod())), Ok(()));
    let checked = BTreeSet::from([prod()]);
    assert_eq!(story.model.snapshot().checked_contexts, checked);
    assert_eq!(story.ask(Action::CheckOnRequest(prod())), Ok(()));
    assert_eq!(story.model.snapshot().checked_contexts, BTreeSet::new());
    assert_eq!(
        story.done(),
        [
            spell(&Effect::Run(Errand::KeepChecked(prod(), true))),
            spell(&Effect::Run(Errand::KeepChecked(prod(), false))),
        ]
    );
}
