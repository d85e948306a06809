//! Which objects of one name prefix an engine has: what a test compares before and after.

use std::collections::BTreeSet;

use bollard::{
    Docker,
    query_parameters::{
        InspectContainerOptions, ListContainersOptionsBuilder, ListNetworksOptions,
        ListVolumesOptions, RemoveContainerOptionsBuilder, RemoveVolumeOptionsBuilder,
    },
};

/// Names of everything that carries a prefix, and of the volumes without a name of their own that
/// its containers brought. An empty census is `Census::default()`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Containers, running or not.
    pub containers: BTreeSet<String>,
    /// Networks.
    pub networks: BTreeSet<String>,
    /// Volumes, anonymous ones too.
    pub volumes: BTreeSet<String>,
}

impl Census {
    /// Takes the census of `prefix`: objects whose name is it, begins with it, or does so after
    /// k3d's `k3d-`. `known_volumes` are anonymous ones seen before, listed while they exist.
    pub async fn take(docker: &Docker, prefix: &str, known_volumes: &BTreeSet<String>) -> Self {
        let belongs = |name: &str| {
            let name = name.strip_prefix("k3d-").unwrap_or(name);
            name.strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        Self::of(docker, belongs, known_volumes).await
    }

    /// The census of the objects whose names `belongs` picks out.
    pub(crate) async fn of(
        docker: &Docker,
        belongs: impl Fn(&str) -> bool,
        known_volumes: &BTreeSet<String>,
    ) -> Self {
        let containers: BTreeSet<String> = docker
            .list_containers(Some(ListContainersOptionsBuilder::new().all(true).build()))
            .await
            .unwrap_or_else(|error| panic!("the engine does not list containers: {error}"))
            .into_iter()
            .flat_map(|container| container.names.unwrap_or_default())
            .map(|name| name.trim_start_matches('/').to_owned())
            .filter(|name| belongs(name))
            .collect();
        let networks = docker
            .list_networks(None::<ListNetworksOptions>)
            .await
            .unwrap_or_else(|error| panic!("the engine does not list networks: {error}"))
            .into_iter()
            .filter_map(|network| network.name)
            .filter(|name| belongs(name))
            .collect();
        let mut mounted = known_volumes.clone();
        for name in &containers {
            mounted.extend(volumes_of(docker, name).await);
        }
        let volumes = docker
            .list_volumes(None::<ListVolumesOptions>)
            .await
            .unwrap_or_else(|error| panic!("the engine does not list volumes: {error}"))
            .volumes
            .unwrap_or_default()
            .into_iter()
            .map(|volume| volume.name)
            .filter(|name| belongs(name) || mounted.contains(name))
            .collect();
        Self {
            containers,
            networks,
            volumes,
        }
    }

    /// Removes all of it. What is gone already, or goes at the same time, is no failure.
    pub async fn remove(&self, docker: &Docker) {
        let force = RemoveContainerOptionsBuilder::new().force(true).v(true);
        for name in &self.containers {
            let _ = docker
                .remove_container(name, Some(force.clone().build()))
                .await;
        }
        for name in &self.networks {
            let _ = docker.remove_network(name).await;
        }
        for name in &self.volumes {
            let options = RemoveVolumeOptionsBuilder::new().force(true).build();
            let _ = docker.remove_volume(name, Some(options)).await;
        }
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Volumes a container mounts that have no name a person gave: 64 hexadecimal digits.
async fn volumes_of(docker: &Docker, container: &str) -> Vec<String> {
    let inspected = docker
        .inspect_container(container, None::<InspectContainerOptions>)
        .await;
    // Removed between the list and this look: then its volumes are not its any more.
    let Ok(inspected) = inspected else {
        return Vec::new();
    };
    inspected
        .mounts
        .unwrap_or_default()
        .into_iter()
        .filter_map(|mount| mount.name)
        .filter(|name| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .collect()
}
