//! One context as a kubeconfig of its own: to hand on, or for one shell.

use std::path::Path;

use secrecy::{ExposeSecret, SecretString};

use super::{
    Kubeconfig, Shared,
    error::KubeconfigError,
    file,
    housekeeping::{copied, found},
    kind::EntryKind,
    portable,
    read::{Source, field, scope, winner_in},
    render::Fragment,
};
use crate::context::ContextName;

impl Kubeconfig {
    /// One context with its cluster and user, certificates and keys taken in, as the text of a file
    /// that works anywhere: `kubectl config view --minify --flatten --raw`. Token files and exec
    /// plugins stay where they are.
    ///
    /// # Errors
    /// [`KubeconfigError::NoSuchContext`]; [`KubeconfigError::Dangling`] where its cluster or user is
    /// missing; [`KubeconfigError::Io`] where a certificate or key cannot be read.
    pub async fn export(&self, context: &ContextName) -> Result<SecretString, KubeconfigError> {
        let context = context.clone();
        self.ask(move |shared| single(&shared.chain.read(), &context, None, true))
            .await
    }

    /// Writes what [`export`](Self::export) gives to a file that its owner alone may read; with
    /// `replace`, whatever was there.
    ///
    /// # Errors
    /// As for `export`; [`KubeconfigError::InUse`] where the file is one of those in use,
    /// [`KubeconfigError::FileExists`] where there is one that is not to be replaced.
    pub async fn export_to(
        &self,
        context: &ContextName,
        path: &Path,
        replace: bool,
    ) -> Result<(), KubeconfigError> {
        let (context, path) = (context.clone(), path.to_owned());
        self.ask(move |shared| {
            if shared.chain.name_of(&file::resolve(&path)).is_some() {
                return Err(KubeconfigError::InUse(path));
            }
            if !replace && path.symlink_metadata().is_ok() {
                return Err(KubeconfigError::FileExists(path));
            }
            let text = single(&shared.chain.read(), &context, None, true)?;
            file::write_private(&path, text.expose_secret().as_bytes())
                .map_err(KubeconfigError::io("write", path))
        })
        .await
    }

    /// One context with its cluster and user as the text of a kubeconfig in which it is the current
    /// one, in another namespace where one is given. Files stay where they are, by absolute paths.
    ///
    /// # Errors
    /// As for [`export`](Self::export).
    pub async fn scoped(
        &self,
        context: &ContextName,
        namespace: Option<&str>,
    ) -> Result<SecretString, KubeconfigError> {
        let (context, namespace) = (context.clone(), namespace.map(str::to_owned));
        self.ask(move |shared| shared.scoped(&context, namespace.as_deref()))
            .await
    }
}

impl Shared {
    pub(super) fn scoped(
        &self,
        context: &ContextName,
        namespace: Option<&str>,
    ) -> Result<SecretString, KubeconfigError> {
        single(&self.chain.read(), context, namespace, false)
    }
}

fn single(
    sources: &[Source],
    name: &ContextName,
    namespace: Option<&str>,
    flat: bool,
) -> Result<SecretString, KubeconfigError> {
    let (file, _, item) = found(sources, name)?;
    let mut context = copied(&sources[file], item)?;
    if let Some(namespace) = namespace
        && let Some(inside) = context.get_mut("context")
    {
        inside.set("namespace", Fragment::text(namespace));
    }
    let entry = |kind: EntryKind| {
        let tree = sources[file].tree();
        let link = tree.and_then(|tree| field(tree, item, "context", kind.inner()));
        let Some(link) = link.filter(|link| !link.is_empty()) else {
            // A cluster that asks for no user is nothing wrong.
            let missing = kind == EntryKind::Cluster;
            return if missing { Err(None) } else { Ok(None) };
        };
        winner_in(sources, scope(sources, file), kind.list(), link)
            .map(Some)
            .ok_or(Some(link.to_owned()))
    };
    let mut document = vec![("apiVersion", Fragment::text("v1"))];
    let list = |kind: EntryKind| -> Result<Fragment, KubeconfigError> {
        let place = entry(kind).map_err(|missing| KubeconfigError::Dangling {
            context: name.clone(),
            kind,
            name: missing.unwrap_or_default(),
        })?;
        let Some((holder, _, item)) = place else {
            return Ok(Fragment::List(Vec::new()));
        };
        let mut entry = copied(&sources[holder], item)?;
        let folder = portable::folder_of(&sources[holder].path);
        portable::anchor(&mut entry, kind, &folder);
        if flat {
            portable::take_in(&mut entry, kind)?;
        }
        Ok(Fragment::List(vec![entry]))
    };
    document.push(("clusters", list(EntryKind::Cluster)?));
    let users = list(EntryKind::User)?;
    document.push(("contexts", Fragment::List(vec![context])));
    document.push(("current-context", Fragment::text(name.as_str())));
    document.push(("kind", Fragment::text("Config")));
    document.push(("users", users));
    Ok(Fragment::map(document).document().into())
}
