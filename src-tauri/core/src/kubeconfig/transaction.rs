//! Read, decide, back up, write: one change of the chain, under the locks of all its files.
//!
//! What to change is decided by the caller's plan, a pure function of the files as read.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    Change,
    chain::Chain,
    edit::{self, Refused},
    error::KubeconfigError,
    file::{self, Outcome, Point},
    history::{self, Deed, Past, Step, VersionId},
    lock::{self, Locks},
    ours::Plan,
    past,
    read::{Source, State},
    settle::{SETTLE, SETTLE_MAX, half_written},
};
use crate::protection::ProtectionRules;

/// How often a change starts anew when a program that ignores the locks gets in between.
const ATTEMPTS_MAX: usize = 5;

/// The files that a change works on, and what it needs beside them.
pub(super) struct Transaction<'a> {
    pub(super) chain: &'a Chain,
    pub(super) history: &'a Path,
    /// What the change is for, as it will stand in the history.
    pub(super) deed: Deed,
    pub(super) patience: Duration,
    /// What may not become the current context by putting back.
    pub(super) guard: Option<&'a ProtectionRules>,
    /// Told each step; only tests listen.
    pub(super) at: &'a dyn Fn(Point),
}

/// One file that will be other than it is.
struct Write {
    /// As the chain names it.
    path: PathBuf,
    /// What that leads to.
    target: PathBuf,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

/// What is to be written.
struct Decision {
    writes: Vec<Write>,
    deed: Deed,
    /// The change that this undoes.
    undoes: Option<VersionId>,
}

/// Another program wrote between our reading and our writing.
struct Disturbed(PathBuf);

impl Transaction<'_> {
    /// Carries out the edits that `plan` asks for, given the files and the index of the file that
    /// takes new entries.
    pub(super) fn edit(
        &self,
        may_create: bool,
        plan: impl Fn(&[Source], usize) -> Result<Plan, KubeconfigError>,
    ) -> Result<Change, KubeconfigError> {
        let default = self.default_index()?;
        if may_create
            && let Some(folder) = self.chain.files()[default].parent()
            && !folder.as_os_str().is_empty()
        {
            file::make_folder(folder).map_err(KubeconfigError::io("create", folder))?;
        }
        self.run(|| {
            let sources = self.settled()?;
            let mut writes: Vec<Write> = Vec::new();
            for (index, edits) in group(plan(&sources, self.default_index()?)?) {
                let source = &sources[index];
                let before = match &source.state {
                    State::Missing => None,
                    State::Read { text, .. } => Some(text.as_str()),
                    State::Unreadable { problem, .. } => {
                        return Err(KubeconfigError::Malformed {
                            file: problem.file.clone(),
                            line: problem.line,
                            message: problem.message.clone(),
                        });
                    }
                };
                let after = edit::apply_all(before.unwrap_or_default(), &edits)
                    .map_err(|refused| refusal(&source.path, refused))?;
                writes.push(Write {
                    path: source.path.clone(),
                    target: file::resolve(&source.path),
                    before: before.map(|text| text.as_bytes().to_vec()),
                    after: Some(after.into_bytes()),
                });
            }
            Ok(Decision {
                writes,
                deed: self.deed.clone(),
                undoes: None,
            })
        })
    }

    /// Puts back what the latest change of ours replaced, where it still stands. With `only`, that
    /// change and no other.
    pub(super) fn undo(&self, only: Option<VersionId>) -> Result<Change, KubeconfigError> {
        self.run(|| {
            let past = past::latest(self.chain, self.history)?;
            if let Some(only) = only.filter(|only| *only != past.version) {
                return Err(KubeconfigError::NotLatest(only));
            }
            let version = Some(past.version);
            Ok(Decision {
                writes: self.put_back(past)?,
                deed: Deed::Undo { version },
                undoes: version,
            })
        })
    }

    /// Puts back the past that is asked of the chain and its history.
    pub(super) fn restore(
        &self,
        past: impl Fn(&Chain, &Path) -> Result<Past, KubeconfigError>,
    ) -> Result<Change, KubeconfigError> {
        self.run(|| {
            let past = past(self.chain, self.history)?;
            Ok(Decision {
                writes: self.put_back(past)?,
                deed: self.deed.clone(),
                undoes: None,
            })
        })
    }

    fn put_back(&self, past: Past) -> Result<Vec<Write>, KubeconfigError> {
        if let Some(rules) = self.guard {
            past::allowed(self.chain, &past, rules)?;
        }
        let mut writes = Vec::new();
        for version in past.files {
            let target = version.path;
            let path = self.chain.name_of(&target);
            let path = path.ok_or_else(|| KubeconfigError::NotOurs(target.clone()))?;
            let before = file::read(&target).map_err(KubeconfigError::io("read", &path))?;
            writes.push(Write {
                path,
                target,
                before,
                after: version.bytes,
            });
        }
        Ok(writes)
    }

    /// Every file, once none of them seems cut off. What is cut off is not edited: the rest of it
    /// would be lost.
    fn settled(&self) -> Result<Vec<Source>, KubeconfigError> {
        let end = Instant::now() + self.patience.max(SETTLE_MAX);
        loop {
            let sources = self.chain.read();
            let cut_off = half_written(self.chain, self.history, &sources);
            let Some(cut_off) = cut_off else {
                return Ok(sources);
            };
            if Instant::now() >= end {
                return Err(KubeconfigError::CutShort(cut_off.path.clone()));
            }
            thread::sleep(SETTLE);
        }
    }

    fn default_index(&self) -> Result<usize, KubeconfigError> {
        self.chain
            .default_index(Path::exists)
            .ok_or(KubeconfigError::NoFile)
    }

    /// Takes the locks, asks for the writes, and makes them.
    fn run(
        &self,
        decide: impl Fn() -> Result<Decision, KubeconfigError>,
    ) -> Result<Change, KubeconfigError> {
        let mut disturbed = None;
        // Files of extra folders are locked only where they are to be written.
        let mut extra: Vec<PathBuf> = Vec::new();
        for _ in 0..ATTEMPTS_MAX {
            let locks = self.lock(&extra)?;
            // What a killed writer left torn is whole before it is read.
            history::recover(self.history)
                .map_err(KubeconfigError::io("complete", self.history))?;
            let mut decision = decide()?;
            let writes = &mut decision.writes;
            writes.retain(|write| write.before != write.after);
            if writes.is_empty() {
                return Ok(Change::Unchanged);
            }
            let is_locked = |path| self.chain.files().contains(path) || extra.contains(path);
            let written = writes.iter().map(|write| &write.path);
            let unlocked: Vec<_> = written.filter(|path| !is_locked(path)).cloned().collect();
            if !unlocked.is_empty() {
                extra.extend(unlocked);
                continue;
            }
            may_write(&locks, writes)?;
            match self.write(&decision)? {
                Ok(()) => {
                    let files = decision.writes.into_iter().map(|write| write.path);
                    return Ok(Change::Written {
                        files: files.collect(),
                    });
                }
                Err(Disturbed(path)) => disturbed = Some(path),
            }
        }
        Err(disturbed.map_or(KubeconfigError::NoFile, KubeconfigError::Restless))
    }

    /// Locks the files as the chain names them, as kubectl does, and what they lead to, for
    /// programs that name them so.
    fn lock(&self, extra: &[PathBuf]) -> Result<Locks, KubeconfigError> {
        let mut files = Vec::new();
        for path in self.chain.files().iter().chain(extra) {
            let target = file::resolve(path);
            if fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
                files.push(target);
            }
            files.push(path.clone());
        }
        let locks = lock::acquire(&files, self.patience, &|| (self.at)(Point::LockReady))?;
        (self.at)(Point::Locked);
        Ok(locks)
    }

    fn write(&self, decision: &Decision) -> Result<Result<(), Disturbed>, KubeconfigError> {
        let writes = &decision.writes;
        let steps: Vec<Step<'_>> = writes
            .iter()
            .map(|write| Step {
                path: &write.target,
                before: write.before.as_deref(),
                after: write.after.as_deref(),
            })
            .collect();
        if let Some(path) = disturbed(writes)? {
            return Ok(Err(Disturbed(path)));
        }
        let begun = history::begin(self.history, &decision.deed, decision.undoes, &steps)
            .map_err(KubeconfigError::io("keep a backup in", self.history))?;
        (self.at)(Point::BackedUp);
        match disturbed(writes) {
            Ok(None) => {}
            Ok(Some(path)) => {
                begun.abandon();
                return Ok(Err(Disturbed(path)));
            }
            Err(error) => {
                begun.abandon();
                return Err(error);
            }
        }
        for (done, write) in writes.iter().enumerate() {
            let (before, after) = (write.before.as_deref(), write.after.as_deref());
            let result = put(&write.target, before, after, self.at);
            if matches!(result, Ok(Outcome::Replaced)) {
                continue;
            }
            for write in writes[..done].iter().rev() {
                // What stays half done is found out when the history is opened next; what another
                // program has written since is its own.
                let (before, after) = (write.before.as_deref(), write.after.as_deref());
                put(&write.target, after, before, &|_| {})
                    .map_err(KubeconfigError::io("restore", &write.path))?;
            }
            begun.abandon();
            return match result {
                Ok(_) => Ok(Err(Disturbed(write.path.clone()))),
                Err(error) => Err(KubeconfigError::io("write", &write.path)(error)),
            };
        }
        begun.finish();
        (self.at)(Point::Recorded);
        Ok(Ok(()))
    }
}

/// A file that is no longer what was read.
fn disturbed(writes: &[Write]) -> Result<Option<PathBuf>, KubeconfigError> {
    for write in writes {
        let now = file::read(&write.target).map_err(KubeconfigError::io("read", &write.path))?;
        if now != write.before {
            return Ok(Some(write.path.clone()));
        }
    }
    Ok(None)
}

fn put(
    target: &Path,
    before: Option<&[u8]>,
    after: Option<&[u8]>,
    at: &dyn Fn(Point),
) -> io::Result<Outcome> {
    file::sweep(target);
    match after {
        Some(after) => file::replace(target, before, after, at),
        None if file::read(target)?.as_deref() != before => Ok(Outcome::Disturbed),
        None => fs::remove_file(target).map(|()| Outcome::Replaced),
    }
}

/// A file whose lock could not be made may be read but not written.
fn may_write(locks: &Locks, writes: &[Write]) -> Result<(), KubeconfigError> {
    for (path, error) in &locks.denied {
        if writes.iter().any(|write| write.path == *path) {
            let source = io::Error::new(error.kind(), error.to_string());
            return Err(KubeconfigError::io("lock", path)(source));
        }
    }
    Ok(())
}

/// The edits of each file together, files in the order of their last edit, so that the file with
/// the current context comes last.
fn group(plan: Plan) -> Plan {
    let mut grouped = Plan::new();
    for (file, edits) in plan.into_iter().filter(|(_, edits)| !edits.is_empty()) {
        let earlier = grouped.iter().position(|(other, _)| *other == file);
        let mut all = earlier.map(|at| grouped.remove(at).1).unwrap_or_default();
        all.extend(edits);
        grouped.push((file, all));
    }
    grouped
}

fn refusal(path: &Path, refused: Refused) -> KubeconfigError {
    let file = path.to_owned();
    match refused {
        Refused::Malformed(malformed) => KubeconfigError::Malformed {
            file,
            line: malformed.line,
            message: malformed.message,
        },
        Refused::Shape { line, reason } => KubeconfigError::NotEditable { file, line, reason },
    }
}
