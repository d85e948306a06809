//! `use`: makes a context the current one, and goes back with `-`.

use k3tray_core::{
    cluster::Cluster,
    context::{ContextName, Contexts},
    error::{Code, Explain},
    kubeconfig::KubeconfigError,
    namespace, operation,
    protection::protection,
    state::{self, State},
};
use serde::Serialize;

use crate::{
    ask::{Answer, ask},
    options::{Format, Target},
    output::{Failure, print_json},
    workshop::{self, Workshop},
};

/// The new current context, for machines.
#[derive(Debug, Serialize)]
struct Current {
    context: ContextName,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

/// `-` where no other context was current before.
#[derive(Debug, thiserror::Error)]
#[error("no other context was the current one before")]
struct NoWayBack;

impl Explain for NoWayBack {
    fn hint(&self) -> Option<String> {
        Some("Name a context: `kubectl config get-contexts` lists them.".into())
    }

    fn code(&self) -> Code {
        Code::BadInput
    }
}

/// Makes a context the current one. A cluster whose context is in no kubeconfig gets it back; a
/// protected context is asked about first.
pub(crate) async fn use_context(
    target: Target,
    engine: Option<String>,
    format: Format,
) -> Result<(), Failure> {
    let Target {
        context: given,
        yes,
        namespace,
    } = target;
    if let Some(name) = &namespace {
        namespace::check(name).map_err(|error| {
            let what = format!("Could not switch to namespace `{name}`");
            Failure::new(what, &error, format)
        })?;
    }
    let paths = workshop::paths(format)?;
    let kubeconfig = workshop::kubeconfig(format)?;
    let mut known = kubeconfig.view().await;
    let remembered = paths.state.join(state::FILE);
    let context = match given.as_str() {
        "-" => before(&remembered, &known).ok_or_else(|| {
            Failure::new(
                "Could not switch to the context from before",
                &NoWayBack,
                format,
            )
        })?,
        name => {
            if let Some(context) = known.meant(name) {
                context
            } else {
                let added = added(name, engine, format).await?;
                // Nobody was asked yet, so the current one is still the one from before.
                known.all = kubeconfig.view().await.all;
                added.unwrap_or_else(|| ContextName::new(name))
            }
        }
    };
    let entry = known.all.iter().find(|entry| entry.name == context);
    if let Some(entry) = entry.filter(|entry| entry.extra) {
        let error = KubeconfigError::OutsideChain {
            context: context.clone(),
            file: entry.file.clone(),
        };
        let what = format!("Could not switch to `{context}`");
        return Err(Failure::new(what, &error, format));
    }
    if !yes && known.current.as_ref() != Some(&context) {
        let rules = workshop::rules(&paths);
        let reason = entry.and_then(|entry| protection(entry, &rules).reason);
        if let Some(reason) = reason {
            confirm(&format!("`{context}` is protected: {reason}."))?;
        }
    }
    if let Some(name) = &namespace {
        // First: nobody shall stand in that context with its other namespace, even for a moment.
        let set = kubeconfig.set_namespace(&context, Some(name)).await;
        let _ = set.map_err(|error| {
            let what = format!("Could not set the namespace of context `{context}`");
            Failure::new(what, &error, format)
        })?;
    }
    let _change = kubeconfig.use_context(&context).await.map_err(|error| {
        Failure::new(format!("Could not switch to `{context}`"), &error, format)
    })?;
    if known.current.as_ref() != Some(&context)
        && let Ok(state) = State::load(&remembered)
    {
        // Without it only `-` does not know the way back.
        let _ = state
            .after_switch(known.current.as_ref(), Some(&context))
            .save(&remembered);
    }
    match format {
        Format::Text => {
            let inside = namespace.map(|name| format!(", in namespace `{name}`"));
            println!(
                "`{context}` is the current context{}",
                inside.unwrap_or_default()
            );
        }
        Format::Json => print_json(&Current { context, namespace }),
    }
    Ok(())
}

fn before(remembered: &std::path::Path, known: &Contexts) -> Option<ContextName> {
    let recent = State::load(remembered).ok()?.recent_contexts;
    recent
        .into_iter()
        .find(|name| known.has(name) && known.current.as_ref() != Some(name))
}

/// Asks whether to go on, on the terminal.
pub(crate) fn confirm(why: &str) -> Result<(), Failure> {
    match ask(&format!("{why} Switch to it?")) {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::Declined),
        Answer::NobodyThere => {
            eprintln!(
                "{why} Nothing was changed: there is no terminal to ask on\nhint: Give `--yes` to switch without asking."
            );
            Err(Failure::Usage)
        }
    }
}

/// Adds the context of the cluster that `name` names, or whose context it would be, if there is one.
/// Without an engine there is none: what is told is that there is no such context.
async fn added(
    name: &str,
    engine: Option<String>,
    format: Format,
) -> Result<Option<ContextName>, Failure> {
    let Ok(workshop) = Workshop::open(engine, format).await else {
        return Ok(None);
    };
    let means = &workshop.means;
    let clusters = means.engine.inventory().await.unwrap_or_default();
    let named =
        |cluster: &Cluster| cluster.name.as_str() == name || cluster.name.prefixed() == name;
    let Some(cluster) = clusters.into_iter().find(named) else {
        return Ok(None);
    };
    let cluster = cluster.name;
    operation::use_cluster(means, &cluster, false)
        .await
        .map_err(|error| {
            let what = format!("Could not add cluster `{cluster}` to the kubeconfig");
            Failure::new(what, &error, format)
        })?;
    Ok(Some(ContextName::of_cluster(&cluster)))
}
