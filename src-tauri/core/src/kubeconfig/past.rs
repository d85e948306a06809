//! What there is to put back, and what it would bring about: the history, asked beside the files as
//! they are now.
//!
//! Putting back is [`super::transaction`]'s work.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    Change, Kubeconfig,
    chain::Chain,
    error::KubeconfigError,
    file,
    history::{self, Deed, Past, Unavailable, VersionId},
    list,
    read::{Source, State},
};
use crate::{
    context::ContextName,
    protection::{ProtectionRules, Reason, protection},
};

/// The context that is the current one once something was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ContextThen {
    /// Its name; it may name one that does not exist.
    pub name: ContextName,
    /// Why it is protected then; none where it is not.
    pub reason: Option<Reason>,
}

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

    /// Takes an undoing back in turn: puts back what it found, if nothing came after it.
    ///
    /// # Errors
    /// [`KubeconfigError::NotLatest`] or [`KubeconfigError::ChangedSince`] where something did; else as
    /// for [`Kubeconfig::restore`].
    pub async fn redo(&self, version: VersionId) -> Result<Change, KubeconfigError> {
        let deed = Deed::Restore { version };
        self.change(deed, move |transaction, _| {
            transaction.restore(|chain, history| newest(chain, history, version))
        })
        .await
    }

    /// The context that would be the current one if the files held again what they held before a
    /// version's change, and whether these rules would protect it then.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchVersion`] where it is not known, or no longer.
    pub async fn current_before(
        &self,
        version: VersionId,
        rules: ProtectionRules,
    ) -> Result<Option<ContextThen>, KubeconfigError> {
        self.ask(move |shared| {
            let past = before(&shared.history, version)?;
            Ok(current(&put_back(shared.chain.read(), &past), &rules))
        })
        .await
    }
}

/// Refuses a past with which another context that is protected becomes the current one, or the current
/// one becomes protected.
pub(super) fn allowed(
    chain: &Chain,
    past: &Past,
    rules: &ProtectionRules,
) -> Result<(), KubeconfigError> {
    let now = current(&chain.read(), rules);
    match current(&put_back(chain.read(), past), rules) {
        Some(ContextThen {
            name: context,
            reason: Some(reason),
        }) if now.is_none_or(|now| now.name != context || now.reason.is_none()) => {
            Err(KubeconfigError::Protected { context, reason })
        }
        _ => Ok(()),
    }
}

/// The files as they would be.
fn put_back(mut sources: Vec<Source>, past: &Past) -> Vec<Source> {
    for old in &past.files {
        for source in &mut sources {
            if file::resolve(&source.path) == old.path {
                let bytes = old.bytes.clone();
                source.state =
                    bytes.map_or(State::Missing, |bytes| Source::parse(&old.path, bytes));
            }
        }
    }
    sources
}

fn current(sources: &[Source], rules: &ProtectionRules) -> Option<ContextThen> {
    // Where the engine is does not matter here: what it does not vouch for is rather protected.
    let contexts = list::contexts(sources, &[]);
    let context = contexts.current_context();
    let reason = context.and_then(|context| protection(context, rules).reason);
    let name = contexts.current?;
    Some(ContextThen { name, reason })
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
    let past = history::past(history, version);
    let nothing = KubeconfigError::NoSuchVersion(version);
    past.map_err(|unavailable| said(history, unavailable, nothing))
}

/// What the files held before the newest change, if it is this one and still stands.
fn newest(chain: &Chain, history: &Path, version: VersionId) -> Result<Past, KubeconfigError> {
    let versions = history::versions(history, |file| chain.name_of(file).is_some());
    if versions.first().is_none_or(|newest| newest.id != version) {
        return Err(KubeconfigError::NotLatest(version));
    }
    let past = history::standing(history, version);
    let nothing = KubeconfigError::NoSuchVersion(version);
    past.map_err(|unavailable| said(history, unavailable, nothing))
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
