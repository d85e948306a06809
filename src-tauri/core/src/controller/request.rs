//! What a person asks for: refused at once with the reason, or accepted and begun.
//!
//! As pure as [`super::reduce`]: what is begun is an effect.

use std::str::FromStr as _;

use jiff::Timestamp;

use super::{
    Ask, Check, Refusal,
    event::{Effect, Errand, Work},
    model::{Concern, Model},
    refusal::RequestError,
};
use crate::{
    action::{Action, View},
    cluster::{Cluster, ClusterName},
    context::ContextName,
    error::Problem,
    node::Role,
    operation::{Operation, OperationId, OperationState},
    snapshot::EngineStatus,
    spec::{Draft, Field, FieldProblem},
};

type Accepted = Result<Vec<Effect>, Problem>;

impl Model {
    /// Accepts or refuses an action.
    pub(super) fn perform(&mut self, action: Action, now: Timestamp) -> Accepted {
        match action {
            Action::NewCluster => {
                let draft = self.remembered.last_draft.clone();
                match self.create(draft, now) {
                    Ok((_, effects)) => Ok(effects),
                    Err(Refusal::Problem { problem }) => Err(problem),
                    // The last settings have become wrong: the form says where.
                    Err(Refusal::Fields { .. }) => Ok(show(View::NewCluster)),
                }
            }
            Action::Start(name) => self.work(Work::Start(name), now),
            Action::Stop(name) => self.work(Work::Stop(name), now),
            Action::Restart(name) => self.work(Work::Restart(name), now),
            Action::Pause(name) => self.work(Work::Pause(name), now),
            Action::Resume(name) => self.work(Work::Resume(name), now),
            Action::Delete(name) => self.work(Work::Delete(name), now),
            Action::DeleteCurrent => self.delete_current(),
            Action::StartNode(name) => self.node(Errand::StartNode(name.clone()), &name),
            Action::StopNode(name) => self.node(Errand::StopNode(name.clone()), &name),
            Action::UseContext(name) => self.use_context(name, false),
            Action::UseProtected(name) => self.use_context(name, true),
            Action::Protect(name) => Ok(self.set_protected(name, true)),
            Action::Unprotect(name) => Ok(self.set_protected(name, false)),
            Action::UseNamespace(context, name) => self.use_namespace(context, &name),
            Action::ListNamespaces(context) => self.list_namespaces(context),
            Action::CheckWhenShown(name) => Ok(self.set_checked(name, true)),
            Action::CheckOnRequest(name) => Ok(self.set_checked(name, false)),
            Action::Cancel(id) => self.cancel(id),
            Action::Dismiss(id) => self.dismiss(id),
            Action::CopyExport(name) => self.copy_export(&name),
            Action::CopyScoped(name) => self.with_context(Errand::CopyScoped(name.clone()), name),
            Action::OpenShell(name) => self.with_context(Errand::OpenShell(name.clone()), name),
            Action::Show(view) => Ok(show(view)),
            Action::ShowCurrent => Ok(show(self.current_view())),
            Action::Quit => Ok(self.quit()),
        }
    }

    /// Begins to create a cluster, or says what is to be corrected.
    pub(super) fn create(
        &mut self,
        draft: Draft,
        now: Timestamp,
    ) -> Result<(OperationId, Vec<Effect>), Refusal> {
        let spec = draft.check(&self.proposed);
        let name = match &spec {
            Ok(spec) => spec.name.clone(),
            Err(_) => ClusterName::observed(draft.name.trim()),
        };
        let title = format!("Could not create cluster `{name}`");
        let refuse = |error: &RequestError| Refusal::Problem {
            problem: Problem::new(title.clone(), error),
        };
        self.may_begin(&name).map_err(|error| refuse(&error))?;
        let mut problems = spec.as_ref().err().cloned().unwrap_or_default();
        problems.extend(self.taken_by_clusters(&draft));
        match spec {
            Ok(spec) if problems.is_empty() => {
                let (id, effects) = self.begin_work(Work::Create(spec), now);
                self.drafts.insert(id, draft);
                self.propose_a_free_name();
                Ok((id, effects))
            }
            _ => Err(Refusal::Fields { problems }),
        }
    }

    /// What is wrong with a draft, as far as it is known here.
    pub(super) fn check(&self, draft: &Draft) -> Check {
        let mut problems = draft.check(&self.proposed).err().unwrap_or_default();
        problems.extend(self.taken_by_clusters(draft));
        Check {
            problems,
            proposed_name: self.proposed.clone(),
            default_image: self.default_image.clone(),
            local_images: vec![],
        }
    }

    /// The name and the port, where another cluster has them. A stopped one wants its port back.
    fn taken_by_clusters(&self, draft: &Draft) -> Vec<FieldProblem> {
        let name = ClusterName::from_str(draft.name.trim())
            .ok()
            .filter(|name| self.taken().contains(name))
            .map(|name| FieldProblem {
                field: Field::Name,
                message: format!("There is a cluster `{name}` already."),
            });
        let has_port = |cluster: &&Cluster| {
            let port = cluster.api.as_ref().map(|api| api.port);
            port.is_some() && port == draft.api_port.trim().parse().ok()
        };
        let port = self
            .listed
            .iter()
            .find(has_port)
            .map(|cluster| FieldProblem {
                field: Field::ApiPort,
                message: format!("The port belongs to cluster `{}`.", cluster.name),
            });
        name.into_iter().chain(port).collect()
    }

    /// Begins an operation on a cluster that exists.
    fn work(&mut self, work: Work, now: Timestamp) -> Accepted {
        let name = work.cluster();
        let found = self.cluster(name).is_some();
        self.may_begin(name)
            .and_then(|()| {
                found
                    .then_some(())
                    .ok_or_else(|| RequestError::NoSuchCluster(name.clone()))
            })
            .map_err(|error| Problem::new(work.title(), &error))?;
        Ok(self.begin_work(work, now).1)
    }

    /// Whether something may be begun on that cluster.
    fn may_begin(&self, cluster: &ClusterName) -> Result<(), RequestError> {
        if self.ending {
            return Err(RequestError::Quitting);
        }
        if let Some(operation) = self.shown.running_on(cluster) {
            return Err(RequestError::Busy {
                cluster: cluster.clone(),
                verb: operation.verb,
            });
        }
        match &self.shown.engine.status {
            EngineStatus::Ready { .. } => Ok(()),
            EngineStatus::Connecting => Err(RequestError::EngineAway { hint: None }),
            EngineStatus::Away { problem } => Err(RequestError::EngineAway {
                hint: problem.hint.clone(),
            }),
        }
    }

    fn begin_work(&mut self, work: Work, now: Timestamp) -> (OperationId, Vec<Effect>) {
        let id = OperationId(self.next_operation);
        self.next_operation += 1;
        // What came of the last operation on this cluster is of no use beside the new one.
        let gone: Vec<OperationId> = self
            .shown
            .operations
            .iter()
            .filter(|operation| &operation.cluster == work.cluster())
            .map(|operation| operation.id)
            .collect();
        self.forget(&gone);
        self.shown
            .operations
            .push(Operation::new(id, work.verb(), work.cluster().clone(), now));
        // Who begins something new does not want to quit.
        self.shown.quitting = false;
        (id, vec![Effect::Begin(id, work)])
    }

    fn forget(&mut self, operations: &[OperationId]) {
        self.shown
            .operations
            .retain(|operation| !operations.contains(&operation.id));
        for id in operations {
            self.calm(&Concern::Operation(*id));
        }
    }

    fn delete_current(&self) -> Accepted {
        let title = "Could not delete the current cluster";
        let name = self
            .shown
            .contexts
            .current_cluster()
            .ok_or_else(|| Problem::new(title, &RequestError::CurrentIsForeign))?;
        if self.cluster(name).is_none() {
            let error = RequestError::NoSuchCluster(name.clone());
            return Err(Problem::new(title, &error));
        }
        Ok(show(View::Delete { name: name.clone() }))
    }

    fn current_view(&self) -> View {
        match self.shown.contexts.current_cluster() {
            Some(name) if self.cluster(name).is_some() => View::Cluster { name: name.clone() },
            _ => View::Clusters,
        }
    }

    fn node(&self, errand: Errand, container: &str) -> Accepted {
        let cluster = self
            .listed
            .iter()
            .find(|cluster| cluster.nodes.iter().any(|node| node.name == container))
            .ok_or_else(|| RequestError::NoSuchNode(container.to_owned()));
        cluster
            .and_then(|cluster| self.may_begin(&cluster.name))
            .map_err(|error| Problem::new(errand.title(), &error))?;
        Ok(vec![Effect::Run(errand)])
    }

    /// A protected context is asked about first, unless that was `confirmed`. A cluster whose context is
    /// gone, by whoever's hand, gets it back when it is asked for.
    fn use_context(&mut self, name: ContextName, confirmed: bool) -> Accepted {
        let contexts = &self.shown.contexts;
        let is_current = contexts.current.as_ref() == Some(&name);
        let errand = Errand::UseContext(name.clone());
        let outside = contexts
            .all
            .iter()
            .find(|other| other.extra && other.name == name);
        if let Some(context) = outside {
            let error = RequestError::OutsideChain {
                context: name,
                file: context.file.clone(),
            };
            return Err(Problem::new(errand.title(), &error));
        }
        if self.is_protected(&name) && !is_current && !confirmed {
            return Ok(show(View::AskContext { name }));
        }
        if contexts.has(&name) {
            self.switching = Some(name);
            self.going_back_from = None;
            return Ok(vec![Effect::Run(errand)]);
        }
        let mut clusters = self.listed.iter().map(|cluster| &cluster.name);
        let Some(cluster) = clusters.find(|cluster| ContextName::of_cluster(cluster) == name)
        else {
            let error = RequestError::NoSuchContext(name);
            return Err(Problem::new(errand.title(), &error));
        };
        self.may_begin(cluster)
            .map_err(|error| Problem::new(errand.title(), &error))?;
        let cluster = cluster.clone();
        self.switching = Some(name);
        self.going_back_from = None;
        Ok(vec![Effect::Run(Errand::AddContext(cluster))])
    }

    /// What is done with any context that is there. It needs no engine.
    fn with_context(&self, errand: Errand, name: ContextName) -> Accepted {
        if self.shown.contexts.has(&name) {
            return Ok(vec![Effect::Run(errand)]);
        }
        let error = RequestError::NoSuchContext(name);
        Err(Problem::new(errand.title(), &error))
    }

    fn copy_export(&self, name: &ClusterName) -> Accepted {
        let title = || format!("Could not write a kubeconfig for cluster `{name}`");
        let refuse = |error| Problem::new(title(), &error);
        self.may_begin(name).map_err(refuse)?;
        let cluster = self
            .cluster(name)
            .ok_or_else(|| refuse(RequestError::NoSuchCluster(name.clone())))?;
        let server = cluster.nodes.iter().find(|node| node.role == Role::Server);
        let (Some(server), Some(address)) = (server, cluster.api.clone()) else {
            return Err(refuse(RequestError::NoApi(name.clone())));
        };
        Ok(vec![Effect::Run(Errand::CopyExport {
            cluster: name.clone(),
            server: server.name.clone(),
            address,
        })])
    }

    fn cancel(&self, id: OperationId) -> Accepted {
        let running = self
            .shown
            .operations
            .iter()
            .any(|operation| operation.id == id && operation.state == OperationState::Running);
        if running {
            Ok(vec![Effect::Cancel(id)])
        } else {
            let error = RequestError::NoSuchOperation(id);
            Err(Problem::new("Could not cancel", &error))
        }
    }

    fn dismiss(&mut self, id: OperationId) -> Accepted {
        let ended = self
            .shown
            .operations
            .iter()
            .any(|operation| operation.id == id && !operation.is_running());
        if ended {
            self.forget(&[id]);
            Ok(vec![])
        } else {
            let error = RequestError::NoSuchOperation(id);
            Err(Problem::new("Could not dismiss", &error))
        }
    }

    /// The first time, what runs is waited for and named; the second time it is cancelled, and then
    /// its undoing is waited for.
    fn quit(&mut self) -> Vec<Effect> {
        if self.running() == 0 {
            return vec![Effect::End];
        }
        if !self.shown.quitting {
            self.shown.quitting = true;
            return show(View::Clusters);
        }
        self.ending = true;
        self.shown
            .operations
            .iter()
            .filter(|operation| operation.is_running())
            .map(|operation| Effect::Cancel(operation.id))
            .collect()
    }
}

fn show(view: View) -> Vec<Effect> {
    vec![Effect::Ask(Ask::Show(view))]
}
