//! Tells when the contexts changed, by whoever's hand.
//!
//! Folders are watched, not files: programs replace kubeconfigs by renaming, which orphans a watch
//! on the file. kubectl truncates a file and then writes it, so a file that has just become empty
//! or unreadable is read again before it is believed.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures_util::{Stream, stream};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinHandle},
    time::{Instant, timeout, timeout_at},
};

use super::{
    Kubeconfig, Shared, file, history, list,
    lock::lock_path,
    read::{Source, State},
    settle::{SETTLE, SETTLE_MAX, half_written},
};
use crate::context::Contexts;

/// This long nothing must happen before the files are read.
const QUIET: Duration = Duration::from_millis(100);

/// However busy the folder is, the files are read this long after the first event.
const BUSY_MAX: Duration = Duration::from_millis(500);

/// Looks again without any event, for file systems that send none.
pub(super) const RECHECK: Duration = Duration::from_secs(60);

/// This long the news waits for the history.
const KEEP_MAX: Duration = Duration::from_millis(300);

struct Watch {
    kubeconfig: Kubeconfig,
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    events: mpsc::Receiver<()>,
    latest: Option<Contexts>,
    /// What the history was last told.
    kept: Vec<(PathBuf, Option<Vec<u8>>)>,
    keeping: Option<JoinHandle<io::Result<()>>>,
    /// Since when the files have looked half written.
    doubtful: Option<Instant>,
}

pub(super) fn watch(kubeconfig: Kubeconfig) -> impl Stream<Item = Contexts> + Send {
    // One waiting event is as good as many.
    let (sender, events) = mpsc::channel(1);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.is_ok_and(|event| !event.kind.is_access());
        if matters {
            let _ = sender.try_send(());
        }
    });
    let watcher = watcher
        .inspect_err(
            |error| tracing::warn!(%error, "kubeconfig changes are seen late: no watching"),
        )
        .ok();
    follow(kubeconfig, watcher, events)
}

/// The contexts, read anew at each of `events`, which come of the folders that `watcher` watches, and now
/// and then without any.
pub(super) fn follow(
    kubeconfig: Kubeconfig,
    watcher: Option<RecommendedWatcher>,
    events: mpsc::Receiver<()>,
) -> impl Stream<Item = Contexts> + Send {
    let watch = Watch {
        kubeconfig,
        watcher,
        watched: BTreeSet::new(),
        events,
        latest: None,
        kept: Vec::new(),
        keeping: None,
        doubtful: None,
    };
    stream::unfold(watch, |mut watch| async move {
        let contexts = watch.next().await;
        Some((contexts, watch))
    })
}

impl Watch {
    async fn next(&mut self) -> Contexts {
        if self.latest.is_none() {
            self.kubeconfig.recover().await;
        }
        loop {
            // Folders may have come and gone, or a link may lead elsewhere.
            self.rewatch().await;
            let shared = Arc::clone(&self.kubeconfig.shared);
            let look = tokio::task::spawn_blocking(move || Look::take(&shared)).await;
            if let Ok(look) = look
                && !self.is_doubtful(&look)
            {
                self.keep(look.files).await;
                if self.latest.as_ref() != Some(&look.contexts) {
                    self.latest = Some(look.contexts.clone());
                    return look.contexts;
                }
            }
            self.wait().await;
        }
    }

    /// Hands what the files hold to the history, where it is news. It has it before anyone is told,
    /// unless the disk is slow.
    async fn keep(&mut self, files: Vec<(PathBuf, Option<Vec<u8>>)>) {
        if self.kept == files {
            return;
        }
        if let Some(keeping) = self.keeping.take() {
            told(keeping.await);
        }
        let shared = Arc::clone(&self.kubeconfig.shared);
        let seen = files.clone();
        let keep = move || {
            let chain = shared.chain.files();
            let covered = |path: &Path| chain.iter().any(|file| file::resolve(file) == path);
            history::observe(&shared.history, &seen, covered)
        };
        let mut keeping = tokio::task::spawn_blocking(keep);
        self.kept = files;
        match timeout(KEEP_MAX, &mut keeping).await {
            Ok(kept) => told(kept),
            Err(_) => self.keeping = Some(keeping),
        }
    }

    /// Until something happened and it is quiet again, or it is time to look anyway.
    async fn wait(&mut self) {
        // A lock that nobody removes is not waited for for ever.
        let settling = |since: Instant| since.elapsed() < SETTLE_MAX;
        let limit = if self.doubtful.is_some_and(settling) {
            SETTLE
        } else {
            RECHECK
        };
        if timeout(limit, self.event()).await.is_err() {
            return;
        }
        let latest = Instant::now() + BUSY_MAX;
        while Instant::now() < latest {
            let quiet = (Instant::now() + QUIET).min(latest);
            if timeout_at(quiet, self.event()).await.is_err() {
                return;
            }
        }
    }

    async fn event(&mut self) {
        if self.events.recv().await.is_none() {
            // No watcher, so no events: only the regular look is left.
            std::future::pending::<()>().await;
        }
    }

    /// Whether this may be the middle of someone's writing.
    fn is_doubtful(&mut self, look: &Look) -> bool {
        let held_something = |path: &PathBuf| {
            let before = self.latest.iter().flat_map(|before| &before.all);
            before.into_iter().any(|context| context.file == *path)
        };
        let is_new = |problem| {
            !self
                .latest
                .iter()
                .any(|before| before.problems.contains(problem))
        };
        let doubtful = if self.latest.is_none() {
            // Another watch may have told what was there before; the history knows.
            look.half_written
        } else {
            look.locked
                || look.half_written
                || look.empty.iter().any(held_something)
                || look.contexts.problems.iter().any(is_new)
        };
        if !doubtful {
            self.doubtful = None;
            return false;
        }
        self.doubtful.get_or_insert_with(Instant::now).elapsed() < SETTLE_MAX
    }

    async fn rewatch(&mut self) {
        let shared = Arc::clone(&self.kubeconfig.shared);
        let folders = tokio::task::spawn_blocking(move || shared.folders()).await;
        let folders: BTreeSet<PathBuf> = folders.unwrap_or_default().into_iter().collect();
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for gone in self.watched.difference(&folders) {
            // It fails where the folder itself is gone, and its watch with it.
            let _ = watcher.unwatch(gone);
        }
        for folder in &folders {
            // Again even if it is watched: it may have been removed and made anew.
            if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
                tracing::warn!(%error, folder = %folder.display(), "could not watch a folder");
            }
        }
        self.watched = folders;
    }
}

/// What the files look like at one moment.
struct Look {
    contexts: Contexts,
    /// Someone holds a lock, so a write may be under way.
    locked: bool,
    /// One of them was whole a moment ago.
    half_written: bool,
    /// Files without a single byte.
    empty: Vec<PathBuf>,
    /// What each of them holds, with symlinks followed.
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Look {
    fn take(shared: &Shared) -> Self {
        let files = shared.chain.files();
        let is_locked = || files.iter().any(|file| lock_path(file).exists());
        let locked = is_locked();
        let sources = shared.chain.read();
        let is_empty = |source: &&Source| match &source.state {
            State::Missing => true,
            State::Unreadable { .. } => false,
            State::Read { text, .. } => text.is_empty(),
        };
        let empty = sources
            .iter()
            .filter(is_empty)
            .map(|source| source.path.clone());
        Self {
            contexts: list::contexts(&sources, &shared.hosts),
            half_written: half_written(&shared.chain, &shared.history, &sources).is_some(),
            locked: locked || is_locked(),
            empty: empty.collect(),
            files: sources.iter().filter_map(contents).collect(),
        }
    }
}

/// None where the system refuses to tell.
fn contents(source: &Source) -> Option<(PathBuf, Option<Vec<u8>>)> {
    let bytes = source.bytes().map(<[u8]>::to_vec);
    let is_told = bytes.is_some() || matches!(source.state, State::Missing);
    is_told.then(|| (file::resolve(&source.path), bytes))
}

fn told(kept: Result<io::Result<()>, JoinError>) {
    if let Ok(Err(error)) = kept {
        tracing::warn!(%error, "could not keep what the kubeconfig held");
    }
}
