//! What a change did to one file, line by line, without secrets.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};

use super::super::mask;

/// Unchanged lines around a changed one.
const AROUND: usize = 3;

/// After this long a diff may be longer than it had to be.
const TIME_MAX: Duration = Duration::from_secs(2);

/// Longer lines are cut: JSON may be one line of megabytes.
const LINE_MAX: usize = 400;

/// What a change did to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FileDiff {
    /// The file, with symlinks followed.
    pub file: PathBuf,
    /// Lines of a unified diff, from its first `@@` on. Secrets are replaced by a fixed mask, so a
    /// changed secret is two equal lines.
    pub text: String,
}

/// The difference of two contents; none stands for no file.
pub(super) fn of(file: &Path, before: Option<&[u8]>, after: Option<&[u8]>) -> FileDiff {
    let before = String::from_utf8_lossy(before.unwrap_or_default());
    let after = String::from_utf8_lossy(after.unwrap_or_default());
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let deadline = std::time::Instant::now() + TIME_MAX;
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(deadline));
    // Compared as they are, shown without what is secret.
    let (old, new) = (mask::lines(&before), mask::lines(&after));
    let mut text = String::new();
    for group in group_diff_ops(ops, AROUND) {
        hunk(&mut text, &group, &old, &new);
    }
    FileDiff {
        file: file.to_owned(),
        text,
    }
}

fn hunk(text: &mut String, ops: &[DiffOp], old: &[String], new: &[String]) {
    use std::fmt::Write;
    let (Some(first), Some(last)) = (ops.first(), ops.last()) else {
        return;
    };
    let range = |start: usize, end: usize| match end - start {
        // A range of no lines names the line before it.
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        length => format!("{},{length}", start + 1),
    };
    let _ = writeln!(
        text,
        "@@ -{} +{} @@",
        range(first.old_range().start, last.old_range().end),
        range(first.new_range().start, last.new_range().end)
    );
    for op in ops {
        let mut write = |sign: char, line: &str| {
            let _ = writeln!(text, "{sign}{}", cut(line));
        };
        let (tag, before, after) = op.as_tag_tuple();
        match tag {
            DiffTag::Equal => {
                for line in &new[after] {
                    write(' ', line);
                }
            }
            DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                for line in &old[before] {
                    write('-', line);
                }
                for line in &new[after] {
                    write('+', line);
                }
            }
        }
    }
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(LINE_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
