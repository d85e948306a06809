//! Where an edit's bytes go: in block style by whole lines, between brackets by single items.
//!
//! Nothing is decided here about what the result means; [`super::edit`] proves that afterwards, so
//! this module may refuse whatever is unusual rather than know every corner of YAML.

mod brackets;
mod lines;

use std::ops::Range;

use super::{
    edit::{Edit, Refused, Step},
    render::{self, Fragment},
    tree::{Kind, NodeId, Style, Tree},
};

/// Changes the text. Every byte outside the returned text's changed ranges is the old one.
pub(super) fn splice(text: &str, tree: &Tree, edit: &Edit) -> Result<String, Refused> {
    let mut surgery = Surgery {
        text,
        tree,
        newline: newline_of(text),
        changes: Vec::new(),
    };
    match edit {
        Edit::Begin => surgery.begin()?,
        Edit::Set { map, key, value } => surgery.set(map, key, value)?,
        Edit::Unset { map, key } => surgery.unset(map, key)?,
        Edit::Push { list, item } => surgery.push(list, item)?,
        Edit::Remove { list, index } => surgery.remove(list, *index)?,
    }
    let mut out = text.to_owned();
    // From the back, so that earlier offsets stay true.
    surgery.changes.sort_by_key(|(range, _)| range.start);
    for (range, replacement) in surgery.changes.into_iter().rev() {
        out.replace_range(range, &replacement);
    }
    Ok(out)
}

/// The line ending of the first line, which new lines take over.
fn newline_of(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

struct Surgery<'a> {
    text: &'a str,
    tree: &'a Tree,
    newline: &'static str,
    changes: Vec<(Range<usize>, String)>,
}

impl Surgery<'_> {
    fn change(&mut self, range: Range<usize>, replacement: impl Into<String>) {
        self.changes.push((range, replacement.into()));
    }

    fn refuse<T>(&self, near: NodeId, reason: &'static str) -> Result<T, Refused> {
        Err(Refused::Shape {
            line: Some(self.tree.node(near).line),
            reason,
        })
    }

    fn root(&self) -> Result<NodeId, Refused> {
        self.tree.root().ok_or(Refused::Shape {
            line: None,
            reason: "the document is empty",
        })
    }

    /// The mapping at the end of a path, as it is written there: not behind an alias.
    fn at(&self, path: &[Step]) -> Result<NodeId, Refused> {
        let mut id = self.root()?;
        for step in path {
            let next = match step {
                Step::Key(key) => self.tree.own_pair(id, key).map(|(_, value)| value),
                Step::Index(index) => self
                    .tree
                    .items(id)
                    .and_then(|items| items.get(*index))
                    .copied(),
            };
            match next {
                Some(next) if self.tree.resolve(next) == next => id = next,
                Some(next) => return self.refuse(next, "it is shared by an alias"),
                None => return self.refuse(id, "nothing of the expected kind is there"),
            }
        }
        Ok(id)
    }

    fn begin(&mut self) -> Result<(), Refused> {
        let Fragment::Map(pairs) = Fragment::skeleton() else {
            return Ok(());
        };
        let lines = Fragment::block_map(&pairs, 0, self.newline);
        let Some(root) = self.tree.root() else {
            self.insert_lines(self.text.len(), &lines);
            return Ok(());
        };
        let node = self.tree.node(root);
        if node.start != node.end {
            return self.refuse(root, "the document is an explicit `null`");
        }
        let at = self.end_of_line(node.end, root)?;
        self.insert_lines(at, &lines);
        Ok(())
    }

    fn set(&mut self, path: &[Step], key: &'static str, value: &Fragment) -> Result<(), Refused> {
        let map = self.at(path)?;
        if let Some((name, old)) = self.tree.own_pair(map, key) {
            return self.set_value(map, name, old, value);
        }
        let Kind::Mapping { flow, pairs } = &self.tree.node(map).kind else {
            return self.refuse(map, "it is not a mapping");
        };
        if *flow {
            let pair = Fragment::map([(key, value.clone())]).json(None);
            let pair = &pair[1..pair.len() - 1];
            let last = pairs
                .last()
                .map(|(key, value)| self.end_of_pair(*key, *value));
            self.insert_between_brackets(map, last, |_| pair.to_owned());
            return Ok(());
        }
        // A scalar on its own line is the calmest neighbour: nothing hangs below it.
        let calm = pairs
            .iter()
            .rev()
            .find(|(_, value)| matches!(self.tree.node(*value).kind, Kind::Scalar { .. }));
        let Some(&(first, _)) = pairs.first() else {
            return self.refuse(map, "it is not a mapping");
        };
        let Some(&(name, neighbour)) = calm.or(pairs.last()) else {
            return self.refuse(map, "it is not a mapping");
        };
        let at = self.after(name, neighbour)?;
        let lines = Fragment::block_map(
            &[(key.to_owned(), value.clone())],
            self.column(first),
            self.newline,
        );
        self.insert_lines(at, &lines);
        Ok(())
    }

    fn set_value(
        &mut self,
        map: NodeId,
        name: NodeId,
        old: NodeId,
        value: &Fragment,
    ) -> Result<(), Refused> {
        let node = self.tree.node(old);
        let flow = self.is_flow(map);
        let replacement = match (&node.kind, value) {
            (
                Kind::Scalar {
                    style: Style::Block,
                    ..
                },
                _,
            ) => {
                return self.refuse(old, "its value is a block of text");
            }
            (Kind::Scalar { style, .. }, Fragment::Text(text)) => {
                if flow && self.text[self.tree.node(name).start..].starts_with('"') {
                    render::double_quoted(text)
                } else {
                    render::scalar(text, *style)
                }
            }
            (Kind::Alias(_), Fragment::Text(text)) => render::scalar(text, Style::Plain),
            (Kind::Mapping { .. } | Kind::Sequence { .. }, _) if flow || self.is_flow(old) => {
                value.json(None)
            }
            _ => return self.refuse(old, "its value is not a single word"),
        };
        if node.start == node.end && !node.decorated {
            let colon = self.colon(name)?;
            self.change(colon..colon, format!(" {replacement}"));
        } else {
            self.change(node.start..node.end, replacement);
        }
        Ok(())
    }

    fn unset(&mut self, path: &[Step], key: &'static str) -> Result<(), Refused> {
        let map = self.at(path)?;
        let Kind::Mapping { flow, pairs } = &self.tree.node(map).kind else {
            return self.refuse(map, "it is not a mapping");
        };
        let Some(index) = pairs
            .iter()
            .rposition(|(name, _)| self.tree.text(*name) == Some(key))
        else {
            return self.refuse(map, "nothing of the expected kind is there");
        };
        let (name, value) = pairs[index];
        if *flow {
            let spans: Vec<_> = pairs
                .iter()
                .map(|&(name, value)| self.tree.node(name).start..self.end_of_pair(name, value))
                .collect();
            return self.take_between_brackets(map, &spans, index);
        }
        if pairs.len() == 1 {
            return self.refuse(map, "nothing would be left beside it");
        }
        let start = self.line_of(self.tree.node(name).start, name)?;
        let end = self.after(name, value)?;
        self.take_lines(start..end);
        Ok(())
    }

    fn push(&mut self, key: &'static str, item: &Fragment) -> Result<(), Refused> {
        let root = self.root()?;
        let Some((name, value)) = self.tree.own_pair(root, key) else {
            return self.push_first(root, key, item);
        };
        let node = self.tree.node(value);
        match &node.kind {
            Kind::Sequence { flow: true, items } => {
                let last = items.last().map(|&item| self.tree.node(item).end);
                self.insert_between_brackets(value, last, |layout| item.json(layout));
            }
            Kind::Sequence { items, .. } => {
                let Some(&last) = items.last() else {
                    return self.refuse(value, "the list is empty");
                };
                let dash = self.dash(last)?;
                let indent = dash - self.line_start(dash);
                let at = self.past_comments(self.after_node(last)?, indent);
                let lines = item.block_item(indent, self.newline);
                self.insert_lines(at, &lines);
            }
            Kind::Scalar { .. } if self.tree.is_null(value) && !node.decorated => {
                let missing = node.start == node.end;
                if self.is_flow(root) {
                    if missing {
                        return self.refuse(name, "its value is missing");
                    }
                    self.change(node.start..node.end, format!("[{}]", item.json(None)));
                    return Ok(());
                }
                let colon = self.colon(name)?;
                let end = if missing { colon } else { node.end };
                self.change(colon..end, "");
                let at = self.end_of_line(end, name)?;
                let lines = item.block_item(self.list_indent(root, name), self.newline);
                self.insert_lines(at, &lines);
            }
            _ => return self.refuse(value, "it is not a list"),
        }
        Ok(())
    }

    /// The list's key is missing.
    fn push_first(
        &mut self,
        root: NodeId,
        key: &'static str,
        item: &Fragment,
    ) -> Result<(), Refused> {
        let Kind::Mapping { flow, pairs } = &self.tree.node(root).kind else {
            return self.refuse(root, "the document is not a mapping");
        };
        if *flow {
            let list = Fragment::map([(key, Fragment::List(vec![item.clone()]))]);
            let end = pairs
                .last()
                .map(|(key, value)| self.end_of_pair(*key, *value));
            self.insert_between_brackets(root, end, |layout| {
                let outer = layout.map(|(indent, newline)| (indent.saturating_sub(2), newline));
                let pair = list.json(outer);
                pair[1..pair.len() - 1].trim().to_owned()
            });
            return Ok(());
        }
        let Some(&(name, value)) = pairs.last() else {
            return self.refuse(root, "the document is not a mapping");
        };
        let at = self.after(name, value)?;
        let mut lines = format!("{}{key}:{}", " ".repeat(self.column(name)), self.newline);
        lines.push_str(&item.block_item(self.list_indent(root, name), self.newline));
        self.insert_lines(at, &lines);
        Ok(())
    }

    fn remove(&mut self, list: &'static str, index: usize) -> Result<(), Refused> {
        let root = self.root()?;
        let Some((name, value)) = self.tree.own_pair(root, list) else {
            return self.refuse(root, "nothing of the expected kind is there");
        };
        let (flow, items) = match &self.tree.node(value).kind {
            Kind::Sequence { flow, items } if index < items.len() => (*flow, items),
            _ => return self.refuse(value, "it is not a list"),
        };
        if flow {
            let spans: Vec<_> = items
                .iter()
                .map(|&item| self.tree.node(item).start..self.tree.node(item).end)
                .collect();
            return self.take_between_brackets(value, &spans, index);
        }
        let item = items[index];
        let dash = self.dash(item)?;
        let lines = self.line_of(dash, item)?..self.after_node(item)?;
        if items.len() == 1 {
            if self.tree.node(value).decorated {
                return self.refuse(value, "the list has an anchor or a tag");
            }
            let colon = self.colon(name)?;
            self.change(colon..colon, " null");
        }
        self.take_lines(lines);
        Ok(())
    }
}
