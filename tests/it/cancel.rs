//! A cancelled creation leaves nothing, at whatever moment it is cancelled, and gives back the context
//! that was the current one.

use std::{
    io::Read,
    net::TcpListener,
    time::{Duration, Instant},
};

use k3tray_core::{
    cluster::ClusterName,
    operation::{self, OperationError, Report, Reporter, Run},
    spec::Draft,
};
use k3tray_tests::{Census, Sandbox, eventually, process::Process};
use tokio_util::sync::CancellationToken;

use crate::scene::{
    SOMEBODYS_KUBECONFIG, all_ready_in_list, cluster, create, creation, give_kubeconfig, k3tray,
    kubeconfig, means, nodes_fail_on_request, patience,
};

/// A creation that waits for something may take this long to hear that it is cancelled and to remove
/// everything; without hearing it, it would wait for minutes.
const PROMPT: Duration = Duration::from_secs(15);

/// Cancels a creation when the step called `step` begins, and checks what is left.
async fn cancelled_at(sandbox: &Sandbox, step: &str, name: &str, draft: Draft) {
    give_kubeconfig(sandbox);
    let (reporter, mut reports) = Reporter::new();
    let cancel = CancellationToken::new();
    let run = Run {
        means: means(sandbox).await,
        reporter,
        cancel: cancel.clone(),
    };
    let name: ClusterName = name.parse().unwrap();
    let spec = draft.check(&name).unwrap();

    let work = tokio::spawn(async move { operation::create(&run, spec).await });
    let (mut steps, mut cancelled_at) = (Vec::new(), None);
    let mut undone = Vec::new();
    while let Some(report) = reports.recv().await {
        match report {
            Report::Steps(labels) => steps = labels,
            Report::Begin(index) if steps[index] == step => {
                cancel.cancel();
                cancelled_at = Some(Instant::now());
            }
            Report::Undo(label) => undone.push(label),
            _ => {}
        }
    }

    let made = work.await.unwrap();
    assert!(
        matches!(made, Err(OperationError::Cancelled)),
        "at `{step}`: {made:?}"
    );
    let took = cancelled_at.map(|at| at.elapsed());
    assert!(
        took.is_some_and(|took| took < PROMPT),
        "at `{step}`, of {steps:?}: {took:?}"
    );
    // Nothing is made before the name and the port are checked and the images are there.
    let expected: &[&str] = match step {
        "Check name and port" | "Get the node image" => &[],
        _ => &["Remove what was made"],
    };
    assert_eq!(undone, expected, "at `{step}`");
    assert_eq!(sandbox.census().await, Census::default(), "at `{step}`");
    assert_eq!(kubeconfig(sandbox), SOMEBODYS_KUBECONFIG, "at `{step}`");
}

#[tokio::test]
async fn a_creation_cancelled_while_it_makes_things_leaves_nothing() {
    let sandbox = Sandbox::new("making").await;
    let steps = [
        "Check name and port",
        "Make network and volume",
        "Make containers",
        "Start containers",
        "Wait for the API",
        "Write the kubeconfig",
    ];
    for (index, step) in steps.into_iter().enumerate() {
        let name = sandbox.cluster(&format!("c{index}"));
        let draft = Draft {
            agents: 1,
            ..Draft::default()
        };
        cancelled_at(&sandbox, step, &name, draft).await;
    }
}

#[tokio::test]
async fn a_creation_cancelled_while_servers_join_leaves_nothing() {
    let sandbox = Sandbox::new("joining").await;
    let draft = Draft {
        servers: 2,
        ..Draft::default()
    };
    cancelled_at(
        &sandbox,
        "Join the second server",
        &sandbox.cluster("a"),
        draft,
    )
    .await;
}

#[tokio::test]
async fn a_creation_cancelled_while_it_pulls_ends_at_once_and_leaves_nothing() {
    let sandbox = Sandbox::new("pulling").await;
    // A registry that takes a call and never answers.
    let registry = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = registry.local_addr().unwrap();
    std::thread::spawn(move || {
        let calls: Vec<_> = registry.incoming().flatten().take(1).collect();
        for mut call in calls {
            // Until the engine gives up, which it does when nobody waits for its answer.
            let _ = call.read_to_end(&mut Vec::new());
        }
    });
    let draft = Draft {
        image: format!("{address}/k3s:v1.31.4-k3s1"),
        ..Draft::default()
    };
    cancelled_at(&sandbox, "Get the node image", &sandbox.cluster("a"), draft).await;
}

#[tokio::test]
async fn a_creation_cancelled_while_an_api_stays_silent_leaves_nothing() {
    if !nodes_fail_on_request("cancelling while the API stays silent") {
        return;
    }
    let sandbox = Sandbox::new("waitapi").await;
    let draft = Draft {
        env: vec!["STANDIN_FAIL=slow-start=600000".into()],
        ..Draft::default()
    };
    cancelled_at(&sandbox, "Wait for the API", &sandbox.cluster("a"), draft).await;
}

#[tokio::test]
async fn a_creation_cancelled_after_its_context_was_current_gives_the_old_one_back() {
    if !nodes_fail_on_request("cancelling while nodes stay unready") {
        return;
    }
    let sandbox = Sandbox::new("waitnodes").await;
    let draft = Draft {
        env: vec!["STANDIN_FAIL=never-ready".into()],
        ..Draft::default()
    };
    cancelled_at(&sandbox, "Wait for the nodes", &sandbox.cluster("a"), draft).await;
}

/// Sends `signal` to a creation by the command line as soon as its containers are made.
async fn signalled(sandbox: &Sandbox, signal: &str) {
    give_kubeconfig(sandbox);
    let name = sandbox.cluster("a");
    let mut call = sandbox.k3tray(creation(&name, &["--agents=1"]));
    let mut creation = Process::start(&mut call, sandbox.home().join("create.log"));
    let server = format!("k3d-{name}-server-0");
    eventually("the containers to be made", patience(), async || {
        creation.still_runs();
        let census = sandbox.census().await;
        census.containers.contains(&server).then_some(())
    })
    .await;

    let kill = [signal.to_owned(), creation.id().to_string()];
    let sent = std::process::Command::new("kill").args(kill).status();
    assert!(sent.unwrap().success());
    let status = creation.end(patience()).await;

    let said = creation.output();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(
        said.contains("Could not create cluster") && said.contains("cancelled"),
        "{said}"
    );
    assert_eq!(sandbox.census().await, Census::default());
    assert_eq!(kubeconfig(sandbox), SOMEBODYS_KUBECONFIG);
    // The name is free again.
    create(sandbox, &name, &["--no-lb"]).await;
    all_ready_in_list(sandbox, &name, 1).await;
}

#[tokio::test]
async fn an_interrupt_from_the_keyboard_cancels_and_leaves_nothing() {
    signalled(&Sandbox::new("ctrlc").await, "-INT").await;
}

#[tokio::test]
async fn a_termination_by_the_system_cancels_and_leaves_nothing() {
    signalled(&Sandbox::new("sigterm").await, "-TERM").await;
}

#[tokio::test]
async fn a_cancelled_start_stops_what_it_started() {
    let sandbox = Sandbox::new("cstart").await;
    let name = sandbox.cluster("a");
    create(&sandbox, &name, &["--agents=1"]).await;
    k3tray(&sandbox, &["stop", &name]).await.ended(0);
    let (reporter, mut reports) = Reporter::new();
    let cancel = CancellationToken::new();
    let run = Run {
        means: means(&sandbox).await,
        reporter,
        cancel: cancel.clone(),
    };
    let cluster_name: ClusterName = name.parse().unwrap();

    let work = tokio::spawn(async move { operation::start(&run, &cluster_name).await });
    let mut steps = Vec::new();
    while let Some(report) = reports.recv().await {
        match report {
            Report::Steps(labels) => steps = labels,
            Report::Begin(index) if steps[index] == "Wait for the API" => cancel.cancel(),
            _ => {}
        }
    }

    let started = work.await.unwrap();
    assert!(
        matches!(started, Err(OperationError::Cancelled)),
        "{started:?}"
    );
    assert_eq!(
        cluster(&sandbox, &name).await.state,
        k3tray_core::cluster::ClusterState::Stopped
    );
}
