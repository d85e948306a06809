//! The one loop that owns all state: events in, a snapshot and effects out.
//!
//! - `event`: the closed lists of what can happen and of what is then to be done.
//! - `model`, `reduce`, `observe`, `request`, `guard`: what is known and how it changes; pure and synchronous.
//! - `run`, `sources`, `work`, `export`: where events come from and how effects are carried out, in tasks.
//! - `namespace`: the namespaces of contexts, and whose clusters are looked at; pure, too.
//! - `handle`, `edit`, `transfer`, `ask`, `prefer`: what the shell holds, and what it asks of the kubeconfig, of
//!   clusters and of the settings.
//!
//! A failure is a [`Problem`](crate::error::Problem) in the snapshot, an engine that is away a state of
//! it; neither ends the loop.

mod ask;
mod edit;
mod event;
mod export;
mod guard;
mod handle;
mod model;
mod namespace;
mod naming;
mod observe;
mod prefer;
mod reduce;
mod refusal;
mod request;
mod run;
mod sources;
#[cfg(test)]
mod tests;
mod transfer;
mod work;

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use tokio::sync::{mpsc, watch};

use self::{
    model::{Beginning, Model},
    run::{Loop, Tasks},
};
use crate::{
    action::View,
    context::ContextName,
    error::Problem,
    image::NodeImage,
    kubeconfig::Kubeconfig,
    names,
    notice::Notice,
    operation::Deadlines,
    paths::Paths,
    protection::ProtectionRules,
    settings::{self, Settings},
    state::{self, State},
    stored::StoredError,
};

pub use handle::Handle;
pub use refusal::{Check, Refusal};
pub use transfer::ImportFrom;

/// How many asks may wait for the desktop.
const ASKS: usize = 64;

/// What is asked of the desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Show a view of the window.
    Show(View),
    /// Put a text on the clipboard.
    Copy(String),
    /// Show a notification, unless the window has the user's attention, which shows the same.
    Notify(Notice),
    /// Show a notification in any case: the window does not say this.
    Warn(Notice),
    /// End: nothing runs any more.
    Quit,
}

/// What a controller works with.
#[derive(Debug, Clone)]
pub struct ControllerConfig {
    /// The user's folders and variables.
    pub paths: Paths,
    /// The address of the engine the user set; none to search.
    pub engine: Option<String>,
    /// What the app remembers from its last run.
    pub remembered: State,
    /// Which contexts are to be handled with care.
    pub protection: ProtectionRules,
    /// Contexts whose clusters are asked how they are whenever contexts are shown.
    pub checked: BTreeSet<ContextName>,
    /// The one kubeconfig that the user set, which the paths have already.
    pub kubeconfig: Option<PathBuf>,
    /// Why the settings could not be read; shown for as long as the app runs.
    pub settings_problem: Option<Problem>,
    /// Why what is remembered could not be read; shown until it is written anew.
    pub state_problem: Option<Problem>,
    /// How long operations wait for what.
    pub deadlines: Deadlines,
}

impl ControllerConfig {
    /// Reads our own small files. One that is broken is a problem to show, and its defaults are used.
    pub fn load(paths: Paths) -> Self {
        let (settings, settings_problem) = or_default(
            Settings::load(&paths.config.join(settings::FILE)),
            "Could not read the settings",
        );
        let (remembered, state_problem) = or_default(
            State::load(&paths.state.join(state::FILE)),
            "Could not read the last settings",
        );
        Self {
            paths: settings.applied_to(paths),
            engine: settings.engine,
            remembered,
            protection: settings.protection,
            checked: settings.checked_contexts,
            kubeconfig: settings.kubeconfig,
            settings_problem,
            state_problem,
            deadlines: Deadlines::default(),
        }
    }
}

fn or_default<T: Default>(loaded: Result<T, StoredError>, what: &str) -> (T, Option<Problem>) {
    match loaded {
        Ok(value) => (value, None),
        Err(error) => (T::default(), Some(Problem::new(what, &error))),
    }
}

/// Starts the loop.
pub struct Controller;

impl Controller {
    /// Starts the loop in a task of its own. Must be called inside a tokio runtime. It ends with
    /// [`Ask::Quit`].
    pub fn start(config: ControllerConfig) -> (Handle, mpsc::Receiver<Ask>) {
        let (events, inbox) = mpsc::unbounded_channel();
        let (asks, asked) = mpsc::channel(ASKS);
        let (engine, _) = watch::channel(None);
        let (kubeconfig, _) = watch::channel(Kubeconfig::of(&config.paths, None));
        let model = Model::new(Beginning {
            remembered: config.remembered.clone(),
            rules: config.protection.clone(),
            checked: config.checked.clone(),
            kubeconfig: config.kubeconfig.clone(),
            settings_problem: config.settings_problem.clone(),
            state_problem: config.state_problem.clone(),
            default_image: config
                .paths
                .default_image
                .as_deref()
                .map(NodeImage::known)
                .unwrap_or_default(),
            propose: names::propose,
        });
        let (snapshots, _) = watch::channel(Arc::new(model.snapshot()));
        let handle = Handle {
            events: events.clone(),
            snapshots: snapshots.subscribe(),
            engine: engine.subscribe(),
            kubeconfig: kubeconfig.subscribe(),
            paths: config.paths.clone(),
        };
        let controller = Loop {
            config,
            model,
            events,
            inbox,
            snapshots,
            engine,
            kubeconfig,
            asks,
            tasks: Tasks::default(),
        };
        tokio::spawn(controller.run());
        (handle, asked)
    }
}
