//! Label and field selectors of list and watch requests.

use serde_json::Value;

use super::status::Refusal;

/// One condition; all of a selector's conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

/// What a request wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Selector {
    labels: Vec<Condition>,
    fields: Vec<Condition>,
}

impl Selector {
    /// Reads `labelSelector` and `fieldSelector`.
    pub(crate) fn parse(labels: &str, fields: &str) -> Result<Self, Refusal> {
        let read = |text: &str| {
            split(text)
                .into_iter()
                .map(condition)
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            labels: read(labels)?,
            fields: read(fields)?,
        })
    }

    pub(crate) fn matches(&self, object: &Value) -> bool {
        let label = |key: &str| {
            object["metadata"]["labels"][key]
                .as_str()
                .map(str::to_owned)
        };
        let field = |path: &str| Some(field(object, path));
        self.labels.iter().all(|condition| condition.holds(label))
            && self.fields.iter().all(|condition| condition.holds(field))
    }
}

impl Condition {
    fn holds(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        match self {
            Self::In(key, values) => value(key).is_some_and(|value| values.contains(&value)),
            Self::NotIn(key, values) => value(key).is_none_or(|value| !values.contains(&value)),
            Self::Exists(key) => value(key).is_some(),
            Self::Absent(key) => value(key).is_none(),
        }
    }
}

/// The value at a dotted path; an absent field is the empty string, as for Kubernetes.
fn field(object: &Value, path: &str) -> String {
    match object.pointer(&format!("/{}", path.replace('.', "/"))) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Splits at commas that are not inside parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = text.split(move |letter| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

fn condition(text: &str) -> Result<Condition, Refusal> {
    let owned = |text: &str| text.trim().to_owned();
    let set = |values: &str| {
        values
            .trim()
            .trim_start_matches('(')
            .trim_end_matches(')')
            .split(',')
            .map(owned)
            .collect()
    };
    if let Some((key, values)) = text.split_once(" notin ") {
        Ok(Condition::NotIn(owned(key), set(values)))
    } else if let Some((key, values)) = text.split_once(" in ") {
        Ok(Condition::In(owned(key), set(values)))
    } else if let Some((key, value)) = text.split_once("!=") {
        Ok(Condition::NotIn(owned(key), vec![owned(value)]))
    } else if let Some((key, value)) = text.split_once("==").or_else(|| text.split_once('=')) {
        Ok(Condition::In(owned(key), vec![owned(value)]))
    } else if let Some(key) = text.strip_prefix('!') {
        Ok(Condition::Absent(owned(key)))
    } else if text.contains(['(', ')', ' ']) {
        Err(Refusal::bad_request(format!(
            "unable to parse requirement: {text}"
        )))
    } else {
        Ok(Condition::Exists(owned(text)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use serde_json::json;

    fn selects(labels: &str, fields: &str) -> bool {
        let object = json!({"metadata": {"name": "a", "labels": {"tier": "edge", "app": "web"}}, "spec": {"nodeName": "n"}});
        Selector::parse(labels, fields).unwrap().matches(&object)
    }

    #[test]
    fn a_selector_holds_when_all_its_conditions_do() {
        assert!(selects(
            "tier=edge,app!=db,tier in (edge, core),other notin (x),app,!gone",
            "metadata.name=a,spec.nodeName!=m"
        ));
    }

    #[test]
    fn a_selector_fails_when_one_condition_does() {
        let failing = [
            ("tier=core", ""),
            ("app!=web", ""),
            ("tier in (a,b)", ""),
            ("gone", ""),
            ("!app", ""),
            ("", "spec.nodeName=m"),
        ];
        for (labels, fields) in failing {
            assert!(!selects(labels, fields), "{labels} {fields}");
        }
    }

    #[test]
    fn an_absent_field_is_empty() {
        assert!(selects("", "status.phase="));
    }
}
