//! The namespaces of contexts, and whose clusters are looked at when contexts are shown.
//!
//! As pure as [`super::request`]. What is known of a cluster's namespaces is what it told when a person
//! asked; nobody asks again by themselves.

use super::{
    event::{Effect, Errand},
    model::Model,
    refusal::RequestError,
};
use crate::{context::ContextName, error::Problem, namespace, reach::Namespaces};

/// So many namespaces fit a menu; the window has all of them.
const SHOWN: usize = 50;

impl Model {
    /// Begins to set the namespace of a context.
    pub(super) fn use_namespace(
        &self,
        context: ContextName,
        name: &str,
    ) -> Result<Vec<Effect>, Problem> {
        let errand = Errand::UseNamespace(context.clone(), name.to_owned());
        if !name.is_empty() {
            namespace::check(name).map_err(|error| Problem::new(errand.title(), &error))?;
        }
        self.on_context(errand, context)
    }

    /// Begins to ask for the namespaces of a context.
    pub(super) fn list_namespaces(&self, context: ContextName) -> Result<Vec<Effect>, Problem> {
        self.on_context(Errand::ListNamespaces(context.clone()), context)
    }

    fn on_context(&self, errand: Errand, context: ContextName) -> Result<Vec<Effect>, Problem> {
        if self.shown.contexts.has(&context) {
            Ok(vec![Effect::Run(errand)])
        } else {
            let error = RequestError::NoSuchContext(context);
            Err(Problem::new(errand.title(), &error))
        }
    }

    /// Takes in what a cluster told.
    pub(super) fn listed_namespaces(&mut self, namespaces: Namespaces) {
        self.namespaces
            .insert(namespaces.context.clone(), namespaces);
    }

    /// What a menu shows of the current context's namespaces.
    pub(super) fn known_namespaces(&self) -> Option<Namespaces> {
        let contexts = &self.shown.contexts;
        let current = contexts.current_context()?;
        let known = self.namespaces.get(&current.name)?;
        Some(Namespaces {
            names: known.names.iter().take(SHOWN).cloned().collect(),
            current: current.namespace_or_default().to_owned(),
            more: known.more || known.names.len() > SHOWN,
            ..known.clone()
        })
    }

    /// Has the cluster of a context looked at whenever contexts are shown, or no longer.
    pub(super) fn set_checked(&mut self, name: ContextName, checked: bool) -> Vec<Effect> {
        let all = &mut self.shown.checked_contexts;
        if checked {
            all.insert(name.clone());
        } else {
            all.remove(&name);
        }
        vec![Effect::Run(Errand::KeepChecked(name, checked))]
    }
}
