//! Image archives: read to their end, checked, and reduced to names, identities and sizes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead as _, BufReader, Read};

use flate2::bufread::GzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{Image, Images, ImagesError};
use crate::pki::hexadecimal;

/// Documents larger than this are layers, whatever their name.
const DOCUMENT_LIMIT: u64 = 4 << 20;

/// What an archive holds: small documents by path, and the size of everything.
#[derive(Default)]
struct Contents {
    documents: BTreeMap<String, Vec<u8>>,
    sizes: BTreeMap<String, u64>,
}

/// Reads an archive to its end, checks blobs against their digests and returns its images by full name.
pub(super) fn read_archive(source: impl Read) -> Result<Images, ImagesError> {
    let mut source = BufReader::new(source);
    let packed = source
        .fill_buf()
        .map_err(ImagesError::Archive)?
        .starts_with(&[0x1f, 0x8b]);
    let contents = if packed {
        contents(GzDecoder::new(source))?
    } else {
        contents(source)?
    };
    if contents.documents.contains_key("index.json") {
        oci_images(&contents)
    } else {
        docker_images(&contents)
    }
}

fn contents(source: impl Read) -> Result<Contents, ImagesError> {
    let mut contents = Contents::default();
    let mut archive = tar::Archive::new(source);
    for entry in archive.entries().map_err(ImagesError::Archive)? {
        let mut entry = entry.map_err(ImagesError::Archive)?;
        let name = entry
            .path()
            .map_err(ImagesError::Archive)?
            .to_string_lossy()
            .trim_start_matches("./")
            .to_owned();
        let size = entry.size();
        let mut hash = Sha256::new();
        if size <= DOCUMENT_LIMIT {
            let mut bytes = Vec::new();
            entry
                .read_to_end(&mut bytes)
                .map_err(ImagesError::Archive)?;
            hash.update(&bytes);
            contents.documents.insert(name.clone(), bytes);
        } else {
            io::copy(&mut entry, &mut hash).map_err(ImagesError::Archive)?;
        }
        let digest = hexadecimal(&hash.finalize());
        if name
            .strip_prefix("blobs/sha256/")
            .is_some_and(|wanted| !wanted.is_empty() && wanted != digest)
        {
            return Err(ImagesError::Digest { name });
        }
        contents.sizes.insert(name, size);
    }
    Ok(contents)
}

impl Contents {
    fn document(&self, name: &str) -> Result<Value, ImagesError> {
        let bytes = self
            .documents
            .get(name)
            .ok_or_else(|| ImagesError::Missing {
                name: name.to_owned(),
            })?;
        serde_json::from_slice(bytes).map_err(|_| ImagesError::Malformed {
            name: name.to_owned(),
        })
    }

    /// The sizes of files that must all be there.
    fn total<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<u64, ImagesError> {
        let size = |name: &str| {
            self.sizes
                .get(name)
                .copied()
                .ok_or_else(|| ImagesError::Missing {
                    name: name.to_owned(),
                })
        };
        names
            .into_iter()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(size)
            .sum()
    }
}

/// `docker save` before 25, and what Docker still writes beside OCI's files: `manifest.json`.
fn docker_images(contents: &Contents) -> Result<Images, ImagesError> {
    if !contents.documents.contains_key("manifest.json") {
        return Err(ImagesError::Format);
    }
    let malformed = || ImagesError::Malformed {
        name: "manifest.json".to_owned(),
    };
    let manifest = contents.document("manifest.json")?;
    let mut images = Images::new();
    for entry in manifest.as_array().ok_or_else(malformed)? {
        let config = entry["Config"].as_str().ok_or_else(malformed)?;
        contents.document(config)?;
        let layers = entry["Layers"]
            .as_array()
            .ok_or_else(malformed)?
            .iter()
            .filter_map(Value::as_str);
        let size = contents.total(layers.chain([config]))?;
        let digest = config
            .trim_start_matches("blobs/sha256/")
            .trim_end_matches(".json");
        for tag in entry["RepoTags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            images.insert(
                full_name(tag),
                Image {
                    id: format!("sha256:{digest}"),
                    size,
                },
            );
        }
    }
    Ok(images)
}

/// An OCI layout: `index.json`, whose manifests are named by annotations. Of an image for several platforms those parts
/// count that the archive has.
fn oci_images(contents: &Contents) -> Result<Images, ImagesError> {
    let index = contents.document("index.json")?;
    let manifests = index["manifests"]
        .as_array()
        .ok_or_else(|| ImagesError::Malformed {
            name: "index.json".to_owned(),
        })?;
    let mut images = Images::new();
    for descriptor in manifests {
        let annotation = |name: &str| descriptor["annotations"][name].as_str();
        let name = annotation("io.containerd.image.name")
            .or_else(|| annotation("org.opencontainers.image.ref.name"));
        let image = oci_image(contents, descriptor)?;
        if let Some(name) = name {
            images.insert(full_name(name), image);
        }
    }
    Ok(images)
}

fn oci_image(contents: &Contents, descriptor: &Value) -> Result<Image, ImagesError> {
    let path = blob(descriptor)?;
    let manifest = contents.document(&path)?;
    if let Some(platforms) = manifest["manifests"].as_array() {
        let present = platforms
            .iter()
            .find(|platform| blob(platform).is_ok_and(|path| contents.sizes.contains_key(&path)));
        return oci_image(
            contents,
            present.ok_or(ImagesError::Missing { name: path })?,
        );
    }
    let config = blob(&manifest["config"])?;
    let layers = manifest["layers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(blob)
        .collect::<Result<Vec<_>, _>>()?;
    let size = contents.total(layers.iter().map(String::as_str).chain([config.as_str()]))?;
    Ok(Image {
        id: config.replace("blobs/sha256/", "sha256:"),
        size,
    })
}

fn blob(descriptor: &Value) -> Result<String, ImagesError> {
    let digest = descriptor["digest"]
        .as_str()
        .and_then(|digest| digest.strip_prefix("sha256:"));
    digest
        .map(|digest| format!("blobs/sha256/{digest}"))
        .ok_or_else(|| ImagesError::Malformed {
            name: "descriptor".to_owned(),
        })
}

/// The name containerd keeps: `web` is `docker.io/library/web:latest`.
pub(super) fn full_name(name: &str) -> String {
    let (registry, rest) = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => {
            (first, rest.to_owned())
        }
        Some(_) => ("docker.io", name.to_owned()),
        None => ("docker.io", format!("library/{name}")),
    };
    let tagged = rest.contains('@')
        || rest
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains(':'));
    if tagged {
        format!("{registry}/{rest}")
    } else {
        format!("{registry}/{rest}:latest")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::images::testing::{archive, docker_archive, web};
    use std::io::Write as _;

    #[test]
    fn an_archive_of_docker_is_listed_plain_or_packed() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&docker_archive()).unwrap();

        assert_eq!(read_archive(&docker_archive()[..]).unwrap(), web());
        assert_eq!(read_archive(&packed.finish().unwrap()[..]).unwrap(), web());
    }

    #[test]
    fn an_archive_without_a_layer_is_refused() {
        let manifest = r#"[{"Config":"abc.json","RepoTags":["web:1"],"Layers":["gone"]}]"#;

        let refused =
            read_archive(&archive(&[("manifest.json", manifest), ("abc.json", "{}")])[..]);

        assert!(matches!(refused, Err(ImagesError::Missing { name }) if name == "gone"));
    }

    #[test]
    fn a_blob_that_does_not_hash_to_its_name_is_refused() {
        let refused = read_archive(&archive(&[("blobs/sha256/00", "x"), ("index.json", "{}")])[..]);

        assert!(matches!(refused, Err(ImagesError::Digest { name }) if name == "blobs/sha256/00"));
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(matches!(
            read_archive(&b"hello"[..]),
            Err(ImagesError::Archive(_) | ImagesError::Format)
        ));
        assert!(matches!(
            read_archive(&[0_u8; 4096][..]),
            Err(ImagesError::Format)
        ));
    }

    #[test]
    fn names_are_completed_as_containerd_does() {
        let names = [
            ("web", "docker.io/library/web:latest"),
            ("team/web:2", "docker.io/team/web:2"),
            ("localhost:5000/web", "localhost:5000/web:latest"),
            ("ghcr.io/a/b@sha256:00", "ghcr.io/a/b@sha256:00"),
        ];
        for (short, full) in names {
            assert_eq!(full_name(short), full);
        }
    }
}
