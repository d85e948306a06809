//! Everything k3tray decides without a window.
//!
//! A code map, bottom to top; a module knows nothing of those below it in this list:
//!
//! - [`error`]: [`error::Problem`] and [`error::Explain`], the one shape of every failure.
//! - [`cluster`], [`node`], [`image`], [`labels`], [`context`], [`namespace`], [`spec`], [`names`]: the words of the field.
//! - [`paths`]: the environment, read once.
//! - [`inventory`]: what clusters there are, from the containers that Docker lists.
//! - [`engine`]: one container engine: which, what goes wrong with it, and what it is asked.
//! - [`kubeconfig`]: reads and edits the user's kubeconfig files.
//! - [`protection`]: which contexts are to be handled with care.
//! - [`operation`]: long work, its steps and how it is folded into what is shown.
//! - [`health`]: what a cluster's own API says of its nodes.
//! - [`reach`]: what a person asks of the cluster behind any context.
//! - [`action`]: the one vocabulary of everything that can be asked for.
//! - [`settings`], [`state`], [`stored`]: what the user set and what is remembered, in small files.
//! - [`terminal`]: the user's terminal, for shells of one context.
//! - [`preferences`]: what of the settings is typed in the window, and checked.
//! - [`snapshot`], [`menu`], [`icon`], [`notice`]: what is shown, as values.
//!
//! Invariants: no Tauri here; no state in statics; the environment is read in one module; only the
//! controller changes what is shown; what is shown is a pure function of the snapshot.

pub mod action;
#[cfg(test)]
mod bindings;
pub mod cluster;
mod condition;
pub mod context;
pub mod controller;
pub mod engine;
pub mod error;
pub mod health;
pub mod icon;
pub mod image;
pub mod inventory;
pub mod kubeconfig;
pub mod labels;
pub mod menu;
pub mod names;
pub mod namespace;
pub mod node;
pub mod notice;
pub mod operation;
pub mod paths;
pub mod plan;
pub mod preferences;
pub mod protection;
pub mod reach;
pub mod settings;
pub mod snapshot;
pub mod spec;
pub mod state;
pub mod stored;
pub mod terminal;
#[cfg(test)]
mod test_snapshots;
