//! Many contexts in short lists: local ones, those used last, and the rest in groups.
//!
//! Pure, and about names only. A few dozen stand in one list. Of more, the rest is grouped by
//! provider, then by what names begin with, then by ranges of the alphabet, so that no list is long
//! and five thousand are three short lists away.

use std::collections::BTreeMap;

use super::{Context, ContextName, Contexts, host};

/// How many rows a list of the rest has at most.
pub const ROWS_MAX: usize = 25;

/// How many of those used last stand in front.
const RECENT_MAX: usize = 8;

/// What ends a word in a name.
const SEPARATORS: [char; 7] = [':', '/', '_', '-', '.', '@', ' '];

/// Contexts as a menu shows them. Each is in it once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups<'a> {
    /// Those of local clusters, in the order of the files.
    pub local: Vec<&'a Context>,
    /// The current one and those used last; none where all of them stand in the rest anyway.
    pub recent: Vec<&'a Context>,
    /// All others.
    pub rest: Vec<Row<'a>>,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row<'a> {
    /// A context.
    Context(&'a Context),
    /// A list of its own.
    Group {
        /// What they have in common, and how many they are.
        label: String,
        /// At most [`ROWS_MAX`].
        rows: Vec<Row<'a>>,
    },
}

impl Row<'_> {
    /// Whether the context of this name is in the row.
    pub fn has(&self, name: &ContextName) -> bool {
        match self {
            Row::Context(context) => context.name == *name,
            Row::Group { rows, .. } => rows.iter().any(|row| row.has(name)),
        }
    }
}

/// Puts contexts into lists. `recent` are the names used last, the latest first. Those that kubectl
/// does not know are left out: they cannot become the current one.
pub fn groups<'a>(contexts: &'a Contexts, recent: &[ContextName]) -> Groups<'a> {
    let known = contexts.all.iter().filter(|context| !context.extra);
    let (local, mut rest): (Vec<&Context>, Vec<&Context>) =
        known.partition(|context| context.local_cluster.is_some());
    // One row more than there may be is shorter than a list of its own.
    if rest.len() <= ROWS_MAX + 1 {
        let rest = rest.into_iter().map(Row::Context).collect();
        return Groups {
            local,
            recent: Vec::new(),
            rest,
        };
    }
    let mut first: Vec<&Context> = Vec::new();
    for name in contexts.current.iter().chain(recent) {
        let found = rest.iter().position(|context| context.name == *name);
        if let Some(at) = found.filter(|_| first.len() < RECENT_MAX) {
            first.push(rest.remove(at));
        }
    }
    Groups {
        local,
        recent: first,
        rest: by_provider(rest),
    }
}

fn by_provider(mut contexts: Vec<&Context>) -> Vec<Row<'_>> {
    contexts.sort_by(|one, other| one.name.cmp(&other.name));
    let mut named: BTreeMap<&str, Vec<&Context>> = BTreeMap::new();
    let mut others = Vec::new();
    for context in &contexts {
        match provider(context) {
            Some(name) => named.entry(name).or_default().push(context),
            None => others.push(*context),
        }
    }
    if contexts.len() <= ROWS_MAX || named.len() + usize::from(!others.is_empty()) < 2 {
        return rows(&contexts, ROWS_MAX);
    }
    let mut found: Vec<Row<'_>> = named
        .into_iter()
        .map(|(name, contexts)| group(name, &contexts))
        .collect();
    found.extend(rows(&others, ROWS_MAX - found.len()));
    found
}

/// Who runs the cluster, where its names or its server say so.
fn provider(context: &Context) -> Option<&'static str> {
    let server = context.server.as_deref().unwrap_or_default();
    let host = host(server).unwrap_or_default();
    let named = |start: &str| {
        context.name.as_str().starts_with(start) || context.cluster.starts_with(start)
    };
    if named("arn:aws:eks:")
        || host.ends_with(".eks.amazonaws.com")
        || context.cluster.ends_with(".eksctl.io")
    {
        Some("EKS")
    } else if named("gke_") || named("connectgateway_") {
        Some("GKE")
    } else if host.ends_with(".azmk8s.io") {
        Some("AKS")
    } else if host.ends_with(".k8s.ondigitalocean.com") {
        Some("DigitalOcean")
    } else if server.contains("/k8s/clusters/") {
        Some("Rancher")
    } else {
        None
    }
}

fn group<'a>(label: &str, contexts: &[&'a Context]) -> Row<'a> {
    Row::Group {
        label: format!("{label} ({})", contexts.len()),
        rows: rows(contexts, ROWS_MAX),
    }
}

/// At most `limit` rows for contexts that are sorted by name.
fn rows<'a>(contexts: &[&'a Context], limit: usize) -> Vec<Row<'a>> {
    if contexts.len() <= limit {
        return contexts.iter().copied().map(Row::Context).collect();
    }
    by_word(contexts, limit).unwrap_or_else(|| by_range(contexts, limit))
}

/// Groups by the first word in which the names differ, where that makes fewer rows than names.
fn by_word<'a>(contexts: &[&'a Context], limit: usize) -> Option<Vec<Row<'a>>> {
    let names: Vec<&str> = contexts
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    let shared = &names[0][..shared_beginning(&names)];
    let shared = shared.rfind(SEPARATORS).map_or(0, |at| at + 1);
    let word = |name: &str| {
        let rest = &name[shared..];
        rest.find(SEPARATORS).map_or(name.len(), |at| shared + at)
    };
    let mut found: Vec<(usize, Vec<&Context>)> = Vec::new();
    for &context in contexts {
        let name = context.name.as_str();
        match found.last_mut() {
            Some((end, members)) if members[0].name.as_str()[..*end] == name[..word(name)] => {
                members.push(context);
            }
            _ => found.push((word(name), vec![context])),
        }
    }
    let is_shorter = found.len() <= limit && found.len() * 2 <= contexts.len();
    is_shorter.then(|| {
        found
            .into_iter()
            .map(|(end, members)| match members.as_slice() {
                [context] => Row::Context(context),
                members => group(&short(&members[0].name.as_str()[..end], shared), members),
            })
            .collect()
    })
}

/// Groups by ranges of the alphabet.
fn by_range<'a>(contexts: &[&'a Context], limit: usize) -> Vec<Row<'a>> {
    let names: Vec<&str> = contexts
        .iter()
        .map(|context| context.name.as_str())
        .collect();
    let shared = shared_beginning(&names);
    let count = contexts.len().div_ceil(ROWS_MAX).min(limit);
    let size = contexts.len().div_ceil(count);
    let chunks = contexts.chunks(size).enumerate();
    chunks
        .map(|(index, members)| {
            let begin = index * size;
            let (from, to) = (names[begin], names[begin + members.len() - 1]);
            let (from, to) = (short(from, shared), short(to, shared));
            group(&format!("{from} – {to}"), members)
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

/// A name of bounded length; what all share is left out where it would be most of it.
fn short(name: &str, shared: usize) -> String {
    const BARE: usize = 12;
    const LENGTH_MAX: usize = 24;
    let (mark, rest) = if shared > BARE {
        ("…", &name[shared.min(name.len())..])
    } else {
        ("", name)
    };
    match rest.char_indices().nth(LENGTH_MAX) {
        Some((end, _)) => format!("{mark}{}…", &rest[..end]),
        None => format!("{mark}{rest}"),
    }
}

/// How many bytes both begin with, in whole characters.
fn common(one: &str, other: &str) -> usize {
    one.char_indices()
        .zip(other.chars())
        .find(|((_, a), b)| a != b)
        .map_or(one.len().min(other.len()), |((index, _), _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_snapshots::contexts;

    /// Names as large companies have them, and some that nothing groups.
    fn many(count: usize) -> Vec<String> {
        let name = |number: usize| match number % 5 {
            0 => format!(
                "arn:aws:eks:{}:{:012}:cluster/team-{number:04}",
                ["eu-west-1", "us-east-1", "ap-south-1"][number % 3],
                number % 40
            ),
            1 => format!(
                "gke_shop-{}_europe-west{}-b_c{number}",
                number % 90,
                number % 4
            ),
            2 => format!("{number:04}"),
            3 => format!("admin@{}.cluster.example.com", number % 700),
            _ => format!("x{}y{number}", "z".repeat(number % 30)),
        };
        let mut names: Vec<String> = (0..count).map(name).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The names in a row's lists, and how deep they lie; checks that no list is long.
    fn walk(rows: &[Row<'_>], depth: usize, found: &mut Vec<(String, usize)>) {
        assert!(rows.len() <= ROWS_MAX, "{} rows", rows.len());
        for row in rows {
            match row {
                Row::Context(context) => found.push((context.name.to_string(), depth)),
                Row::Group { rows, label } => {
                    assert!(rows.len() > 1, "{label} is a list of one");
                    walk(rows, depth + 1, found);
                }
            }
        }
    }

    #[test]
    fn thousands_of_contexts_are_a_few_short_lists_away_and_each_is_there_once() {
        for count in [27, 200, 2_000, 5_000] {
            let names = many(count);
            let texts: Vec<&str> = names.iter().map(String::as_str).collect();
            let all = contexts(&texts, None);
            let grouped = groups(&all, &[]);
            let mut found = Vec::new();
            walk(&grouped.rest, 0, &mut found);
            let deepest = found.iter().map(|(_, depth)| *depth).max();
            assert!(deepest <= Some(5), "{deepest:?} of {count}");
            let mut listed: Vec<&String> = found.iter().map(|(name, _)| name).collect();
            listed.sort();
            assert_eq!(listed, names.iter().collect::<Vec<_>>());
            assert_eq!((grouped.local, grouped.recent), (vec![], vec![]));
        }
    }

    #[test]
    fn local_ones_come_first_then_the_current_and_those_used_last() {
        let names = many(500);
        let mut texts: Vec<&str> = names.iter().map(String::as_str).collect();
        texts.insert(77, "k3d-dev");
        let mut all = contexts(&texts, Some(&names[400]));
        all.all[0].extra = true;
        let name = |index: usize| ContextName::new(names[index].as_str());
        let recent = [
            name(3),
            name(400),
            name(0),
            ContextName::new("k3d-dev"),
            name(200),
        ];
        let grouped = groups(&all, &recent);
        let first = |contexts: &[&Context]| -> Vec<String> {
            contexts
                .iter()
                .map(|context| context.name.to_string())
                .collect()
        };
        assert_eq!(first(&grouped.local), ["k3d-dev"]);
        assert_eq!(
            first(&grouped.recent),
            [&names[400], &names[3], &names[200]].map(Clone::clone)
        );
        for shown in [0, 3, 200, 400] {
            assert!(!grouped.rest.iter().any(|row| row.has(&name(shown))));
        }
        assert!(grouped.rest.iter().any(|row| row.has(&name(4))));
    }

    #[test]
    fn a_few_dozen_stand_in_one_list_in_the_order_of_the_files() {
        let names: Vec<String> = (0..26).rev().map(|number| format!("c{number}")).collect();
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = contexts(&texts, Some("c3"));
        let grouped = groups(&all, &[]);
        let expected: Vec<Row<'_>> = all.all.iter().map(Row::Context).collect();
        assert_eq!(grouped.rest, expected);
        assert_eq!(grouped.recent, Vec::<&Context>::new());
    }

    #[test]
    fn groups_are_named_after_providers_and_what_names_begin_with() {
        let names = many(2_000);
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        let all = contexts(&texts, None);
        let labels = |rows: &[Row<'_>]| -> Vec<String> {
            let labels = rows.iter().filter_map(|row| match row {
                Row::Group { label, .. } => Some(label.clone()),
                Row::Context(_) => None,
            });
            labels.collect()
        };
        let grouped = groups(&all, &[]);
        let top = labels(&grouped.rest);
        assert_eq!(top[..2], ["EKS (400)", "GKE (400)"]);
        let Some(Row::Group { rows, .. }) = grouped.rest.first() else {
            panic!("{top:?}");
        };
        assert_eq!(
            labels(rows),
            [
                "arn:aws:eks:ap (133)",
                "arn:aws:eks:eu (134)",
                "arn:aws:eks:us (133)"
            ]
        );
    }
}
