//! One server: what kubectl sees, what is kept, what fails when asked to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cluster::{Cluster, Node};

fn ready_server(cluster: &Cluster) -> Node {
    let server = cluster.server("k3d-one-server-0", 1, &[]);
    server.await_readiness("k3d-one-server-0", "True");
    server
}

#[test]
fn kubectl_sees_a_ready_server() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);

    let table = server.ask(&["get", "nodes", "-o", "wide"]);
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let headings = [
        "NAME",
        "STATUS",
        "ROLES",
        "AGE",
        "VERSION",
        "INTERNAL-IP",
        "EXTERNAL-IP",
        "OS-IMAGE",
        "KERNEL-VERSION",
        "CONTAINER-RUNTIME",
    ];
    assert_eq!(lines[0], headings);
    assert_eq!(
        (lines[1][..3].to_vec(), lines[1][4]),
        (
            vec!["k3d-one-server-0", "Ready", "control-plane,master"],
            "v1.31.4+k3s1"
        )
    );
    assert_eq!(lines[1][5], cluster.address(1).to_string());
    assert!(table.contains("(stand-in)"), "{table}");
    assert_eq!(lines.len(), 2);

    let version: Value = serde_json::from_str(&server.ask(&["version", "-o", "json"])).unwrap();
    assert_eq!(version["serverVersion"]["gitVersion"], "v1.31.4+k3s1");
    assert_eq!(server.ask(&["get", "--raw", "/readyz"]), "ok");
    assert!(
        server
            .ask(&["get", "--raw", "/readyz?verbose"])
            .ends_with("readyz check passed\n")
    );
    let namespaces = server.ask(&["get", "namespaces", "-o", "name"]);
    assert_eq!(
        namespaces,
        "namespace/default\nnamespace/kube-node-lease\nnamespace/kube-public\nnamespace/kube-system\n"
    );
    assert!(
        server
            .ask(&["describe", "node", "k3d-one-server-0"])
            .contains("kubelet is posting ready status")
    );
}

#[test]
fn the_log_has_the_lines_k3d_waits_for() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);

    let lines = [
        "msg=\"Starting k3s v1.31.4+k3s1 (stand-in",
        "msg=\"Running kube-apiserver ",
        "msg=\"Containerd is now running\"",
        "msg=\"k3s is up and running\"",
        "\"Successfully registered node\" node=\"k3d-one-server-0\"",
        "msg=\"Cluster dns configmap has been set successfully\"",
    ];
    for line in lines {
        server.await_log(line);
    }
}

#[test]
fn a_watch_of_nodes_shows_each_change_once() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);
    let mut watch = server
        .kubectl_command(&["get", "nodes", "-w", "--no-headers"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let mut status = || {
        lines
            .next()
            .unwrap()
            .unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(status(), "Ready");

    assert_eq!(
        server.ask(&["cordon", "k3d-one-server-0"]),
        "node/k3d-one-server-0 cordoned\n"
    );
    assert_eq!(status(), "Ready,SchedulingDisabled");
    assert_eq!(
        server.ask(&["uncordon", "k3d-one-server-0"]),
        "node/k3d-one-server-0 uncordoned\n"
    );
    assert_eq!(status(), "Ready");

    watch.kill().unwrap();
    watch.wait().unwrap();
}

#[test]
fn a_drain_deletes_bare_pods_and_a_pod_runs_again_after_uncordon() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);
    server.ask(&["run", "bare", "--image=none"]);
    server.ask(&["wait", "--for=condition=Ready", "pod/bare", "--timeout=30s"]);

    server.ask(&[
        "drain",
        "k3d-one-server-0",
        "--force",
        "--delete-emptydir-data",
        "--ignore-daemonsets",
        "--disable-eviction",
    ]);
    assert_eq!(server.ask(&["get", "pods", "-A", "-o", "name"]), "");

    server.ask(&["run", "waiting", "--image=none"]);
    assert_eq!(
        server.ask(&["get", "pod", "waiting", "-o", "jsonpath={.status.phase}"]),
        "Pending"
    );
    server.ask(&["uncordon", "k3d-one-server-0"]);
    server.ask(&[
        "wait",
        "--for=condition=Ready",
        "pod/waiting",
        "--timeout=30s",
    ]);
    server.ask(&["drain", "k3d-one-server-0", "--force"]);
    assert_eq!(server.ask(&["get", "pods", "-A", "-o", "name"]), "");
}

#[test]
fn a_deleted_node_is_gone() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);

    assert_eq!(
        server.ask(&["delete", "node", "k3d-one-server-0"]),
        "node \"k3d-one-server-0\" deleted\n"
    );

    assert_eq!(server.ask(&["get", "nodes", "-o", "name"]), "");
    let again = server.kubectl(&["delete", "node", "k3d-one-server-0"]);
    assert_eq!(
        String::from_utf8(again.stderr).unwrap(),
        "Error from server (NotFound): nodes \"k3d-one-server-0\" not found\n"
    );
}

#[test]
fn objects_are_created_applied_and_deleted() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);
    let file = server.data().join("config.yaml");
    let manifest = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\ndata: {{k: {value}}}\n")
    };
    let apply = |value: &str| {
        std::fs::write(&file, manifest(value)).unwrap();
        server.ask(&["apply", "-f", file.to_str().unwrap()])
    };

    assert_eq!(
        server.ask(&["create", "configmap", "a", "--from-literal=k=v"]),
        "configmap/a created\n"
    );
    let twice = server.kubectl(&["create", "configmap", "a"]);
    assert_eq!(
        String::from_utf8(twice.stderr).unwrap(),
        "error: failed to create configmap: configmaps \"a\" already exists\n"
    );
    assert_eq!(
        (apply("one"), apply("one"), apply("two")).2,
        "configmap/b configured\n"
    );
    assert_eq!(
        server.ask(&["get", "configmap", "b", "-o", "jsonpath={.data.k}"]),
        "two"
    );
    assert_eq!(
        server.ask(&["delete", "configmap", "a", "b"]),
        "configmap \"a\" deleted\nconfigmap \"b\" deleted\n"
    );
    server.ask(&["create", "namespace", "team"]);
    server.ask(&["create", "configmap", "inside", "-n", "team"]);
    server.ask(&["delete", "namespace", "team"]);
    assert_eq!(
        server.ask(&["get", "configmaps", "-A", "-o", "name"]),
        "configmap/cluster-dns\nconfigmap/coredns\n"
    );
}

#[test]
fn a_change_that_changes_nothing_is_told_to_nobody() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);
    let version = || {
        server.ask(&[
            "get",
            "namespace",
            "default",
            "-o",
            "jsonpath={.metadata.resourceVersion}",
        ])
    };
    server.ask(&["label", "namespace", "default", "tier=edge"]);
    let labelled = version();

    server.ask(&[
        "patch",
        "namespace",
        "default",
        "--type=merge",
        "-p",
        r#"{"metadata":{"labels":{"tier":"edge"}}}"#,
    ]);

    assert_eq!(version(), labelled);
}

#[test]
fn a_caller_without_a_certificate_is_refused() {
    let cluster = Cluster::new();
    let server = ready_server(&cluster);
    let url = cluster.url(1);

    let refused = server.kubectl(&[
        "get",
        "nodes",
        "--kubeconfig=/dev/null",
        "--server",
        &url,
        "--insecure-skip-tls-verify",
        "--token=x",
    ]);

    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(
        message.ends_with("error: You must be logged in to the server (Unauthorized)\n"),
        "{message}"
    );
}

#[test]
fn objects_and_certificates_survive_a_restart() {
    let cluster = Cluster::new();
    let mut server = ready_server(&cluster);
    server.ask(&["create", "configmap", "kept"]);
    let kubeconfig = server.kubeconfig().with_extension("before");
    std::fs::copy(server.kubeconfig(), &kubeconfig).unwrap();

    let asked = Instant::now();
    assert_eq!(server.stop().code(), Some(0));
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "stopping took {:?}",
        asked.elapsed()
    );
    server.start_again();
    server.await_healthy(true);

    let kubeconfig = kubeconfig.to_str().unwrap();
    assert_eq!(
        server.ask(&[
            "get",
            "configmap",
            "kept",
            "-o",
            "name",
            "--kubeconfig",
            kubeconfig
        ]),
        "configmap/kept\n"
    );
}

#[test]
fn a_single_server_comes_back_at_another_address() {
    let cluster = Cluster::new();
    let mut server = ready_server(&cluster);
    server.ask(&["create", "configmap", "kept"]);
    server.stop();

    server.start_again_at(cluster.address(2));
    server.await_healthy(true);

    assert_eq!(
        server.ask(&["get", "configmap", "kept", "-o", "name"]),
        "configmap/kept\n"
    );
}

#[test]
fn a_crash_at_start_ends_with_a_fatal_line_and_code_1() {
    let cluster = Cluster::new();
    let mut server = cluster.start("s", 1, &["server"], &[("STANDIN_FAIL", "crash-at-start")]);

    assert_eq!(server.await_exit().code(), Some(1));
    assert!(
        server
            .log()
            .lines()
            .last()
            .unwrap()
            .contains("level=fatal msg=\"kubelet exited: "),
        "{}",
        server.log()
    );
}

#[test]
fn an_unknown_flag_ends_with_a_fatal_line_and_code_1() {
    let cluster = Cluster::new();
    let mut server = cluster.server("s", 1, &["--bogus"]);

    assert_eq!(server.await_exit().code(), Some(1));
    assert!(
        server
            .log()
            .ends_with("level=fatal msg=\"flag provided but not defined: -bogus\"\n"),
        "{}",
        server.log()
    );
}

#[test]
fn a_never_ready_node_answers_but_is_not_ready() {
    let cluster = Cluster::new();
    let arguments = ["server", "--kubelet-arg=node-status-update-frequency=100ms"];
    let server = cluster.start("s", 1, &arguments, &[("STANDIN_FAIL", "never-ready")]);
    server.await_readiness("s", "False");

    // The third comes ten seconds after the others, in which its status is looked at often.
    let heard = RefCell::new(BTreeSet::new());
    server.until("three renewals of its lease", || {
        let lease = ["get", "lease", "s", "-n", "kube-node-lease"];
        let renewed = server.ask(&[&lease[..], &["-o=jsonpath={.spec.renewTime}"]].concat());
        heard.borrow_mut().insert(renewed);
        heard.borrow().len() == 3
    });

    assert_eq!(server.readiness("s"), "False");
}

#[test]
fn no_kubeconfig_is_written_when_none_is_wanted() {
    let cluster = Cluster::new();
    let server = cluster.start("s", 1, &["server"], &[("STANDIN_FAIL", "no-kubeconfig")]);

    server.await_log("Successfully registered node");

    assert!(!server.kubeconfig().exists());
}
