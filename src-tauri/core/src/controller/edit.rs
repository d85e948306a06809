//! What a person asks of the kubeconfig that needs more than a word, and waits for in the window.
//!
//! It runs beside the loop, which hears of a change before the person does. What is said of a failure
//! is a [`Problem`]; which changes are possible is [`crate::kubeconfig`]'s decision.

use std::path::Path;

use super::{event::Event, handle::Handle, naming::Naming};
use crate::{
    context::ContextName,
    error::Problem,
    kubeconfig::{
        Change, ContextThen, FileDiff, Kubeconfig, KubeconfigError, Orphan, PlacedEntry, Version,
        VersionId,
    },
    namespace,
    protection::ProtectionRules,
    snapshot::EngineStatus,
};

impl Handle {
    /// Every change that was made to the kubeconfig or seen, newest first.
    pub async fn kubeconfig_history(&self) -> Vec<Version> {
        self.kubeconfig().history().await
    }

    /// What a change did, without secrets.
    pub async fn kubeconfig_diff(&self, version: VersionId) -> Result<Vec<FileDiff>, Problem> {
        let diff = self.kubeconfig().diff(version).await;
        diff.map_err(|error| Problem::new("Could not read what was changed", &error))
    }

    /// The change that can be undone now.
    pub async fn undoable_change(&self) -> Result<VersionId, Problem> {
        let undoable = self.kubeconfig().undoable().await;
        undoable.map_err(|error| Problem::new("No change can be undone now", &error))
    }

    /// The context that would be the current one after undoing a change, or after restoring what was
    /// there before it, and whether it is to be handled with care then.
    pub async fn current_before_change(
        &self,
        version: VersionId,
    ) -> Result<Option<ContextThen>, Problem> {
        let title = "Could not read what was changed";
        let rules = self.rules(title).await?;
        let current = self.kubeconfig().current_before(version, rules).await;
        current.map_err(|error| Problem::new(title, &error))
    }

    /// Takes a change back, which is the latest one. Unless that was `confirmed`, no protected context
    /// becomes the current one by it.
    pub async fn undo_kubeconfig(
        &self,
        version: VersionId,
        confirmed: bool,
    ) -> Result<(), Problem> {
        let title = format!("Could not undo change {version} of the kubeconfig");
        let undo = async |kubeconfig: &Kubeconfig| kubeconfig.undo_change(version).await;
        self.put_back(&title, confirmed, undo).await
    }

    /// Takes an undoing back, which is the newest change, on the same terms.
    pub async fn redo_kubeconfig(
        &self,
        version: VersionId,
        confirmed: bool,
    ) -> Result<(), Problem> {
        let title = format!("Could not take change {version} of the kubeconfig back");
        let redo = async |kubeconfig: &Kubeconfig| kubeconfig.redo(version).await;
        self.put_back(&title, confirmed, redo).await
    }

    /// Puts back what was there before a change, on the same terms.
    pub async fn restore_kubeconfig(
        &self,
        version: VersionId,
        confirmed: bool,
    ) -> Result<(), Problem> {
        let title = "Could not restore the kubeconfig";
        let restore = async |kubeconfig: &Kubeconfig| kubeconfig.restore(version).await;
        self.put_back(title, confirmed, restore).await
    }

    async fn put_back(
        &self,
        title: &str,
        confirmed: bool,
        change: impl AsyncFnOnce(&Kubeconfig) -> Result<Change, KubeconfigError>,
    ) -> Result<(), Problem> {
        let guard = if confirmed {
            None
        } else {
            Some(self.rules(title).await?)
        };
        let guarded =
            async |kubeconfig: &Kubeconfig| change(&kubeconfig.clone().guarded(guard)).await;
        self.edit(title, guarded).await
    }

    /// Which contexts are to be handled with care.
    async fn rules(&self, title: &str) -> Result<ProtectionRules, Problem> {
        let rules = self.ask(Event::Rules).await;
        rules.map_err(|ended| Problem::new(title, &ended))
    }

    /// Removes a lock that another program left behind; the person says that it no longer runs.
    pub async fn break_kubeconfig_lock(&self, lock: &Path) -> Result<(), Problem> {
        let broken = self.kubeconfig().break_lock(lock).await;
        broken.map_err(|error| Problem::new("Could not remove the lock", &error))
    }

    /// Gives a context another name.
    pub async fn rename_context(
        &self,
        from: &ContextName,
        to: &ContextName,
    ) -> Result<(), Problem> {
        let title = format!("Could not rename context `{from}`");
        let rename = async |kubeconfig: &Kubeconfig| kubeconfig.rename_context(from, to).await;
        let naming = Naming::Renamed(from.clone(), to.clone());
        self.edit_as(&title, Some(naming), rename).await
    }

    /// Makes a second context of another name that says the same.
    pub async fn duplicate_context(
        &self,
        from: &ContextName,
        to: &ContextName,
    ) -> Result<(), Problem> {
        let title = format!("Could not duplicate context `{from}`");
        let duplicate =
            async |kubeconfig: &Kubeconfig| kubeconfig.duplicate_context(from, to).await;
        let naming = Naming::Duplicated(from.clone(), to.clone());
        self.edit_as(&title, Some(naming), duplicate).await
    }

    /// What goes with a context: itself, then its cluster and user where no other context has them.
    pub async fn what_goes_with(&self, context: &ContextName) -> Result<Vec<PlacedEntry>, Problem> {
        let goes = self.kubeconfig().what_goes_with(context).await;
        let title = format!("Could not delete context `{context}`");
        goes.map_err(|error| Problem::new(title, &error))
    }

    /// Removes a context; `with_unused`, also its cluster and user where no other context has them.
    pub async fn delete_context(
        &self,
        context: &ContextName,
        with_unused: bool,
    ) -> Result<(), Problem> {
        let title = format!("Could not delete context `{context}`");
        let delete =
            async |kubeconfig: &Kubeconfig| kubeconfig.delete_context(context, with_unused).await;
        let naming = Naming::Removed(context.clone());
        self.edit_as(&title, Some(naming), delete).await
    }

    /// Sets the namespace of a context; empty for none.
    pub async fn set_namespace(
        &self,
        context: &ContextName,
        namespace: &str,
    ) -> Result<(), Problem> {
        let title = format!("Could not set the namespace of context `{context}`");
        if !namespace.is_empty() {
            namespace::check(namespace).map_err(|error| Problem::new(&title, &error))?;
        }
        let set = async |kubeconfig: &Kubeconfig| {
            kubeconfig.set_namespace(context, Some(namespace)).await
        };
        self.edit(&title, set).await
    }

    /// Entries that lead nowhere or are used by nothing. Local clusters count as gone only while an
    /// engine answers that does not have them.
    pub async fn orphans(&self) -> Vec<Orphan> {
        let existing = {
            let snapshot = self.snapshots.borrow();
            let ready = matches!(snapshot.engine.status, EngineStatus::Ready { .. });
            let names = snapshot.clusters.iter().map(|cluster| cluster.name.clone());
            ready.then(|| names.collect::<Vec<_>>())
        };
        self.kubeconfig().orphans(existing.as_deref()).await
    }

    /// Removes such entries, those that were shown and no others.
    pub async fn clean_up(&self, orphans: Vec<Orphan>) -> Result<(), Problem> {
        let clean = async |kubeconfig: &Kubeconfig| kubeconfig.clean_up(orphans).await;
        self.edit("Could not clean up the kubeconfig", clean).await
    }

    /// Makes a change. What could not be done is told under `title`.
    pub(super) async fn edit(
        &self,
        title: &str,
        change: impl AsyncFnOnce(&Kubeconfig) -> Result<Change, KubeconfigError>,
    ) -> Result<(), Problem> {
        self.edit_as(title, None, change).await
    }

    /// Makes a change, and lets what was said of a context by its name go with it.
    async fn edit_as(
        &self,
        title: &str,
        naming: Option<Naming>,
        change: impl AsyncFnOnce(&Kubeconfig) -> Result<Change, KubeconfigError>,
    ) -> Result<(), Problem> {
        let kubeconfig = self.kubeconfig();
        let _ = change(&kubeconfig)
            .await
            .map_err(|error| Problem::new(title, &error))?;
        let contexts = kubeconfig.view().await;
        if let Some(naming) = naming {
            self.tell(Event::Named(naming));
        }
        self.tell(Event::Edited(contexts));
        Ok(())
    }

    /// The user's kubeconfig, as seen beside the engine that is used now.
    pub(super) fn kubeconfig(&self) -> Kubeconfig {
        self.kubeconfig.borrow().clone()
    }
}
