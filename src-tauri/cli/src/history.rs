//! `kubeconfig history|diff|undo|restore|unlock`: what was done to the kubeconfig, the way back, and
//! the way in where a lock bars it.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use k3tray_core::kubeconfig::{Change, Kubeconfig, KubeconfigError, VersionId};
use serde::Serialize;

use crate::{
    options::{Format, KubeconfigVerb},
    output::{Failure, print_json},
    use_context::confirm,
    workshop,
};

/// The files that were written, for machines.
#[derive(Debug, Serialize)]
struct Written {
    files: Vec<PathBuf>,
}

/// The locks that were removed, for machines.
#[derive(Debug, Serialize)]
struct Unlocked {
    locks: Vec<PathBuf>,
}

/// Carries a verb out.
pub(crate) async fn run(verb: KubeconfigVerb, format: Format) -> Result<(), Failure> {
    let kubeconfig = workshop::kubeconfig(format)?;
    match verb {
        KubeconfigVerb::History => {
            list(&kubeconfig, format).await;
            Ok(())
        }
        KubeconfigVerb::Diff { change } => diff(&kubeconfig, change, format).await,
        KubeconfigVerb::Undo { yes } => {
            let what = "Could not undo the last change";
            let version = kubeconfig.undoable().await;
            let version = version.map_err(|error| Failure::new(what, &error, format))?;
            let undo = async |kubeconfig: &Kubeconfig| kubeconfig.undo_change(version).await;
            done(what, asking(kubeconfig, yes, format, undo).await?, format)
        }
        KubeconfigVerb::Restore { change, yes } => {
            let what = format!("Could not restore the state before change {change}");
            let restore = async |kubeconfig: &Kubeconfig| kubeconfig.restore(change).await;
            done(
                &what,
                asking(kubeconfig, yes, format, restore).await?,
                format,
            )
        }
        KubeconfigVerb::Unlock => unlock(&kubeconfig, format).await,
    }
}

/// Puts something back; before a protected context becomes the current one by it, that is asked.
async fn asking(
    kubeconfig: Kubeconfig,
    yes: bool,
    format: Format,
    put_back: impl AsyncFn(&Kubeconfig) -> Result<Change, KubeconfigError>,
) -> Result<Result<Change, KubeconfigError>, Failure> {
    if !yes {
        let rules = workshop::rules(&workshop::paths(format)?);
        let guarded = kubeconfig.clone().guarded(Some(rules));
        match put_back(&guarded).await {
            Err(KubeconfigError::Protected { context, reason }) => {
                confirm(&format!("`{context}` is protected: {reason}."))?;
            }
            result => return Ok(result),
        }
    }
    Ok(put_back(&kubeconfig).await)
}

async fn list(kubeconfig: &Kubeconfig, format: Format) {
    let versions = kubeconfig.history().await;
    if format == Format::Json {
        print_json(&versions);
        return;
    }
    for version in &versions {
        let at = version.at.to_zoned(TimeZone::system());
        let files: Vec<String> = version
            .files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        let undone = if version.undone { " (undone)" } else { "" };
        println!(
            "{:>4}  {}  {}{undone}  {}",
            version.id.0,
            at.strftime("%Y-%m-%d %H:%M:%S"),
            version.by,
            files.join(" ")
        );
    }
    if versions.is_empty() {
        eprintln!("No change was made or seen yet.");
    }
}

async fn diff(kubeconfig: &Kubeconfig, version: VersionId, format: Format) -> Result<(), Failure> {
    let diffs = kubeconfig.diff(version).await.map_err(|error| {
        Failure::new(format!("Could not show change {version}"), &error, format)
    })?;
    match format {
        Format::Json => print_json(&diffs),
        Format::Text => {
            for diff in diffs {
                print!("{}", diff.text);
            }
        }
    }
    Ok(())
}

async fn unlock(kubeconfig: &Kubeconfig, format: Format) -> Result<(), Failure> {
    let locks = kubeconfig
        .unlock()
        .await
        .map_err(|error| Failure::new("Could not remove every lock", &error, format))?;
    match format {
        Format::Json => print_json(&Unlocked { locks }),
        Format::Text if locks.is_empty() => println!("No file is locked"),
        Format::Text => {
            for lock in locks {
                println!("removed `{}`", lock.display());
            }
        }
    }
    Ok(())
}

fn done(
    what: &str,
    change: Result<Change, KubeconfigError>,
    format: Format,
) -> Result<(), Failure> {
    let files = match change.map_err(|error| Failure::new(what, &error, format))? {
        Change::Unchanged => Vec::new(),
        Change::Written { files } => files,
    };
    match format {
        Format::Json => print_json(&Written { files }),
        Format::Text if files.is_empty() => println!("Nothing had to be changed"),
        Format::Text => {
            for file in files {
                println!("wrote `{}`", file.display());
            }
        }
    }
    Ok(())
}
