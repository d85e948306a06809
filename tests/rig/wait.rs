//! Waiting for a condition with a deadline. Not for passing time: nothing here sleeps for its own sake.

use std::time::{Duration, Instant};

/// How long to wait between two looks where nothing can be awaited.
const INTERVAL: Duration = Duration::from_millis(20);

/// Looks until `probe` sees something and returns that; panics when `within` has passed.
///
/// For what cannot be awaited, such as "until the port answers". `what` completes the sentence
/// "waited 5 s for ...".
pub async fn eventually<T>(
    what: &str,
    within: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + within;
    loop {
        if let Some(seen) = probe().await {
            return seen;
        }
        assert!(
            Instant::now() < deadline,
            "waited {within:?} for {what} in vain"
        );
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Awaits `future`; panics when `within` has passed.
pub async fn soon<T>(what: &str, within: Duration, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(within, future)
        .await
        .unwrap_or_else(|_| panic!("waited {within:?} for {what} in vain"))
}
