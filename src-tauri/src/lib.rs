//! The k3tray desktop app: it shows what the core decides and asks the core for what a person wants.
//!
//! Tray, window, shortcuts and notifications are here, one module each; nothing is decided in any.
//! Every way in speaks an [`Action`](k3tray_core::action::Action) to the controller; every way out
//! is a function of its snapshot.
//!
//! The app lives in the tray: the window is made when asked for and destroyed when closed. Where no
//! tray shows the app, closing the window is quitting, so that nobody is left with a program that
//! cannot be reached; what still runs is named before.

mod asks;
mod changes;
mod commands;
mod instance;
mod launch;
mod logging;
#[cfg(target_os = "linux")]
mod markup;
mod notifications;
mod session;
mod shortcuts;
mod spine;
mod start;
mod tray;
mod voice;
mod window;

use std::process::ExitCode;

use k3tray_core::error::Problem;

use crate::launch::Launch;

/// What the arguments were wrong for.
const USAGE: u8 = 2;

/// Runs the app with the arguments of its command line, the program's name left out.
///
/// Ends with 0 when the app was quit or has handed its arguments to the running one, with 1 when it
/// could not start and with 2 when the arguments mean nothing.
pub fn main(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let launch = match Launch::read(arguments) {
        Ok(Launch::Version) => {
            println!("k3tray-desktop {}", env!("CARGO_PKG_VERSION"));
            return ExitCode::SUCCESS;
        }
        Ok(launch) => launch,
        Err(error) => {
            tell(&Problem::new("Could not read the arguments", &error));
            return ExitCode::from(USAGE);
        }
    };
    match start::run(launch) {
        Ok(code) => code,
        Err(error) => {
            tell(&Problem::new("Could not start k3tray", &error));
            ExitCode::FAILURE
        }
    }
}

/// Writes a problem to standard error, as the command line does.
fn tell(problem: &Problem) {
    eprintln!("{}: {}", problem.what, problem.causes.join(": "));
    if let Some(hint) = &problem.hint {
        eprintln!("{hint}");
    }
}
