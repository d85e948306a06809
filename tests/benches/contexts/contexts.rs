//! A kubeconfig as people have them who work with many clusters: an entry of each kind for every context,
//! with a certificate and a program that signs in.

use std::{fmt::Write as _, path::Path};

/// The lines of a certificate, which no one here reads.
const CERTIFICATE: usize = 1_200;

/// The name of one of them.
pub(crate) fn name(index: usize) -> String {
    format!("team-{}/cluster-{index:04}", index % 17)
}

/// Writes so many contexts, the first of them current.
pub(crate) fn write(file: &Path, count: usize) {
    let certificate = "TFMw".repeat(CERTIFICATE / 4);
    let (mut clusters, mut contexts, mut users) = (String::new(), String::new(), String::new());
    for index in 0..count {
        let name = name(index);
        write!(
            clusters,
            "- cluster:\n    certificate-authority-data: {certificate}\n    server: https://{index}.eks.example\n  name: {name}\n"
        )
        .unwrap();
        write!(
            contexts,
            "- context:\n    cluster: {name}\n    namespace: default\n    user: {name}\n  name: {name}\n"
        )
        .unwrap();
        write!(
            users,
            "- name: {name}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - eks\n      - get-token\n      command: aws\n"
        )
        .unwrap();
    }
    let text = format!(
        "apiVersion: v1\nclusters:\n{clusters}contexts:\n{contexts}current-context: {}\nkind: Config\npreferences: {{}}\nusers:\n{users}",
        name(0)
    );
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}
