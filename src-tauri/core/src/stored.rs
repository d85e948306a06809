//! Small files of ours: JSON that holds what differs from the defaults.
//!
//! [`crate::settings`] and [`crate::state`] say what is in them. Losing one loses no cluster, so a
//! broken file is a problem to tell and not one to stop for: its reader goes on with the defaults.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::error::Explain;

/// Why a file of ours could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoredError {
    /// The system refused to read it.
    #[error("`{}` could not be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not what was written into it.
    #[error("`{}` is broken", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// Where and how.
        #[source]
        source: serde_json::Error,
    },
    /// The system refused to write it.
    #[error("`{}` could not be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Explain for StoredError {
    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read { path, .. } | Self::Write { path, .. } => format!(
                "Check who may read and write `{}`; until then the defaults are used.",
                path.display()
            ),
            Self::Broken { path, .. } => format!(
                "Correct or remove `{}`; until then the defaults are used.",
                path.display()
            ),
        })
    }
}

/// Reads a file; where there is none, everything is as by default.
pub(crate) fn load<T: DeserializeOwned + Default>(path: &Path) -> Result<T, StoredError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(T::default()),
        Err(source) => {
            return Err(StoredError::Read {
                path: path.to_owned(),
                source,
            });
        }
    };
    serde_json::from_str(&text).map_err(|source| StoredError::Broken {
        path: path.to_owned(),
        source,
    })
}

/// Holds a file for whoever reads it to write it again: nobody else who asks has it before this is
/// dropped. The lock is beside the file, which is replaced, and ends with the process.
pub(crate) fn hold(path: &Path) -> Result<File, StoredError> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let hold = || {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&beside)?;
        match lock.lock() {
            // There are disks without locks; better changed than not.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
            _ => Ok(lock),
        }
    };
    hold().map_err(|source| StoredError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Replaces a file as a whole with what differs from the defaults; its folder is made where missing.
pub(crate) fn save<T: Serialize + Default>(path: &Path, value: &T) -> Result<(), StoredError> {
    let write = |text: &str| {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    differences(value)
        .map_err(|source| StoredError::Broken {
            path: path.to_owned(),
            source,
        })
        .and_then(|text| {
            write(&text).map_err(|source| StoredError::Write {
                path: path.to_owned(),
                source,
            })
        })
}

fn differences<T: Serialize + Default>(value: &T) -> Result<String, serde_json::Error> {
    let default = serde_json::to_value(T::default())?;
    let different = without(serde_json::to_value(value)?, &default)
        .unwrap_or_else(|| Value::Object(Map::new()));
    serde_json::to_string_pretty(&different).map(|text| text + "\n")
}

/// What of `value` differs from `default`, field by field.
fn without(value: Value, default: &Value) -> Option<Value> {
    match (value, default) {
        (value, default) if value == *default => None,
        (Value::Object(fields), Value::Object(defaults)) => {
            let different = fields.into_iter().filter_map(|(name, value)| {
                let value = match defaults.get(&name) {
                    Some(default) => without(value, default)?,
                    None => value,
                };
                Some((name, value))
            });
            Some(Value::Object(different.collect()))
        }
        (value, _) => Some(value),
    }
}
