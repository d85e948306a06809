//! The k3tray command line: every verb of the tray for scripts, CI and terminals.
//!
//! It works without a display and without the app running, and links no window library. Exit codes:
//! 0 done, 1 failed, 2 bad input or usage (and then nothing was changed).

mod ask;
mod cluster_verbs;
mod create;
mod desktop;
mod history;
mod kubeconfig;
mod list;
mod options;
mod output;
mod progress;
mod scoped;
mod use_context;
mod workshop;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use k3tray_core::operation;

use crate::{
    cluster_verbs::on_clusters,
    options::{Options, Verb},
    output::Failure,
};

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(error) => {
            // clap's own: 0 for `--help` and `--version`, 2 for a wrong call.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    log(&options);
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

async fn run(options: Options) -> Result<(), Failure> {
    let format = options.output;
    let Some(verb) = options.verb else {
        return desktop::start(&[]);
    };
    match verb {
        Verb::Create(wish) => create::create(wish, options.engine, format).await,
        Verb::List => list::list(options.engine, format).await,
        Verb::Start(of) => {
            on_clusters(operation::Verb::Start, &of.clusters, options.engine, format).await
        }
        Verb::Stop(of) => {
            on_clusters(operation::Verb::Stop, &of.clusters, options.engine, format).await
        }
        Verb::Restart(of) => {
            on_clusters(
                operation::Verb::Restart,
                &of.clusters,
                options.engine,
                format,
            )
            .await
        }
        Verb::Pause(of) => {
            on_clusters(operation::Verb::Pause, &of.clusters, options.engine, format).await
        }
        Verb::Resume(of) => {
            on_clusters(
                operation::Verb::Resume,
                &of.clusters,
                options.engine,
                format,
            )
            .await
        }
        Verb::Delete(of) => cluster_verbs::delete(of, options.engine, format).await,
        Verb::Use(target) => use_context::use_context(target, options.engine, format).await,
        Verb::Kubeconfig(of) => match (of.verb, of.cluster) {
            (Some(verb), _) => history::run(verb, format).await,
            (None, Some(cluster)) => kubeconfig::print(&cluster, options.engine).await,
            // clap asks for one of them.
            (None, None) => Err(Failure::Usage),
        },
        Verb::Shell(scope) => scoped::shell(scope, format).await,
        Verb::Env(scope) => scoped::env(scope, format).await,
        Verb::Action { action } => desktop::hand_over(&action).await,
        Verb::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Options::command(),
                "k3tray",
                &mut std::io::stdout(),
            );
            Ok(())
        }
    }
}

/// Logs to standard error, only when asked: what a person needs is printed as such.
fn log(options: &Options) {
    let level = if options.verbose {
        "k3tray=debug,k3tray_core=debug,warn"
    } else {
        "off"
    };
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .init();
}
