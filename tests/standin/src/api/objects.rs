//! What happens to an object on create, update, patch and delete: the rules all kinds share and the few fields the real
//! server fills in. Pure decisions over the store; no HTTP.

use jiff::Timestamp;
use rand::Rng as _;
use serde_json::{Value, json};

use super::kinds::Kind;
use super::patch::Patch;
use super::select::Selector;
use super::status::Refusal;
use crate::store::{Change, Store, key};

/// One object, or all of a kind when `name` is empty.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) kind: &'static Kind,
    /// Empty for cluster-wide kinds, and for all namespaces.
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) subresource: String,
}

impl Target {
    /// One object of a kind.
    pub(crate) fn object(kind: &'static Kind, namespace: &str, name: &str) -> Self {
        Self {
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            subresource: String::new(),
        }
    }

    pub(crate) fn key(&self) -> String {
        key(&self.kind.resource(), &self.namespace, &self.name)
    }

    /// The object, or the refusal kubectl prints as `… not found`.
    pub(crate) fn get<'a>(&self, store: &'a Store) -> Result<&'a Value, Refusal> {
        store
            .get(&self.key())
            .ok_or_else(|| Refusal::not_found(&self.kind.resource(), &self.name))
    }
}

/// The key of the secret that holds a node's password, under k3s' name for it.
pub(crate) fn password_key(node: &str) -> String {
    key(
        "secrets",
        "kube-system",
        &format!("{node}.node-password.k3s"),
    )
}

/// The current time as objects carry it.
pub(crate) fn timestamp() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Checks and completes a new object.
pub(crate) fn create(store: &Store, target: &Target, mut object: Value) -> Result<Change, Refusal> {
    let kind = target.kind;
    check_type(kind, &object)?;
    let metadata = &mut object["metadata"];
    if !metadata.is_object() {
        *metadata = json!({});
    }
    if metadata["name"].as_str().is_none_or(str::is_empty) {
        let Some(prefix) = metadata["generateName"]
            .as_str()
            .filter(|prefix| !prefix.is_empty())
        else {
            return Err(Refusal::invalid(format!(
                "{} \"\" is invalid: metadata.name: Required value: name or generateName is required",
                kind.name
            )));
        };
        metadata["name"] = json!(format!("{prefix}{}", suffix()));
    }
    if kind.namespaced {
        if target.namespace.is_empty() {
            return Err(Refusal::method());
        }
        if store
            .get(&key("namespaces", "", &target.namespace))
            .is_none()
        {
            return Err(Refusal::not_found("namespaces", &target.namespace));
        }
        metadata["namespace"] = json!(target.namespace);
    }
    metadata["uid"] = json!(uuid::Uuid::new_v4().to_string());
    metadata["creationTimestamp"] = json!(timestamp());
    let name = metadata["name"].as_str().unwrap_or_default().to_owned();
    object["apiVersion"] = json!(kind.api_version());
    object["kind"] = json!(kind.name);
    complete(kind, &name, &mut object);
    let target = Target {
        name,
        ..target.clone()
    };
    if store.get(&target.key()).is_some() {
        return Err(Refusal::already_exists(&kind.resource(), &target.name));
    }
    Ok(Change::Put(target.key(), object))
}

/// Replaces an object (`PUT`), or its status when the target is the status.
pub(crate) fn update(store: &Store, target: &Target, object: &Value) -> Result<Change, Refusal> {
    check_type(target.kind, object)?;
    let current = target.get(store)?;
    let wanted = &object["metadata"]["resourceVersion"];
    if wanted.as_str().is_some_and(|wanted| !wanted.is_empty())
        && *wanted != current["metadata"]["resourceVersion"]
    {
        return Err(Refusal::conflict(&target.kind.resource(), &target.name));
    }
    Ok(Change::Put(target.key(), replaced(target, current, object)))
}

/// Patches an object or its status; an apply creates what is not there.
pub(crate) fn patch(store: &Store, target: &Target, patch: &Patch) -> Result<Change, Refusal> {
    match (store.get(&target.key()), patch) {
        (Some(_), _) => {
            let current = target.get(store)?;
            let patched = patch.apply(current)?;
            if patched["metadata"]["resourceVersion"] != current["metadata"]["resourceVersion"] {
                return Err(Refusal::conflict(&target.kind.resource(), &target.name));
            }
            Ok(Change::Put(
                target.key(),
                replaced(target, current, &patched),
            ))
        }
        (None, Patch::Apply(object)) => create(store, target, object.clone()),
        (None, _) => Err(Refusal::not_found(&target.kind.resource(), &target.name)),
    }
}

/// Deletes one object; a namespace goes with everything in it, a node with its password and its place among the servers.
/// There is no grace period: nothing runs that could use it.
pub(crate) fn delete(
    store: &Store,
    target: &Target,
    options: &Value,
) -> Result<Vec<Change>, Refusal> {
    let current = target.get(store)?;
    let wanted = &options["preconditions"]["uid"];
    if wanted.is_string() && *wanted != current["metadata"]["uid"] {
        return Err(Refusal::conflict(&target.kind.resource(), &target.name));
    }
    let mut changes = vec![Change::Delete(target.key())];
    if target.kind.plural == "namespaces" {
        if ["default", "kube-system", "kube-public"].contains(&target.name.as_str()) {
            return Err(Refusal::forbidden(format!(
                "namespaces \"{0}\" is forbidden: this namespace may not be deleted",
                target.name
            )));
        }
        let inside = store
            .state()
            .objects
            .keys()
            .filter(|key| key.split('/').nth(1) == Some(target.name.as_str()));
        changes.extend(inside.cloned().map(Change::Delete));
    }
    if target.kind.plural == "nodes" {
        changes.push(Change::Delete(password_key(&target.name)));
        let members = &store.state().members;
        let remaining: Vec<_> = members
            .iter()
            .filter(|member| member.name != target.name)
            .cloned()
            .collect();
        if members.len() > 1 && remaining.len() < members.len() {
            changes.push(Change::Members(remaining));
        }
    }
    Ok(changes)
}

/// Deletes all objects of a kind that a selector matches.
pub(crate) fn delete_all(store: &Store, target: &Target, selector: &Selector) -> Vec<Change> {
    let namespace = Some(target.namespace.as_str()).filter(|namespace| !namespace.is_empty());
    let objects = store
        .list(&target.kind.resource(), namespace)
        .filter(|object| selector.matches(object));
    let text = |object: &Value, field: &str| {
        object["metadata"][field]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    objects
        .map(|object| {
            Change::Delete(key(
                &target.kind.resource(),
                &text(object, "namespace"),
                &text(object, "name"),
            ))
        })
        .collect()
}

/// The new object under the rule that a status changes through its own path only, and identity never.
fn replaced(target: &Target, current: &Value, object: &Value) -> Value {
    let mut next = if target.subresource == "status" {
        current.clone()
    } else {
        object.clone()
    };
    let status = if target.subresource == "status" {
        &object["status"]
    } else {
        &current["status"]
    };
    if target.kind.subresources.contains(&"status") && !status.is_null() {
        next["status"] = status.clone();
    }
    for fixed in ["apiVersion", "kind"] {
        next[fixed] = current[fixed].clone();
    }
    for fixed in [
        "name",
        "namespace",
        "uid",
        "creationTimestamp",
        "resourceVersion",
    ] {
        if !current["metadata"][fixed].is_null() {
            next["metadata"][fixed] = current["metadata"][fixed].clone();
        }
    }
    next
}

fn check_type(kind: &Kind, object: &Value) -> Result<(), Refusal> {
    let given = (object["apiVersion"].as_str(), object["kind"].as_str());
    let known = kind.api_version();
    match given {
        (version, name)
            if version.is_none_or(|version| version == known)
                && name.is_none_or(|name| name == kind.name) =>
        {
            Ok(())
        }
        (version, name) => Err(Refusal::bad_request(format!(
            "the API version in the data ({}) or the kind ({}) does not match the expected {known} {}",
            version.unwrap_or_default(),
            name.unwrap_or_default(),
            kind.name
        ))),
    }
}

/// The fields the real server fills in and clients rely on.
fn complete(kind: &Kind, name: &str, object: &mut Value) {
    match kind.plural {
        "namespaces" => {
            object["metadata"]["labels"]["kubernetes.io/metadata.name"] = json!(name);
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            object["status"] = json!({"phase": "Active"});
        }
        "pods" => object["status"] = json!({"phase": "Pending"}),
        "services" => {
            if object["spec"]["type"].is_null() {
                object["spec"]["type"] = json!("ClusterIP");
            }
            if object["spec"]["clusterIP"].is_null() {
                let (third, fourth) = (
                    rand::rng().random_range(0..=255),
                    rand::rng().random_range(2..=254),
                );
                object["spec"]["clusterIP"] = json!(format!("10.43.{third}.{fourth}"));
            }
            let published =
                object["spec"]["type"] == "NodePort" || object["spec"]["type"] == "LoadBalancer";
            for port in object["spec"]["ports"].as_array_mut().into_iter().flatten() {
                if published && port["nodePort"].is_null() {
                    port["nodePort"] = json!(rand::rng().random_range(30000..=32767));
                }
            }
        }
        _ => {}
    }
}

/// Five letters and digits, as for `generateName`.
fn suffix() -> String {
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    (0..5)
        .map(|_| char::from(LETTERS[rand::rng().random_range(0..LETTERS.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::store::{Entry, Stamp};

    fn with(objects: &[(&'static str, &str, &str, Value)]) -> Store {
        let mut store = Store::default();
        let changes = objects.iter().map(|(resource, namespace, name, object)| {
            Change::Put(key(resource, namespace, name), object.clone())
        });
        store.apply(Entry {
            stamp: Stamp {
                term: 1,
                revision: 1,
            },
            changes: changes.collect(),
        });
        store
    }

    fn target(word: &str, namespace: &str, name: &str) -> Target {
        Target::object(Kind::named(word).unwrap(), namespace, name)
    }

    #[test]
    fn a_configmap_needs_its_namespace() {
        let refused = create(
            &Store::default(),
            &target("configmaps", "gone", ""),
            json!({"metadata": {"name": "a"}}),
        );

        assert_eq!(refused, Err(Refusal::not_found("namespaces", "gone")));
    }

    #[test]
    fn a_spec_update_leaves_the_status_alone_and_the_other_way_round() {
        let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "uid": "u"}, "spec": {"a": 1}, "status": {"b": 1}});
        let store = with(&[("nodes", "", "n", node.clone())]);
        let sent = json!({"metadata": {"name": "n"}, "spec": {"a": 2}, "status": {"b": 2}});

        let mut spec = node.clone();
        spec["spec"]["a"] = json!(2);
        assert_eq!(
            update(&store, &target("nodes", "", "n"), &sent),
            Ok(Change::Put("nodes//n".to_owned(), spec))
        );
        let mut status = node;
        status["status"]["b"] = json!(2);
        let sub = Target {
            subresource: "status".to_owned(),
            ..target("nodes", "", "n")
        };
        assert_eq!(
            update(&store, &sub, &sent),
            Ok(Change::Put("nodes//n".to_owned(), status))
        );
    }

    #[test]
    fn an_update_of_a_stale_copy_is_a_conflict() {
        let store = with(&[(
            "nodes",
            "",
            "n",
            json!({"metadata": {"name": "n", "resourceVersion": "5"}}),
        )]);

        let refused = update(
            &store,
            &target("nodes", "", "n"),
            &json!({"metadata": {"name": "n", "resourceVersion": "4"}}),
        );

        assert_eq!(refused, Err(Refusal::conflict("nodes", "n")));
    }

    #[test]
    fn a_namespace_takes_what_is_in_it_along() {
        let named = |name: &str| json!({"metadata": {"name": name}});
        let store = with(&[
            ("namespaces", "", "team", named("team")),
            ("pods", "team", "p", named("p")),
            ("deployments.apps", "team", "d", named("d")),
            ("pods", "default", "q", named("q")),
        ]);

        let changes = delete(&store, &target("namespaces", "", "team"), &Value::Null).unwrap();

        let gone = ["namespaces//team", "deployments.apps/team/d", "pods/team/p"];
        assert_eq!(changes, gone.map(|key| Change::Delete(key.to_owned())));
    }
}
