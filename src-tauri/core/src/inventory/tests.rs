//! What becomes of k3d's recorded containers, of broken ones, and of arbitrary ones.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
use proptest::{collection, option, prelude::*};
use serde_json::{Value, json};

use super::*;

fn read(listed: &str) -> Vec<ContainerSummary> {
    serde_json::from_str(listed).unwrap()
}

fn listed(containers: &Value) -> Vec<ContainerSummary> {
    serde_json::from_value(containers.clone()).unwrap()
}

/// A container of cluster `dev`, made at second 7.
fn container(name: &str, role: &str, state: &str) -> Value {
    json!({
        "Id": format!("id-{name}"),
        "Names": [format!("/{name}")],
        "Image": "image",
        "Command": "",
        "Created": 7,
        "Ports": [],
        "Labels": { "app": "k3d", "k3d.cluster": "dev", "k3d.role": role },
        "State": state,
    })
}

fn node(name: &str, role: Role, state: NodeState) -> Node {
    Node {
        name: name.into(),
        id: format!("id-{name}"),
        role,
        state,
        health: None,
        usage: None,
        image: "image".into(),
        address: None,
        ports: vec![],
        created_at: Timestamp::from_second(7).unwrap(),
    }
}

fn dev(state: ClusterState, nodes: Vec<Node>) -> Cluster {
    Cluster {
        name: ClusterName::observed("dev"),
        state,
        nodes,
        api: None,
        network: None,
        created_at: Timestamp::from_second(7).unwrap(),
        origin: Origin::K3d,
        growable: false,
    }
}

#[test]
fn clusters_that_k3d_made_are_read_whole() {
    let mut all = read(include_str!("../../fixtures/k3d/one-list.json"));
    all.extend(read(include_str!("../../fixtures/k3d/plain-list.json")));
    all.extend(read(include_str!("../../fixtures/k3d/trio-list.json")));
    all.extend(read(include_str!("../../fixtures/k3d/many-list.json")));
    insta::assert_json_snapshot!(clusters(&all, None));
}

#[test]
fn a_half_made_cluster_is_shown_beside_a_sound_one() {
    let mut all = read(include_str!("../../fixtures/k3d/one-list.json"));
    let sound = clusters(&all, None);
    all.extend(listed(&json!([
        container("k3d-dev-server-0", "server", "created"),
        container("k3d-dev-agent-0", "agent", "created"),
    ])));
    let half = dev(
        ClusterState::Partial,
        vec![
            node("k3d-dev-server-0", Role::Server, NodeState::Created),
            node("k3d-dev-agent-0", Role::Agent, NodeState::Created),
        ],
    );
    assert_eq!(clusters(&all, None), [vec![half], sound].concat());
}

#[test]
fn what_is_left_of_a_cluster_without_a_server_can_still_be_seen() {
    for (role, expected) in [
        ("agent", Role::Agent),
        ("loadbalancer", Role::LoadBalancer),
        ("noRole", Role::Other),
        ("never heard of", Role::Other),
    ] {
        let left = listed(&json!([container("k3d-dev-tools", role, "exited")]));
        assert_eq!(
            clusters(&left, None),
            [dev(
                ClusterState::Partial,
                vec![node("k3d-dev-tools", expected, NodeState::Exited)]
            )],
            "{role}"
        );
    }
}

#[test]
fn what_an_interrupted_k3d_left_neither_counts_nor_is_listed() {
    let all = listed(&json!([
        container("k3d-dev-tools", "noRole", "exited"),
        container("k3d-dev-serverlb-abcde", "loadbalancer", "exited"),
        container("k3d-dev-serverlb", "loadbalancer", "running"),
        container("k3d-dev-server-0", "server", "running"),
    ]));
    assert_eq!(
        clusters(&all, None),
        [dev(
            ClusterState::Running,
            vec![
                node("k3d-dev-server-0", Role::Server, NodeState::Running),
                node("k3d-dev-serverlb", Role::LoadBalancer, NodeState::Running),
            ]
        )]
    );
    // Without the one that was to replace it, the renamed load balancer is the cluster's only one.
    let kept = listed(&json!([
        container("k3d-dev-serverlb-abcde", "loadbalancer", "running"),
        container("k3d-dev-server-0", "server", "running"),
    ]));
    assert_eq!(clusters(&kept, None)[0].nodes.len(), 2);
}

#[test]
fn nodes_are_in_the_order_of_their_numbers() {
    let all = listed(&json!([
        container("k3d-extra-0", "agent", "running"),
        container("k3d-dev-agent-10", "agent", "running"),
        container("k3d-dev-agent-9", "agent", "running"),
        container("odd", "agent", "running"),
        container("k3d-dev-server-1", "server", "running"),
        container("k3d-dev-server-0", "server", "running"),
    ]));
    let names: Vec<_> = clusters(&all, None)[0]
        .nodes
        .iter()
        .map(|node| node.name.clone())
        .collect();
    assert_eq!(
        names,
        [
            "k3d-dev-server-0",
            "k3d-dev-server-1",
            "k3d-extra-0",
            "k3d-dev-agent-9",
            "k3d-dev-agent-10",
            "odd"
        ]
    );
}

#[test]
fn only_labelled_containers_of_a_named_cluster_make_one() {
    let unnamed = |labels: Value| json!({ "Id": "x", "Names": ["/x"], "Labels": labels });
    let all = listed(&json!([
        unnamed(json!({ "app": "k3d" })),
        unnamed(json!({ "app": "k3d", "k3d.cluster": "", "k3d.role": "registry" })),
        unnamed(json!({ "app": "k3d", "k3d.cluster": "gone", "k3d.role": "registry" })),
        unnamed(json!({ "app": "web", "k3d.cluster": "dev", "k3d.role": "server" })),
        unnamed(json!({ "k3d.cluster": "dev", "k3d.role": "server" })),
    ]));
    assert_eq!(clusters(&all, None), []);
}

#[test]
fn the_api_is_where_a_kubeconfig_can_reach_it() {
    let at = |host: &str, remote: Option<&str>| {
        let mut server = container("k3d-dev-server-0", "server", "running");
        server["Labels"]["k3d.server.api.host"] = json!(host);
        server["Labels"]["k3d.server.api.port"] = json!("6550");
        let api = clusters(&listed(&json!([server])), remote)[0].api.clone();
        api.map(|api| (api.host, api.port))
    };
    let address = |host: &str| Some((host.to_owned(), 6550));
    for everywhere in ["", "0.0.0.0", "host.docker.internal"] {
        assert_eq!(at(everywhere, None), address("127.0.0.1"));
        assert_eq!(at(everywhere, Some("far")), address("far"));
    }
    assert_eq!(at("127.0.0.1", None), address("127.0.0.1"));
    assert_eq!(at("127.0.0.1", Some("far")), address("far"));
    assert_eq!(at("k3s.example", Some("far")), address("k3s.example"));
}

#[test]
fn without_its_label_the_api_is_where_it_is_published() {
    let mut balancer = container("k3d-dev-serverlb", "loadbalancer", "running");
    balancer["Ports"] = json!([
        { "IP": "0.0.0.0", "PrivatePort": 6443, "PublicPort": 6550, "Type": "tcp" }
    ]);
    let all = listed(&json!([
        container("k3d-dev-server-0", "server", "running"),
        balancer
    ]));
    assert_eq!(
        clusters(&all, None)[0].api,
        Some(ApiAddress {
            host: "127.0.0.1".into(),
            port: 6550
        })
    );
}

#[test]
fn our_label_and_either_sign_of_etcd_are_seen() {
    let mut server = container("k3d-dev-server-0", "server", "running");
    server["Labels"]["k3d.k3tray.version"] = json!("0.1.0");
    server["Command"] = json!("/bin/k3d-entrypoint.sh server --cluster-init --tls-san 127.0.0.1");
    let by_command = &clusters(&listed(&json!([server])), None)[0];
    assert_eq!(
        (by_command.origin, by_command.growable),
        (Origin::K3tray, true)
    );
    let mut server = container("k3d-dev-server-0", "server", "running");
    server["Labels"]["k3d.server.init"] = json!("true");
    let by_label = &clusters(&listed(&json!([server])), None)[0];
    assert_eq!((by_label.origin, by_label.growable), (Origin::K3d, true));
}

fn any_container() -> impl Strategy<Value = ContainerSummary> {
    let label = prop_oneof![
        Just(labels::APP.to_owned()),
        Just(labels::CLUSTER.to_owned()),
        Just(labels::ROLE.to_owned()),
        Just(labels::API_PORT.to_owned()),
        Just(labels::API_HOST.to_owned()),
        Just(labels::NETWORK.to_owned()),
        ".{0,8}",
    ];
    let value = prop_oneof![
        Just("k3d".to_owned()),
        Just("server".to_owned()),
        Just("loadbalancer".to_owned()),
        Just("registry".to_owned()),
        ".{0,8}",
    ];
    let name = prop_oneof![
        "/.{0,12}",
        "k3d-[a-z]{1,3}-server-[0-9]{0,30}",
        "\\PC{0,12}"
    ];
    (
        option::of(collection::hash_map(label, value, 0..6)),
        option::of(collection::vec(name, 0..3)),
        option::of(any::<i64>()),
        option::of("\\PC{0,20}"),
    )
        .prop_map(|(labels, names, created, command)| ContainerSummary {
            labels,
            names,
            created,
            command,
            ..ContainerSummary::default()
        })
}

proptest! {
    #[test]
    fn whatever_the_labels_say_a_sound_cluster_beside_them_is_read_the_same(
        odd in collection::vec(any_container(), 0..6)
    ) {
        let sound = read(include_str!("../../fixtures/k3d/one-list.json"));
        let expected = clusters(&sound, None).remove(0);
        let mut all = odd;
        all.retain(|container| label(container, labels::CLUSTER) != Some("one"));
        all.extend(sound);
        prop_assert!(clusters(&all, None).contains(&expected));
    }
}
