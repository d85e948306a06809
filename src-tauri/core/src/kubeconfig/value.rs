//! What a kubeconfig text means, apart from how it is written.
//!
//! Two texts mean the same when their [`Value`]s are equal: comments, order of keys, quoting and
//! anchors do not count, an empty list is `null`. Every edit is made twice, on the text and on the
//! value, and both must agree; so nothing here looks at bytes.

use super::{
    edit::{Edit, Step},
    render::Fragment,
    tree::{Kind, NodeId, Style, Tree},
};

/// Nodes after expansion of aliases; more is an attack, not a kubeconfig.
const NODES_MAX: usize = 4_000_000;

/// A meaning. It holds secrets and so does not print.
#[derive(Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `null`, or an empty list.
    Null,
    /// A string.
    Text(String),
    /// Anything a plain scalar may be besides a string: its tag if explicit, and its text.
    Other(Option<String>, String),
    List(Vec<Value>),
    /// Sorted by key; equal keys keep their order.
    Map(Vec<(Value, Value)>),
}

/// An alias was expanded too often.
pub(super) struct TooLarge;

/// `null` in one of its spellings.
pub(super) fn is_null(text: &str, style: Style, tag: Option<&str>) -> bool {
    style == Style::Plain && tag.is_none() && matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether a plain scalar is a number, a boolean or a date to some YAML reader.
///
/// kubectl reads YAML 1.1 (`no` is a boolean, `010` is eight), other tools 1.2; what either takes
/// for something else than a string counts.
pub(super) fn is_special(text: &str) -> bool {
    const WORDS: [&str; 11] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", ".nan", ".inf",
    ];
    let bare = text.trim_start_matches(['+', '-']);
    text.is_empty()
        || text == "~"
        || WORDS.iter().any(|word| bare.eq_ignore_ascii_case(word))
        || bare
            .strip_prefix('.')
            .unwrap_or(bare)
            .starts_with(|c: char| c.is_ascii_digit())
            && bare
                .chars()
                .all(|c| c.is_ascii_hexdigit() || "._:-+oxTtZz ".contains(c))
}

impl Value {
    /// The meaning of a whole tree.
    pub(super) fn of(tree: &Tree) -> Result<Self, TooLarge> {
        let mut left = NODES_MAX;
        match tree.root() {
            Some(root) => Self::node(tree, root, &mut left),
            None => Ok(Self::Null),
        }
    }

    fn node(tree: &Tree, id: NodeId, left: &mut usize) -> Result<Self, TooLarge> {
        *left = left.checked_sub(1).ok_or(TooLarge)?;
        let node = tree.node(id);
        Ok(match &node.kind {
            Kind::Alias(target) => Self::node(tree, *target, left)?,
            Kind::Scalar { text, style } => match node.tag.as_deref() {
                None if is_null(text, *style, None) => Self::Null,
                None if *style == Style::Plain && is_special(text) => {
                    Self::Other(None, text.clone())
                }
                None | Some("tag:yaml.org,2002:str") => Self::Text(text.clone()),
                Some(tag) => Self::Other(Some(tag.to_owned()), text.clone()),
            },
            Kind::Sequence { items, .. } => Self::list(
                items
                    .iter()
                    .map(|&item| Self::node(tree, item, left))
                    .collect::<Result<_, _>>()?,
            ),
            Kind::Mapping { pairs, .. } => Self::map(
                pairs
                    .iter()
                    .map(|&(key, value)| {
                        Ok((Self::node(tree, key, left)?, Self::node(tree, value, left)?))
                    })
                    .collect::<Result<_, TooLarge>>()?,
            ),
        })
    }

    fn list(items: Vec<Self>) -> Self {
        if items.is_empty() {
            Self::Null
        } else {
            Self::List(items)
        }
    }

    fn map(mut pairs: Vec<(Self, Self)>) -> Self {
        pairs.sort_by(|(a, _), (b, _)| a.sort_key().cmp(&b.sort_key()));
        Self::Map(pairs)
    }

    /// Keys that are collections are nobody's kubeconfig; they keep their order at the end.
    fn sort_key(&self) -> (u8, &str) {
        match self {
            Self::Text(text) => (0, text),
            Self::Other(_, text) => (1, text),
            Self::Null => (2, ""),
            Self::List(_) | Self::Map(_) => (3, ""),
        }
    }

    /// The meaning of something we write.
    pub(super) fn of_fragment(fragment: &Fragment) -> Self {
        match fragment {
            Fragment::Text(text) => Self::Text(text.clone()),
            Fragment::Plain(text) if is_null(text, Style::Plain, None) => Self::Null,
            Fragment::Plain(text) => Self::Other(None, text.clone()),
            Fragment::List(items) => Self::list(items.iter().map(Self::of_fragment).collect()),
            Fragment::Map(pairs) => Self::map(
                pairs
                    .iter()
                    .map(|(key, value)| (Self::Text(key.clone()), Self::of_fragment(value)))
                    .collect(),
            ),
        }
    }

    /// Makes an edit on the meaning. False where there is nothing of that shape.
    pub(super) fn apply(&mut self, edit: &Edit) -> bool {
        match edit {
            Edit::Begin => {
                if *self != Self::Null {
                    return false;
                }
                *self = Self::of_fragment(&Fragment::skeleton());
                true
            }
            Edit::Set { map, key, value } => self
                .at(map)
                .is_some_and(|map| map.set(key, Self::of_fragment(value))),
            Edit::Unset { map, key } => self.at(map).is_some_and(|map| map.unset(key)),
            Edit::Push { list, item } => {
                let item = Self::of_fragment(item);
                match self.entry(list) {
                    None => self.set(list, Self::List(vec![item])),
                    Some(Self::List(items)) => {
                        items.push(item);
                        true
                    }
                    Some(value) if *value == Self::Null => {
                        *value = Self::List(vec![item]);
                        true
                    }
                    Some(_) => false,
                }
            }
            Edit::Remove { list, index } => match self.entry(list) {
                Some(value @ Self::List(_)) => {
                    let Self::List(items) = value else {
                        return false;
                    };
                    if *index >= items.len() {
                        return false;
                    }
                    items.remove(*index);
                    if items.is_empty() {
                        *value = Self::Null;
                    }
                    true
                }
                _ => false,
            },
        }
    }

    fn at(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter().try_fold(self, |value, step| match step {
            Step::Key(key) => value.entry(key),
            Step::Index(index) => match value {
                Self::List(items) => items.get_mut(*index),
                _ => None,
            },
        })
    }

    fn entry(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Map(pairs) => pairs
                .iter_mut()
                .rev()
                .find(|(name, _)| matches!(name, Self::Text(text) if text == key))
                .map(|(_, value)| value),
            _ => None,
        }
    }

    fn set(&mut self, key: &str, value: Self) -> bool {
        if let Some(old) = self.entry(key) {
            *old = value;
            return true;
        }
        let Self::Map(pairs) = self else {
            return false;
        };
        pairs.push((Self::Text(key.to_owned()), value));
        *self = Self::map(std::mem::take(pairs));
        true
    }

    fn unset(&mut self, key: &str) -> bool {
        let Self::Map(pairs) = self else {
            return false;
        };
        let found = pairs
            .iter()
            .rposition(|(name, _)| matches!(name, Self::Text(text) if text == key));
        if let Some(index) = found {
            pairs.remove(index);
        }
        found.is_some()
    }
}
