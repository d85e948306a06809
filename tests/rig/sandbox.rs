//! One test's own corner: a home, a kubeconfig, a name prefix, and the programs started in it.
//!
//! Programs get nothing of the machine's environment but `PATH`, so that no test finds the
//! developer's kubeconfig, clusters or desktop. What carries the prefix is removed from the engine
//! when the sandbox is made (a killed run leaves some) and when it is dropped.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::{OsStr, OsString},
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use bollard::Docker;
use tempfile::TempDir;

use crate::{Census, engine, process};

/// The stand-in node's image, made by `tests/rig/images`.
pub const STANDIN_NODE: &str = "k3tray-standin/k3s:v1.31.4-k3s1";
/// The same stand-in under a newer version's name, to upgrade to.
pub const STANDIN_NODE_NEWER: &str = "k3tray-standin/k3s:v1.32.1-k3s1";
/// The load balancer's image, made by `tests/rig/images`.
pub const LOAD_BALANCER: &str = "k3tray-standin/k3d-proxy:5.9.0";
/// The registry's image, made by `tests/rig/images`.
pub const REGISTRY: &str = "k3tray-standin/registry:2";

/// What every prefix begins with, so that a sweep can never take something of the user's.
const MARK: &str = "rig-";

/// The node image of the suite: `K3TRAY_TEST_NODE_IMAGE`, or the stand-in.
pub fn node_image() -> String {
    std::env::var("K3TRAY_TEST_NODE_IMAGE").unwrap_or_else(|_| STANDIN_NODE.to_owned())
}

/// A test's own corner.
#[derive(Debug)]
pub struct Sandbox {
    prefix: String,
    home: TempDir,
    docker: Docker,
    environment: BTreeMap<OsString, OsString>,
    anonymous_volumes: Mutex<BTreeSet<String>>,
}

impl Sandbox {
    /// A corner for the test `name` (a few letters, unique in the suite: cluster names take at most 32).
    pub async fn new(name: &str) -> Self {
        let prefix = format!("{MARK}{name}");
        let docker = engine::connect();
        Census::take(&docker, &prefix, &BTreeSet::new())
            .await
            .remove(&docker)
            .await;
        let home = tempfile::Builder::new()
            .prefix("k3tray-")
            .tempdir()
            .unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let run = home.path().join("run");
        fs::create_dir(&run)
            .and_then(|()| fs::set_permissions(&run, fs::Permissions::from_mode(0o700)))
            .unwrap_or_else(|error| panic!("`{}` cannot be made: {error}", run.display()));
        let mut sandbox = Self {
            prefix,
            docker,
            environment: BTreeMap::new(),
            anonymous_volumes: Mutex::default(),
            home,
        };
        let home = sandbox.home().to_owned();
        sandbox.set("HOME", home);
        sandbox.set("XDG_RUNTIME_DIR", run);
        sandbox.set("KUBECONFIG", sandbox.kubeconfig());
        sandbox.set("DOCKER_HOST", engine::address());
        if let Some(socket) = engine::address().strip_prefix("unix://") {
            // What k3d mounts into its tools container; without it the machine's own, there or not.
            sandbox.set("DOCKER_SOCK", socket);
        }
        sandbox.set("K3TRAY_DEFAULT_IMAGE", node_image());
        let balancer = std::env::var("K3D_IMAGE_LOADBALANCER");
        sandbox.set(
            "K3D_IMAGE_LOADBALANCER",
            balancer.unwrap_or_else(|_| LOAD_BALANCER.to_owned()),
        );
        sandbox.set("LANG", "C.UTF-8");
        sandbox.set("RUST_BACKTRACE", "1");
        sandbox.set("PATH", std::env::var_os("PATH").unwrap_or_default());
        sandbox
    }

    /// Gives programs started from now on the variable `name`.
    pub fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) {
        self.environment
            .insert(name.as_ref().to_owned(), value.as_ref().to_owned());
    }

    /// The name of the cluster that this test calls `name`.
    pub fn cluster(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    /// Its `HOME`.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Its kubeconfig, which does not exist until someone writes it.
    pub fn kubeconfig(&self) -> PathBuf {
        self.home().join(".kube/config")
    }

    /// The engine.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// `program` (a path, or a name on `PATH`) in this corner.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.home());
        command
    }

    /// The command line of this workspace with `arguments`.
    pub fn k3tray<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(process::program("k3tray"));
        command.args(arguments);
        command
    }

    /// The real `kubectl` with `arguments`.
    pub fn kubectl<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command("kubectl");
        command.args(arguments);
        command
    }

    /// What of this test the engine has now.
    pub async fn census(&self) -> Census {
        let known = self.known_volumes();
        let census = Census::take(&self.docker, &self.prefix, &known).await;
        let anonymous = census
            .volumes
            .iter()
            .filter(|name| !name.contains(&self.prefix));
        self.anonymous_volumes
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .extend(anonymous.cloned());
        census
    }

    fn known_volumes(&self) -> BTreeSet<String> {
        self.anonymous_volumes
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let (prefix, known) = (self.prefix.clone(), self.known_volumes());
        // A runtime of its own: the test's may be the one that is being dropped.
        let sweep = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap_or_else(|error| panic!("no runtime to sweep with: {error}"));
            runtime.block_on(async {
                let docker = engine::connect();
                Census::take(&docker, &prefix, &known)
                    .await
                    .remove(&docker)
                    .await;
            });
        });
        // A panic there has been printed; a second one here would hide the test's own.
        let _ = sweep.join();
    }
}
