//! What was said of a context by its name, when the name becomes another.
//!
//! As pure as [`super::reduce`]. The entries themselves are [`crate::kubeconfig`]'s work.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    event::{Effect, Errand},
    model::Model,
};
use crate::context::ContextName;

/// What a person did to the name of a context in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Naming {
    /// It has another one now.
    Renamed(ContextName, ContextName),
    /// There is a second context that says the same.
    Duplicated(ContextName, ContextName),
    /// There is none of that name any more.
    Removed(ContextName),
}

impl Naming {
    /// Lets what was said go with the context. Whether anything was said of it.
    pub(super) fn apply(
        &self,
        protected: &mut BTreeMap<ContextName, bool>,
        checked: &mut BTreeSet<ContextName>,
    ) -> bool {
        let (from, to) = match self {
            Self::Renamed(from, to) | Self::Duplicated(from, to) => (from, Some(to)),
            Self::Removed(name) => (name, None),
        };
        let word = protected.get(from).copied();
        let is_checked = checked.contains(from);
        if !matches!(self, Self::Duplicated(..)) {
            protected.remove(from);
            checked.remove(from);
        }
        if let Some(to) = to {
            // Whatever was said of another one that had this name before is not said of this one.
            let was_said = protected.remove(to).is_some() | checked.remove(to);
            protected.extend(word.map(|word| (to.clone(), word)));
            checked.extend(is_checked.then(|| to.clone()));
            return was_said || word.is_some() || is_checked;
        }
        word.is_some() || is_checked
    }
}

impl Model {
    /// Takes in that a context has another name, and has that written. It is no switch.
    pub(super) fn named(&mut self, naming: Naming) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Naming::Renamed(from, to) = &naming {
            let rename = |name: &mut ContextName| {
                if name == from {
                    name.clone_from(to);
                }
            };
            let contexts = &mut self.shown.contexts;
            contexts.current.iter_mut().for_each(rename);
            let all = contexts.all.iter_mut();
            all.for_each(|context| rename(&mut context.name));
            if let Some(back) = &mut self.shown.way_back {
                rename(&mut back.to);
            }
            if self.remembered.recent_contexts.contains(from) {
                effects.push(self.remember(|mut state| {
                    state.recent_contexts.iter_mut().for_each(rename);
                    state
                }));
            }
        }
        let protected = &mut self.rules.contexts;
        if naming.apply(protected, &mut self.shown.checked_contexts) {
            effects.push(Effect::Run(Errand::KeepNaming(naming)));
        }
        self.protect();
        effects
    }
}
