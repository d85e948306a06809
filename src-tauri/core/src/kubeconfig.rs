//! The user's kubeconfig files: what is in them, and the few changes k3tray makes.
//!
//! Everything that is not ours stays byte for byte as it is: an edit changes single lines of the
//! text and is refused where that cannot be done. Changes are made under kubectl's own lock, to the
//! files that `kubectl config` would change, whole or not at all, and can be undone. Nothing here
//! talks to a cluster, and nothing secret is in what can be listed.
//!
//! What may go wrong is a [`KubeconfigError`]; a file that cannot be read is a
//! [`FileProblem`](crate::context::FileProblem) among the [`Contexts`].

mod chain;
mod edit;
mod entry;
mod error;
mod file;
mod history;
mod lock;
mod ours;
mod read;
mod render;
mod splice;
mod transaction;
mod tree;
mod value;
mod watch;

#[cfg(test)]
mod tests;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::Stream;

use self::{chain::Chain, read::Source, transaction::Transaction};
pub use self::{chain::Locations, entry::ClusterEntry, error::KubeconfigError};
use crate::{
    cluster::ClusterName,
    context::{ContextName, Contexts},
};

/// The chain of kubeconfig files. Cheap to clone; every call reads the files anew.
#[derive(Debug, Clone)]
pub struct Kubeconfig {
    shared: Arc<Shared>,
}

#[derive(Debug, Clone)]
struct Shared {
    chain: Chain,
    history: PathBuf,
    hosts: Vec<String>,
    patience: Duration,
}

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The files said so already; none was written.
    Unchanged,
    /// These files were written.
    Written {
        /// As the chain names them.
        files: Vec<PathBuf>,
    },
}

impl Kubeconfig {
    /// The files that kubectl would use for these locations. `history` is the folder for the bytes
    /// from before each change; it is made when it is needed. Nothing is read yet.
    pub fn new(locations: &Locations, history: impl Into<PathBuf>) -> Self {
        Self {
            shared: Arc::new(Shared {
                chain: Chain::new(locations),
                history: history.into(),
                hosts: Vec::new(),
                patience: lock::PATIENCE,
            }),
        }
    }

    /// Also takes cluster entries on this host for ours: where a remote engine's clusters are
    /// reached. Entries on this machine, and marked ones, are known without it.
    pub fn with_engine_host(mut self, host: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.shared).hosts.push(host.into());
        self
    }

    /// Waits this long for another program's lock, instead of five seconds.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.shared).patience = patience;
        self
    }

    /// The files of the chain, first one first, whether or not they exist.
    pub fn files(&self) -> &[PathBuf] {
        self.shared.chain.files()
    }

    /// Every context, and the current one. What cannot be read is among the problems.
    pub async fn view(&self) -> Contexts {
        let shared = Arc::clone(&self.shared);
        let read = tokio::task::spawn_blocking(move || shared.contexts());
        read.await.unwrap_or_default()
    }

    /// Makes a context the current one: `kubectl config use-context`.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it; else as for any change.
    pub async fn use_context(&self, name: &ContextName) -> Result<Change, KubeconfigError> {
        let name = name.clone();
        self.change(move |transaction, _| {
            transaction.edit(false, |sources, default| {
                ours::use_context(sources, default, &name)
            })
        })
        .await
    }

    /// Sets the namespace of a context, or clears it with `None`.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it; else as for any change.
    pub async fn set_namespace(
        &self,
        context: &ContextName,
        namespace: Option<&str>,
    ) -> Result<Change, KubeconfigError> {
        let (context, namespace) = (context.clone(), namespace.map(str::to_owned));
        self.change(move |transaction, _| {
            transaction.edit(false, |sources, _| {
                ours::set_namespace(sources, &context, namespace.as_deref())
            })
        })
        .await
    }

    /// Adds the cluster, user and context of a cluster of ours, or brings them up to date; with
    /// `make_current`, also makes it the current context.
    ///
    /// # Errors
    /// [`KubeconfigError::Conflict`] where an entry of one of these names belongs to something
    /// else; nothing is changed then. Else as for any change.
    pub async fn add_cluster(
        &self,
        entry: ClusterEntry,
        make_current: bool,
    ) -> Result<Change, KubeconfigError> {
        self.change(move |transaction, hosts| {
            transaction.edit(true, |sources, default| {
                ours::add_cluster(sources, default, &entry, make_current, hosts)
            })
        })
        .await
    }

    /// Removes the entries of a cluster of ours or of k3d's from every file of the chain, and
    /// clears the current context where it was this cluster's. Entries of these names that belong
    /// to something else stay.
    ///
    /// The current context never becomes another one: where a later file of the chain would take
    /// over, it keeps naming the removed context.
    pub async fn remove_cluster(&self, cluster: &ClusterName) -> Result<Change, KubeconfigError> {
        let cluster = cluster.clone();
        self.change(move |transaction, hosts| {
            transaction.edit(false, |sources, _| {
                Ok(ours::remove_cluster(sources, &cluster, hosts))
            })
        })
        .await
    }

    /// Puts the bytes back that were there before the latest change to these files; called again,
    /// those before the change before that.
    ///
    /// # Errors
    /// [`KubeconfigError::ChangedSince`] where a file is no longer as that change left it,
    /// [`KubeconfigError::NothingToUndo`] where no change is left.
    pub async fn undo(&self) -> Result<Change, KubeconfigError> {
        self.change(|transaction, _| transaction.undo()).await
    }

    /// Removes locks that a killed k3tray left on these files, at which kubectl would fail.
    /// Every change does this too; call it once at start. Others' locks stay.
    pub async fn recover(&self) {
        let shared = Arc::clone(&self.shared);
        let recovered = tokio::task::spawn_blocking(move || shared.recover());
        if let Err(error) = recovered.await {
            tracing::warn!(%error, "could not look for orphaned kubeconfig locks");
        }
    }

    /// The contexts now, and again whenever they change by anyone's hand. Follows files that are
    /// replaced, made and removed; a half-written file is waited for. Ends when dropped.
    pub fn watch(&self) -> impl Stream<Item = Contexts> + Send + use<> {
        watch::watch(self.clone())
    }

    async fn change(
        &self,
        change: impl FnOnce(&Transaction<'_>, &[String]) -> Result<Change, KubeconfigError>
        + Send
        + 'static,
    ) -> Result<Change, KubeconfigError> {
        let shared = Arc::clone(&self.shared);
        let work = tokio::task::spawn_blocking(move || {
            let transaction = Transaction {
                chain: &shared.chain,
                history: &shared.history,
                patience: shared.patience,
                at: &|_| {},
            };
            change(&transaction, &shared.hosts)
        });
        work.await.map_err(KubeconfigError::CutOff)?
    }
}

impl Shared {
    fn sources(&self) -> Vec<Source> {
        let files = self.chain.files().iter();
        files.map(|file| Source::read(file)).collect()
    }

    fn contexts(&self) -> Contexts {
        read::contexts(&self.sources())
    }

    fn recover(&self) {
        for path in self.chain.files() {
            lock::recover(&lock::lock_path(path));
            lock::recover(&lock::lock_path(&file::resolve(path)));
        }
    }

    /// The folders in which something may happen to these files.
    fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for path in self.chain.files() {
            for path in [path.clone(), file::resolve(path)] {
                let folder = path
                    .ancestors()
                    .skip(1)
                    .map(|folder| {
                        if folder.as_os_str().is_empty() {
                            Path::new(".")
                        } else {
                            folder
                        }
                    })
                    .find(|folder| folder.is_dir());
                folders.extend(folder.map(Path::to_owned));
            }
        }
        folders.sort();
        folders.dedup();
        folders
    }
}
