//! The admin kubeconfig a server writes: entries named `default`, the loopback address, everything inline. Also the reading
//! of it by the `kubectl` inside the node.

use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::pki::Credential;

/// Why the kubeconfig could not be written or used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KubeconfigError {
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot read {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} is not a kubeconfig of this node")]
    Malformed { path: PathBuf },
}

/// What a kubeconfig says: where, trusting whom, as whom.
pub(crate) struct Access {
    pub(crate) server: String,
    pub(crate) authority: String,
    pub(crate) credential: Credential,
}

impl Access {
    /// Writes the kubeconfig with mode 0600, creating directories on the way.
    pub(crate) fn write(&self, path: &Path) -> Result<(), KubeconfigError> {
        let inline = |pem: &str| BASE64_STANDARD.encode(pem);
        let text = format!(
            "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {}\n    server: {}\n  name: default\n\
             contexts:\n- context:\n    cluster: default\n    user: default\n  name: default\ncurrent-context: default\n\
             kind: Config\npreferences: {{}}\nusers:\n- name: default\n  user:\n    client-certificate-data: {}\n    \
             client-key-data: {}\n",
            inline(&self.authority),
            self.server,
            inline(&self.credential.certificate),
            inline(&self.credential.key),
        );
        let failed = |source| KubeconfigError::Write {
            path: path.to_owned(),
            source,
        };
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
    }

    /// Reads a kubeconfig that [`Access::write`] wrote.
    pub(crate) fn read(path: &Path) -> Result<Self, KubeconfigError> {
        let text = fs::read_to_string(path).map_err(|source| KubeconfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let malformed = || KubeconfigError::Malformed {
            path: path.to_owned(),
        };
        let config: Value = serde_saphyr::from_str(&text).map_err(|_| malformed())?;
        let field = |path: &str| config.pointer(path).and_then(Value::as_str);
        let inline =
            |path: &str| String::from_utf8(BASE64_STANDARD.decode(field(path)?).ok()?).ok();
        let access = || {
            Some(Self {
                server: field("/clusters/0/cluster/server")?.to_owned(),
                authority: inline("/clusters/0/cluster/certificate-authority-data")?,
                credential: Credential {
                    certificate: inline("/users/0/user/client-certificate-data")?,
                    key: inline("/users/0/user/client-key-data")?,
                },
            })
        };
        access().ok_or_else(malformed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn what_was_written_is_read_and_only_its_owner_may() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("output/kubeconfig.yaml");
        let credential = Credential {
            certificate: "certificate".to_owned(),
            key: "key".to_owned(),
        };
        Access {
            server: "https://127.0.0.1:6443".to_owned(),
            authority: "authority".to_owned(),
            credential,
        }
        .write(&path)
        .unwrap();

        let access = Access::read(&path).unwrap();

        assert_eq!(
            (access.server.as_str(), access.authority.as_str()),
            ("https://127.0.0.1:6443", "authority")
        );
        assert_eq!(
            (
                access.credential.certificate.as_str(),
                access.credential.key.as_str()
            ),
            ("certificate", "key")
        );
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
