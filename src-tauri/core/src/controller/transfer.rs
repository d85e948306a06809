//! Entries of other kubeconfigs come in, and a context goes out as a file of its own.
//!
//! What was pasted is handed on and forgotten: it is in no event, no log and no snapshot.

use std::path::PathBuf;

use serde::Deserialize;

use super::handle::Handle;
use crate::{
    context::ContextName,
    error::Problem,
    kubeconfig::{ImportChoice, ImportPlan, ImportSource, Kubeconfig},
    paths,
};

/// Where entries to import come from, as a person says it. It may hold secrets, so it cannot be printed.
#[derive(Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum ImportFrom {
    /// A file.
    File {
        /// As it was typed.
        path: String,
    },
    /// The text of one.
    Text {
        /// As it was pasted.
        text: String,
    },
}

impl Handle {
    /// What an import of all entries would do. Nothing is changed.
    pub async fn plan_import(&self, from: ImportFrom) -> Result<ImportPlan, Problem> {
        let plan = self.kubeconfig().plan_import(self.source(from)).await;
        plan.map_err(|error| Problem::new("Could not read what to import", &error))
    }

    /// Takes over what is new, and the rest as it was decided, if it is still what the plan showed.
    pub async fn import(
        &self,
        from: ImportFrom,
        seen: String,
        choices: Vec<ImportChoice>,
    ) -> Result<(), Problem> {
        let source = self.source(from);
        let import = async |kubeconfig: &Kubeconfig| kubeconfig.import(source, seen, choices).await;
        self.edit("Could not import", import).await
    }

    /// Writes one context to a file of its own, whose name was typed, and says where that is.
    pub async fn export_context(
        &self,
        context: &ContextName,
        path: &str,
        replace: bool,
    ) -> Result<PathBuf, Problem> {
        let file = paths::typed(&self.paths.home, path);
        let written = self.kubeconfig().export_to(context, &file, replace).await;
        let title = format!("Could not export context `{context}`");
        written.map_err(|error| Problem::new(title, &error))?;
        Ok(file)
    }

    fn source(&self, from: ImportFrom) -> ImportSource {
        match from {
            ImportFrom::File { path } => ImportSource::File(paths::typed(&self.paths.home, &path)),
            ImportFrom::Text { text } => ImportSource::Text(text.into()),
        }
    }
}
