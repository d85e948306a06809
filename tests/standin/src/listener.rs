//! A server's TLS port: one task per connection, HTTP/1 and HTTP/2, the client certificate's user handed to every request.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http::Request;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::api::{self, Ask};
use crate::pki::{self, Authorities, Credential, PkiError};
use crate::supervisor::Supervisor;

/// Why the port could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenerError {
    #[error("failed to listen on {address}")]
    Bind {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot use the serving certificate")]
    Certificate(#[from] PkiError),
    #[error("cannot use the serving certificate")]
    Tls(#[from] rustls::Error),
    #[error("cannot check client certificates")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// An open port with its certificates.
pub(crate) struct Listener {
    socket: TcpListener,
    tls: TlsAcceptor,
}

impl Listener {
    /// Opens the port. Callers may come without a certificate; one that is shown must be the cluster's.
    pub(crate) async fn bind(
        address: SocketAddr,
        serving: &Credential,
        authorities: &Authorities,
    ) -> Result<Self, ListenerError> {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(
            CertificateDer::from_pem_slice(authorities.client_authority().as_bytes())
                .map_err(PkiError::Read)?,
        )?;
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
        let (chain, key) = serving.to_der()?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier.allow_unauthenticated().build()?)
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let socket = TcpListener::bind(address)
            .await
            .map_err(|source| ListenerError::Bind { address, source })?;
        Ok(Self {
            socket,
            tls: TlsAcceptor::from(Arc::new(config)),
        })
    }

    /// Serves until the process ends.
    pub(crate) async fn serve(self, supervisor: Arc<Supervisor>) {
        loop {
            // A connection that fails before it is accepted concerns nobody but its client.
            if let Ok((stream, _)) = self.socket.accept().await {
                tokio::spawn(connection(
                    self.tls.clone(),
                    stream,
                    Arc::clone(&supervisor),
                ));
            }
        }
    }
}

async fn connection(tls: TlsAcceptor, stream: TcpStream, supervisor: Arc<Supervisor>) {
    let _ = stream.set_nodelay(true);
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let user = stream
        .get_ref()
        .1
        .peer_certificates()
        .and_then(|chain| pki::user(chain.first()?));
    let user: Option<Arc<str>> = user.map(Into::into);
    let service = service_fn(move |request: Request<Incoming>| {
        let (supervisor, user) = (Arc::clone(&supervisor), user.clone());
        async move {
            let (parts, body) = request.into_parts();
            let Ok(body) = body.collect().await else {
                return Ok::<_, Infallible>(api::response(
                    http::StatusCode::BAD_REQUEST,
                    "text/plain",
                    bytes::Bytes::new(),
                ));
            };
            let ask = Ask {
                method: parts.method,
                path: parts.uri.path().to_owned(),
                query: parts.uri.query().unwrap_or_default().to_owned(),
                headers: parts.headers,
                body: body.to_bytes(),
            };
            Ok(supervisor.answer(user.as_deref(), ask).await)
        }
    });
    // The client went away; there is nobody to tell.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
