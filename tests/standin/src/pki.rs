//! The certificates of a cluster as k3s lays them out: a server authority, a client authority, serving certificates,
//! and client certificates whose common name is the user and whose organisation is the group. Made once, kept in
//! `server/tls`, shared with joining servers. Not rotated.

use std::fmt::Write as _;
use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The names of the authorities; they are not random, so that every server of a cluster rebuilds the same issuer.
const SERVER_AUTHORITY: &str = "k3s-server-ca@stand-in";
const CLIENT_AUTHORITY: &str = "k3s-client-ca@stand-in";

/// Why a certificate could not be made, read or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PkiError {
    #[error("cannot make a certificate")]
    Make(#[from] rcgen::Error),
    #[error("cannot keep {path}")]
    Keep {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("cannot read a certificate")]
    Read(#[from] rustls::pki_types::pem::Error),
}

/// A certificate and its key, both as PEM.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credential {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Credential {
    /// Both parts as rustls wants them.
    pub(crate) fn to_der(
        &self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), PkiError> {
        let chain = CertificateDer::pem_slice_iter(self.certificate.as_bytes())
            .collect::<Result<_, _>>()?;
        Ok((chain, PrivateKeyDer::from_pem_slice(self.key.as_bytes())?))
    }
}

/// Both authorities with their keys: what the servers of one cluster share.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Authorities {
    pub(crate) server: Credential,
    client: Credential,
}

impl Authorities {
    /// Makes new authorities.
    pub(crate) fn create() -> Result<Self, PkiError> {
        Ok(Self {
            server: authority(SERVER_AUTHORITY)?,
            client: authority(CLIENT_AUTHORITY)?,
        })
    }

    /// Reads what an earlier start kept in `directory`; `None` when there is nothing yet.
    pub(crate) fn load(directory: &Path) -> Option<Self> {
        let read = |name: &str| fs::read_to_string(directory.join(name)).ok();
        Some(Self {
            server: Credential {
                certificate: read("server-ca.crt")?,
                key: read("server-ca.key")?,
            },
            client: Credential {
                certificate: read("client-ca.crt")?,
                key: read("client-ca.key")?,
            },
        })
    }

    /// Keeps the authorities in `directory` under k3s' file names.
    pub(crate) fn save(&self, directory: &Path) -> Result<(), PkiError> {
        let files = [
            ("client-ca.key", &self.client.key),
            ("client-ca.crt", &self.client.certificate),
            ("server-ca.key", &self.server.key),
            ("server-ca.crt", &self.server.certificate),
        ];
        fs::create_dir_all(directory).map_err(|source| PkiError::Keep {
            path: directory.to_owned(),
            source,
        })?;
        for (name, text) in files {
            let path = directory.join(name);
            fs::write(&path, text).map_err(|source| PkiError::Keep { path, source })?;
        }
        Ok(())
    }

    /// A serving certificate for `names` (DNS names and addresses mixed, as `--tls-san` takes them).
    pub(crate) fn serving(
        &self,
        names: impl IntoIterator<Item = String>,
    ) -> Result<Credential, PkiError> {
        let mut parameters = leaf("k3s", None, ExtendedKeyUsagePurpose::ServerAuth);
        for name in names {
            parameters
                .subject_alt_names
                .push(match name.parse::<IpAddr>() {
                    Ok(address) => SanType::IpAddress(address),
                    Err(_) => SanType::DnsName(name.try_into()?),
                });
        }
        sign(&parameters, &self.server, SERVER_AUTHORITY)
    }

    /// A client certificate for `user` in `group`.
    pub(crate) fn client(&self, user: &str, group: &str) -> Result<Credential, PkiError> {
        sign(
            &leaf(user, Some(group), ExtendedKeyUsagePurpose::ClientAuth),
            &self.client,
            CLIENT_AUTHORITY,
        )
    }

    /// The client authority's certificate, which the API checks callers against.
    pub(crate) fn client_authority(&self) -> &str {
        &self.client.certificate
    }
}

/// The hash a full token (`K10<hash>::…`) carries: SHA-256 over the server authority's PEM.
pub(crate) fn authority_hash(pem: &str) -> String {
    hexadecimal(&Sha256::digest(pem.as_bytes()))
}

/// Bytes as digests are written.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The user a client certificate was issued to; `None` when it has no common name.
pub(crate) fn user(certificate: &CertificateDer<'_>) -> Option<String> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(
        parsed
            .subject()
            .iter_common_name()
            .next()?
            .as_str()
            .ok()?
            .to_owned(),
    )
}

fn authority(name: &str) -> Result<Credential, PkiError> {
    let key = KeyPair::generate()?;
    let certificate = authority_parameters(name).self_signed(&key)?;
    Ok(Credential {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

fn authority_parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = subject(name, None);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::CrlSign,
    ];
    parameters
}

fn leaf(
    name: &str,
    organisation: Option<&str>,
    purpose: ExtendedKeyUsagePurpose,
) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = subject(name, organisation);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    parameters.extended_key_usages = vec![purpose];
    parameters.use_authority_key_identifier_extension = true;
    parameters
}

fn subject(name: &str, organisation: Option<&str>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    if let Some(organisation) = organisation {
        subject.push(DnType::OrganizationName, organisation);
    }
    subject.push(DnType::CommonName, name);
    subject
}

fn sign(
    parameters: &CertificateParams,
    authority: &Credential,
    name: &str,
) -> Result<Credential, PkiError> {
    let issuer = Issuer::new(
        authority_parameters(name),
        KeyPair::from_pem(&authority.key)?,
    );
    let key = KeyPair::generate()?;
    let certificate = parameters.signed_by(&key, &issuer)?;
    Ok(Credential {
        certificate: certificate.pem(),
        key: key.serialize_pem(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_client_certificate_names_its_user() {
        let credential = Authorities::create()
            .unwrap()
            .client("system:node:k3d-dev-agent-0", "system:nodes")
            .unwrap();

        let (chain, _) = credential.to_der().unwrap();
        assert_eq!(
            user(&chain[0]).as_deref(),
            Some("system:node:k3d-dev-agent-0")
        );
    }

    #[test]
    fn kept_authorities_are_found_again() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Authorities::load(directory.path()).is_none());
        let made = Authorities::create().unwrap();
        made.save(directory.path()).unwrap();

        assert_eq!(
            Authorities::load(directory.path())
                .unwrap()
                .server
                .certificate,
            made.server.certificate
        );
    }
}
