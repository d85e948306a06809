//! The tools inside a node: its own kubectl, ctr and crictl.

use std::io::Write as _;
use std::process::{Output, Stdio};

use crate::cluster::{Cluster, Node};

fn server(cluster: &Cluster) -> Node {
    let server = cluster.server("k3d-one-server-0", 1, &[]);
    server.await_readiness("k3d-one-server-0", "True");
    server
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// An archive as `docker save web:1` writes it.
fn archive() -> Vec<u8> {
    let files = [
        (
            "manifest.json",
            r#"[{"Config":"abc.json","RepoTags":["web:1"],"Layers":["layer.tar"]}]"#,
        ),
        ("abc.json", "{}"),
        ("layer.tar", "layer"),
    ];
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, text.as_bytes())
            .unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn the_nodes_own_kubectl_does_what_start_scripts_ask() {
    let cluster = Cluster::new();
    let server = server(&cluster);
    let kubectl = |arguments: &[&str]| server.tool("kubectl").args(arguments).output().unwrap();
    let file = server.data().join("hosting.yaml");
    std::fs::write(&file, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hosting\n  namespace: kube-public\ndata: {a: b}\n").unwrap();

    assert_eq!(
        printed(&kubectl(&["uncordon", "k3d-one-server-0"])),
        "node/k3d-one-server-0 already uncordoned\n"
    );
    let drained = printed(&kubectl(&[
        "drain",
        "k3d-one-server-0",
        "--force",
        "--ignore-daemonsets",
    ]));
    assert_eq!(
        drained,
        "node/k3d-one-server-0 cordoned\nnode/k3d-one-server-0 drained\n"
    );
    assert!(printed(&kubectl(&["get", "nodes"])).contains("Ready,SchedulingDisabled"));
    assert_eq!(
        printed(&kubectl(&["apply", "-f", file.to_str().unwrap()])),
        "configmap/hosting created\n"
    );
    assert_eq!(
        server.ask(&[
            "get",
            "configmap",
            "hosting",
            "-n",
            "kube-public",
            "-o",
            "jsonpath={.data.a}"
        ]),
        "b"
    );
    assert_eq!(
        printed(&kubectl(&["delete", "node", "k3d-one-server-0"])),
        "node \"k3d-one-server-0\" deleted\n"
    );
    let unknown = kubectl(&["rollout", "status"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn an_image_archive_is_imported_from_a_stream_and_listed() {
    let cluster = Cluster::new();
    let server = server(&cluster);
    let import = |bytes: &[u8]| {
        let mut command = server.tool("ctr");
        command.args(["-n", "k8s.io", "image", "import", "--all-platforms", "-"]);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(bytes).unwrap();
        process.wait_with_output().unwrap()
    };

    assert_eq!(
        printed(&import(&archive())),
        "unpacking docker.io/library/web:1 (sha256:abc)...done\n"
    );
    let listed = server
        .tool("crictl")
        .args(["images", "-o", "json"])
        .output()
        .unwrap();
    assert!(printed(&listed).contains("docker.io/library/web:1"));
    let refused = import(b"not an archive");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).starts_with("ctr: "),
        "{refused:?}"
    );
}

#[test]
fn the_dns_names_of_nodes_are_kept_in_the_coredns_configmap() {
    let cluster = Cluster::new();
    let server = server(&cluster);
    let _agent = cluster.agent("a", 2, 1, &[]);
    server.await_readiness("a", "True");

    let hosts = || {
        server.ask(&[
            "get",
            "configmap",
            "coredns",
            "-n",
            "kube-system",
            "-o",
            "jsonpath={.data.NodeHosts}",
        ])
    };

    assert!(server.data().join("server/manifests/coredns.yaml").exists());
    let both = format!(
        "{} a\n{} k3d-one-server-0\n",
        cluster.address(2),
        cluster.address(1)
    );
    server.until("both nodes' names", || hosts() == both);
}
