//! What is printed when something did not work, and the exit code that goes with it.

use std::process::ExitCode;

use k3tray_core::{
    error::{Code, Explain, Problem},
    spec::{Field, FieldProblem},
};
use serde::Serialize;

use crate::options::Format;

/// Why a call ends with another code than 0.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It did not work, or what was named does not exist.
    Problem(Box<Problem>, Format),
    /// What was typed is wrong; nothing was changed.
    Fields(Vec<FieldProblem>, Format),
    /// The caller said no.
    Declined,
    /// The call cannot be carried out as it stands; why was said already.
    Usage,
}

impl Failure {
    /// A failure titled with what was tried.
    pub(crate) fn new(
        what: impl Into<String>,
        error: &(impl Explain + ?Sized),
        format: Format,
    ) -> Self {
        Self::Problem(Box::new(Problem::new(what, error)), format)
    }

    /// Prints it and gives the exit code.
    pub(crate) fn tell(self) -> ExitCode {
        match self {
            Self::Problem(problem, format) => {
                let code = if is_input(problem.code) { 2 } else { 1 };
                match format {
                    Format::Text => eprintln!("{}", as_text(&problem)),
                    Format::Json => print_json(&*problem),
                }
                ExitCode::from(code)
            }
            Self::Fields(problems, format) => {
                match format {
                    Format::Text => {
                        for problem in &problems {
                            eprintln!("{}: {}", flag(problem.field), problem.message);
                        }
                    }
                    Format::Json => print_json(&problems),
                }
                ExitCode::from(2)
            }
            Self::Declined => ExitCode::FAILURE,
            Self::Usage => ExitCode::from(2),
        }
    }
}

/// Whether the caller can mend it by typing something else, so that nothing was changed.
fn is_input(code: Code) -> bool {
    matches!(
        code,
        Code::BadInput | Code::NameTaken | Code::PortTaken | Code::NotFound
    )
}

/// A problem over several lines: what, why, the node's log, and the one thing to do.
pub(crate) fn as_text(problem: &Problem) -> String {
    let mut text = problem.what.clone();
    for cause in &problem.causes {
        text.push_str("\n  ");
        text.push_str(cause);
    }
    if !problem.log.is_empty() {
        text.push_str("\n  the node's last log lines:");
        for line in &problem.log {
            text.push_str("\n    ");
            text.push_str(line);
        }
    }
    if let Some(hint) = &problem.hint {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}

/// Prints one JSON value.
pub(crate) fn print_json(value: &impl Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("the result cannot be written as JSON: {error}"),
    }
}

/// The flag that a field of the form is here.
fn flag(field: Field) -> &'static str {
    match field {
        Field::Name => "NAME",
        Field::Servers => "--servers",
        Field::Agents => "--agents",
        Field::Image => "--image",
        Field::ApiHost | Field::ApiPort => "--api-port",
        Field::ServerArgs | Field::AgentArgs => "--k3s-arg",
        Field::Env => "--env",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_what_why_and_what_to_do() {
        let problem = Problem {
            what: "Could not create cluster `dev`".into(),
            causes: vec!["node `k3d-dev-server-0` ended while it started".into()],
            hint: Some("Its last log lines say why.".into()),
            code: Code::Other,
            log: vec!["level=fatal".into()],
            remedy: None,
        };
        assert_eq!(
            as_text(&problem),
            "Could not create cluster `dev`\n  node `k3d-dev-server-0` ended while it started\n  \
             the node's last log lines:\n    level=fatal\nhint: Its last log lines say why."
        );
    }
}
