//! Several writers at once, some of them real kubectl processes.

use std::{
    collections::BTreeSet,
    sync::{Mutex, mpsc},
    time::{Duration, Instant},
};

use super::fixture::{Home, PERSONAL, entry};
use crate::{cluster::ClusterName, context::ContextName, kubeconfig::Kubeconfig};

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

/// Writers that are kubectl processes, and how long they go on.
const KUBECTLS: usize = 8;
const SOAK: Duration = Duration::from_secs(60);

/// kubectl reads the files once before it takes the lock and writes what differs from that. So two
/// kubectl processes at once lose each other's changes, and one that runs into ours may take ours
/// out again. Hence one kubectl at a time here: what is then missing of kubectl's, we have lost;
/// and what a kubectl took out of ours is added again before it is looked for, since that is not
/// ours to keep.
#[tokio::test(flavor = "multi_thread")]
async fn for_a_minute_no_update_of_kubectl_is_lost_to_us() {
    let home = Home::with(&[Some(PERSONAL), None]);
    let runtime = tokio::runtime::Handle::current();
    // Whose turn it is, and what each kubectl has added so far, by the kind of entry.
    let one_kubectl = Mutex::new([const { Vec::<String>::new() }; 3]);
    let until = Instant::now() + SOAK;
    let (turns, each_turn) = mpsc::channel();
    std::thread::scope(|scope| {
        for writer in 0..KUBECTLS {
            let (home, one_kubectl, turns) = (&home, &one_kubectl, turns.clone());
            scope.spawn(move || {
                for edit in (0..).take_while(|_| Instant::now() < until) {
                    let name = format!("kubectl-{writer}-{edit}");
                    let arguments: [&str; 4] = match writer % 3 {
                        0 => ["config", "set-context", &name, "--cluster=prod"],
                        1 => ["config", "set-cluster", &name, "--server=https://prod"],
                        _ => ["config", "set-credentials", &name, "--token=t"],
                    };
                    let mut added = one_kubectl.lock().unwrap();
                    turns.send(()).unwrap();
                    kubectl_until_done(home, &arguments);
                    added[writer % 3].push(name);
                }
            });
        }
        drop(turns);
        // One of ours writes at the same time as each kubectl does.
        let (kubeconfig, handle) = (home.kubeconfig(), runtime.clone());
        let kubeconfig = kubeconfig.with_patience(PATIENCE);
        scope.spawn(move || {
            let prod = ContextName::new("prod");
            let mut namespaces = ["shop", "bank"].into_iter().cycle();
            for () in each_turn {
                let set = kubeconfig.set_namespace(&prod, namespaces.next());
                handle.block_on(set).unwrap();
            }
        });
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
    let by_kubectl = one_kubectl.into_inner().unwrap();
    assert!(by_kubectl.iter().all(|added| !added.is_empty()));
    for (list, by_kubectl) in ["contexts", "clusters", "users"]
        .into_iter()
        .zip(by_kubectl)
    {
        let path = format!("jsonpath={{.{list}[*].name}}");
        let found = home.ask_kubectl(&["config", "view", "--raw", "-o", &path]);
        let found: BTreeSet<&str> = found.split(' ').collect();
        let by_us = (0..2).flat_map(|writer| {
            (0..EDITS).map(move |edit| match list {
                "users" => format!("admin@k3d-w{writer}-{edit}"),
                _ => format!("k3d-w{writer}-{edit}"),
            })
        });
        let all = by_kubectl.into_iter().chain(by_us);
        let missing: Vec<_> = all.filter(|name| !found.contains(name.as_str())).collect();
        assert_eq!(missing, Vec::<String>::new(), "in {list}");
    }
    // And of what was there before, every line.
    let content = home.content();
    let view = home.ask_kubectl(&["config", "view", "--raw"]);
    for line in ["server: https://prod.example.com", "token: S3CR3T-T0K3N"] {
        assert!(view.contains(line), "{line} in {content}");
    }
}
