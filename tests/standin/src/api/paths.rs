//! Paths of the API and the objects they point at.

use super::kinds::Kind;
use super::objects::Target;

/// What a path of objects points at.
pub(super) fn target(path: &str) -> Option<Target> {
    let segments: Vec<_> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let (group, version, rest) = match segments.as_slice() {
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    let (namespace, rest) = match rest {
        ["namespaces", _, "status" | "finalize"] => ("", rest),
        ["namespaces", namespace, plural, rest @ ..] => {
            let kind = Kind::find(group, version, plural).filter(|kind| kind.namespaced)?;
            return within(kind, namespace, rest);
        }
        rest => ("", rest),
    };
    let (plural, rest) = rest.split_first()?;
    let kind = Kind::find(group, version, plural)?;
    if kind.namespaced && !rest.is_empty() {
        return None;
    }
    within(kind, namespace, rest)
}

fn within(kind: &'static Kind, namespace: &str, rest: &[&str]) -> Option<Target> {
    let (name, subresource) = match rest {
        [] => ("", ""),
        [name] => (*name, ""),
        [name, subresource] if kind.subresources.contains(subresource) => (*name, *subresource),
        _ => return None,
    };
    Some(Target {
        subresource: subresource.to_owned(),
        ..Target::object(kind, namespace, name)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn parts(path: &str) -> Option<(&'static str, String, String, String)> {
        target(path).map(|target| {
            (
                target.kind.plural,
                target.namespace,
                target.name,
                target.subresource,
            )
        })
    }

    #[test]
    fn paths_point_at_what_kubernetes_means_by_them() {
        let of = |plural, namespace: &str, name: &str, sub: &str| {
            Some((
                plural,
                namespace.to_owned(),
                name.to_owned(),
                sub.to_owned(),
            ))
        };

        assert_eq!(parts("/api/v1/nodes"), of("nodes", "", "", ""));
        assert_eq!(
            parts("/api/v1/nodes/a/status"),
            of("nodes", "", "a", "status")
        );
        assert_eq!(parts("/api/v1/namespaces"), of("namespaces", "", "", ""));
        assert_eq!(parts("/api/v1/namespaces/a"), of("namespaces", "", "a", ""));
        assert_eq!(
            parts("/api/v1/namespaces/a/status"),
            of("namespaces", "", "a", "status")
        );
        assert_eq!(
            parts("/api/v1/namespaces/a/pods/p/eviction"),
            of("pods", "a", "p", "eviction")
        );
        assert_eq!(
            parts("/apis/apps/v1/deployments"),
            of("deployments", "", "", "")
        );
        assert_eq!(
            parts("/apis/apps/v1/namespaces/a/deployments/d"),
            of("deployments", "a", "d", "")
        );
        assert_eq!(parts("/api/v1/pods/p"), None);
        assert_eq!(parts("/api/v1/namespaces/a/nodes"), None);
        assert_eq!(parts("/apis/helm.cattle.io/v1/helmcharts"), None);
    }
}
