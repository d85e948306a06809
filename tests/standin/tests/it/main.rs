//! The stand-in driven from outside, as processes on loopback addresses with the real kubectl. Without kubectl these tests
//! fail. What containers add (names, volumes, restarts) is the engine tests' matter.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agents;
mod cluster;
mod inside;
mod servers;
mod single;
