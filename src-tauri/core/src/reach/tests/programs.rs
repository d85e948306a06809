//! Programs that contexts sign in with: never run unasked, and never left running.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, sync::mpsc};

use super::{
    server::{NODES, Script, Server, list, node, version},
    *,
};
use crate::error::Code;

/// A context that signs in by a script of its own.
struct Signing {
    home: Home,
    script: PathBuf,
}

impl Signing {
    /// `user` is the inside of the user entry; `PROGRAM` in it is the script's path.
    fn with(cluster: &str, user: &str, script: &str) -> Self {
        let path = tempfile::tempdir().unwrap().keep().join("sign-in");
        fs::write(&path, script.replace("HERE", &path.to_string_lossy())).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let user = user.replace("PROGRAM", &path.to_string_lossy());
        Self {
            home: Home::with(cluster, &user),
            script: path,
        }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        self.script.with_extension(ending)
    }

    fn name(&self) -> String {
        self.script.to_string_lossy().into_owned()
    }
}

impl Drop for Signing {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.script.parent().unwrap());
    }
}

const EXEC: &str = "exec: {apiVersion: client.authentication.k8s.io/v1, command: PROGRAM, args: [get, token], \
                    env: [{name: ACCOUNT, value: mine}], interactiveMode: IfAvailable}";
const GIVES: &str = r#"#!/bin/sh
echo "$@ $ACCOUNT $KUBERNETES_EXEC_INFO" > HERE.ran
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
"status":{"token":"given-secret","expirationTimestamp":"2030-01-02T03:04:05Z"}}'
"#;

async fn server() -> Server {
    let nodes = list("NodeList", &[node("one", true)], None);
    Server::start(Script::from([version(), (NODES, nodes)])).await
}

#[tokio::test]
async fn a_program_never_runs_unasked() {
    let server = server().await;
    let signing = Signing::with(&server.entry(), EXEC, GIVES);
    let problem = Problem {
        what: "Could not reach `prod`".into(),
        causes: vec![format!(
            "this context signs in by running `{}`",
            signing.name()
        )],
        hint: Some("Ask again and allow it to run.".into()),
        code: Code::NeedsProgram,
        log: vec![],
        remedy: None,
    };
    assert_eq!(
        signing.home.health(false, PATIENCE).await,
        ContextHealth {
            context: prod(),
            checked_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Failed { problem },
            expires: None,
            program: Some(signing.name()),
        }
    );
    let listed = signing.home.namespaces().await;
    assert!(matches!(listed, Err(ReachError::NeedsProgram(_))));
    assert!(!signing.beside("ran").exists(), "it ran");
    assert_eq!(server.asked(), [""; 0], "the server was asked");
}

#[tokio::test]
async fn a_program_that_is_allowed_to_run_signs_in_and_its_token_is_told_to_the_server_alone() {
    let server = server().await;
    let signing = Signing::with(&server.entry(), EXEC, GIVES);
    let health = signing.home.health(true, PATIENCE).await;
    assert_eq!(
        health,
        ContextHealth {
            context: prod(),
            checked_at: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Reachable {
                version: Some("v1.31.4+k3s1".into()),
                nodes: NodeCount::Known { ready: 1, all: 1 },
                latency_ms: 0,
            },
            expires: Some("2030-01-02T03:04:05Z".parse().unwrap()),
            program: Some(signing.name()),
        }
    );
    let ran = fs::read_to_string(signing.beside("ran")).unwrap();
    assert_eq!(
        ran,
        "get token mine {\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"spec\":{\"interactive\":false}}\n"
    );
    let token = "authorization: Bearer given-secret";
    assert!(server.asked().iter().all(|head| head.contains(token)));
    assert!(!format!("{health:?}").contains("given-secret"));
}

#[tokio::test]
async fn a_credential_in_the_file_comes_before_the_program() {
    let server = server().await;
    let user = format!("token: mine, {EXEC}");
    let signing = Signing::with(&server.entry(), &user, GIVES);
    let health = signing.home.health(true, PATIENCE).await;
    assert_eq!(health.program, None);
    assert!(matches!(health.outcome, Outcome::Reachable { .. }));
    assert!(!signing.beside("ran").exists(), "it ran");
}

#[tokio::test]
async fn a_provider_of_old_never_runs_its_command() {
    let server = server().await;
    let user = "auth-provider: {name: gcp, config: {cmd-path: PROGRAM}}";
    let signing = Signing::with(&server.entry(), user, GIVES);
    let health = signing.home.health(true, PATIENCE).await;
    let Outcome::Failed { problem } = health.outcome else {
        panic!("{health:?}");
    };
    assert_eq!(
        problem.causes,
        ["this context signs in by the `gcp` provider, which cannot be used here"]
    );
    assert!(!signing.beside("ran").exists(), "it ran");
}

#[tokio::test]
async fn what_a_program_complains_of_is_not_repeated() {
    let server = server().await;
    for (script, cause) in [
        (
            "#!/bin/sh\necho secret >&2\nexit 3\n",
            "it ended with exit status: 3",
        ),
        ("#!/bin/sh\necho secret\n", "what it wrote is no credential"),
    ] {
        let signing = Signing::with(&server.entry(), EXEC, script);
        let health = signing.home.health(true, PATIENCE).await;
        let Outcome::Failed { problem } = health.outcome else {
            panic!("{health:?}");
        };
        let ran = format!(
            "this context signs in by running `{}`, which did not work",
            signing.name()
        );
        assert_eq!(problem.causes, [ran, cause.to_owned()]);
    }
}

#[tokio::test]
async fn a_program_that_does_not_end_is_ended_with_the_question_and_all_that_it_started() {
    let server = server().await;
    let script = "#!/bin/sh\nsleep 600 &\necho $! > HERE.child\necho $$ > HERE.pid.new\n\
                  mv HERE.pid.new HERE.pid\nexec sleep 600\n";
    let signing = Signing::with(&server.entry(), EXEC, script);
    let mut limit = Duration::from_secs(2);
    // A busy machine may need longer to start it.
    while !signing.beside("pid").exists() {
        let health = signing.home.health(true, limit).await;
        assert!(matches!(health.outcome, Outcome::Failed { .. }));
        limit *= 2;
    }
    for of in ["pid", "child"] {
        let pid = fs::read_to_string(signing.beside(of)).unwrap();
        let status = PathBuf::from("/proc").join(pid.trim()).join("status");
        // What was killed is there until the runtime, or who inherits it, has taken note of its end.
        let running = || {
            let status = fs::read_to_string(&status).unwrap_or_default();
            status.contains("sleep") && !status.contains("State:\tZ")
        };
        let waiting = Instant::now();
        while running() {
            assert!(waiting.elapsed() < PATIENCE, "its {of} still runs");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_file_that_does_not_answer_ends_with_the_question_too() {
    let server = server().await;
    for (cluster, user) in [
        (server.entry(), "tokenFile: PIPE"),
        (
            format!("{}, certificate-authority: PIPE", server.url()),
            "token: mine",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let named = |text: &str| text.replace("PIPE", &pipe.to_string_lossy());
        let home = Home::with(&named(&cluster), &named(user));
        let (done, waiting) = mpsc::channel::<()>();
        // Whoever still reads it goes on only once it is written to, and the test must end.
        let release = std::thread::spawn(move || {
            let in_time = waiting.recv_timeout(PATIENCE).is_ok();
            let both = fs::File::options().read(true).write(true).open(&pipe);
            fs::remove_file(&pipe).unwrap();
            drop(both.unwrap());
            in_time
        });
        let problem = home.problem(Duration::from_secs(1)).await;
        let _ = done.send(());
        assert!(release.join().unwrap(), "it waited for the file");
        assert_eq!(problem.causes, ["it did not answer within 1 seconds"]);
    }
}
