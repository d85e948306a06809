//! What the control plane does by itself, on the leading server: one pure decision over the store in each module here, and
//! the loop that takes them whenever something changed. Controllers of workloads are not among them.

mod first;
mod names;
mod pods;
mod silence;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use tokio::time::{Instant, MissedTickBehavior};

use self::silence::Silence;
use crate::api::status::Refusal;
use crate::arguments::Monitor;
use crate::ensemble::Ensemble;
use crate::journal;
use crate::store::{Change, Store};

/// Runs until the process ends; does nothing while another server leads.
pub(crate) async fn run(ensemble: Arc<Ensemble>, monitor: Monitor) {
    let mut changes = ensemble.changes();
    let mut watch = tokio::time::interval(monitor.period);
    watch.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut nodes = Silence::default();
    let mut led = false;
    loop {
        let mut look = false;
        tokio::select! {
            tick = changes.changed() => if tick.is_err() { return },
            _ = watch.tick() => look = true,
        }
        if !ensemble.leads() {
            led = false;
            continue;
        }
        if !led {
            led = true;
            nodes = Silence::default();
            write(&ensemble, first::first_objects).await;
        }
        write(&ensemble, |store| {
            let mut changes = names::host_names(store);
            changes.extend(silence::reachable(store));
            changes.extend(pods::run_pods(store));
            changes
        })
        .await;
        if look {
            let silent = ensemble.read(|store| nodes.observe(store, Instant::now(), monitor.grace));
            write(&ensemble, |store| {
                silent
                    .iter()
                    .filter_map(|name| silence::unknown(store, name))
                    .collect()
            })
            .await;
        }
    }
}

/// Commits what `decide` wants; nothing is written when it wants nothing.
async fn write(ensemble: &Arc<Ensemble>, decide: impl Fn(&Store) -> Vec<Change>) {
    if ensemble.read(&decide).is_empty() {
        return;
    }
    if let Err(refusal) = ensemble
        .commit(|store| Ok::<_, Refusal>(decide(store)))
        .await
    {
        journal::warning(refusal);
    }
}
