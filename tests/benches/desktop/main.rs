//! `make bench`: what the desktop app takes: memory while it only shows its tray item, with its window
//! and after the window, and the time from its start to the item in the tray.
//!
//! The app runs on a virtual desktop beside the suite's engine, as built for a release.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and may panic"
)]

mod memory;
mod running;

use std::time::{Duration, Instant};

use k3tray_tests::{Sandbox, desktop::Desktop};

use crate::{memory::MEBIBYTE, running::Running};

/// How many starts; `K3TRAY_BENCH_STARTS` changes it.
const STARTS: usize = 10;
/// From the start of the program to the item in the tray.
const START_LIMIT: Duration = Duration::from_millis(300);
/// The app before its first window.
const IDLE_LIMIT: u64 = 60 * MEBIBYTE;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run());
}

async fn run() {
    let starts = std::env::var("K3TRAY_BENCH_STARTS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(STARTS);
    let mut sandbox = Sandbox::new("benchapp").await;
    let desktop = Desktop::start(&mut sandbox).await;

    println!("\nthe desktop app");
    let mut laps = Vec::new();
    for _ in 0..starts {
        let (running, lap) = Running::start(&desktop, &sandbox).await;
        running.quit(&sandbox).await;
        laps.push(lap);
    }
    laps.sort_unstable();
    let median = laps[laps.len() / 2];
    println!(
        "  tray item {} after the start, {} starts (median; {} to {}), limit {}: {}",
        seconds(median),
        laps.len(),
        seconds(laps[0]),
        seconds(laps[laps.len() - 1]),
        seconds(START_LIMIT),
        kept(median <= START_LIMIT)
    );

    let (running, _) = Running::start(&desktop, &sandbox).await;
    let before = memory::settled(running.id()).await;
    println!(
        "  memory before the first window {before}, limit {} MiB: {}",
        IDLE_LIMIT / MEBIBYTE,
        kept(before.total() <= IDLE_LIMIT)
    );
    let manager = running::window_manager(&sandbox);
    let asked = Instant::now();
    running.open_window(&desktop, &sandbox).await;
    println!(
        "  window on the display {} after it was asked for",
        seconds(asked.elapsed())
    );
    println!(
        "  memory with the window         {}",
        memory::settled(running.id()).await
    );
    running.close_window(&desktop).await;
    println!(
        "  memory after the window        {}",
        memory::settled(running.id()).await
    );
    drop(manager);
    running.quit(&sandbox).await;
}

fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}

fn kept(is: bool) -> &'static str {
    if is { "kept" } else { "MISSED" }
}
