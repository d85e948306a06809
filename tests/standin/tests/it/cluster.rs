//! Nodes of one test: each with its own loopback address and directory, all ended when the test is.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take on a slow machine before the test fails.
const DEADLINE: Duration = Duration::from_secs(60);
/// The wait between two looks at something that cannot be awaited from outside.
const LOOK: Duration = Duration::from_millis(50);
/// The token of every cluster here.
pub(crate) const TOKEN: &str = "stand-in-token";

/// A directory for the nodes of one test, and addresses no other test uses.
pub(crate) struct Cluster {
    directory: TempDir,
    /// The third and second byte of the addresses.
    network: (u8, u8),
}

/// One node's process. Dropping it kills it.
pub(crate) struct Node {
    name: String,
    address: Ipv4Addr,
    directory: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    process: Child,
}

impl Cluster {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            network: (rand::random_range(1..=254), rand::random_range(1..=254)),
        }
    }

    pub(crate) fn address(&self, host: u8) -> Ipv4Addr {
        Ipv4Addr::new(127, self.network.0, self.network.1, host)
    }

    /// Starts `k3s <arguments>` as the node `name`; agents need `--server`, which [`Cluster::agent`] adds.
    pub(crate) fn start(
        &self,
        name: &str,
        host: u8,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Node {
        let address = self.address(host).to_string();
        let directory = self.directory.path().join(name);
        fs::create_dir_all(&directory).unwrap();
        let data = directory.join("data");
        let mut all: Vec<String> = arguments
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect();
        let own = [
            "--node-name",
            name,
            "--node-ip",
            &address,
            "--data-dir",
            data.to_str().unwrap(),
        ];
        all.extend(own.map(str::to_owned));
        if arguments[0] == "server" {
            all.extend(["--bind-address", &address].map(str::to_owned));
        }
        let environment: Vec<_> = environment
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let process = spawn(&directory, &all, &environment);
        Node {
            name: name.to_owned(),
            address: self.address(host),
            directory,
            arguments: all,
            environment,
            process,
        }
    }

    pub(crate) fn server(&self, name: &str, host: u8, arguments: &[&str]) -> Node {
        self.start(name, host, &[&["server"], arguments].concat(), &[])
    }

    /// Starts an agent of the server at `server`.
    pub(crate) fn agent(&self, name: &str, host: u8, server: u8, arguments: &[&str]) -> Node {
        let url = self.url(server);
        self.start(
            name,
            host,
            &[&["agent", "--server", &url], arguments].concat(),
            &[],
        )
    }

    /// Puts a file into the data directory of a node that has yet to start.
    pub(crate) fn place(&self, name: &str, path: &str, text: &str) {
        let path = self.directory.path().join(name).join("data").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn url(&self, host: u8) -> String {
        format!("https://{}:6443", self.address(host))
    }
}

fn spawn(
    directory: &std::path::Path,
    arguments: &[String],
    environment: &[(String, String)],
) -> Child {
    let log = File::options()
        .create(true)
        .append(true)
        .open(directory.join("log"))
        .unwrap();
    Command::new(env!("CARGO_BIN_EXE_k3tray-standin"))
        .args(arguments)
        .env("K3S_TOKEN", TOKEN)
        .env(
            "K3S_KUBECONFIG_OUTPUT",
            directory.join("output/kubeconfig.yaml"),
        )
        .env("STANDIN_ETC_DIR", directory.join("etc"))
        .envs(environment.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

impl Node {
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.directory.join("output/kubeconfig.yaml")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.directory.join("log")).unwrap()
    }

    /// Runs the real kubectl against this server.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Output {
        let output = self.kubectl_command(arguments).output();
        output.unwrap_or_else(|error| panic!("these tests need kubectl on PATH: {error}"))
    }

    /// The command of [`Node::kubectl`], to be run in the background.
    pub(crate) fn kubectl_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("kubectl");
        command
            .arg("--kubeconfig")
            .arg(self.kubeconfig())
            .args(arguments);
        // Discovery is cached by address, and addresses are used again.
        command.arg("--cache-dir").arg(self.directory.join("cache"));
        command
    }

    /// What kubectl printed; the test fails when it failed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            output.status.success(),
            "kubectl {arguments:?}: {}{}",
            text(&output.stderr),
            self.log()
        );
        text(&output.stdout)
    }

    /// A node's `Ready` status as this server sees it; empty while there is no such node.
    pub(crate) fn readiness(&self, node: &str) -> String {
        let output = self.kubectl(&["get", "node", node, "-o", "json"]);
        let node: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let conditions = node["status"]["conditions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let ready = conditions
            .iter()
            .find(|condition| condition["type"] == "Ready");
        ready
            .and_then(|ready| ready["status"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn await_readiness(&self, node: &str, status: &str) {
        self.until(&format!("`{node}` to be Ready={status}"), || {
            self.readiness(node) == status
        });
    }

    pub(crate) fn await_healthy(&self, healthy: bool) {
        self.until("/readyz to change", || {
            self.kubectl(&["get", "--raw", "/readyz"]).status.success() == healthy
        });
    }

    pub(crate) fn await_log(&self, line: &str) {
        self.until(&format!("the log line {line:?}"), || {
            self.log().contains(line)
        });
    }

    /// Waits for a condition that nothing announces.
    pub(crate) fn until(&self, what: &str, condition: impl Fn() -> bool) {
        let start = Instant::now();
        while !condition() {
            assert!(
                start.elapsed() < DEADLINE,
                "waited in vain for {what}; log of `{}`:\n{}",
                self.name,
                self.log()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// Ends the node as `docker stop` does and returns how.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        let told = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()
            .unwrap();
        assert!(told.success());
        self.process.wait().unwrap()
    }

    /// Freezes the node as `docker pause` does, or lets it go on.
    pub(crate) fn freeze(&self, frozen: bool) {
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let told = Command::new("kill")
            .args([signal, &self.process.id().to_string()])
            .status();
        assert!(told.unwrap().success());
    }

    /// Ends the node as a crash of its container does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until the node ends by itself.
    pub(crate) fn await_exit(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < DEADLINE,
                "`{}` did not end; log:\n{}",
                self.name,
                self.log()
            );
            std::thread::sleep(LOOK);
        }
    }

    /// Starts a stopped node again with what it was started with.
    pub(crate) fn start_again(&mut self) {
        self.process = spawn(&self.directory, &self.arguments, &self.environment);
    }

    /// Starts a stopped node again at another address, as Docker may give a container one.
    pub(crate) fn start_again_at(&mut self, address: Ipv4Addr) {
        let before = std::mem::replace(&mut self.address, address).to_string();
        for argument in self
            .arguments
            .iter_mut()
            .filter(|argument| **argument == before)
        {
            *argument = address.to_string();
        }
        self.start_again();
    }

    /// Makes the node forget who it was, as a new container of the same name has.
    pub(crate) fn forget_password(&self) {
        fs::remove_file(self.directory.join("etc/node/password")).unwrap();
    }

    /// Runs one of the tools inside the node.
    pub(crate) fn tool(&self, tool: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_k3tray-standin"));
        command
            .arg(tool)
            .env("STANDIN_ETC_DIR", self.directory.join("etc"))
            .env("STANDIN_DATA_DIR", self.data());
        command.env_remove("KUBECONFIG");
        command
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
