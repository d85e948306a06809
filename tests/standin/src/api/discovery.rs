//! What clients ask before they ask for objects: groups, kinds, the version, and as much OpenAPI as kubectl needs to see
//! that the server validates by itself.

use serde_json::{Map, Value, json};

use super::kinds::{KINDS, Kind};

/// The verbs every kind has.
const VERBS: [&str; 8] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "update",
    "watch",
];

/// The answer to a discovery path; `None` when the path is none.
pub(crate) fn answer(path: &str, version: &str) -> Option<Value> {
    let segments: Vec<_> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    match segments.as_slice() {
        ["version"] => Some(version_info(version)),
        ["api"] => Some(
            json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}),
        ),
        ["api", "v1"] => resources("", "v1"),
        ["apis"] => {
            let groups: Vec<_> = groups().into_iter().map(group).collect();
            Some(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
        }
        ["apis", name] => {
            let mut group = groups()
                .into_iter()
                .find(|known| known == name)
                .map(group)?;
            group["kind"] = json!("APIGroup");
            group["apiVersion"] = json!("v1");
            Some(group)
        }
        ["apis", group, version] => resources(group, version),
        ["openapi", "v3"] => Some(open_api_index()),
        ["openapi", "v3", "api", "v1"] => Some(open_api("")),
        ["openapi", "v3", "apis", group, "v1"] => Some(open_api(group)),
        _ => None,
    }
}

/// `v1.31.4+k3s1` in the parts that `/version` gives.
fn version_info(version: &str) -> Value {
    let mut numbers = version.trim_start_matches('v').split('.');
    json!({
        "major": numbers.next().unwrap_or_default(), "minor": numbers.next().unwrap_or_default(), "gitVersion": version,
        "gitCommit": "0000000000000000000000000000000000000000", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "none: stand-in", "compiler": "rustc", "platform": format!("linux/{}", architecture()),
    })
}

/// The machine's architecture in Go's spelling.
pub(crate) fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn groups() -> Vec<&'static str> {
    let mut groups: Vec<_> = KINDS
        .iter()
        .map(|kind| kind.group)
        .filter(|group| !group.is_empty())
        .collect();
    groups.dedup();
    groups
}

fn group(name: &str) -> Value {
    let version = json!({"groupVersion": format!("{name}/v1"), "version": "v1"});
    json!({"name": name, "versions": [version], "preferredVersion": version})
}

fn resources(group: &str, version: &str) -> Option<Value> {
    let mut resources = Vec::new();
    for kind in KINDS
        .iter()
        .filter(|kind| kind.group == group && kind.version == version)
    {
        resources.push(json!({
            "name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced, "kind": kind.name,
            "verbs": VERBS, "shortNames": kind.short,
        }));
        for subresource in kind.subresources {
            resources.push(subresource_entry(kind, subresource));
        }
    }
    let group_version = if group.is_empty() {
        version.to_owned()
    } else {
        format!("{group}/{version}")
    };
    (!resources.is_empty())
        .then(|| json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": resources}))
}

fn subresource_entry(kind: &Kind, subresource: &str) -> Value {
    let name = format!("{}/{subresource}", kind.plural);
    match subresource {
        "eviction" => json!({
            "name": name, "singularName": "", "namespaced": true, "group": "policy", "version": "v1", "kind": "Eviction",
            "verbs": ["create"],
        }),
        "log" => {
            json!({"name": name, "singularName": "", "namespaced": true, "kind": kind.name, "verbs": ["get"]})
        }
        _ => json!({
            "name": name, "singularName": "", "namespaced": kind.namespaced, "kind": kind.name, "verbs": ["get", "patch", "update"],
        }),
    }
}

fn open_api_index() -> Value {
    let mut paths = Map::new();
    paths.insert(
        "api/v1".to_owned(),
        json!({"serverRelativeURL": "/openapi/v3/api/v1"}),
    );
    for group in groups() {
        let path = format!("apis/{group}/v1");
        let url = format!("/openapi/v3/{path}");
        paths.insert(path, json!({"serverRelativeURL": url}));
    }
    json!({"paths": paths})
}

/// For each kind a `PATCH` that takes `fieldValidation`: by this kubectl knows that it need not validate on its side.
fn open_api(group: &str) -> Value {
    let mut paths = Map::new();
    for kind in KINDS.iter().filter(|kind| kind.group == group) {
        let operation = json!({
            "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
            "responses": {"200": {"description": "OK"}},
            "x-kubernetes-group-version-kind": {"group": kind.group, "version": kind.version, "kind": kind.name},
        });
        paths.insert(
            format!("{}/{{name}}", kind.path("{namespace}")),
            json!({"patch": operation}),
        );
    }
    json!({"openapi": "3.0.0", "info": {"title": "Kubernetes (stand-in)", "version": "v1"}, "paths": paths, "components": {"schemas": {}}})
}
