//! Versions on the disk: a record for each, and each content once, by its SHA-256.
//!
//! A record is written before the files are changed and gets its final name afterwards; one that was
//! cut off in between is settled by what the files hold. All of it happens under a lock of the
//! folder, which ends with the process. Old versions go when there are too many or too much.

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    super::file::{self, make_folder},
    deed::{Author, VersionId},
    text,
};

/// How many versions are kept.
const VERSIONS_MAX: usize = 200;

/// How many bytes of content are kept; what the latest version needs is, whatever its size.
const BYTES_MAX: u64 = 20_000_000;

/// Larger contents that other programs wrote are not kept: that they were there is.
pub(super) const CONTENT_MAX: u64 = 8_000_000;

const RECORD: &str = "json";
const PENDING: &str = "pending";

/// What each file held when we last looked: its path to the SHA-256 of its content.
const KNOWN: &str = "known.json";

/// What one change did.
#[derive(Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) at: Timestamp,
    pub(super) by: Author,
    /// Undoing is a change too; this names the one that was undone. It is not itself undone.
    pub(super) undoes: Option<VersionId>,
    pub(super) files: Vec<FileRecord>,
}

/// What one change did to one file.
#[derive(Serialize, Deserialize)]
pub(super) struct FileRecord {
    /// Resolved.
    pub(super) path: String,
    /// SHA-256 of the content before; none where no file was.
    pub(super) before: Option<String>,
    /// SHA-256 of the content after; none where the file was removed.
    pub(super) after: Option<String>,
}

impl Record {
    pub(super) fn now(by: Author, undoes: Option<VersionId>, files: Vec<FileRecord>) -> Self {
        Self {
            at: Timestamp::now(),
            by,
            undoes,
            files,
        }
    }

    /// The files that were not there before.
    pub(super) fn made(&self) -> impl Iterator<Item = PathBuf> {
        let made = self.files.iter().filter(|file| file.before.is_none());
        made.map(|file| PathBuf::from(&file.path))
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.files.iter().map(|file| PathBuf::from(&file.path))
    }
}

/// The folder, locked.
pub(super) struct Store {
    folder: PathBuf,
    /// Holds the system's lock for as long as it is open.
    _lock: File,
}

impl Store {
    /// Makes the folder where it is missing, waits for its lock, and settles what was cut off.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        make_folder(folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        let lock = private(&mut options).open(folder.join("lock"))?;
        lock.lock()?;
        let store = Self {
            folder: folder.to_owned(),
            _lock: lock,
        };
        for id in ids(folder, PENDING) {
            store.settle(id)?;
        }
        Ok(store)
    }

    /// Keeps a content, and names it.
    pub(super) fn keep(&self, bytes: &[u8]) -> io::Result<String> {
        let name = digest(bytes);
        let path = self.folder.join(&name);
        if fs::read(&path).is_ok_and(|kept| kept == bytes) {
            return Ok(name);
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(name)
    }

    /// Writes the record of a change that is about to be made.
    pub(super) fn begin(&self, record: &Record) -> io::Result<VersionId> {
        let taken = ids(&self.folder, RECORD).into_iter().max();
        let id = VersionId(taken.map_or(1, |id| id.0 + 1));
        let bytes = serde_json::to_vec_pretty(record)?;
        let path = path_of(&self.folder, id, PENDING);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let mut file = private(&mut options).open(path)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        Ok(id)
    }

    /// The change was made.
    pub(super) fn finish(&self, id: VersionId) -> io::Result<()> {
        let path = path_of(&self.folder, id, RECORD);
        fs::rename(path_of(&self.folder, id, PENDING), &path)?;
        if let Some(record) = record(&self.folder, id) {
            let mut known = known(&self.folder);
            for file in record.files {
                known.insert(file.path, file.after);
            }
            self.set_known(&known)?;
        }
        self.prune();
        Ok(())
    }

    /// A process died while it wrote a file in place, and left neither the one content nor the other:
    /// what was there before is there again.
    fn mend(&self, torn: &FileRecord) -> io::Result<()> {
        let (Some(before), Some(after)) = (&torn.before, &torn.after) else {
            return Ok(());
        };
        let path = Path::new(&torn.path);
        let Ok(Some(now)) = file::read(path) else {
            return Ok(());
        };
        if [before, after].contains(&&digest(&now)) {
            return Ok(());
        }
        let (Ok(before), Ok(after)) = (kept(&self.folder, before), kept(&self.folder, after))
        else {
            return Ok(());
        };
        if file::is_torn(&before, &after, &now) {
            file::write_in_place(path, &before, &|_| {})?;
        }
        Ok(())
    }

    /// The change was not made.
    pub(super) fn abandon(&self, id: VersionId) {
        let _ = fs::remove_file(path_of(&self.folder, id, PENDING));
    }

    /// Looks at what a file holds now; what another program made of it becomes a version.
    pub(super) fn notice(&self, path: &Path, bytes: Option<&[u8]>) -> io::Result<()> {
        let mut known = known(&self.folder);
        let (path, now) = (text(path), bytes.map(digest));
        let before = match known.get(&path) {
            Some(before) if *before == now => return Ok(()),
            Some(before) => before.clone(),
            None => {
                self.keep_small(bytes)?;
                known.insert(path, now);
                self.set_known(&known)?;
                self.prune();
                return Ok(());
            }
        };
        self.keep_small(bytes)?;
        let file = FileRecord {
            path,
            before,
            after: now,
        };
        let id = self.begin(&Record::now(Author::AnotherProgram, None, vec![file]))?;
        self.finish(id)
    }

    fn keep_small(&self, bytes: Option<&[u8]>) -> io::Result<()> {
        match bytes {
            Some(bytes) if bytes.len() as u64 <= CONTENT_MAX => self.keep(bytes).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Forgets what files held last that are no longer in use.
    pub(super) fn forget_unless(&self, used: impl Fn(&Path) -> bool) -> io::Result<()> {
        let mut known = known(&self.folder);
        let before = known.len();
        known.retain(|path, _| used(Path::new(path)));
        if known.len() < before {
            self.set_known(&known)?;
            self.prune();
        }
        Ok(())
    }

    /// A process died in the middle of a change: the files tell whether it was made.
    fn settle(&self, id: VersionId) -> io::Result<()> {
        let Some(record) = read(&path_of(&self.folder, id, PENDING)) else {
            self.abandon(id);
            return Ok(());
        };
        for file in &record.files {
            self.mend(file)?;
        }
        let was_made = record.files.iter().any(|file| {
            let now = file::read(Path::new(&file.path));
            now.is_ok_and(|now| now.as_deref().map(digest) == file.after)
        });
        // Where the files hold neither, another program's change is seen from what was known before.
        if !was_made {
            self.abandon(id);
            return Ok(());
        }
        self.finish(id)
    }

    fn set_known(&self, known: &BTreeMap<String, Option<String>>) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec_pretty(known)?)?;
        file.persist(self.folder.join(KNOWN))?;
        Ok(())
    }

    /// Forgets the oldest versions beyond the bounds, and then what none of the others needs.
    fn prune(&self) {
        let mut needed: HashSet<String> = known(&self.folder).into_values().flatten().collect();
        let size = |content: &String| {
            let size = fs::metadata(self.folder.join(content));
            size.map_or(0, |metadata| metadata.len())
        };
        let mut counted = needed.clone();
        let mut bytes: u64 = counted.iter().map(size).sum();
        let mut full = false;
        for (kept, (id, record)) in records(&self.folder).into_iter().rev().enumerate() {
            let contents = record
                .files
                .iter()
                .flat_map(|file| [&file.before, &file.after]);
            let contents: Vec<String> = contents.flatten().cloned().collect();
            for content in &contents {
                if counted.insert(content.clone()) {
                    bytes += size(content);
                }
            }
            full |= kept > 0 && (kept >= VERSIONS_MAX || bytes > BYTES_MAX);
            if full {
                let _ = fs::remove_file(path_of(&self.folder, id, RECORD));
            } else {
                needed.extend(contents);
            }
        }
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_content = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            // Under the lock, a file that never got its name is a killed process's.
            let is_left_over = name.starts_with(".tmp");
            if is_left_over || is_content && !needed.contains(name) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Every record, oldest first.
pub(super) fn records(folder: &Path) -> Vec<(VersionId, Record)> {
    let ids = ids(folder, RECORD);
    ids.into_iter()
        .filter_map(|id| Some((id, record(folder, id)?)))
        .collect()
}

/// One record.
pub(super) fn record(folder: &Path, id: VersionId) -> Option<Record> {
    read(&path_of(folder, id, RECORD))
}

/// What each file held when we last looked.
pub(super) fn known(folder: &Path) -> BTreeMap<String, Option<String>> {
    let bytes = fs::read(folder.join(KNOWN)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// A content that was kept.
pub(super) fn kept(folder: &Path, name: &str) -> io::Result<Vec<u8>> {
    let bytes = fs::read(folder.join(name)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other(format!(
            "what a file held then was larger than {} MB and was not kept",
            CONTENT_MAX / 1_000_000
        )),
        _ => error,
    })?;
    if digest(&bytes) == name {
        Ok(bytes)
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "it is not what was kept",
        ))
    }
}

pub(super) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn read(path: &Path) -> Option<Record> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn path_of(folder: &Path, id: VersionId, ending: &str) -> PathBuf {
    folder.join(format!("{:08}.{ending}", id.0))
}

/// The numbers of the files with an ending, lowest first.
fn ids(folder: &Path, ending: &str) -> Vec<VersionId> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<VersionId> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let number = name.strip_suffix(ending)?.strip_suffix('.')?;
            number.parse().ok()
        })
        .collect();
    ids.sort_unstable();
    ids
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}
