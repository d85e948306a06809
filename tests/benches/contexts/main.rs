//! `make bench`: what switching contexts takes, beside `kubectl config use-context` and, where it is on
//! PATH, `kubectx`; how soon the tray follows a switch, what drawing its menu takes, and how soon the
//! palette is to be seen.
//!
//! Everyone has a kubeconfig of their own with the same contexts, and they take turns.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and may panic"
)]

mod contexts;
mod desk;
mod switch;

use std::time::Duration;

/// How many laps of each; `K3TRAY_BENCH_LAPS` changes it.
const LAPS: usize = 10;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let laps = std::env::var("K3TRAY_BENCH_LAPS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(LAPS);
    runtime.block_on(async {
        println!("\nswitching contexts, milliseconds (median of {laps})");
        for count in [10, 500, 5_000] {
            switch::measure(count, laps).await;
        }
        println!("\nthe desktop, milliseconds (median of {laps})");
        for count in [10, 2_000] {
            desk::measure(count, laps).await;
        }
    });
}

/// The middle one, in milliseconds.
fn median(mut laps: Vec<Duration>) -> f64 {
    laps.sort_unstable();
    laps[laps.len() / 2].as_secs_f64() * 1_000.0
}
