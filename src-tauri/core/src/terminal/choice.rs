//! Which terminal, and how each is told what to run.
//!
//! Pure: what is installed is asked of the caller.

use std::path::Path;

use super::error::TerminalError;

/// Terminals that are known, the most likely first, each with what stands before the command. Those of
/// a desktop come before those that run on any.
const KNOWN: &[(&str, &[&str])] = &[
    ("gnome-terminal", &["--"]),
    ("kgx", &["--"]),
    ("ptyxis", &["--"]),
    ("konsole", &["-e"]),
    ("xfce4-terminal", &["-x"]),
    ("mate-terminal", &["-x"]),
    ("qterminal", &["-e"]),
    ("terminator", &["-x"]),
    ("kitty", &[]),
    ("alacritty", &["-e"]),
    ("foot", &[]),
    ("ghostty", &["-e"]),
    ("wezterm", &["start", "--"]),
    ("urxvt", &["-e"]),
    ("st", &["-e"]),
    ("xterm", &["-e"]),
];

/// Programs that find the user's terminal themselves.
const FINDER: &str = "xdg-terminal-exec";
const DEBIANS: &str = "x-terminal-emulator";

/// Kinds of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    /// Linux and its like.
    Unix,
    /// Its own Terminal is opened with a script.
    MacOs,
    /// A program without a terminal gets one from the system.
    Windows,
}

impl System {
    /// The one this runs on.
    pub(super) fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }
}

/// What the user says of it.
pub(super) struct Asked<'a> {
    /// In the settings.
    pub(super) setting: Option<&'a str>,
    /// In the environment.
    pub(super) variable: Option<&'a str>,
    /// Where the settings are.
    pub(super) settings_file: &'a Path,
}

/// The command line that runs `command` in a terminal. The user's own word counts most and is not
/// passed over where it is wrong; the variable is, as it may have been set for another machine.
pub(super) fn choose(
    system: System,
    asked: &Asked<'_>,
    command: &[String],
    found: impl Fn(&str) -> bool,
) -> Result<Vec<String>, TerminalError> {
    let settings = || asked.settings_file.to_owned();
    if let Some(line) = asked.setting.map(str::trim).filter(|line| !line.is_empty()) {
        let words = split(line).ok_or_else(|| TerminalError::Unreadable {
            line: line.to_owned(),
            settings: settings(),
        })?;
        let program = words.first().cloned().unwrap_or_default();
        if !found(&program) {
            return Err(TerminalError::NotFound {
                program,
                settings: settings(),
            });
        }
        return Ok(with(words, command));
    }
    if system == System::Windows {
        let terminal = found("wt").then(|| vec!["wt".to_owned()]);
        return Ok([terminal.unwrap_or_default(), command.to_vec()].concat());
    }
    if found(FINDER) {
        return Ok([&[FINDER.to_owned()], command].concat());
    }
    let variable = asked.variable.and_then(split);
    if let Some(words) = variable.filter(|words| words.first().is_some_and(|name| found(name))) {
        return Ok(with(words, command));
    }
    let known = KNOWN.iter().map(|(name, _)| *name);
    let mut names = [DEBIANS].into_iter().chain(known);
    match names.find(|name| found(name)) {
        Some(name) => Ok(with(vec![name.to_owned()], command)),
        None => Err(TerminalError::NoneFound {
            settings: settings(),
        }),
    }
}

/// The terminal with the command behind it. A bare name gets what it needs before the command; whoever
/// says more than the name has said that, too.
fn with(mut terminal: Vec<String>, command: &[String]) -> Vec<String> {
    if let [program] = &terminal[..] {
        let name = Path::new(program)
            .file_name()
            .and_then(|name| name.to_str());
        let known = KNOWN.iter().find(|(known, _)| Some(*known) == name);
        // What is not known here understands what every terminal of X has understood.
        let before = known.map_or(&["-e"][..], |(_, before)| before);
        terminal.extend(before.iter().map(|&word| word.to_owned()));
    }
    terminal.extend_from_slice(command);
    terminal
}

/// Words as a shell reads them; on Windows, where a backslash is no quote, those between spaces.
fn split(line: &str) -> Option<Vec<String>> {
    if cfg!(windows) {
        return Some(line.split_whitespace().map(str::to_owned).collect());
    }
    shlex::split(line)
}

/// A script that runs the command and is gone by then.
pub(super) fn script(command: &[String]) -> Result<String, TerminalError> {
    let words = command.iter().map(String::as_str);
    let line = shlex::try_join(words).map_err(|_| TerminalError::Name)?;
    Ok(format!("#!/bin/sh\nrm -f -- \"$0\"\nexec {line}\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::error::Problem;

    fn command() -> Vec<String> {
        ["/opt/k3tray", "shell", "--", "my context"]
            .map(str::to_owned)
            .into()
    }

    /// The line that is chosen where these are installed; the command in it is `…`.
    fn chosen(
        system: System,
        setting: Option<&str>,
        variable: Option<&str>,
        installed: &[&str],
    ) -> Result<String, Problem> {
        let asked = Asked {
            setting,
            variable,
            settings_file: Path::new("/h/settings.json"),
        };
        let found = |name: &str| installed.contains(&name);
        let line = choose(system, &asked, &command(), found)
            .map_err(|error| Problem::new("No shell", &error))?;
        let (before, behind) = line.split_at(line.len() - command().len());
        assert_eq!(behind, command());
        Ok([before, &["…".to_owned()]].concat().join(" "))
    }

    #[test]
    fn the_users_word_counts_most_then_what_the_desktop_says_then_what_is_known() {
        let all = [
            "xdg-terminal-exec",
            "x-terminal-emulator",
            "foot",
            "kitty",
            "xterm",
        ];
        type Case<'a> = (Option<&'a str>, Option<&'a str>, &'a [&'a str], &'a str);
        let cases: [Case<'_>; 10] = [
            (Some("kitty"), Some("foot"), &all, "kitty …"),
            (Some(" "), Some("foot"), &all, "xdg-terminal-exec …"),
            (None, Some("foot"), &all[1..], "foot …"),
            (None, Some("gone"), &all[1..], "x-terminal-emulator -e …"),
            (None, Some("it's"), &all[1..], "x-terminal-emulator -e …"),
            (None, None, &all[1..], "x-terminal-emulator -e …"),
            (None, None, &all[2..], "kitty …"),
            (
                None,
                None,
                &["konsole", "gnome-terminal"],
                "gnome-terminal -- …",
            ),
            (None, None, &["wezterm"], "wezterm start -- …"),
            (None, None, &["xterm"], "xterm -e …"),
        ];
        for (setting, variable, installed, expected) in cases {
            let line = chosen(System::Unix, setting, variable, installed);
            assert_eq!(line.as_deref(), Ok(expected), "{setting:?}, {variable:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_bare_name_gets_what_it_needs_and_a_whole_line_is_taken_as_it_is() {
        let cases = [
            ("xfce4-terminal", "xfce4-terminal -x …"),
            ("/usr/bin/konsole", "/usr/bin/konsole -e …"),
            ("mine", "mine -e …"),
            ("kitty --class k3s", "kitty --class k3s …"),
            ("xterm -T 'a shell' -e", "xterm -T a shell -e …"),
        ];
        for (setting, expected) in cases {
            let installed = [setting.split(' ').next().unwrap()];
            let line = chosen(System::Unix, Some(setting), None, &installed);
            assert_eq!(line.as_deref(), Ok(expected));
        }
    }

    #[cfg(unix)]
    #[test]
    fn without_a_terminal_there_is_one_thing_to_do() {
        let problem = |setting, installed: &[&str]| {
            let problem = chosen(System::Unix, setting, None, installed).unwrap_err();
            (problem.causes.join("; "), problem.hint.unwrap())
        };
        let correct = "Correct `terminal` in `/h/settings.json`.".to_owned();
        assert_eq!(
            problem(None, &[]),
            (
                "no terminal was found".into(),
                "Name yours in `/h/settings.json`, such as `\"terminal\": \"xterm -e\"`.".into()
            )
        );
        assert_eq!(
            problem(Some("gone --x"), &["xterm"]),
            ("the terminal `gone` was not found".into(), correct.clone())
        );
        assert_eq!(
            problem(Some("xterm 'a"), &["xterm"]),
            (
                "the terminal `xterm 'a` cannot be read: a quote is not closed".into(),
                correct
            )
        );
    }

    #[test]
    fn windows_gives_a_program_a_terminal_of_its_own() {
        let line = |installed: &[&str]| chosen(System::Windows, None, None, installed);
        assert_eq!(line(&["wt"]).as_deref(), Ok("wt …"));
        assert_eq!(line(&[]).as_deref(), Ok("…"));
    }

    #[test]
    fn the_script_for_macos_runs_the_command_whatever_the_context_is_called() {
        assert_eq!(
            script(&command()).unwrap(),
            "#!/bin/sh\nrm -f -- \"$0\"\nexec /opt/k3tray shell -- 'my context'\n"
        );
        assert!(script(&["a\0b".to_owned()]).is_err());
    }
}
