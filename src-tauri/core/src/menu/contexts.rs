//! Every context of the kubeconfig, the local ones first.
//!
//! Which list each stands in is [`groups`]'s decision; of many, the rest is in submenus.

use std::path::Path;

use super::{Dot, Entry, Item, Submenu, keys, shorten};
use crate::{
    action::{Action, View},
    context::{
        Context, ContextName, FileProblem,
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
    entries.extend(problems(&contexts.problems));
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

/// What could not be read, one line for each file.
fn problems(all: &[FileProblem]) -> Vec<Entry> {
    // Whether the file as a whole, and else how many of its entries.
    let mut files: Vec<(&Path, bool, usize)> = Vec::new();
    for problem in all {
        let whole = problem.entry.is_none();
        match files.iter_mut().find(|(file, ..)| *file == problem.file) {
            Some((_, is_whole, entries)) => {
                *is_whole |= whole;
                *entries += usize::from(!whole);
            }
            None => files.push((&problem.file, whole, usize::from(!whole))),
        }
    }
    let line = |(file, whole, entries): (&Path, bool, usize)| {
        let file = file.display();
        let label = match entries {
            _ if whole => format!("{file} cannot be read"),
            1 => format!("{file}: an entry is left out"),
            many => format!("{file}: {many} entries are left out"),
        };
        let line = Item::new(shorten(&label), Action::Show(View::Contexts));
        line.with_dot(Dot::Degraded).into()
    };
    files.into_iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_one_line_whatever_is_wrong_in_it() {
        let problem = |file: &str, entry| FileProblem {
            file: file.into(),
            line: None,
            message: "odd".into(),
            entry,
        };
        let lines = problems(&[
            problem("/a", Some(1)),
            problem("/b", None),
            problem("/a", Some(4)),
            problem("/c", Some(2)),
            problem("/b", Some(2)),
        ]);
        let labels: Vec<&str> = lines
            .iter()
            .filter_map(|line| match line {
                Entry::Item(item) => Some(item.label.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(
            labels,
            [
                "/a: 2 entries are left out",
                "/b cannot be read",
                "/c: an entry is left out"
            ]
        );
    }
}
