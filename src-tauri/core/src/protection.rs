//! Which contexts are to be handled with care: rules over what a context says, and nothing else.
//!
//! Pure. A rule never marks a cluster of ours or of another local tool; the user's own word about a
//! context stands above all rules. What is done with a protected context is not decided here.

mod place;
mod words;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::place::Place;
use crate::context::{Context, ContextName, host};

/// What the user set about protected contexts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ProtectionRules {
    /// Whether words such as `prod` and `live` mark a context.
    pub usual_words: bool,
    /// Rules of the user's own.
    pub rules: Vec<Rule>,
    /// The user's word about single contexts: protected or not.
    pub contexts: BTreeMap<ContextName, bool>,
    /// After this many minutes in a protected context, the one before it becomes the current one
    /// again; none for never.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub return_after_minutes: Option<u32>,
}

impl Default for ProtectionRules {
    fn default() -> Self {
        Self {
            usual_words: true,
            rules: Vec::new(),
            contexts: BTreeMap::new(),
            return_after_minutes: None,
        }
    }
}

/// One rule: contexts that match are protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// What it looks at.
    pub of: Subject,
    /// `*` for any text and `?` for one character; the whole must match, in either case of letters.
    pub pattern: String,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum Subject {
    /// The context's name.
    Name,
    /// The host of its server.
    Server,
}

/// How a context is to be handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Protection {
    /// Where its cluster is.
    pub place: Place,
    /// Why it is protected; none where it is not.
    pub reason: Option<Reason>,
}

impl Protection {
    /// Whether it is to be handled with care.
    pub fn is_protected(&self) -> bool {
        self.reason.is_some()
    }
}

/// Why a context is protected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Reason {
    /// The user said so of this context.
    Chosen,
    /// A rule of the user's matches.
    Rule {
        /// Its pattern.
        pattern: String,
    },
    /// A usual word is in what the context says.
    Word {
        /// As it is written there.
        word: String,
    },
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chosen => f.write_str("you marked it"),
            Self::Rule { pattern } => write!(f, "it matches your rule `{pattern}`"),
            Self::Word { word } => write!(f, "it has the word `{word}`"),
        }
    }
}

/// How a context is to be handled under these rules.
pub fn protection(context: &Context, rules: &ProtectionRules) -> Protection {
    let place = place::of(context);
    let reason = match rules.contexts.get(&context.name) {
        Some(true) => Some(Reason::Chosen),
        Some(false) => None,
        None if place::is_of_a_local_tool(context) => None,
        None => by_rule(context, rules).or_else(|| by_word(context, rules)),
    };
    Protection { place, reason }
}

fn by_rule(context: &Context, rules: &ProtectionRules) -> Option<Reason> {
    let matching = rules.rules.iter().find(|rule| {
        let text = match rule.of {
            Subject::Name => Some(context.name.as_str()),
            Subject::Server => context.server.as_deref().and_then(host),
        };
        text.is_some_and(|text| words::matches(&rule.pattern, text))
    });
    matching.map(|rule| Reason::Rule {
        pattern: rule.pattern.clone(),
    })
}

fn by_word(context: &Context, rules: &ProtectionRules) -> Option<Reason> {
    if !rules.usual_words {
        return None;
    }
    let host = context.server.as_deref().and_then(host);
    let namespace = context.namespace.as_deref();
    let texts = [context.name.as_str(), &context.cluster, &context.user];
    let mut texts = texts.into_iter().chain(namespace).chain(host);
    let word = texts.find_map(words::usual)?;
    Some(Reason::Word {
        word: word.to_owned(),
    })
}

#[cfg(test)]
mod tests;
