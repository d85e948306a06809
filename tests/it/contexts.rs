//! Contexts on the command line: switch and go back, ask before production, one for a shell, undo.

use k3tray_tests::Sandbox;

use crate::scene::{SOMEBODYS_KUBECONFIG, finish, give_kubeconfig, k3tray, kubeconfig, kubectl};

/// Two contexts: `production` (by [`SOMEBODYS_KUBECONFIG`]) and `staging`, which is the current one.
async fn two_contexts(sandbox: &Sandbox) {
    give_kubeconfig(sandbox);
    let staging = [
        "config",
        "set-context",
        "staging",
        "--cluster=production",
        "--user=me",
        "--namespace=shop",
    ];
    kubectl(sandbox, &staging).await;
    kubectl(sandbox, &["config", "use-context", "staging"]).await;
}

async fn current(sandbox: &Sandbox) -> String {
    kubectl(sandbox, &["config", "current-context"]).await
}

#[tokio::test]
async fn a_protected_context_is_not_switched_to_where_nobody_can_be_asked() {
    let sandbox = Sandbox::new("ctx-care").await;
    two_contexts(&sandbox).await;
    let before = kubeconfig(&sandbox);
    k3tray(&sandbox, &["use", "production"])
        .await
        .ended(2)
        .told(&["`production` is protected", "`--yes`"]);
    assert_eq!(kubeconfig(&sandbox), before);
    k3tray(&sandbox, &["use", "production", "--yes"])
        .await
        .ended(0);
    assert_eq!(current(&sandbox).await, "production\n");
}

#[tokio::test]
async fn a_namespace_is_set_with_the_switch_and_a_bad_one_changes_nothing() {
    let sandbox = Sandbox::new("ctx-space").await;
    two_contexts(&sandbox).await;
    let before = kubeconfig(&sandbox);
    k3tray(&sandbox, &["use", "production", "-y", "-n", "Web"])
        .await
        .ended(2)
        .told(&[
            "`Web` cannot be the name of a namespace",
            "63 lower-case letters",
        ]);
    assert_eq!(kubeconfig(&sandbox), before);
    let said = k3tray(&sandbox, &["use", "production", "-y", "--namespace=web"])
        .await
        .ended(0);
    assert_eq!(
        said.out,
        "`production` is the current context, in namespace `web`\n"
    );
    assert_eq!(current(&sandbox).await, "production\n");
    let minified = ["config", "view", "--minify", "-ojsonpath={..namespace}"];
    assert_eq!(kubectl(&sandbox, &minified).await, "web");
}

#[tokio::test]
async fn a_dash_goes_back_to_the_context_from_before() {
    let sandbox = Sandbox::new("ctx-back").await;
    two_contexts(&sandbox).await;
    k3tray(&sandbox, &["use", "-"])
        .await
        .ended(2)
        .told(&["no other context was the current one before"]);
    k3tray(&sandbox, &["use", "production", "-y"])
        .await
        .ended(0);
    k3tray(&sandbox, &["use", "-", "-y"]).await.ended(0);
    assert_eq!(current(&sandbox).await, "staging\n");
    k3tray(&sandbox, &["use", "-", "-y"]).await.ended(0);
    assert_eq!(current(&sandbox).await, "production\n");
}

#[tokio::test]
async fn a_change_is_listed_shown_without_secrets_and_undone_to_the_byte() {
    let sandbox = Sandbox::new("ctx-undo").await;
    give_kubeconfig(&sandbox);
    kubectl(
        &sandbox,
        &["config", "set-context", "other", "--cluster=production"],
    )
    .await;
    let before = kubeconfig(&sandbox);
    k3tray(&sandbox, &["use", "other", "-y"]).await.ended(0);
    let history = k3tray(&sandbox, &["kubeconfig", "history", "-ojson"])
        .await
        .ended(0)
        .json();
    assert_eq!(
        history[0]["by"],
        serde_json::json!({ "kind": "k3tray", "deed": { "kind": "useContext", "context": "other" } })
    );
    let number = history[0]["id"].to_string();
    let shown = k3tray(&sandbox, &["kubeconfig", "diff", &number])
        .await
        .ended(0)
        .out;
    assert!(shown.contains("current-context: "), "{shown}");
    assert!(!shown.contains("not-a-token"), "{shown}");
    let switched = kubeconfig(&sandbox);
    for put_back in [&["undo"][..], &["restore", number.as_str()]] {
        k3tray(&sandbox, &[&["kubeconfig"][..], put_back].concat())
            .await
            .ended(2)
            .told(&["`production` is protected", "`--yes`"]);
        assert_eq!(kubeconfig(&sandbox), switched);
    }
    k3tray(&sandbox, &["kubeconfig", "undo", "--yes"])
        .await
        .ended(0);
    assert_eq!(kubeconfig(&sandbox), before);
    assert!(before.contains("current-context: production"), "{before}");
    assert_ne!(before, SOMEBODYS_KUBECONFIG, "kubectl has rewritten it");
}

#[tokio::test]
async fn a_shell_of_one_context_leaves_the_current_one_alone() {
    let mut sandbox = Sandbox::new("ctx-shell").await;
    two_contexts(&sandbox).await;
    let before = kubeconfig(&sandbox);
    let script = sandbox.home().join("my shell");
    std::fs::write(
        &script,
        "#!/bin/sh\nkubectl config get-contexts -oname\nkubectl config view --minify -ojsonpath='{..namespace}'\nexit 7\n",
    )
    .unwrap();
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    sandbox.set("SHELL", &script);
    let said = k3tray(&sandbox, &["shell", "production", "--namespace", "web"])
        .await
        .ended(7);
    assert_eq!(said.out, "production\nweb");
    assert_eq!(kubeconfig(&sandbox), before, "the user's own is untouched");

    let mut shell = sandbox.command("sh");
    let k3tray = k3tray_tests::process::program("k3tray");
    shell.arg("-c").arg(format!(
        "eval \"$('{}' env production)\" && kubectl config current-context",
        k3tray.display()
    ));
    assert_eq!(finish(shell).await.ended(0).out, "production\n");
    assert_eq!(current(&sandbox).await, "staging\n");
}

#[tokio::test]
async fn a_lock_that_was_left_behind_is_explained_and_removed_by_the_verb_that_is_named() {
    let sandbox = Sandbox::new("ctx-lock").await;
    two_contexts(&sandbox).await;
    let mut lock = sandbox.kubeconfig().into_os_string();
    lock.push(".lock");
    let made = std::fs::File::create_new(&lock).unwrap();
    k3tray(&sandbox, &["kubeconfig", "unlock"])
        .await
        .ended(1)
        .told(&[
            "another program has held the lock",
            "Try again when it is done.",
        ]);
    made.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(7200))
        .unwrap();
    k3tray(&sandbox, &["use", "production", "-y"])
        .await
        .ended(1)
        .told(&[
            "another program has held the lock",
            "for 2 h",
            "`k3tray kubeconfig unlock`",
        ]);
    k3tray(&sandbox, &["kubeconfig", "unlock"]).await.ended(0);
    assert!(!std::path::Path::new(&lock).exists());
    k3tray(&sandbox, &["use", "production", "-y"])
        .await
        .ended(0);
    assert_eq!(current(&sandbox).await, "production\n");
}

#[tokio::test]
async fn where_the_settings_cannot_be_read_every_remote_context_is_asked_about() {
    let sandbox = Sandbox::new("ctx-broken").await;
    two_contexts(&sandbox).await;
    kubectl(
        &sandbox,
        &[
            "config",
            "set-cluster",
            "far",
            "--server=https://far.example",
        ],
    )
    .await;
    kubectl(&sandbox, &["config", "set-context", "far", "--cluster=far"]).await;
    k3tray(&sandbox, &["use", "far"]).await.ended(0);
    k3tray(&sandbox, &["use", "staging", "-y"]).await.ended(0);
    let settings = sandbox.home().join(".config/k3tray/settings.json");
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    std::fs::write(&settings, "{ not json").unwrap();
    k3tray(&sandbox, &["use", "far"])
        .await
        .ended(2)
        .told(&["which contexts are protected", "`far` is protected"]);
    assert_eq!(current(&sandbox).await, "staging\n");
}

#[tokio::test]
async fn of_a_context_that_kubectl_does_not_read_nothing_is_written_before_that_is_said() {
    let sandbox = Sandbox::new("ctx-extra").await;
    two_contexts(&sandbox).await;
    let folder = sandbox.home().join("more");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("extra.yaml");
    let extra = "contexts:\n- name: extra\n  context:\n    cluster: c\n";
    std::fs::write(&file, extra).unwrap();
    let settings = sandbox.home().join(".config/k3tray/settings.json");
    std::fs::create_dir_all(settings.parent().unwrap()).unwrap();
    let set = serde_json::json!({ "kubeconfigFolders": [folder] });
    std::fs::write(&settings, set.to_string()).unwrap();
    k3tray(&sandbox, &["use", "extra", "--namespace", "web"])
        .await
        .ended(1)
        .told(&["kubectl does not read", "k3tray shell extra"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), extra);
}
