//! A process that is killed while it writes leaves the old file or the new one, and no lock that
//! outlives the next start.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use super::fixture::{Home, PERSONAL, deed, entry};
use crate::kubeconfig::{Locations, chain::Chain, file::Point, ours, transaction::Transaction};

/// Tells the child where to stop, and on which folder.
const STOP_AT: &str = "K3TRAY_TEST_STOP_AT";
const FOLDER: &str = "K3TRAY_TEST_FOLDER";

const REACHED: &str = "reached the point";

const POINTS: [Point; 8] = [
    Point::LockReady,
    Point::Locked,
    Point::BackedUp,
    Point::TemporaryMade,
    Point::Written,
    Point::Synced,
    Point::Replaced,
    Point::Recorded,
];

/// In the child: adds a cluster, and at the wanted point says so and waits to be killed.
fn write_and_stop(point: &str, folder: &Path) {
    let locations = Locations {
        explicit: Some(folder.join("config-0")),
        ..Locations::default()
    };
    let transaction = Transaction {
        chain: &Chain::new(&locations),
        history: &folder.join("history"),
        deed: deed(),
        guard: None,
        patience: Duration::ZERO,
        at: &|reached| {
            if format!("{reached:?}") == point {
                println!("{REACHED}");
                let _ = std::io::stdin().read(&mut [0]);
            }
        },
    };
    let change = transaction.edit(true, |sources, default| {
        ours::add_cluster(sources, default, &entry("dev"), true, &[])
    });
    panic!("it was to be killed, but: {change:?}");
}

#[tokio::test]
async fn a_killed_writer_leaves_a_whole_file_and_no_lasting_lock() {
    if let (Ok(point), Some(folder)) = (std::env::var(STOP_AT), std::env::var_os(FOLDER)) {
        write_and_stop(&point, Path::new(&folder));
    }
    let finished = Home::one(PERSONAL);
    finished
        .kubeconfig()
        .add_cluster(entry("dev"), true)
        .await
        .unwrap();
    let new = finished.content();

    for point in POINTS {
        let home = Home::one(PERSONAL);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("kubeconfig::tests::killed::a_killed_writer_leaves_a_whole_file_and_no_lasting_lock")
            .env(STOP_AT, format!("{point:?}"))
            .env(FOLDER, home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reached = lines.map(Result::unwrap).any(|line| line.contains(REACHED));
        assert!(reached, "the writer never came to {point:?}");
        child.kill().unwrap();
        child.wait().unwrap();

        let expected = if matches!(point, Point::Replaced | Point::Recorded) {
            &new
        } else {
            PERSONAL
        };
        assert_eq!(home.content(), expected, "{point:?}");
        let names = || {
            let entries = fs::read_dir(home.path()).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap())
        };
        let locked = names().any(|name| name == "config-0.lock");
        assert_eq!(locked, point != Point::LockReady, "{point:?}");

        // The next start: kubectl works again.
        home.kubeconfig().recover().await;
        home.ask_kubectl(&["config", "set-context", "mine", "--cluster=prod"]);
        // And so do we, and nothing is left lying about.
        home.kubeconfig()
            .add_cluster(entry("dev"), true)
            .await
            .unwrap();
        home.kubeconfig()
            .add_cluster(entry("other"), true)
            .await
            .unwrap();
        assert_eq!(
            home.ask_kubectl(&["config", "current-context"]),
            "k3d-other"
        );
        // The history tells of each change once, also of the one that was made and not completed.
        let versions = home.kubeconfig().history().await;
        let told = versions.iter().map(|version| version.by.to_string());
        let told = told
            .filter(|told| told == "added the cluster `dev`")
            .count();
        assert_eq!(told, 1, "{point:?}: {versions:?}");
        let mut names: Vec<_> = names().collect();
        names.sort();
        assert_eq!(names, ["config-0", "history"], "{point:?}");
    }
}
