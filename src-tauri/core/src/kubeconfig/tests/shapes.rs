//! Kubeconfigs in the shapes that clouds and tools write, for proofs against the real kubectl.
//! Every name, number and key in them is made up.

use std::fmt::Write as _;

/// `aws eks update-kubeconfig`
pub(super) const EKS: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    server: https://0A1B2C3D4E5F60718293A4B5C6D7E8F9.gr7.eu-west-1.eks.amazonaws.com
  name: arn:aws:eks:eu-west-1:111122223333:cluster/shop
contexts:
- context:
    cluster: arn:aws:eks:eu-west-1:111122223333:cluster/shop
    user: arn:aws:eks:eu-west-1:111122223333:cluster/shop
  name: arn:aws:eks:eu-west-1:111122223333:cluster/shop
current-context: arn:aws:eks:eu-west-1:111122223333:cluster/shop
kind: Config
preferences: {}
users:
- name: arn:aws:eks:eu-west-1:111122223333:cluster/shop
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - --region
      - eu-west-1
      - eks
      - get-token
      - --cluster-name
      - shop
      - --output
      - json
      command: aws
      env:
      - name: AWS_PROFILE
        value: shop-admin
      interactiveMode: IfAvailable
      provideClusterInfo: false
";

/// `gcloud container clusters get-credentials`
pub(super) const GKE: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    server: https://203.0.113.10
  name: gke_shop-staging_europe-west1-b_main
contexts:
- context:
    cluster: gke_shop-staging_europe-west1-b_main
    user: gke_shop-staging_europe-west1-b_main
  name: gke_shop-staging_europe-west1-b_main
current-context: gke_shop-staging_europe-west1-b_main
kind: Config
preferences: {}
users:
- name: gke_shop-staging_europe-west1-b_main
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      command: gke-gcloud-auth-plugin
      installHint: Install gke-gcloud-auth-plugin for use with kubectl by following
        https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin
      interactiveMode: IfAvailable
      provideClusterInfo: true
";

/// `az aks get-credentials` and `kubelogin convert-kubeconfig`
pub(super) const AKS: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    server: https://shop-dns-0a1b2c3d.hcp.westeurope.azmk8s.io:443
  name: shop-aks
contexts:
- context:
    cluster: shop-aks
    user: clusterUser_shop-rg_shop-aks
  name: shop-aks
- context:
    cluster: shop-aks
    user: clusterAdmin_shop-rg_shop-aks
    namespace: kube-system
  name: shop-aks-admin
current-context: shop-aks
kind: Config
preferences: {}
users:
- name: clusterUser_shop-rg_shop-aks
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args:
      - get-token
      - --environment
      - AzurePublicCloud
      - --server-id
      - 00000000-1111-2222-3333-444444444444
      - --login
      - devicecode
      command: kubelogin
      env: null
      provideClusterInfo: false
- name: clusterAdmin_shop-rg_shop-aks
  user:
    client-certificate-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    client-key-data: TFMwdExTMUNSVWRKVGlCU1UwRWdVRkpKVmtGVVJTQkxSVmt0TFMwdExRbz0=
    token: 0123456789abcdef0123456789abcdef
";

/// OIDC: the plugin of today, and the provider of old.
pub(super) const OIDC: &str = "\
# from the wiki, keep the comments
apiVersion: v1
kind: Config
clusters:
  - name: corp
    cluster:
      server: https://k8s.corp.example.com:6443   # VPN only
      certificate-authority: ../certs/corp-ca.pem
      proxy-url: socks5://localhost:1080
contexts:
  - name: corp
    context: {cluster: corp, user: oidc, namespace: team-a}
  - name: corp-old
    context:
      cluster: corp
      user: oidc-old
current-context: \"corp\"
users:
  - name: oidc
    user:
      exec:
        apiVersion: client.authentication.k8s.io/v1
        command: kubectl
        args: [oidc-login, get-token, \"--oidc-issuer-url=https://login.corp.example.com\", --oidc-client-id=kubernetes,
          --oidc-client-secret=not-so-secret]
        interactiveMode: IfAvailable
  - name: oidc-old
    user:
      auth-provider:
        name: oidc
        config:
          client-id: kubernetes
          client-secret: 'not-so-secret'
          id-token: eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln
          idp-issuer-url: https://login.corp.example.com
          refresh-token: >-
            q1bKLFOyUiosTfawzA93TzZIDzH2TNa2SMm0zEiPKTUwME6BkEo6Sql5yUWVBSWpKUGphaWpxSVAfekBOZbBhaEW
";

/// minikube's extensions and files, kind's inline keys, Rancher Desktop's: one file, three tools.
pub(super) const LOCAL_TOOLS: &str = "\
apiVersion: v1
clusters:
- cluster:
    certificate-authority: /home/me/.minikube/ca.crt
    extensions:
    - extension:
        last-update: Mon, 02 Nov 2026 10:11:12 CET
        provider: minikube.sigs.k8s.io
        version: v1.37.0
      name: cluster_info
    server: https://192.168.49.2:8443
  name: minikube
- cluster:
    certificate-authority-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    server: https://127.0.0.1:40001
  name: kind-kind
- cluster:
    insecure-skip-tls-verify: true
    server: https://127.0.0.1:6443
  name: rancher-desktop
contexts:
- context:
    cluster: minikube
    extensions:
    - extension:
        last-update: Mon, 02 Nov 2026 10:11:12 CET
        provider: minikube.sigs.k8s.io
        version: v1.37.0
      name: context_info
    namespace: default
    user: minikube
  name: minikube
- context:
    cluster: kind-kind
    user: kind-kind
  name: kind-kind
- context:
    cluster: rancher-desktop
    user: rancher-desktop
  name: rancher-desktop
current-context: minikube
kind: Config
preferences:
  colors: true
users:
- name: minikube
  user:
    client-certificate: /home/me/.minikube/profiles/minikube/client.crt
    client-key: /home/me/.minikube/profiles/minikube/client.key
- name: kind-kind
  user:
    client-certificate-data: TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0Q2c9PQ==
    client-key-data: TFMwdExTMUNSVWRKVGlCU1UwRWdVRkpKVmtGVVJTQkxSVmt0TFMwdExRbz0=
- name: rancher-desktop
  user: {username: admin, password: 'pa''ss: [word]'}
";

/// Written by hand, with what YAML has for the lazy.
pub(super) const ANCHORS: &str = "\
apiVersion: v1
kind: Config
x-defaults: &here
  cluster: farm
  user: &who farmer
clusters: [{name: farm, cluster: &farm {server: 'https://farm.example.com', tls-server-name: farm}},
           {name: barn, cluster: *farm}]
contexts:
- name: field
  context:
    <<: *here
    namespace: hay
- name: stable
  context: {cluster: barn, user: *who}
users:
-   name: farmer
    user:
      token: !!str 0123
current-context: field
";

/// As `kubectl config view -o json` prints it.
pub(super) fn json() -> String {
    let document = serde_json::json!({
        "kind": "Config",
        "apiVersion": "v1",
        "preferences": {},
        "clusters": [
            {"name": "one", "cluster": {"server": "https://one.example.com"}},
            {"name": "two", "cluster": {"server": "https://two.example.com"}},
        ],
        "users": [{"name": "me", "user": {"token": "t\"o,}k]en"}}],
        "contexts": [
            {"name": "one", "context": {"cluster": "one", "user": "me"}},
            {"name": "two", "context": {"cluster": "two", "user": "me", "namespace": "n-1"}},
        ],
        "current-context": "one",
    });
    serde_json::to_string_pretty(&document).unwrap() + "\n"
}

/// More than five megabytes, two thousand contexts.
pub(super) fn giant() -> String {
    let (mut clusters, mut contexts, mut users) = (
        "clusters:\n".to_owned(),
        "contexts:\n".to_owned(),
        "users:\n".to_owned(),
    );
    for index in 0..2_000 {
        let data = "TFMwdExTMUNSVWRK".repeat(90);
        let _ = write!(
            clusters,
            "- cluster:\n    certificate-authority-data: {data}\n    server: https://c{index}.example.com\n  name: c{index}\n"
        );
        let _ = write!(
            contexts,
            "- context:\n    cluster: c{index}\n    user: u{index}\n  name: c{index}\n"
        );
        let _ = write!(
            users,
            "- name: u{index}\n  user:\n    client-key-data: {data}\n"
        );
    }
    let text = format!(
        "apiVersion: v1\n{clusters}{contexts}current-context: c0\nkind: Config\npreferences: {{}}\n{users}"
    );
    assert!(text.len() > 5_000_000, "{}", text.len());
    text
}

/// Every shape of one file but the giant, by name.
pub(super) fn all() -> Vec<(&'static str, String)> {
    vec![
        ("EKS", EKS.into()),
        ("GKE", GKE.into()),
        ("AKS", AKS.into()),
        ("OIDC", OIDC.into()),
        ("local tools", LOCAL_TOOLS.into()),
        ("anchors", ANCHORS.into()),
        ("JSON", json()),
        ("CRLF", AKS.replace('\n', "\r\n")),
        ("BOM", format!("\u{feff}{OIDC}")),
        ("no last line break", LOCAL_TOOLS.trim_end().into()),
    ]
}
