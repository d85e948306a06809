//! The DNS names of nodes: lines in the `NodeHosts` of CoreDNS' ConfigMap.

use serde_json::{Value, json};

use crate::store::{Change, Store, key};

/// Keeps a line `address name` for every node in the `NodeHosts` of CoreDNS; lines of other shapes are dropped, as by k3s.
pub(super) fn host_names(store: &Store) -> Vec<Change> {
    let key = key("configmaps", "kube-system", "coredns");
    let Some(config) = store.get(&key) else {
        return Vec::new();
    };
    let before = config["data"]["NodeHosts"].as_str().unwrap_or_default();
    let nodes: Vec<(String, String)> = store.list("nodes", None).filter_map(address).collect();
    let mut lines: Vec<(String, String)> = before
        .lines()
        .filter_map(
            |line| match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [address, name] => Some(((*address).to_owned(), (*name).to_owned())),
                _ => None,
            },
        )
        .filter(|(_, name)| !nodes.iter().any(|(_, node)| node == name))
        .collect();
    lines.extend(nodes);
    lines.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    let after = lines
        .iter()
        .map(|(address, name)| format!("{address} {name}\n"))
        .collect::<Vec<_>>()
        .concat();
    if after == before {
        return Vec::new();
    }
    let mut config = config.clone();
    config["data"]["NodeHosts"] = json!(after);
    vec![Change::Put(key, config)]
}

fn address(node: &Value) -> Option<(String, String)> {
    let addresses = node["status"]["addresses"].as_array()?;
    let internal = addresses
        .iter()
        .find(|address| address["type"] == "InternalIP")?;
    Some((
        internal["address"].as_str()?.to_owned(),
        node["metadata"]["name"].as_str()?.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::controllers::testing::{node, put, with};

    #[test]
    fn node_hosts_keeps_foreign_names_and_follows_nodes() {
        let config =
            json!({"data": {"NodeHosts": "10.0.0.9 a\n10.9.8.7 db.local\none two three\n"}});
        let store = with(&[
            ("configmaps", "kube-system", "coredns", config),
            ("nodes", "", "a", node("a", "10.0.0.1", 1)),
        ]);

        assert_eq!(
            put(&host_names(&store))["data"]["NodeHosts"],
            "10.0.0.1 a\n10.9.8.7 db.local\n"
        );
    }
}
