//! What another kubeconfig would bring is shown first, and then done as decided.

use std::fs;

use super::fixture::{Home, PERSONAL};
use crate::{
    context::ContextName,
    kubeconfig::{
        Change, Decision, EntryKind, ImportChoice, ImportSource, ImportState, Kubeconfig,
        KubeconfigError,
    },
};

/// One entry that is new, one that is there, and two that are there otherwise.
const OTHER: &str = "\
clusters:
- name: prod
  cluster: {server: 'https://other.example.com'}
- cluster: {insecure-skip-tls-verify: true, server: \"https://127.0.0.1:40001\"}
  name: kind-test
users:
- name: eks
  user:
    token: 0TH3R
- name: new
  user:
    client-certificate: certs/client.crt
    client-key: /keys/client.key
    exec: {command: bin/helper, apiVersion: v1, args: [--token, 0TH3R], env: null}
contexts:
- name: prod
  context: {cluster: prod, user: eks}
- name: fresh
  context: {cluster: kind-test, user: new}
current-context: fresh
";

fn text(text: &str) -> ImportSource {
    ImportSource::Text(text.into())
}

fn choice(kind: EntryKind, name: &str, decision: Decision) -> ImportChoice {
    ImportChoice {
        kind,
        name: name.into(),
        decision,
    }
}

fn rename(to: &str) -> Decision {
    Decision::Rename { to: to.into() }
}

/// Imports what is there at the first look.
async fn import(
    kubeconfig: &Kubeconfig,
    source: ImportSource,
    choices: Vec<ImportChoice>,
) -> Result<Change, KubeconfigError> {
    let plan = kubeconfig.plan_import(source.clone()).await?;
    kubeconfig.import(source, plan.seen, choices).await
}

#[tokio::test]
async fn a_plan_shows_each_entry_beside_the_one_that_is_there_without_secrets() {
    let home = Home::one(PERSONAL);
    let plan = home.kubeconfig().plan_import(text(OTHER)).await.unwrap();
    let states: Vec<_> = plan
        .entries
        .iter()
        .map(|entry| (entry.kind, entry.name.as_str(), entry.state))
        .collect();
    assert_eq!(
        states,
        [
            (EntryKind::Cluster, "prod", ImportState::Conflict),
            (EntryKind::Cluster, "kind-test", ImportState::Same),
            (EntryKind::User, "eks", ImportState::Conflict),
            (EntryKind::User, "new", ImportState::New),
            (EntryKind::Context, "prod", ImportState::Conflict),
            (EntryKind::Context, "fresh", ImportState::New),
        ]
    );
    assert_eq!(
        plan.entries[2].incoming,
        "name: eks\nuser:\n  token: ••••••"
    );
    assert_eq!(plan.entries[2].file.as_deref(), Some(home.file(0)));
    assert_eq!(
        plan.entries[0].existing.as_deref(),
        Some(
            "cluster:\n  server: https://prod.example.com\n  certificate-authority-data: ••••••\n  team: payments\nname: prod"
        )
    );
    let taken: Vec<_> = plan
        .taken
        .iter()
        .map(|entry| (entry.kind, entry.name.as_str()))
        .collect();
    assert_eq!(
        taken,
        [
            (EntryKind::Cluster, "prod"),
            (EntryKind::Cluster, "kind-test"),
            (EntryKind::User, "eks"),
            (EntryKind::User, "kind-test"),
            (EntryKind::Context, "prod"),
            (EntryKind::Context, "kind-test"),
        ]
    );
    let shown = format!("{plan:?}");
    assert!(
        !shown.contains("0TH3R") && !shown.contains("S3CR3T"),
        "{shown}"
    );
    let problems: Vec<_> = plan
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        problems,
        [
            "the `client-certificate` of `new` is a relative path, of which pasted text cannot tell the folder",
            "the `command` of `new` is a relative path, of which pasted text cannot tell the folder",
        ]
    );
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn what_was_decided_is_done_and_nothing_is_guessed() {
    let home = Home::one(PERSONAL);
    let kubeconfig = home.kubeconfig();
    let undecided = import(&kubeconfig, text(OTHER), vec![]).await;
    assert!(matches!(
        undecided,
        Err(KubeconfigError::Undecided { kind: EntryKind::Cluster, name }) if name == "prod"
    ));
    assert_eq!(home.content(), PERSONAL);
    let choices = vec![
        choice(EntryKind::Cluster, "prod", rename("prod-2")),
        choice(EntryKind::User, "eks", Decision::Skip),
        choice(EntryKind::Context, "prod", rename("prod-2")),
    ];
    let change = import(&kubeconfig, text(OTHER), choices).await.unwrap();
    assert!(matches!(change, Change::Written { .. }));
    // Everything that was there is there to the byte, and only whole entries came.
    let expected = PERSONAL
        .replace(
            "insecure-skip-tls-verify: true}\n",
            "insecure-skip-tls-verify: true}
  - name: prod-2
    cluster:
      server: https://other.example.com
",
        )
        .replace(
            "    # trailing words on kind-test\n",
            "    # trailing words on kind-test
  - name: prod-2
    context:
      cluster: prod-2
      user: eks
  - name: fresh
    context:
      cluster: kind-test
      user: new
",
        )
        + "  - name: new
    user:
      client-certificate: certs/client.crt
      client-key: /keys/client.key
      exec:
        command: bin/helper
        apiVersion: v1
        args:
        - \"--token\"
        - 0TH3R
        env: null
";
    assert_eq!(home.content(), expected);
    // A second time, all of it is there.
    let choices = vec![
        choice(EntryKind::Cluster, "prod", Decision::Skip),
        choice(EntryKind::User, "eks", Decision::Skip),
        choice(EntryKind::Context, "prod", Decision::Skip),
    ];
    let again = import(&kubeconfig, text(OTHER), choices).await.unwrap();
    assert_eq!(again, Change::Unchanged);
    kubeconfig.undo().await.unwrap();
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn a_replacement_takes_the_place_of_the_entry_in_its_file() {
    let second = "contexts: []\n";
    let home = Home::with(&[Some(second), Some(PERSONAL)]);
    let choices = vec![
        choice(EntryKind::Cluster, "prod", Decision::Replace),
        choice(EntryKind::User, "eks", Decision::Replace),
        choice(EntryKind::Context, "prod", Decision::Replace),
    ];
    import(&home.kubeconfig(), text(OTHER), choices)
        .await
        .unwrap();
    let contents = home.contents();
    let [Some(first), Some(replaced)] = contents.as_slice() else {
        panic!("{contents:?}");
    };
    assert_eq!(
        first,
        "contexts: [{\"name\": \"fresh\", \"context\": {\"cluster\": \"kind-test\", \"user\": \"new\"}}]\nusers:\n- name: new\n  user:\n    client-certificate: certs/client.crt\n    client-key: /keys/client.key\n    exec:\n      command: bin/helper\n      apiVersion: v1\n      args:\n      - \"--token\"\n      - 0TH3R\n      env: null\n"
    );
    for (there, gone) in [
        (
            "server: https://other.example.com",
            "https://prod.example.com",
        ),
        ("token: 0TH3R", "command: aws"),
        (
            "  - name: kind-test\n    cluster: {server: 'https://127.0.0.1:40001', insecure-skip-tls-verify: true}\n",
            "namespace: shop",
        ),
    ] {
        assert!(replaced.contains(there), "{there} in {replaced}");
        assert!(!replaced.contains(gone), "{gone} in {replaced}");
    }
    assert_eq!(
        home.kubeconfig().view().await.current,
        Some(ContextName::new("prod"))
    );
}

#[tokio::test]
async fn a_new_name_must_be_free_here_and_there() {
    let home = Home::one(PERSONAL);
    for taken in ["kind-test", "fresh"] {
        let choices = vec![
            choice(EntryKind::Cluster, "prod", Decision::Skip),
            choice(EntryKind::User, "eks", Decision::Skip),
            choice(EntryKind::Context, "prod", rename(taken)),
        ];
        let refused = import(&home.kubeconfig(), text(OTHER), choices).await;
        assert!(
            matches!(refused, Err(KubeconfigError::Exists { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn paths_of_an_imported_file_lead_where_they_led() {
    let home = Home::with(&[None]);
    let folder = home.path().join("download");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("config.yaml");
    fs::write(&file, OTHER).unwrap();
    let source = ImportSource::File(file);
    let plan = home.kubeconfig().plan_import(source.clone()).await.unwrap();
    assert_eq!(plan.problems, []);
    import(&home.kubeconfig(), source, vec![]).await.unwrap();
    let content = home.content();
    for line in [
        format!(
            "client-certificate: {}/certs/client.crt\n",
            folder.display()
        ),
        format!("command: {}/bin/helper\n", folder.display()),
    ] {
        assert!(content.contains(&line), "{line} in {content}");
    }
    // An empty place has no current context, and an import brings none.
    assert_eq!(home.kubeconfig().view().await.current, None);
    let names = home.ask_kubectl(&["config", "get-contexts", "-o", "name"]);
    assert_eq!(names, "fresh\nprod");
}

#[tokio::test]
async fn what_is_no_kubeconfig_is_refused_with_its_line() {
    let home = Home::one(PERSONAL);
    let error = async |text: &str| {
        let source = ImportSource::Text(text.into());
        home.kubeconfig()
            .plan_import(source)
            .await
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        error("a: b\nc: [d\n").await,
        "`pasted text`, line 2, is not valid: unclosed bracket '['"
    );
    assert_eq!(error("hello").await, "`pasted text` has no entry to import");
    let half = text("contexts: [{name: a, context: {cluster: 5}}, {name: b, context: {}}]\n");
    let plan = home.kubeconfig().plan_import(half).await.unwrap();
    assert_eq!(
        plan.problems[0].message,
        "the `cluster` of `a` is not a string"
    );
    assert_eq!(plan.entries.len(), 1);
}

#[tokio::test]
async fn what_changed_after_it_was_shown_is_not_imported() {
    let home = Home::with(&[None]);
    let kubeconfig = home.kubeconfig();
    let file = home.path().join("download.yaml");
    let source = ImportSource::File(file.clone());
    // Even where only a secret differs, of which nothing is shown.
    for (before, after) in [("0TH3R", "CHANGED"), ("bin/helper", "bin/other")] {
        fs::write(&file, OTHER).unwrap();
        let plan = kubeconfig.plan_import(source.clone()).await.unwrap();
        fs::write(&file, OTHER.replace(before, after)).unwrap();
        let refused = kubeconfig.import(source.clone(), plan.seen, vec![]).await;
        assert!(
            matches!(refused, Err(KubeconfigError::ImportChanged)),
            "{refused:?}"
        );
        assert_eq!(home.contents(), [None]);
    }
    fs::write(&file, OTHER).unwrap();
    let plan = kubeconfig.plan_import(source.clone()).await.unwrap();
    fs::write(home.file(0), PERSONAL).unwrap();
    let refused = kubeconfig.import(source, plan.seen, vec![]).await;
    assert!(matches!(refused, Err(KubeconfigError::ImportChanged)));
    assert_eq!(home.content(), PERSONAL);
}

#[tokio::test]
async fn a_plan_tells_what_users_run_and_where_the_current_context_would_point() {
    let home = Home::one(PERSONAL);
    let plan = home.kubeconfig().plan_import(text(OTHER)).await.unwrap();
    let told: Vec<_> = plan
        .entries
        .iter()
        .filter(|entry| entry.runs.is_some() || entry.current_to.is_some())
        .map(|entry| {
            let (runs, to) = (entry.runs.as_deref(), entry.current_to.as_deref());
            (entry.kind, entry.name.as_str(), runs, to)
        })
        .collect();
    let elsewhere = Some("https://other.example.com");
    assert_eq!(
        told,
        [
            (EntryKind::Cluster, "prod", None, elsewhere),
            (
                EntryKind::User,
                "new",
                Some("bin/helper --token ••••••"),
                None
            ),
        ]
    );
    let other = text("contexts: [{name: prod, context: {cluster: kind-test, user: eks}}]\n");
    let plan = home.kubeconfig().plan_import(other).await.unwrap();
    assert_eq!(
        plan.entries[0].current_to.as_deref(),
        Some("cluster kind-test")
    );
}
