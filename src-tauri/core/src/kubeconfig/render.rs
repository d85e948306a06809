//! How new pieces of a kubeconfig are written, in block style or as JSON.
//!
//! Block style looks as kubectl writes it; JSON is what goes between brackets, where it is YAML as
//! well. Where a piece goes is [`super::splice`]'s decision.

use std::fmt::Write as _;

use super::{tree::Style, value::is_special};

/// A piece of a kubeconfig that we write. It holds secrets and so does not print.
#[derive(Clone)]
pub(super) enum Fragment {
    Text(String),
    /// A number, a boolean or `null`, as it is written.
    Plain(String),
    List(Vec<Fragment>),
    Map(Vec<(String, Fragment)>),
}

impl Fragment {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn map<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Self)>) -> Self {
        let pairs = pairs.into_iter();
        Self::Map(pairs.map(|(key, value)| (key.into(), value)).collect())
    }

    /// What every kubeconfig begins with.
    pub(super) fn skeleton() -> Self {
        Self::map([
            ("apiVersion", Self::text("v1")),
            ("kind", Self::text("Config")),
        ])
    }

    /// The value of a key of a mapping.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(pairs) => pairs
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            Self::Text(_) | Self::Plain(_) | Self::List(_) => None,
        }
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match self {
            Self::Map(pairs) => pairs
                .iter_mut()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            Self::Text(_) | Self::Plain(_) | Self::List(_) => None,
        }
    }

    /// The text of a key of a mapping, where it is one and not empty.
    pub(super) fn get_text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Self::Text(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Gives a key of a mapping a value, in its place where it has one.
    pub(super) fn set(&mut self, key: &str, value: Self) {
        if let Some(old) = self.get_mut(key) {
            *old = value;
        } else if let Self::Map(pairs) = self {
            pairs.push((key.to_owned(), value));
        }
    }

    /// Takes a key out of a mapping.
    pub(super) fn unset(&mut self, key: &str) {
        if let Self::Map(pairs) = self {
            pairs.retain(|(name, _)| name != key);
        }
    }

    /// Lines of a mapping at `indent` spaces, each ended by `newline`.
    pub(super) fn block_map(pairs: &[(String, Self)], indent: usize, newline: &str) -> String {
        let mut out = String::new();
        write_map(&mut out, pairs, indent, newline);
        out
    }

    /// The text of a whole file, if this is a mapping.
    pub(super) fn document(&self) -> String {
        match self {
            Self::Map(pairs) => Self::block_map(pairs, 0, "\n"),
            Self::Text(_) | Self::Plain(_) | Self::List(_) => self.json(None),
        }
    }

    /// Lines of a list item whose dash stands at `indent`, each ended by `newline`.
    pub(super) fn block_item(&self, indent: usize, newline: &str) -> String {
        let mut out = String::new();
        write_item(&mut out, self, indent, newline);
        out
    }

    /// JSON on one line, or, with an indentation, over several.
    pub(super) fn json(&self, layout: Option<(usize, &str)>) -> String {
        let mut out = String::new();
        write_json(&mut out, self, layout);
        out
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

fn write_map(out: &mut String, pairs: &[(String, Fragment)], indent: usize, newline: &str) {
    for (position, (key, value)) in pairs.iter().enumerate() {
        if position > 0 || out.is_empty() || out.ends_with('\n') {
            spaces(out, indent);
        }
        out.push_str(&scalar(key, Style::Plain));
        out.push(':');
        match value {
            Fragment::Text(text) => {
                out.push(' ');
                out.push_str(&scalar(text, Style::Plain));
                out.push_str(newline);
            }
            Fragment::Map(inner) if inner.is_empty() => {
                out.push_str(" {}");
                out.push_str(newline);
            }
            Fragment::List(items) if items.is_empty() => {
                out.push_str(" []");
                out.push_str(newline);
            }
            Fragment::Plain(text) => {
                out.push(' ');
                out.push_str(text);
                out.push_str(newline);
            }
            Fragment::Map(inner) => {
                out.push_str(newline);
                write_map(out, inner, indent + 2, newline);
            }
            Fragment::List(items) => {
                out.push_str(newline);
                for item in items {
                    write_item(out, item, indent, newline);
                }
            }
        }
    }
}

fn write_item(out: &mut String, item: &Fragment, indent: usize, newline: &str) {
    spaces(out, indent);
    out.push_str("- ");
    match item {
        Fragment::Map(pairs) if !pairs.is_empty() => write_map(out, pairs, indent + 2, newline),
        Fragment::Text(text) => {
            out.push_str(&scalar(text, Style::Plain));
            out.push_str(newline);
        }
        Fragment::Plain(_) | Fragment::List(_) | Fragment::Map(_) => {
            out.push_str(&item.json(None));
            out.push_str(newline);
        }
    }
}

fn write_json(out: &mut String, fragment: &Fragment, layout: Option<(usize, &str)>) {
    let inner = layout.map(|(indent, newline)| (indent + 2, newline));
    let line = |out: &mut String, layout: Option<(usize, &str)>| {
        if let Some((indent, newline)) = layout {
            out.push_str(newline);
            spaces(out, indent);
        }
    };
    match fragment {
        Fragment::Text(text) => out.push_str(&double_quoted(text)),
        Fragment::Plain(text) => out.push_str(text),
        Fragment::List(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push_str(if layout.is_some() { "," } else { ", " });
                }
                line(out, inner);
                write_json(out, item, inner);
            }
            line(out, layout);
            out.push(']');
        }
        Fragment::Map(pairs) => {
            out.push('{');
            for (position, (key, value)) in pairs.iter().enumerate() {
                if position > 0 {
                    out.push_str(if layout.is_some() { "," } else { ", " });
                }
                line(out, inner);
                out.push_str(&double_quoted(key));
                out.push_str(": ");
                write_json(out, value, inner);
            }
            line(out, layout);
            out.push('}');
        }
    }
}

/// A string as a scalar, in the wanted style where that can hold it.
pub(super) fn scalar(text: &str, wanted: Style) -> String {
    match wanted {
        Style::Plain if is_plain(text) => text.to_owned(),
        Style::SingleQuoted if text.chars().all(is_printable) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => double_quoted(text),
    }
}

/// Whether every YAML reader takes the bare text for the same string, in block and in flow.
fn is_plain(text: &str) -> bool {
    !is_special(text)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && !text.ends_with(':')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./@:+=".contains(c))
}

/// No line break and no control character in any version of YAML.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// A string between double quotes, in the escapes that JSON and YAML share.
pub(super) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}
