//! Changes between brackets: JSON and YAML's flow style, one item and one comma at a time.

use std::ops::Range;

use super::{
    super::{
        edit::Refused,
        tree::{Kind, NodeId},
    },
    Surgery,
};

impl Surgery<'_> {
    pub(super) fn is_flow(&self, id: NodeId) -> bool {
        matches!(
            self.tree.node(id).kind,
            Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. }
        )
    }

    /// Where a pair ends, whether or not it has a value.
    pub(super) fn end_of_pair(&self, key: NodeId, value: NodeId) -> usize {
        self.tree.node(key).end.max(self.tree.node(value).end)
    }

    /// Inserts at the end of a bracketed collection, laid out as its last item is.
    pub(super) fn insert_between_brackets(
        &mut self,
        collection: NodeId,
        last: Option<usize>,
        render: impl Fn(Option<(usize, &str)>) -> String,
    ) {
        let open = self.tree.node(collection).start + 1;
        let Some(last) = last else {
            self.change(open..open, render(None));
            return;
        };
        // What separates the first item from its bracket separates ours from the last item.
        let gap: String = self.text[open..last]
            .chars()
            .take_while(|c| c.is_whitespace())
            .collect();
        let new = match gap.rfind('\n') {
            Some(at) => {
                let indent = gap.len() - at - 1;
                format!(",{gap}{}", render(Some((indent, self.newline))))
            }
            None => format!(", {}", render(None)),
        };
        self.change(last..last, new);
    }

    /// Takes one item and one comma out of a bracketed collection.
    pub(super) fn take_between_brackets(
        &mut self,
        collection: NodeId,
        spans: &[Range<usize>],
        index: usize,
    ) -> Result<(), Refused> {
        let own = spans[index].clone();
        let range = if let Some(before) = index.checked_sub(1) {
            spans[before].end..own.end
        } else if let Some(next) = spans.get(index + 1) {
            own.start..next.start
        } else {
            own.clone()
        };
        let gap = [
            range.start..own.start.max(range.start),
            own.end.min(range.end)..range.end,
        ]
        .into_iter()
        .map(|gap| &self.text[gap])
        .collect::<String>();
        if !gap.chars().all(|c| c.is_whitespace() || c == ',') {
            return self.refuse(
                collection,
                "a comment or an anchor stands between the items",
            );
        }
        self.change(range, "");
        Ok(())
    }
}
