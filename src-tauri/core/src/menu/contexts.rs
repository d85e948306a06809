//! Every context of the kubeconfig, the local ones first.
//!
//! A few dozen stand in one list. Of more, the rest is put into submenus by the beginnings of their
//! names, about as many submenus as lines in each, so that two thousand are two short lists away.

use super::{Dot, Entry, Item, Submenu, shorten};
use crate::{
    action::{Action, View},
    context::{Context, Contexts},
};

/// How many contexts that are not local stand in the first list.
const FIRST: usize = 25;

/// The line that opens the list.
pub(super) fn entry(contexts: &Contexts) -> Entry {
    let current = contexts.current.as_ref();
    let exists = |name| contexts.all.iter().any(|context| &context.name == name);
    let label = match current {
        None => "Context: none".to_owned(),
        Some(name) if exists(name) => format!("Context: {name}"),
        Some(name) => format!("Context: {name} (missing)"),
    };
    let is_current = |context: &Context| current == Some(&context.name);

    let (local, mut foreign): (Vec<&Context>, Vec<&Context>) = contexts
        .all
        .iter()
        .partition(|context| context.local_cluster.is_some());
    // A list with one line in a submenu of its own would be no shorter.
    let rest = if foreign.len() > FIRST + 1 {
        foreign.split_off(FIRST)
    } else {
        vec![]
    };
    let mut entries = Vec::new();
    let listed: Vec<&Context> = local.into_iter().chain(foreign).collect();
    if listed.is_empty() {
        entries.push(Item::text("No contexts").into());
    } else {
        entries.push(radio(&listed, is_current));
    }
    entries.extend(groups(rest, is_current));
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

fn groups(mut rest: Vec<&Context>, is_current: impl Fn(&Context) -> bool + Copy) -> Vec<Entry> {
    rest.sort_by(|one, other| one.name.cmp(&other.name));
    let names: Vec<&str> = rest.iter().map(|context| context.name.as_str()).collect();
    let size = names.len().isqrt().max(FIRST);
    let shared = shared_beginning(&names);
    rest.chunks(size)
        .enumerate()
        .map(|(index, group)| {
            let begin = index * size;
            let end = begin + group.len() - 1;
            let before = begin.checked_sub(1).map(|index| names[index]);
            let after = names.get(end + 1).copied();
            let from = beginning(names[begin], before, shared);
            let to = beginning(names[end], after, shared);
            let mark = if group.iter().any(|context| is_current(context)) {
                "✓ "
            } else {
                ""
            };
            Entry::Submenu(Submenu {
                label: format!("{mark}{from} – {to}"),
                dot: None,
                entries: vec![radio(group, is_current)],
            })
        })
        .collect()
}

/// How many bytes all names begin with in common.
fn shared_beginning(names: &[&str]) -> usize {
    match names {
        // They are sorted: what the ends share, all share.
        [first, .., last] => common(first, last),
        _ => 0,
    }
}

/// The shortest beginning of `name` that tells it from its neighbour; what all share is left out
/// where it would be most of it.
fn beginning(name: &str, neighbour: Option<&str>, shared: usize) -> String {
    const BARE: usize = 12;
    let told = neighbour.map_or(shared, |neighbour| common(name, neighbour));
    let end = name[told..]
        .chars()
        .next()
        .map_or(told, |next| told + next.len_utf8());
    if shared > BARE {
        format!("…{}", &name[shared.min(end)..end])
    } else {
        name[..end].to_owned()
    }
}

/// How many bytes both begin with, in whole characters.
fn common(one: &str, other: &str) -> usize {
    one.char_indices()
        .zip(other.chars())
        .find(|((_, a), b)| a != b)
        .map_or(one.len().min(other.len()), |((index, _), _)| index)
}
