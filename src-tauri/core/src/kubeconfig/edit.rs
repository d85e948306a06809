//! The few things that are ever changed in a kubeconfig, and the proof that nothing else was.
//!
//! [`apply_all`] changes bytes by [`super::splice`], reads the result back, and compares its meaning
//! with the meaning that the same edit gives to the old text. Where the two differ, or the place
//! cannot be changed without rewriting what stands around it, the text is refused and stays.

use super::{
    render::Fragment,
    splice,
    tree::{Malformed, Tree},
    value::{TooLarge, Value},
};

/// One step on the way to a mapping.
#[derive(Clone, PartialEq)]
pub(super) enum Step {
    Key(&'static str),
    Index(usize),
}

/// One change to one document.
#[derive(Clone)]
pub(super) enum Edit {
    /// Gives a text without content the first lines of a kubeconfig.
    Begin,
    /// Gives a key of a mapping a value, whether or not it has one.
    Set {
        map: Vec<Step>,
        key: &'static str,
        value: Fragment,
    },
    /// Takes a key out of a mapping.
    Unset { map: Vec<Step>, key: &'static str },
    /// Adds an item to a list of the root mapping, which may be missing or `null`.
    Push { list: &'static str, item: Fragment },
    /// Takes an item out of a list of the root mapping.
    Remove { list: &'static str, index: usize },
}

/// Why a text was not changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It cannot be read.
    Malformed(Malformed),
    /// The place is written in a way that cannot be changed without touching other bytes.
    Shape {
        /// Counted from 1.
        line: Option<usize>,
        reason: &'static str,
    },
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<TooLarge> for Refused {
    fn from(_: TooLarge) -> Self {
        Self::Malformed(Malformed {
            line: None,
            message: "its aliases expand to too many nodes".into(),
        })
    }
}

/// Makes several edits, one after the other. Each result is proven to mean the document before it
/// with just that change.
pub(super) fn apply_all(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let json = is_json(text);
    let mut text = text.to_owned();
    let mut tree = Tree::parse(&text)?;
    let mut value = Value::of(&tree)?;
    for edit in edits {
        if !value.apply(edit) {
            return Err(Refused::Shape {
                line: None,
                reason: "nothing of the expected kind is there",
            });
        }
        text = splice::splice(&text, &tree, edit)?;
        let refused = Refused::Shape {
            line: None,
            reason: "the change would reach other entries",
        };
        let Ok(proof) = Tree::parse(&text) else {
            return Err(refused);
        };
        if !matches!(Value::of(&proof), Ok(found) if found == value) {
            return Err(refused);
        }
        tree = proof;
    }
    if json && !is_json(&text) {
        return Err(Refused::Shape {
            line: None,
            reason: "the file would cease to be JSON",
        });
    }
    Ok(text)
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
        && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
