//! One cluster of ours as it goes into a kubeconfig: cluster, user and context, all data inline.
//!
//! The names are k3d's, so that k3d, Tilt and Skaffold know the cluster by them. Which file it
//! goes to, and whether it may, is [`super::ours`]'s decision.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};

use super::{error::KubeconfigError, read::field, render::Fragment, tree::Tree};
use crate::cluster::ClusterName;

/// The name of the kubeconfig extension that marks a cluster entry as ours.
pub(super) const MARK: &str = "k3tray";

/// Everything that `kubectl` needs for one cluster of ours.
#[derive(Clone)]
pub struct ClusterEntry {
    cluster: ClusterName,
    server: String,
    /// Base64 of PEM, as are the next two.
    certificate_authority: String,
    client_certificate: String,
    client_key: SecretString,
}

impl fmt::Debug for ClusterEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterEntry")
            .field("cluster", &self.cluster)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl ClusterEntry {
    /// An entry for the API at `server`, a URL. The certificates and the key are PEM, or base64 of
    /// PEM as kubeconfigs hold it.
    pub fn new(
        cluster: ClusterName,
        server: impl Into<String>,
        certificate_authority: &str,
        client_certificate: &str,
        client_key: &SecretString,
    ) -> Self {
        Self {
            cluster,
            server: server.into(),
            certificate_authority: encoded(certificate_authority),
            client_certificate: encoded(client_certificate),
            client_key: encoded(client_key.expose_secret()).into(),
        }
    }

    /// The entry for what k3s wrote to `/output/kubeconfig.yaml`, with its names and its server
    /// replaced; k3s calls everything `default` and serves itself at 127.0.0.1:6443.
    ///
    /// # Errors
    /// [`KubeconfigError::Incomplete`] while k3s has not written all of it.
    pub fn from_k3s(
        cluster: ClusterName,
        kubeconfig: &SecretString,
        server: impl Into<String>,
    ) -> Result<Self, KubeconfigError> {
        let text = kubeconfig.expose_secret();
        let tree = Tree::parse(text).map_err(|_| KubeconfigError::Incomplete("YAML"))?;
        let first = |list, inner, key, what| {
            let items = tree.top(list).and_then(|list| tree.items(list));
            items
                .and_then(|items| field(&tree, *items.first()?, inner, key))
                .ok_or(KubeconfigError::Incomplete(what))
        };
        let authority = first(
            "clusters",
            "cluster",
            "certificate-authority-data",
            "certificate authority",
        )?;
        let certificate = first(
            "users",
            "user",
            "client-certificate-data",
            "client certificate",
        )?;
        let key = first("users", "user", "client-key-data", "client key")?;
        Ok(Self::new(
            cluster,
            server,
            authority,
            certificate,
            &key.into(),
        ))
    }

    /// The cluster.
    pub fn cluster(&self) -> &ClusterName {
        &self.cluster
    }

    /// The URL of its API.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// A kubeconfig with this cluster alone, for `KUBECONFIG` or another tool. It ends with a line
    /// break.
    pub fn standalone(&self) -> SecretString {
        let name = self.cluster.prefixed();
        let list = |item| Fragment::List(vec![item]);
        let document = Fragment::map([
            ("apiVersion", Fragment::text("v1")),
            ("clusters", list(self.cluster_item())),
            ("contexts", list(self.context_item())),
            ("current-context", Fragment::text(name)),
            ("kind", Fragment::text("Config")),
            ("users", list(self.user_item())),
        ]);
        document.document().into()
    }

    pub(super) fn cluster_fields(&self) -> [(&'static str, Fragment); 2] {
        [
            (
                "certificate-authority-data",
                Fragment::text(&self.certificate_authority),
            ),
            ("server", Fragment::text(&self.server)),
        ]
    }

    pub(super) fn user_fields(&self) -> [(&'static str, Fragment); 2] {
        [
            (
                "client-certificate-data",
                Fragment::text(&self.client_certificate),
            ),
            (
                "client-key-data",
                Fragment::text(self.client_key.expose_secret()),
            ),
        ]
    }

    pub(super) fn cluster_item(&self) -> Fragment {
        let [authority, server] = self.cluster_fields();
        Fragment::map([
            (
                "cluster",
                Fragment::map([authority, ("extensions", mark()), server]),
            ),
            ("name", Fragment::text(self.cluster.prefixed())),
        ])
    }

    pub(super) fn user_item(&self) -> Fragment {
        Fragment::map([
            ("name", Fragment::text(user_name(&self.cluster))),
            ("user", Fragment::map(self.user_fields())),
        ])
    }

    pub(super) fn context_item(&self) -> Fragment {
        let name = self.cluster.prefixed();
        let links = [
            ("cluster", Fragment::text(&name)),
            ("user", Fragment::text(user_name(&self.cluster))),
        ];
        Fragment::map([
            ("context", Fragment::map(links)),
            ("name", Fragment::text(name)),
        ])
    }
}

/// `admin@k3d-<name>`, as k3d calls it.
pub(super) fn user_name(cluster: &ClusterName) -> String {
    format!("admin@{}", cluster.prefixed())
}

/// The extension that tells our cluster entries from a person's own. kubectl keeps it.
pub(super) fn mark() -> Fragment {
    Fragment::List(vec![Fragment::map([
        (
            "extension",
            Fragment::map([("provider", Fragment::text(MARK))]),
        ),
        ("name", Fragment::text(MARK)),
    ])])
}

fn encoded(data: &str) -> String {
    let data = data.trim();
    if data.starts_with("-----BEGIN") {
        STANDARD.encode(format!("{data}\n"))
    } else {
        data.chars().filter(|c| !c.is_ascii_whitespace()).collect()
    }
}
