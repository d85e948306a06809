//! Everything that can happen, and everything that is then to be done: the two closed lists the
//! controller is made of.

use tokio::sync::oneshot;

use super::{Ask, Check, Refusal, naming::Naming};
use crate::{
    action::Action,
    cluster::{ApiAddress, Cluster, ClusterName},
    context::{ContextName, Contexts},
    error::Problem,
    health::Nodes,
    node::Usage,
    operation::{OperationId, Report, Verb},
    protection::ProtectionRules,
    reach::Namespaces,
    settings::Settings,
    snapshot::{EndpointView, EngineDetails, Shortcut},
    spec::{ClusterSpec, Draft},
    state::State,
};

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<T>;

/// Something that happened.
#[derive(Debug)]
pub(super) enum Event {
    /// An engine answered.
    Connected {
        /// Which.
        endpoint: EndpointView,
        /// What it said of itself.
        details: EngineDetails,
    },
    /// No engine answers, or the connection broke.
    Away {
        /// Which one was tried, where there was one to try.
        endpoint: Option<EndpointView>,
        /// Why, and what to do.
        problem: Problem,
    },
    /// Some container of a cluster is not what it was.
    Changed,
    /// The clusters were listed, or could not be.
    Listed(Result<Vec<Cluster>, Problem>),
    /// A cluster told of its nodes, or has not answered for a while.
    Health {
        /// By which watch; one that was replaced is not listened to.
        watch: WatchId,
        /// Its nodes, or why it does not answer.
        heard: Result<Nodes, Problem>,
    },
    /// The contexts are these.
    Contexts(Contexts),
    /// The contexts are these, by a person's hand in the window.
    Edited(Contexts),
    /// A person changed the name of a context; what the files say now comes after it.
    Named(Naming),
    /// A cluster told which namespaces it has.
    Namespaces(Namespaces),
    /// What a container uses.
    Usage {
        /// The container's name.
        container: String,
        /// How much.
        usage: Usage,
    },
    /// An operation tells of its progress.
    Reported {
        /// Which.
        id: OperationId,
        /// What.
        report: Report,
    },
    /// An operation ended.
    Ended {
        /// Which.
        id: OperationId,
        /// How.
        end: End,
    },
    /// An errand was run.
    Ran {
        /// Which.
        errand: Errand,
        /// What came of it.
        result: Result<(), Problem>,
    },
    /// Somebody asks for an action.
    Perform(Action, Reply<Result<(), Problem>>),
    /// Somebody asks for a cluster.
    Create(Draft, Reply<Result<OperationId, Refusal>>),
    /// Somebody asks what is wrong with a draft.
    Check(Draft, Reply<Check>),
    /// Somebody asks which contexts are to be handled with care.
    Rules(Reply<ProtectionRules>),
    /// Somebody looks at the details of a cluster, or no longer.
    LookAt(Option<ClusterName>),
    /// What became of the global shortcuts, and what of the user's own cannot be used.
    Shortcuts(Vec<Shortcut>, Option<Problem>),
    /// Whether a tray shows the app.
    Tray(bool),
    /// These settings were kept.
    Settings(Settings),
    /// The time has come that was asked for.
    Time,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum End {
    /// It is done, but perhaps something beside it did not work.
    Done {
        /// What.
        warnings: Vec<Problem>,
    },
    /// It was cancelled, and nothing of it is left.
    Cancelled,
    /// It failed.
    Failed(Problem),
}

/// Numbers the watches of clusters' APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WatchId(pub(super) u32);

/// Something to do.
#[derive(Debug)]
pub(super) enum Effect {
    /// List the clusters.
    List,
    /// Watch the nodes of a cluster.
    Watch(Watch),
    /// Watch them no longer.
    Unwatch(WatchId),
    /// Measure these containers, and no others.
    Sample(Vec<String>),
    /// Begin an operation.
    Begin(OperationId, Work),
    /// Cancel one.
    Cancel(OperationId),
    /// Run an errand.
    Run(Errand),
    /// Look for the kubeconfig where these settings say.
    Relocate(Settings),
    /// Ask something of the desktop.
    Ask(Ask),
    /// Say whether an action was accepted.
    Performed(Reply<Result<(), Problem>>, Result<(), Problem>),
    /// Say whether a cluster is being created.
    Created(
        Reply<Result<OperationId, Refusal>>,
        Result<OperationId, Refusal>,
    ),
    /// Say what is wrong with a draft.
    Checked(Reply<Check>, Check),
    /// Say which contexts are to be handled with care.
    Rules(Reply<ProtectionRules>, ProtectionRules),
    /// End the loop, and then the app.
    End,
}

/// A watch of the nodes of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Watch {
    /// Its number.
    pub(super) id: WatchId,
    /// Of which cluster.
    pub(super) cluster: ClusterName,
    /// The container whose kubeconfig is used.
    pub(super) server: String,
    /// Where the API is reached.
    pub(super) address: ApiAddress,
    /// The containers that Kubernetes has a Node for and that run.
    pub(super) nodes: Vec<String>,
}

/// The work of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    /// Make a cluster.
    Create(ClusterSpec),
    /// Start one.
    Start(ClusterName),
    /// Stop it.
    Stop(ClusterName),
    /// Stop and start it.
    Restart(ClusterName),
    /// Freeze it.
    Pause(ClusterName),
    /// Thaw it.
    Resume(ClusterName),
    /// Delete it.
    Delete(ClusterName),
}

impl Work {
    /// What it does.
    pub(super) fn verb(&self) -> Verb {
        match self {
            Self::Create(_) => Verb::Create,
            Self::Start(_) => Verb::Start,
            Self::Stop(_) => Verb::Stop,
            Self::Restart(_) => Verb::Restart,
            Self::Pause(_) => Verb::Pause,
            Self::Resume(_) => Verb::Resume,
            Self::Delete(_) => Verb::Delete,
        }
    }

    /// To which cluster.
    pub(super) fn cluster(&self) -> &ClusterName {
        match self {
            Self::Create(spec) => &spec.name,
            Self::Start(name)
            | Self::Stop(name)
            | Self::Restart(name)
            | Self::Pause(name)
            | Self::Resume(name)
            | Self::Delete(name) => name,
        }
    }

    /// What to say where it did not work.
    pub(super) fn title(&self) -> String {
        format!(
            "Could not {} cluster `{}`",
            self.verb().bare(),
            self.cluster()
        )
    }
}

/// Short work without steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Errand {
    /// Make a context the current one.
    UseContext(ContextName),
    /// Add the context of a cluster that the kubeconfig does not have, and make it the current one.
    AddContext(ClusterName),
    /// Start a container.
    StartNode(String),
    /// Stop one.
    StopNode(String),
    /// Write a kubeconfig of this cluster alone and copy the line that points at it.
    CopyExport {
        /// Which cluster.
        cluster: ClusterName,
        /// The container whose kubeconfig is used.
        server: String,
        /// Where the API is reached.
        address: ApiAddress,
    },
    /// Write a kubeconfig of this context alone and copy the line that points at it.
    CopyScoped(ContextName),
    /// Open a terminal for this context alone.
    OpenShell(ContextName),
    /// Write down what is remembered.
    Remember(State),
    /// Write down whether a context is to be handled with care.
    Protect(ContextName, bool),
    /// Tell that somebody else switched to a protected context, and the way back.
    TellSwitch(ContextName, Option<ContextName>),
    /// Write down what was said of a context under its other name.
    KeepNaming(Naming),
    /// Set the namespace of a context; empty for none.
    UseNamespace(ContextName, String),
    /// Ask the cluster of a context which namespaces it has.
    ListNamespaces(ContextName),
    /// Write down whether the cluster of a context is asked how it is whenever contexts are shown.
    KeepChecked(ContextName, bool),
}

impl Errand {
    /// Whether it changes a kubeconfig that is shown.
    pub(super) fn changes_contexts(&self) -> bool {
        matches!(
            self,
            Self::UseContext(_) | Self::AddContext(_) | Self::UseNamespace(..)
        )
    }

    /// What to say where it did not work.
    pub(super) fn title(&self) -> String {
        match self {
            Self::UseContext(name) => format!("Could not switch to context `{name}`"),
            Self::AddContext(name) => format!("Could not add cluster `{name}` to the kubeconfig"),
            Self::StartNode(name) => format!("Could not start node `{name}`"),
            Self::StopNode(name) => format!("Could not stop node `{name}`"),
            Self::CopyExport { cluster, .. } => {
                format!("Could not write a kubeconfig for cluster `{cluster}`")
            }
            Self::CopyScoped(name) => {
                format!("Could not write a kubeconfig of context `{name}` alone")
            }
            Self::OpenShell(name) => format!("Could not open a shell in context `{name}`"),
            Self::Protect(..) => "Could not keep which contexts are protected".into(),
            Self::TellSwitch(name, _) => format!("Could not tell of the switch to `{name}`"),
            Self::KeepNaming(_) => "Could not keep what was set about a context".into(),
            Self::UseNamespace(context, _) => {
                format!("Could not set the namespace of context `{context}`")
            }
            Self::ListNamespaces(context) => {
                format!("Could not list the namespaces of `{context}`")
            }
            Self::KeepChecked(..) => "Could not keep which contexts are checked".into(),
            Self::Remember(_) => "Could not remember the last settings".into(),
        }
    }
}
