//! Many contexts stay usable.

use super::*;

#[test]
fn two_thousand_contexts_are_two_short_lists_away() {
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
    let widths: Vec<usize> = contexts
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Submenu(group) => Some(&group.entries),
            _ => None,
        })
        .flat_map(|entries| entries.iter())
        .map(|entry| match entry {
            Entry::Radio { options, .. } => options.len(),
            other => panic!("{other:?} in a group"),
        })
        .collect();
    assert_eq!(widths.iter().sum::<usize>(), 1975);
    assert!(widths.iter().all(|width| *width <= 45), "{widths:?}");
    assert!(contexts.entries.len() <= 50);
    let groups: Vec<&str> = contexts
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Submenu(group) => Some(group.label.as_str()),
            _ => None,
        })
        .collect();
    assert_snapshot!(groups.join("\n"), @r"
a – ams-0200
ams-0204 – ams-037
ams-038 – ams-0552
ams-0556 – ams-072
ams-073 – ams-0904
ams-0908 – ams-1080
ams-1084 – ams-125
ams-126 – ams-1432
ams-1436 – ams-160
ams-161 – ams-1784
ams-1788 – ams-1960
ams-1964 – fra-0161
fra-0165 – fra-033
fra-034 – fra-0513
fra-0517 – fra-068
fra-069 – fra-0865
fra-0869 – fra-1041
fra-1045 – fra-121
fra-122 – fra-1393
fra-1397 – fra-156
fra-157 – fra-1745
fra-1749 – fra-1921
fra-1925 – nyc-0122
nyc-0126 – nyc-02
nyc-03 – nyc-0474
nyc-0478 – nyc-0650
nyc-0654 – nyc-082
nyc-083 – nyc-1002
nyc-1006 – nyc-117
✓ nyc-118 – nyc-1354
nyc-1358 – nyc-1530
nyc-1534 – nyc-170
nyc-171 – nyc-1882
nyc-1886 – sfo-0083
sfo-0087 – sfo-025
sfo-026 – sfo-0435
sfo-0439 – sfo-0611
sfo-0615 – sfo-078
sfo-079 – sfo-0963
sfo-0967 – sfo-113
sfo-114 – sfo-1315
sfo-1319 – sfo-1491
sfo-1495 – sfo-166
sfo-167 – sfo-1843
sfo-1847 – s
");
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
    …2 – …4 >
    …5 – …5 >
");
}
