//! Renaming, duplicating and deleting contexts: each as kubectl does it, and to the byte.

use super::fixture::{Home, PERSONAL, same_as_kubectl};
use crate::{
    context::ContextName,
    error::{Code, Explain},
    kubeconfig::{Change, EntryKind, KubeconfigError, PlacedEntry},
};

fn name(name: &str) -> ContextName {
    ContextName::new(name)
}

#[tokio::test]
async fn a_rename_changes_two_words_and_undo_both_back() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let change = kubeconfig
        .rename_context(&name("prod"), &name("shop live"))
        .await;
    let files = vec![home.file(0).to_owned()];
    assert_eq!(change.unwrap(), Change::Written { files });
    assert_eq!(
        home.content(),
        PERSONAL
            .replace(
                "    name: prod\ncurrent",
                "    name: \"shop live\"\ncurrent"
            )
            .replace(
                "      namespace: shop\n    name: prod",
                "      namespace: shop\n    name: \"shop live\""
            )
            .replace("current-context: 'prod'", "current-context: 'shop live'")
    );
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn a_rename_in_any_file_is_kubectls() {
    let second = "contexts:
- context:
    cluster: other
    user: other
  name: other
clusters:
- cluster:
    server: https://other
  name: other
current-context: other
";
    let nothing = "current-context: \"\"\n";
    for contents in [
        [Some(PERSONAL), Some(second)],
        [Some(nothing), Some(second)],
        [None, Some(second)],
        [Some(second), Some(PERSONAL)],
    ] {
        same_as_kubectl(
            &contents,
            &[&["config", "rename-context", "other", "another"]],
            async |kubeconfig| {
                let (from, to) = (name("other"), name("another"));
                kubeconfig.rename_context(&from, &to).await.unwrap();
            },
        )
        .await;
    }
}

#[tokio::test]
async fn a_name_that_is_taken_or_missing_changes_nothing() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let error = async |from: &str, to: &str| {
        let error = kubeconfig.rename_context(&name(from), &name(to)).await;
        error.unwrap_err()
    };
    let taken = error("prod", "kind-test").await;
    assert_eq!(taken.code(), Code::NameTaken);
    assert_eq!(
        taken.to_string(),
        format!(
            "`{}` has a context `kind-test` already",
            home.file(0).display()
        )
    );
    assert!(matches!(error("prod", "").await, KubeconfigError::NoName));
    assert!(matches!(
        error("none", "x").await,
        KubeconfigError::NoSuchContext { .. }
    ));
    let same = kubeconfig
        .rename_context(&name("prod"), &name("prod"))
        .await;
    assert_eq!(same.unwrap(), Change::Unchanged);
    assert_eq!(home.content(), PERSONAL);
    assert_eq!(kubeconfig.history().await, []);
}

#[tokio::test]
async fn a_duplicate_has_every_field_of_the_first() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    kubeconfig
        .duplicate_context(&name("prod"), &name("prod2"))
        .await
        .unwrap();
    assert_eq!(
        home.content(),
        PERSONAL.replace(
            "    # trailing words on kind-test\n",
            "    # trailing words on kind-test
  - context:
      cluster: prod
      user: eks
      namespace: shop
    name: prod2
"
        )
    );
    kubeconfig.undo().await.unwrap();
    // Aliases and merged mappings are written out, numbers and nothings stay what they are.
    let home = Home::one(
        "base: &base {cluster: c, user: u, extensions: [{name: x, extension: {a: 1, b: '1', c: ~, d: {}, e: []}}]}\ncontexts: [{name: a, context: {<<: *base, user: v}}]\n",
    );
    home.kubeconfig()
        .duplicate_context(&name("a"), &name("b"))
        .await
        .unwrap();
    assert_eq!(
        home.content(),
        "base: &base {cluster: c, user: u, extensions: [{name: x, extension: {a: 1, b: '1', c: ~, d: {}, e: []}}]}\ncontexts: [{name: a, context: {<<: *base, user: v}}, {\"name\": \"b\", \"context\": {\"cluster\": \"c\", \"user\": \"v\", \"extensions\": [{\"name\": \"x\", \"extension\": {\"a\": 1, \"b\": \"1\", \"c\": null, \"d\": {}, \"e\": []}}]}}]\n"
    );
}

#[tokio::test]
async fn a_deleted_context_takes_what_only_it_used_and_leaves_no_current_one() {
    let shared = PERSONAL.replace(
        "current-context:",
        "  - context: {cluster: prod, user: kind-test}\n    name: second\ncurrent-context:",
    );
    let home = Home::one(&shared);
    let kubeconfig = home.kubeconfig();
    let placed = |kind, name: &str| PlacedEntry {
        kind,
        name: name.into(),
        file: home.file(0).to_owned(),
    };
    assert_eq!(
        kubeconfig.what_goes_with(&name("prod")).await.unwrap(),
        [
            placed(EntryKind::Context, "prod"),
            placed(EntryKind::User, "eks"),
        ]
    );
    kubeconfig
        .delete_context(&name("prod"), true)
        .await
        .unwrap();
    let expected = shared
        .replace(
            "  - context:\n      cluster: prod\n      user: eks\n      namespace: shop\n    name: prod\n",
            "",
        )
        .replace("current-context: 'prod'", "current-context: ''");
    let eks = expected.find("  - name: eks\n").unwrap();
    let next = expected.rfind("  - name: kind-test\n").unwrap();
    // The cluster stays: `second` uses it.
    assert_eq!(
        home.content(),
        format!("{}{}", &expected[..eks], &expected[next..])
    );
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), shared);
    // Without being asked, cluster and user stay.
    kubeconfig
        .delete_context(&name("prod"), false)
        .await
        .unwrap();
    assert_eq!(home.content(), expected);
}

#[tokio::test]
async fn a_deletion_in_any_file_is_kubectls() {
    let second = "contexts:
- context:
    cluster: other
  name: other
- context:
    cluster: prod
  name: prod
clusters:
- cluster:
    server: https://other
  name: other
";
    for context in ["prod", "other"] {
        for contents in [
            [Some(PERSONAL), Some(second)],
            [Some(second), Some(PERSONAL)],
        ] {
            same_as_kubectl(
                &contents,
                &[
                    &["config", "use-context", "kind-test"],
                    &["config", "delete-context", context],
                ],
                async |kubeconfig| {
                    kubeconfig.use_context(&name("kind-test")).await.unwrap();
                    kubeconfig
                        .delete_context(&name(context), false)
                        .await
                        .unwrap();
                },
            )
            .await;
        }
    }
}
