//! What there is to put back, and what it would bring about: the history, asked beside the files as
//! they are now.
//!
//! Putting back is [`super::transaction`]'s work.

use std::path::Path;

use super::{
    Change, Kubeconfig,
    chain::Chain,
    error::KubeconfigError,
    file,
    history::{self, Deed, Past, Unavailable, VersionId},
    read::{self, Source, State},
};
use crate::context::ContextName;

impl Kubeconfig {
    /// The change that [`Kubeconfig::undo`] would take back.
    ///
    /// # Errors
    /// As [`Kubeconfig::undo`] has them.
    pub async fn undoable(&self) -> Result<VersionId, KubeconfigError> {
        self.ask(|shared| Ok(latest(&shared.chain, &shared.history)?.version))
            .await
    }

    /// Takes this change back if [`Kubeconfig::undo`] would, and no other.
    ///
    /// # Errors
    /// [`KubeconfigError::NotLatest`] where others came after it; else as for [`Kubeconfig::undo`].
    pub async fn undo_change(&self, version: VersionId) -> Result<Change, KubeconfigError> {
        let deed = Deed::Undo {
            version: Some(version),
        };
        self.change(deed, move |transaction, _| transaction.undo(Some(version)))
            .await
    }

    /// The context that would be the current one if the files held again what they held before a
    /// version's change.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchVersion`] where it is not known, or no longer.
    pub async fn current_before(
        &self,
        version: VersionId,
    ) -> Result<Option<ContextName>, KubeconfigError> {
        self.ask(move |shared| {
            let past = before(&shared.history, version)?;
            let mut sources = shared.chain.read();
            for old in past.files {
                for source in &mut sources {
                    if file::resolve(&source.path) == old.path {
                        let bytes = old.bytes.clone();
                        source.state =
                            bytes.map_or(State::Missing, |bytes| Source::parse(&old.path, bytes));
                    }
                }
            }
            Ok(read::current(&sources).map(|(_, name)| ContextName::new(name)))
        })
        .await
    }
}

/// What the latest change of ours replaced, where it still stands.
pub(super) fn latest(chain: &Chain, history: &Path) -> Result<Past, KubeconfigError> {
    let mut files = Vec::new();
    for source in chain.read() {
        let target = file::resolve(&source.path);
        let bytes = file::read(&target).map_err(KubeconfigError::io("read", source.path))?;
        files.push((target, bytes));
    }
    history::latest(history, &files)
        .map_err(|unavailable| said(history, unavailable, KubeconfigError::NothingToUndo))
}

/// What the files held before a version's change.
pub(super) fn before(history: &Path, version: VersionId) -> Result<Past, KubeconfigError> {
    history::past(history, version).map_err(|unavailable| {
        said(
            history,
            unavailable,
            KubeconfigError::NoSuchVersion(version),
        )
    })
}

/// Why nothing can be put back; `nothing`, where nothing is known.
pub(super) fn said(
    history: &Path,
    unavailable: Unavailable,
    nothing: KubeconfigError,
) -> KubeconfigError {
    match unavailable {
        Unavailable::Nothing => nothing,
        Unavailable::Changed(path) => KubeconfigError::ChangedSince(path),
        Unavailable::Io(error) => KubeconfigError::io("read", history)(error),
    }
}
