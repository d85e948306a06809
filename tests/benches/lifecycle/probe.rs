//! Watches a cluster come up from outside, in the same way for every subject.

use std::time::{Duration, Instant};

use k3tray_core::{
    cluster::ApiAddress,
    engine::{Address, Endpoint, Engine, endpoint::Reason},
    health,
    node::Readiness,
};
use k3tray_tests::engine;

/// How often is looked: far less than what is measured.
const INTERVAL: Duration = Duration::from_millis(20);
/// A cluster that takes longer is broken.
const PATIENCE: Duration = Duration::from_secs(180);

/// When what was seen, counted from `since`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) api: Duration,
    pub(crate) first_ready: Duration,
    pub(crate) all_ready: Duration,
}

/// A connection of k3tray's own kind to the suite's engine.
pub(crate) async fn connect() -> Engine {
    let address: Address = engine::address().parse().unwrap();
    Engine::connect(&Endpoint {
        address,
        tls: None,
        reason: Reason::DockerHost,
    })
    .await
    .unwrap()
}

/// Waits until `nodes` nodes are Ready at the API that `server` publishes on 127.0.0.1:`port`.
///
/// `stale` says that the nodes were Ready before (the cluster was stopped meanwhile): they count only
/// once the API answers again.
pub(crate) async fn watch(
    engine: &Engine,
    server: &str,
    port: u16,
    nodes: usize,
    since: Instant,
) -> Seen {
    let address = ApiAddress {
        host: "127.0.0.1".into(),
        port,
    };
    let mut api = None;
    let mut first_ready = None;
    let mut client = None;
    loop {
        assert!(since.elapsed() < PATIENCE, "`{server}` does not come up");
        if client.is_none() {
            client = health::connect(engine, server, &address).await.ok();
        }
        if let Some(client) = &client {
            if api.is_none() && health::readyz(client).await.is_ok() {
                api = Some(since.elapsed());
            }
            if let (Some(api), Ok(seen)) = (api, health::list(client).await) {
                let ready = seen
                    .values()
                    .filter(|node| node.readiness == Readiness::Ready)
                    .count();
                if ready > 0 {
                    first_ready.get_or_insert_with(|| since.elapsed());
                }
                if ready >= nodes {
                    let all_ready = since.elapsed();
                    return Seen {
                        api,
                        first_ready: first_ready.unwrap_or(all_ready),
                        all_ready,
                    };
                }
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
