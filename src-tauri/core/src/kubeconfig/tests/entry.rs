//! The entry of one cluster: from what k3s writes to a kubeconfig of its own.

use secrecy::{ExposeSecret, SecretString};

use super::fixture::{Home, entry};
use crate::{cluster::ClusterName, kubeconfig::ClusterEntry};

/// As k3s writes it to `/output/kubeconfig.yaml`.
const BY_K3S: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: QVVUSE9SSVRZ
    server: https://127.0.0.1:6443
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: default
  user:
    client-certificate-data: Q0VSVElGSUNBVEU=
    client-key-data: U0VDUkVULUtFWQ==
";

fn from_k3s(text: &str) -> Result<ClusterEntry, String> {
    let text = SecretString::from(text);
    let name = ClusterName::observed("dev");
    ClusterEntry::from_k3s(name, &text, "https://127.0.0.1:6550").map_err(|error| error.to_string())
}

#[test]
fn what_k3s_writes_becomes_a_kubeconfig_that_kubectl_reads() {
    let text = from_k3s(BY_K3S).unwrap().standalone();
    assert_eq!(
        text.expose_secret(),
        entry("dev").standalone().expose_secret()
    );
    let home = Home::one(text.expose_secret());
    let read = home.ask_kubectl(&["config", "view", "--raw"]);
    assert_eq!(
        read,
        "apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: QVVUSE9SSVRZ
    extensions:
    - extension:
        provider: k3tray
      name: k3tray
    server: https://127.0.0.1:6550
  name: k3d-dev
contexts:
- context:
    cluster: k3d-dev
    user: admin@k3d-dev
  name: k3d-dev
current-context: k3d-dev
kind: Config
preferences: {}
users:
- name: admin@k3d-dev
  user:
    client-certificate-data: Q0VSVElGSUNBVEU=
    client-key-data: U0VDUkVULUtFWQ=="
    );
}

#[test]
fn what_k3s_has_not_written_yet_is_named() {
    let without = |line: &str| {
        let lines = BY_K3S.lines().filter(|text| !text.contains(line));
        from_k3s(&lines.collect::<Vec<_>>().join("\n")).unwrap_err()
    };
    let missing = |what: &str| format!("the kubeconfig that k3s wrote has no {what}");
    assert_eq!(
        without("certificate-authority"),
        missing("certificate authority")
    );
    assert_eq!(without("client-certificate"), missing("client certificate"));
    assert_eq!(without("client-key"), missing("client key"));
    assert_eq!(from_k3s("").unwrap_err(), missing("certificate authority"));
    assert_eq!(from_k3s("a: [").unwrap_err(), missing("YAML"));
}

#[test]
fn pem_is_encoded_and_base64_is_taken_as_it_is() {
    let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    let base64 = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUIKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=";
    let of = |data: &str| {
        let name = ClusterName::observed("dev");
        let entry = ClusterEntry::new(name, "https://x", data, data, &data.into());
        entry.standalone().expose_secret().to_owned()
    };
    assert_eq!(of(pem), of(base64));
    assert_eq!(of(base64).matches(base64).count(), 3);
}
