//! Reads and replaces one file: whole or not at all, through symlinks, with mode and owner kept.
//!
//! Locks are [`super::lock`]'s work and backups [`super::history`]'s; both come before.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use super::lock::siblings_with_prefix;

/// A link that leads to links, this many times, leads nowhere.
const LINKS_MAX: usize = 40;

/// How far a replacement has come. Tests stop the process at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    LockReady,
    Locked,
    BackedUp,
    TemporaryMade,
    HalfWritten,
    Overwritten,
    Written,
    Synced,
    Replaced,
    Recorded,
}

/// How a replacement ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Replaced,
    /// The file was no longer what it was taken for, and is as it was found.
    Disturbed,
}

/// The file that a path leads to, symlinks followed, whether or not it exists.
pub(super) fn resolve(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(target) = fs::read_link(&path) else {
            break;
        };
        path = match path.parent() {
            Some(folder) => folder.join(target),
            None => target,
        };
    }
    // Folders on the way may be links too; the file itself need not exist.
    match (path.parent().map(fs::canonicalize), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// What leads to a file: its path, and each link on the way, of files and of folders.
pub(super) fn trail(path: &Path) -> Vec<PathBuf> {
    let mut trail = Vec::new();
    let mut waiting = vec![path.to_owned()];
    while let Some(path) = waiting.pop() {
        if trail.len() > LINKS_MAX || trail.contains(&path) {
            continue;
        }
        for link in path.ancestors() {
            let Ok(target) = fs::read_link(link) else {
                continue;
            };
            let folder = link.parent().unwrap_or(Path::new(""));
            let rest = path.strip_prefix(link).unwrap_or(Path::new(""));
            waiting.push(
                folder
                    .join(target)
                    .components()
                    .chain(rest.components())
                    .collect(),
            );
            trail.push(link.to_owned());
        }
        trail.push(path);
    }
    trail
}

/// The bytes, or none where there is no such file.
pub(super) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes the folder of a file that is about to be made, for its owner only.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Replaces the content of `path`, which must be resolved and locked, where it still is `before` at
/// the last moment. `at` is told each step.
///
/// A reader sees the old bytes or the new ones. Where the file cannot be replaced by renaming (it
/// is itself mounted, has other hard links, or belongs to someone else), it is written in place as
/// kubectl does; who is killed then leaves it torn, which the history mends.
pub(super) fn replace(
    path: &Path,
    before: Option<&[u8]>,
    bytes: &[u8],
    at: &dyn Fn(Point),
) -> io::Result<Outcome> {
    let old = match fs::metadata(path) {
        Ok(old) => {
            // A file that may not be written is not to be replaced either.
            OpenOptions::new().write(true).open(path)?;
            Some(old)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if old.as_ref().is_some_and(has_other_names) {
        return replace_in_place(path, before, bytes, at);
    }
    match replace_by_renaming(path, before, bytes, old.as_ref(), at) {
        Err(error) if old.is_some() && is_about_renaming(&error) => {
            replace_in_place(path, before, bytes, at)
        }
        done => done,
    }
}

/// Writes a file that its owner alone may read, whatever was there: whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    // Its mode is 0600 from the start.
    let mut temporary = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    Ok(())
}

/// Removes replacements that a killed process left behind. The file must be locked.
pub(super) fn sweep(path: &Path) {
    for left in siblings_with_prefix(path, &temporary_prefix(path)) {
        let _ = fs::remove_file(left);
    }
}

fn temporary_prefix(path: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".k3tray-");
    prefix
}

fn replace_by_renaming(
    path: &Path,
    before: Option<&[u8]>,
    bytes: &[u8],
    old: Option<&fs::Metadata>,
    at: &dyn Fn(Point),
) -> io::Result<Outcome> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new()
        .prefix(&temporary_prefix(path))
        .tempfile_in(folder)?;
    at(Point::TemporaryMade);
    // Its mode is 0600 from the start; an owner's other choice is taken over.
    if let Some(old) = old {
        keep_owner(temporary.as_file(), old)?;
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.write_all(bytes)?;
    at(Point::Written);
    temporary.as_file().sync_all()?;
    at(Point::Synced);
    // All this took its time.
    if read(path)?.as_deref() != before {
        return Ok(Outcome::Disturbed);
    }
    temporary.persist(path).map_err(|error| error.error)?;
    at(Point::Replaced);
    sync_folder(folder);
    Ok(Outcome::Replaced)
}

fn replace_in_place(
    path: &Path,
    before: Option<&[u8]>,
    bytes: &[u8],
    at: &dyn Fn(Point),
) -> io::Result<Outcome> {
    if read(path)?.as_deref() != before {
        return Ok(Outcome::Disturbed);
    }
    write_in_place(path, bytes, at).map(|()| Outcome::Replaced)
}

/// Writes before it truncates, so that the file is at no time empty.
pub(super) fn write_in_place(path: &Path, bytes: &[u8], at: &dyn Fn(Point)) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.rewind()?;
    let (first, second) = bytes.split_at(bytes.len() / 2);
    file.write_all(first)?;
    at(Point::HalfWritten);
    file.write_all(second)?;
    at(Point::Overwritten);
    file.set_len(bytes.len() as u64)?;
    at(Point::Written);
    file.sync_all()?;
    at(Point::Synced);
    Ok(())
}

fn is_about_renaming(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ResourceBusy
            | io::ErrorKind::CrossesDevices
            | io::ErrorKind::PermissionDenied
            | io::ErrorKind::ReadOnlyFilesystem
    )
}

#[cfg(unix)]
fn has_other_names(old: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(old) > 1
}

#[cfg(not(unix))]
fn has_other_names(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn keep_owner(new: &File, old: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let found = new.metadata()?;
    if (found.uid(), found.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    fchown(new, Some(old.uid()), Some(old.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Makes the new name durable. The content already is, so a failure here loses nothing.
fn sync_folder(folder: &Path) {
    #[cfg(unix)]
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = folder;
}

/// Whether `now` is what is left of writing `after` over `before` in place when the writer, or
/// whoever was putting `before` back, is killed.
pub(super) fn is_torn(before: &[u8], after: &[u8], now: &[u8]) -> bool {
    let alike = |one: &[u8], other: &[u8]| {
        let pairs = one.iter().zip(other);
        pairs.take_while(|(one, other)| one == other).count()
    };
    if now == before || now == after || now.len() < before.len() {
        return false;
    }
    let start = alike(now, before);
    let end = start + alike(&now[start..], after.get(start..).unwrap_or_default());
    now[end..] == *before.get(end..).unwrap_or_default()
}
