//! Several servers: one may go, most may not, and addresses must stay.

use crate::cluster::{Cluster, Node};

/// Three servers that all take part.
fn three_servers(cluster: &Cluster) -> [Node; 3] {
    let first = cluster.server("s0", 1, &["--cluster-init"]);
    first.await_log("k3s is up and running");
    let url = cluster.url(1);
    let rest =
        [("s1", 2), ("s2", 3)].map(|(name, host)| cluster.server(name, host, &["--server", &url]));
    for (server, name) in rest.iter().zip(["s1", "s2"]) {
        server.await_log("k3s is up and running");
        first.await_readiness(name, "True");
    }
    let [second, third] = rest;
    [first, second, third]
}

fn names(server: &Node) -> String {
    server.ask(&["get", "configmaps", "-n", "default", "-o", "name"])
}

#[test]
fn any_one_server_may_be_killed() {
    let cluster = Cluster::new();
    let mut servers = three_servers(&cluster);
    let roles = servers[0].ask(&["get", "nodes", "--no-headers"]);
    assert_eq!(
        roles.matches("control-plane,etcd,master").count(),
        3,
        "{roles}"
    );
    let mut expected = String::new();

    for killed in 0..3 {
        servers[killed].kill();
        let others = [(killed + 1) % 3, (killed + 2) % 3];
        for other in others {
            servers[other].await_healthy(true);
        }
        let name = format!("while-{killed}-was-away");
        servers[others[0]].ask(&["create", "configmap", &name]);
        expected.extend(["configmap/", &name, "\n"]);
        // What one server has confirmed, the next one shows: no waiting here.
        assert_eq!(names(&servers[others[1]]), expected);
        servers[killed].start_again();
        servers[killed].until("a write through it", || {
            servers[killed]
                .kubectl(&["get", "--raw", "/readyz"])
                .status
                .success()
        });
        assert_eq!(names(&servers[killed]), expected);
    }
}

#[test]
fn a_server_that_was_frozen_answers_with_what_it_missed() {
    let cluster = Cluster::new();
    let [first, second, _third] = three_servers(&cluster);

    first.freeze(true);
    second.until("a write without the first", || {
        second
            .kubectl(&["create", "configmap", "missed"])
            .status
            .success()
    });
    first.freeze(false);

    assert_eq!(names(&first), "configmap/missed\n");
}

#[test]
fn a_minority_answers_nothing_and_recovers() {
    let cluster = Cluster::new();
    let [mut first, mut second, third] = three_servers(&cluster);
    first.ask(&["create", "configmap", "kept"]);

    first.kill();
    second.kill();
    third.await_healthy(false);
    let readyz = third.kubectl(&["get", "--raw", "/readyz"]);
    assert!(
        String::from_utf8_lossy(&readyz.stderr).contains("[-]etcd failed"),
        "{readyz:?}"
    );
    assert!(
        !third
            .kubectl(&["create", "configmap", "lost", "--request-timeout=20s"])
            .status
            .success()
    );

    first.start_again();
    third.await_healthy(true);
    assert_eq!(names(&third), "configmap/kept\n");
}

#[test]
fn all_servers_stopped_and_started_have_their_objects() {
    let cluster = Cluster::new();
    let mut servers = three_servers(&cluster);
    servers[2].ask(&["create", "configmap", "kept"]);

    for server in &mut servers {
        assert_eq!(server.stop().code(), Some(0));
    }
    // The first alone says that it runs the API, which k3d waits for before it starts the second.
    servers[0].start_again();
    servers[0].until("the API line again", || {
        servers[0].log().matches("Running kube-apiserver").count() == 2
    });
    servers[1].start_again();
    servers[2].start_again();

    for server in &servers {
        server.await_healthy(true);
        assert_eq!(names(server), "configmap/kept\n");
    }
}

#[test]
fn agents_outlive_the_server_they_joined_through() {
    let cluster = Cluster::new();
    let monitor = "--kube-controller-manager-arg=node-monitor-grace-period=20s";
    let first = cluster.server("s0", 1, &["--cluster-init", monitor]);
    first.await_log("k3s is up and running");
    let url = cluster.url(1);
    let rest = [("s1", 2), ("s2", 3)]
        .map(|(name, host)| cluster.server(name, host, &["--server", &url, monitor]));
    let _agent = cluster.agent("a", 4, 1, &[]);
    for name in ["s1", "s2", "a"] {
        first.await_readiness(name, "True");
    }

    drop(first);
    rest[0].await_readiness("s0", "Unknown");

    assert_eq!(rest[1].readiness("a"), "True");
}

#[test]
fn a_single_servers_datastore_takes_no_second_server() {
    let cluster = Cluster::new();
    let server = cluster.server("s0", 1, &[]);
    server.await_readiness("s0", "True");
    let url = cluster.url(1);

    let mut second = cluster.server("s1", 2, &["--server", &url]);

    assert_eq!(second.await_exit().code(), Some(1));
    let log = second.log();
    let last = log.lines().last().unwrap();
    assert!(
        last.contains("level=fatal msg=\"starting kubernetes: preparing server: "),
        "{last}"
    );
    assert!(last.contains("400 Bad Request"), "{last}");
}

#[test]
fn a_second_server_without_a_first_ends_with_a_fatal_line() {
    let cluster = Cluster::new();
    let url = cluster.url(1);

    let mut second = cluster.server("s1", 2, &["--server", &url]);

    assert_eq!(second.await_exit().code(), Some(1));
    assert!(
        second.log().lines().last().unwrap().contains("level=fatal"),
        "{}",
        second.log()
    );
}

#[test]
fn a_single_server_turns_into_one_that_others_can_join() {
    let cluster = Cluster::new();
    let mut server = cluster.server("s0", 1, &[]);
    server.await_readiness("s0", "True");
    server.ask(&["create", "configmap", "kept"]);
    server.stop();
    drop(server);
    let server = cluster.server("s0", 1, &["--cluster-init"]);
    server.await_healthy(true);
    let url = cluster.url(1);

    let second = cluster.server("s1", 2, &["--server", &url]);

    second.await_log("k3s is up and running");
    second.await_healthy(true);
    assert_eq!(names(&second), "configmap/kept\n");
}

#[test]
fn a_server_whose_node_is_deleted_leaves_the_others_in_quorum() {
    let cluster = Cluster::new();
    let [first, mut second, mut third] = three_servers(&cluster);

    first.ask(&["delete", "node", "s2"]);
    assert_eq!(third.await_exit().code(), Some(1));
    assert!(
        third
            .log()
            .lines()
            .last()
            .unwrap()
            .contains("has been removed from the cluster"),
        "{}",
        third.log()
    );
    first.ask(&["delete", "node", "s1"]);
    assert_eq!(second.await_exit().code(), Some(1));

    first.await_healthy(true);
    third.start_again();
    first.await_readiness("s2", "True");
}

#[test]
fn a_server_that_comes_back_at_another_address_is_no_member() {
    let cluster = Cluster::new();
    let mut server = cluster.server("s0", 1, &["--cluster-init"]);
    server.await_log("k3s is up and running");
    server.stop();

    server.start_again_at(cluster.address(2));

    server.await_log("this server is a not a member of the etcd cluster");
    assert!(
        !server
            .kubectl(&["get", "--raw", "/readyz"])
            .status
            .success()
    );
}

#[test]
fn every_server_applies_the_manifests_in_its_own_folder() {
    let cluster = Cluster::new();
    let first = cluster.server("s0", 1, &["--cluster-init"]);
    first.await_log("k3s is up and running");
    let names = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns, namespace: kube-system}\n\
                 data: {NodeHosts: \"10.9.8.7 db.local\\n\"}\n";
    cluster.place("s1", "server/manifests/names.yaml", names);

    let _second = cluster.server("s1", 2, &["--server", &cluster.url(1)]);

    let hosts = [
        "get",
        "configmap",
        "coredns",
        "-n",
        "kube-system",
        "-o",
        "jsonpath={.data.NodeHosts}",
    ];
    let expected = format!(
        "10.9.8.7 db.local\n{} s0\n{} s1\n",
        cluster.address(1),
        cluster.address(2)
    );
    first.until("all names", || first.ask(&hosts) == expected);
}
