//! Until when the credentials of a context are good, as they say themselves.
//!
//! Nothing is verified: that is the server's affair.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use kube::config::AuthInfo;
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::fs;
use x509_parser::pem::Pem;

/// What a token may say of itself.
#[derive(Deserialize)]
struct Claims {
    exp: Option<i64>,
}

/// The first end of what this user signs in with; none where nothing tells. A token file may be on a
/// disk that does not answer, so whoever waits for this must be able to stop waiting.
pub(super) async fn expiry(user: &AuthInfo) -> Option<Timestamp> {
    let certificate = user.client_certificate_data.as_deref();
    let provided = || {
        let provider = user.auth_provider.as_ref()?;
        provider.config.get("id-token").cloned()
    };
    let mut token = user
        .token
        .as_ref()
        .map(|token| token.expose_secret().to_owned());
    if let (None, Some(file)) = (&token, &user.token_file) {
        token = fs::read_to_string(file).await.ok();
    }
    let token = token.or_else(provided);
    let ends = [
        certificate.and_then(end_of_certificate),
        token.as_deref().and_then(end_of_token),
    ];
    ends.into_iter().flatten().min()
}

/// The end of a certificate as kubeconfigs hold it: base64 of PEM. Of a chain the first counts: the
/// client's own.
fn end_of_certificate(data: &str) -> Option<Timestamp> {
    let pem = STANDARD.decode(data.trim()).ok()?;
    let first = Pem::iter_from_buffer(&pem).next()?.ok()?;
    let end = first.parse_x509().ok()?.validity().not_after.timestamp();
    Timestamp::from_second(end).ok()
}

/// The end of a JSON web token; any other token says nothing.
fn end_of_token(token: &str) -> Option<Timestamp> {
    let claims = token.trim().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(claims.exp?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_its_end_if_it_is_a_web_token_that_has_one() {
        let token = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        let end = Timestamp::from_second(1_800_000_000).ok();
        assert_eq!(end_of_token(&token(r#"{"exp":1800000000}"#)), end);
        for text in [
            token("{}"),
            token("nothing"),
            "opaque".into(),
            "a.b.c".into(),
            String::new(),
        ] {
            assert_eq!(end_of_token(&text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_tells_no_end() {
        for text in ["", "c2VjcmV0", "not base64"] {
            assert_eq!(end_of_certificate(text), None, "{text}");
        }
    }
}
