//! One kubeconfig text as a tree whose every node knows its bytes.
//!
//! The tree is what [`super::edit`] needs to change a few bytes and leave the rest alone, and what
//! [`super::read`] lists contexts from. Only the first document of a text counts, as for kubectl.
//! Nothing here writes, and no type here prints: the text holds keys and tokens.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag, options};

use super::value::is_null;

/// Deeper than any kubeconfig, shallow enough for every stack.
const DEPTH_MAX: usize = 64;

/// Index of a [`Node`] in its [`Tree`].
pub(super) type NodeId = usize;

/// Why a text is not a tree. The message names no content of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Counted from 1.
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|` or `>`.
    Block,
}

/// What a node is.
pub(super) enum Kind {
    /// Its text with quotes and escapes resolved, and its tag where it has an explicit one.
    Scalar {
        text: String,
        style: Style,
    },
    /// `*name`, resolved.
    Alias(NodeId),
    Sequence {
        flow: bool,
        items: Vec<NodeId>,
    },
    Mapping {
        flow: bool,
        pairs: Vec<(NodeId, NodeId)>,
    },
}

/// One node and where it stands, in bytes.
pub(super) struct Node {
    /// Of its content: after an anchor or a tag.
    pub(super) start: usize,
    /// After its last byte; a block collection ends with its last child.
    pub(super) end: usize,
    /// Counted from 1.
    pub(super) line: usize,
    /// It has an anchor or a tag.
    pub(super) decorated: bool,
    /// An explicit tag, in full.
    pub(super) tag: Option<String>,
    pub(super) kind: Kind,
}

/// The first document of one text.
pub(super) struct Tree {
    nodes: Vec<Node>,
    root: Option<NodeId>,
}

impl Tree {
    /// Reads the first document. An empty text, or one with comments only, has no root.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let parser = Parser::new_from_str_with_options(
            text,
            options! {
                emit_comments: false,
                emit_anchor_events: true,
                flow_nesting_limit: DEPTH_MAX,
                block_nesting_limit: DEPTH_MAX,
            },
        );
        let mut builder = Builder::default();
        for event in parser {
            let (event, span) = event.map_err(|error| Malformed {
                line: Some(error.marker().line()),
                message: error.info(),
            })?;
            if matches!(event, Event::DocumentEnd) {
                break;
            }
            let range = span.byte_range().unwrap_or_default();
            let at = At {
                start: range.start,
                end: range.end,
                line: span.start.line(),
            };
            builder.event(event, &at)?;
        }
        Ok(Self {
            nodes: builder.nodes,
            root: builder.root,
        })
    }

    pub(super) fn root(&self) -> Option<NodeId> {
        self.root
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    /// The node itself, or what it stands for when it is an alias.
    pub(super) fn resolve(&self, id: NodeId) -> NodeId {
        match self.nodes[id].kind {
            Kind::Alias(target) => target,
            _ => id,
        }
    }

    /// The text of a scalar, however it was written; none for `null` and for collections.
    pub(super) fn text(&self, id: NodeId) -> Option<&str> {
        let node = &self.nodes[self.resolve(id)];
        match &node.kind {
            Kind::Scalar { text, style } if !is_null(text, *style, node.tag.as_deref()) => {
                Some(text)
            }
            _ => None,
        }
    }

    /// Whether nothing, or nothing but `null`, is there.
    pub(super) fn is_null(&self, id: NodeId) -> bool {
        let node = &self.nodes[self.resolve(id)];
        match &node.kind {
            Kind::Scalar { text, style } => is_null(text, *style, node.tag.as_deref()),
            _ => false,
        }
    }

    /// The items of a sequence.
    pub(super) fn items(&self, id: NodeId) -> Option<&[NodeId]> {
        match &self.nodes[self.resolve(id)].kind {
            Kind::Sequence { items, .. } => Some(items),
            _ => None,
        }
    }

    /// The pairs of a mapping, as written.
    pub(super) fn pairs(&self, id: NodeId) -> Option<&[(NodeId, NodeId)]> {
        match &self.nodes[self.resolve(id)].kind {
            Kind::Mapping { pairs, .. } => Some(pairs),
            _ => None,
        }
    }

    /// The pair with this key that is written in the mapping itself; the last one wins, as for
    /// kubectl.
    pub(super) fn own_pair(&self, mapping: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        self.pairs(mapping)?
            .iter()
            .rev()
            .copied()
            .find(|(name, _)| self.text(*name) == Some(key))
    }

    /// The value of a key, merged-in mappings (`<<: *defaults`) included.
    pub(super) fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.get_within(mapping, key, DEPTH_MAX)
    }

    fn get_within(&self, mapping: NodeId, key: &str, depth: usize) -> Option<NodeId> {
        if let Some((_, value)) = self.own_pair(mapping, key) {
            return Some(value);
        }
        let deeper = depth.checked_sub(1)?;
        let (_, merged) = self.own_pair(mapping, "<<")?;
        match self.items(merged) {
            Some(several) => several
                .iter()
                .find_map(|&one| self.get_within(one, key, deeper)),
            None => self.get_within(merged, key, deeper),
        }
    }

    /// The value of a key of the document's root mapping.
    pub(super) fn top(&self, key: &str) -> Option<NodeId> {
        self.get(self.root?, key)
    }
}

/// Folds parser events into nodes.
#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    root: Option<NodeId>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

/// Where an event stands.
struct At {
    start: usize,
    end: usize,
    line: usize,
}

/// A collection whose end has not come yet.
struct Open {
    id: NodeId,
    /// A mapping's key that waits for its value.
    key: Option<NodeId>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, at: &At) -> Result<(), Malformed> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::SingleQuoted => Style::SingleQuoted,
                    ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    ScalarStyle::Plain => Style::Plain,
                };
                // A value that is not there is reported as the text `~` over no bytes.
                let text = if at.start == at.end && style == Style::Plain {
                    String::new()
                } else {
                    text.into_owned()
                };
                let id = self.node(at, anchor, tag.as_deref(), Kind::Scalar { text, style });
                self.place(id);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let items = Vec::new();
                let id = self.node(at, anchor, tag.as_deref(), Kind::Sequence { flow, items });
                self.open.push(Open { id, key: None });
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let pairs = Vec::new();
                let id = self.node(at, anchor, tag.as_deref(), Kind::Mapping { flow, pairs });
                self.open.push(Open { id, key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { id, .. }) = self.open.pop() {
                    self.close(id, at.end);
                    self.place(id);
                }
            }
            Event::Alias(anchor) => {
                let target = *self.anchors.get(&anchor).ok_or_else(|| Malformed {
                    line: Some(at.line),
                    message: "an alias names no anchor".into(),
                })?;
                if self.open.iter().any(|open| open.id == target) {
                    return Err(Malformed {
                        line: Some(at.line),
                        message: "an alias stands inside its own anchor".into(),
                    });
                }
                let id = self.node(at, 0, None, Kind::Alias(target));
                self.place(id);
            }
            _ => {}
        }
        Ok(())
    }

    fn node(&mut self, at: &At, anchor: usize, tag: Option<&Tag>, kind: Kind) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node {
            start: at.start,
            end: at.end,
            line: at.line,
            decorated: anchor != 0 || tag.is_some(),
            tag: tag.map(|tag| format!("{}{}", tag.handle(), tag.suffix())),
            kind,
        });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        id
    }

    /// A flow collection ends at its bracket, a block collection where its last child does.
    fn close(&mut self, id: NodeId, end: usize) {
        let end_of = |child: NodeId| self.nodes[child].end;
        self.nodes[id].end = match &self.nodes[id].kind {
            Kind::Sequence { flow: false, items } => items.last().map_or(end, |&item| end_of(item)),
            // A missing value may be reported past the line it is missing from.
            Kind::Mapping { flow: false, pairs } => pairs.last().map_or(end, |&(key, value)| {
                let missing = self.nodes[value].start == self.nodes[value].end;
                if missing {
                    end_of(key) + 1
                } else {
                    end_of(value)
                }
            }),
            _ => end,
        };
    }

    /// Hands a finished node to the collection it stands in.
    fn place(&mut self, id: NodeId) {
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(id);
            return;
        };
        match &mut self.nodes[parent.id].kind {
            Kind::Sequence { items, .. } => items.push(id),
            Kind::Mapping { pairs, .. } => match parent.key.take() {
                Some(key) => pairs.push((key, id)),
                None => parent.key = Some(id),
            },
            Kind::Scalar { .. } | Kind::Alias(_) => {}
        }
    }
}
