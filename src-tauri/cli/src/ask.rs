//! Asks before something is deleted.

use std::io::{IsTerminal, Write, stderr, stdin};

/// The answer to "delete this?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Go on.
    Yes,
    /// Leave it.
    No,
    /// Nobody is there to ask.
    NobodyThere,
}

/// Asks on the terminal.
pub(crate) fn ask(question: &str) -> Answer {
    if !(stdin().is_terminal() && stderr().is_terminal()) {
        return Answer::NobodyThere;
    }
    eprint!("{question} [y/N] ");
    let _ = stderr().flush();
    let mut line = String::new();
    match stdin().read_line(&mut line) {
        Ok(_) if is_yes(&line) => Answer::Yes,
        Ok(_) | Err(_) => Answer::No,
    }
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_a_yes_is_a_no() {
        for (line, expected) in [
            ("y\n", true),
            ("YES\n", true),
            ("", false),
            ("\n", false),
            ("no\n", false),
        ] {
            assert_eq!(is_yes(line), expected, "{line:?}");
        }
    }
}
