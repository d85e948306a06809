//! Files a test run leaves for people to look at: screenshots, icons, logs, in `target/artefacts`.

use std::path::PathBuf;

/// Where an artefact named `name` (with its extension) is to be written; its folder is made.
pub fn path(name: &str) -> PathBuf {
    let folder = workspace().join("target/artefacts");
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(&folder);
    std::fs::create_dir_all(parent)
        .unwrap_or_else(|error| panic!("`{}` cannot be made: {error}", parent.display()));
    path
}

/// The workspace this package was built in.
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default()
}
