//! What a container uses, from the engine's statistics, counted as `docker stats` counts it.

use bollard::{models::ContainerStatsResponse, query_parameters::StatsOptionsBuilder};
use futures_util::{Stream, TryStreamExt};

use super::{Engine, EngineError};
use crate::node::Usage;

impl Engine {
    /// What `container` uses, about once a second while the stream is read and the container runs.
    pub fn usage(
        &self,
        container: &str,
    ) -> impl Stream<Item = Result<Usage, EngineError>> + Unpin + use<> {
        let options = StatsOptionsBuilder::new().stream(true).build();
        let samples = self.docker().stats(container, Some(options));
        Box::pin(
            samples
                .map_err(EngineError::from)
                .try_filter_map(|sample| std::future::ready(Ok(usage(&sample)))),
        )
    }
}

/// What a sample says. A first sample has nothing to compare with, and one of a stopped container is empty.
fn usage(sample: &ContainerStatsResponse) -> Option<Usage> {
    let now = sample.cpu_stats.as_ref()?;
    let before = sample.precpu_stats.as_ref()?;
    let since = now
        .system_cpu_usage?
        .checked_sub(before.system_cpu_usage?)?;
    let used = now.cpu_usage.as_ref()?;
    let used_since = used
        .total_usage?
        .checked_sub(before.cpu_usage.as_ref()?.total_usage?)?;
    if since == 0 {
        return None;
    }
    // Engines on cgroup v1 count the cores by listing each; newer ones say how many are online.
    let cores = match now.online_cpus {
        Some(count) if count > 0 => f64::from(count),
        _ => f64::from(u32::try_from(used.percpu_usage.as_ref()?.len()).ok()?),
    };
    let memory = sample.memory_stats.as_ref()?;
    let cache = memory.stats.as_ref().and_then(|stats| {
        // cgroup v1's name first: it has the other one too, for itself without its children.
        stats
            .get("total_inactive_file")
            .or_else(|| stats.get("inactive_file"))
            .copied()
    });
    #[expect(clippy::cast_precision_loss, reason = "a share needs no nanosecond")]
    let cpu_percent = used_since as f64 / since as f64 * cores * 100.0;
    Some(Usage {
        cpu_percent,
        memory_bytes: memory.usage?.saturating_sub(cache.unwrap_or(0)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn sample(text: &str) -> ContainerStatsResponse {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn cgroup_v1_counts_cores_by_listing_them_and_leaves_the_page_cache_out() {
        let sample = sample(
            r#"{
            "cpu_stats": {"cpu_usage": {"total_usage": 3000, "percpu_usage": [1500, 1500]}, "system_cpu_usage": 90000},
            "precpu_stats": {"cpu_usage": {"total_usage": 1000}, "system_cpu_usage": 80000},
            "memory_stats": {"usage": 700, "stats": {"total_inactive_file": 200, "inactive_file": 50}}
        }"#,
        );
        assert_eq!(
            usage(&sample),
            Some(Usage {
                cpu_percent: 40.0,
                memory_bytes: 500
            })
        );
    }

    #[test]
    fn cgroup_v2_says_how_many_cores_are_online() {
        let sample = sample(
            r#"{
            "cpu_stats": {"cpu_usage": {"total_usage": 3000}, "system_cpu_usage": 90000, "online_cpus": 4},
            "precpu_stats": {"cpu_usage": {"total_usage": 1000}, "system_cpu_usage": 80000, "online_cpus": 4},
            "memory_stats": {"usage": 700, "stats": {"inactive_file": 50}}
        }"#,
        );
        assert_eq!(
            usage(&sample),
            Some(Usage {
                cpu_percent: 80.0,
                memory_bytes: 650
            })
        );
    }

    #[test]
    fn a_sample_with_nothing_to_compare_is_left_out() {
        let first = sample(
            r#"{
            "cpu_stats": {"cpu_usage": {"total_usage": 3000}, "system_cpu_usage": 90000, "online_cpus": 4},
            "precpu_stats": {"cpu_usage": {"total_usage": 0}},
            "memory_stats": {"usage": 700}
        }"#,
        );
        assert_eq!(usage(&first), None);
        let stopped =
            sample(r#"{"cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}}"#);
        assert_eq!(usage(&stopped), None);
    }
}
