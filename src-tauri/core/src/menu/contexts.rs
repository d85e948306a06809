//! Every context of the kubeconfig, the local ones first.
//!
//! Which list each stands in is [`groups`]'s decision; of many, the rest is in submenus.

use super::{Dot, Entry, Item, Submenu, shorten};
use crate::{
    action::{Action, View},
    context::{
        Context, ContextName, Contexts,
        groups::{Groups, Row, groups},
    },
};

/// The line that opens the list.
pub(super) fn entry(contexts: &Contexts, recent: &[ContextName]) -> Entry {
    let current = contexts.current.as_ref();
    let exists = |name| contexts.all.iter().any(|context| &context.name == name);
    let label = match current {
        None => "Context: none".to_owned(),
        Some(name) if exists(name) => format!("Context: {name}"),
        Some(name) => format!("Context: {name} (missing)"),
    };
    let is_current = |context: &Context| current == Some(&context.name);

    let Groups {
        local,
        recent,
        rest,
    } = groups(contexts, recent);
    let first = local.into_iter().chain(recent).map(Row::Context);
    let rows: Vec<Row<'_>> = first.chain(rest).collect();
    let mut entries = lists(&rows, is_current);
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
    entries.push(Item::new("All contexts…", Action::Show(View::Contexts)).into());
    Entry::Submenu(Submenu {
        label,
        dot: None,
        entries,
    })
}

/// One list of rows: contexts that stand together are one choice.
fn lists(rows: &[Row<'_>], is_current: impl Fn(&Context) -> bool + Copy) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut together: Vec<&Context> = Vec::new();
    for row in rows {
        match row {
            Row::Context(context) => together.push(context),
            Row::Group { label, rows } => {
                if !together.is_empty() {
                    entries.push(radio(&together, is_current));
                    together.clear();
                }
                entries.push(Entry::Submenu(Submenu {
                    label: label.clone(),
                    dot: None,
                    entries: lists(rows, is_current),
                }));
            }
        }
    }
    if !together.is_empty() {
        entries.push(radio(&together, is_current));
    }
    entries
}

fn radio(contexts: &[&Context], is_current: impl Fn(&Context) -> bool) -> Entry {
    Entry::Radio {
        selected: contexts.iter().position(|context| is_current(context)),
        options: contexts
            .iter()
            .map(|context| {
                Item::new(
                    context.name.as_str(),
                    Action::UseContext(context.name.clone()),
                )
            })
            .collect(),
    }
}
