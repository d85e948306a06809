//! Our containers beside those that k3d 5.9 really made, as Docker recorded them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{cluster::ClusterName, spec::Draft};

fn network(name: &ClusterName) -> NetworkFacts {
    NetworkFacts {
        name: name.prefixed(),
        id: "NETWORK-ID".into(),
        subnet: "192.168.0.0/20".into(),
        gateway: "192.168.0.1".into(),
        fixed_addresses: false,
    }
}

fn plan(draft: &Draft, cgroup_version: u8) -> Plan {
    let spec = draft.check(&ClusterName::observed("unused")).unwrap();
    let image = spec.image.clone().unwrap_or_default();
    Plan::new(
        spec,
        Facts {
            node_image: image,
            load_balancer_image: crate::image::LOAD_BALANCER.into(),
            api_port: 6550,
            api_host: None,
            token: "TOKEN".into(),
            cgroup_version,
        },
    )
}

/// A container in the form of the recordings.
fn recorded_form(node: &NodePlan) -> Value {
    let host = node.body.host_config.clone().unwrap();
    json!({
        "name": node.name,
        "hostname": node.body.hostname,
        "env": node.body.env,
        "cmd": node.body.cmd,
        "entrypoint": node.body.entrypoint,
        "labels": node.body.labels.clone().unwrap().into_iter().collect::<BTreeMap<_, _>>(),
        "exposedPorts": node.body.exposed_ports.clone().unwrap_or_default(),
        "binds": host.binds,
        "portBindings": host.port_bindings,
        "restart": host.restart_policy.unwrap().name.unwrap().to_string(),
        "privileged": host.privileged,
        "init": host.init,
        "tmpfs": host.tmpfs,
        "userns": host.userns_mode,
        "networkMode": host.network_mode,
    })
}

/// What k3d made, with every difference that we want applied to it, one by one.
fn with_our_differences(mut theirs: Value) -> Value {
    let role = theirs["labels"][labels::ROLE].as_str().unwrap().to_owned();
    theirs["labels"][labels::K3TRAY_VERSION] = env!("CARGO_PKG_VERSION").into();
    if role == "loadbalancer" {
        // Needs no privilege; starts without the image's six seconds of sleep.
        theirs["privileged"] = false.into();
        theirs["entrypoint"] = json!(["/bin/sh", "-c", LOAD_BALANCER_START]);
        // The image's own port, which Docker adds when it records.
        theirs["exposedPorts"]
            .as_array_mut()
            .unwrap()
            .retain(|port| port != "80/tcp");
    } else {
        // Becomes k3s instead of draining it.
        theirs["entrypoint"] = json!([ENTRYPOINT_PATH]);
        // Kubelets tell their status every second.
        let args = theirs["cmd"].as_array_mut().unwrap();
        args.insert(1, "--kubelet-arg=node-status-update-frequency=1s".into());
        // An address that means "all" is no host for a kubeconfig.
        for arg in args {
            if arg == "0.0.0.0" {
                *arg = "127.0.0.1".into();
            }
        }
        if role == "server" {
            theirs["labels"][labels::API_HOST] = "127.0.0.1".into();
        }
    }
    // Docker reads a port without a protocol as tcp.
    if let Some(binding) = theirs["portBindings"]
        .as_object_mut()
        .and_then(|ports| ports.remove("6443"))
    {
        theirs["portBindings"] = json!({ "6443/tcp": binding });
        theirs["exposedPorts"] = json!(["6443/tcp"]);
    }
    theirs
}

fn assert_like_k3d(recording: &str, draft: &Draft) {
    let theirs: Vec<Value> = serde_json::from_str(recording).unwrap();
    let theirs: Vec<Value> = theirs.into_iter().map(with_our_differences).collect();
    let plan = plan(draft, 2);
    let mut ours: Vec<Value> = plan
        .nodes(&network(&plan.spec.name))
        .iter()
        .map(recorded_form)
        .collect();
    ours.sort_by_key(|node| node["name"].as_str().unwrap().to_owned());
    assert_eq!(ours, theirs);
}

fn draft(name: &str) -> Draft {
    Draft {
        name: name.into(),
        api_host: "0.0.0.0".into(),
        ..Draft::default()
    }
}

#[test]
fn one_server_with_a_load_balancer_is_as_k3d_makes_it() {
    assert_like_k3d(
        include_str!("../../fixtures/k3d/one-containers.json"),
        &draft("one"),
    );
}

#[test]
fn one_server_without_a_load_balancer_is_as_k3d_makes_it() {
    let draft = Draft {
        load_balancer: false,
        ..draft("plain")
    };
    assert_like_k3d(
        include_str!("../../fixtures/k3d/plain-containers.json"),
        &draft,
    );
}

#[test]
fn three_servers_and_an_agent_are_as_k3d_makes_them() {
    let draft = Draft {
        servers: 3,
        agents: 1,
        ..draft("trio")
    };
    assert_like_k3d(
        include_str!("../../fixtures/k3d/trio-containers.json"),
        &draft,
    );
}

#[test]
fn the_api_is_published_on_loopback_unless_asked_otherwise() {
    let plan = plan(
        &Draft {
            name: "dev".into(),
            ..Draft::default()
        },
        2,
    );
    let nodes = plan.nodes(&network(&plan.spec.name));
    let balancer = nodes
        .iter()
        .find(|node| node.role == Role::LoadBalancer)
        .unwrap();
    assert_eq!(
        balancer.body.host_config.clone().unwrap().port_bindings,
        Some(HashMap::from([(
            "6443/tcp".to_owned(),
            Some(vec![PortBinding {
                host_ip: Some("127.0.0.1".into()),
                host_port: Some("6550".into())
            }])
        )]))
    );
}

#[test]
fn a_growable_server_runs_etcd_and_has_a_fixed_address() {
    let plan = plan(
        &Draft {
            name: "dev".into(),
            growable: true,
            load_balancer: false,
            ..Draft::default()
        },
        2,
    );
    let network = NetworkFacts {
        fixed_addresses: true,
        ..network(&plan.spec.name)
    };
    let server = plan.nodes(&network).remove(0);
    assert!(
        server
            .body
            .cmd
            .unwrap()
            .contains(&"--cluster-init".to_owned())
    );
    assert_eq!(server.body.labels.unwrap()[labels::SERVER_INIT], "true");
    let endpoints = server
        .body
        .networking_config
        .unwrap()
        .endpoints_config
        .unwrap();
    assert_eq!(
        endpoints["k3d-dev"]
            .ipam_config
            .clone()
            .unwrap()
            .ipv4_address
            .as_deref(),
        Some("192.168.0.3")
    );
}

#[test]
fn what_the_user_says_about_status_and_cgroups_stands() {
    let args = |draft: &Draft, cgroup_version| {
        let plan = plan(draft, cgroup_version);
        plan.nodes(&network(&plan.spec.name))
            .remove(0)
            .body
            .cmd
            .unwrap()
    };
    let base = Draft {
        name: "dev".into(),
        image: "v1.35.0-k3s1".into(),
        load_balancer: false,
        server_args: vec!["--kubelet-arg=node-status-update-frequency=4s".into()],
        ..Draft::default()
    };
    assert_eq!(
        args(&base, 1),
        [
            "server",
            "--kubelet-arg=node-status-update-frequency=4s",
            "--kubelet-arg=fail-cgroupv1=false",
            "--tls-san",
            "127.0.0.1"
        ]
    );
    let quiet = Draft {
        quick_status: false,
        server_args: vec![],
        ..base
    };
    assert_eq!(args(&quiet, 2), ["server", "--tls-san", "127.0.0.1"]);
}

#[test]
fn the_load_balancer_is_told_of_servers_in_k3ds_form() {
    assert_eq!(
        load_balancer_config(&[
            "k3d-trio-server-0".into(),
            "k3d-trio-server-1".into(),
            "k3d-trio-server-2".into()
        ])
        .content,
        "ports:\n  6443.tcp:\n  - k3d-trio-server-0\n  - k3d-trio-server-1\n  - k3d-trio-server-2\n\
         settings:\n  workerConnections: 1024\n"
    );
}
