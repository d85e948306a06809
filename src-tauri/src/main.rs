//! The k3tray desktop app. Everything is in the library; this file is what the system starts.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    k3tray_desktop::main(std::env::args().skip(1))
}
