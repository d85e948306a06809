//! Which desktop session this is. All that the shell reads of the environment or adds to it.

/// What draws windows and has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    /// macOS or Windows: there is always one.
    #[cfg_attr(
        target_os = "linux",
        expect(dead_code, reason = "never found on Linux")
    )]
    Native,
    /// An X server.
    X11,
    /// A Wayland compositor, with or without an X server beside it.
    Wayland,
    /// Neither: a console, a service, a CI machine.
    None,
}

impl Session {
    /// The session of this process.
    #[cfg(target_os = "linux")]
    pub(crate) fn detect() -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::of(
            set("WAYLAND_DISPLAY").as_deref(),
            set("DISPLAY").as_deref(),
            set("XDG_SESSION_TYPE").as_deref(),
        )
    }

    /// The session of this process.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn detect() -> Self {
        Self::Native
    }

    /// A Wayland session counts as one even where programs may use X beside it: an X server there
    /// hands out keys only while one of its own windows has the focus.
    #[cfg(target_os = "linux")]
    fn of(wayland: Option<&str>, x: Option<&str>, kind: Option<&str>) -> Self {
        match (wayland, x, kind) {
            (Some(_), _, _) | (None, Some(_), Some("wayland")) => Self::Wayland,
            (None, Some(_), _) => Self::X11,
            (None, None, _) => Self::None,
        }
    }
}

/// Keeps GTK from loading OpenGL at its start: that alone is a third of the memory of an app without a
/// window, and this window has nothing that needs it. Whoever sets the variable is listened to.
///
/// Before anything else: the environment is changed safely only while there is one thread.
#[cfg(target_os = "linux")]
pub(crate) fn leave_opengl_out() {
    if let Err(error) = gtk::glib::setenv("GDK_GL", "disable", false) {
        eprintln!("GDK_GL could not be set: {error}");
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn wayland_is_told_from_x_even_where_both_answer() {
        let cases = [
            ((Some("wayland-0"), Some(":0"), None), Session::Wayland),
            ((Some("wayland-0"), None, None), Session::Wayland),
            ((None, Some(":0"), Some("wayland")), Session::Wayland),
            ((None, Some(":99"), None), Session::X11),
            ((None, Some(":0"), Some("x11")), Session::X11),
            ((None, None, Some("tty")), Session::None),
        ];
        for ((wayland, x, kind), expected) in cases {
            assert_eq!(
                Session::of(wayland, x, kind),
                expected,
                "{wayland:?} {x:?} {kind:?}"
            );
        }
    }
}
