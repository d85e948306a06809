//! The `kubectl` inside a node, as far as start scripts and cluster operations use it: get, cordon, uncordon, drain, delete
//! and apply against the server's own kubeconfig. Anything else is refused; the tests use the real kubectl from outside.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method};
use serde_json::{Value, json};

use crate::api::kinds::Kind;
use crate::client::{Caller, Client, ClientError, chain};
use crate::kubeconfig::{Access, KubeconfigError};

/// How long the server may take for one request.
const DEADLINE: Duration = Duration::from_secs(30);

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum KubectlError {
    #[error("the stand-in's kubectl does not know `{0}`")]
    Usage(String),
    #[error("the server doesn't have a resource type \"{0}\"")]
    Kind(String),
    #[error("cannot read {path}")]
    Read {
        path: String,
        source: std::io::Error,
    },
    #[error("cannot parse {path}")]
    Parse {
        path: String,
        source: Box<serde_saphyr::Error>,
    },
    #[error(transparent)]
    Kubeconfig(#[from] KubeconfigError),
    #[error(transparent)]
    Client(ClientError),
    #[error("Error from server: {0}")]
    Server(String),
}

impl From<ClientError> for KubectlError {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Refused {
                message: Some(message),
                ..
            } => Self::Server(message),
            other => Self::Client(other),
        }
    }
}

/// A command line: words in order, and the few options that matter.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    words: Vec<String>,
    namespace: Option<String>,
    all_namespaces: bool,
    output: String,
    file: Option<String>,
    raw: Option<String>,
    ignore_not_found: bool,
    kubeconfig: Option<String>,
}

/// Runs one command and prints what kubectl would.
pub(crate) async fn run(arguments: Vec<String>) -> ExitCode {
    match execute(Line::parse(arguments)).await {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", chain(&error));
            ExitCode::FAILURE
        }
    }
}

impl Line {
    fn parse(arguments: Vec<String>) -> Self {
        let mut line = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (flag, inline) = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with('-') => {
                    (flag.to_owned(), Some(value.to_owned()))
                }
                _ => (argument, None),
            };
            let mut value = || {
                inline
                    .clone()
                    .or_else(|| arguments.next())
                    .unwrap_or_default()
            };
            match flag.as_str() {
                "-n" | "--namespace" => line.namespace = Some(value()),
                "-o" | "--output" => line.output = value(),
                "-f" | "--filename" => line.file = Some(value()),
                "--raw" => line.raw = Some(value()),
                "--kubeconfig" => line.kubeconfig = Some(value()),
                "--timeout" | "--grace-period" => drop(value()),
                "-A" | "--all-namespaces" => line.all_namespaces = true,
                "--ignore-not-found" => line.ignore_not_found = inline.as_deref() != Some("false"),
                switch if switch.starts_with('-') && switch != "-" => {}
                _ => line.words.push(flag),
            }
        }
        line
    }
}

async fn execute(line: Line) -> Result<String, KubectlError> {
    let etc = std::env::var("STANDIN_ETC_DIR").unwrap_or_else(|_| "/etc/rancher".to_owned());
    let given = line
        .kubeconfig
        .clone()
        .or_else(|| std::env::var("KUBECONFIG").ok());
    let path = given.map_or_else(|| PathBuf::from(etc).join("k3s/k3s.yaml"), PathBuf::from);
    let access = Access::read(&path)?;
    let client = Client::new(
        Some(&access.authority),
        &Caller::Certificate(access.credential),
        DEADLINE,
    )?;
    let server = access.server;
    let words: Vec<&str> = line.words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["get"] if line.raw.is_some() => {
            let url = format!("{server}{}", line.raw.clone().unwrap_or_default());
            Ok(String::from_utf8_lossy(
                &client
                    .send(Method::GET, &url, HeaderMap::new(), Bytes::new())
                    .await?,
            )
            .into_owned())
        }
        ["get", kind, names @ ..] => {
            get(&client, &server, &line, kind, names.first().copied()).await
        }
        ["cordon", node] => cordon(&client, &server, node, true).await,
        ["uncordon", node] => cordon(&client, &server, node, false).await,
        ["drain", node] => drain(&client, &server, node).await,
        ["delete", kind, names @ ..] => delete(&client, &server, &line, kind, names).await,
        ["apply"] => apply(&client, &server, &line).await,
        _ => Err(KubectlError::Usage(line.words.join(" "))),
    }
}

fn kind(word: &str) -> Result<&'static Kind, KubectlError> {
    Kind::named(word).ok_or_else(|| KubectlError::Kind(word.to_owned()))
}

fn url(server: &str, kind: &Kind, line: &Line, name: Option<&str>) -> String {
    let namespace = if line.all_namespaces {
        ""
    } else {
        line.namespace.as_deref().unwrap_or("default")
    };
    let path = kind.path(namespace);
    name.map_or_else(
        || format!("{server}{path}"),
        |name| format!("{server}{path}/{name}"),
    )
}

async fn get(
    client: &Client,
    server: &str,
    line: &Line,
    word: &str,
    name: Option<&str>,
) -> Result<String, KubectlError> {
    let (word, name) = word
        .split_once('/')
        .map_or((word, name), |(word, name)| (word, Some(name)));
    let kind = kind(word)?;
    let url = url(server, kind, line, name);
    if line.output == "json" {
        return Ok(format!("{:#}\n", client.get(&url).await?));
    }
    let accept =
        HeaderValue::from_static("application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
    let bytes = client
        .send(
            Method::GET,
            &url,
            HeaderMap::from_iter([(ACCEPT, accept)]),
            Bytes::new(),
        )
        .await?;
    let table: Value =
        serde_json::from_slice(&bytes).map_err(|source| ClientError::Answer { url, source })?;
    if line.output == "name" {
        let rows = table["rows"].as_array().into_iter().flatten();
        return Ok(rows
            .map(|row| {
                format!(
                    "{}/{}\n",
                    kind.singular,
                    row["cells"][0].as_str().unwrap_or_default()
                )
            })
            .collect::<Vec<_>>()
            .concat());
    }
    Ok(print_table(&table, line.output == "wide"))
}

/// A table as aligned columns.
fn print_table(table: &Value, wide: bool) -> String {
    let columns = table["columnDefinitions"]
        .as_array()
        .into_iter()
        .flatten()
        .enumerate();
    let columns: Vec<_> = columns
        .filter(|(_, column)| wide || column["priority"] == 0)
        .collect();
    let rows: Vec<&Value> = table["rows"].as_array().into_iter().flatten().collect();
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let mut lines = vec![
        columns
            .iter()
            .map(|(_, column)| text(&column["name"]).to_uppercase())
            .collect::<Vec<_>>(),
    ];
    lines.extend(rows.iter().map(|row| {
        columns
            .iter()
            .map(|(index, _)| text(&row["cells"][*index]))
            .collect()
    }));
    if rows.is_empty() {
        return "No resources found\n".to_owned();
    }
    let widths: Vec<_> = (0..columns.len())
        .map(|index| {
            lines
                .iter()
                .map(|line| line[index].len())
                .max()
                .unwrap_or_default()
        })
        .collect();
    let print = |line: &Vec<String>| {
        let padded: Vec<_> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", padded.join("   ").trim_end())
    };
    lines.iter().map(print).collect()
}

async fn cordon(
    client: &Client,
    server: &str,
    node: &str,
    on: bool,
) -> Result<String, KubectlError> {
    let word = if on { "cordoned" } else { "uncordoned" };
    let url = format!("{server}/api/v1/nodes/{node}");
    let before = client.get(&url).await?;
    if (before["spec"]["unschedulable"] == true) == on {
        return Ok(format!("node/{node} already {word}\n"));
    }
    let patch = json!({"spec": {"unschedulable": if on { json!(true) } else { Value::Null }}});
    client
        .json(
            Method::PATCH,
            &url,
            "application/strategic-merge-patch+json",
            &patch,
        )
        .await?;
    Ok(format!("node/{node} {word}\n"))
}

/// Cordons the node and deletes its pods, as `drain --force` does where nothing holds them.
async fn drain(client: &Client, server: &str, node: &str) -> Result<String, KubectlError> {
    let mut text = cordon(client, server, node, true).await?;
    let pods = client
        .get(&format!(
            "{server}/api/v1/pods?fieldSelector=spec.nodeName%3D{node}"
        ))
        .await?;
    for pod in pods["items"].as_array().into_iter().flatten() {
        let field = |field: &str| pod["metadata"][field].as_str().unwrap_or_default();
        let url = format!(
            "{server}/api/v1/namespaces/{}/pods/{}",
            field("namespace"),
            field("name")
        );
        client
            .send(Method::DELETE, &url, HeaderMap::new(), Bytes::new())
            .await?;
        text.extend(["pod/", field("name"), " deleted\n"]);
    }
    Ok(text + &format!("node/{node} drained\n"))
}

async fn delete(
    client: &Client,
    server: &str,
    line: &Line,
    word: &str,
    names: &[&str],
) -> Result<String, KubectlError> {
    let mut targets = Vec::new();
    match word.split_once('/') {
        Some((word, name)) => targets.push((kind(word)?, name)),
        None => {
            for name in names {
                targets.push((kind(word)?, *name));
            }
        }
    }
    let mut text = String::new();
    for (kind, name) in targets {
        match client
            .send(
                Method::DELETE,
                &url(server, kind, line, Some(name)),
                HeaderMap::new(),
                Bytes::new(),
            )
            .await
        {
            Ok(_) => text.extend([kind.singular, " \"", name, "\" deleted\n"]),
            Err(error)
                if line.ignore_not_found && error.status() == Some(http::StatusCode::NOT_FOUND) => {
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(text)
}

async fn apply(client: &Client, server: &str, line: &Line) -> Result<String, KubectlError> {
    let path = line
        .file
        .clone()
        .ok_or_else(|| KubectlError::Usage("apply without -f".to_owned()))?;
    let mut text = String::new();
    let read = if path == "-" {
        std::io::stdin().read_to_string(&mut text)
    } else {
        std::fs::File::open(&path).and_then(|mut file| file.read_to_string(&mut text))
    };
    read.map_err(|source| KubectlError::Read {
        path: path.clone(),
        source,
    })?;
    let documents: Vec<Value> =
        serde_saphyr::from_multiple(&text).map_err(|source| KubectlError::Parse {
            path,
            source: source.into(),
        })?;
    let mut printed = String::new();
    for document in documents.iter().filter(|document| document.is_object()) {
        let field = |pointer: &str| {
            document
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let kind = Kind::of(field("/apiVersion"), field("/kind"))
            .ok_or_else(|| KubectlError::Kind(field("/kind").to_owned()))?;
        let namespace = document
            .pointer("/metadata/namespace")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let line = Line {
            namespace: namespace.or_else(|| line.namespace.clone()),
            ..Line::default()
        };
        let name = field("/metadata/name");
        let url = url(server, kind, &line, Some(name));
        let verb = match client.get(&url).await {
            Ok(_) => "configured",
            Err(error) if error.status() == Some(http::StatusCode::NOT_FOUND) => "created",
            Err(error) => return Err(error.into()),
        };
        client
            .json(
                Method::PATCH,
                &format!("{url}?fieldManager=standin"),
                "application/apply-patch+yaml",
                document,
            )
            .await?;
        printed.extend([kind.singular, "/", name, " ", verb, "\n"]);
    }
    Ok(printed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drain_of_k3ds_entrypoint_is_understood() {
        let words = "drain k3d-dev-server-0 --force --delete-emptydir-data --ignore-daemonsets --disable-eviction";

        let line = Line::parse(words.split(' ').map(str::to_owned).collect());

        let expected = ["drain", "k3d-dev-server-0"].map(str::to_owned).to_vec();
        assert_eq!(
            line,
            Line {
                words: expected,
                ..Line::default()
            }
        );
    }

    #[test]
    fn columns_are_aligned_and_wide_ones_hidden() {
        let column = |name: &str, priority: u8| json!({"name": name, "priority": priority});
        let table = json!({
            "columnDefinitions": [column("Name", 0), column("Status", 0), column("Internal-IP", 1)],
            "rows": [{"cells": ["a", "Ready", "10.0.0.1"]}, {"cells": ["long", "Ready", "10.0.0.2"]}],
        });

        assert_eq!(
            print_table(&table, false),
            "NAME   STATUS\na      Ready\nlong   Ready\n"
        );
    }
}
