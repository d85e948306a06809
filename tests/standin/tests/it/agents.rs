//! Agents: joining, going silent, coming back, and names that are taken.

use crate::cluster::Cluster;

/// A server that notices silent nodes sooner than by default; kubelets are heard of every 10 s.
const QUICK_MONITOR: [&str; 2] = [
    "--kube-controller-manager-arg=node-monitor-grace-period=20s",
    "--kube-controller-manager-arg=node-monitor-period=500ms",
];

#[test]
fn an_agent_started_before_its_server_joins_when_it_answers() {
    let cluster = Cluster::new();
    let agent = cluster.agent("k3d-a-agent-0", 2, 1, &["--node-label", "tier=edge"]);
    agent.await_log("Failed to validate connection to cluster");

    let server = cluster.server("k3d-a-server-0", 1, &[]);

    server.until("a kubeconfig", || server.kubeconfig().exists());
    server.await_readiness("k3d-a-agent-0", "True");
    agent.await_log("\"Successfully registered node\" node=\"k3d-a-agent-0\"");
    let labelled = server.ask(&["get", "nodes", "-l", "tier=edge", "--no-headers"]);
    assert_eq!(
        labelled.split_whitespace().take(3).collect::<Vec<_>>(),
        ["k3d-a-agent-0", "Ready", "<none>"]
    );
}

#[test]
fn an_agent_with_a_wrong_token_is_kept_out_and_says_so() {
    let cluster = Cluster::new();
    let server = cluster.server("s", 1, &[]);
    server.await_readiness("s", "True");

    let agent = cluster.agent("a", 2, 1, &["--token", "wrong"]);

    agent.await_log("401 Unauthorized");
    assert_eq!(server.ask(&["get", "nodes", "-o", "name"]), "node/s\n");
}

#[test]
fn an_agent_with_a_full_token_trusts_only_that_cluster() {
    let cluster = Cluster::new();
    let server = cluster.server("s", 1, &[]);
    server.await_readiness("s", "True");
    let token = std::fs::read_to_string(server.data().join("server/node-token")).unwrap();
    let foreign = token.replacen("K10", "K100", 1);

    let _agent = cluster.agent("a", 2, 1, &["--token", token.trim()]);
    let stranger = cluster.agent("b", 3, 1, &["--token", foreign.trim()]);

    server.await_readiness("a", "True");
    stranger.await_log("token CA hash does not match the Cluster CA certificate hash");
}

#[test]
fn a_stopped_agent_turns_unknown_and_a_started_one_ready() {
    let cluster = Cluster::new();
    let server = cluster.server("s", 1, &QUICK_MONITOR);
    let mut agent = cluster.agent("a", 2, 1, &[]);
    server.until("a kubeconfig", || server.kubeconfig().exists());
    server.await_readiness("a", "True");

    agent.stop();
    server.await_readiness("a", "Unknown");
    let taint = server.ask(&["get", "node", "a", "-o", "jsonpath={.spec.taints[0].key}"]);
    assert_eq!(taint, "node.kubernetes.io/unreachable");
    assert_eq!(server.readiness("s"), "True");

    agent.start_again();
    server.await_readiness("a", "True");
    server.until("the taint to go", || {
        server
            .ask(&["get", "node", "a", "-o", "jsonpath={.spec.taints}"])
            .is_empty()
    });
}

#[test]
fn a_name_that_is_taken_is_refused_until_its_node_is_deleted() {
    let cluster = Cluster::new();
    let server = cluster.server("s", 1, &[]);
    let mut agent = cluster.agent("a", 2, 1, &[]);
    server.until("a kubeconfig", || server.kubeconfig().exists());
    server.await_readiness("a", "True");

    agent.stop();
    agent.forget_password();
    agent.start_again();
    agent.await_log("Node password rejected, duplicate hostname");
    let registered = agent.log().matches("Successfully registered node").count();
    assert_eq!(registered, 1);

    server.ask(&["delete", "node", "a"]);
    agent.until("a second registration", || {
        agent.log().matches("Successfully registered node").count() == 2
    });
}
