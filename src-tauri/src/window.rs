//! The window, and the small one to switch contexts in: made when asked for, destroyed when closed,
//! never hidden.
//!
//! What they show is their pages' affair; which view the window begins with is kept here until its page
//! asks.

use std::sync::{Mutex, PoisonError};

use k3tray_core::action::View;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder};

use crate::changes::Changes;

/// The window's label, by which its capability names it.
pub(crate) const LABEL: &str = "main";
/// The small window's.
pub(crate) const PALETTE: &str = "palette";
/// Told to an open window: show this view.
const SHOW: &str = "show";
/// Carries a snapshot to an open window.
const SNAPSHOT: &str = "snapshot";
/// Width and height in logical pixels.
const SIZE: (f64, f64) = (960.0, 640.0);
const SMALLEST: (f64, f64) = (640.0, 480.0);
const PALETTE_SIZE: (f64, f64) = (600.0, 420.0);

/// The view that was asked for last. A page that has just loaded begins with it.
pub(crate) struct StartView(Mutex<View>);

impl StartView {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(View::Clusters))
    }

    pub(crate) fn get(&self) -> View {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, view: View) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = view;
    }
}

/// Shows a view: in the open window, or in a new one. From any thread; a failure is logged.
pub(crate) fn show(app: &AppHandle, view: View) {
    let made = app.run_on_main_thread({
        let app = app.clone();
        move || {
            if let Err(error) = open_or_raise(&app, view) {
                tracing::error!(%error, "could not show the window");
            }
        }
    });
    if let Err(error) = made {
        tracing::error!(%error, "could not show the window");
    }
}

fn open_or_raise(app: &AppHandle, view: View) -> tauri::Result<()> {
    if view == View::Palette {
        return open_palette(app);
    }
    // Kept for an open window too: its page may not listen yet.
    app.state::<StartView>().set(view.clone());
    if let Some(window) = app.get_webview_window(LABEL) {
        window.unminimize()?;
        window.set_focus()?;
        return window.emit(SHOW, view);
    }
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("k3tray")
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .focused(true)
        .build()?;
    Ok(())
}

/// Asked for while it is open, it is put away: the keys that bring it take it back.
fn open_palette(app: &AppHandle) -> tauri::Result<()> {
    if let Some(palette) = app.get_webview_window(PALETTE) {
        return palette.close();
    }
    WebviewWindowBuilder::new(app, PALETTE, WebviewUrl::App("palette.html".into()))
        .title("Switch context")
        .inner_size(PALETTE_SIZE.0, PALETTE_SIZE.1)
        .resizable(false)
        .decorations(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .center()
        .focused(true)
        .build()?;
    Ok(())
}

/// Puts the small window away, if it is there.
pub(crate) fn close_palette(app: &AppHandle) {
    if let Some(palette) = app.get_webview_window(PALETTE)
        && let Err(error) = palette.close()
    {
        tracing::warn!(%error, "the palette could not be closed");
    }
}

/// Whether the window is open and has the user's attention.
pub(crate) fn is_focused(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL)
        .is_some_and(|window| window.is_focused().unwrap_or(false))
}

/// Sends open windows every change. While none is open, nothing is even serialised. Ends with the
/// controller.
pub(crate) async fn follow(app: AppHandle, mut changes: Changes) {
    while let Some(snapshot) = changes.next().await {
        if !app.webview_windows().is_empty()
            && let Err(error) = app.emit(SNAPSHOT, &*snapshot)
        {
            // One is being closed, or its page is gone; the next one asks for itself.
            tracing::debug!(%error, "a snapshot did not reach a window");
        }
    }
}
