//! `list`: what clusters there are and how they are.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SpanRound, Timestamp, Unit};
use k3tray_core::{
    cluster::{ApiAddress, Cluster, ClusterState},
    context::Contexts,
    health,
    node::Role,
};

use crate::{
    options::Format,
    output::{Failure, print_json},
    workshop::Workshop,
};

/// How long a cluster's API may take to tell its nodes; a slow one is listed without.
const PATIENCE: Duration = Duration::from_secs(1);

/// Prints every cluster.
pub(crate) async fn list(engine: Option<String>, format: Format) -> Result<(), Failure> {
    let workshop = Workshop::open(engine, format).await?;
    let mut clusters = workshop
        .means
        .engine
        .inventory()
        .await
        .map_err(|error| Failure::new("Could not list the clusters", &error, format))?;
    let asked = clusters
        .iter_mut()
        .map(|cluster| tokio::time::timeout(PATIENCE, ask(&workshop, cluster)));
    join_all(asked).await;
    match format {
        Format::Json => print_json(&clusters),
        Format::Text if clusters.is_empty() => {
            println!("There are no clusters: `k3tray create` makes one.");
        }
        Format::Text => {
            let contexts = workshop.means.kubeconfig.view().await;
            print!("{}", table(&clusters, &contexts, Timestamp::now()));
        }
    }
    Ok(())
}

/// Fills in what a running cluster's API says of its nodes.
async fn ask(workshop: &Workshop, cluster: &mut Cluster) {
    let running = matches!(
        cluster.state,
        ClusterState::Running | ClusterState::Degraded
    );
    let server = cluster
        .nodes
        .iter()
        .find(|node| node.role == Role::Server)
        .map(|node| node.name.clone());
    let (true, Some(server), Some(api)) = (running, server, &cluster.api) else {
        return;
    };
    let Ok(client) = health::connect(&workshop.means.engine, &server, api).await else {
        return;
    };
    let Ok(nodes) = health::list(&client).await else {
        return;
    };
    for (name, found) in nodes {
        if let Some(node) = cluster
            .nodes
            .iter_mut()
            .find(|node| node.name.to_lowercase() == name)
        {
            node.health = Some(found);
        }
    }
}

fn table(clusters: &[Cluster], contexts: &Contexts, now: Timestamp) -> String {
    let current = contexts.current_cluster();
    let rows = clusters.iter().map(|cluster| {
        let (ready, all) = cluster.ready();
        let count = |role: Role| {
            cluster
                .nodes
                .iter()
                .filter(|node| node.role == role)
                .count()
                .to_string()
        };
        [
            if current == Some(&cluster.name) {
                "*"
            } else {
                ""
            }
            .to_owned(),
            cluster.name.to_string(),
            state(cluster.state).to_owned(),
            format!("{ready}/{all}"),
            count(Role::Server),
            count(Role::Agent),
            cluster
                .api
                .as_ref()
                .map(ApiAddress::url)
                .unwrap_or_default(),
            age(cluster.created_at, now),
        ]
    });
    let header = [
        "", "NAME", "STATE", "READY", "SERVERS", "AGENTS", "API", "AGE",
    ]
    .map(str::to_owned);
    columns(&std::iter::once(header).chain(rows).collect::<Vec<_>>())
}

fn state(state: ClusterState) -> &'static str {
    match state {
        ClusterState::Running => "running",
        ClusterState::Degraded => "degraded",
        ClusterState::Paused => "paused",
        ClusterState::Stopped => "stopped",
        ClusterState::Partial => "incomplete",
    }
}

/// The greatest unit of the time since: `3d`, `5h`, `12m`, `40s`.
fn age(since: Timestamp, now: Timestamp) -> String {
    let round = SpanRound::new().largest(Unit::Hour).smallest(Unit::Second);
    let Ok(span) = (now - since).round(round) else {
        return String::new();
    };
    let hours = span.get_hours();
    match (hours / 24, hours, span.get_minutes()) {
        (days, _, _) if days > 0 => format!("{days}d"),
        (_, hours, _) if hours > 0 => format!("{hours}h"),
        (_, _, minutes) if minutes > 0 => format!("{minutes}m"),
        _ => format!("{}s", span.get_seconds().max(0)),
    }
}

/// Rows as left-aligned columns two spaces apart.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let line: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(line.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn ages_are_told_in_their_greatest_unit() {
        let now: Timestamp = "2026-01-10T00:00:00Z".parse().unwrap();
        let cases = [
            ("2026-01-09T23:59:20Z", "40s"),
            ("2026-01-09T23:48:00Z", "12m"),
            ("2026-01-09T19:00:00Z", "5h"),
            ("2026-01-07T00:00:00Z", "3d"),
            ("2026-01-10T00:00:05Z", "0s"),
        ];
        for (since, expected) in cases {
            assert_eq!(age(since.parse().unwrap(), now), expected, "{since}");
        }
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [
            ["A".to_owned(), "B".to_owned()],
            ["long".to_owned(), String::new()],
        ];
        assert_eq!(columns(&rows), "A     B\nlong\n");
    }
}
