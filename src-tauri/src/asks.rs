//! Does what the controller asks of the desktop: show, copy, notify, end.

use arboard::Clipboard;
use k3tray_core::{controller::Ask, notice::Notice};
use tauri::AppHandle;
use tokio::sync::mpsc;

use crate::window;

/// Answers until the controller ends.
pub(crate) async fn answer(
    app: AppHandle,
    mut asks: mpsc::Receiver<Ask>,
    notices: mpsc::UnboundedSender<Notice>,
) {
    // On X11 the text lives in the program it was copied from, so the clipboard stays open.
    let mut clipboard = None;
    while let Some(ask) = asks.recv().await {
        match ask {
            Ask::Show(view) => window::show(&app, view),
            Ask::Copy(text) => {
                let copied = copy(&mut clipboard, text);
                send(&app, &notices, copy_notice(copied));
            }
            Ask::Notify(notice) => send(&app, &notices, notice),
            // The receiver lives as long as the app.
            Ask::Warn(notice) => drop(notices.send(notice)),
            Ask::Quit => app.exit(0),
        }
    }
}

/// Has a notice shown, unless the window has the user's attention: it shows the same and more.
fn send(app: &AppHandle, notices: &mpsc::UnboundedSender<Notice>, notice: Notice) {
    if !window::is_focused(app) {
        // The receiver lives as long as the app.
        let _ = notices.send(notice);
    }
}

fn copy(clipboard: &mut Option<Clipboard>, text: String) -> Result<(), arboard::Error> {
    match clipboard {
        Some(open) => open.set_text(text),
        None => clipboard.insert(Clipboard::new()?).set_text(text),
    }
}

fn copy_notice(copied: Result<(), arboard::Error>) -> Notice {
    match copied {
        Ok(()) => Notice {
            title: "Copied".into(),
            body: "Paste it into a terminal.".into(),
            action: None,
            urgent: false,
        },
        Err(error) => Notice {
            title: "Could not copy".into(),
            body: error.to_string(),
            action: None,
            urgent: true,
        },
    }
}
