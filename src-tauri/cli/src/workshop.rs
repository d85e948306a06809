//! What every verb needs: the engine, the kubeconfig, and a way to run an operation to its end.

use std::time::Duration;

use jiff::Timestamp;
use k3tray_core::{
    cluster::ClusterName,
    engine::Engine,
    error::Problem,
    kubeconfig::Kubeconfig,
    operation::{
        self, Deadlines, Means, Operation, OperationError, OperationId, Outcome, Reporter, Run,
        Verb,
    },
    paths::Paths,
    protection::{ProtectionRules, Rule, Subject},
    settings::{self, Settings},
};
use tokio_util::sync::CancellationToken;

use crate::{
    options::Format,
    output::{Failure, as_text},
    progress,
};

/// The engine and what else operations work with.
pub(crate) struct Workshop {
    pub(crate) means: Means,
    format: Format,
}

/// The kubeconfig of this user.
pub(crate) fn kubeconfig(format: Format) -> Result<Kubeconfig, Failure> {
    Ok(Kubeconfig::of(&paths(format)?, None))
}

/// Where this user keeps things.
pub(crate) fn paths(format: Format) -> Result<Paths, Failure> {
    let paths = Paths::from_environment()
        .map_err(|error| Failure::new("Could not find the user's files", &error, format))?;
    Ok(settings(&paths).applied_to(paths))
}

/// What the user set. Settings that cannot be read are as if nothing was set; the app says why.
pub(crate) fn settings(paths: &Paths) -> Settings {
    Settings::load(&paths.config.join(settings::FILE)).unwrap_or_default()
}

/// Which contexts are to be handled with care. Where the settings cannot be read nobody knows: then all
/// that are not local.
pub(crate) fn rules(paths: &Paths) -> ProtectionRules {
    match Settings::load(&paths.config.join(settings::FILE)) {
        Ok(settings) => settings.protection,
        Err(error) => {
            let problem = Problem::new("Could not read which contexts are protected", &error);
            eprintln!("{}", as_text(&problem));
            ProtectionRules {
                rules: vec![Rule {
                    of: Subject::Name,
                    pattern: "*".into(),
                }],
                ..ProtectionRules::default()
            }
        }
    }
}

/// Waits for Ctrl-C, or for what CI systems and `timeout` send in its place.
async fn told_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

impl Workshop {
    /// Finds the engine and connects: the one named on the command line, else the one that was set.
    pub(crate) async fn open(engine: Option<String>, format: Format) -> Result<Self, Failure> {
        let paths = paths(format)?;
        let engine = engine.or_else(|| settings(&paths).engine);
        let engine = Engine::find(engine.as_deref(), &paths)
            .await
            .map_err(|error| {
                Failure::new("Could not reach a container engine", &error.error, format)
            })?;
        Ok(Self {
            means: Means::new(engine, &paths),
            format,
        })
    }

    /// Waits as long as the user says.
    pub(crate) fn with_timeout(mut self, seconds: Option<u64>) -> Self {
        if let Some(wait) = seconds.map(Duration::from_secs) {
            self.means.deadlines = Deadlines {
                api: wait,
                nodes: wait,
            };
        }
        self
    }

    /// Runs an operation, shows its progress, and cancels it on Ctrl-C or SIGTERM; warnings are told at its end.
    pub(crate) async fn run<F>(
        &self,
        verb: Verb,
        cluster: &ClusterName,
        work: impl FnOnce(Run) -> F,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<Outcome, OperationError>>,
    {
        let (reporter, reports) = Reporter::new();
        let cancel = CancellationToken::new();
        let run = Run {
            means: self.means.clone(),
            reporter,
            cancel: cancel.clone(),
        };
        let shown = Operation::new(OperationId(1), verb, cluster.clone(), Timestamp::now());
        let display = tokio::spawn(progress::follow(
            shown,
            reports,
            self.format == Format::Json,
        ));
        let interrupted = tokio::spawn(async move {
            if told_to_end().await.is_ok() {
                eprintln!("cancelling; press Ctrl-C again to leave things as they are");
                cancel.cancel();
                // A second one ends the program at once; what is left is found and offered later.
                if told_to_end().await.is_ok() {
                    std::process::exit(130);
                }
            }
        });
        let result = work(run).await;
        interrupted.abort();
        let _ = display.await;
        match result {
            Ok(outcome) => {
                for warning in &outcome.warnings {
                    eprintln!("{}", as_text(warning));
                }
                Ok(())
            }
            Err(error) => {
                let title = format!("Could not {} cluster `{cluster}`", verb.bare());
                Err(Failure::Problem(
                    Box::new(Problem::new(title, &error)),
                    self.format,
                ))
            }
        }
    }

    /// Runs a verb that needs no more than a name.
    pub(crate) async fn run_by_name(
        &self,
        verb: Verb,
        cluster: &ClusterName,
    ) -> Result<(), Failure> {
        let name = cluster.clone();
        self.run(verb, cluster, |run| async move {
            match verb {
                Verb::Start => operation::start(&run, &name).await,
                Verb::Stop => operation::stop(&run, &name).await,
                Verb::Restart => operation::restart(&run, &name).await,
                Verb::Pause => operation::pause(&run, &name).await,
                Verb::Resume => operation::resume(&run, &name).await,
                Verb::Delete => operation::delete(&run, &name).await,
                // A creation needs more than a name and never comes here.
                Verb::Create => Ok(Outcome::default()),
            }
        })
        .await
    }
}
