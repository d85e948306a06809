//! Which namespaces there are.

use serde_json::{Value, json};

use super::{
    server::{NAMESPACES, Script, Server, list, refusal},
    *,
};

const TOKEN: &str = "token: opaque-secret";

fn named(names: &[&str]) -> Vec<Value> {
    let object = |name| json!({ "metadata": { "name": name } });
    names.iter().map(object).collect()
}

#[tokio::test]
async fn all_namespaces_are_told_in_order_and_the_contexts_own_is_known() {
    let next = "/api/v1/namespaces?&limit=500&continue=there";
    let kind = "PartialObjectMetadataList";
    let first = named(&["shop", "default"]);
    let second = named(&["kube-system", "billing"]);
    let server = Server::start(Script::from([
        (NAMESPACES, list(kind, &first, Some("there"))),
        (next, list(kind, &second, None)),
    ]))
    .await;
    let home = Home::with(&server.entry(), TOKEN);
    assert_eq!(
        home.namespaces().await.unwrap(),
        Namespaces {
            context: prod(),
            names: ["billing", "default", "kube-system", "shop"]
                .map(str::to_owned)
                .into(),
            current: "shop".into(),
            more: false,
        }
    );
}

#[tokio::test]
async fn a_cluster_with_more_namespaces_than_anyone_reads_is_told_in_part() {
    let names: Vec<String> = (0..=NAMESPACES_MAX).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let answer = list("PartialObjectMetadataList", &named(&names), None);
    let server = Server::start(Script::from([(NAMESPACES, answer)])).await;
    let home = Home::with(&server.entry(), TOKEN);
    let found = home.namespaces().await.unwrap();
    assert_eq!((found.names.len(), found.more), (NAMESPACES_MAX, true));
}

#[tokio::test]
async fn who_may_not_list_namespaces_is_told_so() {
    let answer = refusal(403, "namespaces is forbidden");
    let server = Server::start(Script::from([(NAMESPACES, answer)])).await;
    let home = Home::with(&server.entry(), TOKEN);
    let error = home.namespaces().await.unwrap_err();
    assert_eq!(
        Problem::new("Could not list the namespaces of `prod`", &error).causes,
        [
            "its server does not allow this",
            "namespaces is forbidden (403)"
        ]
    );
}
