//! The line `export KUBECONFIG=…`: a kubeconfig with one cluster alone, in a file of its own.
//!
//! The file is the one `k3d kubeconfig write` would make, so that k3d finds it, and it goes when the
//! cluster is deleted. The user's own kubeconfig is not touched.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use crate::{
    cluster::{ApiAddress, ClusterName},
    engine::Engine,
    error::{Code, Explain},
    health::{self, HealthError},
    kubeconfig::{ClusterEntry, KubeconfigError, write_private},
};

/// Why there is no such file.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    /// The server could not be asked for its kubeconfig.
    #[error("its server's kubeconfig cannot be had")]
    Server(#[source] HealthError),
    /// What the server has is not all there.
    #[error("its server's kubeconfig cannot be used")]
    Kubeconfig(#[source] KubeconfigError),
    /// The system refused to write it.
    #[error("`{}` could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Explain for ExportError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Server(source) => source.hint(),
            Self::Kubeconfig(source) => source.hint(),
            Self::Write { path, .. } => Some(format!("Check who may write `{}`.", path.display())),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Server(source) => source.code(),
            Self::Kubeconfig(source) => source.code(),
            Self::Write { .. } => Code::Other,
        }
    }
}

/// Writes the file below `folder`, k3d's own, and gives the line that points a shell at it.
pub(super) async fn line(
    engine: &Engine,
    folder: PathBuf,
    cluster: ClusterName,
    server: &str,
    address: &ApiAddress,
) -> Result<String, ExportError> {
    let text = health::take_kubeconfig(engine, server)
        .await
        .map_err(ExportError::Server)?;
    let path = folder.join(format!("kubeconfig-{cluster}.yaml"));
    let entry =
        ClusterEntry::from_k3s(cluster, &text, address.url()).map_err(ExportError::Kubeconfig)?;
    let target = path.clone();
    let write = move || {
        target.parent().map_or(Ok(()), fs::create_dir_all)?;
        write_private(&target, entry.standalone().expose_secret().as_bytes())
    };
    let written = tokio::task::spawn_blocking(write).await;
    written
        .unwrap_or_else(|panicked| Err(panicked.into()))
        .map_err(|source| ExportError::Write {
            path: path.clone(),
            source,
        })?;
    Ok(pointing_at(&path))
}

/// The line that makes a shell use this kubeconfig.
pub(super) fn pointing_at(path: &Path) -> String {
    format!("export KUBECONFIG={}", quoted(path))
}

/// As a shell reads it: bare where that is safe, in single quotes elsewhere.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    if text.chars().all(plain) {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_any_path_as_one_word() {
        let cases = [
            ("/home/me/.config/k3d/kubeconfig-dev.yaml", None),
            ("/home/Me Too/k", Some("'/home/Me Too/k'")),
            ("/it's/$HOME", Some(r"'/it'\''s/$HOME'")),
        ];
        for (path, expected) in cases {
            assert_eq!(quoted(Path::new(path)), expected.unwrap_or(path));
        }
    }
}
