//! The bytes from before each change, so that a change can be undone.
//!
//! One folder for each change, named by its time, with a record and the files' old bytes; readable
//! by the owner only, since they hold keys. Old ones go when there are too many or too much.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::file::make_folder;

/// How many changes are kept.
const CHANGES_MAX: usize = 30;

/// How many bytes are kept; the latest change is, whatever its size.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

const RECORD: &str = "change.json";

/// What one change did.
#[derive(Serialize, Deserialize)]
struct Record {
    /// Undoing is a change too; this names the one that was undone. It is not itself undone.
    undoes: Option<String>,
    files: Vec<FileRecord>,
}

/// What one change did to one file.
#[derive(Serialize, Deserialize)]
struct FileRecord {
    /// Resolved; only compared, so a name that is not Unicode may be approximate.
    path: String,
    /// SHA-256 of the bytes before, which are kept beside the record; none where no file was.
    before: Option<String>,
    /// SHA-256 of the bytes after; none where the file was removed.
    after: Option<String>,
}

/// One file's bytes before and after a change.
pub(super) struct Version<'a> {
    pub(super) path: &'a Path,
    pub(super) before: Option<&'a [u8]>,
    pub(super) after: Option<&'a [u8]>,
}

/// What undoing has to put back.
pub(super) struct Past {
    /// The change that is undone, by its folder's name.
    pub(super) change: String,
    pub(super) files: Vec<PastFile>,
}

/// One file as it was.
pub(super) struct PastFile {
    pub(super) path: PathBuf,
    pub(super) bytes: Option<Vec<u8>>,
}

/// Why nothing can be undone.
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

/// Keeps the bytes from before a change that is about to be made.
pub(super) fn record(
    folder: &Path,
    undoes: Option<&str>,
    versions: &[Version<'_>],
) -> io::Result<()> {
    make_folder(folder)?;
    let change = make_change_folder(folder)?;
    for (index, version) in versions.iter().enumerate() {
        if let Some(before) = version.before {
            write_private(&change.join(index.to_string()), before)?;
        }
    }
    let record = Record {
        undoes: undoes.map(str::to_owned),
        files: versions
            .iter()
            .map(|version| FileRecord {
                path: version.path.to_string_lossy().into_owned(),
                before: version.before.map(digest),
                after: version.after.map(digest),
            })
            .collect(),
    };
    // The record comes last: a folder without one is not a change.
    write_private(&change.join(RECORD), &serde_json::to_vec_pretty(&record)?)?;
    prune(folder);
    Ok(())
}

/// Finds what the latest change to these files left behind it, if that change still stands.
pub(super) fn latest(
    folder: &Path,
    files: &[(PathBuf, Option<Vec<u8>>)],
) -> Result<Past, Unavailable> {
    let now = |path: &str| {
        files
            .iter()
            .find(|(file, _)| file.to_string_lossy() == path)
            .map(|(file, bytes)| (file, bytes.as_deref().map(digest)))
    };
    let mut undone = HashSet::new();
    for folder in changes(folder).into_iter().rev() {
        let Some(record) = read_record(&folder) else {
            continue;
        };
        if let Some(change) = record.undoes {
            undone.insert(change);
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
        let change = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some((_, (path, _))) = changed {
            // Undone, or never made because the process ended first.
            let was_not_made = pairs().all(|(file, (_, now))| file.before == *now);
            if was_not_made || undone.contains(&change) {
                continue;
            }
            return Err(Unavailable::Changed((*path).clone()));
        }
        let mut files = Vec::new();
        for (index, (file, (path, _))) in pairs().enumerate() {
            let bytes = match file.before {
                Some(_) => Some(fs::read(folder.join(index.to_string()))?),
                None => None,
            };
            let path = (*path).clone();
            files.push(PastFile { path, bytes });
        }
        return Ok(Past { change, files });
    }
    Err(Unavailable::Nothing)
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn make_change_folder(folder: &Path) -> io::Result<PathBuf> {
    let now = jiff::Timestamp::now()
        .strftime("%Y%m%dT%H%M%S.%6fZ")
        .to_string();
    for attempt in 0_u32.. {
        let path = folder.join(format!("{now}-{attempt:03}"));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(()) => return Ok(path),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn read_record(change: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(change.join(RECORD)).ok()?).ok()
}

/// Oldest first.
fn changes(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut changes: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    changes.sort();
    changes
}

fn prune(folder: &Path) {
    let mut bytes = 0;
    for (kept, change) in changes(folder).into_iter().rev().enumerate() {
        let files = fs::read_dir(&change).into_iter().flatten().flatten();
        bytes += files
            .filter_map(|file| file.metadata().ok())
            .map(|metadata| metadata.len())
            .sum::<u64>();
        if kept > 0 && (kept >= CHANGES_MAX || bytes > BYTES_MAX) {
            let _ = fs::remove_dir_all(change);
        }
    }
}
