//! The one vocabulary of everything a person can ask for with a word.
//!
//! Tray items, shortcuts, notifications, the command line and a second launch all speak [`Action`],
//! spelled by `Display` and read by `FromStr`: `start:dev`, `use-context:k3d-dev`. Carrying one out is
//! the controller's work. Requests that carry more than a name (a filled-in form) are not actions.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    cluster::ClusterName,
    context::ContextName,
    error::{Code, Explain},
    operation::OperationId,
};

/// A view of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum View {
    /// All clusters.
    Clusters,
    /// One cluster.
    Cluster {
        /// Which.
        name: ClusterName,
    },
    /// The form for a new cluster.
    NewCluster,
    /// Asks before deleting.
    Delete {
        /// What would go.
        name: ClusterName,
    },
    /// Every context.
    Contexts,
    /// What was changed in the kubeconfig, and the way back.
    History,
    /// Takes entries of another kubeconfig over.
    Import,
    /// Entries that lead nowhere or are used by nothing.
    CleanUp,
    /// Shortcuts and what the desktop says of them.
    Shortcuts,
    /// What the user set.
    Settings,
    /// Asks before a protected context becomes the current one.
    AskContext {
        /// Which.
        name: ContextName,
    },
    /// The small window to switch contexts in by typing.
    Palette,
    /// Chooses the namespace of a context.
    Namespace {
        /// Of which context.
        context: ContextName,
    },
}

/// Something a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A new cluster at once, with the last settings.
    NewCluster,
    /// Start a stopped cluster.
    Start(ClusterName),
    /// Stop a running one.
    Stop(ClusterName),
    /// Stop and start.
    Restart(ClusterName),
    /// Freeze.
    Pause(ClusterName),
    /// Thaw.
    Resume(ClusterName),
    /// Delete, without asking: the asking is done where it is spoken.
    Delete(ClusterName),
    /// Delete the cluster of the current context, after asking.
    DeleteCurrent,
    /// Start one node's container.
    StartNode(String),
    /// Stop one node's container.
    StopNode(String),
    /// Make a context the current one; a protected one is asked about first.
    UseContext(ContextName),
    /// Make a context the current one, protected or not: the asking is done.
    UseProtected(ContextName),
    /// Have a context handled with care.
    Protect(ContextName),
    /// Have it handled as any other.
    Unprotect(ContextName),
    /// Have a context in this namespace; empty for the one that Kubernetes takes by itself.
    UseNamespace(ContextName, String),
    /// Ask the cluster of a context which namespaces it has.
    ListNamespaces(ContextName),
    /// Have the cluster of a context asked how it is whenever contexts are shown.
    CheckWhenShown(ContextName),
    /// Have it asked only on request.
    CheckOnRequest(ContextName),
    /// Cancel a running operation.
    Cancel(OperationId),
    /// Forget an ended operation.
    Dismiss(OperationId),
    /// Put the line `export KUBECONFIG=…` for a cluster on the clipboard.
    CopyExport(ClusterName),
    /// Put the line `export KUBECONFIG=…` for one context alone on the clipboard.
    CopyScoped(ContextName),
    /// Open a terminal in which kubectl knows one context alone.
    OpenShell(ContextName),
    /// Show a view of the window.
    Show(View),
    /// Show the window's view of the current cluster.
    ShowCurrent,
    /// End the app; running operations are named or waited for.
    Quit,
}

impl Action {
    /// The same with the question before it, where one belongs there. Whoever only speaks a word, from
    /// outside of the window, was asked nothing yet.
    pub fn asking(self) -> Self {
        match self {
            Self::Delete(name) => Self::Show(View::Delete { name }),
            Self::UseProtected(name) => Self::UseContext(name),
            other => other,
        }
    }
}

/// The text names no action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an action")]
pub struct UnknownAction(pub String);

impl Explain for UnknownAction {
    fn hint(&self) -> Option<String> {
        Some("Actions look like `new-cluster`, `start:dev` or `use-context:k3d-dev`.".into())
    }

    fn code(&self) -> Code {
        Code::BadInput
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NewCluster => f.write_str("new-cluster"),
            Self::Start(name) => write!(f, "start:{name}"),
            Self::Stop(name) => write!(f, "stop:{name}"),
            Self::Restart(name) => write!(f, "restart:{name}"),
            Self::Pause(name) => write!(f, "pause:{name}"),
            Self::Resume(name) => write!(f, "resume:{name}"),
            Self::Delete(name) => write!(f, "delete:{name}"),
            Self::DeleteCurrent => f.write_str("delete-current"),
            Self::StartNode(name) => write!(f, "start-node:{name}"),
            Self::StopNode(name) => write!(f, "stop-node:{name}"),
            Self::UseContext(name) => write!(f, "use-context:{name}"),
            Self::UseProtected(name) => write!(f, "use-protected:{name}"),
            Self::Protect(name) => write!(f, "protect:{name}"),
            Self::Unprotect(name) => write!(f, "unprotect:{name}"),
            Self::UseNamespace(context, namespace) => {
                write!(f, "use-namespace:{context}/{namespace}")
            }
            Self::ListNamespaces(name) => write!(f, "list-namespaces:{name}"),
            Self::CheckWhenShown(name) => write!(f, "check-when-shown:{name}"),
            Self::CheckOnRequest(name) => write!(f, "check-on-request:{name}"),
            Self::Cancel(id) => write!(f, "cancel:{id}"),
            Self::Dismiss(id) => write!(f, "dismiss:{id}"),
            Self::CopyExport(name) => write!(f, "copy-export:{name}"),
            Self::CopyScoped(name) => write!(f, "copy-scoped:{name}"),
            Self::OpenShell(name) => write!(f, "open-shell:{name}"),
            Self::Show(View::Clusters) => f.write_str("show"),
            Self::Show(View::Cluster { name }) => write!(f, "show-cluster:{name}"),
            Self::Show(View::NewCluster) => f.write_str("new-cluster-form"),
            Self::Show(View::Delete { name }) => write!(f, "ask-delete:{name}"),
            Self::Show(View::Contexts) => f.write_str("show-contexts"),
            Self::Show(View::History) => f.write_str("show-history"),
            Self::Show(View::Import) => f.write_str("import-contexts"),
            Self::Show(View::CleanUp) => f.write_str("clean-up-contexts"),
            Self::Show(View::Shortcuts) => f.write_str("show-shortcuts"),
            Self::Show(View::Settings) => f.write_str("show-settings"),
            Self::Show(View::AskContext { name }) => write!(f, "ask-context:{name}"),
            Self::Show(View::Palette) => f.write_str("switch-context"),
            Self::Show(View::Namespace { context }) => write!(f, "choose-namespace:{context}"),
            Self::ShowCurrent => f.write_str("show-current"),
            Self::Quit => f.write_str("quit"),
        }
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let unknown = || UnknownAction(text.to_owned());
        let (verb, object) = match text.split_once(':') {
            Some((verb, object)) if !object.is_empty() => (verb, Some(object)),
            Some(_) => return Err(unknown()),
            None => (text, None),
        };
        let cluster = || object.map(ClusterName::observed).ok_or_else(unknown);
        let node = || object.map(str::to_owned).ok_or_else(unknown);
        let operation = || object.and_then(|id| id.parse().ok()).ok_or_else(unknown);
        if object.is_some()
            && matches!(
                verb,
                "new-cluster"
                    | "delete-current"
                    | "show"
                    | "new-cluster-form"
                    | "show-contexts"
                    | "show-history"
                    | "import-contexts"
                    | "clean-up-contexts"
                    | "show-shortcuts"
                    | "show-settings"
                    | "switch-context"
                    | "show-current"
                    | "quit"
            )
        {
            return Err(unknown());
        }
        Ok(match verb {
            "new-cluster" => Self::NewCluster,
            "start" => Self::Start(cluster()?),
            "stop" => Self::Stop(cluster()?),
            "restart" => Self::Restart(cluster()?),
            "pause" => Self::Pause(cluster()?),
            "resume" => Self::Resume(cluster()?),
            "delete" => Self::Delete(cluster()?),
            "delete-current" => Self::DeleteCurrent,
            "start-node" => Self::StartNode(node()?),
            "stop-node" => Self::StopNode(node()?),
            "use-context" => Self::UseContext(ContextName::new(node()?)),
            "use-protected" => Self::UseProtected(ContextName::new(node()?)),
            "protect" => Self::Protect(ContextName::new(node()?)),
            "unprotect" => Self::Unprotect(ContextName::new(node()?)),
            "ask-context" => Self::Show(View::AskContext {
                name: ContextName::new(node()?),
            }),
            "use-namespace" => {
                // A context's name may have slashes, a namespace's none.
                let (context, namespace) = object
                    .and_then(|object| object.rsplit_once('/'))
                    .ok_or_else(unknown)?;
                Self::UseNamespace(ContextName::new(context), namespace.to_owned())
            }
            "list-namespaces" => Self::ListNamespaces(ContextName::new(node()?)),
            "check-when-shown" => Self::CheckWhenShown(ContextName::new(node()?)),
            "check-on-request" => Self::CheckOnRequest(ContextName::new(node()?)),
            "choose-namespace" => Self::Show(View::Namespace {
                context: ContextName::new(node()?),
            }),
            "cancel" => Self::Cancel(operation()?),
            "dismiss" => Self::Dismiss(operation()?),
            "copy-export" => Self::CopyExport(cluster()?),
            "copy-scoped" => Self::CopyScoped(ContextName::new(node()?)),
            "open-shell" => Self::OpenShell(ContextName::new(node()?)),
            "show" => Self::Show(View::Clusters),
            "show-cluster" => Self::Show(View::Cluster { name: cluster()? }),
            "new-cluster-form" => Self::Show(View::NewCluster),
            "ask-delete" => Self::Show(View::Delete { name: cluster()? }),
            "show-contexts" => Self::Show(View::Contexts),
            "show-history" => Self::Show(View::History),
            "import-contexts" => Self::Show(View::Import),
            "clean-up-contexts" => Self::Show(View::CleanUp),
            "show-shortcuts" => Self::Show(View::Shortcuts),
            "show-settings" => Self::Show(View::Settings),
            "switch-context" => Self::Show(View::Palette),
            "show-current" => Self::ShowCurrent,
            "quit" => Self::Quit,
            _ => return Err(unknown()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    fn any_action() -> impl Strategy<Value = Action> {
        let name = || "[a-z][a-z0-9.-]{0,12}".prop_map(ClusterName::observed);
        // Context names are free text: cloud tools put colons and slashes into them.
        let context = || "\\PC{1,40}".prop_map(ContextName::new);
        prop_oneof![
            Just(Action::NewCluster),
            Just(Action::DeleteCurrent),
            Just(Action::ShowCurrent),
            Just(Action::Quit),
            Just(Action::Show(View::Clusters)),
            Just(Action::Show(View::NewCluster)),
            Just(Action::Show(View::Contexts)),
            Just(Action::Show(View::History)),
            Just(Action::Show(View::Import)),
            Just(Action::Show(View::CleanUp)),
            Just(Action::Show(View::Shortcuts)),
            Just(Action::Show(View::Settings)),
            Just(Action::Show(View::Palette)),
            name().prop_map(Action::Start),
            name().prop_map(Action::Stop),
            name().prop_map(Action::Restart),
            name().prop_map(Action::Pause),
            name().prop_map(Action::Resume),
            name().prop_map(Action::Delete),
            name().prop_map(Action::CopyExport),
            name().prop_map(|name| Action::Show(View::Cluster { name })),
            name().prop_map(|name| Action::Show(View::Delete { name })),
            "[a-z0-9-]{1,20}".prop_map(Action::StartNode),
            "[a-z0-9-]{1,20}".prop_map(Action::StopNode),
            context().prop_map(Action::UseContext),
            context().prop_map(Action::UseProtected),
            context().prop_map(Action::Protect),
            context().prop_map(Action::Unprotect),
            context().prop_map(Action::CopyScoped),
            context().prop_map(Action::OpenShell),
            context().prop_map(|name| Action::Show(View::AskContext { name })),
            (context(), "[a-z0-9-]{0,20}")
                .prop_map(|(context, namespace)| Action::UseNamespace(context, namespace)),
            context().prop_map(Action::ListNamespaces),
            context().prop_map(Action::CheckWhenShown),
            context().prop_map(Action::CheckOnRequest),
            context().prop_map(|context| Action::Show(View::Namespace { context })),
            any::<u32>().prop_map(|id| Action::Cancel(OperationId(id))),
            any::<u32>().prop_map(|id| Action::Dismiss(OperationId(id))),
        ]
    }

    proptest! {
        #[test]
        fn every_action_is_read_back_as_it_was_spelled(action in any_action()) {
            prop_assert_eq!(action.to_string().parse::<Action>().unwrap(), action);
        }
    }

    #[test]
    fn a_word_from_outside_asks_before_it_deletes_or_enters_a_protected_context() {
        let asking = |text: &str| text.parse::<Action>().unwrap().asking().to_string();
        assert_eq!(asking("delete:dev"), "ask-delete:dev");
        assert_eq!(asking("use-protected:prod"), "use-context:prod");
        assert_eq!(asking("stop:dev"), "stop:dev");
    }

    #[test]
    fn words_that_are_no_action_are_refused() {
        for text in [
            "",
            "start",
            "start:",
            "quit:now",
            "cancel:x",
            "format-disk",
            "use-namespace:prod",
        ] {
            assert_eq!(
                text.parse::<Action>(),
                Err(UnknownAction(text.into())),
                "{text:?}"
            );
        }
    }
}
