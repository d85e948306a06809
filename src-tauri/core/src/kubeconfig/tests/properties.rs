//! Any kubeconfig in, our edits, and every other byte is the same.

use std::path::Path;

use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::Value;

use super::{
    fixture::{Home, entry, entry_at},
    generator::kubeconfig,
};
use crate::{
    cluster::ClusterName,
    context::{ContextName, Contexts},
    kubeconfig::{
        edit,
        error::KubeconfigError,
        list,
        ours::{self, Plan},
        read::Source,
    },
};

fn sources(texts: &[String]) -> Vec<Source> {
    let source = |(index, text): (usize, &String)| {
        let path = format!("/config-{index}");
        let state = Source::parse(Path::new(&path), text.clone().into_bytes());
        let path = path.into();
        Source {
            path,
            state,
            extra: false,
        }
    };
    texts.iter().enumerate().map(source).collect()
}

/// What is listed, apart from the lines that it stands on.
fn contexts(sources: &[Source]) -> Contexts {
    let mut found = list::contexts(sources, &[]);
    for problem in found
        .all
        .iter_mut()
        .filter_map(|context| context.problem.as_mut())
    {
        problem.line = None;
    }
    found
}

/// The texts after a plan was carried out.
fn carried_out(texts: &[String], plan: Result<Plan, KubeconfigError>) -> Vec<String> {
    let mut texts = texts.to_vec();
    for (file, edits) in plan.unwrap() {
        texts[file] = edit::apply_all(&texts[file], &edits)
            .unwrap_or_else(|refused| panic!("{refused:?}\n{}", texts[file]));
    }
    texts
}

fn added(texts: &[String], cluster: &str, make_current: bool) -> Vec<String> {
    let plan = ours::add_cluster(&sources(texts), 0, &entry(cluster), make_current, &[]);
    carried_out(texts, plan)
}

fn removed(texts: &[String], cluster: &str) -> Vec<String> {
    let cluster = ClusterName::observed(cluster);
    let plan = ours::remove_cluster(&sources(texts), &cluster, &[]);
    carried_out(texts, Ok(plan))
}

/// Whether a text has an empty list in a spelling that does not come back: missing, `~`, nothing.
fn has_odd_empty_list(text: &str) -> bool {
    let sources = sources(&[text.to_owned()]);
    let Some(tree) = sources[0].tree() else {
        return true;
    };
    ["clusters", "contexts", "users"]
        .iter()
        .any(|list| match tree.top(list) {
            None => true,
            Some(id) => {
                let node = tree.node(id);
                tree.is_null(id) && &text[node.start..node.end] != "null"
            }
        })
}

/// Whether all of `part` is in `whole`, in order: nothing of it was taken out or moved.
fn is_kept(part: &str, whole: &str) -> bool {
    let mut whole = whole.chars();
    part.chars()
        .all(|wanted| whole.any(|found| found == wanted))
}

/// The lines that differ, of two texts with as many lines.
fn changed_lines<'a>(before: &'a str, after: &'a str) -> Vec<(&'a str, &'a str)> {
    assert_eq!(
        before.lines().count(),
        after.lines().count(),
        "{before}\n---\n{after}"
    );
    let lines = before.lines().zip(after.lines());
    lines.filter(|(before, after)| before != after).collect()
}

fn as_kubectl_reads(home: &Home) -> Value {
    let text = home.ask_kubectl(&["config", "view", "--raw", "-o", "json"]);
    serde_json::from_str(&text).unwrap()
}

/// Takes the entry of a name out of a list, and gives its value.
fn take(document: &mut Value, list: &str, name: &str) -> Option<Value> {
    let items = document[list].as_array_mut()?;
    let index = items.iter().position(|item| item["name"] == name)?;
    let item = items.remove(index);
    if items.is_empty() {
        document[list] = Value::Null;
    }
    Some(item)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn adding_keeps_every_byte_and_removing_gives_the_original_back(text in kubeconfig()) {
        let was_read = sources(std::slice::from_ref(&text))[0].tree().is_some();
        prop_assert!(was_read, "{}", text);
        let original = vec![text.clone()];
        let with = added(&original, "dev", false);
        // The word `null` gives way to a list; all else stays.
        prop_assert!(is_kept(&text.replace(" null", "").replace(" ~", ""), &with[0]), "{}", with[0]);
        prop_assert!(!has_odd_empty_list(&with[0]));
        let without = removed(&with, "dev");
        if has_odd_empty_list(&text) {
            // Then it is so from the first removal on.
            let again = removed(&added(&without, "dev", false), "dev");
            prop_assert_eq!(&again, &without);
            let listed = |texts: &[String]| contexts(&sources(texts));
            prop_assert_eq!(listed(&without).all, listed(&original).all);
        } else {
            prop_assert_eq!(&without[0], &text, "by way of:\n{}", &with[0]);
        }
    }

    #[test]
    fn clusters_come_and_go_in_any_order(text in kubeconfig()) {
        let base = added(&[text], "first", false);
        let three = added(&added(&base, "second", true), "third", false);
        let two = removed(&three, "second");
        // It was the current one, which is now none; else all is as if it had never been there.
        let expected = added(&base, "third", false);
        let cleared = |text: &str| contexts(&sources(&[text.to_owned()])).current;
        prop_assert_eq!(cleared(&two[0]), None);
        let no_current = |text: &str| {
            let lines = text.lines().filter(|line| !line.contains("current-context"));
            lines.collect::<Vec<_>>().join("\n")
        };
        if !expected[0].trim_start().starts_with('{') {
            prop_assert_eq!(no_current(&two[0]), no_current(&expected[0]));
        }
    }

    #[test]
    fn switching_changes_at_most_one_line(text in kubeconfig(), pick: prop::sample::Index) {
        let texts = vec![text];
        let before = contexts(&sources(&texts));
        prop_assume!(!before.all.is_empty());
        let name = &pick.get(&before.all).name;
        let after = carried_out(&texts, ours::use_context(&sources(&texts), 0, name));
        let listed = contexts(&sources(&after));
        prop_assert_eq!(listed.current.as_ref(), Some(name));
        prop_assert_eq!(listed.all, before.all);
        let had_line = sources(&texts)[0].tree().unwrap().top("current-context").is_some();
        if had_line {
            prop_assert!(changed_lines(&texts[0], &after[0]).len() <= 1);
        } else {
            prop_assert!(is_kept(&texts[0], &after[0]));
        }
    }

    #[test]
    fn a_namespace_changes_one_context(text in kubeconfig(), pick: prop::sample::Index) {
        let texts = vec![text];
        let before = contexts(&sources(&texts));
        prop_assume!(!before.all.is_empty());
        let index = pick.index(before.all.len());
        let mut expected = before.clone();
        expected.all[index].namespace = Some("0x1".into());
        let name = expected.all[index].name.clone();
        let set = carried_out(&texts, ours::set_namespace(&sources(&texts), &name, Some("0x1")));
        prop_assert_eq!(contexts(&sources(&set)), expected);
        let cleared = carried_out(&set, ours::set_namespace(&sources(&set), &name, None));
        if before.all[index].namespace.is_none() {
            prop_assert_eq!(&cleared, &texts);
        }
    }

    #[test]
    fn each_of_several_files_keeps_its_own(texts in prop::collection::vec(kubeconfig(), 2..4)) {
        let with = added(&texts, "dev", false);
        prop_assert_eq!(&with[1..], &texts[1..]);
        // Brought up to date in the file it is in, wherever new ones would go.
        let elsewhere = entry_at("dev", "https://127.0.0.1:7777");
        let plan = ours::add_cluster(&sources(&with), 1, &elsewhere, false, &[]);
        let moved = carried_out(&with, plan);
        prop_assert_eq!(&moved[0], &with[0].replace("127.0.0.1:6550", "127.0.0.1:7777"));
        prop_assert_eq!(&moved[1..], &texts[1..]);
    }

    #[test]
    fn any_name_can_be_made_current(name in "\\PC{1,30}|[a-zA-Z0-9:.#'\" ,\\[\\]{}&*!|>%@`~-]{1,12}") {
        prop_assume!(!name.trim().is_empty());
        for template in ["current-context: x\n", "current-context: 'x'\n", "{current-context: x, contexts: [LIST]}", "kind: Config\n"] {
            let item = serde_json::json!({"name": name, "context": {}}).to_string();
            let text = if template.contains("LIST") {
                template.replace("LIST", &item)
            } else {
                format!("contexts:\n- {item}\n{template}")
            };
            let texts = vec![text];
            let context = ContextName::new(name.as_str());
            let after = carried_out(&texts, ours::use_context(&sources(&texts), 0, &context));
            prop_assert_eq!(contexts(&sources(&after)).current, Some(context), "{}", after[0]);
        }
    }
}

proptest! {
    // Each case starts kubectl several times.
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn kubectl_finds_our_entries_and_everything_else_as_before(text in kubeconfig()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let home = Home::one(&text);
        let before = as_kubectl_reads(&home);
        let change = runtime.block_on(home.kubeconfig().add_cluster(entry("dev"), true));
        prop_assert!(change.is_ok(), "{:?}", change);
        let mut after = as_kubectl_reads(&home);
        let expected = [
            ("clusters", "k3d-dev", serde_json::json!({"name": "k3d-dev", "cluster": {
                "certificate-authority-data": "QVVUSE9SSVRZ",
                "extensions": [{"name": "k3tray", "extension": {"provider": "k3tray"}}],
                "server": "https://127.0.0.1:6550",
            }})),
            ("contexts", "k3d-dev", serde_json::json!({"name": "k3d-dev", "context": {
                "cluster": "k3d-dev", "user": "admin@k3d-dev",
            }})),
            ("users", "admin@k3d-dev", serde_json::json!({"name": "admin@k3d-dev", "user": {
                "client-certificate-data": "Q0VSVElGSUNBVEU=",
                "client-key-data": "U0VDUkVULUtFWQ==",
            }})),
        ];
        for (list, name, value) in expected {
            prop_assert_eq!(take(&mut after, list, name), Some(value));
        }
        prop_assert_eq!(after["current-context"].as_str(), Some("k3d-dev"));
        after["current-context"] = before["current-context"].clone();
        prop_assert_eq!(&after, &before);
        same_contexts(&home, &runtime)?;
        let dev = ClusterName::observed("dev");
        runtime.block_on(home.kubeconfig().remove_cluster(&dev)).unwrap();
        let mut removed = as_kubectl_reads(&home);
        prop_assert_eq!(removed["current-context"].as_str(), Some(""));
        removed["current-context"] = before["current-context"].clone();
        prop_assert_eq!(removed, before);
    }
}

/// What we list is what kubectl lists.
fn same_contexts(home: &Home, runtime: &tokio::runtime::Runtime) -> Result<(), TestCaseError> {
    let listed = runtime.block_on(home.kubeconfig().view());
    prop_assert_eq!(&listed.problems, &[]);
    let mut ours: Vec<_> = listed
        .all
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    ours.sort_unstable();
    let theirs = home.ask_kubectl(&["config", "get-contexts", "-o", "name"]);
    let mut theirs: Vec<_> = theirs.lines().collect();
    theirs.sort_unstable();
    prop_assert_eq!(ours, theirs);
    Ok(())
}
