//! Which files kubectl would read, and which one it would write.
//!
//! The rules are kubectl's, tried with kubectl 1.32. The environment is not read here; whoever
//! makes the [`Locations`] has read it.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::{file, folders, read::Source};

/// Where kubectl would look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Locations {
    /// A file named outright: only that one counts.
    pub explicit: Option<PathBuf>,
    /// The value of `KUBECONFIG`: a list as in `PATH`.
    pub kubeconfig_env: Option<OsString>,
    /// The home directory, for `~/.kube/config`.
    pub home: Option<PathBuf>,
}

/// The files, first one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Chain {
    /// An explicit file; else `KUBECONFIG` without empty and repeated entries; else
    /// `~/.kube/config`. A `KUBECONFIG` of separators alone names no file at all.
    pub(super) fn new(locations: &Locations) -> Self {
        let files = if let Some(explicit) = &locations.explicit {
            vec![explicit.clone()]
        } else if let Some(list) = locations
            .kubeconfig_env
            .as_ref()
            .filter(|list| !list.is_empty())
        {
            let mut files: Vec<PathBuf> = Vec::new();
            for file in std::env::split_paths(list) {
                if !file.as_os_str().is_empty() && !files.contains(&file) {
                    files.push(file);
                }
            }
            files
        } else {
            let home = locations.home.iter();
            home.map(|home| home.join(".kube").join("config")).collect()
        };
        let folders = Vec::new();
        Self { files, folders }
    }

    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Also looks for kubeconfigs in these folders.
    pub(super) fn add_folders(&mut self, folders: impl IntoIterator<Item = PathBuf>) {
        self.folders.extend(folders);
    }

    /// The folders that hold kubeconfigs beside the chain.
    pub(super) fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Reads every file: the chain's, then those of the folders.
    pub(super) fn read(&self) -> Vec<Source> {
        let chain = self.files.iter().map(|file| Source::read(file));
        chain
            .chain(folders::read(&self.folders, &self.files))
            .collect()
    }

    /// How the chain or a folder names a resolved file; none for one of neither.
    pub(super) fn name_of(&self, target: &Path) -> Option<PathBuf> {
        let mut files = self.files.iter();
        if let Some(file) = files.find(|path| file::resolve(path) == target) {
            return Some(file.clone());
        }
        let in_folder = |folder: &&PathBuf| {
            let folder = folder.canonicalize();
            folder.is_ok_and(|folder| target.parent() == Some(&folder))
        };
        self.folders.iter().find(in_folder)?;
        Some(target.to_owned())
    }

    /// The index of the file that takes new entries and the current context: the first that
    /// exists, else the last.
    pub(super) fn default_index(&self, exists: impl Fn(&Path) -> bool) -> Option<usize> {
        let existing = self.files.iter().position(|file| exists(file));
        existing.or(self.files.len().checked_sub(1))
    }
}
