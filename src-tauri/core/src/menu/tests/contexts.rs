//! Many contexts stay usable.

use super::*;
use crate::context::ContextName;

#[test]
fn two_thousand_contexts_are_three_short_lists_away() {
    let mut names = vec!["k3d-dev".to_owned()];
    names.extend((0..2000).map(|number| {
        let zone = ["ams", "fra", "nyc", "sfo"][number % 4];
        format!("{zone}-{number:04}")
    }));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let snapshot = snapshots::ready().with_contexts(&names, Some("nyc-1234"));
    let menu = menu(&snapshot);
    let Some(Entry::Submenu(contexts)) = menu.entries.iter().find(
        |entry| matches!(entry, Entry::Submenu(submenu) if submenu.label.starts_with("Context")),
    ) else {
        panic!("no contexts in {}", top(&menu));
    };
    // The local one and the current one stand in front.
    let Some(Entry::Radio { options, selected }) = contexts.entries.first() else {
        panic!("{:?}", contexts.entries);
    };
    let first: Vec<&str> = options.iter().map(|option| option.label.as_str()).collect();
    assert_eq!(
        (first.as_slice(), *selected),
        (["k3d-dev", "nyc-1234"].as_slice(), Some(1))
    );
    let mut shown = 0;
    let groups = |entries: &[Entry]| -> Vec<Submenu> {
        let groups = entries.iter().filter_map(|entry| match entry {
            Entry::Submenu(group) => Some(group.clone()),
            _ => None,
        });
        groups.collect()
    };
    let zones = groups(&contexts.entries);
    for zone in &zones {
        for range in groups(&zone.entries) {
            let [Entry::Radio { options, .. }] = range.entries.as_slice() else {
                panic!("{range:?}");
            };
            assert!(options.len() <= 25, "{}", range.label);
            shown += options.len();
        }
    }
    assert_eq!(shown, 1999);
    let labels: Vec<&str> = zones.iter().map(|zone| zone.label.as_str()).collect();
    assert_eq!(labels, ["ams (500)", "fra (500)", "nyc (499)", "sfo (500)"]);
    let ranges: Vec<String> = groups(&zones[0].entries)
        .into_iter()
        .map(|range| range.label)
        .collect();
    assert_eq!(ranges.len(), 20);
    assert_eq!(
        ranges[..3],
        [
            "ams-0000 – ams-0096 (25)",
            "ams-0100 – ams-0196 (25)",
            "ams-0200 – ams-0296 (25)"
        ]
    );
}

#[test]
fn long_names_are_told_apart_by_where_they_differ() {
    let names: Vec<String> = (0..60)
        .map(|number| format!("arn:aws:eks:eu-west-1:123456789012:cluster/team-{number:02}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = draw(&menu(&snapshots::ready().with_contexts(&names, None)));
    let groups: Vec<&str> = text.lines().filter(|line| line.ends_with('>')).collect();
    assert_snapshot!(groups.join("\n"), @r"
Context: none >
    …00 – …19 (20) >
    …20 – …39 (20) >
    …40 – …59 (20) >
");
}

#[test]
fn the_namespace_of_the_current_context_is_told_and_can_be_chosen() {
    let mut snapshot = snapshots::ready().with_contexts(&["k3d-dev", "prod"], Some("prod"));
    let namespace = |snapshot: &Snapshot| {
        let menu = menu(snapshot);
        let found = menu.entries.into_iter().find_map(|entry| match entry {
            Entry::Submenu(found) if found.label.starts_with("Namespace") => Some(found),
            _ => None,
        });
        found.unwrap()
    };
    let prod = || ContextName::new("prod");
    let row = |name: &str| Item::new(name, Action::UseNamespace(prod(), name.into()));
    let dialog = || Action::Show(View::Namespace { context: prod() });
    assert_eq!(
        namespace(&snapshot),
        Submenu {
            label: "Namespace: default".into(),
            dot: None,
            entries: vec![
                Entry::Radio {
                    selected: Some(0),
                    options: vec![row("default")],
                },
                Entry::Separator,
                Item::new("List namespaces", Action::ListNamespaces(prod())).into(),
                Item::new("Other…", dialog()).into(),
            ],
        }
    );

    snapshot.contexts.all[1].namespace = Some("shop".into());
    snapshot.namespaces = Some(crate::reach::Namespaces {
        context: prod(),
        names: vec!["billing".into(), "shop".into()],
        current: "shop".into(),
        more: true,
    });
    assert_eq!(
        namespace(&snapshot),
        Submenu {
            label: "Namespace: shop".into(),
            dot: None,
            entries: vec![
                Entry::Radio {
                    selected: Some(1),
                    options: vec![row("billing"), row("shop")],
                },
                Entry::Separator,
                Item::new("List again", Action::ListNamespaces(prod())).into(),
                Item::new("More…", dialog()).into(),
            ],
        }
    );
}
