//! What a person asks of the cluster behind a context, and waits for in the window.
//!
//! It runs beside the loop and is given up with the window. What may be asked is [`crate::reach`]'s
//! decision; nobody asks unless a person does.

use super::{event::Event, handle::Handle};
use crate::{
    context::ContextName,
    error::Problem,
    reach::{self, ContextHealth, Namespaces},
};

impl Handle {
    /// How the cluster behind a context is. A program that it signs in with runs only if that is
    /// allowed, for this once.
    pub async fn check_context(
        &self,
        context: &ContextName,
        allow_programs: bool,
    ) -> ContextHealth {
        reach::health(&self.kubeconfig(), context, allow_programs).await
    }

    /// The namespaces of the cluster behind a context, on the same terms. The menu knows them from
    /// then on.
    pub async fn namespaces(
        &self,
        context: &ContextName,
        allow_programs: bool,
    ) -> Result<Namespaces, Problem> {
        let title = format!("Could not list the namespaces of `{context}`");
        let found = reach::namespaces(&self.kubeconfig(), context, allow_programs).await;
        let found = found.map_err(|error| Problem::new(title, &error))?;
        self.tell(Event::Namespaces(found.clone()));
        Ok(found)
    }
}
