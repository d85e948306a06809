//! Verbs on clusters that are there: start, stop, restart, pause, resume, delete.

use k3tray_core::{cluster::ClusterName, operation::Verb};
use serde::Serialize;

use crate::{
    ask::{Answer, ask},
    options::{Deletion, Format},
    output::{Failure, print_json},
    workshop::Workshop,
};

/// What a verb did, for machines.
#[derive(Debug, Serialize)]
struct Done<'a> {
    cluster: &'a ClusterName,
    done: &'a str,
}

/// Runs `verb` on clusters, one after the other.
pub(crate) async fn on_clusters(
    verb: Verb,
    names: &[String],
    engine: Option<String>,
    format: Format,
) -> Result<(), Failure> {
    let workshop = Workshop::open(engine, format).await?;
    on_each(&workshop, verb, names, format).await
}

async fn on_each(
    workshop: &Workshop,
    verb: Verb,
    names: &[String],
    format: Format,
) -> Result<(), Failure> {
    let clusters: Vec<ClusterName> = names.iter().map(ClusterName::observed).collect();
    for cluster in &clusters {
        workshop.run_by_name(verb, cluster).await?;
        if format == Format::Text {
            println!("{cluster} {}", verb.done());
        }
    }
    if format == Format::Json {
        let done: Vec<_> = clusters
            .iter()
            .map(|cluster| Done {
                cluster,
                done: verb.done(),
            })
            .collect();
        print_json(&done);
    }
    Ok(())
}

/// Deletes clusters, after asking.
pub(crate) async fn delete(
    of: Deletion,
    engine: Option<String>,
    format: Format,
) -> Result<(), Failure> {
    let workshop = Workshop::open(engine, format).await?;
    let names = if of.all {
        let clusters = workshop
            .means
            .engine
            .inventory()
            .await
            .map_err(|error| Failure::new("Could not list the clusters", &error, format))?;
        clusters
            .into_iter()
            .map(|cluster| cluster.name.to_string())
            .collect()
    } else {
        of.clusters
    };
    if !of.yes && !names.is_empty() {
        let list = names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        match ask(&format!("Delete {list} with all that is in it?")) {
            Answer::Yes => {}
            Answer::No => return Err(Failure::Declined),
            Answer::NobodyThere => {
                eprintln!(
                    "Nothing was deleted: there is no terminal to ask on\nhint: Give `--yes` to delete without asking."
                );
                return Err(Failure::Usage);
            }
        }
    }
    on_each(&workshop, Verb::Delete, &names, format).await
}
