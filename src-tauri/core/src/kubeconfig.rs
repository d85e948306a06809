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
mod copy;
mod edit;
mod entry;
mod error;
mod export;
mod file;
mod folders;
mod history;
mod housekeeping;
mod import;
mod kind;
mod list;
mod lock;
mod mask;
mod orphans;
mod ours;
mod past;
mod portable;
mod read;
mod render;
mod scoped;
mod settle;
mod splice;
mod transaction;
mod tree;
mod unlock;
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

pub(crate) use self::file::write_private;
use self::{chain::Chain, transaction::Transaction};
pub use self::{
    chain::Locations,
    entry::ClusterEntry,
    error::KubeconfigError,
    history::{Author, Deed, FileDiff, Version, VersionId},
    housekeeping::PlacedEntry,
    import::{Decision, ImportChoice, ImportEntry, ImportPlan, ImportSource, ImportState},
    kind::EntryKind,
    orphans::{Orphan, OrphanReason},
    past::ContextThen,
    scoped::{Owner, sweep_scoped},
};
use crate::{
    cluster::ClusterName,
    context::{ContextName, Contexts},
    paths::Paths,
    protection::ProtectionRules,
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
    /// By which a putting back is refused that nobody confirmed.
    guard: Option<ProtectionRules>,
    /// What an import is told from another by would else give a short secret in it away.
    salt: [u8; 16],
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
                guard: None,
                salt: rand::random(),
            }),
        }
    }

    /// This user's kubeconfig, as seen beside an engine whose clusters are reached on `engine_host`.
    pub fn of(paths: &Paths, engine_host: Option<String>) -> Self {
        let kubeconfig = Self::new(&paths.kubeconfig_locations(), paths.kubeconfig_history())
            .with_folders(paths.kubeconfig_folders.iter().cloned());
        match engine_host {
            Some(host) => kubeconfig.with_engine_host(host),
            None => kubeconfig,
        }
    }

    /// Also takes cluster entries on this host for ours: where a remote engine's clusters are
    /// reached. Entries on this machine, and marked ones, are known without it.
    pub fn with_engine_host(mut self, host: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.shared).hosts.push(host.into());
        self
    }

    /// Also lists the kubeconfigs in these folders, after the chain. Names that the chain has are not
    /// listed again; each file's contexts find their clusters and users in that file alone.
    pub fn with_folders(mut self, folders: impl IntoIterator<Item = PathBuf>) -> Self {
        Arc::make_mut(&mut self.shared).chain.add_folders(folders);
        self
    }

    /// Waits this long for another program's lock, instead of five seconds.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.shared).patience = patience;
        self
    }

    /// Puts nothing back that makes a protected context the current one. Without rules, what is asked
    /// for was confirmed.
    pub fn guarded(mut self, rules: Option<ProtectionRules>) -> Self {
        Arc::make_mut(&mut self.shared).guard = rules;
        self
    }

    /// The files of the chain, first one first, whether or not they exist.
    pub fn files(&self) -> &[PathBuf] {
        self.shared.chain.files()
    }

    /// Every context, and the current one. What cannot be read is among the problems; a half-written
    /// file is waited for.
    pub async fn view(&self) -> Contexts {
        let shared = Arc::clone(&self.shared);
        let read = tokio::task::spawn_blocking(move || shared.contexts());
        read.await.unwrap_or_default()
    }

    /// Makes a context the current one: `kubectl config use-context`.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it,
    /// [`KubeconfigError::OutsideChain`] where kubectl does not read the file that has it; else as
    /// for any change.
    pub async fn use_context(&self, name: &ContextName) -> Result<Change, KubeconfigError> {
        let name = name.clone();
        let deed = Deed::UseContext {
            context: name.clone(),
        };
        self.change(deed, move |transaction, _| {
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
        let deed = Deed::SetNamespace {
            context: context.clone(),
            namespace: namespace.clone().filter(|namespace| !namespace.is_empty()),
        };
        self.change(deed, move |transaction, _| {
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
        let deed = Deed::AddCluster {
            cluster: entry.cluster().clone(),
        };
        self.change(deed, move |transaction, hosts| {
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
        let deed = Deed::RemoveCluster {
            cluster: cluster.clone(),
        };
        self.change(deed, move |transaction, hosts| {
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
        let deed = Deed::Undo { version: None };
        self.change(deed, |transaction, _| transaction.undo(None))
            .await
    }

    /// Every change that was made or seen, newest first: those to files that are in use now. At most
    /// 200, or as many as hold 20 MB.
    pub async fn history(&self) -> Vec<Version> {
        let shared = Arc::clone(&self.shared);
        let versions = tokio::task::spawn_blocking(move || {
            let chain = &shared.chain;
            history::versions(&shared.history, |file| chain.name_of(file).is_some())
        });
        versions.await.unwrap_or_default()
    }

    /// What a change did to each file, without secrets.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchVersion`] where it is not known, or no longer.
    pub async fn diff(&self, version: VersionId) -> Result<Vec<FileDiff>, KubeconfigError> {
        self.ask(move |shared| {
            history::diff(&shared.history, version).map_err(|unavailable| {
                let nothing = KubeconfigError::NoSuchVersion(version);
                past::said(&shared.history, unavailable, nothing)
            })
        })
        .await
    }

    /// Puts the files back to what they held before a version's change, to the byte, whatever was
    /// changed since. What they hold now becomes a version first, so this can be undone too.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchVersion`] where it is not known, or no longer;
    /// [`KubeconfigError::NotOurs`] where a file of it is not in use now. Else as for any change.
    pub async fn restore(&self, version: VersionId) -> Result<Change, KubeconfigError> {
        let deed = Deed::Restore { version };
        self.change(deed, move |transaction, _| {
            transaction.restore(|_, history| past::before(history, version))
        })
        .await
    }

    /// Removes locks that a killed k3tray left on these files, at which kubectl would fail, and
    /// completes its history. Every change does this too; call it once at start. Others' locks stay.
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

    /// Reads, on a thread that may wait for the disk.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Shared) -> Result<T, KubeconfigError> + Send + 'static,
    ) -> Result<T, KubeconfigError> {
        let shared = Arc::clone(&self.shared);
        let work = tokio::task::spawn_blocking(move || question(&shared));
        work.await.map_err(KubeconfigError::CutOff)?
    }

    async fn change(
        &self,
        deed: Deed,
        change: impl FnOnce(&Transaction<'_>, &[String]) -> Result<Change, KubeconfigError>
        + Send
        + 'static,
    ) -> Result<Change, KubeconfigError> {
        let shared = Arc::clone(&self.shared);
        let work = tokio::task::spawn_blocking(move || {
            let transaction = Transaction {
                chain: &shared.chain,
                history: &shared.history,
                deed,
                patience: shared.patience,
                guard: shared.guard.as_ref(),
                at: &|_| {},
            };
            change(&transaction, &shared.hosts)
        });
        work.await.map_err(KubeconfigError::CutOff)?
    }
}

impl Shared {
    fn contexts(&self) -> Contexts {
        list::contexts(&self.settled(), &self.hosts)
    }

    fn recover(&self) {
        for path in self.chain.files() {
            lock::recover(&lock::lock_path(path));
            lock::recover(&lock::lock_path(&file::resolve(path)));
        }
        if let Err(error) = history::recover(&self.history) {
            tracing::warn!(%error, "could not complete the history of kubeconfig changes");
        }
    }

    /// The folders in which something may happen to these files.
    fn folders(&self) -> Vec<PathBuf> {
        let extra = self.chain.folders().iter();
        let mut folders: Vec<PathBuf> = extra.filter(|folder| folder.is_dir()).cloned().collect();
        for path in self.chain.files() {
            for path in file::trail(path) {
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
