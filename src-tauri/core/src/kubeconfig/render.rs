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
    List(Vec<Fragment>),
    Map(Vec<(&'static str, Fragment)>),
}

impl Fragment {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// What every kubeconfig begins with.
    pub(super) fn skeleton() -> Self {
        Self::Map(vec![
            ("apiVersion", Self::text("v1")),
            ("kind", Self::text("Config")),
        ])
    }

    /// Lines of a mapping at `indent` spaces, each ended by `newline`.
    pub(super) fn block_map(
        pairs: &[(&'static str, Self)],
        indent: usize,
        newline: &str,
    ) -> String {
        let mut out = String::new();
        write_map(&mut out, pairs, indent, newline);
        out
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

fn write_map(out: &mut String, pairs: &[(&'static str, Fragment)], indent: usize, newline: &str) {
    for (position, (key, value)) in pairs.iter().enumerate() {
        if position > 0 || out.is_empty() || out.ends_with('\n') {
            spaces(out, indent);
        }
        out.push_str(key);
        out.push(':');
        match value {
            Fragment::Text(text) => {
                out.push(' ');
                out.push_str(&scalar(text, Style::Plain));
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
        Fragment::Map(pairs) => write_map(out, pairs, indent + 2, newline),
        Fragment::Text(_) | Fragment::List(_) => {
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
