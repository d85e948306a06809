//! Log lines in the two styles of a k3s node's output: k3s' own (`time="…" level=info msg="…"`) and its kubelet's.
//! k3d waits for substrings of these lines, so their wording is part of what is imitated. Not a logging framework.

use std::fmt;
use std::io::Write as _;

use jiff::Timestamp;

/// Writes one `level=info` line.
pub(crate) fn info(message: impl fmt::Display) {
    line("info", &message.to_string());
}

/// Writes one `level=warning` line.
pub(crate) fn warning(message: impl fmt::Display) {
    line("warning", &message.to_string());
}

/// Writes one `level=error` line.
pub(crate) fn error(message: impl fmt::Display) {
    line("error", &message.to_string());
}

/// Writes one `level=fatal` line; the caller exits with code 1, as k3s does.
pub(crate) fn fatal(message: impl fmt::Display) {
    line("fatal", &message.to_string());
}

/// Writes one line as the kubelet inside k3s does, e.g. `"Successfully registered node" node="k3d-dev-agent-0"`.
pub(crate) fn kubelet(source: &str, text: &str) {
    let now = Timestamp::now();
    let stamp = now.strftime("%m%d %H:%M:%S%.6f");
    write(&format!(
        "I{stamp} {:>7} {source}] {text}",
        std::process::id()
    ));
}

fn line(level: &str, message: &str) {
    write(&format_line(Timestamp::now(), level, message));
}

/// One line as logrus' text formatter writes it: quotes, backslashes and newlines of the message are escaped.
fn format_line(now: Timestamp, level: &str, message: &str) -> String {
    format!(
        "time=\"{}\" level={level} msg={message:?}",
        now.strftime("%Y-%m-%dT%H:%M:%SZ")
    )
}

/// A closed standard error must not end the node, so a failed write is dropped.
fn write(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_shape_of_k3s_own() {
        let line = format_line(Timestamp::UNIX_EPOCH, "info", "Running \"it\"");

        assert_eq!(
            line,
            r#"time="1970-01-01T00:00:00Z" level=info msg="Running \"it\"""#
        );
    }
}
