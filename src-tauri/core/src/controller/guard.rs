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
    error::Problem,
    kubeconfig::Author,
    notice::Notice,
    protection::protection,
    settings::Settings,
    snapshot::WayBack,
};

impl Model {
    /// Takes in what the files say now. Whoever switched, the context from before is the one to go
    /// back to; a current context that turns into a protected one is as much news as a switch to one.
    pub(super) fn contexts(&mut self, contexts: Contexts, now: Timestamp) -> Vec<Effect> {
        let from = self.shown.contexts.current.clone();
        let was_protected = from.as_ref().is_some_and(|name| self.is_protected(name));
        self.shown.contexts = contexts;
        self.protect();
        let to = self.shown.contexts.current.clone();
        // What is found at the first look is no news.
        let news = std::mem::replace(&mut self.contexts_known, true);
        let switched = from != to;
        let mut effects = Vec::new();
        if news && switched && from.is_some() {
            effects.push(self.remember(|state| state.after_switch(from.as_ref(), to.as_ref())));
        }
        if !news || switched || !was_protected {
            self.plan_way_back(now);
        }
        let Some(to) = to.filter(|name| self.is_protected(name)) else {
            return effects;
        };
        if news && switched && self.switching.as_ref() != Some(&to) {
            let back = self.unprotected_before();
            effects.push(Effect::Run(Errand::TellSwitch(to, back)));
        } else if news && !switched && !was_protected {
            let notice = turned_protected(&to, self.unprotected_before());
            effects.push(Effect::Ask(Ask::Warn(notice)));
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

    /// Takes in new settings. Where the files are others now, what they say is no news, and the way back
    /// led to a context of those from before.
    pub(super) fn settings(&mut self, settings: Settings, now: Timestamp) -> Vec<Effect> {
        let minutes = self.rules.return_after_minutes;
        self.rules = settings.protection.clone();
        self.protect();
        if self.kubeconfig != settings.kubeconfig {
            self.kubeconfig.clone_from(&settings.kubeconfig);
            self.shown.way_back = None;
        } else if minutes != self.rules.return_after_minutes {
            self.plan_way_back(now);
        }
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
        self.going_back_from = Some(from);
        vec![Effect::Run(Errand::UseContext(back.to))]
    }

    /// A switch from here was carried out, or could not be. A window that showed the question may be
    /// closed already.
    pub(super) fn switched(
        &mut self,
        to: &ContextName,
        result: &Result<(), Problem>,
    ) -> Vec<Effect> {
        // A later click may be under way.
        let is_latest = self
            .switching
            .take_if(|switching| switching == to)
            .is_some();
        let from = self.going_back_from.take_if(|_| is_latest);
        let notice = match (result, from) {
            (Err(problem), _) => Notice {
                title: problem.what.clone(),
                body: problem
                    .causes
                    .iter()
                    .chain(&problem.hint)
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join("\n"),
                action: None,
                urgent: true,
            },
            (Ok(()), Some(from)) => Notice {
                title: format!("Back to context `{to}`"),
                body: format!("`{from}` is protected, and was the current one long enough."),
                action: None,
                urgent: false,
            },
            (Ok(()), None) => return vec![],
        };
        vec![Effect::Ask(Ask::Warn(notice))]
    }

    /// Whether to ask before switching to it.
    pub(super) fn is_protected(&self, name: &ContextName) -> bool {
        self.shown.protected.contains_key(name)
    }

    /// Says which contexts are protected now. A way back that no longer leads from a protected one to one
    /// that is not is none.
    pub(super) fn protect(&mut self) {
        let all = self.shown.contexts.all.iter();
        self.shown.protected = all
            .filter_map(|context| {
                let reason = protection(context, &self.rules).reason?;
                Some((context.name.clone(), reason))
            })
            .collect();
        let leads = |back: &WayBack| {
            let from = self.shown.contexts.current.as_ref();
            from.is_some_and(|from| self.is_protected(from)) && self.may_go_back_to(&back.to)
        };
        if !self.shown.way_back.as_ref().is_some_and(leads) {
            self.shown.way_back = None;
        }
    }

    /// Has the current context left again after the time that the user set, if it is protected.
    fn plan_way_back(&mut self, now: Timestamp) {
        let current = self.shown.contexts.current.as_ref();
        let minutes = current
            .filter(|name| self.is_protected(name))
            .and(self.rules.return_after_minutes);
        let to = self.unprotected_before();
        self.shown.way_back = minutes.zip(to).map(|(minutes, to)| WayBack {
            at: now + SignedDuration::from_mins(minutes.into()),
            to,
        });
    }

    /// The latest context that it is safe to go back to.
    fn unprotected_before(&self) -> Option<ContextName> {
        let mut recent = self.remembered.recent_contexts.iter();
        recent.find(|name| self.may_go_back_to(name)).cloned()
    }

    fn may_go_back_to(&self, name: &ContextName) -> bool {
        let mut all = self.shown.contexts.all.iter();
        !self.is_protected(name) && all.any(|context| context.name == *name && !context.extra)
    }
}

/// What is said of a switch that was not made here: by whom it was is what the history has last.
pub(super) fn switched_elsewhere(
    to: &ContextName,
    back: Option<ContextName>,
    by: Option<&Author>,
) -> Notice {
    let what = match by {
        Some(Author::K3tray { .. }) => "`k3tray` in a terminal switched to this protected context.",
        Some(Author::AnotherProgram) | None => {
            "Another program switched to this protected context."
        }
    };
    told(format!("kubectl now points at `{to}`"), what, back)
}

fn turned_protected(name: &ContextName, back: Option<ContextName>) -> Notice {
    told(
        format!("`{name}` is a protected context now"),
        "It is the current one, and its entries were changed.",
        back,
    )
}

fn told(title: String, what: &str, back: Option<ContextName>) -> Notice {
    let way = back
        .as_ref()
        .map(|back| format!(" One click goes back to `{back}`."));
    Notice {
        title,
        body: format!("{what}{}", way.unwrap_or_default()),
        action: back.map(Action::UseContext),
        urgent: true,
    }
}
