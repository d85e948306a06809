//! Entries that work from any folder: relative paths made absolute, files taken in.
//!
//! Which keys are paths, and what they are relative to, is client-go's rule: the folder of the file
//! that holds them. What goes where is [`super::export`]'s and [`super::import`]'s decision.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{error::KubeconfigError, kind::EntryKind, render::Fragment};

/// Keys of a cluster and of a user that name files, each with the key that holds such a file's
/// content instead.
const FILES: [(&str, &str); 3] = [
    ("certificate-authority", "certificate-authority-data"),
    ("client-certificate", "client-certificate-data"),
    ("client-key", "client-key-data"),
];

/// A file that kubectl reads anew each time; its content is not taken in.
const TOKEN_FILE: &str = "tokenFile";

/// Makes the relative paths of an entry absolute, as seen from `folder`.
pub(super) fn anchor(entry: &mut Fragment, kind: EntryKind, folder: &Path) {
    let Some(inside) = entry.get_mut(kind.inner()) else {
        return;
    };
    for key in relative(inside) {
        if let Some(path) = inside.get_text(key) {
            let path = folder.join(path).to_string_lossy().into_owned();
            inside.set(key, Fragment::text(path));
        }
    }
    if let Some(exec) = inside.get_mut("exec")
        && let Some(command) = exec.get_text("command")
        && is_relative_command(command)
    {
        let command = folder.join(command).to_string_lossy().into_owned();
        exec.set("command", Fragment::text(command));
    }
}

/// The keys of an entry that hold relative paths; text that was pasted has no folder for them.
pub(super) fn relative_paths(entry: &Fragment, kind: EntryKind) -> Vec<&'static str> {
    let Some(inside) = entry.get(kind.inner()) else {
        return Vec::new();
    };
    let mut keys = relative(inside);
    let command = inside.get("exec").and_then(|exec| exec.get_text("command"));
    if command.is_some_and(is_relative_command) {
        keys.push("command");
    }
    keys
}

fn relative(inside: &Fragment) -> Vec<&'static str> {
    let keys = FILES.iter().map(|(key, _)| *key).chain([TOKEN_FILE]);
    keys.filter(|key| {
        let path = inside.get_text(key);
        path.is_some_and(|path| Path::new(path).is_relative())
    })
    .collect()
}

/// A bare name is looked up in `PATH`.
fn is_relative_command(command: &str) -> bool {
    command.contains(std::path::is_separator) && Path::new(command).is_relative()
}

/// Takes the certificates and keys that an entry names into it.
pub(super) fn take_in(entry: &mut Fragment, kind: EntryKind) -> Result<(), KubeconfigError> {
    let Some(inside) = entry.get_mut(kind.inner()) else {
        return Ok(());
    };
    for (key, data) in FILES {
        let Some(path) = inside.get_text(key).map(PathBuf::from) else {
            continue;
        };
        // What is inline counts, to client-go too.
        if inside.get_text(data).is_none() {
            let content = std::fs::read(&path).map_err(KubeconfigError::io("read", &path))?;
            inside.set(data, Fragment::text(STANDARD.encode(content)));
        }
        inside.unset(key);
    }
    Ok(())
}

/// The folder that a file's relative paths are seen from.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    file.parent().map(Path::to_owned).unwrap_or_default()
}
