//! What a launch asks for: nothing, or one action.
//!
//! Read twice: by a process from its own arguments, and by the running app from those of a second
//! launch. The verbs for people are the command line's (`k3tray`), which is another binary.

use k3tray_core::{
    action::{Action, UnknownAction},
    error::{Code, Explain},
};

/// What the arguments ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Launch {
    /// The app: its tray at the first launch, its window at any other.
    App,
    /// `action ID`: the action, carried out by the running app or by this one.
    Action(Action),
    /// `--version`.
    Version,
}

/// The arguments mean nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LaunchError {
    /// Not `action`, or too many words.
    #[error("`{0}` is not understood")]
    Unknown(String),
    /// `action` alone.
    #[error("`action` needs the action to carry out")]
    NoAction,
    /// `action` with a word that is none.
    #[error(transparent)]
    Action(#[from] UnknownAction),
}

impl Explain for LaunchError {
    fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown(_) | Self::NoAction => Some(
                "The desktop app takes nothing or `action ID`; the verbs are `k3tray`'s.".into(),
            ),
            Self::Action(error) => error.hint(),
        }
    }

    fn code(&self) -> Code {
        Code::BadInput
    }
}

impl Launch {
    /// Reads arguments, the program's name left out.
    pub(crate) fn read(arguments: impl IntoIterator<Item = String>) -> Result<Self, LaunchError> {
        let arguments: Vec<String> = arguments.into_iter().collect();
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        match words[..] {
            [] => Ok(Self::App),
            ["--version" | "-V"] => Ok(Self::Version),
            ["action"] => Err(LaunchError::NoAction),
            ["action", id] => Ok(Self::Action(id.parse::<Action>()?.asking())),
            [..] => Err(LaunchError::Unknown(words.join(" "))),
        }
    }
}

#[cfg(test)]
mod tests {
    use k3tray_core::context::ContextName;

    use super::*;

    #[test]
    fn a_launch_asks_for_the_app_or_for_one_action_and_says_what_it_does_not_understand() {
        let cases = [
            ("", Ok(Launch::App)),
            ("--version", Ok(Launch::Version)),
            ("action new-cluster", Ok(Launch::Action(Action::NewCluster))),
            (
                "action use-protected:prod",
                Ok(Launch::Action(Action::UseContext(ContextName::new("prod")))),
            ),
            ("action", Err(LaunchError::NoAction)),
            (
                "action format-disk",
                Err(LaunchError::Action(UnknownAction("format-disk".into()))),
            ),
            ("create dev", Err(LaunchError::Unknown("create dev".into()))),
            (
                "action quit now",
                Err(LaunchError::Unknown("action quit now".into())),
            ),
        ];
        for (line, expected) in cases {
            let words = line.split_whitespace().map(str::to_owned);
            assert_eq!(Launch::read(words), expected, "{line:?}");
        }
    }
}
