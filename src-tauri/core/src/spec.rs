//! The wish: what a person asks a new cluster to be, and what is wrong with it.
//!
//! Nothing here is filled in later: what will be done is a [`crate::plan`], what is there a
//! [`crate::cluster::Cluster`]. Validation answers per field, so that a form can show each message
//! in its place and the command line can say the same words.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::{
    cluster::ClusterName,
    error::Explain as _,
    image::{ImageError, NodeImage},
};

/// Most nodes of one role; beyond it a laptop does not get, and a typing error does.
pub const NODES_MAX: u32 = 64;

/// The wish as it is typed: every field may be wrong. [`Draft::check`] makes a [`ClusterSpec`] of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Draft {
    /// Its name; empty for a proposed one.
    pub name: String,
    /// How many servers.
    pub servers: u32,
    /// How many agents.
    pub agents: u32,
    /// Whether one server runs etcd, so that servers can be added later. More than one always do.
    pub growable: bool,
    /// Whether a load balancer stands before the servers.
    pub load_balancer: bool,
    /// An image or a k3s version; empty for the default.
    pub image: String,
    /// The host address the API is bound to.
    pub api_host: String,
    /// The host port of the API; empty for a free one.
    pub api_port: String,
    /// Further arguments of k3s's servers.
    pub server_args: Vec<String>,
    /// Further arguments of k3s's agents.
    pub agent_args: Vec<String>,
    /// `KEY=value` for servers and agents.
    pub env: Vec<String>,
    /// Whether kubelets report every second, so that a node turns Ready (and not Ready) sooner.
    /// Left out wherever the arguments set the same thing.
    pub quick_status: bool,
    /// Whether the new context becomes the current one.
    pub switch_context: bool,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            name: String::new(),
            servers: 1,
            agents: 0,
            growable: false,
            load_balancer: true,
            image: String::new(),
            api_host: "127.0.0.1".into(),
            api_port: String::new(),
            server_args: vec![],
            agent_args: vec![],
            env: vec![],
            quick_status: true,
            switch_context: true,
        }
    }
}

/// A checked wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterSpec {
    /// Its name.
    pub name: ClusterName,
    /// At least one.
    pub servers: u32,
    /// Any number up to [`NODES_MAX`].
    pub agents: u32,
    /// Whether the servers run etcd.
    pub etcd: bool,
    /// Whether a load balancer stands before the servers.
    pub load_balancer: bool,
    /// The image; none for the default, or the newest local one where the default cannot be had.
    pub image: Option<NodeImage>,
    /// The host address the API is bound to.
    pub api_host: IpAddr,
    /// The host port of the API; none for a free one.
    pub api_port: Option<u16>,
    /// Further arguments of k3s's servers.
    pub server_args: Vec<String>,
    /// Further arguments of k3s's agents.
    pub agent_args: Vec<String>,
    /// `KEY=value` for servers and agents.
    pub env: Vec<String>,
    /// See [`Draft::quick_status`].
    pub quick_status: bool,
    /// See [`Draft::switch_context`].
    pub switch_context: bool,
}

/// What is wrong with one field, in words that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// The field of [`Draft`] as the window spells it, such as `apiPort`.
    pub field: Field,
    /// What is wrong and what would be right.
    pub message: String,
}

/// A field of [`Draft`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is the field of the same name")]
pub enum Field {
    Name,
    Servers,
    Agents,
    Image,
    ApiHost,
    ApiPort,
    ServerArgs,
    AgentArgs,
    Env,
}

impl Draft {
    /// Checks every field by itself; what only the engine knows (taken names and ports) is checked there.
    ///
    /// `proposed` is used where no name was typed.
    pub fn check(&self, proposed: &ClusterName) -> Result<ClusterSpec, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut refuse = |field, message: String| problems.push(FieldProblem { field, message });

        let name = if self.name.trim().is_empty() {
            proposed.clone()
        } else {
            self.name.trim().parse().unwrap_or_else(|error| {
                refuse(Field::Name, sentence(&error));
                proposed.clone()
            })
        };
        if !(1..=NODES_MAX).contains(&self.servers) {
            refuse(
                Field::Servers,
                format!("A cluster has 1 to {NODES_MAX} servers."),
            );
        }
        if self.agents > NODES_MAX {
            refuse(
                Field::Agents,
                format!("A cluster has at most {NODES_MAX} agents."),
            );
        }
        let image = match self.image.trim() {
            "" => None,
            text => text
                .parse()
                .map_err(|error: ImageError| refuse(Field::Image, with_hint(&error)))
                .ok(),
        };
        let api_host = self.api_host.trim().parse().unwrap_or_else(|_| {
            refuse(
                Field::ApiHost,
                format!(
                    "`{}` is not an IP address such as `127.0.0.1`.",
                    self.api_host
                ),
            );
            IpAddr::from([127, 0, 0, 1])
        });
        let api_port = match self.api_port.trim() {
            "" | "random" => None,
            text => match text.parse::<u16>() {
                Ok(port) if port > 0 => Some(port),
                _ => {
                    refuse(
                        Field::ApiPort,
                        format!("`{text}` is not a port: 1 to 65535, or empty for a free one."),
                    );
                    None
                }
            },
        };
        for pair in &self.env {
            if pair.split_once('=').is_none_or(|(key, _)| key.is_empty()) {
                refuse(
                    Field::Env,
                    format!("`{pair}` is not of the form `KEY=value`."),
                );
            }
        }
        if problems.is_empty() {
            Ok(ClusterSpec {
                name,
                servers: self.servers,
                agents: self.agents,
                etcd: self.servers > 1 || self.growable,
                load_balancer: self.load_balancer,
                image,
                api_host,
                api_port,
                server_args: self.server_args.clone(),
                agent_args: self.agent_args.clone(),
                env: self.env.clone(),
                quick_status: self.quick_status,
                switch_context: self.switch_context,
            })
        } else {
            Err(problems)
        }
    }
}

/// Why an image is refused, and what would be right.
fn with_hint(error: &ImageError) -> String {
    let hint = error.hint().unwrap_or_default();
    format!("{} {hint}", sentence(error))
}

/// An error's text as a sentence for a form.
fn sentence(error: &impl std::error::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|c| c.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn proposed() -> ClusterName {
        "calm-otter".parse().unwrap()
    }

    #[test]
    fn an_untouched_draft_is_a_good_cluster() {
        let spec = Draft::default().check(&proposed()).unwrap();
        assert_eq!(
            spec,
            ClusterSpec {
                name: proposed(),
                servers: 1,
                agents: 0,
                etcd: false,
                load_balancer: true,
                image: None,
                api_host: IpAddr::from([127, 0, 0, 1]),
                api_port: None,
                server_args: vec![],
                agent_args: vec![],
                env: vec![],
                quick_status: true,
                switch_context: true,
            }
        );
    }

    #[test]
    fn every_bad_field_gets_its_own_message_at_once() {
        let draft = Draft {
            name: "Dev".into(),
            servers: 0,
            agents: 65,
            image: "latest".into(),
            api_host: "localhost".into(),
            api_port: "70000".into(),
            env: vec!["FOO".into()],
            ..Draft::default()
        };
        let fields: Vec<_> = draft
            .check(&proposed())
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(
            fields,
            [
                Field::Name,
                Field::Servers,
                Field::Agents,
                Field::Image,
                Field::ApiHost,
                Field::ApiPort,
                Field::Env
            ]
        );
    }
}
