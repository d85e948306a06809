//! The changes of the snapshot at a pace that neither a session bus nor a window is flooded by.

use std::{sync::Arc, time::Duration};

use k3tray_core::snapshot::Snapshot;
use tokio::{
    sync::watch,
    time::{self, MissedTickBehavior},
};

/// The shortest time between two changes: a chatty pull makes hundreds a second.
const PACE: Duration = Duration::from_millis(100);

/// Yields a changed snapshot at once when it comes after a pause, and the newest one each
/// [`PACE`] while they come fast. The last is never lost.
pub(crate) struct Changes {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    pace: time::Interval,
}

impl Changes {
    pub(crate) fn of(snapshots: watch::Receiver<Arc<Snapshot>>) -> Self {
        let mut pace = time::interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { snapshots, pace }
    }

    /// The next one; none when the controller has ended.
    pub(crate) async fn next(&mut self) -> Option<Arc<Snapshot>> {
        self.snapshots.changed().await.ok()?;
        self.pace.tick().await;
        Some(self.snapshots.borrow_and_update().clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn numbered(revision: u32) -> Arc<Snapshot> {
        Arc::new(Snapshot {
            revision,
            ..Snapshot::initial()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_storm_of_changes_becomes_ten_a_second_and_ends_with_the_last() {
        let (sender, receiver) = watch::channel(numbered(0));
        let mut changes = Changes::of(receiver);
        let storm = tokio::spawn(async move {
            for revision in 1..=1000 {
                sender.send_replace(numbered(revision));
                time::advance(Duration::from_millis(1)).await;
            }
        });
        let mut seen = Vec::new();
        while let Some(snapshot) = changes.next().await {
            seen.push(snapshot.revision);
        }
        storm.await.unwrap();
        assert_eq!(seen.first(), Some(&1), "the first change waits for nothing");
        assert_eq!(seen.last(), Some(&1000), "the last change is shown");
        assert!(seen.len() <= 12, "{} pictures of one second", seen.len());
    }
}
