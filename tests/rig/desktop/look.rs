//! How programs of a desktop look: GTK's settings, which the window follows too.

use std::{fs, path::Path};

use crate::Sandbox;

/// Has programs that are started from now on in `sandbox` look light or dark, and keep still: nothing
/// fades or moves in a picture.
pub fn set(sandbox: &Sandbox, dark: bool) {
    let file = sandbox.home().join(".config/gtk-3.0/settings.ini");
    let text = format!(
        "[Settings]\n\
         gtk-theme-name=Adwaita\n\
         gtk-font-name=DejaVu Sans 10\n\
         gtk-application-prefer-dark-theme={}\n\
         gtk-enable-animations=0\n",
        u8::from(dark)
    );
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&file, text))
        .unwrap_or_else(|error| panic!("`{}`: {error}", file.display()));
}
