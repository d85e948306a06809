//! Locks that other programs left behind: looked for and removed, when a person says so and only then.
//!
//! Our own orphans need nobody's word; they are [`super::lock`]'s work.

use std::path::{Path, PathBuf};

use super::{Kubeconfig, Shared, error::KubeconfigError, file, lock};

impl Kubeconfig {
    /// Removes a lock that another program left behind, as [`KubeconfigError::Locked`] names it: only
    /// the user can know that no program is at work. One that is younger than a minute stays.
    ///
    /// # Errors
    /// [`KubeconfigError::NotOurs`] where it is not the lock of one of the files,
    /// [`KubeconfigError::Locked`] where it is too young, [`KubeconfigError::Io`].
    pub async fn break_lock(&self, lock: &Path) -> Result<(), KubeconfigError> {
        let lock = lock.to_owned();
        self.ask(move |shared| {
            if !shared.locks().contains(&lock) {
                return Err(KubeconfigError::NotOurs(lock));
            }
            lock::break_stale(&lock)
        })
        .await
    }

    /// Removes every lock that was left behind on the files, as [`Kubeconfig::break_lock`] does one.
    /// Tells which.
    ///
    /// # Errors
    /// [`KubeconfigError::Locked`] where one is too young, [`KubeconfigError::Io`].
    pub async fn unlock(&self) -> Result<Vec<PathBuf>, KubeconfigError> {
        self.ask(|shared| {
            let mut locks = shared.locks();
            locks.retain(|lock| lock.exists());
            locks.iter().try_for_each(|lock| lock::break_stale(lock))?;
            Ok(locks)
        })
        .await
    }
}

impl Shared {
    /// Where the locks of all files would be, by each of their names.
    fn locks(&self) -> Vec<PathBuf> {
        let files = self.chain.read();
        let names = files
            .iter()
            .flat_map(|source| [source.path.clone(), file::resolve(&source.path)]);
        let mut locks: Vec<PathBuf> = names.map(|name| lock::lock_path(&name)).collect();
        locks.sort();
        locks.dedup();
        locks
    }
}
