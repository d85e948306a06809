//! Several writers at once, some of them real kubectl processes.

use std::{
    collections::BTreeSet,
    sync::Mutex,
    time::{Duration, Instant},
};

use super::fixture::{Home, PERSONAL, entry};
use crate::{cluster::ClusterName, kubeconfig::Kubeconfig};

const EDITS: usize = 16;

/// For a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// kubectl gives up at once on a lock; a person would try again.
fn kubectl_until_done(home: &Home, arguments: &[&str]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let output = home.kubectl(arguments);
        if output.status.success() {
            return;
        }
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(".lock: file exists"), "{message}");
        assert!(Instant::now() < deadline, "kubectl never got the lock");
    }
}

fn add(runtime: &tokio::runtime::Handle, kubeconfig: &Kubeconfig, name: &str) {
    runtime
        .block_on(kubeconfig.add_cluster(entry(name), false))
        .unwrap();
}

async fn names(kubeconfig: &Kubeconfig) -> BTreeSet<String> {
    let contexts = kubeconfig.view().await;
    assert_eq!(contexts.problems, []);
    contexts
        .all
        .iter()
        .map(|context| context.name.to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn many_of_us_at_once_lose_nothing() {
    let home = Home::with(&[Some(PERSONAL), None]);
    let runtime = tokio::runtime::Handle::current();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            // A handle of its own for each, as another process would have.
            let (kubeconfig, runtime) = (home.kubeconfig(), runtime.clone());
            let kubeconfig = kubeconfig.with_patience(PATIENCE);
            scope.spawn(move || {
                for edit in 0..EDITS {
                    add(&runtime, &kubeconfig, &format!("w{writer}-{edit}"));
                }
            });
        }
    });
    let mut expected: BTreeSet<String> = ["prod".into(), "kind-test".into()].into();
    for writer in 0..4 {
        expected.extend((0..EDITS).map(|edit| format!("k3d-w{writer}-{edit}")));
    }
    assert_eq!(names(&home.kubeconfig()).await, expected);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (kubeconfig, runtime) = (home.kubeconfig(), runtime.clone());
            let kubeconfig = kubeconfig.with_patience(PATIENCE);
            scope.spawn(move || {
                for edit in 0..EDITS {
                    let name = ClusterName::observed(format!("w{writer}-{edit}"));
                    runtime.block_on(kubeconfig.remove_cluster(&name)).unwrap();
                }
            });
        }
    });
    assert_eq!(home.contents(), [Some(PERSONAL.into()), None]);
}

/// kubectl reads the files once before it takes the lock and writes what differs from that. So two
/// kubectl processes at once lose each other's changes, and one that runs into ours may take ours
/// out again. Hence one kubectl at a time here: what is then missing of kubectl's, we have lost;
/// and what is missing of ours after the last kubectl, we add again, as the app does at start.
#[tokio::test(flavor = "multi_thread")]
async fn no_update_of_kubectl_is_lost_to_us() {
    let home = Home::with(&[Some(PERSONAL), None]);
    let runtime = tokio::runtime::Handle::current();
    let one_kubectl = Mutex::new(());
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let (home, one_kubectl) = (&home, &one_kubectl);
            scope.spawn(move || {
                for edit in 0..EDITS / 2 {
                    let name = format!("kubectl-{writer}-{edit}");
                    let arguments: [&str; 4] = match writer {
                        0 => ["config", "set-context", &name, "--cluster=prod"],
                        1 => ["config", "set-cluster", &name, "--server=https://prod"],
                        _ => ["config", "set-credentials", &name, "--token=t"],
                    };
                    let _turn = one_kubectl.lock().unwrap();
                    kubectl_until_done(home, &arguments);
                }
            });
        }
        for writer in 0..2 {
            let (kubeconfig, runtime) = (home.kubeconfig(), runtime.clone());
            let kubeconfig = kubeconfig.with_patience(PATIENCE);
            scope.spawn(move || {
                for edit in 0..EDITS {
                    add(&runtime, &kubeconfig, &format!("w{writer}-{edit}"));
                }
            });
        }
    });
    for writer in 0..2 {
        for edit in 0..EDITS {
            let name = format!("w{writer}-{edit}");
            home.kubeconfig()
                .add_cluster(entry(&name), false)
                .await
                .unwrap();
        }
    }
    for (writer, list) in ["contexts", "clusters", "users"].into_iter().enumerate() {
        let path = format!("jsonpath={{.{list}[*].name}}");
        let found = home.ask_kubectl(&["config", "view", "--raw", "-o", &path]);
        let found: BTreeSet<&str> = found.split(' ').collect();
        for edit in 0..EDITS / 2 {
            let name = format!("kubectl-{writer}-{edit}");
            assert!(
                found.contains(name.as_str()),
                "{name} is missing from {list}"
            );
        }
        for writer in 0..2 {
            for edit in 0..EDITS {
                let name = match list {
                    "users" => format!("admin@k3d-w{writer}-{edit}"),
                    _ => format!("k3d-w{writer}-{edit}"),
                };
                assert!(
                    found.contains(name.as_str()),
                    "{name} is missing from {list}"
                );
            }
        }
    }
}
