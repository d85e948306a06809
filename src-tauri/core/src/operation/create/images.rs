//! Gets the images of a new cluster: those that are here are used, others are pulled.

use futures_util::join;

use super::Step;
use crate::{
    engine::{Engine, PullProgress},
    image::NodeImage,
    operation::{OperationError, Run, report::Progress},
    spec::ClusterSpec,
};

/// Both images, pulled at the same time where they are missing.
pub(super) async fn get(
    run: &Run,
    spec: &ClusterSpec,
    progress: &Progress<Step>,
) -> Result<(NodeImage, String), OperationError> {
    let node = get_node(run, spec, progress);
    let balancer = async {
        let image = run.means.load_balancer_image.clone();
        if spec.load_balancer {
            get_image(&run.means.engine, &image, Step::LoadBalancerImage, progress).await?;
        }
        Ok(image)
    };
    let (node, balancer) = join!(node, balancer);
    Ok((node?, balancer?))
}

/// The image wished for; where none is and the default cannot be had, the newest that is here.
async fn get_node(
    run: &Run,
    spec: &ClusterSpec,
    progress: &Progress<Step>,
) -> Result<NodeImage, OperationError> {
    let engine = &run.means.engine;
    let wanted = spec.image.as_ref().unwrap_or(&run.means.default_image);
    let refused = match get_image(engine, wanted.as_str(), Step::NodeImage, progress).await {
        Ok(()) => return Ok(wanted.clone()),
        Err(refused) => refused,
    };
    if spec.image.is_none()
        && let Some(local) = engine.node_images().await.into_iter().next()
    {
        progress.at(Step::NodeImage, None, format!("{local}, which is here"));
        progress.step(Step::NodeImage, async { Ok(local) }).await
    } else {
        Err(refused)
    }
}

async fn get_image(
    engine: &Engine,
    image: &str,
    step: Step,
    progress: &Progress<Step>,
) -> Result<(), OperationError> {
    if engine
        .has_image(image)
        .await
        .map_err(OperationError::engine("the images could not be listed"))?
    {
        progress.skip(step);
        return Ok(());
    }
    let tell = |pulled: PullProgress| progress.at(step, pulled.fraction, pulled.detail);
    progress
        .step(step, async {
            engine
                .pull(image, tell)
                .await
                .map_err(OperationError::engine("the image could not be pulled"))
        })
        .await
}
