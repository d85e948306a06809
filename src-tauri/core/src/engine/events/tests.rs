//! What is told of an engine: message by message, and as it comes and goes at a socket.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
use super::*;

fn told(message: &str) -> Option<String> {
    let message: EventMessage = serde_json::from_str(message).unwrap();
    event(&message).map(|event| format!("{event:?}"))
}

#[test]
fn only_what_happens_to_clusters_networks_and_images_is_told() {
    let of_a_cluster = r#"{"Type":"container","Action":"die","Actor":{"ID":"0a","Attributes":{"app":"k3d","exitCode":"0","image":"rancher/k3s","k3d.cluster":"dev","k3d.role":"server","name":"k3d-dev-server-0"}},"scope":"local","time":1,"timeNano":1}"#;
    assert_eq!(
        told(of_a_cluster),
        Some(
            r#"Container { name: "k3d-dev-server-0", cluster: Some(ClusterName("dev")), action: "die" }"#
                .into()
        )
    );
    let network = r#"{"Type":"network","Action":"destroy","Actor":{"ID":"0a","Attributes":{"name":"k3d-dev","type":"bridge"}},"scope":"local","time":1,"timeNano":1}"#;
    assert_eq!(told(network), Some(r#"Network { name: "k3d-dev" }"#.into()));
    let image = r#"{"Type":"image","Action":"load","Actor":{"ID":"sha256:0a","Attributes":{"name":"sha256:0a"}},"scope":"local","time":1,"timeNano":1}"#;
    assert_eq!(told(image), Some("Image".into()));
    for silent in [
        of_a_cluster.replace("\"die\"", "\"exec_start: /bin/sh\""),
        of_a_cluster.replace("\"app\":\"k3d\"", "\"app\":\"web\""),
        network.replace("destroy", "connect"),
        r#"{"Type":"container","Action":"die"}"#.into(),
        "{}".into(),
    ] {
        assert_eq!(told(&silent), None, "{silent}");
    }
}

#[test]
fn waits_grow_to_a_few_seconds_and_to_more_over_a_network() {
    let waits = |remote| [0, 1, 4, 7, 99].map(|count| wait(count, remote).as_millis());
    assert_eq!(waits(false), [250, 500, 4000, 4000, 4000]);
    assert_eq!(waits(true), [250, 500, 4000, 30_000, 30_000]);
}

#[cfg(unix)]
mod at_a_socket {
    use std::{path::Path, pin::pin};

    use tokio::{
        io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
        net::{UnixListener, UnixStream},
        sync::mpsc,
        task::JoinHandle,
    };

    use super::*;

    /// An engine that says what it is, and tells of the events it is given until it is ended.
    fn engine(socket: &Path) -> (mpsc::UnboundedSender<String>, JoinHandle<()>) {
        let listener = UnixListener::bind(socket).unwrap();
        let (send, events) = mpsc::unbounded_channel::<String>();
        let serving = tokio::spawn(async move {
            let mut events = Some(events);
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                let path = request(&mut stream).await;
                if path.starts_with("/events") {
                    let mut events = events.take().unwrap();
                    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
                    stream.write_all(head.as_bytes()).await.unwrap();
                    // Dropped with this task: the engine ends.
                    while let Some(event) = events.recv().await {
                        stream.write_all(event.as_bytes()).await.unwrap();
                        stream.flush().await.unwrap();
                    }
                    return;
                }
                let body = if path.starts_with("/version") {
                    r#"{"Version":"20.10.24","ApiVersion":"1.41"}"#
                } else {
                    r#"{"OperatingSystem":"Test","CgroupVersion":"2"}"#
                };
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        (send, serving)
    }

    /// The path of a request whose head is read to its end.
    async fn request(stream: &mut BufReader<UnixStream>) -> String {
        let mut path = String::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            if line.trim().is_empty() {
                return path;
            }
            if path.is_empty() {
                path = line.split(' ').nth(1).unwrap().to_owned();
            }
        }
    }

    fn line(name: &str) -> String {
        format!(
            "{{\"Type\":\"network\",\"Action\":\"create\",\"Actor\":{{\"ID\":\"0\",\"Attributes\":{{\"name\":\"{name}\"}}}}}}\n"
        )
    }

    #[tokio::test]
    async fn an_engine_that_comes_goes_and_comes_again_is_followed() {
        let root = tempfile::tempdir().unwrap();
        let socket = root.path().join("engine.sock");
        let setting = Some(format!("unix://{}", socket.display()));
        let mut seen = pin!(watch(setting, Paths::below(root.path())));
        let mut next = async || {
            let event = timeout(Duration::from_secs(20), seen.next()).await;
            match event.unwrap().unwrap() {
                EngineEvent::Connected(engine) => {
                    format!("connected to {}", engine.details().version)
                }
                EngineEvent::Away(missing) => format!("away: {}", missing.error),
                event => format!("{event:?}"),
            }
        };
        let away = "away: the container engine does not answer";

        assert_eq!(next().await, away);
        for name in ["first", "second"] {
            let (events, serving) = engine(&socket);
            events.send(line(name)).unwrap();
            assert_eq!(next().await, "connected to 20.10.24");
            assert_eq!(next().await, format!("Network {{ name: {name:?} }}"));
            drop(events);
            serving.await.unwrap();
            std::fs::remove_file(&socket).unwrap();
            assert_eq!(next().await, away);
        }
    }
}
