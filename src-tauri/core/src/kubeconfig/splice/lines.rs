//! Changes by whole lines, in block style: where a line starts, where a node's last one ends, and
//! what may be on it.

use std::ops::Range;

use super::{
    super::{
        edit::Refused,
        tree::{Kind, NodeId, Style},
    },
    Surgery,
};

impl Surgery<'_> {
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        // A byte order mark takes no column.
        if start == 0 && self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8().min(at)
        } else {
            start
        }
    }

    pub(super) fn column(&self, id: NodeId) -> usize {
        let start = self.tree.node(id).start;
        start - self.line_start(start)
    }

    /// The start of the line on which `at` is the first thing.
    pub(super) fn line_of(&self, at: usize, near: NodeId) -> Result<usize, Refused> {
        let start = self.line_start(at);
        if self.text[start..at].chars().all(|c| c == ' ') {
            Ok(start)
        } else {
            self.refuse(near, "something else stands on the same line")
        }
    }

    /// After the line that `at` stands on, of which only blanks and a comment may be left.
    pub(super) fn end_of_line(&self, at: usize, near: NodeId) -> Result<usize, Refused> {
        let rest = &self.text[at..];
        let length = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let left = &rest[..length];
        let blank = left.trim_start_matches([' ', '\t']);
        let comment = blank.starts_with('#') && (blank.len() < left.len() || at == 0);
        if blank.trim().is_empty() || comment {
            Ok(at + length)
        } else {
            self.refuse(near, "something else stands on the same line")
        }
    }

    /// After the last line of a pair.
    pub(super) fn after(&self, key: NodeId, value: NodeId) -> Result<usize, Refused> {
        let node = self.tree.node(value);
        if node.start == node.end && !node.decorated && matches!(node.kind, Kind::Scalar { .. }) {
            return self.end_of_line(self.colon(key)?, key);
        }
        self.after_node(value)
    }

    /// After the last line of a node.
    pub(super) fn after_node(&self, id: NodeId) -> Result<usize, Refused> {
        let end = self.tree.node(id).end;
        if self.ends_with_text_block(id) {
            // Its end may include the indentation of a comment below it.
            let start = self.line_start(end);
            if start > 0 && self.text[start..end].chars().all(|c| c == ' ') {
                return Ok(start);
            }
        }
        self.end_of_line(end, id)
    }

    pub(super) fn ends_with_text_block(&self, id: NodeId) -> bool {
        match &self.tree.node(id).kind {
            Kind::Scalar { style, .. } => *style == Style::Block,
            Kind::Sequence { flow: false, items } => items
                .last()
                .is_some_and(|&last| self.ends_with_text_block(last)),
            Kind::Mapping { flow: false, pairs } => pairs
                .last()
                .is_some_and(|&(_, last)| self.ends_with_text_block(last)),
            _ => false,
        }
    }

    /// Comments that are indented deeper than a list's dashes belong to the item above them.
    pub(super) fn past_comments(&self, mut at: usize, indent: usize) -> usize {
        let mut end = at;
        while at < self.text.len() {
            let rest = &self.text[at..];
            let line = &rest[..rest.find('\n').map_or(rest.len(), |newline| newline + 1)];
            let bare = line.trim_start_matches(' ');
            at += line.len();
            if bare.starts_with('#') && line.len() - bare.len() > indent {
                end = at;
            } else if !bare.trim().is_empty() {
                break;
            }
        }
        end
    }

    /// After the colon of a key.
    pub(super) fn colon(&self, key: NodeId) -> Result<usize, Refused> {
        let end = self.tree.node(key).end;
        let rest = &self.text[end..];
        let bare = rest.trim_start_matches([' ', '\t']);
        if bare.starts_with(':') {
            Ok(end + rest.len() - bare.len() + 1)
        } else {
            self.refuse(key, "its key is written in a long form")
        }
    }

    /// The dash of a list item.
    pub(super) fn dash(&self, item: NodeId) -> Result<usize, Refused> {
        let node = self.tree.node(item);
        let before = self.text[..node.start].trim_end();
        match before.strip_suffix('-') {
            Some(before) if !node.decorated => Ok(before.len()),
            _ => self.refuse(item, "its list item has an anchor or a comment before it"),
        }
    }

    /// How far the dashes of a new list are indented: as in the file's other lists.
    pub(super) fn list_indent(&self, root: NodeId, key: NodeId) -> usize {
        let column = self.column(key);
        let other = self
            .tree
            .pairs(root)
            .into_iter()
            .flatten()
            .find_map(|&(name, value)| match &self.tree.node(value).kind {
                Kind::Sequence { flow: false, items } => {
                    let dash = self.dash(*items.first()?).ok()?;
                    (dash - self.line_start(dash)).checked_sub(self.column(name))
                }
                _ => None,
            });
        column + other.unwrap_or(0)
    }

    /// Inserts lines, each of which ends with a line break, at the start of a line or at the end
    /// of a text whose last line may have none.
    pub(super) fn insert_lines(&mut self, at: usize, lines: &str) {
        let before = &self.text[..at];
        let unfinished = at == self.text.len()
            && !before.is_empty()
            && !before.ends_with('\n')
            && before != "\u{feff}";
        if unfinished {
            let lines = lines.strip_suffix(self.newline).unwrap_or(lines);
            self.change(at..at, format!("{}{lines}", self.newline));
        } else {
            self.change(at..at, lines);
        }
    }

    /// Takes whole lines out. Where they end a text without a last line break, the text keeps
    /// ending without one.
    pub(super) fn take_lines(&mut self, lines: Range<usize>) {
        let ends_the_text = lines.end == self.text.len() && !self.text.ends_with('\n');
        let mut start = lines.start;
        if ends_the_text {
            start = self.text[..start]
                .strip_suffix('\n')
                .map_or(start, str::len);
            start = self.text[..start]
                .strip_suffix('\r')
                .map_or(start, str::len);
        }
        self.change(start..lines.end, "");
    }
}
