//! What operations work with.

use std::{path::PathBuf, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{OperationError, Reporter};
use crate::{
    cluster::{Cluster, ClusterName},
    engine::Engine,
    image::{self, NodeImage},
    kubeconfig::Kubeconfig,
    paths::Paths,
};

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// From the start of a server until its API answers.
    pub api: Duration,
    /// From then until every node is Ready.
    pub nodes: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            api: Duration::from_secs(180),
            nodes: Duration::from_secs(180),
        }
    }
}

/// What operations work with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Means {
    /// The engine.
    pub engine: Engine,
    /// The user's kubeconfig.
    pub kubeconfig: Kubeconfig,
    /// The image of nodes where the wish names none.
    pub default_image: NodeImage,
    /// The image of load balancers.
    pub load_balancer_image: String,
    /// Where k3d keeps files of its clusters, which go with a deleted cluster.
    pub k3d_config: PathBuf,
    /// How long is waited for what.
    pub deadlines: Deadlines,
}

impl Means {
    /// What operations work with on `engine`, for the user whose folders are `paths`.
    pub fn new(engine: Engine, paths: &Paths) -> Self {
        Self {
            kubeconfig: Kubeconfig::of(paths, engine.address_host()),
            engine,
            default_image: paths
                .default_image
                .as_deref()
                .map(NodeImage::known)
                .unwrap_or_default(),
            load_balancer_image: paths
                .load_balancer_image
                .clone()
                .unwrap_or_else(|| image::LOAD_BALANCER.to_owned()),
            k3d_config: paths.k3d_config.clone(),
            deadlines: Deadlines::default(),
        }
    }

    /// The cluster of that name, as it is now.
    pub(super) async fn cluster(&self, name: &ClusterName) -> Result<Cluster, OperationError> {
        self.engine
            .inventory()
            .await
            .map_err(OperationError::engine("the clusters could not be listed"))?
            .into_iter()
            .find(|cluster| &cluster.name == name)
            .ok_or_else(|| OperationError::NoSuchCluster(name.clone()))
    }
}

/// One run of an operation: what it works with, whom it tells, and whether it shall go on.
#[derive(Debug, Clone)]
pub struct Run {
    /// What it works with.
    pub means: Means,
    /// Whom it tells.
    pub reporter: Reporter,
    /// Cancelled when the user no longer wants it.
    pub cancel: CancellationToken,
}

impl Run {
    /// Waits for `work`, but no longer than the user wants it. For waiting and pulling only: a call that
    /// changes something is let finish, so that it is known what there is to undo.
    pub(super) async fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T, OperationError>>,
    ) -> Result<T, OperationError> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(OperationError::Cancelled),
            result = work => result,
        }
    }

    /// Stops here if the user no longer wants it.
    pub(super) fn go_on(&self) -> Result<(), OperationError> {
        if self.cancel.is_cancelled() {
            Err(OperationError::Cancelled)
        } else {
            Ok(())
        }
    }
}

/// Lets all of `work` finish and then gives the first error: nothing is dropped half way.
pub(super) async fn settle<T>(
    work: impl IntoIterator<Item = impl Future<Output = Result<T, OperationError>>>,
) -> Result<Vec<T>, OperationError> {
    futures_util::future::join_all(work)
        .await
        .into_iter()
        .collect()
}
