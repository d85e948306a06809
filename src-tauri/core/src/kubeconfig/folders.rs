//! Kubeconfigs in folders that the user named, beside the chain.
//!
//! kubectl does not read them, so their contexts cannot become the current one; they are listed,
//! used in a shell of their own, and imported. They are never written unless an entry of theirs is
//! edited.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use super::{
    file,
    read::{Source, State},
};

/// No kubeconfig is larger; whatever else lies in the folder may be.
const BYTES_MAX: u64 = 32 * 1024 * 1024;

/// What a file says that is a kubeconfig, or was meant to be one.
const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// Every kubeconfig in the folders, by folder and then by name, without those in `chain`.
pub(super) fn read(folders: &[PathBuf], chain: &[PathBuf]) -> Vec<Source> {
    let mut seen: HashSet<PathBuf> = chain.iter().map(|path| file::resolve(path)).collect();
    let mut found = Vec::new();
    for folder in folders {
        for path in candidates(folder) {
            if seen.insert(file::resolve(&path)) {
                let source = Source::read(&path);
                if is_kubeconfig(&source) {
                    found.push(Source {
                        extra: true,
                        ..source
                    });
                }
            }
        }
    }
    found
}

/// Regular files and links to such. Hidden ones, locks and giants are something else.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            !name.starts_with(b".") && !name.ends_with(b".lock")
        })
        .map(|entry| entry.path())
        .filter(|path| {
            fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() <= BYTES_MAX)
        })
        .collect();
    paths.sort();
    paths
}

fn is_kubeconfig(source: &Source) -> bool {
    match &source.state {
        State::Missing => false,
        State::Read { tree, .. } => {
            let is_config = tree.top("kind").and_then(|kind| tree.text(kind)) == Some("Config");
            is_config || LISTS.iter().any(|list| tree.top(list).is_some())
        }
        // Of one that cannot be read, only its words can tell.
        State::Unreadable { bytes, .. } => {
            let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default());
            LISTS.iter().filter(|list| text.contains(**list)).count() > 1
        }
    }
}
