//! What may be the name of a namespace.
//!
//! Kubernetes' own rule, so that a slip is told where it is typed and not by the next `kubectl`. Which
//! namespaces there are only a cluster can say: [`crate::reach`] asks it.

use crate::error::{Code, Explain};

/// The namespace that Kubernetes takes where a context names none.
pub const DEFAULT: &str = "default";
/// As many characters as a DNS label has.
const LENGTH: usize = 63;

/// The text cannot be the name of a namespace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` cannot be the name of a namespace")]
pub struct BadNamespace(pub String);

impl Explain for BadNamespace {
    fn hint(&self) -> Option<String> {
        Some(
            "It is up to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends."
                .into(),
        )
    }

    fn code(&self) -> Code {
        Code::BadInput
    }
}

/// Whether a namespace can have this name: a DNS label, as RFC 1123 has it.
///
/// # Errors
/// [`BadNamespace`] where it cannot.
pub fn check(name: &str) -> Result<(), BadNamespace> {
    let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let good = bytes.len() <= LENGTH
        && ends.iter().all(|end| end.is_some_and(|c| inner(*c)))
        && bytes.iter().all(|c| inner(*c) || *c == b'-');
    if good {
        Ok(())
    } else {
        Err(BadNamespace(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_a_dns_label() {
        let long = "a".repeat(LENGTH);
        for good in ["a", "default", "kube-system", "0-1", &long] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        let longer = "a".repeat(LENGTH + 1);
        let bad = ["", "-a", "a-", "A", "a.b", "a/b", "a b", "ä", &longer];
        for bad in bad {
            assert_eq!(check(bad), Err(BadNamespace(bad.into())), "{bad}");
        }
    }
}
