//! Tests of the kubeconfig, by subject. Where kubectl's behaviour is promised, kubectl is asked.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up fails")]

mod chain;
mod concurrency;
mod entry;
mod files;
mod fixture;
mod generator;
mod history;
mod killed;
mod listing;
mod lock;
mod ownership;
mod properties;
mod text;
mod watch;
