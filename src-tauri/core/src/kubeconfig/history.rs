//! The past of the kubeconfig files: every change of ours, and every other one that is seen.
//!
//! A change is kept as a version: what the files held right before it, when it came, and whose it
//! was. So the latest version undoes the latest change, and any version can be put back. What is
//! kept holds keys and is readable by the owner only; what is shown of it hides them. How it lies on
//! the disk is [`store`]'s business.

mod deed;
mod diff;
mod store;

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use self::store::{FileRecord, Record, Store, digest};
pub use self::{
    deed::{Author, Deed, Version, VersionId},
    diff::FileDiff,
};
use super::file;

/// One file's bytes before and after a change.
pub(super) struct Step<'a> {
    pub(super) path: &'a Path,
    pub(super) before: Option<&'a [u8]>,
    pub(super) after: Option<&'a [u8]>,
}

/// What has to be put back.
pub(super) struct Past {
    pub(super) version: VersionId,
    pub(super) files: Vec<PastFile>,
}

/// One file as it was.
pub(super) struct PastFile {
    pub(super) path: PathBuf,
    pub(super) bytes: Option<Vec<u8>>,
}

/// Why nothing can be put back.
pub(super) enum Unavailable {
    /// No change is known that touched these files.
    Nothing,
    /// The last one that did is no longer what stands there.
    Changed(PathBuf),
    Io(io::Error),
}

impl From<io::Error> for Unavailable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A change that is about to be made. Neither finished nor abandoned, it is settled by whoever looks
/// next, from what the files then hold.
pub(super) struct Begun {
    store: Store,
    version: VersionId,
}

impl Begun {
    /// The files hold what they were to hold.
    pub(super) fn finish(self) {
        if let Err(error) = self.store.finish(self.version) {
            tracing::warn!(%error, "could not complete the record of a kubeconfig change");
        }
    }

    /// The files hold what they held before.
    pub(super) fn abandon(self) {
        self.store.abandon(self.version);
    }
}

/// Keeps the bytes from before a change that is about to be made. Whatever another program changed
/// since we last looked becomes a version of its own first.
pub(super) fn begin(
    folder: &Path,
    deed: &Deed,
    undoes: Option<VersionId>,
    steps: &[Step<'_>],
) -> io::Result<Begun> {
    let store = Store::open(folder)?;
    for step in steps {
        store.notice(step.path, step.before)?;
    }
    let mut files = Vec::new();
    for step in steps {
        files.push(FileRecord {
            path: text(step.path),
            before: step.before.map(|bytes| store.keep(bytes)).transpose()?,
            after: step.after.map(|bytes| store.keep(bytes)).transpose()?,
        });
    }
    let by = Author::K3tray { deed: deed.clone() };
    let version = store.begin(&Record::now(by, undoes, files))?;
    Ok(Begun { store, version })
}

/// Looks at what the files hold now, and keeps what another program changed. Of files that are
/// neither among them nor `covered`, what they held last is forgotten.
pub(super) fn observe(
    folder: &Path,
    files: &[(PathBuf, Option<Vec<u8>>)],
    covered: impl Fn(&Path) -> bool,
) -> io::Result<()> {
    let store = Store::open(folder)?;
    let is_seen = |path: &Path| files.iter().any(|(seen, _)| seen == path);
    store.forget_unless(|path| is_seen(path) || covered(path))?;
    for (path, bytes) in files {
        store.notice(path, bytes.as_deref())?;
    }
    Ok(())
}

/// Completes or forgets what a killed process left half recorded.
pub(super) fn recover(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        Store::open(folder)?;
    }
    Ok(())
}

/// What a file held when it was last looked at, where that is known and kept.
pub(super) fn known(folder: &Path, path: &Path) -> Option<Vec<u8>> {
    let digest = store::known(folder).remove(&text(path))??;
    store::kept(folder, &digest).ok()
}

/// The versions of files that are `covered`, newest first.
pub(super) fn versions(folder: &Path, covered: impl Fn(&Path) -> bool) -> Vec<Version> {
    let mut there: HashMap<String, Option<String>> = HashMap::new();
    let mut holds = |file: &FileRecord| {
        let now = there.entry(file.path.clone()).or_insert_with(|| {
            let bytes = fs::read(&file.path).ok();
            bytes.as_deref().map(digest)
        });
        *now == file.before
    };
    let records = store::records(folder);
    let undone: HashSet<VersionId> = records
        .iter()
        .filter_map(|(_, record)| record.undoes)
        .collect();
    records
        .into_iter()
        .rev()
        .filter_map(|(id, record)| {
            let files: Vec<PathBuf> = record.paths().collect();
            files.iter().all(|file| covered(file)).then(|| Version {
                id,
                at: record.at,
                undone: undone.contains(&id),
                put_back: record.files.iter().all(&mut holds),
                made: record.made().collect(),
                by: record.by,
                files,
            })
        })
        .collect()
}

/// What the files held before a version's change, and what it made of them, without secrets.
pub(super) fn diff(folder: &Path, id: VersionId) -> Result<Vec<FileDiff>, Unavailable> {
    let record = store::record(folder, id).ok_or(Unavailable::Nothing)?;
    let bytes = |digest: &Option<String>| {
        let digest = digest.as_deref();
        digest.map(|digest| store::kept(folder, digest)).transpose()
    };
    let mut diffs = Vec::new();
    for file in &record.files {
        let (before, after) = (bytes(&file.before)?, bytes(&file.after)?);
        diffs.push(diff::of(
            Path::new(&file.path),
            before.as_deref(),
            after.as_deref(),
        ));
    }
    Ok(diffs)
}

/// What the files held before a version's change.
pub(super) fn past(folder: &Path, id: VersionId) -> Result<Past, Unavailable> {
    let record = store::record(folder, id).ok_or(Unavailable::Nothing)?;
    restored(folder, id, &record)
}

/// What the files held before a version's change, if they still hold what it made of them.
pub(super) fn standing(folder: &Path, id: VersionId) -> Result<Past, Unavailable> {
    let record = store::record(folder, id).ok_or(Unavailable::Nothing)?;
    for file in &record.files {
        let path = PathBuf::from(&file.path);
        let now = file::read(&path)?;
        if now.as_deref().map(digest) != file.after {
            return Err(Unavailable::Changed(path));
        }
    }
    restored(folder, id, &record)
}

/// Finds what the latest change of ours to these files left behind it, if it still stands.
pub(super) fn latest(
    folder: &Path,
    files: &[(PathBuf, Option<Vec<u8>>)],
) -> Result<Past, Unavailable> {
    let now = |path: &str| {
        let found = files.iter().find(|(file, _)| text(file) == path);
        found.map(|(file, bytes)| (file, bytes.as_deref().map(digest)))
    };
    let mut undone = HashSet::new();
    for (id, record) in store::records(folder).into_iter().rev() {
        if let Some(version) = record.undoes {
            undone.insert(version);
            continue;
        }
        // What was undone once is not undone again, even if the files look as it left them.
        if record.by == Author::AnotherProgram || undone.contains(&id) {
            continue;
        }
        let there: Vec<_> = record
            .files
            .iter()
            .filter_map(|file| now(&file.path))
            .collect();
        if there.len() < record.files.len() {
            continue;
        }
        let pairs = || record.files.iter().zip(&there);
        let changed = pairs().find(|(file, (_, now))| file.after != *now);
        if let Some((_, (path, _))) = changed {
            // Someone else put the bytes back.
            let is_undone = pairs().all(|(file, (_, now))| file.before == *now);
            if is_undone {
                continue;
            }
            return Err(Unavailable::Changed((*path).clone()));
        }
        return restored(folder, id, &record);
    }
    Err(Unavailable::Nothing)
}

fn restored(folder: &Path, version: VersionId, record: &Record) -> Result<Past, Unavailable> {
    let mut files = Vec::new();
    for file in &record.files {
        let digest = file.before.as_deref();
        files.push(PastFile {
            path: PathBuf::from(&file.path),
            bytes: digest
                .map(|digest| store::kept(folder, digest))
                .transpose()?,
        });
    }
    Ok(Past { version, files })
}

/// Paths are only compared, so one that is not Unicode may be approximate.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
