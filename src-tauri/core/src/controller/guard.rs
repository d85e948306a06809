//! Contexts that are to be handled with care: asking before one becomes the current one, telling when
//! another program switched to it, and going back after a while.
//!
//! As pure as [`super::reduce`]. Which contexts these are is [`crate::protection`]'s decision.

use jiff::{SignedDuration, Timestamp};

use super::{
    Ask,
    event::{Effect, Errand},
    model::Model,
};
use crate::{
    action::Action,
    context::{ContextName, Contexts},
    notice::Notice,
    protection::{ProtectionRules, protection},
    settings::Settings,
    snapshot::WayBack,
};

impl Model {
    /// Takes in what the files say now. Whoever switched, the context from before is the one to go
    /// back to.
    pub(super) fn contexts(&mut self, contexts: Contexts, now: Timestamp) -> Vec<Effect> {
        let from = self.shown.contexts.current.clone();
        self.shown.contexts = contexts;
        self.protect();
        let to = self.shown.contexts.current.clone();
        // What is found at the first look is no news.
        let news = std::mem::replace(&mut self.contexts_known, true);
        if !news || from == to {
            return vec![];
        }
        let mut effects = Vec::new();
        if from.is_some() {
            effects.push(self.remember(|state| state.after_switch(from.as_ref(), to.as_ref())));
        }
        self.shown.way_back = None;
        if let Some(to) = to.filter(|name| self.is_protected(name)) {
            let back =
                from.filter(|name| self.shown.contexts.has(name) && !self.is_protected(name));
            self.shown.way_back = self.way_back(back.clone(), now);
            if self.switching.as_ref() != Some(&to) {
                effects.push(Effect::Ask(Ask::Notify(switched_elsewhere(&to, back))));
            }
        }
        effects
    }

    /// Takes in what a person changed in the window: whatever context is the current one now, no other
    /// program made it that.
    pub(super) fn edited(&mut self, contexts: Contexts, now: Timestamp) -> Vec<Effect> {
        let switching = std::mem::replace(&mut self.switching, contexts.current.clone());
        let effects = self.contexts(contexts, now);
        self.switching = switching;
        effects
    }

    /// Takes in new settings. Where the files are others now, what they say is no news.
    pub(super) fn settings(&mut self, settings: Settings) -> Vec<Effect> {
        self.rules = settings.protection.clone();
        if self.rules.return_after_minutes.is_none() {
            self.shown.way_back = None;
        }
        self.protect();
        self.contexts_known = false;
        vec![Effect::Relocate(settings)]
    }

    /// Changes the rules, and has them written.
    pub(super) fn set_protected(&mut self, name: ContextName, protected: bool) -> Vec<Effect> {
        self.rules.contexts.insert(name.clone(), protected);
        self.protect();
        vec![Effect::Run(Errand::Protect(name, protected))]
    }

    /// Goes back from a protected context, if the time for it has come.
    pub(super) fn go_back(&mut self, now: Timestamp) -> Vec<Effect> {
        let due = self.shown.way_back.take_if(|back| back.at <= now);
        let (Some(back), Some(from)) = (due, self.shown.contexts.current.clone()) else {
            return vec![];
        };
        self.switching = Some(back.to.clone());
        let notice = Notice {
            title: format!("Back to context `{}`", back.to),
            body: format!("`{from}` is protected, and was the current one long enough."),
            action: None,
            urgent: false,
        };
        vec![
            Effect::Run(Errand::UseContext(back.to)),
            Effect::Ask(Ask::Notify(notice)),
        ]
    }

    /// Whether to ask before switching to it.
    pub(super) fn is_protected(&self, name: &ContextName) -> bool {
        self.shown.protected.contains_key(name)
    }

    fn protect(&mut self) {
        let all = self.shown.contexts.all.iter();
        self.shown.protected = all
            .filter_map(|context| {
                let reason = protection(context, &self.rules).reason?;
                Some((context.name.clone(), reason))
            })
            .collect();
    }

    fn way_back(&self, to: Option<ContextName>, now: Timestamp) -> Option<WayBack> {
        let ProtectionRules {
            return_after_minutes: Some(minutes),
            ..
        } = self.rules
        else {
            return None;
        };
        let at = now + SignedDuration::from_mins(minutes.into());
        to.map(|to| WayBack { at, to })
    }
}

fn switched_elsewhere(to: &ContextName, back: Option<ContextName>) -> Notice {
    let way = back
        .as_ref()
        .map(|back| format!(" One click goes back to `{back}`."));
    Notice {
        title: format!("kubectl now points at `{to}`"),
        body: format!(
            "Another program switched to this protected context.{}",
            way.unwrap_or_default()
        ),
        action: back.map(Action::UseContext),
        urgent: true,
    }
}
