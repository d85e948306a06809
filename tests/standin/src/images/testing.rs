//! Archives for the images' tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{Image, Images};

/// A tar of some files.
pub(super) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder
            .append_data(&mut header, name, text.as_bytes())
            .unwrap();
    }
    builder.into_inner().unwrap()
}

/// `web:1` as `docker save` writes it.
pub(super) fn docker_archive() -> Vec<u8> {
    let manifest = r#"[{"Config":"abc.json","RepoTags":["web:1"],"Layers":["l/layer.tar"]}]"#;
    archive(&[
        ("manifest.json", manifest),
        ("abc.json", "{}"),
        ("l/layer.tar", "12345"),
    ])
}

/// What the archive of `web:1` holds.
pub(super) fn web() -> Images {
    Images::from([(
        "docker.io/library/web:1".to_owned(),
        Image {
            id: "sha256:abc".to_owned(),
            size: 7,
        },
    )])
}
