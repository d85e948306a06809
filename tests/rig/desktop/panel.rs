//! A real panel (xfce4-panel) and a window manager (openbox) in the test's place, for pictures of the
//! tray as people see it.
//!
//! The panel is the tray's watcher and host here. Its icon is clicked with the mouse, and the menu
//! walked through with the arrow keys, which need no knowledge of where a theme draws the lines.

use std::{fs, path::Path, process::Command};

use super::{Desktop, LIMIT, Line, Manager, display::SIZE};
use crate::{
    Sandbox, eventually,
    picture::{self, Picture},
    process::Process,
};

/// The panel's height in pixels; its only tray icon is in the right corner.
const HEIGHT: u32 = 28;
/// The panel's own name on the bus.
const NAME: &str = "org.xfce.Panel";

/// A panel with a window manager and a plain background. Gone when dropped.
#[derive(Debug)]
pub struct Panel {
    _panel: Process,
    _manager: Manager,
}

impl Panel {
    /// Starts both on a desktop without a tray; programs of `sandbox` find the settings.
    pub async fn start(desktop: &Desktop, sandbox: &Sandbox) -> Self {
        let settings = sandbox
            .home()
            .join(".config/xfce4/xfconf/xfce-perchannel-xml");
        write(
            &settings.join("xfce4-panel.xml"),
            include_str!("xfce4-panel.xml"),
        );
        let home = sandbox.home();
        let manager = Manager::start(desktop, sandbox).await;
        let mut command = sandbox.command("xfce4-panel");
        command.arg("--disable-wm-check");
        let mut panel = Process::start(&mut command, home.join("panel.log"));
        eventually("a panel", LIMIT, async || {
            panel.still_runs();
            let ready =
                desktop.bus().has(NAME).await && desktop.bus().has(super::watcher::NAME).await;
            ready.then_some(())
        })
        .await;
        // A window manager begins with a black one.
        paint_background(desktop, home).await;
        Self {
            _panel: panel,
            _manager: manager,
        }
    }

    /// Opens the menu of the tray item; `scratch` is a folder for pictures to look at meanwhile.
    pub async fn open_menu(&self, desktop: &Desktop, scratch: &Path) {
        let display = desktop.display();
        let (closed, now) = (scratch.join("closed.png"), scratch.join("now.png"));
        display.still_picture(&closed).await;
        let closed = picture::read(&closed);
        display.click((SIZE.0 - HEIGHT / 2, HEIGHT / 2), 3).await;
        eventually("the menu to open", LIMIT, async || {
            display.picture(&now).await;
            (picture::read(&now) != closed).then_some(())
        })
        .await;
    }

    /// Goes down to a line of the open menu, which is told whole, and opens its submenu if it has one.
    pub async fn go_to(&self, desktop: &Desktop, menu: &Line, names: &[&str]) {
        let Some((first, rest)) = names.split_first() else {
            return;
        };
        let line = menu.find(&[first]);
        let line = line.unwrap_or_else(|| panic!("no line `{first}` to go to:\n{menu}"));
        let stops = |line: &&Line| line.enabled && !line.separator;
        let place = menu.lines.iter().filter(stops).position(|one| one == line);
        let place = place.unwrap_or_else(|| panic!("`{first}` cannot be gone to:\n{menu}"));
        // Opened by the keyboard, a submenu has its first line chosen already; the menu itself none.
        let presses = if menu.id == 0 { place + 1 } else { place };
        for _ in 0..presses {
            desktop.display().press("Down").await;
        }
        if !line.lines.is_empty() {
            desktop.display().press("Right").await;
        }
        Box::pin(self.go_to(desktop, line, rest)).await;
    }
}

/// Gives the display a background: that of a bare one is black.
async fn paint_background(desktop: &Desktop, scratch: &Path) {
    let display = desktop.display();
    let (file, now) = (scratch.join("background.png"), scratch.join("now.png"));
    let mut draw = Command::new("convert");
    draw.args(["-depth", "8", "-size", &format!("{}x{}", SIZE.0, SIZE.1)]);
    draw.arg("gradient:#7d8bb5-#3d4a73").arg(&file);
    display.run(draw).await;
    let background = picture::read(&file);
    let mut paint = Command::new("display");
    paint.args(["-window", "root"]).arg(&file);
    // How it ends says nothing (it calls itself failed when it has painted); what is to be seen does.
    let _ = display.try_run(paint).await;
    eventually("the background to be painted", LIMIT, async || {
        display.picture(&now).await;
        let bottom = |picture: Picture| picture.pixels.into_iter().rev().take(SIZE.0 as usize);
        let (drawn, seen) = (bottom(background.clone()), bottom(picture::read(&now)));
        drawn.eq(seen).then_some(())
    })
    .await;
}

fn write(file: &Path, text: &str) {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(file, text))
        .unwrap_or_else(|error| panic!("`{}`: {error}", file.display()));
}
