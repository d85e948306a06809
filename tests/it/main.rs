//! Integration tests.

#![allow(
    clippy::unwrap_used,
    reason = "a test ends where its ground is missing"
)]

mod cancel;
mod command_line;
mod contexts;
mod controller_cast;
mod controller_contexts;
mod controller_creation;
mod controller_deletion;
mod controller_engine;
mod controller_history;
mod controller_housekeeping;
mod controller_lists;
mod controller_operations;
mod controller_stage;
mod create;
mod create_failures;
mod create_refused;
mod delete;
mod desk;
mod desktop_cluster;
mod desktop_contexts;
mod desktop_create;
mod desktop_engine_away;
mod desktop_form;
mod desktop_guard;
mod desktop_history;
mod desktop_housekeeping;
mod desktop_namespace;
mod desktop_pictures;
mod desktop_start_and_end;
mod k3d_cli;
mod k3d_clusters;
mod lifecycle;
mod recorded;
mod rig_desktop;
mod rig_engine;
mod rig_gateway;
mod rig_load_balancer;
mod rig_scripted_docker;
mod rivals;
mod scene;
mod servers;
mod tidy;
