//! Puts files into a container and takes them out, as the tar archives that Docker speaks.
//!
//! Both work on containers that never started, too.

use std::io::{self, Read};

use bollard::{
    body_full,
    query_parameters::{DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder},
};
use futures_util::TryStreamExt;

use super::{Engine, EngineError, error::Said};
use crate::plan::File;

impl Engine {
    /// Puts files into a container, over those that are there; missing folders are made.
    pub async fn put_files(&self, container: &str, files: &[File]) -> Result<(), EngineError> {
        if files.is_empty() {
            return Ok(());
        }
        let archive = pack(files).map_err(|error| EngineError::Other(Said(error.to_string())))?;
        let options = UploadToContainerOptionsBuilder::default().path("/").build();
        self.docker()
            .upload_to_container(container, Some(options), body_full(archive.into()))
            .await?;
        Ok(())
    }

    /// Takes one file out of a container.
    pub async fn take_file(&self, container: &str, path: &str) -> Result<Vec<u8>, EngineError> {
        let options = DownloadFromContainerOptionsBuilder::default()
            .path(path)
            .build();
        let chunks = self
            .docker()
            .download_from_container(container, Some(options));
        let archive: Vec<u8> = chunks
            .try_fold(Vec::new(), |mut all, chunk| async move {
                all.extend_from_slice(&chunk);
                Ok(all)
            })
            .await?;
        unpack_one(&archive).map_err(|error| EngineError::Other(Said(error.to_string())))
    }
}

/// Owned by root and without a time, so that the same files make the same archive.
fn pack(files: &[File]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.content.len() as u64);
        header.set_mode(file.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        archive.append_data(
            &mut header,
            file.path.trim_start_matches('/'),
            file.content.as_bytes(),
        )?;
    }
    archive.into_inner()
}

/// The first regular file of an archive.
fn unpack_one(archive: &[u8]) -> io::Result<Vec<u8>> {
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            return Ok(content);
        }
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        "the archive has no file",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_the_same() {
        let file = File {
            path: "/etc/confd/values.yaml",
            mode: 0o744,
            content: "ports: {}\n".into(),
        };
        let archive = pack(std::slice::from_ref(&file)).unwrap();
        assert_eq!(unpack_one(&archive).unwrap(), file.content.as_bytes());
        let mut read = tar::Archive::new(archive.as_slice());
        let entry = read.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(
            entry.path().unwrap().to_str(),
            Some("etc/confd/values.yaml")
        );
        assert_eq!(entry.header().mode().unwrap(), 0o744);
    }

    #[test]
    fn an_archive_without_a_file_is_an_error() {
        assert!(unpack_one(&pack(&[]).unwrap()).is_err());
    }
}
