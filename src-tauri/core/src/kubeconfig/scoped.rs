//! Kubeconfigs for one shell each: files that live as long as a process.
//!
//! A file is named after its process, by number and start, so that whoever comes next can tell
//! which ones nobody uses any more. The number alone would do until it is given to another process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::{Kubeconfig, error::KubeconfigError, file};
use crate::context::ContextName;

/// Where processes cannot be looked up, a file older than this is taken for unused.
#[cfg(not(target_os = "linux"))]
const AGE_MAX: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 60 * 60);

const ENDING: &str = ".kubeconfig";

/// The process that a scoped kubeconfig is for: a shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pid: u32,
    /// In the system's ticks since it was started; zero where that cannot be told.
    started: u64,
}

impl Owner {
    /// A running process, by its number.
    pub fn process(pid: u32) -> Self {
        let started = started(pid).unwrap_or_default();
        Self { pid, started }
    }

    fn is_alive(self) -> bool {
        started(self.pid).is_some_and(|started| started == self.started)
    }
}

impl Kubeconfig {
    /// Writes what [`scoped`](Self::scoped) gives into `folder`, for the value of `KUBECONFIG` of
    /// one process, and says where. The folder is made where it is missing; it and the file are its
    /// owner's alone. Files of processes that have ended are removed on the way. Asked again for the
    /// same process, context and namespace, it is the same file, written anew.
    ///
    /// # Errors
    /// As for [`export`](Self::export), and [`KubeconfigError::Io`].
    pub async fn write_scoped(
        &self,
        context: &ContextName,
        namespace: Option<&str>,
        folder: &Path,
        owner: Owner,
    ) -> Result<PathBuf, KubeconfigError> {
        let (context, namespace) = (context.clone(), namespace.map(str::to_owned));
        let folder = folder.to_owned();
        self.ask(move |shared| {
            let namespace = namespace.as_deref();
            let text = shared.scoped(&context, namespace)?;
            file::make_folder(&folder).map_err(KubeconfigError::io("create", &folder))?;
            sweep_scoped(&folder);
            let path = folder.join(file_name(owner, &context, namespace));
            file::write_private(&path, text.expose_secret().as_bytes())
                .map_err(KubeconfigError::io("write", &path))?;
            Ok(path)
        })
        .await
    }
}

/// Removes the files in `folder` whose processes have ended. Whatever else is there stays.
pub fn sweep_scoped(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(owner) = name.to_str().and_then(owner_of)
            && is_stale(owner, &entry.path())
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn file_name(owner: Owner, context: &ContextName, namespace: Option<&str>) -> String {
    let mut digest = Sha256::new();
    digest.update(context.as_str());
    digest.update([0]);
    digest.update(namespace.unwrap_or_default());
    let digest = digest.finalize();
    let short = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    format!("{}-{}-{short:08x}{ENDING}", owner.pid, owner.started)
}

fn owner_of(name: &str) -> Option<Owner> {
    let mut parts = name.strip_suffix(ENDING)?.split('-');
    let owner = Owner {
        pid: parts.next()?.parse().ok()?,
        started: parts.next()?.parse().ok()?,
    };
    let rest = parts.next()?;
    (rest.len() == 8 && parts.next().is_none()).then_some(owner)
}

#[cfg(target_os = "linux")]
fn is_stale(owner: Owner, _: &Path) -> bool {
    !owner.is_alive()
}

#[cfg(not(target_os = "linux"))]
fn is_stale(owner: Owner, path: &Path) -> bool {
    let age = fs::metadata(path)
        .and_then(|found| found.modified())
        .ok()
        .and_then(|written| written.elapsed().ok());
    !owner.is_alive() && age.is_some_and(|age| age > AGE_MAX)
}

/// When a process was started; none where there is no such process, or no way to tell.
#[cfg(target_os = "linux")]
fn started(pid: u32) -> Option<u64> {
    // proc(5): the name in parentheses may hold anything; the start is the 22nd field.
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(')')?;
    rest.split_ascii_whitespace().nth(19)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn started(_: u32) -> Option<u64> {
    None
}
