//! Reaches the desktop app: starts it, or hands an action to the one that runs.
//!
//! The app is a program of its own, since it cannot even be loaded where WebKit is missing.

use std::{env, path::PathBuf, process::Command};

use k3tray_core::{
    action::Action,
    error::{Code, Explain},
};

use crate::{options::Format, output::Failure};

/// The app's program.
const PROGRAM: &str = "k3tray-desktop";

/// Why the app was not reached.
#[derive(Debug, thiserror::Error)]
enum DesktopError {
    #[error("there is no display")]
    NoDisplay,
    #[error("`{PROGRAM}` is not installed beside `k3tray` or on the PATH")]
    NotInstalled(#[source] std::io::Error),
    #[cfg(target_os = "linux")]
    #[error("the app does not run")]
    NotRunning,
    #[cfg(target_os = "linux")]
    #[error("the app does not answer")]
    NoAnswer(#[source] zbus::Error),
}

impl Explain for DesktopError {
    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::NoDisplay => {
                    "`k3tray --help` shows what works without one, such as `k3tray create`."
                }
                Self::NotInstalled(_) => {
                    "Install the desktop package, or use the verbs of `k3tray --help`."
                }
                #[cfg(target_os = "linux")]
                Self::NotRunning => "Start it with `k3tray`.",
                #[cfg(target_os = "linux")]
                Self::NoAnswer(_) => "Start it anew with `k3tray`.",
            }
            .into(),
        )
    }

    fn code(&self) -> Code {
        Code::Other
    }
}

/// Starts the app, or shows the one that runs.
pub(crate) fn start(arguments: &[String]) -> Result<(), Failure> {
    let fail =
        |error: DesktopError| Failure::new("Could not start the desktop app", &error, Format::Text);
    let display = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|v| !v.is_empty()));
    if cfg!(target_os = "linux") && !display {
        return Err(fail(DesktopError::NoDisplay));
    }
    Command::new(program())
        .args(arguments)
        .spawn()
        .map(|_| ())
        .map_err(|error| fail(DesktopError::NotInstalled(error)))
}

/// The program beside this one, or else whichever the PATH has.
fn program() -> PathBuf {
    let name = format!("{PROGRAM}{}", env::consts::EXE_SUFFIX);
    env::current_exe()
        .ok()
        .and_then(|this| this.canonicalize().ok())
        .and_then(|this| Some(this.parent()?.join(&name)))
        .filter(|beside| beside.is_file())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// Hands an action to the running app.
pub(crate) async fn hand_over(text: &str) -> Result<(), Failure> {
    let title = || format!("Could not hand over `{text}`");
    let action: Action = text
        .parse()
        .map_err(|error| Failure::new(title(), &error, Format::Text))?;
    #[cfg(target_os = "linux")]
    return over_the_bus(&action)
        .await
        .map_err(|error| Failure::new(title(), &error, Format::Text));
    // Elsewhere a second start of the program is what reaches the first.
    #[cfg(not(target_os = "linux"))]
    return start(&["action".into(), action.to_string()]);
}

/// Speaks to the app as a second start of it would, through tauri-plugin-single-instance, but without
/// loading WebKit first.
#[cfg(target_os = "linux")]
async fn over_the_bus(action: &Action) -> Result<(), DesktopError> {
    const NAME: &str = "io.github.k3tray.SingleInstance";
    let bus = zbus::Connection::session()
        .await
        .map_err(|_| DesktopError::NotRunning)?;
    let names = zbus::fdo::DBusProxy::new(&bus)
        .await
        .map_err(DesktopError::NoAnswer)?;
    let name = NAME.try_into().map_err(|_| DesktopError::NotRunning)?;
    if !names.name_has_owner(name).await.is_ok_and(|owned| owned) {
        return Err(DesktopError::NotRunning);
    }
    let path = format!("/{}", NAME.replace('.', "/"));
    let arguments = (
        vec![PROGRAM.to_owned(), "action".to_owned(), action.to_string()],
        String::new(),
    );
    bus.call_method(
        Some(NAME),
        path.as_str(),
        Some("org.SingleInstance.DBus"),
        "ExecuteCallback",
        &arguments,
    )
    .await
    .map(|_| ())
    .map_err(DesktopError::NoAnswer)
}
