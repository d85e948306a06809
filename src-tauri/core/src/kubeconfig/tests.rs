//! Tests of the kubeconfig, by subject. Where kubectl's behaviour is promised, kubectl is asked.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod chain;
mod concurrency;
mod entry;
mod equal;
mod export;
mod files;
mod fixture;
mod folders;
mod generator;
mod history;
mod housekeeping;
mod import;
mod killed;
mod listing;
mod lock;
mod mask;
mod orphans;
mod ownership;
mod past;
mod properties;
mod shapes;
mod text;
mod watch;
