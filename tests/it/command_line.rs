//! What the command line promises to scripts: exit codes, JSON, refusals before anything is done.

use k3tray_core::error::{Code, Problem};
use k3tray_tests::{Census, Sandbox};
use serde_json::json;

use crate::scene::{
    SOMEBODYS_KUBECONFIG, all_ready_in_list, create, finish, give_kubeconfig, k3tray, kubeconfig,
    kubectl, kubectl_at_last,
};

#[tokio::test]
async fn what_is_wrong_by_itself_is_refused_beside_its_flag_and_without_an_engine() {
    let mut sandbox = Sandbox::new("words").await;
    sandbox.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let long = "a".repeat(33);
    let cases = [
        (vec!["create", "Dev"], "NAME: "),
        (vec!["create", "-x-"], "unexpected argument '-x' found"),
        (vec!["create", "x-"], "NAME: "),
        (vec!["create", "a.b"], "NAME: "),
        (vec!["create", &long], "NAME: "),
        (vec!["create", "dev", "--image=latest"], "--image: "),
        (
            vec!["create", "dev", "--image=rancher/k3s:latest"],
            "--image: ",
        ),
        (vec!["create", "dev", "--servers=0"], "--servers: "),
        (vec!["create", "dev", "--agents=65"], "--agents: "),
        (vec!["create", "dev", "--api-port=70000"], "--api-port: "),
        (vec!["create", "dev", "--env=FOO"], "--env: "),
        (
            vec!["create", "dev", "--k3s-arg=--x@server:7"],
            "--k3s-arg: ",
        ),
        (
            vec!["create", "dev", "--nonsense"],
            "unexpected argument '--nonsense' found",
        ),
        (vec!["nonsense"], "unrecognized subcommand 'nonsense'"),
        (vec!["stop"], "<CLUSTERS>..."),
    ];
    for (arguments, told) in cases {
        let said = k3tray(&sandbox, &arguments).await.ended(2).told(&[told]);
        assert_eq!(said.out, "", "{said}");
    }
    let said = k3tray(&sandbox, &["create", "Dev", "--servers=0", "-ojson"])
        .await
        .ended(2);
    let fields: Vec<_> = said
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["field"].clone())
        .collect();
    assert_eq!(fields, [json!("name"), json!("servers")]);
    assert_eq!(said.err, "");
}

#[tokio::test]
async fn the_reason_why_latest_is_no_version_is_told() {
    let sandbox = Sandbox::new("latest").await;
    let said = k3tray(
        &sandbox,
        &["create", &sandbox.cluster("a"), "--image=latest"],
    )
    .await;
    let said = said.ended(2);
    let why =
        "`latest` has no fixed version: nodes added later could differ. Give a version such as";
    assert!(said.err.contains(why), "{said}");
    assert_eq!(sandbox.census().await, Census::default());
}

#[tokio::test]
async fn an_engine_that_is_away_is_a_failure_and_never_an_empty_list() {
    let mut sandbox = Sandbox::new("away").await;
    sandbox.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    for verb in [vec!["list"], vec!["stop", "dev"], vec!["create", "dev"]] {
        let said = k3tray(&sandbox, &verb).await.ended(1).told(&["hint: "]);
        assert_eq!(said.out, "", "{said}");
        let mut verb = verb;
        verb.push("-ojson");
        let said = k3tray(&sandbox, &verb).await.ended(1);
        assert_eq!(said.problem().code, Code::EngineAway, "{said}");
        assert_eq!(said.err, "");
    }
}

#[tokio::test]
async fn a_cluster_that_is_not_there_is_bad_input_to_every_verb() {
    let sandbox = Sandbox::new("absent").await;
    let name = sandbox.cluster("a");
    for verb in ["start", "stop", "restart", "pause", "resume", "kubeconfig"] {
        k3tray(&sandbox, &[verb, &name])
            .await
            .ended(2)
            .told(&[&name, "hint: "]);
    }
    for verb in [vec!["delete", "--yes", &name], vec!["use", &name]] {
        k3tray(&sandbox, &verb).await.ended(2).told(&[&name]);
    }
    let said = k3tray(&sandbox, &["stop", &name, "-ojson"]).await.ended(2);
    assert_eq!(said.problem().code, Code::NotFound);
}

#[tokio::test]
async fn a_context_that_is_not_there_is_told_with_those_that_could_be_meant() {
    let mut sandbox = Sandbox::new("nocontext").await;
    // The kubeconfig alone can answer this.
    sandbox.set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    k3tray(&sandbox, &["use", "prodution"])
        .await
        .ended(2)
        .told(&["hint: `kubectl config get-contexts` lists them."]);
    give_kubeconfig(&sandbox);
    let said = k3tray(&sandbox, &["use", "prodution", "-ojson"]).await;
    assert_eq!(
        said.ended(2).problem(),
        Problem {
            what: "Could not switch to `prodution`".into(),
            causes: vec!["there is no context `prodution`".into()],
            hint: Some("Did you mean `production`?".into()),
            code: Code::NotFound,
            log: vec![],
            remedy: None,
        }
    );
    assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);
}

#[tokio::test]
async fn a_cluster_whose_context_was_taken_out_gets_it_back_when_it_is_used() {
    let sandbox = Sandbox::new("regain").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    let context = format!("k3d-{name}");
    for name in [&name, &context] {
        std::fs::write(sandbox.kubeconfig(), SOMEBODYS_KUBECONFIG).unwrap();
        // Nothing of what only looks or works on the cluster puts it back.
        k3tray(&sandbox, &["list"]).await.ended(0);
        k3tray(&sandbox, &["restart", name.trim_start_matches("k3d-")])
            .await
            .ended(0);
        assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);

        k3tray(&sandbox, &["use", name]).await.ended(0);

        let current = kubectl(&sandbox, &["config", "current-context"]).await;
        assert_eq!(current.trim(), context);
        assert!(kubeconfig(&sandbox).starts_with("# mine, do not touch"));
        assert_eq!(
            kubectl_at_last(&sandbox, &["get", "--raw", "/readyz"]).await,
            "ok"
        );
    }
}

#[tokio::test]
async fn nothing_is_deleted_without_a_yes_where_nobody_can_be_asked() {
    let sandbox = Sandbox::new("noyes").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    let before = sandbox.census().await;

    k3tray(&sandbox, &["delete", &name])
        .await
        .ended(2)
        .told(&["--yes"]);
    k3tray(&sandbox, &["delete", "--all"])
        .await
        .ended(2)
        .told(&["--yes"]);

    assert_eq!(sandbox.census().await, before);
    all_ready_in_list(&sandbox, &name, 1).await;
}

#[tokio::test]
async fn on_a_terminal_a_deletion_asks_and_a_no_is_no() {
    let sandbox = Sandbox::new("asks").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    let program = k3tray_tests::process::program("k3tray");
    // util-linux's `script` gives its child a terminal and passes on how it ended.
    let on_a_terminal = |answer: &str| {
        let call = format!(
            "echo {answer} | script -qec '{} delete {name}' /dev/null",
            program.display()
        );
        let mut command = sandbox.command("sh");
        command.args(["-c", &call]);
        command
    };

    let said = finish(on_a_terminal("n")).await.ended(1);
    assert!(
        said.out
            .contains(&format!("Delete `{name}` with all that is in it? [y/N]")),
        "{said}"
    );
    all_ready_in_list(&sandbox, &name, 1).await;
    finish(on_a_terminal("y")).await.ended(0);
    assert!(sandbox.census().await.is_empty());
}

#[tokio::test]
async fn every_result_is_one_json_value_and_nothing_else() {
    let sandbox = Sandbox::new("json").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--no-lb"]).await;
    for (verb, done) in [
        ("pause", "paused"),
        ("resume", "resumed"),
        ("stop", "stopped"),
        ("start", "started"),
        ("restart", "restarted"),
    ] {
        let said = k3tray(&sandbox, &[verb, &name, "--output=json"])
            .await
            .ended(0);
        assert_eq!(said.json(), json!([{ "cluster": name, "done": done }]));
        assert_eq!(said.err, "", "{said}");
    }
    let said = k3tray(&sandbox, &["use", &name, "-ojson"]).await.ended(0);
    assert_eq!(said.json(), json!({ "context": format!("k3d-{name}") }));
    let said = k3tray(&sandbox, &["delete", "--yes", &name, "-ojson"])
        .await
        .ended(0);
    assert_eq!(said.json(), json!([{ "cluster": name, "done": "deleted" }]));
    assert_eq!(said.err, "", "{said}");
}

#[tokio::test]
async fn completions_are_printed_for_every_shell_that_k3d_users_have() {
    let sandbox = Sandbox::new("shells").await;
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef k3tray"),
        ("fish", "complete -c k3tray"),
    ] {
        let said = k3tray(&sandbox, &["completions", shell]).await.ended(0);
        assert!(said.out.contains(mark), "{said}");
        assert_eq!(said.err, "");
    }
}

#[tokio::test]
async fn without_a_display_the_app_is_not_started_and_the_verbs_are_named() {
    let sandbox = Sandbox::new("nodisplay").await;
    k3tray(&sandbox, &[])
        .await
        .ended(1)
        .told(&["there is no display", "k3tray create"]);
    k3tray(&sandbox, &["action", "new-cluster"])
        .await
        .ended(1)
        .told(&["hint: "]);
    k3tray(&sandbox, &["action", "nonsense"]).await.ended(2);
}

#[tokio::test]
async fn help_and_version_are_no_failures() {
    let sandbox = Sandbox::new("help").await;
    let help = k3tray(&sandbox, &["--help"]).await.ended(0);
    assert!(
        help.out
            .contains("Exit codes: 0 done, 1 failed, 2 bad input or usage"),
        "{help}"
    );
    let version = k3tray(&sandbox, &["--version"]).await.ended(0);
    assert_eq!(
        version.out,
        format!("k3tray {}\n", env!("CARGO_PKG_VERSION"))
    );
}
