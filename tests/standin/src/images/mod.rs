//! `ctr image import|ls|rm` and `crictl images|rmi`: a node's list of images. An import reads and checks the whole archive
//! (Docker's or OCI's, plain or gzip) and keeps the names; the layers themselves are dropped, for nothing runs them.

mod archive;
#[cfg(test)]
mod testing;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::json;

use self::archive::{full_name, read_archive};
use crate::client::chain;

/// Why an image command failed.
#[derive(Debug, thiserror::Error)]
enum ImagesError {
    #[error("the stand-in does not know `{0}`")]
    Usage(String),
    #[error("ctr: open {path}")]
    Open { path: String, source: io::Error },
    #[error("ctr: unrecognized image format: not an archive")]
    Archive(#[source] io::Error),
    #[error("ctr: unrecognized image format: neither manifest.json nor index.json")]
    Format,
    #[error("ctr: malformed {name}")]
    Malformed { name: String },
    #[error("ctr: content digest {name}: not found")]
    Missing { name: String },
    #[error("ctr: unexpected commit digest of {name}: failed precondition")]
    Digest { name: String },
    #[error("image \"{0}\": not found")]
    NotFound(String),
    #[error("cannot keep {path}")]
    Keep { path: PathBuf, source: io::Error },
}

/// An image as the node lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Image {
    /// The digest of its configuration, which names it in `crictl`.
    id: String,
    /// Bytes of its configuration and layers in the archive.
    size: u64,
}

type Images = BTreeMap<String, Image>;

/// `ctr [-n NAMESPACE] image|images|i import|ls|rm …`
pub(crate) fn ctr(arguments: &[String]) -> ExitCode {
    finish(ctr_command(&words(arguments), &images_file()))
}

/// `crictl images|image|img [-o json] [-q]`, `crictl rmi NAME…`
pub(crate) fn crictl(arguments: &[String]) -> ExitCode {
    finish(crictl_command(arguments, &words(arguments), &images_file()))
}

fn finish(result: Result<String, ImagesError>) -> ExitCode {
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

fn images_file() -> PathBuf {
    let data =
        std::env::var("STANDIN_DATA_DIR").unwrap_or_else(|_| "/var/lib/rancher/k3s".to_owned());
    Path::new(&data).join("agent/containerd-standin/images.json")
}

/// The arguments that are not options; of the options with a value that callers use, the value is dropped too.
fn words(arguments: &[String]) -> Vec<&str> {
    let mut words = Vec::new();
    let mut arguments = arguments.iter().map(String::as_str);
    while let Some(argument) = arguments.next() {
        match argument {
            "-n" | "--namespace" | "-a" | "--address" | "-o" | "--output" | "--platform"
            | "--base-name" => drop(arguments.next()),
            "-" => words.push(argument),
            option if option.starts_with('-') => {}
            word => words.push(word),
        }
    }
    words
}

fn ctr_command(words: &[&str], file: &Path) -> Result<String, ImagesError> {
    match words {
        ["image" | "images" | "i", "import", path] => {
            let imported = if *path == "-" {
                read_archive(io::stdin().lock())?
            } else {
                read_archive(File::open(path).map_err(|source| ImagesError::Open {
                    path: (*path).to_owned(),
                    source,
                })?)?
            };
            let mut images = load(file);
            let printed = imported
                .keys()
                .map(|name| format!("unpacking {name} ({})...done\n", imported[name].id))
                .collect::<Vec<_>>()
                .concat();
            images.extend(imported);
            save(file, &images)?;
            Ok(printed)
        }
        ["image" | "images" | "i", "ls" | "list"] => {
            let lines = load(file)
                .into_iter()
                .map(|(name, image)| format!("{name} {} {}\n", image.id, image.size));
            Ok(std::iter::once("REF DIGEST SIZE\n".to_owned())
                .chain(lines)
                .collect())
        }
        [
            "image" | "images" | "i",
            "rm" | "delete" | "remove",
            names @ ..,
        ] => remove(names, file),
        other => Err(ImagesError::Usage(other.join(" "))),
    }
}

fn crictl_command(
    arguments: &[String],
    words: &[&str],
    file: &Path,
) -> Result<String, ImagesError> {
    match words {
        ["images" | "image" | "img"] => {
            let images = load(file);
            if arguments
                .iter()
                .any(|argument| argument == "json" || argument.ends_with("=json"))
            {
                let list: Vec<_> = images
                    .iter()
                    .map(|(name, image)| json!({"id": image.id, "repoTags": [name], "repoDigests": [], "size": image.size.to_string()}))
                    .collect();
                return Ok(format!("{:#}\n", json!({"images": list})));
            }
            let lines = images.into_iter().map(|(name, image)| {
                let (repository, tag) = name.rsplit_once(':').unwrap_or((&name, "<none>"));
                let id = image.id.trim_start_matches("sha256:");
                format!(
                    "{repository:40} {tag:20} {:13} {}B\n",
                    id.get(..13).unwrap_or(id),
                    image.size
                )
            });
            Ok(std::iter::once(format!(
                "{:40} {:20} {:13} SIZE\n",
                "IMAGE", "TAG", "IMAGE ID"
            ))
            .chain(lines)
            .collect())
        }
        ["rmi", names @ ..] => remove(names, file),
        other => Err(ImagesError::Usage(other.join(" "))),
    }
}

fn remove(names: &[&str], file: &Path) -> Result<String, ImagesError> {
    let mut images = load(file);
    for name in names {
        let full = full_name(name);
        images.remove(&full).ok_or(ImagesError::NotFound(full))?;
    }
    save(file, &images)?;
    Ok(format!("{}\n", names.join("\n")))
}

fn load(file: &Path) -> Images {
    std::fs::read(file)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn save(file: &Path, images: &Images) -> Result<(), ImagesError> {
    let failed = |source| ImagesError::Keep {
        path: file.to_owned(),
        source,
    };
    let bytes = serde_json::to_vec(images).map_err(|error| failed(error.into()))?;
    let next = file.with_extension(format!("next-{}", std::process::id()));
    file.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(failed)?;
    std::fs::write(&next, bytes)
        .and_then(|()| std::fs::rename(&next, file))
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::images::testing::{docker_archive, web};

    #[test]
    fn an_imported_image_can_be_removed_once() {
        let directory = tempfile::tempdir().unwrap();
        let (file, path) = (
            directory.path().join("images.json"),
            directory.path().join("web.tar"),
        );
        std::fs::write(&path, docker_archive()).unwrap();

        let printed = ctr_command(&["image", "import", path.to_str().unwrap()], &file).unwrap();

        assert_eq!(
            printed,
            "unpacking docker.io/library/web:1 (sha256:abc)...done\n"
        );
        assert_eq!(load(&file), web());
        remove(&["web:1"], &file).unwrap();
        assert!(matches!(
            remove(&["web:1"], &file),
            Err(ImagesError::NotFound(_))
        ));
    }
}
