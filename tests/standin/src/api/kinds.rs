//! The kinds of objects the API stores, with what discovery says of each. Controllers of most of them do not exist here.

/// One kind of object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Empty for the core group.
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) plural: &'static str,
    pub(crate) singular: &'static str,
    pub(crate) name: &'static str,
    pub(crate) short: &'static [&'static str],
    pub(crate) namespaced: bool,
    pub(crate) subresources: &'static [&'static str],
}

const fn kind(
    group: &'static str,
    plural: &'static str,
    singular: &'static str,
    name: &'static str,
    short: &'static [&'static str],
    namespaced: bool,
    subresources: &'static [&'static str],
) -> Kind {
    Kind {
        group,
        version: "v1",
        plural,
        singular,
        name,
        short,
        namespaced,
        subresources,
    }
}

/// All kinds; every group has exactly the version `v1`.
#[rustfmt::skip]
pub(crate) const KINDS: &[Kind] = &[
    kind("", "nodes", "node", "Node", &["no"], false, &["status"]),
    kind("", "namespaces", "namespace", "Namespace", &["ns"], false, &["status", "finalize"]),
    kind("", "pods", "pod", "Pod", &["po"], true, &["status", "eviction", "log"]),
    kind("", "configmaps", "configmap", "ConfigMap", &["cm"], true, &[]),
    kind("", "secrets", "secret", "Secret", &[], true, &[]),
    kind("", "services", "service", "Service", &["svc"], true, &["status"]),
    kind("", "serviceaccounts", "serviceaccount", "ServiceAccount", &["sa"], true, &[]),
    kind("", "endpoints", "endpoints", "Endpoints", &["ep"], true, &[]),
    kind("", "events", "event", "Event", &["ev"], true, &[]),
    kind("", "persistentvolumes", "persistentvolume", "PersistentVolume", &["pv"], false, &["status"]),
    kind("", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim", &["pvc"], true, &["status"]),
    kind("", "replicationcontrollers", "replicationcontroller", "ReplicationController", &["rc"], true, &["status"]),
    kind("apps", "deployments", "deployment", "Deployment", &["deploy"], true, &["status"]),
    kind("apps", "daemonsets", "daemonset", "DaemonSet", &["ds"], true, &["status"]),
    kind("apps", "statefulsets", "statefulset", "StatefulSet", &["sts"], true, &["status"]),
    kind("apps", "replicasets", "replicaset", "ReplicaSet", &["rs"], true, &["status"]),
    kind("batch", "jobs", "job", "Job", &[], true, &["status"]),
    kind("batch", "cronjobs", "cronjob", "CronJob", &["cj"], true, &["status"]),
    kind("coordination.k8s.io", "leases", "lease", "Lease", &[], true, &[]),
    kind("discovery.k8s.io", "endpointslices", "endpointslice", "EndpointSlice", &[], true, &[]),
    kind("networking.k8s.io", "ingresses", "ingress", "Ingress", &["ing"], true, &["status"]),
    kind("networking.k8s.io", "ingressclasses", "ingressclass", "IngressClass", &[], false, &[]),
    kind("policy", "poddisruptionbudgets", "poddisruptionbudget", "PodDisruptionBudget", &["pdb"], true, &["status"]),
    kind("storage.k8s.io", "storageclasses", "storageclass", "StorageClass", &["sc"], false, &[]),
];

impl Kind {
    /// `v1` or `apps/v1`.
    pub(crate) fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// The plural with its group, as kubectl names a kind in messages and as the store keys it: `nodes`, `deployments.apps`.
    pub(crate) fn resource(&self) -> String {
        if self.group.is_empty() {
            self.plural.to_owned()
        } else {
            format!("{}.{}", self.plural, self.group)
        }
    }

    /// The kind with this plural in a group.
    pub(crate) fn find(group: &str, version: &str, plural: &str) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|kind| kind.group == group && kind.version == version && kind.plural == plural)
    }

    /// The kind of an object by its `apiVersion` and `kind`.
    pub(crate) fn of(api_version: &str, name: &str) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|kind| kind.name == name && kind.api_version() == api_version)
    }

    /// The kind a person means by a word such as `nodes`, `node` or `no`.
    pub(crate) fn named(word: &str) -> Option<&'static Self> {
        KINDS
            .iter()
            .find(|kind| kind.plural == word || kind.singular == word || kind.short.contains(&word))
    }

    /// Where the kind's objects are: `/api/v1/nodes`, `/apis/apps/v1/namespaces/default/deployments`.
    pub(crate) fn path(&self, namespace: &str) -> String {
        let base = if self.group.is_empty() {
            "/api".to_owned()
        } else {
            format!("/apis/{}", self.group)
        };
        if self.namespaced && !namespace.is_empty() {
            format!(
                "{base}/{}/namespaces/{namespace}/{}",
                self.version, self.plural
            )
        } else {
            format!("{base}/{}/{}", self.version, self.plural)
        }
    }
}
