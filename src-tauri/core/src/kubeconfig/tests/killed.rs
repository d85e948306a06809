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
use crate::{
    cluster::ClusterName,
    context::ContextName,
    kubeconfig::{Locations, chain::Chain, file::Point, ours, transaction::Transaction},
};

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

/// Where a file has a second name, it is written in place.
const POINTS_IN_PLACE: [Point; 8] = [
    Point::LockReady,
    Point::Locked,
    Point::BackedUp,
    Point::HalfWritten,
    Point::Overwritten,
    Point::Written,
    Point::Synced,
    Point::Recorded,
];

/// In the child: adds a cluster or removes it where it is there, and at the wanted point says so and
/// waits to be killed.
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
        let dev = ClusterName::observed("dev");
        let removed = ours::remove_cluster(sources, &dev, &[]);
        if removed.iter().any(|(_, edits)| !edits.is_empty()) {
            return Ok(removed);
        }
        ours::add_cluster(sources, default, &entry("dev"), true, &[])
    });
    panic!("it was to be killed, but: {change:?}");
}

/// Kills a writer of these files when it has come to `point`. The child runs the test of that name.
fn kill_at(point: Point, home: &Home, test: &str) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg(format!("kubeconfig::tests::killed::{test}"))
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
        kill_at(
            point,
            &home,
            "a_killed_writer_leaves_a_whole_file_and_no_lasting_lock",
        );

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

#[tokio::test]
async fn what_a_killed_writer_left_torn_in_place_is_whole_again_at_the_next_start_or_change() {
    if let (Ok(point), Some(folder)) = (std::env::var(STOP_AT), std::env::var_os(FOLDER)) {
        write_and_stop(&point, Path::new(&folder));
    }
    let test = "what_a_killed_writer_left_torn_in_place_is_whole_again_at_the_next_start_or_change";
    let with_dev = Home::one(PERSONAL);
    let kubeconfig = with_dev.kubeconfig();
    kubeconfig.add_cluster(entry("dev"), true).await.unwrap();
    let long = with_dev.content();
    let dev = ClusterName::observed("dev");
    kubeconfig.remove_cluster(&dev).await.unwrap();
    let short = with_dev.content();

    for (before, after) in [(PERSONAL, &long), (&long, &short)] {
        for point in POINTS_IN_PLACE {
            let home = Home::one(before);
            let second = home.path().join("second");
            fs::hard_link(home.file(0), &second).unwrap();
            kill_at(point, &home, test);
            let now = home.content();
            let torn = now != before && now != *after;
            assert_eq!(
                torn,
                point == Point::HalfWritten
                    || point == Point::Overwritten && after.len() < before.len(),
                "{point:?}"
            );
            let expected = if torn { before } else { &now };
            home.kubeconfig().recover().await;
            assert_eq!(home.content(), expected, "{point:?}");
            assert_eq!(fs::read_to_string(&second).unwrap(), expected, "{point:?}");
            // Torn again, and this time the next change finds it.
            let home = Home::one(before);
            fs::hard_link(home.file(0), home.path().join("second")).unwrap();
            kill_at(point, &home, test);
            let kind = ContextName::new("kind-test");
            home.kubeconfig().use_context(&kind).await.unwrap();
            home.kubeconfig().undo().await.unwrap();
            assert_eq!(home.content(), expected, "{point:?}");
        }
    }
}
