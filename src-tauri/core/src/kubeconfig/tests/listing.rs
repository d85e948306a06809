//! What is listed, of good files and bad.

use std::fmt::Write as _;

use super::fixture::Home;
use crate::{
    cluster::ClusterName,
    context::{Context, ContextName, Contexts, FileProblem},
};

fn context(home: &Home, file: usize, name: &str, cluster: &str, server: Option<&str>) -> Context {
    Context {
        name: ContextName::new(name),
        cluster: cluster.into(),
        user: String::new(),
        namespace: None,
        server: server.map(str::to_owned),
        file: home.file(file).to_owned(),
        local_cluster: None,
        extra: false,
        problem: None,
    }
}

/// A context whose cluster is in no file, and the line of its entry.
fn dangling(home: &Home, file: usize, name: &str, cluster: &str, line: usize) -> Context {
    Context {
        problem: Some(FileProblem {
            file: home.file(file).to_owned(),
            line: Some(line),
            message: format!("its cluster `{cluster}` is missing"),
            entry: None,
        }),
        ..context(home, file, name, cluster, None)
    }
}

#[tokio::test]
async fn files_are_merged_as_kubectl_merges_them() {
    let home = Home::with(&[
        Some(
            "contexts:\n- {name: a, context: {cluster: one}}\nclusters:\n- {name: two, cluster: {server: 'https://first'}}\n",
        ),
        None,
        Some(
            "contexts:\n- {name: k3d-x, context: {cluster: k3d-x}}\n- {name: a, context: {cluster: two}}\nclusters:\n- {name: k3d-x, cluster: {server: 'https://x'}}\n- {name: one, cluster: {server: 'https://one'}}\n- {name: two, cluster: {server: 'https://second'}}\ncurrent-context: a\n",
        ),
    ]);
    assert_eq!(
        home.kubeconfig().view().await,
        Contexts {
            current: Some(ContextName::new("a")),
            all: vec![
                context(&home, 0, "a", "one", Some("https://one")),
                context(&home, 2, "k3d-x", "k3d-x", Some("https://x")),
            ],
            problems: vec![],
        }
    );
    let by_kubectl = home.ask_kubectl(&["config", "get-contexts", "-o", "name"]);
    assert_eq!(by_kubectl.lines().collect::<Vec<_>>(), ["a", "k3d-x"]);
}

#[tokio::test]
async fn a_context_is_local_by_where_it_leads_and_never_by_its_name_alone() {
    let marked = "extensions: [{name: k3tray, extension: {}}]";
    for (cluster, is_local) in [
        ("{server: 'https://127.0.0.1:6550'}", true),
        ("{server: 'https://host.docker.internal:6550'}", true),
        ("{server: 'https://engine.example.com:6550'}", true),
        (
            &*format!("{{server: 'https://10.1.2.3:6550', {marked}}}"),
            true,
        ),
        ("{server: 'https://prod.example.com'}", false),
        ("{server: 'https://10.1.2.3:6550'}", false),
        ("{}", false),
    ] {
        let home = Home::one(&format!(
            "contexts: [{{name: k3d-x, context: {{cluster: k3d-x}}}}]\nclusters: [{{name: k3d-x, cluster: {cluster}}}]\n"
        ));
        let kubeconfig = home.kubeconfig().with_engine_host("engine.example.com");
        let local = kubeconfig.view().await.all.remove(0).local_cluster;
        let expected = is_local.then(|| ClusterName::observed("x"));
        assert_eq!(local, expected, "{cluster}");
    }
    let dangling = Home::one("contexts: [{name: k3d-x, context: {cluster: k3d-x}}]\n");
    let listed = dangling.kubeconfig().view().await;
    assert_eq!(listed.all[0].local_cluster, None);
}

#[tokio::test]
async fn every_spelling_is_read_right() {
    let block = "\u{feff}%YAML 1.1\r\n---\r\n# all\r\nbase: &base {cluster: c}\r\n'contexts':\r\n-\r\n  \"name\": \"a\"\r\n  context: *base\r\n- context:\r\n    <<: *base\r\n    namespace: shop\r\n  name: >-\r\n    b\r\nusers: ~\r\nclusters: null\r\ncurrent-context: !!str b\r\n...\r\n---\r\n: [ nonsense\r\n";
    let json = "{\"contexts\":[{\"name\":\"a\",\"context\":{\"cluster\":\"c\"}},\n\t{\"name\":\"b\",\"context\":{\"cluster\":\"c\",\"namespace\":\"shop\"}}],\"users\":null,\"current-context\":\"b\"}";
    for (text, lines) in [(block, [7, 9]), (json, [1, 2])] {
        let home = Home::one(text);
        let a = dangling(&home, 0, "a", "c", lines[0]);
        let b = Context {
            namespace: Some("shop".into()),
            ..dangling(&home, 0, "b", "c", lines[1])
        };
        assert_eq!(
            home.kubeconfig().view().await,
            Contexts {
                current: Some(ContextName::new("b")),
                all: vec![a, b],
                problems: vec![],
            }
        );
    }
    for nothing in [
        "",
        "# nothing\n",
        "---\n",
        "null\n",
        "{}",
        "contexts: []\nclusters: null\nusers:\n",
    ] {
        let home = Home::one(nothing);
        assert_eq!(
            home.kubeconfig().view().await,
            Contexts::default(),
            "{nothing:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_reported_and_the_rest_is_listed() {
    let good = "contexts: [{name: good, context: {cluster: c}}]\n";
    for (bad, line, message) in [
        (
            "a: b: c\n",
            Some(1),
            "mapping values are not allowed in this context",
        ),
        ("a: b\nc: [d\n", Some(2), "unclosed bracket '['"),
        ("contexts: 5\n", Some(1), "`contexts` is not a list"),
        (
            "kind: Config\nusers: {}\n",
            Some(2),
            "`users` is not a list",
        ),
        ("- a\n", Some(1), "it is not a mapping"),
        (
            "contexts:\n- context: {}\n",
            Some(2),
            "an entry of `contexts` has no name",
        ),
        (
            "contexts:\n- null\n",
            Some(2),
            "an entry of `contexts` has no name",
        ),
        (
            "users:\n- name: 1e3\n",
            Some(2),
            "`name` is not a string; it needs quotes",
        ),
        (
            "current-context: no\n",
            Some(1),
            "`current-context` is not a string; it needs quotes",
        ),
        (
            "clusters:\n- name: x\n- name: x\n",
            Some(3),
            "`x` is in `clusters` twice",
        ),
        (
            "contexts: [good]\n",
            Some(1),
            "an entry of `contexts` is not a mapping",
        ),
        (
            "contexts:\n- name: good\n  context: x\n",
            Some(3),
            "the `context` of `good` is not a mapping",
        ),
        (
            "clusters:\n- name: x\n  cluster: [x]\n",
            Some(3),
            "the `cluster` of `x` is not a mapping",
        ),
        (
            "contexts:\n- name: good\n  context:\n    cluster: 5\n",
            Some(4),
            "the `cluster` of `good` is not a string",
        ),
        ("\n\nkind: List\n", Some(3), "its `kind` is not `Config`"),
        ("apiVersion: v2\n", Some(1), "its `apiVersion` is not `v1`"),
        (
            "a: *b\n",
            Some(1),
            "while parsing node, found unknown anchor",
        ),
    ] {
        let home = Home::with(&[Some(bad), Some(good)]);
        let mut contexts = home.kubeconfig().view().await;
        let problem = FileProblem {
            file: home.file(0).to_owned(),
            line,
            message: message.into(),
            entry: None,
        };
        // Which of them it is about is told by the test below.
        contexts
            .problems
            .iter_mut()
            .for_each(|problem| problem.entry = None);
        assert_eq!(contexts.problems, [problem], "{bad:?}");
        contexts
            .all
            .retain(|context| context.name.as_str() == "good");
        assert_eq!(contexts.all, [dangling(&home, 1, "good", "c", 1)]);
    }
    let home = Home::one(good);
    std::fs::write(home.file(0), b"contexts: \xff\n").unwrap();
    assert_eq!(
        home.kubeconfig().view().await.problems[0].message,
        "it is not UTF-8 text"
    );
}

#[tokio::test]
async fn an_entry_that_is_left_out_is_told_from_a_file_that_cannot_be_read() {
    let home = Home::one(
        "kind: List\ncontexts:\n- name: good\n- 5\n- {name: odd, context: {user: 5}}\nusers:\n- {name: u}\n- {name: u}\n",
    );
    let listed = home.kubeconfig().view().await;
    let told: Vec<_> = listed
        .problems
        .iter()
        .map(|problem| (problem.entry, problem.line, problem.message.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (None, Some(1), "its `kind` is not `Config`"),
            (Some(2), Some(8), "`u` is in `users` twice"),
            (Some(2), Some(4), "an entry of `contexts` is not a mapping"),
            (Some(3), Some(5), "the `user` of `odd` is not a string"),
        ]
    );
}

#[tokio::test]
async fn a_context_whose_links_lead_nowhere_says_so_and_where() {
    let home = Home::one(
        "\u{feff}contexts:\r\n- {name: whole, context: {cluster: c, user: u}}\r\n- {name: no-user, context: {cluster: c, user: v}}\r\n- name: nothing\r\n- {name: no-server, context: {cluster: d, user: u}}\r\nclusters: [{name: c, cluster: {server: 'https://c'}}, {name: d, cluster: {}}]\r\nusers: [{name: u}]\r\n",
    );
    let listed = home.kubeconfig().view().await;
    assert_eq!(listed.problems, []);
    let problems: Vec<_> = listed
        .all
        .into_iter()
        .map(|context| (context.name.to_string(), context.problem))
        .collect();
    let problem = |line, message: &str| {
        Some(FileProblem {
            file: home.file(0).to_owned(),
            line: Some(line),
            message: message.into(),
            entry: None,
        })
    };
    assert_eq!(
        problems,
        [
            ("whole".into(), None),
            ("no-user".into(), problem(3, "its user `v` is missing")),
            ("nothing".into(), problem(4, "it names no cluster")),
            (
                "no-server".into(),
                problem(5, "its cluster `d` names no server")
            ),
        ]
    );
}

#[tokio::test]
async fn the_first_of_two_entries_of_a_name_counts() {
    let home = Home::one(
        "contexts:\n- {name: a, context: {cluster: one}}\n- {name: a, context: {cluster: two}}\n",
    );
    assert_eq!(
        home.kubeconfig().view().await.all,
        [dangling(&home, 0, "a", "one", 2)]
    );
}

#[tokio::test]
async fn a_bomb_of_aliases_is_refused_and_takes_no_time() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{list}]");
    }
    text += "contexts: [{name: a, context: {}}]\n";
    let home = Home::one(&text);
    let change = home.kubeconfig().use_context(&ContextName::new("a")).await;
    assert_eq!(
        change.unwrap_err().to_string(),
        format!(
            "`{}` is not valid: its aliases expand to too many nodes",
            home.file(0).display()
        )
    );
    assert_eq!(home.content(), text);
}

#[tokio::test]
async fn five_megabytes_are_read_and_edited() {
    let mut text = String::from("contexts:\n");
    for index in 0..12_000 {
        let _ = write!(
            text,
            "- context:\n    cluster: c{index}\n    user: u{index}\n  name: c{index}\n"
        );
    }
    text += "users:\n";
    for index in 0..12_000 {
        let _ = write!(
            text,
            "- name: u{index}\n  user:\n    token: {}\n",
            "t".repeat(330)
        );
    }
    text += "current-context: c0\n";
    assert!(text.len() > 5_000_000);
    let home = Home::one(&text);
    assert_eq!(home.kubeconfig().view().await.all.len(), 12_000);
    home.kubeconfig()
        .use_context(&ContextName::new("c11999"))
        .await
        .unwrap();
    assert!(home.content() == text.replace("current-context: c0", "current-context: c11999"));
}
