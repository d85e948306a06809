//! A server over TLS that answers each path as it is told, and remembers what it was asked.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// What paths are answered with: a status and a body.
pub(super) type Script = BTreeMap<&'static str, (u16, String)>;

/// A running server. It ends with the test's runtime.
pub(super) struct Server {
    address: SocketAddr,
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) async fn start(script: Script) -> Self {
        let mut authority = CertificateParams::new(vec![]).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let certificate = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let serving = CertificateParams::new(vec!["127.0.0.1".into()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![serving.der().clone()], private)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            authority: STANDARD.encode(certificate.pem()),
            asked: Arc::default(),
        };
        let tls = TlsAcceptor::from(Arc::new(config));
        let (script, asked) = (Arc::new(script), Arc::clone(&server.asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let answering = answer(tls.clone(), stream, Arc::clone(&script), asked.clone());
                tokio::spawn(answering);
            }
        });
        server
    }

    /// The inside of a cluster entry that leads here.
    pub(super) fn entry(&self) -> String {
        let authority = &self.authority;
        format!("{}, certificate-authority-data: {authority}", self.url())
    }

    /// The same without the authority, whom nobody else knows.
    pub(super) fn url(&self) -> String {
        format!("server: 'https://{}'", self.address)
    }

    /// The heads of all requests.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(
    tls: TlsAcceptor,
    stream: TcpStream,
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let mut stream = tls.accept(stream).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    asked.lock().unwrap().push(head);
    let Some((status, body)) = script.get(path.as_str()) else {
        // Whoever is not told of in the script waits for ever.
        std::future::pending::<()>().await;
        return None;
    };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).await.ok()?;
    stream.shutdown().await.ok()
}

pub(super) const NODES: &str = "/api/v1/nodes?&limit=500";
pub(super) const NAMESPACES: &str = "/api/v1/namespaces?&limit=500";

pub(super) fn version() -> (&'static str, (u16, String)) {
    let body = json!({
        "major": "1", "minor": "31", "gitVersion": "v1.31.4+k3s1", "gitCommit": "", "gitTreeState": "",
        "buildDate": "", "goVersion": "", "compiler": "", "platform": "linux/amd64"
    });
    ("/version", (200, body.to_string()))
}

pub(super) fn refusal(code: u16, message: &str) -> (u16, String) {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "code": code
    });
    (code, body.to_string())
}

pub(super) fn list(kind: &str, items: &[Value], more: Option<&str>) -> (u16, String) {
    let metadata = json!({ "continue": more });
    let body = json!({ "kind": kind, "apiVersion": "v1", "metadata": metadata, "items": items });
    (200, body.to_string())
}

pub(super) fn node(name: &str, ready: bool) -> Value {
    let status = if ready { "True" } else { "False" };
    json!({
        "metadata": { "name": name },
        "status": { "conditions": [{ "type": "Ready", "status": status }] }
    })
}
