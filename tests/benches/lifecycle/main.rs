//! `make bench`: how long a cluster takes, side by side, on one engine with one image.
//!
//! Raw `docker run` is the limit, k3d (where it is on `PATH` and its images are here) the yardstick.
//! Rounds of all subjects alternate, so that a busy minute hurts all alike; medians are printed. What
//! counts are the ratios and differences, not the absolute figures.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and may panic"
)]

mod probe;
mod subject;
mod table;

use std::time::Duration;

use k3tray_tests::{Sandbox, sandbox::node_image};

use crate::{
    subject::{Shape, Subject},
    table::{Laps, Table},
};

/// How many rounds; `K3TRAY_BENCH_ROUNDS` changes it.
const ROUNDS: usize = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run());
}

async fn run() {
    let rounds = std::env::var("K3TRAY_BENCH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ROUNDS);
    let sandbox = Sandbox::new("bench").await;
    let k3d = subject::k3d_is_usable(&sandbox).await;
    println!(
        "node image {}, {rounds} rounds, medians in seconds",
        node_image()
    );
    if let Err(why) = &k3d {
        println!("k3d is left out: {why}");
    }
    let subjects: Vec<Subject> = [Subject::Raw, Subject::K3tray]
        .into_iter()
        .chain(k3d.ok().map(|()| Subject::K3d))
        .collect();

    for shape in [Shape::One, Shape::OneAndTwo] {
        let mut laps: Vec<Vec<Laps>> = vec![Vec::new(); subjects.len()];
        for round in 0..rounds {
            for (of, subject) in laps.iter_mut().zip(&subjects) {
                of.push(subject.run(&sandbox, shape, round).await);
            }
        }
        let medians: Vec<Laps> = laps.iter().map(|rounds| Laps::median(rounds)).collect();
        println!("\n{}", shape.title());
        print!("{}", Table::of(&subjects, &medians));
        targets(&subjects, &medians);
    }
}

/// What was promised, and whether this run kept it.
fn targets(subjects: &[Subject], medians: &[Laps]) {
    let of = |wanted: Subject| {
        subjects
            .iter()
            .position(|subject| *subject == wanted)
            .map(|index| &medians[index])
    };
    let (Some(raw), Some(ours)) = (of(Subject::Raw), of(Subject::K3tray)) else {
        return;
    };
    verdict(
        "API answers after raw by",
        ours.api.saturating_sub(raw.api),
        Duration::from_millis(500),
    );
    verdict(
        "create returns after the last node is Ready by",
        ours.returned.saturating_sub(ours.all_ready),
        Duration::from_millis(200),
    );
    verdict("stop takes", ours.stop, Duration::from_secs(2));
    if let Some(k3d) = of(Subject::K3d) {
        verdict("delete takes (limit: k3d's)", ours.delete, k3d.delete);
        println!(
            "  create returns in {:.2} of k3d's time",
            ratio(ours.returned, k3d.returned)
        );
        println!(
            "  all nodes are Ready in {:.2} of k3d's time",
            ratio(ours.all_ready, k3d.all_ready)
        );
    }
}

fn verdict(what: &str, found: Duration, limit: Duration) {
    let kept = if found <= limit { "kept" } else { "MISSED" };
    println!(
        "  {what} {:.2} s, limit {:.2} s: {kept}",
        found.as_secs_f64(),
        limit.as_secs_f64()
    );
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64().max(f64::EPSILON)
}
