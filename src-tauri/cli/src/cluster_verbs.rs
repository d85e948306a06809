//! Verbs on clusters that are there: start, stop, restart, pause, resume, delete.

use k3tray_core::{
    cluster::ClusterName,
    operation::{OperationError, Verb},
};
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

/// All of them must be there before anything is done; one that fails keeps none of the others from it.
async fn on_each(
    workshop: &Workshop,
    verb: Verb,
    names: &[String],
    format: Format,
) -> Result<(), Failure> {
    let clusters: Vec<ClusterName> = names.iter().map(ClusterName::observed).collect();
    let listed = workshop.means.engine.inventory().await;
    let known =
        listed.map_err(|error| Failure::new("Could not list the clusters", &error, format))?;
    let missing = |name: &&ClusterName| known.iter().all(|cluster| cluster.name != **name);
    if let Some(missing) = clusters.iter().find(missing) {
        let title = format!("Could not {} cluster `{missing}`", verb.bare());
        let error = OperationError::NoSuchCluster(missing.clone());
        return Err(Failure::new(&title, &error, format));
    }
    let mut done = Vec::new();
    let mut failed = None;
    for cluster in &clusters {
        match workshop.run_by_name(verb, cluster).await {
            Ok(()) => {
                if format == Format::Text {
                    println!("{cluster} {}", verb.done());
                }
                done.push(Done {
                    cluster,
                    done: verb.done(),
                });
            }
            // The last one is told when the program ends.
            Err(failure) => {
                if let Some(earlier) = failed.replace(failure) {
                    earlier.tell();
                }
            }
        }
    }
    if format == Format::Json && (failed.is_none() || !done.is_empty()) {
        print_json(&done);
    }
    failed.map_or(Ok(()), Err)
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
