//! Which engine: docker's own order first, then the places where engines are known to listen.
//!
//! A desktop app is not started from a shell, so `DOCKER_HOST` is often missing: the context store
//! and the sockets must do. Files are looked at here and nothing is connected to, but in
//! [`Engine::find`].

use std::path::{Path, PathBuf};

use super::{
    Engine, EngineError, docker_contexts,
    endpoint::{Address, Endpoint, Reason, TlsFiles},
};
use crate::paths::Paths;

/// No engine answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoEngine {
    /// The one that was most wanted, where the user's choice could be read at all.
    pub endpoint: Option<Endpoint>,
    /// Why that one did not answer.
    pub error: EngineError,
}

impl Engine {
    /// Connects to the first of [`candidates`] that answers.
    pub async fn find(setting: Option<&str>, paths: &Paths) -> Result<Self, NoEngine> {
        let candidates = candidates(setting, paths).map_err(|error| NoEngine {
            endpoint: None,
            error,
        })?;
        let mut first = None;
        for endpoint in candidates {
            match Self::connect(&endpoint).await {
                Ok(engine) => return Ok(engine),
                Err(error) => {
                    first.get_or_insert(NoEngine {
                        endpoint: Some(endpoint),
                        error,
                    });
                }
            }
        }
        Err(first.unwrap_or_else(|| NoEngine {
            endpoint: None,
            error: EngineError::BadAddress {
                address: String::new(),
            },
        }))
    }
}

/// Where the engine may be, best first; never empty.
///
/// What the user chose (`setting`, `K3TRAY_ENGINE`, `DOCKER_HOST`, `DOCKER_CONTEXT`, docker's current
/// context, in this order) is the only candidate: with another engine the clusters would be others.
/// Without a choice, every known socket that exists is one.
pub fn candidates(setting: Option<&str>, paths: &Paths) -> Result<Vec<Endpoint>, EngineError> {
    let docker = &paths.docker;
    let tls = || {
        let folder = docker.cert_path.as_ref().unwrap_or(&docker.config);
        docker.tls_verify.then(|| TlsFiles::in_folder(folder))
    };
    let chosen = |text: &str, reason| {
        let address: Address = text.parse()?;
        let tls = matches!(address, Address::Tcp(_)).then(tls).flatten();
        Ok(vec![Endpoint {
            address,
            tls,
            reason,
        }])
    };
    if let Some(address) = setting.or(paths.engine.as_deref()) {
        return chosen(address, Reason::Setting);
    }
    if let Some(address) = &docker.host {
        return chosen(address, Reason::DockerHost);
    }
    let context = match &docker.context {
        Some(name) if name == docker_contexts::DEFAULT => None,
        Some(name) => Some((name.clone(), Reason::DockerContext(name.clone()))),
        None => docker_contexts::current(&docker.config)
            .map(|name| (name.clone(), Reason::CurrentContext(name))),
    };
    if let Some((name, reason)) = context
        && let Some((address, tls)) = docker_contexts::read(&docker.config, &name)?
    {
        return Ok(vec![Endpoint {
            address,
            tls,
            reason,
        }]);
    }
    Ok(known(paths))
}

#[cfg(windows)]
fn known(_: &Paths) -> Vec<Endpoint> {
    vec![Endpoint {
        address: Address::Pipe("//./pipe/docker_engine".into()),
        tls: None,
        reason: Reason::Default,
    }]
}

#[cfg(not(windows))]
fn known(paths: &Paths) -> Vec<Endpoint> {
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (path, product) in sockets(paths) {
        // Products link docker's usual place to their own socket: one engine, one candidate.
        let Ok(real) = path.canonicalize() else {
            continue;
        };
        if !seen.contains(&real) {
            seen.push(real);
            found.push(Endpoint {
                address: Address::Unix(path),
                tls: None,
                reason: Reason::Found(product),
            });
        }
    }
    if found.is_empty() {
        found.push(Endpoint {
            address: Address::Unix(DOCKER.into()),
            tls: None,
            reason: Reason::Default,
        });
    }
    found
}

/// Docker's usual place.
#[cfg(not(windows))]
const DOCKER: &str = "/var/run/docker.sock";

/// Every place an engine is known to listen at, best first.
#[cfg(not(windows))]
fn sockets(paths: &Paths) -> Vec<(PathBuf, &'static str)> {
    let home = |path: &str| paths.home.join(path);
    let runtime = |path: &str| paths.runtime.as_ref().map(|folder| folder.join(path));
    let mut sockets = vec![(PathBuf::from(DOCKER), "Docker")];
    sockets.extend(runtime("docker.sock").map(|path| (path, "rootless Docker")));
    sockets.push((home(".docker/desktop/docker.sock"), "Docker Desktop"));
    sockets.push((home(".docker/run/docker.sock"), "Docker Desktop"));
    sockets.push((home(".rd/docker.sock"), "Rancher Desktop"));
    sockets.push((home(".orbstack/run/docker.sock"), "OrbStack"));
    for colima in [".colima", ".config/colima"] {
        // Its first profile is called `default`; older releases had no profiles.
        sockets.push((home(colima).join("default/docker.sock"), "Colima"));
        sockets.push((home(colima).join("docker.sock"), "Colima"));
        sockets.extend(each(&home(colima), "docker.sock").map(|path| (path, "Colima")));
    }
    sockets.extend(each(&home(".lima"), "sock/docker.sock").map(|path| (path, "Lima")));
    sockets.extend(runtime("podman/podman.sock").map(|path| (path, "rootless Podman")));
    sockets.push(("/run/podman/podman.sock".into(), "Podman"));
    sockets
}

/// `socket` in each folder of `folder`, by name.
#[cfg(not(windows))]
fn each(folder: &Path, socket: &str) -> impl Iterator<Item = PathBuf> {
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join(socket))
        .collect();
    folders.sort();
    folders.into_iter()
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    fn endpoint(address: &str, reason: Reason) -> Endpoint {
        Endpoint {
            address: address.parse().unwrap(),
            tls: None,
            reason,
        }
    }

    /// The known sockets of this machine itself are beside the point.
    fn below_home(paths: &Paths) -> Vec<Endpoint> {
        let mut found = candidates(None, paths).unwrap();
        found.retain(|endpoint| {
            endpoint
                .address
                .to_string()
                .contains(paths.home.to_str().unwrap())
        });
        found
    }

    #[test]
    fn what_the_user_chose_is_the_only_candidate_in_dockers_order() {
        let root = tempfile::tempdir().unwrap();
        let mut paths = Paths::below(root.path());
        fs::create_dir_all(&paths.docker.config).unwrap();
        fs::write(
            paths.docker.config.join("config.json"),
            r#"{"currentContext":"gone"}"#,
        )
        .unwrap();
        let gone = |name: &str| {
            Err(EngineError::BadContext {
                name: name.into(),
                said: crate::engine::error::Said("there is no such context".into()),
            })
        };
        // A context that does not exist is an error: any other engine would show other clusters.
        assert_eq!(candidates(None, &paths), gone("gone"));
        paths.docker.context = Some("other".into());
        assert_eq!(candidates(None, &paths), gone("other"));
        paths.docker.host = Some("unix:///one.sock".into());
        assert_eq!(
            candidates(None, &paths),
            Ok(vec![endpoint("unix:///one.sock", Reason::DockerHost)])
        );
        paths.engine = Some("unix:///two.sock".into());
        assert_eq!(
            candidates(None, &paths),
            Ok(vec![endpoint("unix:///two.sock", Reason::Setting)])
        );
        assert_eq!(
            candidates(Some("/three.sock"), &paths),
            Ok(vec![endpoint("unix:///three.sock", Reason::Setting)])
        );
    }

    #[test]
    fn tls_files_go_with_tcp_alone_and_lie_where_docker_looks_for_them() {
        let mut paths = Paths::below(Path::new("/h"));
        paths.docker.host = Some("tcp://far:2376".into());
        paths.docker.tls_verify = true;
        let tls = |paths: &Paths| candidates(None, paths).unwrap()[0].tls.clone();
        assert_eq!(
            tls(&paths),
            Some(TlsFiles::in_folder(Path::new("/h/.docker")))
        );
        paths.docker.cert_path = Some("/certs".into());
        assert_eq!(tls(&paths), Some(TlsFiles::in_folder(Path::new("/certs"))));
        paths.docker.host = Some("ssh://me@far".into());
        assert_eq!(tls(&paths), None);
    }

    #[test]
    fn known_sockets_are_found_once_each_and_in_order() {
        let root = tempfile::tempdir().unwrap();
        let mut paths = Paths::below(root.path());
        paths.runtime = Some(root.path().join("run"));
        let put = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
            path
        };
        put("run/podman/podman.sock");
        put(".colima/work/docker.sock");
        let colima = put(".colima/default/docker.sock");
        symlink(colima, root.path().join("run/docker.sock")).unwrap();
        let at = |path: &str, product| {
            let path = root.path().join(path);
            endpoint(path.to_str().unwrap(), Reason::Found(product))
        };
        assert_eq!(
            below_home(&paths),
            [
                at("run/docker.sock", "rootless Docker"),
                at(".colima/work/docker.sock", "Colima"),
                at("run/podman/podman.sock", "rootless Podman"),
            ]
        );
    }

    #[tokio::test]
    async fn an_engine_that_was_chosen_and_is_away_is_named() {
        let paths = Paths::below(Path::new("/nowhere"));
        let missing = Engine::find(Some("unix:///nowhere/engine.sock"), &paths)
            .await
            .unwrap_err();
        assert_eq!(
            missing,
            NoEngine {
                endpoint: Some(endpoint("unix:///nowhere/engine.sock", Reason::Setting)),
                error: EngineError::NotRunning(crate::engine::error::Said(
                    "there is no socket `/nowhere/engine.sock`".into()
                )),
            }
        );
    }
}
