//! A small HTTPS client for what nodes say to servers: JSON requests with a client certificate or a name and password,
//! against one authority, each with a deadline. Not a Kubernetes client.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject as _};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use serde_json::Value;

use crate::pki::{Credential, PkiError};

/// How long a connection may take: short, so that a machine that is gone counts as unreachable and not as slow.
const CONNECT: Duration = Duration::from_millis(500);

/// Why a request got no usable answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("cannot use the cluster's certificates")]
    Certificates(#[from] PkiError),
    #[error("cannot use the cluster's certificates: {0}")]
    Tls(#[from] rustls::Error),
    #[error("bad address {0}")]
    Address(String),
    /// The cause is spelled out here because it ends in a log line.
    #[error("{url}: {cause}")]
    Unreachable { url: String, cause: String },
    /// The connection ended before the answer did: the server may have done what was asked.
    #[error("{url}: {cause}")]
    Broken { url: String, cause: String },
    #[error("{url}: {status}")]
    Refused {
        url: String,
        status: StatusCode,
        message: Option<String>,
    },
    #[error("{url}: no answer within {deadline:?}")]
    Late { url: String, deadline: Duration },
    #[error("{url}: unexpected answer")]
    Answer {
        url: String,
        source: serde_json::Error,
    },
}

impl ClientError {
    /// The HTTP status when the server answered but refused.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// Who the caller is.
#[derive(Clone)]
pub(crate) enum Caller {
    /// Nobody: only what the supervisor tells everyone.
    Anonymous,
    /// The join token's user (`node` or `server`) and password.
    Password {
        user: &'static str,
        password: String,
    },
    /// A client certificate.
    Certificate(Credential),
}

/// Connections to the servers of one cluster.
#[derive(Clone)]
pub(crate) struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    authorization: Option<HeaderValue>,
    deadline: Duration,
}

impl Client {
    /// A client that trusts `authority` (PEM), or, with `None`, any server: for the one request that fetches the authority.
    pub(crate) fn new(
        authority: Option<&str>,
        caller: &Caller,
        deadline: Duration,
    ) -> Result<Self, ClientError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?;
        let builder = if let Some(pem) = authority {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate.map_err(PkiError::Read)?)?;
            }
            builder.with_root_certificates(roots)
        } else {
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(TrustOnFirstUse(provider)))
        };
        let tls = if let Caller::Certificate(credential) = caller {
            let (chain, key) = credential.to_der()?;
            builder.with_client_auth_cert(chain, key)?
        } else {
            builder.with_no_client_auth()
        };
        let authorization = match caller {
            Caller::Password { user, password } => Some(basic(user, password)),
            Caller::Anonymous | Caller::Certificate(_) => None,
        };
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_only()
            .enable_http1()
            .wrap_connector(tcp);
        Ok(Self {
            pool: Pool::builder(TokioExecutor::new()).build(connector),
            authorization,
            deadline,
        })
    }

    /// Sends one request and returns the answer's bytes; a status other than 2xx is [`ClientError::Refused`].
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Bytes, ClientError> {
        let (status, bytes) = self.exchange(method, url, headers, body).await?;
        if status.is_success() {
            return Ok(bytes);
        }
        let message = serde_json::from_slice::<Value>(&bytes)
            .ok()
            .and_then(|value| Some(value.get("message")?.as_str()?.to_owned()));
        Err(ClientError::Refused {
            url: url.to_owned(),
            status,
            message,
        })
    }

    /// Sends one request and returns the answer whatever its status.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = url
            .parse()
            .map_err(|_| ClientError::Address(url.to_owned()))?;
        *request.headers_mut() = headers;
        if let Some(authorization) = &self.authorization {
            request
                .headers_mut()
                .insert(AUTHORIZATION, authorization.clone());
        }
        let broken = |cause: String| ClientError::Broken {
            url: url.to_owned(),
            cause,
        };
        let answer = async {
            let response = self.pool.request(request).await.map_err(|error| {
                if error.is_connect() {
                    ClientError::Unreachable {
                        url: url.to_owned(),
                        cause: chain(&error),
                    }
                } else {
                    broken(chain(&error))
                }
            })?;
            let status = response.status();
            let body = response.into_body().collect().await;
            let bytes = body.map_err(|error| broken(chain(&error)))?.to_bytes();
            Ok((status, bytes))
        };
        match tokio::time::timeout(self.deadline, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(ClientError::Late {
                url: url.to_owned(),
                deadline: self.deadline,
            }),
        }
    }

    /// `GET`, the answer as JSON.
    pub(crate) async fn get(&self, url: &str) -> Result<Value, ClientError> {
        parse(
            url,
            &self
                .send(Method::GET, url, HeaderMap::new(), Bytes::new())
                .await?,
        )
    }

    /// A request with a JSON body of the given content type, the answer as JSON.
    pub(crate) async fn json(
        &self,
        method: Method,
        url: &str,
        content: &'static str,
        body: &Value,
    ) -> Result<Value, ClientError> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content))]);
        parse(
            url,
            &self
                .send(method, url, headers, body.to_string().into())
                .await?,
        )
    }
}

fn parse(url: &str, bytes: &[u8]) -> Result<Value, ClientError> {
    serde_json::from_slice(bytes).map_err(|source| ClientError::Answer {
        url: url.to_owned(),
        source,
    })
}

/// The value of an `Authorization` header for a name and password.
fn basic(user: &str, password: &str) -> HeaderValue {
    let text = format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{user}:{password}"))
    );
    // Base64 and the word before it are visible ASCII, which every header value may hold.
    let mut value = HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}

/// An error with its sources in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Accepts any server certificate: a short token carries no hash, so k3s trusts the first answer too.
#[derive(Debug)]
struct TrustOnFirstUse(Arc<CryptoProvider>);

impl ServerCertVerifier for TrustOnFirstUse {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
