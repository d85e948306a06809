//! The environment, read once: folders and variables.
//!
//! The only module that looks at the environment. Everything else is given a [`Paths`], so that a
//! test makes its own and nothing depends on the shell that started us.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
};

use directories::{BaseDirs, ProjectDirs};

use crate::kubeconfig::Locations;

/// The variables of docker's command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DockerVariables {
    /// `DOCKER_HOST`: an address, above any context.
    pub host: Option<String>,
    /// `DOCKER_CONTEXT`: the name of a context, above the current one.
    pub context: Option<String>,
    /// `DOCKER_CONFIG`, or `~/.docker`.
    pub config: PathBuf,
    /// Whether `DOCKER_TLS_VERIFY` is set to anything.
    pub tls_verify: bool,
    /// `DOCKER_CERT_PATH`; docker looks into its configuration folder without it.
    pub cert_path: Option<PathBuf>,
}

/// Folders and variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The user's home.
    pub home: PathBuf,
    /// Our settings.
    pub config: PathBuf,
    /// What we remember.
    pub state: PathBuf,
    /// What can be made anew.
    pub cache: PathBuf,
    /// `XDG_RUNTIME_DIR`: sockets that live as long as the login.
    pub runtime: Option<PathBuf>,
    /// Where k3d keeps files of its clusters: `XDG_CONFIG_HOME` itself where that is set.
    pub k3d_config: PathBuf,
    /// `KUBECONFIG`, unread: a list of files.
    pub kubeconfig: Option<OsString>,
    /// The one kubeconfig to use instead, as the user set it; the environment says nothing of it.
    pub kubeconfig_setting: Option<PathBuf>,
    /// Folders with kubeconfigs that are listed as well, as the user set them.
    pub kubeconfig_folders: Vec<PathBuf>,
    /// `PATH`, unread: folders with programs.
    pub programs: Option<OsString>,
    /// `TERMINAL`: the user's terminal, by an old custom.
    pub terminal: Option<String>,
    /// The program that runs.
    pub this_program: Option<PathBuf>,
    /// docker's own.
    pub docker: DockerVariables,
    /// `K3TRAY_ENGINE`: the address of an engine, above all of docker's ways to say it.
    pub engine: Option<String>,
    /// `K3TRAY_DEFAULT_IMAGE`: the node image where a wish names none.
    pub default_image: Option<String>,
    /// `K3D_IMAGE_LOADBALANCER`: the load balancer's image, as k3d reads it.
    pub load_balancer_image: Option<String>,
    /// `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` in either case of letters, by their upper-case names.
    pub proxies: BTreeMap<String, String>,
}

/// The system has no home folder for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this user has no home folder")]
pub struct NoHome;

impl crate::error::Explain for NoHome {
    fn hint(&self) -> Option<String> {
        Some("Set `HOME`.".into())
    }
}

impl Paths {
    /// Reads the environment of this process.
    ///
    /// Folders are the system's: XDG's on Linux, `~/Library` on macOS, `AppData` on Windows.
    /// `K3TRAY_HOME` puts our three below one folder, which keeps a trial apart from daily use.
    pub fn from_environment() -> Result<Self, NoHome> {
        let base = BaseDirs::new().ok_or(NoHome)?;
        let ours = ProjectDirs::from("dev", "k3tray", "k3tray").ok_or(NoHome)?;
        let folders = Folders {
            home: base.home_dir(),
            config: ours.config_dir(),
            state: ours.state_dir().unwrap_or(ours.data_local_dir()),
            cache: ours.cache_dir(),
        };
        Ok(Self {
            this_program: std::env::current_exe().ok(),
            ..Self::assemble(&folders, |name| std::env::var_os(name))
        })
    }

    /// Where kubectl would look for this user's kubeconfig, given `--kubeconfig` where the user set one.
    pub fn kubeconfig_locations(&self) -> Locations {
        Locations {
            explicit: self.kubeconfig_setting.clone(),
            kubeconfig_env: self.kubeconfig.clone(),
            home: Some(self.home.clone()),
        }
    }

    /// Where the bytes from before each of our changes to a kubeconfig are kept.
    pub fn kubeconfig_history(&self) -> PathBuf {
        self.state.join("kubeconfig-history")
    }

    /// Where kubeconfigs for one shell each are kept.
    pub fn scoped_kubeconfigs(&self) -> PathBuf {
        self.state.join("shells")
    }

    fn assemble(folders: &Folders<'_>, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        // An empty variable means an unset one, to docker and to XDG alike.
        let raw = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = |name: &str| raw(name).map(PathBuf::from);
        let text = |name: &str| raw(name).and_then(|value| value.into_string().ok());
        let apart = path("K3TRAY_HOME");
        let ours = |usual: &Path, name: &str| match &apart {
            Some(folder) => folder.join(name),
            None => usual.to_owned(),
        };
        let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
            .into_iter()
            .filter_map(|name| {
                let value = text(&name.to_lowercase()).or_else(|| text(name))?;
                Some((name.to_owned(), value))
            })
            .collect();
        Self {
            home: folders.home.to_owned(),
            config: ours(folders.config, "config"),
            state: ours(folders.state, "state"),
            cache: ours(folders.cache, "cache"),
            runtime: path("XDG_RUNTIME_DIR"),
            k3d_config: path("XDG_CONFIG_HOME")
                .unwrap_or_else(|| folders.home.join(".config").join("k3d")),
            kubeconfig: raw("KUBECONFIG"),
            kubeconfig_setting: None,
            kubeconfig_folders: Vec::new(),
            programs: raw("PATH"),
            terminal: text("TERMINAL"),
            this_program: None,
            docker: DockerVariables {
                host: text("DOCKER_HOST"),
                context: text("DOCKER_CONTEXT"),
                config: path("DOCKER_CONFIG").unwrap_or_else(|| folders.home.join(".docker")),
                tls_verify: raw("DOCKER_TLS_VERIFY").is_some(),
                cert_path: path("DOCKER_CERT_PATH"),
            },
            engine: text("K3TRAY_ENGINE"),
            default_image: text("K3TRAY_DEFAULT_IMAGE"),
            load_balancer_image: text("K3D_IMAGE_LOADBALANCER"),
            proxies,
        }
    }

    /// All folders below `home` and no variable set: where a test starts.
    pub fn below(home: &Path) -> Self {
        let folders = Folders {
            home,
            config: &home.join(".config").join("k3tray"),
            state: &home.join(".local").join("state").join("k3tray"),
            cache: &home.join(".cache").join("k3tray"),
        };
        Self::assemble(&folders, |_| None)
    }
}

/// What the system says.
struct Folders<'a> {
    home: &'a Path,
    config: &'a Path,
    state: &'a Path,
    cache: &'a Path,
}

/// The file that a person means by what was typed: `~` is their home, and so is where a bare name
/// begins.
pub fn typed(home: &Path, text: &str) -> PathBuf {
    let text = text.trim();
    let inside = text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\"));
    home.join(inside.unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLDERS: [&str; 4] = ["/h", "/h/c", "/h/s", "/h/x"];

    fn read(variables: &[(&str, &str)]) -> Paths {
        let [home, config, state, cache] = FOLDERS.map(Path::new);
        let folders = Folders {
            home,
            config,
            state,
            cache,
        };
        Paths::assemble(&folders, |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        })
    }

    fn untouched() -> Paths {
        Paths {
            home: "/h".into(),
            config: "/h/c".into(),
            state: "/h/s".into(),
            cache: "/h/x".into(),
            runtime: None,
            k3d_config: "/h/.config/k3d".into(),
            kubeconfig: None,
            kubeconfig_setting: None,
            kubeconfig_folders: vec![],
            programs: None,
            terminal: None,
            this_program: None,
            docker: DockerVariables {
                config: "/h/.docker".into(),
                ..DockerVariables::default()
            },
            engine: None,
            default_image: None,
            load_balancer_image: None,
            proxies: BTreeMap::new(),
        }
    }

    #[test]
    fn a_typed_file_is_looked_for_from_home() {
        for (text, file) in [
            ("~/k", "/h/k"),
            (" /etc/k ", "/etc/k"),
            ("k.yaml", "/h/k.yaml"),
            ("~other/k", "/h/~other/k"),
        ] {
            assert_eq!(typed(Path::new("/h"), text), Path::new(file), "{text:?}");
        }
    }

    #[test]
    fn an_empty_variable_is_an_unset_one() {
        let empty = [
            "DOCKER_HOST",
            "DOCKER_TLS_VERIFY",
            "KUBECONFIG",
            "K3TRAY_HOME",
        ]
        .map(|name| (name, ""));
        assert_eq!(read(&[]), untouched());
        assert_eq!(read(&empty), untouched());
    }

    #[test]
    fn every_variable_has_its_place() {
        let paths = read(&[
            ("K3TRAY_HOME", "/t"),
            ("XDG_RUNTIME_DIR", "/run/user/7"),
            ("XDG_CONFIG_HOME", "/xdg"),
            ("KUBECONFIG", "/a:/b"),
            ("PATH", "/bin:/usr/bin"),
            ("TERMINAL", "foot"),
            ("DOCKER_HOST", "tcp://one:2376"),
            ("DOCKER_CONTEXT", "two"),
            ("DOCKER_CONFIG", "/d"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", "/certs"),
            ("K3TRAY_ENGINE", "unix:///e"),
            ("K3TRAY_DEFAULT_IMAGE", "k3s:v1"),
            ("K3D_IMAGE_LOADBALANCER", "proxy:1"),
            ("https_proxy", "http://low"),
            ("HTTPS_PROXY", "http://high"),
            ("NO_PROXY", "localhost"),
        ]);
        let expected = Paths {
            config: "/t/config".into(),
            state: "/t/state".into(),
            cache: "/t/cache".into(),
            runtime: Some("/run/user/7".into()),
            k3d_config: "/xdg".into(),
            kubeconfig: Some("/a:/b".into()),
            programs: Some("/bin:/usr/bin".into()),
            terminal: Some("foot".into()),
            docker: DockerVariables {
                host: Some("tcp://one:2376".into()),
                context: Some("two".into()),
                config: "/d".into(),
                tls_verify: true,
                cert_path: Some("/certs".into()),
            },
            engine: Some("unix:///e".into()),
            default_image: Some("k3s:v1".into()),
            load_balancer_image: Some("proxy:1".into()),
            proxies: BTreeMap::from([
                ("HTTPS_PROXY".into(), "http://low".into()),
                ("NO_PROXY".into(), "localhost".into()),
            ]),
            ..untouched()
        };
        assert_eq!(paths, expected);
    }
}
