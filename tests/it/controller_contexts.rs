//! Stories of contexts: a cluster's context that is gone stays gone until it is asked for.

use hyper::Method;
use k3tray_core::{
    context::{Context, ContextName, Contexts},
    error::{Code, Problem},
    node::NodeState,
};
use k3tray_tests::scripted_docker::Answer;

use crate::{
    controller_cast::{cluster, server},
    controller_stage::Stage,
};

const KUBECONFIG: &str = "\
apiVersion: v1
kind: Config
clusters:
- cluster: {certificate-authority-data: YXV0aG9yaXR5, server: 'https://127.0.0.1:6443'}
  name: default
contexts:
- context: {cluster: default, user: default}
  name: default
current-context: default
users:
- name: default
  user: {client-certificate-data: Y2VydGlmaWNhdGU=, client-key-data: a2V5}
";

/// A file of a container as an engine hands it out.
fn archive(content: &str) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o600);
    archive
        .append_data(&mut header, "kubeconfig.yaml", content.as_bytes())
        .unwrap();
    archive.into_inner().unwrap()
}

#[tokio::test]
async fn a_cluster_whose_context_was_taken_out_gets_it_back_when_it_is_asked_for_and_never_before()
{
    let mut stage = Stage::with(&[server("dev", "exited")]).await;
    let archive = Answer::raw(archive(KUBECONFIG));
    let path = "/containers/k3d-dev-server-0/archive";
    stage.docker.answer(Method::GET, path, archive);
    let dev = [cluster("dev", NodeState::Exited)];

    // Whatever happens, and however often the clusters are listed.
    stage.something_happens().await;
    let shown = stage.until_shown(&dev).await;
    assert_eq!(shown.contexts, Contexts::default());
    assert!(
        !shown.contexts.lead_to(&dev[0].name),
        "not in the kubeconfig"
    );
    assert!(!stage.kubeconfig().exists());
    assert_eq!(stage.asked_for(&Method::GET, path), 0);

    stage.ask("use-context:k3d-dev").await;

    let shown = stage
        .until("the context", |shown| shown.contexts.lead_to(&dev[0].name))
        .await;
    let name = ContextName::new("k3d-dev");
    let expected = Contexts {
        current: Some(name.clone()),
        all: vec![Context {
            name,
            cluster: "k3d-dev".into(),
            user: "admin@k3d-dev".into(),
            namespace: None,
            server: Some("https://127.0.0.1:6550".into()),
            file: stage.kubeconfig(),
            local_cluster: Some(dev[0].name.clone()),
            extra: false,
            problem: None,
        }],
        problems: vec![],
    };
    assert_eq!(shown.contexts, expected);

    // Taken out by hand it stays out.
    std::fs::write(stage.kubeconfig(), "").unwrap();
    let gone = |shown: &k3tray_core::snapshot::Snapshot| shown.contexts == Contexts::default();
    stage.until("the context to be gone", gone).await;
    stage.something_happens().await;
    stage.until_asked(&Method::GET, "/containers/json", 4).await;
    assert_eq!(std::fs::read_to_string(stage.kubeconfig()).unwrap(), "");
}

#[tokio::test]
async fn a_context_that_cannot_be_added_is_told_with_what_to_do() {
    let mut stage = Stage::with(&[server("dev", "exited")]).await;
    stage.docker.answer(
        Method::GET,
        "/containers/k3d-dev-server-0/archive",
        Answer::error(404, "Could not find the file /output/kubeconfig.yaml"),
    );

    stage.ask("use-context:k3d-dev").await;

    let told = |shown: &k3tray_core::snapshot::Snapshot| !shown.problems.is_empty();
    let shown = stage.until("the failure to be told", told).await;
    let problem = Problem {
        what: "Could not add cluster `dev` to the kubeconfig".into(),
        causes: vec![
            "the API of `dev` cannot be used".into(),
            "its server has no kubeconfig to give".into(),
            "the engine does not know it".into(),
            "Could not find the file /output/kubeconfig.yaml".into(),
        ],
        hint: Some("Wait until its server is up, or look at the server's log.".into()),
        code: Code::Other,
        log: vec![],
        remedy: None,
    };
    assert_eq!(shown.problems, [problem]);
    assert_eq!(shown.contexts, Contexts::default());
    assert!(!stage.kubeconfig().exists());
}
