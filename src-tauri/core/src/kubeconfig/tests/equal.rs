//! Any sequence of our edits, and of `kubectl config`'s, to the same files: the real kubectl reads
//! the same from both, and of ours every byte outside the changed entries is the old one.

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::TestCaseError};

use super::{
    fixture::Home,
    shapes::{self, AKS, GKE, LOCAL_TOOLS, OIDC},
};
use crate::{
    context::{ContextName, Contexts},
    kubeconfig::{Kubeconfig, KubeconfigError},
};

/// One edit of the context that a number picks of those that are there.
#[derive(Debug, Clone)]
enum Wish {
    Use(usize),
    Namespace(usize, &'static str),
    Rename(usize, u32),
    Duplicate(usize, u32),
    Delete(usize),
}

fn wish() -> impl Strategy<Value = Wish> {
    let namespace = prop::sample::select(vec!["shop", "bank", "kube-system", "123"]);
    let index = || 0..1000_usize;
    prop_oneof![
        index().prop_map(Wish::Use),
        (index(), namespace).prop_map(|(index, name)| Wish::Namespace(index, name)),
        (index(), 0..1000_u32).prop_map(|(index, number)| Wish::Rename(index, number)),
        (index(), 0..1000_u32).prop_map(|(index, number)| Wish::Duplicate(index, number)),
        index().prop_map(Wish::Delete),
    ]
}

/// The `kubectl config` commands that make the wish true; none where nothing can be asked.
fn commands(wish: &Wish, contexts: &Contexts, several: bool) -> Vec<Vec<String>> {
    let pick = |index: &usize| &contexts.all[index % contexts.all.len()];
    let line = |words: &[&str]| -> Vec<String> {
        let words = ["config"].iter().chain(words);
        words.map(|word| (*word).to_owned()).collect()
    };
    match wish {
        _ if contexts.all.is_empty() => vec![],
        Wish::Use(index) => vec![line(&["use-context", pick(index).name.as_str()])],
        Wish::Namespace(index, namespace) => vec![line(&[
            "set-context",
            pick(index).name.as_str(),
            &format!("--namespace={namespace}"),
        ])],
        Wish::Rename(index, number) => {
            let from = pick(index).name.as_str();
            vec![line(&["rename-context", from, &format!("new-{number}")])]
        }
        Wish::Duplicate(index, number) => {
            let original = pick(index);
            let mut words = vec!["set-context".to_owned(), format!("copy-{number}")];
            words.push(format!("--cluster={}", original.cluster));
            words.push(format!("--user={}", original.user));
            words.extend(
                original
                    .namespace
                    .iter()
                    .map(|name| format!("--namespace={name}")),
            );
            vec![line(&words.iter().map(String::as_str).collect::<Vec<_>>())]
        }
        // Of several files kubectl lets the next one's current context take over, which we never do.
        Wish::Delete(index) if several && contexts.current.as_ref() == Some(&pick(index).name) => {
            vec![]
        }
        Wish::Delete(index) => {
            let name = &pick(index).name;
            let mut lines = vec![line(&["delete-context", name.as_str()])];
            if contexts.current.as_ref() == Some(name) {
                lines.push(line(&["unset", "current-context"]));
            }
            lines
        }
    }
}

/// Our edit for the wish.
async fn edit(
    kubeconfig: &Kubeconfig,
    wish: &Wish,
    contexts: &Contexts,
) -> Result<(), KubeconfigError> {
    let pick = |index: &usize| &contexts.all[index % contexts.all.len()].name;
    let _change = match wish {
        Wish::Use(index) => kubeconfig.use_context(pick(index)).await?,
        Wish::Namespace(index, namespace) => {
            kubeconfig
                .set_namespace(pick(index), Some(namespace))
                .await?
        }
        Wish::Rename(index, number) => {
            let to = ContextName::new(format!("new-{number}"));
            kubeconfig.rename_context(pick(index), &to).await?
        }
        Wish::Duplicate(index, number) => {
            let to = ContextName::new(format!("copy-{number}"));
            kubeconfig.duplicate_context(pick(index), &to).await?
        }
        Wish::Delete(index) => kubeconfig.delete_context(pick(index), false).await?,
    };
    Ok(())
}

/// What kubectl reads, as it prints it: sorted, so order does not count. Extensions of a context are
/// left out, since `set-context` cannot copy them.
fn read(home: &Home) -> serde_json::Value {
    let text = home.ask_kubectl(&["config", "view", "--raw", "-o", "json"]);
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    for context in document["contexts"].as_array_mut().into_iter().flatten() {
        if let Some(inside) = context["context"].as_object_mut() {
            inside.remove("extensions");
        }
    }
    document
}

/// Lines, each as often as it is there.
fn lines(home: &Home) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for content in home.contents().into_iter().flatten() {
        for line in content.split_inclusive('\n') {
            *found.entry(line.to_owned()).or_default() += 1;
        }
    }
    found
}

/// No line outside of contexts and the current context's own came or went.
fn only_contexts_changed(
    before: &BTreeMap<String, usize>,
    after: &BTreeMap<String, usize>,
) -> Result<(), TestCaseError> {
    let marks = [
        "server",
        "certificate",
        "token",
        "exec",
        "command",
        "args",
        "#",
    ];
    for (line, count) in before {
        if marks.iter().any(|mark| line.contains(mark)) && !line.contains("context") {
            prop_assert!(after.get(line) >= Some(count), "{line:?} is gone");
        }
    }
    Ok(())
}

fn same_as_kubectl(contents: &[Option<&str>], wishes: &[Wish]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (ours, theirs) = (Home::with(contents), Home::with(contents));
    let kubeconfig = ours.kubeconfig();
    let lines_before = lines(&ours);
    let mut states = vec![ours.contents()];
    for wish in wishes {
        let listed = runtime.block_on(kubeconfig.view());
        prop_assert_eq!(&listed.problems, &[]);
        let commands = commands(wish, &listed, contents.len() > 1);
        if commands.is_empty() {
            continue;
        }
        match runtime.block_on(edit(&kubeconfig, wish, &listed)) {
            Ok(()) => {
                for command in &commands {
                    let words: Vec<&str> = command.iter().map(String::as_str).collect();
                    theirs.ask_kubectl(&words);
                }
            }
            // A taken name, or a place that is shared: refused, and nothing is written.
            Err(KubeconfigError::Exists { .. } | KubeconfigError::NotEditable { .. }) => {
                prop_assert_eq!(&Some(ours.contents()), &states.last().cloned());
            }
            Err(error) => prop_assert!(false, "{wish:?}: {error}"),
        }
        prop_assert_eq!(read(&ours), read(&theirs), "after {:?}", wish);
        if Some(&ours.contents()) != states.last() {
            states.push(ours.contents());
        }
    }
    only_contexts_changed(&lines_before, &lines(&ours))?;
    // Back through every state, each to the byte.
    while let Some(state) = states.pop() {
        prop_assert_eq!(ours.contents(), state);
        if !states.is_empty() {
            runtime.block_on(kubeconfig.undo()).unwrap();
        }
    }
    Ok(())
}

proptest! {
    // Each case starts kubectl some twenty times.
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_edits_is_kubectls(
        shape in prop::sample::select(shapes::all()),
        wishes in prop::collection::vec(wish(), 1..6),
    ) {
        same_as_kubectl(&[Some(&shape.1)], &wishes)?;
    }

    #[test]
    fn any_sequence_of_edits_to_several_files_is_kubectls(
        wishes in prop::collection::vec(wish(), 1..6),
        order in Just(vec![Some(AKS), Some(OIDC), None, Some(LOCAL_TOOLS), Some("")]).prop_shuffle(),
    ) {
        // A duplicate stays beside its original, where kubectl has one place for all new entries.
        let wishes: Vec<Wish> = wishes
            .into_iter()
            .filter(|wish| !matches!(wish, Wish::Duplicate(..)))
            .collect();
        same_as_kubectl(&order, &wishes)?;
    }
}

#[test]
fn edits_of_five_megabytes_are_kubectls() {
    // As many as the history has room for: the current one renamed, another one deleted.
    let wishes = [Wish::Rename(0, 1), Wish::Delete(1_234)];
    let giant = shapes::giant();
    same_as_kubectl(&[Some(&giant)], &wishes).unwrap();
}

#[test]
fn names_that_are_there_twice_are_edited_where_they_count() {
    // kubectl reads the first of two files; of two in one file it reads none at all.
    let wishes = [Wish::Rename(0, 7)];
    same_as_kubectl(&[Some(GKE), Some(GKE)], &wishes).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let twice = GKE.replace(
        "current-context:",
        "- {name: gke_shop-staging_europe-west1-b_main, context: {cluster: other}}\ncurrent-context:",
    );
    let home = Home::one(&twice);
    assert!(!home.kubectl(&["config", "view"]).status.success());
    let name = ContextName::new("gke_shop-staging_europe-west1-b_main");
    let kubeconfig = home.kubeconfig();
    runtime
        .block_on(kubeconfig.set_namespace(&name, Some("shop")))
        .unwrap();
    assert_eq!(
        home.content(),
        twice.replace(
            "    user: gke_shop-staging_europe-west1-b_main\n  name",
            "    user: gke_shop-staging_europe-west1-b_main\n    namespace: shop\n  name"
        )
    );
    runtime
        .block_on(kubeconfig.delete_context(&name, false))
        .unwrap();
    assert!(home.kubectl(&["config", "view"]).status.success());
}
