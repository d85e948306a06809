//! Contexts come and go in the kubeconfig, by anyone's hand.

use super::*;
use crate::test_snapshots::Build;

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
