//! The ground the integration tests stand on: an engine, a desktop, and programs under test.
//!
//! - [`sandbox`]: a home, a kubeconfig and a name prefix of a test's own, swept before and after.
//! - [`census`]: which containers, networks and volumes of a prefix exist.
//! - [`engine`]: small jobs on the real engine: containers, files into them, their logs.
//! - [`gateway`]: a socket in front of the real engine that shows a test its own containers alone.
//! - [`scripted_docker`]: a Docker socket that answers as it is told, and misbehaves as it is told.
//! - [`desktop`]: a display, a session bus, a tray and notifications, with the app and its window on it.
//! - [`process`], [`wait`], [`artefacts`], [`picture`]: child processes, conditions with a deadline, files
//!   kept for people, pictures compared.
//!
//! Nothing here knows what k3tray should do; that is the tests' part. The engine itself is started
//! by the shell script `with-engine` beside this file, which also says how to run one test.
//! Where the ground is missing, everything here panics with the reason: a test cannot go on.

#![allow(
    clippy::missing_panics_doc,
    reason = "a test ends where its ground is missing; every function may say so by a panic"
)]

pub(crate) mod api_path;
pub mod artefacts;
pub mod census;
pub mod desktop;
pub mod engine;
pub mod gateway;
pub mod picture;
pub mod process;
pub mod sandbox;
pub mod scripted_docker;
pub mod wait;

pub use census::Census;
pub use sandbox::Sandbox;
pub use wait::eventually;
