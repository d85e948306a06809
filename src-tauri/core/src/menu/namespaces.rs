//! The namespace of the current context: a line that tells it, and a menu to choose another one.
//!
//! Only namespaces that the cluster told when a person asked are in it; a menu asks nobody.

use super::{Entry, Item, Submenu};
use crate::{
    action::{Action, View},
    snapshot::Snapshot,
};

/// The line; none where no context is the current one.
pub(super) fn entry(snapshot: &Snapshot) -> Option<Entry> {
    let context = snapshot.contexts.current_context()?;
    let current = context.namespace_or_default();
    let known = snapshot.namespaces.as_ref();
    let mut names: Vec<&str> = known
        .iter()
        .flat_map(|known| &known.names)
        .map(String::as_str)
        .collect();
    // It may be one that the cluster does not have, or one of many.
    if !names.contains(&current) {
        names.insert(0, current);
    }
    let choice = Entry::Radio {
        selected: names.iter().position(|name| *name == current),
        options: names
            .into_iter()
            .map(|name| {
                let action = Action::UseNamespace(context.name.clone(), name.to_owned());
                Item::new(name, action)
            })
            .collect(),
    };
    let list = match known {
        None => "List namespaces",
        Some(_) => "List again",
    };
    let other = match known {
        Some(known) if known.more => "More…",
        _ => "Other…",
    };
    let dialog = View::Namespace {
        context: context.name.clone(),
    };
    let entries = vec![
        choice,
        Entry::Separator,
        Item::new(list, Action::ListNamespaces(context.name.clone())).into(),
        Item::new(other, Action::Show(dialog)).into(),
    ];
    Some(Entry::Submenu(Submenu {
        label: format!("Namespace: {current}"),
        dot: None,
        entries,
    }))
}
