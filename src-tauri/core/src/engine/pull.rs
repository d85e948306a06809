//! Pulls an image and tells how far it is.

use std::collections::HashMap;

use bollard::{models::CreateImageInfo, query_parameters::CreateImageOptionsBuilder};
use futures_util::TryStreamExt;

use super::{Engine, EngineError};

/// How far a pull is.
#[derive(Debug, Clone, PartialEq)]
pub struct PullProgress {
    /// 0 to 1; none until the engine says how large the image is. It never goes back.
    pub fraction: Option<f64>,
    /// "12 of 40 MB", "Unpacking"; none as long as there is no fraction.
    pub detail: Option<String>,
}

impl Engine {
    /// Pulls `image`, telling every step that changes what is shown. Dropping the future ends the pull.
    pub async fn pull(
        &self,
        image: &str,
        mut tell: impl FnMut(PullProgress),
    ) -> Result<(), EngineError> {
        let options = CreateImageOptionsBuilder::new().from_image(image).build();
        let mut messages = self.docker().create_image(Some(options), None, None);
        let mut layers = Layers::default();
        let mut told = None;
        loop {
            match messages.try_next().await {
                Ok(Some(message)) => {
                    layers.fold(&message);
                    let progress = layers.progress();
                    if told.as_ref() != Some(&progress) {
                        tell(progress.clone());
                        told = Some(progress);
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(EngineError::pulling(image, error)),
            }
        }
    }
}

/// What the messages said of each layer so far.
#[derive(Debug, Default)]
struct Layers {
    layers: HashMap<String, Layer>,
    furthest: f64,
}

/// Bytes of one layer.
#[derive(Debug, Default)]
struct Layer {
    total: u64,
    pulled: u64,
    unpacked: u64,
}

impl Layers {
    fn fold(&mut self, message: &CreateImageInfo) {
        let (Some(id), Some(status)) = (&message.id, &message.status) else {
            return;
        };
        let detail = message.progress_detail.as_ref();
        let bytes = |value: Option<i64>| value.and_then(|bytes| u64::try_from(bytes).ok());
        let current = bytes(detail.and_then(|detail| detail.current)).unwrap_or(0);
        let total = bytes(detail.and_then(|detail| detail.total)).unwrap_or(0);
        let layer = match status.as_str() {
            "Downloading" | "Extracting" | "Download complete" | "Verifying Checksum"
            | "Pull complete" => self.layers.entry(id.clone()).or_default(),
            _ => return,
        };
        layer.total = layer.total.max(total);
        match status.as_str() {
            "Downloading" => layer.pulled = current.min(layer.total),
            "Extracting" => {
                layer.pulled = layer.total;
                layer.unpacked = current.min(layer.total);
            }
            "Pull complete" => {
                layer.pulled = layer.total;
                layer.unpacked = layer.total;
            }
            _ => layer.pulled = layer.total,
        }
    }

    fn progress(&mut self) -> PullProgress {
        let sum = |part: fn(&Layer) -> u64| self.layers.values().map(part).sum::<u64>();
        let (total, pulled) = (sum(|layer| layer.total), sum(|layer| layer.pulled));
        let unpacked = sum(|layer| layer.unpacked);
        if total == 0 {
            return PullProgress {
                fraction: None,
                detail: None,
            };
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "images are far below 2^53 bytes"
        )]
        let share = (pulled + unpacked) as f64 / (2 * total) as f64;
        // Layers make themselves known one by one, so the total grows while it is counted.
        self.furthest = self.furthest.max(share);
        PullProgress {
            fraction: Some(self.furthest),
            detail: Some(if pulled < total {
                format!("{} of {} MB", megabytes(pulled), megabytes(total))
            } else {
                "Unpacking".into()
            }),
        }
    }
}

/// Whole megabytes of a million bytes, as `docker images` counts; anything at all is at least one.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use bollard::models::ProgressDetail;

    use super::*;

    fn message(id: &str, status: &str, current: i64, total: i64) -> CreateImageInfo {
        CreateImageInfo {
            id: Some(id.into()),
            status: Some(status.into()),
            progress_detail: Some(ProgressDetail {
                current: (current > 0).then_some(current),
                total: (total > 0).then_some(total),
            }),
            ..CreateImageInfo::default()
        }
    }

    #[test]
    fn the_messages_of_a_pull_become_a_fraction_that_never_goes_back() {
        let mut layers = Layers::default();
        let downloading = |id, current, total| message(id, "Downloading", current, total);
        let says = |id, status| message(id, status, 0, 0);
        let expected = [
            (says("v1", "Pulling from rancher/k3s"), None),
            (says("a", "Already exists"), None),
            (says("b", "Pulling fs layer"), None),
            (
                downloading("b", 5_000_000, 10_000_000),
                Some((0.25, "5 of 10 MB")),
            ),
            (says("b", "Download complete"), Some((0.5, "Unpacking"))),
            (
                downloading("c", 12_000_000, 30_000_000),
                Some((0.5, "22 of 40 MB")),
            ),
            (says("c", "Verifying Checksum"), Some((0.5, "Unpacking"))),
            (
                message("b", "Extracting", 10_000_000, 10_000_000),
                Some((0.625, "Unpacking")),
            ),
            (says("c", "Pull complete"), Some((1.0, "Unpacking"))),
        ];
        for (message, shown) in expected {
            layers.fold(&message);
            assert_eq!(
                layers.progress(),
                PullProgress {
                    fraction: shown.map(|(fraction, _)| fraction),
                    detail: shown.map(|(_, detail)| detail.to_owned()),
                },
                "{message:?}"
            );
        }
    }
}
