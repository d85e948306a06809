//! A creation whose nodes do not come up: it says why in the node's own words, and leaves nothing.
//! What is refused before a node starts is in `create_refused.rs`.

use std::time::Duration;

use bollard::query_parameters::KillContainerOptionsBuilder;
use k3tray_core::{
    cluster::ClusterName,
    error::Explain,
    operation::{self, OperationError, Report, Reporter, Run},
    spec::{ClusterSpec, Draft},
};
use k3tray_tests::{Census, Sandbox, eventually};
use tokio_util::sync::CancellationToken;

use crate::scene::{
    SOMEBODYS_KUBECONFIG, all_ready_in_list, create_fails, creation, give_kubeconfig, k3tray,
    kubeconfig, kubectl, means, nodes_fail_on_request, patience,
};

/// A draft as the wish for a cluster called `name`.
fn wish(name: &str, draft: &Draft) -> ClusterSpec {
    let name: ClusterName = name.parse().unwrap();
    draft.check(&name).unwrap()
}

#[tokio::test]
async fn an_argument_that_k3s_does_not_know_ends_the_creation_with_k3ss_own_words() {
    let sandbox = Sandbox::new("argument").await;
    let name = sandbox.cluster("a");

    let problem = create_fails(&sandbox, &name, &["--k3s-arg=--no-such-flag"], 1).await;

    assert_eq!(
        problem.causes,
        [format!("node `k3d-{name}-server-0` ended while it started")]
    );
    assert!(
        problem
            .log
            .iter()
            .any(|line| line.contains("flag provided but not defined: -no-such-flag")),
        "{problem:?}"
    );
    assert!(problem.hint.unwrap().contains("correct or remove it"));
}

#[tokio::test]
async fn a_server_that_crashes_is_told_with_its_last_log_lines_and_a_hint() {
    if !nodes_fail_on_request("a server that crashes at start") {
        return;
    }
    let sandbox = Sandbox::new("crash").await;
    let name = sandbox.cluster("a");
    let arguments = creation(&name, &["--env=STANDIN_FAIL=crash-at-start"]);

    let said = k3tray(&sandbox, &arguments).await.ended(1);

    let said = said.told(&[
        &format!("Could not create cluster `{name}`"),
        &format!("node `k3d-{name}-server-0` ended while it started"),
        "the node's last log lines:",
        "failed to find cpuset cgroup (v2)",
        "hint: ",
        "cgroup",
    ]);
    assert_eq!(said.out, "");
    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(kubeconfig(&sandbox), "");
}

#[tokio::test]
async fn an_agent_that_crashes_is_told_and_not_waited_for() {
    let sandbox = Sandbox::new("agcrash").await;
    let name = sandbox.cluster("a");

    // Only the agent gets it; with the deadline of a node, this would take three minutes.
    let problem = create_fails(
        &sandbox,
        &name,
        &["--agents=1", "--k3s-arg=--no-such-flag@agent:*"],
        1,
    )
    .await;

    assert_eq!(
        problem.causes,
        [format!("node `k3d-{name}-agent-0` ended while it started")]
    );
    assert!(!problem.log.is_empty());
}

#[tokio::test]
async fn an_api_that_never_answers_is_given_up_at_the_deadline() {
    if !nodes_fail_on_request("an API that never answers") {
        return;
    }
    let sandbox = Sandbox::new("silent").await;
    let name = sandbox.cluster("a");
    let slow = "--env=STANDIN_FAIL=slow-start=600000";

    let problem = create_fails(&sandbox, &name, &[slow, "--timeout=2"], 1).await;

    assert_eq!(
        problem.causes,
        [format!("the API of `{name}` did not answer within 2 s")]
    );
    assert!(problem.hint.is_some());
}

#[tokio::test]
async fn a_node_that_never_turns_ready_is_given_up_at_the_deadline() {
    if !nodes_fail_on_request("a node that never turns Ready") {
        return;
    }
    let sandbox = Sandbox::new("unready").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    let mut means = means(&sandbox).await;
    means.deadlines.nodes = Duration::from_secs(1);
    let spec = wish(
        &name,
        &Draft {
            env: vec!["STANDIN_FAIL=never-ready".into()],
            ..Draft::default()
        },
    );
    let (reporter, _reports) = Reporter::new();
    let run = Run {
        means,
        reporter,
        cancel: CancellationToken::new(),
    };

    let error = operation::create(&run, spec).await.unwrap_err();

    assert_eq!(
        error.to_string(),
        format!("k3d-{name}-server-0 did not become Ready within 1 s")
    );
    assert!(!error.log().is_empty());
    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);
}

#[tokio::test]
async fn a_second_server_that_ends_while_it_joins_takes_everything_with_it() {
    let sandbox = Sandbox::new("joins").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    let (reporter, mut reports) = Reporter::new();
    let run = Run {
        means: means(&sandbox).await,
        reporter,
        cancel: CancellationToken::new(),
    };
    let spec = wish(
        &name,
        &Draft {
            servers: 2,
            load_balancer: false,
            ..Draft::default()
        },
    );
    let second = format!("k3d-{name}-server-1");

    let (made, ()) = tokio::join!(operation::create(&run, spec), async {
        let mut steps = Vec::new();
        while let Some(report) = reports.recv().await {
            match report {
                Report::Steps(labels) => steps = labels,
                Report::Begin(index) if steps[index].starts_with("Join ") => break,
                _ => {}
            }
        }
        let kill = KillContainerOptionsBuilder::new().signal("SIGKILL").build();
        // It is started a moment after the step has begun.
        eventually("the second server to be killed", patience(), async || {
            sandbox
                .docker()
                .kill_container(&second, Some(kill.clone()))
                .await
                .ok()
        })
        .await;
    });

    assert!(
        matches!(&made, Err(OperationError::NodeEnded { node, .. }) if *node == second),
        "{made:?}"
    );
    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);
}

#[tokio::test]
async fn a_locked_kubeconfig_is_a_warning_and_the_cluster_stays() {
    let sandbox = Sandbox::new("locked").await;
    give_kubeconfig(&sandbox);
    let name = sandbox.cluster("a");
    let lock = sandbox.kubeconfig().with_file_name("config.lock");
    std::fs::write(&lock, "").unwrap();

    let said = k3tray(&sandbox, &creation(&name, &["--no-lb", "-ojson"]))
        .await
        .ended(0);

    let said = said.told(&[
        &format!("Could not add `{name}` to the kubeconfig"),
        "config.lock",
        "hint: ",
    ]);
    assert_eq!(said.json()["name"], *name);
    assert_eq!(kubeconfig(&sandbox), SOMEBODYS_KUBECONFIG);
    all_ready_in_list(&sandbox, &name, 1).await;
    std::fs::remove_file(&lock).unwrap();
    // And the way out is at hand.
    let own = k3tray(&sandbox, &["kubeconfig", &name]).await.ended(0).out;
    let file = sandbox.home().join("own.yaml");
    std::fs::write(&file, own).unwrap();
    let asked = [
        "--kubeconfig",
        file.to_str().unwrap(),
        "get",
        "--raw",
        "/readyz",
    ];
    assert_eq!(kubectl(&sandbox, &asked).await, "ok");
}
