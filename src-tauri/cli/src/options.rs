//! Verbs and flags. Users of k3d find theirs under the same names.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use k3tray_core::{image::DEFAULT_VERSION, kubeconfig::VersionId};

/// Kubernetes clusters in Docker: from the tray, or from here.
#[derive(Debug, Parser)]
#[command(name = "k3tray", version, after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// What to do; without it the desktop app is started or shown.
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
    /// How to print results.
    #[arg(short, long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) output: Format,
    /// The engine to use, such as `unix:///var/run/docker.sock` or `ssh://me@box`. Without it:
    /// `DOCKER_HOST`, then docker's current context, then the usual sockets.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub(crate) engine: Option<String>,
    /// Say on standard error what is being done.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 failed, 2 bad input or usage (nothing was changed).
Without a verb the desktop app is started or shown.";

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines: one JSON value on standard output.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a cluster and make its context the current one.
    Create(Wish),
    /// List clusters, made by k3tray and by k3d.
    #[command(visible_alias = "ls")]
    List,
    /// Start stopped clusters.
    Start(Of),
    /// Stop clusters, keeping their state.
    Stop(Of),
    /// Stop and start clusters.
    Restart(Of),
    /// Freeze clusters: no processor time, memory kept.
    Pause(Of),
    /// Thaw frozen clusters.
    Resume(Of),
    /// Delete clusters with all that is in them.
    #[command(visible_alias = "rm")]
    Delete(Deletion),
    /// Make a context the current one. The name of a cluster does, too.
    Use(Target),
    /// Print a kubeconfig with this one cluster, or see and undo what was done to yours.
    Kubeconfig(KubeconfigOf),
    /// Start a shell in which kubectl knows one context alone; the current one stays as it is.
    Shell(Scope),
    /// Print the line that makes a shell know one context alone: `eval "$(k3tray env dev)"`.
    Env(Scope),
    /// Hand an action to the running app, such as `new-cluster` or `start:dev`: for keyboard
    /// settings of desktops without global shortcuts.
    Action {
        /// The action.
        action: String,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// A context to switch to.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// A context of the kubeconfig, or a cluster; `-` for the context from before.
    pub(crate) context: String,
    /// Do not ask, even if it is protected.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Also have it in this namespace from now on.
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
}

/// A context for one shell.
#[derive(Debug, Args)]
pub(crate) struct Scope {
    /// A context of the kubeconfig, or a cluster.
    pub(crate) context: String,
    /// Another namespace than the context's own.
    #[arg(short, long)]
    pub(crate) namespace: Option<String>,
}

/// A cluster's kubeconfig, or the history of the user's.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct KubeconfigOf {
    /// The cluster.
    #[arg(required = true)]
    pub(crate) cluster: Option<String>,
    /// Something else than to print one.
    #[command(subcommand)]
    pub(crate) verb: Option<KubeconfigVerb>,
}

/// What to do with the history of the user's kubeconfig.
#[derive(Debug, Subcommand)]
pub(crate) enum KubeconfigVerb {
    /// List every change that was made by k3tray or seen, newest first.
    History,
    /// Show what a change did, without secrets.
    Diff {
        /// Its number in the history.
        change: VersionId,
    },
    /// Undo the last change that k3tray made.
    Undo {
        /// Do not ask, even if a protected context becomes the current one by it.
        #[arg(short, long)]
        yes: bool,
    },
    /// Put the files back to what they held before a change. This can be undone, too.
    Restore {
        /// Its number in the history.
        change: VersionId,
        /// Do not ask, even if a protected context becomes the current one by it.
        #[arg(short, long)]
        yes: bool,
    },
    /// Remove locks that other programs left behind on the files: those older than a minute.
    Unlock,
}

/// Clusters by name.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The clusters.
    #[arg(required = true)]
    pub(crate) clusters: Vec<String>,
}

/// Clusters to delete.
#[derive(Debug, Args)]
pub(crate) struct Deletion {
    /// The clusters.
    #[arg(required_unless_present = "all")]
    pub(crate) clusters: Vec<String>,
    /// Every cluster.
    #[arg(short, long, conflicts_with = "clusters")]
    pub(crate) all: bool,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
}

/// A new cluster.
#[derive(Debug, Args)]
pub(crate) struct Wish {
    /// Its name; without one, two friendly words.
    pub(crate) name: Option<String>,
    /// How many servers; more than one share their state by etcd.
    #[arg(short, long, default_value_t = 1)]
    pub(crate) servers: u32,
    /// How many agents.
    #[arg(short, long, default_value_t = 0)]
    pub(crate) agents: u32,
    /// The k3s version (`v1.31.4+k3s1`) or image.
    #[arg(short, long, value_name = "VERSION|IMAGE", help = format!("The k3s version or image [default: {DEFAULT_VERSION}]"))]
    pub(crate) image: Option<String>,
    /// Where the API is published: an address of this machine, a port, or both.
    #[arg(
        long,
        value_name = "[HOST:]PORT",
        help = "Where the API is published [default: 127.0.0.1 and a free port]"
    )]
    pub(crate) api_port: Option<String>,
    /// No load balancer before the servers.
    #[arg(long)]
    pub(crate) no_lb: bool,
    /// Run etcd even with one server, so that servers can be added later.
    #[arg(long)]
    pub(crate) growable: bool,
    /// An argument for k3s, such as `--disable=traefik@server:*`; without a filter for servers.
    #[arg(
        long,
        value_name = "ARG[@server:*|@agent:*]",
        allow_hyphen_values = true
    )]
    pub(crate) k3s_arg: Vec<String>,
    /// A variable for servers and agents.
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub(crate) env: Vec<String>,
    /// Leave kubelets at their status report every ten seconds instead of every second.
    #[arg(long)]
    pub(crate) no_quick_status: bool,
    /// Whether the new context becomes the current one.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub(crate) kubeconfig_switch_context: bool,
    /// How long to wait for the API and then for the nodes, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}
