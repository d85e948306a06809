//! `PATCH` bodies: JSON patch, merge patch, and strategic merge and apply as merge patches.
//! Lists are replaced, not merged by key; that is where a strategic merge differs from the real one.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::status::Refusal;

/// A patch as it was sent.
#[derive(Debug)]
pub(crate) enum Patch {
    Json(json_patch::Patch),
    Merge(Value),
    /// Creates the object when it is not there.
    Apply(Value),
}

impl Patch {
    /// Reads a body by its content type.
    pub(crate) fn parse(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        let content = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        match content.split(';').next().unwrap_or_default() {
            "application/json-patch+json" => Ok(Self::Json(
                serde_json::from_slice(body)
                    .map_err(|error| Refusal::bad_request(error.to_string()))?,
            )),
            "application/merge-patch+json" => Ok(Self::Merge(super::read_json(body)?)),
            "application/strategic-merge-patch+json" => {
                let mut patch = super::read_json(body)?;
                drop_directives(&mut patch);
                Ok(Self::Merge(patch))
            }
            "application/apply-patch+yaml" => {
                let text = std::str::from_utf8(body)
                    .map_err(|error| Refusal::bad_request(error.to_string()))?;
                Ok(Self::Apply(serde_saphyr::from_str(text).map_err(
                    |error| Refusal::bad_request(error.to_string()),
                )?))
            }
            _ => Err(Refusal::media_type()),
        }
    }

    /// The object after the patch.
    pub(crate) fn apply(&self, object: &Value) -> Result<Value, Refusal> {
        let mut patched = object.clone();
        match self {
            Self::Json(patch) => {
                json_patch::patch(&mut patched, patch)
                    .map_err(|error| Refusal::invalid(error.to_string()))?;
            }
            Self::Merge(patch) | Self::Apply(patch) => json_patch::merge(&mut patched, patch),
        }
        Ok(patched)
    }
}

/// Removes `$patch`, `$setElementOrder/…` and their like, which only mean something to a merge by key.
fn drop_directives(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.starts_with('$'));
            fields.values_mut().for_each(drop_directives);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_directives),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use http::HeaderValue;
    use serde_json::json;

    fn patched(content: &'static str, body: &str) -> Value {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content))]);
        let object = json!({"spec": {"unschedulable": true, "podCIDR": "10.42.0.0/24"}});
        Patch::parse(&headers, body.as_bytes())
            .unwrap()
            .apply(&object)
            .unwrap()
    }

    #[test]
    fn null_removes_a_field_as_uncordon_relies_on() {
        let uncordoned = json!({"spec": {"podCIDR": "10.42.0.0/24"}});

        assert_eq!(
            patched(
                "application/strategic-merge-patch+json",
                r#"{"spec":{"unschedulable":null,"$retainKeys":[]}}"#
            ),
            uncordoned
        );
        assert_eq!(
            patched(
                "application/json-patch+json",
                r#"[{"op":"remove","path":"/spec/unschedulable"}]"#
            ),
            uncordoned
        );
    }

    #[test]
    fn an_apply_body_may_be_yaml() {
        let applied = patched(
            "application/apply-patch+yaml",
            "spec:\n  unschedulable: false\n",
        );

        assert_eq!(
            applied,
            json!({"spec": {"unschedulable": false, "podCIDR": "10.42.0.0/24"}})
        );
    }
}
