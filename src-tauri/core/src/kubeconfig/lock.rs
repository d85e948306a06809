//! kubectl's lock: `<file>.lock`, made exclusively, for every file of the chain.
//!
//! kubectl gives up at once when a lock exists; here it is waited for. Whoever dies with a lock
//! leaves it behind, and kubectl then refuses for good. So ours say whose they are, and are also
//! held with the system's own file lock, which ends with the process: a lock file that says it is
//! ours and that nobody holds is an orphan, and is removed. Anyone else's is never touched.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::error::KubeconfigError;

/// How our lock files begin; kubectl's are empty.
const SIGNATURE: &str = "k3tray\n";

/// How long to wait for the locks, in all.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// kubectl holds its locks for the blink of an eye; one this old was left behind.
pub(super) const STALE_AFTER: Duration = Duration::from_secs(60);

/// Between attempts; doubles up to the second.
const RETRY: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(160)];

/// One lock file that we made; dropping it removes it.
struct Held {
    path: PathBuf,
    /// Holds the system's lock for as long as it is open.
    file: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Someone may have removed ours by hand, and another program may have made its own since.
        if is_same_file(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The locks of a whole chain.
pub(super) struct Locks {
    held: Vec<Held>,
    /// Files in folders where no lock can be made. They may be read, not written.
    pub(super) denied: Vec<(PathBuf, io::Error)>,
}

/// `<file>.lock`
pub(super) fn lock_path(file: &Path) -> PathBuf {
    with_suffix(file, ".lock")
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

/// Locks all files, or none. `made` is told when a lock is about to be shown to others.
pub(super) fn acquire(
    files: &[PathBuf],
    patience: Duration,
    made: &dyn Fn(),
) -> Result<Locks, KubeconfigError> {
    // kubectl's order, so that two programs cannot hold one lock each and wait for the other.
    let mut files = files.to_vec();
    files.sort();
    files.dedup();
    let start = Instant::now();
    let mut pause = RETRY[0];
    loop {
        match attempt(&files, made)? {
            Ok(locks) => return Ok(locks),
            Err(lock) if start.elapsed() >= patience => {
                return Err(locked(&lock));
            }
            // Other programs' locks cannot be awaited, only tried again.
            Err(_) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(RETRY[1]);
    }
}

/// Since when a lock file has been there.
fn age(lock: &Path) -> Duration {
    fs::metadata(lock)
        .and_then(|metadata| metadata.modified())
        .ok()
        .and_then(|made| made.elapsed().ok())
        .unwrap_or_default()
}

/// Who holds a lock file, and for how long.
fn locked(lock: &Path) -> KubeconfigError {
    KubeconfigError::Locked {
        lock: lock.to_owned(),
        age: age(lock),
        holder: holder(lock),
    }
}

/// The process of a living k3tray that holds a lock file. Other programs' locks say nothing.
fn holder(lock: &Path) -> Option<u32> {
    let file = File::open(lock).ok()?;
    let mut text = String::new();
    (&file).take(256).read_to_string(&mut text).ok()?;
    let process = text.strip_prefix(SIGNATURE)?.strip_prefix("pid ")?;
    let held = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
    held.then(|| process.lines().next()?.parse().ok()).flatten()
}

/// Removes a lock file that no living program can still need.
pub(super) fn break_stale(lock: &Path) -> Result<(), KubeconfigError> {
    if age(lock) < STALE_AFTER || holder(lock).is_some() {
        return Err(locked(lock));
    }
    match fs::remove_file(lock) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done.map_err(KubeconfigError::io("remove", lock)),
    }
}

/// The inner error is the lock that is held by someone else; ours are released then, since kubectl
/// would fail on them.
fn attempt(files: &[PathBuf], made: &dyn Fn()) -> Result<Result<Locks, PathBuf>, KubeconfigError> {
    let mut locks = Locks {
        held: Vec::new(),
        denied: Vec::new(),
    };
    for file in files {
        sweep(file);
        let path = lock_path(file);
        recover(&path);
        match create(&path, made) {
            Ok(held) => locks.held.push(held),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(Err(path)),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::PermissionDenied
                        | io::ErrorKind::ReadOnlyFilesystem
                        | io::ErrorKind::NotFound
                        | io::ErrorKind::NotADirectory
                ) =>
            {
                locks.denied.push((file.clone(), error));
            }
            Err(error) => return Err(KubeconfigError::io("lock", file)(error)),
        }
    }
    Ok(Ok(locks))
}

/// Makes a lock file that holds its content and the system's lock from its first moment: it is
/// made under another name and linked to its own, which fails if that exists.
fn create(path: &Path, made: &dyn Fn()) -> io::Result<Held> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    loop {
        let temporary = tempfile::Builder::new()
            .prefix(&temporary_prefix(path))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        let (mut file, temporary) = temporary.into_parts();
        let started = jiff::Timestamp::now();
        write!(
            file,
            "{SIGNATURE}pid {}\nsince {started:.0}\n",
            std::process::id()
        )?;
        match file.try_lock() {
            Ok(()) => {}
            // Another of us looks this very moment whether the file is an orphan.
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
        }
        made();
        let path = path.to_owned();
        match fs::hard_link(&temporary, &path) {
            Ok(()) => return Ok(Held { path, file }),
            // Another of us took the unlocked file for an orphan.
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder_exists(folder) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // No hard links on this file system.
            Err(_) => {
                let mut file = OpenOptions::new()
                    .write(true)
                    .create_new(true)
                    .open(&path)?;
                let held = |file| Held { path, file };
                if let Err(error) = file.try_lock() {
                    drop(held(file));
                    return Err(error.into());
                }
                write!(
                    file,
                    "{SIGNATURE}pid {}\nsince {started:.0}\n",
                    std::process::id()
                )?;
                return Ok(held(file));
            }
        }
    }
}

fn folder_exists(folder: Option<&Path>) -> bool {
    folder.is_none_or(Path::is_dir)
}

fn temporary_prefix(lock: &Path) -> OsString {
    let mut prefix = lock.file_name().unwrap_or_default().to_owned();
    prefix.push(".k3tray-");
    prefix
}

/// Removes a lock file of ours that a killed process left behind. Anything else stays.
pub(super) fn recover(lock: &Path) {
    let Ok(mut file) = File::open(lock) else {
        return;
    };
    let mut start = [0; SIGNATURE.len()];
    let signed = file.read_exact(&mut start).is_ok() && start == SIGNATURE.as_bytes();
    if signed && file.try_lock().is_ok() && is_same_file(&file, lock) {
        tracing::info!(lock = %lock.display(), "removed a lock that a killed k3tray had left behind");
        let _ = fs::remove_file(lock);
    }
}

/// Removes lock files that never got their name.
fn sweep(file: &Path) {
    let lock = lock_path(file);
    let prefix = temporary_prefix(&lock);
    for path in siblings_with_prefix(&lock, &prefix) {
        let orphan = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if orphan {
            let _ = fs::remove_file(path);
        }
    }
}

/// The files beside `path` whose names begin with `prefix`.
pub(super) fn siblings_with_prefix(path: &Path, prefix: &OsString) -> Vec<PathBuf> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return Vec::new();
    };
    let prefix = prefix.as_encoded_bytes();
    entries
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix))
        .map(|entry| entry.path())
        .collect()
}

/// Whether the path still leads to the open file.
fn is_same_file(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(open), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else {
            return false;
        };
        (open.dev(), open.ino()) == (there.dev(), there.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}
