//! What exactly changes in a text: each byte of it.

use super::fixture::{Home, PERSONAL, entry};
use crate::{
    cluster::ClusterName,
    context::ContextName,
    kubeconfig::{Change, KubeconfigError},
};

async fn switched(content: &str, name: &str) -> String {
    let home = Home::one(content);
    let change = home.kubeconfig().use_context(&ContextName::new(name)).await;
    assert!(matches!(change, Ok(Change::Written { .. })), "{change:?}");
    home.content()
}

async fn added(content: &str) -> String {
    let home = Home::one(content);
    let change = home.kubeconfig().add_cluster(entry("dev"), false).await;
    assert!(matches!(change, Ok(Change::Written { .. })), "{change:?}");
    assert_eq!(
        home.kubeconfig()
            .add_cluster(entry("dev"), false)
            .await
            .unwrap(),
        Change::Unchanged
    );
    home.content()
}

async fn removed(content: &str) -> String {
    let home = Home::one(content);
    let change = home
        .kubeconfig()
        .remove_cluster(&ClusterName::observed("dev"))
        .await;
    assert!(matches!(change, Ok(Change::Written { .. })), "{change:?}");
    home.content()
}

#[tokio::test]
async fn switching_changes_one_word_and_keeps_its_quotes() {
    assert_eq!(
        switched(PERSONAL, "kind-test").await,
        PERSONAL.replace("current-context: 'prod'", "current-context: 'kind-test'")
    );
}

#[tokio::test]
async fn switching_works_in_every_way_a_current_context_is_written() {
    let list =
        "contexts: [{name: a, context: {}}, {name: b c, context: {}}, {name: '5', context: {}}]\n";
    for (before, name, after) in [
        ("current-context: b\n", "a", "current-context: a\n"),
        (
            "current-context: \"b\" # now\n",
            "a",
            "current-context: \"a\" # now\n",
        ),
        ("current-context:\n", "a", "current-context: a\n"),
        (
            "current-context: # none\n",
            "a",
            "current-context: a # none\n",
        ),
        ("current-context: ''\n", "a", "current-context: 'a'\n"),
        ("current-context: null\r\n", "a", "current-context: a\r\n"),
        ("current-context: b\n", "b c", "current-context: \"b c\"\n"),
        ("current-context: b\n", "5", "current-context: \"5\"\n"),
        ("current-context: b", "a", "current-context: a"),
        (
            "current-context: x\ncurrent-context: b\n",
            "a",
            "current-context: x\ncurrent-context: a\n",
        ),
        (
            "\"current-context\" : b\n",
            "a",
            "\"current-context\" : a\n",
        ),
        ("current-context:   >-\n  b\n", "", ""),
    ] {
        if name.is_empty() {
            continue;
        }
        assert_eq!(
            switched(&format!("{list}{before}"), name).await,
            format!("{list}{after}")
        );
    }
    assert_eq!(
        switched("kind: Config # so\ncontexts:\n- name: a\n", "a").await,
        "kind: Config # so\ncurrent-context: a\ncontexts:\n- name: a\n"
    );
    assert_eq!(
        switched("contexts:\n- name: a", "a").await,
        "contexts:\n- name: a\ncurrent-context: a"
    );
    assert_eq!(
        switched("{\"contexts\":[{\"name\":\"a\"}]}", "a").await,
        "{\"contexts\":[{\"name\":\"a\"}], \"current-context\": \"a\"}"
    );
}

#[tokio::test]
async fn a_cluster_is_added_in_the_style_of_the_file() {
    let expected = PERSONAL
        .replace(
            "insecure-skip-tls-verify: true}\n",
            "insecure-skip-tls-verify: true}
  - cluster:
      certificate-authority-data: QVVUSE9SSVRZ
      extensions:
      - extension:
          provider: k3tray
        name: k3tray
      server: https://127.0.0.1:6550
    name: k3d-dev
",
        )
        .replace(
            "    # trailing words on kind-test\n",
            "    # trailing words on kind-test
  - context:
      cluster: k3d-dev
      user: admin@k3d-dev
    name: k3d-dev
",
        )
        + "  - name: admin@k3d-dev
    user:
      client-certificate-data: Q0VSVElGSUNBVEU=
      client-key-data: U0VDUkVULUtFWQ==
";
    assert_eq!(added(PERSONAL).await, expected);
    assert_eq!(removed(&expected).await, PERSONAL);
}

#[tokio::test]
async fn what_was_added_is_removed_to_the_byte() {
    for original in [
        PERSONAL,
        &PERSONAL.replace('\n', "\r\n"),
        PERSONAL.trim_end(),
        &format!("\u{feff}{PERSONAL}"),
        &format!("---\n{PERSONAL}...\n---\nother: document\n"),
        "clusters: []\ncontexts: []\nusers: []\n",
        "clusters: null\ncontexts: null\nusers: null",
        "clusters: null # none\ncontexts: null\nusers: null\ncurrent-context: \"\"\n",
        "{\"clusters\":[],\"contexts\":[],\"users\":[]}",
        "{\n  \"clusters\": [\n    {\n      \"name\": \"a\"\n    }\n  ],\n  \"contexts\": [ ],\n  \"users\": [{\"name\": \"b\"},\n{\"name\": \"c\"}]\n}\n",
        "clusters: [ {name: a}, ]\ncontexts: [\n]\nusers:\n- name: x\n  user: |+\n    text\n\n\n# end\n",
    ] {
        let with = added(original).await;
        assert_ne!(with, original);
        assert_eq!(removed(&with).await, original, "by way of:\n{with}");
    }
}

#[tokio::test]
async fn an_empty_file_becomes_a_kubeconfig() {
    let expected = "\
apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: QVVUSE9SSVRZ
    extensions:
    - extension:
        provider: k3tray
      name: k3tray
    server: https://127.0.0.1:6550
  name: k3d-dev
contexts:
- context:
    cluster: k3d-dev
    user: admin@k3d-dev
  name: k3d-dev
users:
- name: admin@k3d-dev
  user:
    client-certificate-data: Q0VSVElGSUNBVEU=
    client-key-data: U0VDUkVULUtFWQ==
";
    assert_eq!(added("").await, expected);
    assert_eq!(added("# mine\n").await, format!("# mine\n{expected}"));
    assert_eq!(added("---\n").await, format!("---\n{expected}"));
}

#[tokio::test]
async fn a_namespace_is_set_and_cleared_without_a_trace() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    for (context, before, after) in [
        ("prod", "namespace: shop", "namespace: bank"),
        (
            "kind-test",
            "{ cluster: kind-test, user: kind-test }",
            "{ cluster: kind-test, user: kind-test, \"namespace\": \"bank\" }",
        ),
    ] {
        let name = ContextName::new(context);
        kubeconfig.set_namespace(&name, Some("bank")).await.unwrap();
        assert_eq!(home.content(), PERSONAL.replace(before, after));
        let again = kubeconfig.set_namespace(&name, Some("bank")).await;
        assert_eq!(again.unwrap(), Change::Unchanged);
        kubeconfig.undo().await.unwrap();
        assert_eq!(home.content(), PERSONAL);
    }
    let name = ContextName::new("prod");
    kubeconfig.set_namespace(&name, None).await.unwrap();
    assert_eq!(
        home.content(),
        PERSONAL.replace("      namespace: shop\n", "")
    );
}

#[tokio::test]
async fn what_cannot_be_changed_in_place_is_left_alone() {
    for (content, name) in [
        ("contexts: [{name: a}]\ncurrent-context: >-\n  b\n", "a"),
        (
            "contexts: [{name: a}, {name: b}]\nx: &x b\ncurrent-context: &y b\nz: *y\n",
            "a",
        ),
        (
            "contexts: [{name: a}]\n? current-context\n: b\nkind: [",
            "a",
        ),
        ("- contexts\n", "a"),
    ] {
        let home = Home::one(content);
        let change = home.kubeconfig().use_context(&ContextName::new(name)).await;
        assert!(
            matches!(
                change,
                Err(KubeconfigError::NotEditable { .. } | KubeconfigError::NoSuchContext { .. })
            ),
            "{change:?}"
        );
        assert_eq!(home.content(), content);
        assert!(!home.history().exists());
    }
}

#[tokio::test]
async fn a_shared_namespace_is_not_changed_for_one_context() {
    let content = "contexts:\n- name: a\n  context: &same {cluster: c, namespace: n}\n- name: b\n  context: *same\n";
    for name in ["a", "b"] {
        let home = Home::one(content);
        let name = ContextName::new(name);
        let change = home.kubeconfig().set_namespace(&name, Some("m")).await;
        assert!(
            matches!(change, Err(KubeconfigError::NotEditable { .. })),
            "{change:?}"
        );
        assert_eq!(home.content(), content);
    }
}
