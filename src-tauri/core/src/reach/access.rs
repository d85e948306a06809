//! The way to the cluster of one context: its part of the kubeconfig, and the client made of it.
//!
//! The kubeconfig decides about TLS and credentials, as it does for kubectl. Proxies of the environment
//! are not used, and a context that names one of its own is refused: going around it would not do.

use std::fmt;

use jiff::Timestamp;
use kube::{
    Client, Config,
    config::{AuthInfo, Cluster, KubeConfigOptions, Kubeconfig as File},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{runtime::Handle, task::spawn_blocking};

use super::{LIMIT, credential, error::ReachError, program};
use crate::{
    context::{self, ContextName},
    kubeconfig::Kubeconfig,
};

/// The one authentication provider that kubectl still knows.
const OIDC: &str = "oidc";

/// One context with its cluster and user, secrets included.
pub(super) struct Access {
    file: File,
    program: Option<String>,
    expires: Option<Timestamp>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// Reads the context. Nobody is asked anything yet.
    pub(super) async fn read(
        kubeconfig: &Kubeconfig,
        context: &ContextName,
    ) -> Result<Self, ReachError> {
        let text = kubeconfig
            .export(context)
            .await
            .map_err(ReachError::Kubeconfig)?;
        // What the reader says may quote a key.
        let file = File::from_yaml(text.expose_secret()).map_err(|_| ReachError::Unusable)?;
        let mut access = Self {
            file,
            program: None,
            expires: None,
        };
        access.program = access.user().and_then(program_of);
        if let Some(user) = access.user() {
            access.expires = credential::expiry(user).await;
        }
        Ok(access)
    }

    /// The namespace that the context names.
    pub(super) fn namespace(&self) -> Option<String> {
        let context = self.file.contexts.first()?.context.as_ref()?;
        let namespace = context.namespace.clone();
        namespace.filter(|namespace| !namespace.is_empty())
    }

    /// Until when its credentials are good, where they say so.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        self.expires
    }

    /// The program that it signs in with.
    pub(super) fn program(&self) -> Option<&str> {
        self.program.as_deref()
    }

    /// A client for it. A program runs only where that is allowed.
    pub(super) async fn client(&mut self, allow_programs: bool) -> Result<Client, ReachError> {
        if let Some(proxy) = self
            .cluster()
            .and_then(|cluster| cluster.proxy_url.as_deref())
            .filter(|proxy| !proxy.is_empty())
        {
            let host = context::host(proxy).unwrap_or_default();
            return Err(ReachError::Proxy(host.to_owned()));
        }
        if let Some(provider) = self.user().and_then(|user| user.auth_provider.as_ref())
            && (provider.name != OIDC || !provider.config.contains_key("id-token"))
        {
            return Err(ReachError::Provider(provider.name.clone()));
        }
        match &self.program {
            Some(program) if !allow_programs => {
                return Err(ReachError::NeedsProgram(program.clone()));
            }
            Some(_) => self.sign_in().await?,
            None => {}
        }
        // What is left of it would be run by the client.
        if let Some(user) = self.user_mut() {
            user.exec = None;
            user.token = user.token.take().filter(is_set);
        }
        let mut config = config(self.file.clone()).await?;
        config.connect_timeout = Some(LIMIT);
        config.proxy_url = None;
        resolve(&config).await?;
        // It reads files, and the system's certificates.
        let made = spawn_blocking(move || Client::try_from(config)).await;
        made.map_err(|_| ReachError::Unusable)?
            .map_err(|_| ReachError::Unusable)
    }

    /// Runs the program, and puts what it gives where the client finds it.
    async fn sign_in(&mut self) -> Result<(), ReachError> {
        let cluster = self.cluster().cloned().unwrap_or_default();
        let Some(user) = self.user_mut() else {
            return Ok(());
        };
        let Some(exec) = user.exec.take() else {
            return Ok(());
        };
        let given = program::run(&exec, &cluster).await?;
        let told = given.expires;
        given.put_into(user);
        self.expires = match told {
            Some(end) => Some(end),
            None => credential::expiry(user).await,
        };
        Ok(())
    }

    fn cluster(&self) -> Option<&Cluster> {
        self.file.clusters.first()?.cluster.as_ref()
    }

    fn user(&self) -> Option<&AuthInfo> {
        self.file.auth_infos.first()?.auth_info.as_ref()
    }

    fn user_mut(&mut self) -> Option<&mut AuthInfo> {
        self.file.auth_infos.first_mut()?.auth_info.as_mut()
    }
}

/// The program that a user signs in with. As for kubectl, a credential in the file comes first.
fn program_of(user: &AuthInfo) -> Option<String> {
    let has_credential = user.token.as_ref().is_some_and(is_set)
        || user.token_file.is_some()
        || user.auth_provider.is_some()
        || (user.username.is_some() && user.password.is_some());
    let exec = user.exec.as_ref().filter(|_| !has_credential)?;
    exec.command.clone()
}

fn is_set(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

/// What the client is made of. The files that the kubeconfig names are read for it, on a thread that
/// may wait for the disk.
async fn config(file: File) -> Result<Config, ReachError> {
    let runtime = Handle::current();
    let read = move || {
        let options = KubeConfigOptions::default();
        runtime.block_on(Config::from_custom_kubeconfig(file, &options))
    };
    let read = spawn_blocking(read).await;
    read.map_err(|_| ReachError::Unusable)?
        .map_err(|_| ReachError::Unusable)
}

/// Looks the server's name up, so that a wrong name is told from a server that is away.
async fn resolve(config: &Config) -> Result<(), ReachError> {
    let url = config.cluster_url.to_string();
    let host = context::host(&url).unwrap_or_default();
    let port = config.cluster_url.port_u16().unwrap_or(443);
    match tokio::net::lookup_host((host, port)).await {
        Ok(_) => Ok(()),
        Err(_) => Err(ReachError::UnknownHost(host.to_owned())),
    }
}
