//! Renames, duplicates and deletes contexts.
//!
//! Names and places follow `kubectl config`; the one difference is that the current context does not
//! go on naming a context that was deleted here.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{
    Change, Kubeconfig,
    copy::{Uncopyable, fragment},
    edit::{Edit, Step},
    error::KubeconfigError,
    history::Deed,
    kind::EntryKind,
    ours::{Plan, clear_current, no_such_context, set_current},
    read::{Source, current, entry_name, field, scope, winner, winner_in},
    render::Fragment,
    tree::{NodeId, Tree},
};
use crate::context::ContextName;

/// An entry and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PlacedEntry {
    /// What it is.
    pub kind: EntryKind,
    /// Its name.
    pub name: String,
    /// The file.
    pub file: PathBuf,
}

impl Kubeconfig {
    /// Gives a context another name, in the file it is in: `kubectl config rename-context`. The
    /// current context follows.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it, [`KubeconfigError::Exists`] where
    /// the new name is taken, [`KubeconfigError::NoName`] where it is empty; else as for any change.
    pub async fn rename_context(
        &self,
        from: &ContextName,
        to: &ContextName,
    ) -> Result<Change, KubeconfigError> {
        let (from, to) = (from.clone(), to.clone());
        let deed = Deed::RenameContext {
            from: from.clone(),
            to: to.clone(),
        };
        self.change(deed, move |transaction, _| {
            transaction.edit(false, |sources, default| {
                rename(sources, default, &from, &to)
            })
        })
        .await
    }

    /// Adds a context like another, in the same file and with all its fields.
    ///
    /// # Errors
    /// As for [`rename_context`](Self::rename_context).
    pub async fn duplicate_context(
        &self,
        from: &ContextName,
        to: &ContextName,
    ) -> Result<Change, KubeconfigError> {
        let (from, to) = (from.clone(), to.clone());
        let deed = Deed::DuplicateContext {
            from: from.clone(),
            to: to.clone(),
        };
        self.change(deed, move |transaction, _| {
            transaction.edit(false, |sources, _| duplicate(sources, &from, &to))
        })
        .await
    }

    /// What goes with a context: the context itself, then its cluster and user where no other context
    /// names them.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it.
    pub async fn what_goes_with(
        &self,
        context: &ContextName,
    ) -> Result<Vec<PlacedEntry>, KubeconfigError> {
        let context = context.clone();
        self.ask(move |shared| {
            let sources = shared.settled();
            let all = departing(&sources, &context)?.into_iter();
            let placed = all.map(|(file, kind, name)| PlacedEntry {
                kind,
                name,
                file: sources[file].path.clone(),
            });
            Ok(placed.collect())
        })
        .await
    }

    /// Removes a context; with `with_unused`, also its cluster and user where no other context
    /// names them. Where it was the current one, none is afterwards.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`] where no file has it; else as for any change.
    pub async fn delete_context(
        &self,
        context: &ContextName,
        with_unused: bool,
    ) -> Result<Change, KubeconfigError> {
        let context = context.clone();
        let deed = Deed::DeleteContext {
            context: context.clone(),
        };
        self.change(deed, move |transaction, _| {
            transaction.edit(false, |sources, _| delete(sources, &context, with_unused))
        })
        .await
    }
}

fn rename(
    sources: &[Source],
    default: usize,
    from: &ContextName,
    to: &ContextName,
) -> Result<Plan, KubeconfigError> {
    let (file, index, _) = found(sources, from)?;
    if from == to {
        return Ok(Plan::new());
    }
    free(sources, EntryKind::Context, to.as_str())?;
    let named = Edit::Set {
        map: vec![Step::Key("contexts"), Step::Index(index)],
        key: "name",
        value: Fragment::text(to.as_str()),
    };
    let mut plan = vec![(file, vec![named])];
    let was_current = current(sources).is_some_and(|(_, name)| name == from.as_str());
    if was_current && !sources[file].extra {
        plan.extend(set_current(sources, default, to.as_str()));
    }
    Ok(plan)
}

fn duplicate(
    sources: &[Source],
    from: &ContextName,
    to: &ContextName,
) -> Result<Plan, KubeconfigError> {
    let (file, _, item) = found(sources, from)?;
    free(sources, EntryKind::Context, to.as_str())?;
    let mut item = copied(&sources[file], item)?;
    item.set("name", Fragment::text(to.as_str()));
    let list = EntryKind::Context.list();
    Ok(vec![(file, vec![Edit::Push { list, item }])])
}

fn delete(
    sources: &[Source],
    name: &ContextName,
    with_unused: bool,
) -> Result<Plan, KubeconfigError> {
    let (file, ..) = found(sources, name)?;
    let mut plan = Plan::new();
    for (holder, kind, name) in departing(sources, name)? {
        if with_unused || kind == EntryKind::Context {
            plan.push((holder, removal(&sources[holder], kind.list(), &name)));
        }
    }
    let was_current = current(sources).is_some_and(|(_, current)| current == name.as_str());
    if was_current && !sources[file].extra {
        plan.extend(clear_current(sources, name.as_str()));
    }
    Ok(plan)
}

/// A context, and then its cluster and user where no other context names them: each with the file
/// that it is in. While a file cannot be read, its contexts may name anything.
fn departing(
    sources: &[Source],
    name: &ContextName,
) -> Result<Vec<(usize, EntryKind, String)>, KubeconfigError> {
    let (file, _, item) = found(sources, name)?;
    let mut all = vec![(file, EntryKind::Context, name.as_str().to_owned())];
    let Some(tree) = sources[file].tree() else {
        return Ok(all);
    };
    if !sources[scope(sources, file)].iter().all(Source::is_whole) {
        return Ok(all);
    }
    for kind in [EntryKind::Cluster, EntryKind::User] {
        let Some(link) = field(tree, item, "context", kind.inner()) else {
            continue;
        };
        let place = winner_in(sources, scope(sources, file), kind.list(), link);
        if let Some((holder, ..)) = place
            && !is_used_elsewhere(sources, file, name.as_str(), kind, link)
        {
            all.push((holder, kind, link.to_owned()));
        }
    }
    Ok(all)
}

/// The context of that name that counts.
pub(super) fn found(
    sources: &[Source],
    name: &ContextName,
) -> Result<(usize, usize, NodeId), KubeconfigError> {
    winner(sources, "contexts", name.as_str()).ok_or_else(|| no_such_context(sources, name))
}

/// Whether a new entry may have this name.
pub(super) fn free(sources: &[Source], kind: EntryKind, name: &str) -> Result<(), KubeconfigError> {
    if name.is_empty() {
        return Err(KubeconfigError::NoName);
    }
    match winner(sources, kind.list(), name) {
        None => Ok(()),
        Some((file, ..)) => Err(KubeconfigError::Exists {
            kind,
            name: name.to_owned(),
            file: sources[file].path.clone(),
        }),
    }
}

/// Edits that take every entry of a name out of one file, from the back so that indices stay true.
pub(super) fn removal(source: &Source, list: &'static str, name: &str) -> Vec<Edit> {
    let entries = source.entries(list, name).into_iter().rev();
    entries
        .map(|(index, _)| Edit::Remove { list, index })
        .collect()
}

/// An entry as a piece that can be written elsewhere.
pub(super) fn copied(source: &Source, item: NodeId) -> Result<Fragment, KubeconfigError> {
    let refused = |Uncopyable { line, reason }| KubeconfigError::NotCopyable {
        file: source.path.clone(),
        line,
        reason,
    };
    let tree = source.tree().ok_or(KubeconfigError::NoFile)?;
    fragment(tree, item).map_err(refused)
}

/// Every entry of a list, used or not.
pub(super) fn items<'a>(tree: &'a Tree, list: &str) -> &'a [NodeId] {
    let items = tree.top(list).and_then(|list| tree.items(list));
    items.unwrap_or_default()
}

fn is_used_elsewhere(
    sources: &[Source],
    file: usize,
    context: &str,
    kind: EntryKind,
    link: &str,
) -> bool {
    scope(sources, file).any(|other| {
        let Some(tree) = sources[other].tree() else {
            return false;
        };
        items(tree, "contexts").iter().any(|&item| {
            let is_removed = other == file && entry_name(tree, item) == Some(context);
            !is_removed && field(tree, item, "context", kind.inner()) == Some(link)
        })
    })
}
