//! The namespaces and the few objects every k3s cluster starts with.

use serde_json::json;

use crate::api::objects::timestamp;
use crate::store::{Change, Store, key};

/// What of them is missing.
pub(super) fn first_objects(store: &Store) -> Vec<Change> {
    let mut objects = Vec::new();
    for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
        let object = json!({
            "apiVersion": "v1", "kind": "Namespace", "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"},
            "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name}},
        });
        objects.push(("namespaces", "", name, object));
    }
    let ports = json!([{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}]);
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default"},
        "spec": {"type": "ClusterIP", "clusterIP": "10.43.0.1", "ports": ports},
    });
    objects.push(("services", "default", "kubernetes", service));
    let dns = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "cluster-dns", "namespace": "kube-system"},
        "data": {"clusterDNS": "10.43.0.10", "clusterDomain": "cluster.local"},
    });
    objects.push(("configmaps", "kube-system", "cluster-dns", dns));
    let missing = objects
        .into_iter()
        .filter(|(resource, namespace, name, _)| {
            store.get(&key(resource, namespace, name)).is_none()
        });
    missing
        .map(|(resource, namespace, name, mut object)| {
            object["metadata"]["uid"] = json!(uuid::Uuid::new_v4().to_string());
            object["metadata"]["creationTimestamp"] = json!(timestamp());
            Change::Put(key(resource, namespace, name), object)
        })
        .collect()
}
