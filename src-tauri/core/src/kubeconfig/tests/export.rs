//! One context as a file of its own: as kubectl makes it, and as a shell of its own uses it.

use std::{fs, process::Command};

use secrecy::ExposeSecret;
use serde_json::Value;

use super::fixture::{Home, PERSONAL, kubectl};
use crate::{
    context::ContextName,
    kubeconfig::{EntryKind, KubeconfigError, Owner, sweep_scoped},
};

/// Files beside the kubeconfig, named in every way that there is.
fn with_files() -> Home {
    let home = Home::one(
        "\
clusters:
- name: c
  cluster: {server: 'https://c', certificate-authority: certs/ca.crt}
users:
- name: u
  user:
    client-certificate: ./certs/client.crt
    client-key: KEY
    tokenFile: certs/token
- name: v
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/helper, interactiveMode: Never}
contexts:
- {name: files, context: {cluster: c, user: u, namespace: shop}}
- {name: plugin, context: {cluster: c, user: v}}
- {name: nobody, context: {cluster: c}}
- {name: broken, context: {cluster: c, user: gone}}
current-context: plugin
",
    );
    let certs = home.path().join("certs");
    fs::create_dir(&certs).unwrap();
    for name in ["ca.crt", "client.crt", "client.key", "token"] {
        fs::write(certs.join(name), format!("the content of {name}\n")).unwrap();
    }
    let key = certs.join("client.key").display().to_string();
    fs::write(home.file(0), home.content().replace("KEY", &key)).unwrap();
    home
}

fn name(name: &str) -> ContextName {
    ContextName::new(name)
}

/// What kubectl reads in a text of its own.
fn as_kubectl_reads(home: &Home, text: &str) -> Value {
    let folder = home.path().join("elsewhere");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config");
    fs::write(&file, text).unwrap();
    let arguments = ["config", "view", "--raw", "-o", "json"];
    let output = kubectl(&file.into_os_string(), home.path(), &arguments);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn an_export_is_what_kubectl_minifies_and_flattens() {
    let personal = Home::one(PERSONAL);
    let files = with_files();
    for (home, context) in [
        (&personal, "prod"),
        (&personal, "kind-test"),
        (&files, "files"),
        (&files, "nobody"),
    ] {
        let text = home.kubeconfig().export(&name(context)).await.unwrap();
        let by_kubectl = home.ask_kubectl(&[
            "config",
            "view",
            "--minify",
            "--flatten",
            "--raw",
            "-o",
            "json",
            "--context",
            context,
        ]);
        let mut by_kubectl: Value = serde_json::from_str(&by_kubectl).unwrap();
        let mut ours = as_kubectl_reads(home, text.expose_secret());
        // Relative to where it was; ours works from any folder.
        for document in [&mut by_kubectl, &mut ours] {
            if let Some(token) = document.pointer_mut("/users/0/user/tokenFile") {
                let absolute = home.path().join(token.as_str().unwrap());
                *token = absolute.to_str().unwrap().into();
            }
        }
        assert_eq!(ours, by_kubectl, "{context}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_exported_file_is_its_owners_alone_and_never_one_in_use() {
    use std::os::unix::fs::PermissionsExt;
    let home = with_files();
    let file = home.path().join("export.yaml");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let kept = home
        .kubeconfig()
        .export_to(&name("files"), &file, false)
        .await;
    assert!(
        matches!(kept, Err(KubeconfigError::FileExists(_))),
        "{kept:?}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    home.kubeconfig()
        .export_to(&name("files"), &file, true)
        .await
        .unwrap();
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = home.kubeconfig().export(&name("files")).await.unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), text.expose_secret());
    let before = home.content();
    let refused = home
        .kubeconfig()
        .export_to(&name("files"), home.file(0), true)
        .await;
    assert!(
        matches!(refused, Err(KubeconfigError::InUse(_))),
        "{refused:?}"
    );
    assert_eq!(home.content(), before);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let home = with_files();
    match home.kubeconfig().export(&name("broken")).await {
        Err(KubeconfigError::Dangling { kind, name, .. }) => {
            assert_eq!((kind, name.as_str()), (EntryKind::User, "gone"));
        }
        other => panic!("{other:?}"),
    }
    fs::remove_file(home.path().join("certs/ca.crt")).unwrap();
    let error = home.kubeconfig().export(&name("files")).await.unwrap_err();
    assert!(error.to_string().contains("certs/ca.crt"), "{error}");
}

#[tokio::test]
async fn a_scoped_kubeconfig_has_one_context_and_leads_to_the_same_files() {
    let home = with_files();
    let text = home
        .kubeconfig()
        .scoped(&name("plugin"), Some("bank"))
        .await
        .unwrap();
    let read = as_kubectl_reads(&home, text.expose_secret());
    let here = |path: &str| home.path().join(path).to_str().unwrap().to_owned();
    assert_eq!(
        read,
        serde_json::json!({
            "apiVersion": "v1",
            "clusters": [{"name": "c", "cluster": {
                "certificate-authority": here("certs/ca.crt"),
                "server": "https://c",
            }}],
            "contexts": [{"name": "plugin", "context": {
                "cluster": "c", "namespace": "bank", "user": "v",
            }}],
            "current-context": "plugin",
            "kind": "Config",
            "preferences": {},
            "users": [{"name": "v", "user": {"exec": {
                "apiVersion": "client.authentication.k8s.io/v1",
                "args": null,
                "command": here("bin/helper"),
                "env": null,
                "interactiveMode": "Never",
                "provideClusterInfo": false,
            }}}],
        })
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn scoped_files_are_private_and_go_with_their_processes() {
    use std::os::unix::fs::PermissionsExt;
    let home = with_files();
    let folder = home.path().join("run");
    let mut shell = Command::new("sleep").arg("1000").spawn().unwrap();
    let ours = Owner::process(std::process::id());
    let theirs = Owner::process(shell.id());
    let kubeconfig = home.kubeconfig();
    let write = async |context: &str, owner| {
        let context = name(context);
        let written = kubeconfig.write_scoped(&context, None, &folder, owner);
        written.await.unwrap()
    };
    let file = write("files", ours).await;
    assert_eq!(write("files", ours).await, file, "one file for one wish");
    let other = write("plugin", theirs).await;
    fs::write(folder.join("notes"), "mine").unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    let list = file.clone().into_os_string();
    let current = kubectl(&list, home.path(), &["config", "current-context"]);
    assert_eq!(String::from_utf8(current.stdout).unwrap(), "files\n");
    sweep_scoped(&folder);
    assert!(file.exists() && other.exists());
    shell.kill().unwrap();
    shell.wait().unwrap();
    sweep_scoped(&folder);
    assert!(file.exists() && !other.exists() && folder.join("notes").exists());
    // A process that has the number of one that ended is not that one.
    let reused = file.with_file_name(format!("{}-1-00000000.kubeconfig", std::process::id()));
    fs::write(&reused, "").unwrap();
    sweep_scoped(&folder);
    assert!(file.exists() && !reused.exists());
}
