//! A home of its own for each test, sample kubeconfigs, and the real kubectl.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use secrecy::SecretString;

use crate::{
    cluster::ClusterName,
    kubeconfig::{ClusterEntry, Deed, Kubeconfig, Locations},
};

/// A temporary folder with kubeconfig files in it.
pub(super) struct Home {
    folder: tempfile::TempDir,
    files: Vec<PathBuf>,
}

impl Home {
    /// Files of these contents, in this order of `KUBECONFIG`. `None` names a file that is not
    /// there.
    pub(super) fn with(contents: &[Option<&str>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut files = Vec::new();
        for (index, content) in contents.iter().enumerate() {
            let path = folder.path().join(format!("config-{index}"));
            if let Some(content) = content {
                fs::write(&path, content).unwrap();
            }
            files.push(path);
        }
        Self { folder, files }
    }

    pub(super) fn one(content: &str) -> Self {
        Self::with(&[Some(content)])
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn file(&self, index: usize) -> &Path {
        &self.files[index]
    }

    pub(super) fn history(&self) -> PathBuf {
        self.path().join("history")
    }

    /// The value of `KUBECONFIG`.
    pub(super) fn list(&self) -> OsString {
        std::env::join_paths(&self.files).unwrap()
    }

    pub(super) fn locations(&self) -> Locations {
        Locations {
            explicit: None,
            kubeconfig_env: Some(self.list()),
            home: Some(self.path().to_owned()),
        }
    }

    pub(super) fn kubeconfig(&self) -> Kubeconfig {
        Kubeconfig::new(&self.locations(), self.history())
    }

    /// What the files hold now; nothing for one that is not there.
    pub(super) fn contents(&self) -> Vec<Option<String>> {
        let files = self.files.iter();
        files.map(|file| fs::read_to_string(file).ok()).collect()
    }

    pub(super) fn content(&self) -> String {
        self.contents().remove(0).unwrap()
    }

    /// Runs the real kubectl on these files.
    pub(super) fn kubectl(&self, arguments: &[&str]) -> Output {
        kubectl(&self.list(), self.path(), arguments)
    }

    /// The same, for the standard output of a call that must work.
    pub(super) fn ask_kubectl(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments);
        assert!(
            output.status.success(),
            "kubectl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }
}

/// Runs the real kubectl, which these tests need: they promise to agree with it.
pub(super) fn kubectl(kubeconfig: &OsString, home: &Path, arguments: &[&str]) -> Output {
    Command::new("kubectl")
        .args(arguments)
        .env("KUBECONFIG", kubeconfig)
        .env("HOME", home)
        .output()
        .unwrap_or_else(|error| {
            panic!("these tests ask the real `kubectl`, which must be on PATH: {error}")
        })
}

/// The same change by kubectl and by us to equal files, which must then be equal in meaning: as
/// `kubectl config view` reads each of them alone.
pub(super) async fn same_as_kubectl(
    contents: &[Option<&str>],
    commands: &[&[&str]],
    change: impl AsyncFnOnce(&Kubeconfig),
) {
    let (theirs, ours) = (Home::with(contents), Home::with(contents));
    for arguments in commands {
        theirs.ask_kubectl(arguments);
    }
    change(&ours.kubeconfig()).await;
    for index in 0..contents.len() {
        assert_eq!(
            theirs.file(index).exists(),
            ours.file(index).exists(),
            "{commands:?}, file {index}"
        );
        if !ours.file(index).exists() {
            continue;
        }
        let read = |home: &Home| {
            let file = home.file(index).to_str().unwrap();
            home.ask_kubectl(&["config", "view", "--raw", "--kubeconfig", file])
        };
        assert_eq!(read(&theirs), read(&ours), "{commands:?}, file {index}");
    }
}

/// What a change is for, where that does not matter.
pub(super) fn deed() -> Deed {
    Deed::AddCluster {
        cluster: ClusterName::observed("dev"),
    }
}

/// Our entry of a cluster, with secrets that are easy to find where they must not be.
pub(super) fn entry(cluster: &str) -> ClusterEntry {
    entry_at(cluster, "https://127.0.0.1:6550")
}

pub(super) fn entry_at(cluster: &str, server: &str) -> ClusterEntry {
    ClusterEntry::new(
        ClusterName::observed(cluster),
        server,
        "QVVUSE9SSVRZ",
        "Q0VSVElGSUNBVEU=",
        &SecretString::from("U0VDUkVULUtFWQ=="),
    )
}

/// What is in a person's kubeconfig: two clusters, comments, an exec plugin, unknown fields.
pub(super) const PERSONAL: &str = "\
# my clusters, do not touch
apiVersion: v1
kind: Config
preferences: {}
clusters:
  # production!
  - cluster:
      server: \"https://prod.example.com\" # behind the VPN
      certificate-authority-data: UFJPRA==
      team: 'payments'   # unknown to kubectl
    name: prod
  - name: kind-test
    cluster: {server: 'https://127.0.0.1:40001', insecure-skip-tls-verify: true}

contexts:
  - context:
      cluster: prod
      user: eks
      namespace: shop
    name: prod
  - context: { cluster: kind-test, user: kind-test }
    name: kind-test
    # trailing words on kind-test
current-context: 'prod'
users:
  - name: eks
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1beta1
        command: aws
        args: [eks, get-token, --cluster-name, prod]
        env:
          - name: AWS_PROFILE
            value: >-
              payments
              admin
        interactiveMode: IfAvailable
  - name: kind-test
    user:
      token: S3CR3T-T0K3N
";
