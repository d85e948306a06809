//! `create`: from flags to a cluster that runs.

use std::net::IpAddr;

use k3tray_core::{
    cluster::{ApiAddress, ClusterName},
    context::ContextName,
    names,
    operation::{self, Verb},
    spec::{Draft, Field, FieldProblem},
};
use serde::Serialize;

use crate::{
    options::{Format, Wish},
    output::{Failure, print_json},
    workshop::Workshop,
};

/// A new cluster, for machines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    name: ClusterName,
    context: ContextName,
    api: Option<ApiAddress>,
}

/// Creates the cluster that was wished for.
pub(crate) async fn create(
    wish: Wish,
    engine: Option<String>,
    format: Format,
) -> Result<(), Failure> {
    let timeout = wish.timeout;
    let draft = draft(wish).map_err(|problems| Failure::Fields(problems, format))?;
    // What is wrong by itself is said before an engine is looked for.
    draft
        .check(&ClusterName::observed("new"))
        .map_err(|problems| Failure::Fields(problems, format))?;
    let workshop = Workshop::open(engine, format).await?.with_timeout(timeout);
    let list = |error| Failure::new("Could not list the clusters", &error, format);
    let taken: Vec<ClusterName> = workshop
        .means
        .engine
        .inventory()
        .await
        .map_err(list)?
        .into_iter()
        .map(|cluster| cluster.name)
        .collect();
    let spec = draft
        .check(&names::propose(&taken))
        .map_err(|problems| Failure::Fields(problems, format))?;
    let name = spec.name.clone();
    let switched = spec.switch_context;
    workshop
        .run(Verb::Create, &name, |run| async move {
            operation::create(&run, spec).await
        })
        .await?;

    let context = ContextName::of_cluster(&name);
    match format {
        Format::Text => {
            println!("{name} is ready");
            if switched {
                println!("`kubectl get nodes` asks it: `{context}` is the current context");
            } else {
                println!("`kubectl --context {context} get nodes` asks it");
            }
        }
        Format::Json => {
            let clusters = workshop.means.engine.inventory().await.map_err(list)?;
            let api = clusters
                .into_iter()
                .find(|cluster| cluster.name == name)
                .and_then(|cluster| cluster.api);
            print_json(&Created { name, context, api });
        }
    }
    Ok(())
}

/// The wish as the form would have it.
fn draft(wish: Wish) -> Result<Draft, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut draft = Draft {
        name: wish.name.unwrap_or_default(),
        servers: wish.servers,
        agents: wish.agents,
        growable: wish.growable,
        load_balancer: !wish.no_lb,
        image: wish.image.unwrap_or_default(),
        env: wish.env,
        quick_status: !wish.no_quick_status,
        switch_context: wish.kubeconfig_switch_context,
        ..Draft::default()
    };
    if let Some(address) = wish.api_port {
        (draft.api_host, draft.api_port) = split_address(&address, draft.api_host);
    }
    for text in wish.k3s_arg {
        match text.rsplit_once('@') {
            None => draft.server_args.push(text),
            Some((arg, "server:*" | "servers:*")) => draft.server_args.push(arg.to_owned()),
            Some((arg, "agent:*" | "agents:*")) => draft.agent_args.push(arg.to_owned()),
            Some((arg, "all" | "server:*;agent:*")) => {
                draft.server_args.push(arg.to_owned());
                draft.agent_args.push(arg.to_owned());
            }
            Some((_, filter)) => problems.push(FieldProblem {
                field: Field::ServerArgs,
                message: format!("`@{filter}` is not one of `@server:*`, `@agent:*`, `@all`."),
            }),
        }
    }
    if problems.is_empty() {
        Ok(draft)
    } else {
        Err(problems)
    }
}

/// `[HOST:]PORT`, where a bare address is a host. `localhost` is taken for the address it means.
fn split_address(text: &str, default_host: String) -> (String, String) {
    let host = |host: &str| match host {
        "localhost" => "127.0.0.1".to_owned(),
        host => host.trim_matches(['[', ']']).to_owned(),
    };
    if text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        return (host(text), String::new());
    }
    match text.rsplit_once(':') {
        Some(("", port)) => (default_host, port.to_owned()),
        Some((address, port)) => (host(address), port.to_owned()),
        None => (default_host, text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use clap::Parser;

    use super::*;
    use crate::options;

    fn parse(arguments: &[&str]) -> Result<Draft, Vec<FieldProblem>> {
        let all = ["k3tray", "create"].iter().chain(arguments);
        match options::Options::try_parse_from(all).unwrap().verb {
            Some(options::Verb::Create(wish)) => draft(wish),
            other => panic!("not a creation: {other:?}"),
        }
    }

    #[test]
    fn flags_say_what_the_form_says() {
        assert_eq!(parse(&[]), Ok(Draft::default()));
        assert_eq!(
            parse(&[
                "dev",
                "--servers=3",
                "-a",
                "2",
                "--image=v1.31.4+k3s1",
                "--api-port=0.0.0.0:6550",
                "--no-lb",
                "--growable",
                "--k3s-arg=--disable=traefik@server:*",
                "--k3s-arg",
                "--node-taint=a=b:NoSchedule@agent:*",
                "--env=FOO=bar",
                "--no-quick-status",
                "--kubeconfig-switch-context=false",
            ]),
            Ok(Draft {
                name: "dev".into(),
                servers: 3,
                agents: 2,
                growable: true,
                load_balancer: false,
                image: "v1.31.4+k3s1".into(),
                api_host: "0.0.0.0".into(),
                api_port: "6550".into(),
                server_args: vec!["--disable=traefik".into()],
                agent_args: vec!["--node-taint=a=b:NoSchedule".into()],
                env: vec!["FOO=bar".into()],
                quick_status: false,
                switch_context: false,
            })
        );
        assert_eq!(
            parse(&["--k3s-arg=--x@server:0"]).unwrap_err()[0].field,
            Field::ServerArgs
        );
    }

    #[test]
    fn an_api_address_is_a_host_a_port_or_both() {
        let cases = [
            ("6550", ("127.0.0.1", "6550")),
            (":6550", ("127.0.0.1", "6550")),
            ("0.0.0.0:6550", ("0.0.0.0", "6550")),
            ("localhost:6550", ("127.0.0.1", "6550")),
            ("[::1]:6550", ("::1", "6550")),
            ("0.0.0.0", ("0.0.0.0", "")),
        ];
        for (text, (host, port)) in cases {
            assert_eq!(
                split_address(text, "127.0.0.1".into()),
                (host.into(), port.into()),
                "{text}"
            );
        }
    }
}
