//! From entries and decisions to edits.

use std::collections::HashMap;

use super::{Decision, Entry, Existing, ImportChoice, existing};
use crate::kubeconfig::{
    edit::Edit,
    error::KubeconfigError,
    housekeeping::free,
    kind::EntryKind,
    ours::{Plan, begin},
    read::{Source, chained},
    render::Fragment,
};

pub(super) fn plan(
    sources: &[Source],
    default: usize,
    entries: &[Entry],
    choices: &[ImportChoice],
) -> Result<Plan, KubeconfigError> {
    let sources = chained(sources);
    let mut plan = Plan::new();
    let mut new = Vec::new();
    let mut renamed: HashMap<(EntryKind, &str), &str> = HashMap::new();
    for entry in entries {
        let content = relinked(entry, &renamed);
        let (kind, name) = (entry.kind, entry.name.as_str());
        let decision = choices
            .iter()
            .find(|choice| choice.kind == kind && choice.name == name)
            .map(|choice| &choice.decision);
        let list = kind.list();
        let there = existing(sources, kind, name)?;
        let is_there = there.as_ref().is_some_and(|there| there.is(&content));
        match (decision, there) {
            (Some(Decision::Skip), _) => {}
            (_, Some(_)) if is_there => {}
            (Some(Decision::Rename { to }), _) => {
                free(sources, kind, to)?;
                let is_incoming = |other: &Entry| other.kind == kind && other.name == *to;
                let is_twice = renamed
                    .iter()
                    .any(|((other, _), name)| *other == kind && name == to);
                if entries.iter().any(is_incoming) || is_twice {
                    return Err(KubeconfigError::Exists {
                        kind,
                        name: to.clone(),
                        file: sources[default].path.clone(),
                    });
                }
                renamed.insert((kind, name), to);
                let mut item = content;
                item.set("name", Fragment::text(to));
                new.push(Edit::Push { list, item });
            }
            (Some(Decision::Replace), Some(Existing { file, index, .. })) => {
                let item = content;
                let edits = vec![Edit::Remove { list, index }, Edit::Push { list, item }];
                plan.push((file, edits));
            }
            (None, Some(_)) => {
                return Err(KubeconfigError::Undecided {
                    kind,
                    name: entry.name.clone(),
                });
            }
            (None | Some(Decision::Replace), None) => {
                let item = content;
                new.push(Edit::Push { list, item });
            }
        }
    }
    if !new.is_empty() {
        let mut edits = begin(sources, default);
        edits.extend(new);
        plan.push((default, edits));
    }
    replacements_in_order(&mut plan);
    Ok(plan)
}

/// A context names its cluster and user as they are called from now on.
fn relinked(entry: &Entry, renamed: &HashMap<(EntryKind, &str), &str>) -> Fragment {
    let mut content = entry.content.clone();
    if entry.kind == EntryKind::Context
        && let Some(inside) = content.get_mut("context")
    {
        for kind in [EntryKind::Cluster, EntryKind::User] {
            let link = inside.get_text(kind.inner()).map(str::to_owned);
            if let Some(to) = link.and_then(|link| renamed.get(&(kind, link.as_str())).copied()) {
                inside.set(kind.inner(), Fragment::text(to));
            }
        }
    }
    content
}

/// Removals first and from the back, so that the indices of all of them are true.
fn replacements_in_order(plan: &mut Plan) {
    let mut removals: Vec<(usize, &'static str, usize)> = Vec::new();
    let mut additions = Plan::new();
    for (file, edits) in plan.drain(..) {
        let mut kept = Vec::new();
        for edit in edits {
            match edit {
                Edit::Remove { list, index } => removals.push((file, list, index)),
                other => kept.push(other),
            }
        }
        additions.push((file, kept));
    }
    removals.sort_unstable_by(|one, other| other.cmp(one));
    plan.extend(removals.into_iter().map(|(file, list, index)| {
        let edit = Edit::Remove { list, index };
        (file, vec![edit])
    }));
    plan.extend(additions);
}
