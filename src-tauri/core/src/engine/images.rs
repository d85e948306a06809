//! Which images the engine has.

use std::collections::HashMap;

use bollard::query_parameters::ListImagesOptionsBuilder;

use super::{Engine, EngineError};
use crate::image::NodeImage;

impl Engine {
    /// Whether the engine has `image`.
    pub async fn has_image(&self, image: &str) -> Result<bool, EngineError> {
        match self
            .docker()
            .inspect_image(image)
            .await
            .map_err(EngineError::from)
        {
            Ok(_) => Ok(true),
            Err(EngineError::NotFound(_) | EngineError::ImageNotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The k3s images that the engine has, newest version first. Without an answer there are none:
    /// they are proposals, and nothing depends on them.
    pub async fn node_images(&self) -> Vec<NodeImage> {
        let filters = HashMap::from([("reference", vec!["rancher/k3s", "*/rancher/k3s"])]);
        let options = ListImagesOptionsBuilder::default()
            .filters(&filters)
            .build();
        let images = self
            .docker()
            .list_images(Some(options))
            .await
            .unwrap_or_default();
        newest_first(images.into_iter().flat_map(|image| image.repo_tags))
    }
}

/// Sorted by version; what has none cannot be sorted and is left out.
fn newest_first(references: impl Iterator<Item = String>) -> Vec<NodeImage> {
    let mut known: Vec<_> = references
        .filter_map(|reference| Some((version(&reference)?, reference)))
        .collect();
    known.sort_unstable_by(|one, other| other.cmp(one));
    known
        .into_iter()
        .map(|(_, reference)| NodeImage::known(reference))
        .collect()
}

/// `…:v1.31.4-rc1-k3s2` as `(1, 31, 4, rc 1, k3s 2)`; what has no candidate number comes after all that have.
fn version(reference: &str) -> Option<[u32; 5]> {
    let (_, tag) = reference.rsplit_once(':')?;
    let mut parts = tag.strip_prefix('v')?.split('-');
    let mut release = parts.next()?.split('.').map(str::parse);
    let mut number = || release.next()?.ok();
    let (major, minor, patch) = (number()?, number()?, number()?);
    let (mut candidate, mut build) = (u32::MAX, 0);
    for part in parts {
        if let Some(number) = part.strip_prefix("rc") {
            candidate = number.parse().ok()?;
        } else if let Some(number) = part.strip_prefix("k3s") {
            build = number.parse().ok()?;
        } else {
            // `-amd64` and the like: not an image to make a cluster of.
            return None;
        }
    }
    Some([major, minor, patch, candidate, build])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_and_what_has_none_is_left_out() {
        let references = [
            "rancher/k3s:v1.9.9-k3s1",
            "rancher/k3s:v1.32.1-rc4-k3s1",
            "rancher/k3s:v1.32.1-k3s1",
            "rancher/k3s:v1.32.0-k3s2",
            "rancher/k3s:v1.31.14-k3s1",
            "rancher/k3s:v1.99.0-k3s1-amd64",
            "rancher/k3s:latest",
            "rancher/k3s:<none>",
        ];
        let sorted = newest_first(references.into_iter().map(str::to_owned));
        assert_eq!(
            sorted.iter().map(NodeImage::as_str).collect::<Vec<_>>(),
            [
                "rancher/k3s:v1.32.1-k3s1",
                "rancher/k3s:v1.32.1-rc4-k3s1",
                "rancher/k3s:v1.32.0-k3s2",
                "rancher/k3s:v1.31.14-k3s1",
                "rancher/k3s:v1.9.9-k3s1",
            ]
        );
    }
}
