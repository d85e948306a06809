//! The tray on macOS and Windows: Tauri's own. A changed menu is replaced whole; the item ids are
//! the actions' spelling, so that a click needs no table.

use k3tray_core::{
    action::{Action, View},
    icon::{Icon, State},
    menu::{Dot, Entry, Item, Menu as Value, Submenu as Branch},
};
use tauri::{
    AppHandle, Wry,
    image::Image,
    menu::{CheckMenuItem, IconMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use tokio::sync::watch;

use super::Face;
use crate::voice::Voice;

/// The icon in the menu bar or the notification area.
pub(crate) struct Tray {
    app: AppHandle,
    /// None where the system refused it.
    icon: Option<TrayIcon>,
    hosted: watch::Receiver<bool>,
}

impl Tray {
    /// Shows the icon. On the main thread.
    pub(crate) fn start(app: &AppHandle, face: &Face, voice: Voice) -> Self {
        let icon = build(app, face, voice)
            .inspect_err(|error| tracing::warn!(%error, "no tray"))
            .ok();
        Self {
            app: app.clone(),
            hosted: watch::Sender::new(icon.is_some()).subscribe(),
            icon,
        }
    }

    /// Whether the icon is there. That does not change.
    pub(crate) fn hosted(&self) -> watch::Receiver<bool> {
        self.hosted.clone()
    }

    /// Shows `face`.
    #[expect(clippy::unused_async, reason = "Linux waits for its bus")]
    pub(crate) async fn show(&self, face: Face) {
        let Some(icon) = self.icon.clone() else {
            return;
        };
        let app = self.app.clone();
        let shown = self.app.run_on_main_thread(move || {
            let shown = drawing(face.icon)
                .and_then(|drawing| {
                    icon.set_icon_with_as_template(Some(drawing), cfg!(target_os = "macos"))
                })
                .and_then(|()| icon.set_tooltip(Some(tooltip(&face))))
                .and_then(|()| menu(&app, &face.menu))
                .and_then(|menu| icon.set_menu(Some(menu)));
            if let Err(error) = shown {
                tracing::error!(%error, "could not change the tray");
            }
        });
        if let Err(error) = shown {
            tracing::error!(%error, "could not change the tray");
        }
    }
}

fn build(app: &AppHandle, face: &Face, voice: Voice) -> tauri::Result<TrayIcon> {
    let clicks = voice.clone();
    TrayIconBuilder::new()
        .icon(drawing(face.icon)?)
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip(tooltip(face))
        .menu(&menu(app, &face.menu)?)
        // On macOS a menu-bar item opens its menu; on Windows the left click is the app's.
        .show_menu_on_left_click(cfg!(target_os = "macos"))
        .on_menu_event(move |_, event| match event.id().as_ref().parse() {
            Ok(action) => voice.speak(action),
            Err(error) => tracing::error!(%error, "a menu item without an action was clicked"),
        })
        .on_tray_icon_event(move |_, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
                && cfg!(windows)
            {
                clicks.speak(Action::Show(View::Clusters));
            }
        })
        .build(app)
}

fn tooltip(face: &Face) -> String {
    let (title, lines) = &face.tooltip;
    format!("{title}\n{lines}")
}

fn menu(app: &AppHandle, value: &Value) -> tauri::Result<Menu<Wry>> {
    let menu = Menu::new(app)?;
    for line in lines(app, &value.entries)? {
        menu.append(&*line)?;
    }
    Ok(menu)
}

fn lines(app: &AppHandle, entries: &[Entry]) -> tauri::Result<Vec<Box<dyn IsMenuItem<Wry>>>> {
    let mut lines: Vec<Box<dyn IsMenuItem<Wry>>> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Separator => lines.push(Box::new(PredefinedMenuItem::separator(app)?)),
            Entry::Item(item) => lines.push(line(app, item, item.checked)?),
            Entry::Submenu(Branch {
                label,
                dot,
                entries,
            }) => {
                let submenu = Submenu::new(app, escape(label), true)?;
                submenu.set_icon(dot.map(mark).transpose()?)?;
                for line in self::lines(app, entries)? {
                    submenu.append(&*line)?;
                }
                lines.push(Box::new(submenu));
            }
            Entry::Radio { selected, options } => {
                for (index, option) in options.iter().enumerate() {
                    lines.push(line(app, option, Some(*selected == Some(index)))?);
                }
            }
        }
    }
    Ok(lines)
}

fn line(
    app: &AppHandle,
    item: &Item,
    checked: Option<bool>,
) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    let id = item
        .action
        .as_ref()
        .map(Action::to_string)
        .unwrap_or_default();
    let label = escape(&item.label);
    let enabled = item.action.is_some();
    let keys = item.shortcut.as_deref();
    Ok(match (checked, item.dot) {
        (Some(checked), _) => Box::new(CheckMenuItem::with_id(
            app, id, label, enabled, checked, keys,
        )?),
        (None, Some(dot)) => Box::new(IconMenuItem::with_id(
            app,
            id,
            label,
            enabled,
            Some(mark(dot)?),
            keys,
        )?),
        (None, None) => Box::new(MenuItem::with_id(app, id, label, enabled, keys)?),
    })
}

/// A single ampersand would underline the letter after it.
fn escape(label: &str) -> String {
    label.replace('&', "&&")
}

fn drawing(icon: Icon) -> tauri::Result<Image<'static>> {
    macro_rules! png {
        ($state:literal) => {
            if cfg!(target_os = "macos") {
                include_bytes!(concat!("../../../icons/tray/", $state, "-template.png")).as_slice()
            } else {
                include_bytes!(concat!("../../../icons/tray/", $state, "-32.png")).as_slice()
            }
        };
    }
    Image::from_bytes(match (icon.state, icon.protected) {
        (State::Idle, false) => png!("idle"),
        (State::Busy, false) => png!("busy"),
        (State::Degraded, false) => png!("degraded"),
        (State::Away, false) => png!("away"),
        (State::Idle, true) => png!("protected-idle"),
        (State::Busy, true) => png!("protected-busy"),
        (State::Degraded, true) => png!("protected-degraded"),
        (State::Away, true) => png!("protected-away"),
    })
}

fn mark(dot: Dot) -> tauri::Result<Image<'static>> {
    Image::from_bytes(match dot {
        Dot::Ready => include_bytes!("../../../icons/menu/ready@2x.png").as_slice(),
        Dot::Busy => include_bytes!("../../../icons/menu/busy@2x.png"),
        Dot::Degraded => include_bytes!("../../../icons/menu/degraded@2x.png"),
        Dot::Paused => include_bytes!("../../../icons/menu/paused@2x.png"),
        Dot::Off => include_bytes!("../../../icons/menu/off@2x.png"),
    })
}
