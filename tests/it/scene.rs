//! What the tests on the engine have in common: programs run to their end, a cluster as `list` tells
//! it, questions asked by the real kubectl. What must come of it is each test's own part.

use std::{
    collections::BTreeMap,
    fmt,
    io::Write,
    process::{Command, Stdio},
    time::Duration,
};

use k3tray_core::{
    cluster::Cluster, engine::Engine, error::Problem, operation::Means, paths::Paths,
};
use k3tray_tests::{
    Sandbox, eventually,
    sandbox::{LOAD_BALANCER, node_image},
    wait::soon,
};
use serde_json::Value;

/// How long a stand-in may take to become ready on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a real k3s may.
const PATIENCE_WITH_K3S: Duration = Duration::from_secs(240);

/// How long something may take that includes the boot of a cluster.
pub(crate) fn patience() -> Duration {
    if nodes_are_stand_ins() {
        PATIENCE
    } else {
        PATIENCE_WITH_K3S
    }
}

/// Whether the suite's nodes are the stand-in, which can be told to fail.
pub(crate) fn nodes_are_stand_ins() -> bool {
    node_image().starts_with("k3tray-standin/")
}

/// For a test that tells a node to fail: whether its nodes can be told. A real k3s cannot, and then
/// the run says that `what` was not looked at.
pub(crate) fn nodes_fail_on_request(what: &str) -> bool {
    let possible = nodes_are_stand_ins();
    if !possible {
        say(&format!(
            "not on `{}`, only a stand-in fails on request: {what}",
            node_image()
        ));
    }
    possible
}

/// Says something on a line of its own in the run's output, whether or not the test passes.
pub(crate) fn say(line: &str) {
    // Past the macros, whose output the test harness keeps for failed tests.
    let _ = writeln!(std::io::stderr(), "engine tests: {line}");
}

/// How a program ended and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    call: String,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ended with {:?}\n--- out\n{}\n--- err\n{}",
            self.call, self.code, self.out, self.err
        )
    }
}

impl Said {
    /// Panics unless it ended with `code`.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// The one JSON value on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not JSON ({error}): {self}"))
    }

    /// The problem that `-o json` tells.
    #[track_caller]
    pub(crate) fn problem(&self) -> Problem {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("not a problem ({error}): {self}"))
    }

    /// Panics unless everything in `parts` is on standard error.
    #[track_caller]
    pub(crate) fn told(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not told: {self}");
        }
        self
    }
}

/// Runs a program without a terminal to its end.
pub(crate) async fn finish(command: Command) -> Said {
    let call = format!("{:?}", command.get_args().collect::<Vec<_>>());
    let output = tokio::process::Command::from(command)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = soon(&call, patience() * 3, output).await.unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        call,
    }
}

/// The command line, run to its end.
pub(crate) async fn k3tray(sandbox: &Sandbox, arguments: &[&str]) -> Said {
    finish(sandbox.k3tray(arguments)).await
}

/// The arguments that create `name`; a real k3s is spared what no test looks at and needs the internet.
pub(crate) fn creation<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["create", name];
    if !nodes_are_stand_ins() {
        arguments.extend([
            "--k3s-arg=--disable=traefik,metrics-server@server:*",
            "--timeout=240",
        ]);
    }
    arguments.extend(more);
    arguments
}

/// Creates the cluster `name`, which must work without a warning.
pub(crate) async fn create(sandbox: &Sandbox, name: &str, more: &[&str]) -> Said {
    let mut more = more.to_vec();
    more.push("-ojson");
    let said = k3tray(sandbox, &creation(name, &more)).await.ended(0);
    assert_eq!(said.err, "", "{said}");
    said
}

/// A creation that must fail with `code` and leave the engine and the kubeconfig as they were.
pub(crate) async fn create_fails(
    sandbox: &Sandbox,
    name: &str,
    more: &[&str],
    code: i32,
) -> Problem {
    give_kubeconfig(sandbox);
    let before = sandbox.census().await;
    let mut more = more.to_vec();
    more.push("-ojson");
    let said = k3tray(sandbox, &creation(name, &more)).await.ended(code);
    assert_eq!(said.err, "", "{said}");
    let problem = said.problem();
    assert_eq!(problem.what, format!("Could not create cluster `{name}`"));
    assert_eq!(sandbox.census().await, before);
    assert_eq!(kubeconfig(sandbox), SOMEBODYS_KUBECONFIG);
    problem
}

/// The cluster `name` as `list` tells it; none where it is not listed.
pub(crate) async fn listed(sandbox: &Sandbox, name: &str) -> Option<Cluster> {
    let said = k3tray(sandbox, &["list", "-ojson"]).await.ended(0);
    let clusters: Vec<Cluster> = serde_json::from_value(said.json()).unwrap();
    clusters
        .into_iter()
        .find(|cluster| cluster.name.as_str() == name)
}

/// The cluster `name`, which must be listed.
pub(crate) async fn cluster(sandbox: &Sandbox, name: &str) -> Cluster {
    let listed = listed(sandbox, name).await;
    listed.unwrap_or_else(|| panic!("`{name}` is not listed"))
}

/// Waits until `list` tells that every one of `count` nodes is Ready: an API that is slow to answer on a
/// busy machine is listed without its nodes' health.
pub(crate) async fn all_ready_in_list(sandbox: &Sandbox, name: &str, count: usize) -> Cluster {
    let what = format!("`list` to tell {count}/{count} ready of `{name}`");
    eventually(&what, patience(), async || {
        let cluster = cluster(sandbox, name).await;
        (cluster.ready() == (count, count)).then_some(cluster)
    })
    .await
}

/// What the real kubectl prints, which must work.
pub(crate) async fn kubectl(sandbox: &Sandbox, arguments: &[&str]) -> String {
    finish(sandbox.kubectl(arguments)).await.ended(0).out
}

/// The real kubectl until it works, for what a new or changed cluster does not allow at once.
pub(crate) async fn kubectl_at_last(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let what = format!("kubectl {}", arguments.join(" "));
    eventually(&what, patience(), async || {
        let mut all = vec!["--request-timeout=5s"];
        all.extend(arguments);
        let said = finish(sandbox.kubectl(all)).await;
        (said.code == Some(0)).then_some(said.out)
    })
    .await
}

/// The nodes of the current context and whether each is Ready, as the real kubectl sees them.
pub(crate) async fn nodes(sandbox: &Sandbox) -> BTreeMap<String, bool> {
    let text = kubectl_at_last(sandbox, &["get", "nodes", "-ojson"]).await;
    let list: Value = serde_json::from_str(&text).unwrap();
    let ready = |node: &Value| {
        node["status"]["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            (
                node["metadata"]["name"].as_str().unwrap().to_owned(),
                ready(node),
            )
        })
        .collect()
}

/// These nodes, all Ready.
pub(crate) fn all_ready(names: &[String]) -> BTreeMap<String, bool> {
    names.iter().map(|name| (name.clone(), true)).collect()
}

/// A kubeconfig that somebody else wrote, comment and odd quoting included, with its own current context.
pub(crate) const SOMEBODYS_KUBECONFIG: &str = "\
# mine, do not touch
apiVersion: v1
kind: Config
current-context: 'production'
clusters:
- cluster: {server: \"https://production.example:6443\"}   # the real thing
  name: production
contexts:
- name: production
  context:
    user: me
    cluster: production
users:
- name: me
  user:
    token: \"not-a-token\"
preferences: {}
";

/// Gives the sandbox [`SOMEBODYS_KUBECONFIG`].
pub(crate) fn give_kubeconfig(sandbox: &Sandbox) {
    let file = sandbox.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, SOMEBODYS_KUBECONFIG).unwrap();
}

/// The kubeconfig's text; empty where there is no file.
pub(crate) fn kubeconfig(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.kubeconfig()).unwrap_or_default()
}

/// What operations work with, in this sandbox: for tests that need more than the command line.
pub(crate) async fn means(sandbox: &Sandbox) -> Means {
    let mut paths = Paths::below(sandbox.home());
    paths.kubeconfig = Some(sandbox.kubeconfig().into());
    paths.docker.host = Some(k3tray_tests::engine::address());
    paths.default_image = Some(node_image());
    paths.load_balancer_image = Some(LOAD_BALANCER.to_owned());
    let engine = Engine::find(None, &paths).await.unwrap();
    Means::new(engine, &paths)
}
