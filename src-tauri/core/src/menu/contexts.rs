//! Every context of the kubeconfig, the local ones first.
//!
//! Which list each stands in is [`groups`]'s decision; of many, the rest is in submenus.

use super::{Dot, Entry, Item, Submenu, keys, shorten};
use crate::{
    action::{Action, View},
    context::{
        Context, ContextName,
        groups::{Groups, Row, groups},
    },
    snapshot::Snapshot,
};

/// The line that opens the list.
pub(super) fn entry(snapshot: &Snapshot) -> Entry {
    let contexts = &snapshot.contexts;
    let label = match &contexts.current {
        None => "Context: none".to_owned(),
        Some(name) if contexts.has(name) => format!("Context: {}", title(name, snapshot)),
        Some(name) => format!("Context: {name} (missing)"),
    };

    let Groups {
        local,
        recent,
        rest,
    } = groups(contexts, &snapshot.recent_contexts);
    let first = local.into_iter().chain(recent).map(Row::Context);
    let rows: Vec<Row<'_>> = first.chain(rest).collect();
    let mut entries = lists(&rows, snapshot);
    if entries.is_empty() {
        entries.push(Item::text("No contexts").into());
    }
    for problem in &contexts.problems {
        let file = problem.file.display();
        let line = Item::new(
            shorten(&format!("{file} cannot be read")),
            Action::Show(View::Contexts),
        );
        entries.push(line.with_dot(Dot::Degraded).into());
    }
    entries.push(Entry::Separator);
    let palette = Action::Show(View::Palette);
    let search = Item {
        shortcut: keys(snapshot, &palette),
        ..Item::new("Search…", palette)
    };
    entries.push(search.into());
    entries.push(Item::new("All contexts…", Action::Show(View::Contexts)).into());
    Entry::Submenu(Submenu {
        label,
        dot: None,
        entries,
    })
}

/// One list of rows: contexts that stand together are one choice.
fn lists(rows: &[Row<'_>], snapshot: &Snapshot) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut together: Vec<&Context> = Vec::new();
    for row in rows {
        match row {
            Row::Context(context) => together.push(context),
            Row::Group { label, rows } => {
                if !together.is_empty() {
                    entries.push(radio(&together, snapshot));
                    together.clear();
                }
                entries.push(Entry::Submenu(Submenu {
                    label: label.clone(),
                    dot: None,
                    entries: lists(rows, snapshot),
                }));
            }
        }
    }
    if !together.is_empty() {
        entries.push(radio(&together, snapshot));
    }
    entries
}

fn radio(contexts: &[&Context], snapshot: &Snapshot) -> Entry {
    let current = snapshot.contexts.current.as_ref();
    Entry::Radio {
        selected: contexts
            .iter()
            .position(|context| current == Some(&context.name)),
        options: contexts
            .iter()
            .map(|context| {
                Item::new(
                    title(&context.name, snapshot),
                    Action::UseContext(context.name.clone()),
                )
            })
            .collect(),
    }
}

/// Its name, and whether it is to be handled with care.
fn title(name: &ContextName, snapshot: &Snapshot) -> String {
    if snapshot.protected.contains_key(name) {
        format!("{name} (protected)")
    } else {
        name.to_string()
    }
}
