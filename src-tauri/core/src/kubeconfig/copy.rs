//! Entries as pieces that can be written elsewhere: aliases and merged mappings written out.
//!
//! A copy means to kubectl what the entry means; comments and the way it was written are not kept.

use super::{
    render::Fragment,
    tree::{Kind, NodeId, Style, Tree},
    value::{is_null, is_special},
};

/// Nodes in one entry, aliases written out; more is an attack.
const NODES_MAX: usize = 100_000;

const STRING: &str = "tag:yaml.org,2002:str";

/// Why an entry cannot be copied, and the line that stands in the way.
pub(super) struct Uncopyable {
    pub(super) line: usize,
    pub(super) reason: &'static str,
}

/// The node as a piece of its own.
pub(super) fn fragment(tree: &Tree, id: NodeId) -> Result<Fragment, Uncopyable> {
    let mut left = NODES_MAX;
    node(tree, id, &mut left)
}

fn node(tree: &Tree, id: NodeId, left: &mut usize) -> Result<Fragment, Uncopyable> {
    let node_ = tree.node(id);
    let refuse = |reason| {
        Err(Uncopyable {
            line: node_.line,
            reason,
        })
    };
    let Some(fewer) = left.checked_sub(1) else {
        return refuse("its aliases expand to too many nodes");
    };
    *left = fewer;
    match &node_.kind {
        Kind::Alias(target) => node(tree, *target, left),
        Kind::Scalar { text, style } => match node_.tag.as_deref() {
            Some(STRING) => Ok(Fragment::text(text)),
            Some(_) => refuse("it has a tag"),
            None if is_null(text, *style, None) => Ok(Fragment::Plain("null".into())),
            None if *style == Style::Plain && is_special(text) => Ok(Fragment::Plain(text.clone())),
            None => Ok(Fragment::text(text)),
        },
        Kind::Sequence { items, .. } => {
            let items = items.iter().map(|&item| node(tree, item, left));
            items.collect::<Result<_, _>>().map(Fragment::List)
        }
        Kind::Mapping { .. } => {
            let mut map = Fragment::Map(Vec::new());
            fill(tree, id, &mut map, left)?;
            Ok(map)
        }
    }
}

/// What is merged in comes first, so that the mapping's own keys win.
fn fill(tree: &Tree, id: NodeId, map: &mut Fragment, left: &mut usize) -> Result<(), Uncopyable> {
    let Some(fewer) = left.checked_sub(1) else {
        return Err(Uncopyable {
            line: tree.node(id).line,
            reason: "its aliases expand to too many nodes",
        });
    };
    *left = fewer;
    if let Some((_, merged)) = tree.own_pair(id, "<<") {
        match tree.items(merged) {
            // Of several, the first wins.
            Some(several) => {
                for &one in several.iter().rev() {
                    fill(tree, tree.resolve(one), map, left)?;
                }
            }
            None => fill(tree, tree.resolve(merged), map, left)?,
        }
    }
    for &(key, value) in tree.pairs(id).unwrap_or_default() {
        let Some(name) = tree.text(key) else {
            return Err(Uncopyable {
                line: tree.node(key).line,
                reason: "a key of it is not a word",
            });
        };
        if name != "<<" {
            map.set(name, node(tree, value, left)?);
        }
    }
    Ok(())
}
