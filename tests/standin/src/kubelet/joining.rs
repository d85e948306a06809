//! How a node gets into its cluster: the authority, the token, and a certificate against the node's password.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use rand::Rng as _;

use super::{DEADLINE, RETRY};
use crate::arguments::NodeConfig;
use crate::client::{Caller, Client, ClientError};
use crate::journal;
use crate::pki::{Credential, authority_hash};
use crate::supervisor::{NODE_NAME, NODE_PASSWORD};

/// The wait after a refused node password, as k3s has it.
const REFUSED_RETRY: Duration = Duration::from_secs(5);
/// How long one attempt to join may take. A name that is not there yet keeps the resolver busy for longer than that.
const ATTEMPT: Duration = Duration::from_millis(1500);

/// The authority of the cluster and a client with the token that the server has accepted.
pub(super) async fn trusted(config: &NodeConfig, server: &str) -> (Client, String) {
    loop {
        match validate(config, server).await {
            Ok(trusted) => return trusted,
            Err(error) => journal::error(format!(
                "Failed to validate connection to cluster at {server}: {error}"
            )),
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn validate(config: &NodeConfig, server: &str) -> Result<(Client, String), ClientError> {
    let authority = fetch_authority(config, server, ATTEMPT).await?;
    let password = config.password().unwrap_or_default().to_owned();
    let client = Client::new(
        Some(&authority),
        &Caller::Password {
            user: "node",
            password,
        },
        DEADLINE,
    )?;
    client.get(&format!("{server}/apis")).await?;
    Ok((client, authority))
}

/// The server authority's certificate, checked against the token when that carries its hash.
pub(crate) async fn fetch_authority(
    config: &NodeConfig,
    server: &str,
    deadline: Duration,
) -> Result<String, ClientError> {
    let url = format!("{server}/cacerts");
    let bytes = Client::new(None, &Caller::Anonymous, deadline)?
        .send(Method::GET, &url, HeaderMap::new(), Bytes::new())
        .await?;
    let authority = String::from_utf8_lossy(&bytes).into_owned();
    let hash = authority_hash(&authority);
    match config.authority_hash() {
        Some(wanted) if wanted != hash => Err(ClientError::Unreachable {
            url,
            cause: format!(
                "token CA hash does not match the Cluster CA certificate hash: {wanted} != {hash}"
            ),
        }),
        _ => Ok(authority),
    }
}

/// A certificate for this node, once the server accepts its password.
pub(super) async fn admitted(config: &NodeConfig, client: &Client, server: &str) -> Credential {
    let path = config.etc.join("node/password");
    let password = node_password(&path);
    let header = |text: &str| {
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("invalid"))
    };
    loop {
        let headers = [
            (NODE_NAME, header(&config.name)),
            (NODE_PASSWORD, header(&password)),
        ];
        let headers = headers
            .into_iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value))
            .collect();
        let answer = client
            .send(
                Method::GET,
                &format!("{server}/v1-k3s/client-kubelet.crt"),
                headers,
                Bytes::new(),
            )
            .await;
        let wait = match answer.map(|bytes| serde_json::from_slice::<Credential>(&bytes)) {
            Ok(Ok(credential)) => return credential,
            Ok(Err(error)) => {
                journal::error(format!("Failed to configure agent: {error}"));
                RETRY
            }
            Err(error) if error.status() == Some(StatusCode::FORBIDDEN) => {
                journal::error(format!(
                    "Failed to configure agent: Node password rejected, duplicate hostname or contents of '{}' may not match server \
                     node-passwd entry, try enabling a unique node name with the --with-node-id flag",
                    path.display()
                ));
                REFUSED_RETRY
            }
            Err(error) => {
                journal::error(format!("Failed to configure agent: {error}"));
                RETRY
            }
        };
        tokio::time::sleep(wait).await;
    }
}

/// The password kept by an earlier start of this container, or a new one.
fn node_password(path: &Path) -> String {
    if let Ok(password) = std::fs::read_to_string(path) {
        return password.trim().to_owned();
    }
    let password = format!("{:032x}", rand::rng().random::<u128>());
    let kept = path
        .parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, &password));
    if let Err(error) = kept {
        journal::warning(format!("Unable to write password file: {error}"));
    }
    password
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_node_password_is_made_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("node/password");

        assert_eq!(node_password(&path), node_password(&path));
    }
}
