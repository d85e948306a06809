//! Whether a file is in the middle of someone's writing.
//!
//! kubectl and editors truncate a file and then write it. What has just become empty, cannot be read
//! any more or ends early, and was whole when it was last looked at, is read again before it is
//! believed. A file that stays so is what it is.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use super::{
    Shared,
    chain::Chain,
    file, history,
    lock::lock_path,
    read::{Source, State},
};

/// Between two looks at a file that seems half written.
pub(super) const SETTLE: Duration = Duration::from_millis(150);

/// A file that stays empty or unreadable this long is believed.
pub(super) const SETTLE_MAX: Duration = Duration::from_secs(2);

impl Shared {
    /// Every file, whole where that comes about within our patience.
    pub(super) fn settled(&self) -> Vec<Source> {
        let end = Instant::now() + self.patience;
        loop {
            let sources = self.chain.read();
            let is_doubtful = self.is_locked() && sources.iter().any(|source| self.is_news(source))
                || half_written(&self.chain, &self.history, &sources).is_some();
            if !is_doubtful || Instant::now() >= end {
                return sources;
            }
            thread::sleep(SETTLE);
        }
    }

    fn is_locked(&self) -> bool {
        self.chain
            .files()
            .iter()
            .any(|path| lock_path(path).exists())
    }

    fn is_news(&self, source: &Source) -> bool {
        is_fresh(source) && was(&self.history, source).is_some()
    }
}

/// One of the chain's files that seems cut off.
pub(super) fn half_written<'a>(
    chain: &Chain,
    history: &Path,
    sources: &'a [Source],
) -> Option<&'a Source> {
    let mut sources = sources.iter().take(chain.files().len());
    sources.find(|source| {
        is_fresh(source)
            && was(history, source).is_some_and(|before| match &source.state {
                State::Missing => false,
                State::Unreadable { bytes, .. } => bytes.is_some(),
                State::Read { text, .. } => {
                    text.trim().is_empty() || before.starts_with(text.as_bytes())
                }
            })
    })
}

/// Whether it was written so lately that the writer may still be at it. So may one whose clock is
/// ahead of ours.
fn is_fresh(source: &Source) -> bool {
    let written = fs::metadata(&source.path).and_then(|found| found.modified());
    written.is_ok_and(|at| at.elapsed().unwrap_or_default() < SETTLE_MAX)
}

/// What it held when it was last looked at, where it holds something else now.
fn was(history: &Path, source: &Source) -> Option<Vec<u8>> {
    let before = history::known(history, &file::resolve(&source.path))?;
    (!before.is_empty() && source.bytes() != Some(&before)).then_some(before)
}
