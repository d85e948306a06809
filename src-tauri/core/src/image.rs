//! Which k3s: a version or an image, as a person writes it.
//!
//! `v1.31.4+k3s1` (k3s's own spelling), `v1.31.4-k3s1` (the image tag's) and `v1.31.4` are the same version.
//! A floating `latest` is refused: two nodes of one cluster could get different versions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Code, Explain};

/// The version used where the user names none. The only place it is written.
pub const DEFAULT_VERSION: &str = "v1.31.4+k3s1";
/// The repository of k3s's images.
pub const REPOSITORY: &str = "docker.io/rancher/k3s";
/// The load balancer's image: k3d's own, of the release whose contract is followed.
pub const LOAD_BALANCER: &str = "ghcr.io/k3d-io/k3d-proxy:5.9.0";

/// A node image with its tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(transparent)]
pub struct NodeImage(String);

/// Why an image or version is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Nothing was given.
    #[error("an image or a k3s version is needed")]
    Empty,
    /// The tag moves.
    #[error("`{0}` has no fixed version: nodes added later could differ")]
    Floating(String),
    /// White space or characters that no image reference has.
    #[error("`{0}` is neither a k3s version nor an image")]
    Malformed(String),
}

impl Explain for ImageError {
    fn hint(&self) -> Option<String> {
        Some(format!("Give a version such as `{DEFAULT_VERSION}`."))
    }

    fn code(&self) -> Code {
        Code::BadInput
    }
}

impl NodeImage {
    /// The reference to hand to the engine.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The Kubernetes minor version its tag tells (31 of `v1.31.4-k3s1`).
    pub fn minor_version(&self) -> Option<u32> {
        let tag = self.0.rsplit_once(':')?.1;
        let mut numbers = tag.strip_prefix('v')?.split('.');
        numbers.next().filter(|major| *major == "1")?;
        numbers.next()?.parse().ok()
    }

    /// An image the engine already has, by the reference it lists.
    pub fn known(reference: impl Into<String>) -> Self {
        Self(reference.into())
    }
}

impl Default for NodeImage {
    fn default() -> Self {
        Self(format!(
            "{REPOSITORY}:{}",
            DEFAULT_VERSION.replace('+', "-")
        ))
    }
}

impl FromStr for NodeImage {
    type Err = ImageError;

    fn from_str(text: &str) -> Result<Self, ImageError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ImageError::Empty);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-+/:@".contains(c);
        if !text.chars().all(allowed) || text.ends_with([':', '/', '@']) {
            return Err(ImageError::Malformed(text.to_owned()));
        }
        if let Some(tag) = version_tag(text) {
            return Ok(Self(format!("{REPOSITORY}:{tag}")));
        }
        if !text.contains(['/', ':', '@']) {
            // A bare word is k3s's channel (`latest`, `stable`) or a typing error, never a good image.
            return Err(match text {
                "latest" | "stable" | "testing" => ImageError::Floating(text.to_owned()),
                _ => ImageError::Malformed(text.to_owned()),
            });
        }
        let last = text.rsplit('/').next().unwrap_or(text);
        match last.split_once(':') {
            Some((_, "latest" | "stable" | "testing")) => {
                Err(ImageError::Floating(text.to_owned()))
            }
            None if !last.contains('@') => Err(ImageError::Floating(text.to_owned())),
            Some((repository, tag)) if tag.contains('+') => {
                let head = &text[..text.len() - last.len()];
                Ok(Self(format!(
                    "{head}{repository}:{}",
                    tag.replace('+', "-")
                )))
            }
            _ => Ok(Self(text.to_owned())),
        }
    }
}

/// The tag of a k3s version in either spelling, with or without the `v`. A bare Kubernetes version means
/// its first k3s release.
fn version_tag(text: &str) -> Option<String> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let (release, build) = bare.split_once(['+', '-']).unwrap_or((bare, "k3s1"));
    let numbers: Vec<_> = release.split('.').collect();
    let is_number = |n: &&str| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit());
    let is_version = numbers.len() == 3
        && numbers.iter().all(is_number)
        && build.contains("k3s")
        && !build.contains(['/', ':', '@']);
    is_version.then(|| format!("v{release}-{}", build.replace('+', "-")))
}

impl fmt::Display for NodeImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_version_are_one_image_and_floating_tags_are_refused() {
        let wanted = "docker.io/rancher/k3s:v1.31.4-k3s1";
        let ok = |text: &str| Ok::<_, ImageError>(NodeImage(text.to_owned()));
        let cases = [
            ("v1.31.4+k3s1", ok(wanted)),
            ("v1.31.4-k3s1", ok(wanted)),
            ("1.31.4-k3s1", ok(wanted)),
            ("v1.31.4", ok(wanted)),
            (
                "v1.32.0-rc1+k3s1",
                ok("docker.io/rancher/k3s:v1.32.0-rc1-k3s1"),
            ),
            ("rancher/k3s:v1.31.4+k3s1", ok("rancher/k3s:v1.31.4-k3s1")),
            ("localhost:5000/k3s:dev", ok("localhost:5000/k3s:dev")),
            ("rancher/k3s@sha256:0a", ok("rancher/k3s@sha256:0a")),
            ("latest", Err(ImageError::Floating("latest".into()))),
            (
                "rancher/k3s:latest",
                Err(ImageError::Floating("rancher/k3s:latest".into())),
            ),
            (
                "rancher/k3s",
                Err(ImageError::Floating("rancher/k3s".into())),
            ),
            ("1.31", Err(ImageError::Malformed("1.31".into()))),
            ("a b", Err(ImageError::Malformed("a b".into()))),
            ("", Err(ImageError::Empty)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<NodeImage>(), expected, "{text:?}");
        }
        assert_eq!(NodeImage::default().as_str(), wanted);
        assert_eq!(NodeImage::default().minor_version(), Some(31));
        assert_eq!(
            NodeImage::known("localhost:5000/k3s:dev").minor_version(),
            None
        );
    }
}
