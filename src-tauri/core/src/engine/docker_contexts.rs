//! Reads docker's context store: which engine the user chose with `docker context use`.
//!
//! The store is docker's (`cli/context/store`): `config.json` names the current context, each context
//! has a folder named by the SHA-256 of its name. Nothing is ever written, and nothing is connected to.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{
    EngineError,
    endpoint::{Address, TlsFiles},
    error::Said,
};

/// The context that stands for docker's built-in address.
pub const DEFAULT: &str = "default";

#[derive(Debug, Deserialize)]
struct Configuration {
    #[serde(default, rename = "currentContext")]
    current_context: String,
}

#[derive(Debug, Deserialize)]
struct Meta {
    #[serde(default, rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Debug, Default, Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Debug, Deserialize)]
struct DockerEndpoint {
    #[serde(default, rename = "Host")]
    host: String,
}

/// The current context, unless it is [`DEFAULT`]. A configuration that is missing or cannot be read
/// names none, which is how docker takes it.
pub fn current(docker_config: &Path) -> Option<String> {
    let text = fs::read(docker_config.join("config.json")).ok()?;
    let configuration: Configuration = serde_json::from_slice(&text).ok()?;
    let name = configuration.current_context;
    (!name.is_empty() && name != DEFAULT).then_some(name)
}

/// Where the engine of the context `name` is. None where the context has docker's built-in address.
///
/// A context that turns TLS verification off is read as one that does not: it then fails and says so.
pub fn read(
    docker_config: &Path,
    name: &str,
) -> Result<Option<(Address, Option<TlsFiles>)>, EngineError> {
    let broken = |said: String| EngineError::BadContext {
        name: name.to_owned(),
        said: Said(said),
    };
    let folder = folder(name);
    let contexts = docker_config.join("contexts");
    let file = contexts.join("meta").join(&folder).join("meta.json");
    let text = fs::read(&file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => broken("there is no such context".into()),
        _ => broken(format!("`{}`: {error}", file.display())),
    })?;
    let meta: Meta = serde_json::from_slice(&text)
        .map_err(|error| broken(format!("`{}`: {error}", file.display())))?;
    let host = meta.endpoints.docker.map(|docker| docker.host);
    let Some(host) = host.filter(|host| !host.is_empty()) else {
        return Ok(None);
    };
    let tls = contexts.join("tls").join(&folder).join("docker");
    let tls = tls.is_dir().then(|| TlsFiles::in_folder(&tls));
    Ok(Some((host.parse()?, tls)))
}

fn folder(name: &str) -> PathBuf {
    use std::fmt::Write;
    let digest = Sha256::digest(name.as_bytes());
    let hex = digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    hex.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    /// What `docker context create remote --docker host=tcp://far:2376,ca=…` leaves behind.
    fn store() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let put = |path: String, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let meta = |name, text| {
            put(
                format!("contexts/meta/{}/meta.json", folder(name).display()),
                text,
            );
        };
        meta(
            "remote",
            r#"{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}"#,
        );
        put(
            format!("contexts/tls/{}/docker/ca.pem", folder("remote").display()),
            "",
        );
        meta(
            "colima",
            r#"{"Name":"colima","Metadata":{"Description":"colima"},"Endpoints":{"docker":{"Host":"unix:///home/me/.colima/default/docker.sock"}}}"#,
        );
        meta("bare", r#"{"Name":"bare","Metadata":{},"Endpoints":{}}"#);
        meta("broken", "{");
        root
    }

    #[test]
    fn a_folder_is_named_as_docker_names_it() {
        // As `docker context create colima` made it.
        assert_eq!(
            folder("colima"),
            Path::new("f24fd3749c1368328e2b149bec149cb6795619f244c5b584e844961215dadd16")
        );
    }

    #[test]
    fn each_context_gives_the_address_and_tls_files_it_was_made_with() {
        let store = store();
        let tls = store
            .path()
            .join("contexts/tls")
            .join(folder("remote"))
            .join("docker");
        assert_eq!(
            read(store.path(), "remote"),
            Ok(Some((
                Address::Tcp("far:2376".into()),
                Some(TlsFiles {
                    ca: tls.join("ca.pem"),
                    cert: tls.join("cert.pem"),
                    key: tls.join("key.pem"),
                })
            )))
        );
        assert_eq!(
            read(store.path(), "colima"),
            Ok(Some((
                Address::Unix("/home/me/.colima/default/docker.sock".into()),
                None
            )))
        );
        assert_eq!(read(store.path(), "bare"), Ok(None));
        assert_eq!(
            read(store.path(), "gone"),
            Err(EngineError::BadContext {
                name: "gone".into(),
                said: Said("there is no such context".into())
            })
        );
        assert!(matches!(
            read(store.path(), "broken"),
            Err(EngineError::BadContext { .. })
        ));
    }

    #[test]
    fn the_current_context_is_read_and_the_default_one_is_none() {
        let root = tempfile::tempdir().unwrap();
        let cases = [
            (
                r#"{"auths":{"https://index.docker.io/v1/":{}},"currentContext":"colima"}"#,
                Some("colima"),
            ),
            (r#"{"currentContext":"default"}"#, None),
            (r#"{"auths":{}}"#, None),
            ("not json", None),
        ];
        assert_eq!(current(root.path()), None);
        for (text, expected) in cases {
            fs::write(root.path().join("config.json"), text).unwrap();
            assert_eq!(current(root.path()).as_deref(), expected, "{text}");
        }
    }
}
