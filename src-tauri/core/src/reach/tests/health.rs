//! How a cluster is, and in which words it is told that it cannot be reached.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;
use tokio::net::TcpListener;

use super::{
    server::{NODES, Script, Server, list, node, refusal, version},
    *,
};
use crate::error::Code;

const TOKEN: &str = "token: opaque-secret";

fn two_nodes() -> (&'static str, (u16, String)) {
    let nodes = [node("one", true), node("two", false)];
    (NODES, list("NodeList", &nodes, None))
}

fn reachable(version: Option<&str>, nodes: NodeCount) -> ContextHealth {
    ContextHealth {
        context: prod(),
        checked_at: Timestamp::UNIX_EPOCH,
        outcome: Outcome::Reachable {
            version: version.map(str::to_owned),
            nodes,
            latency_ms: 0,
        },
        expires: None,
        program: None,
    }
}

#[tokio::test]
async fn a_cluster_that_answers_tells_its_version_and_nodes() {
    let server = Server::start(Script::from([version(), two_nodes()])).await;
    let home = Home::with(&server.entry(), TOKEN);
    assert_eq!(
        home.health(false, PATIENCE).await,
        reachable(Some("v1.31.4+k3s1"), NodeCount::Known { ready: 1, all: 2 })
    );
    let token = "authorization: Bearer opaque-secret";
    assert!(server.asked().iter().all(|head| head.contains(token)));
}

#[tokio::test]
async fn the_nodes_of_a_large_cluster_are_counted_page_by_page() {
    let next = "/api/v1/nodes?&limit=500&continue=there";
    let server = Server::start(Script::from([
        version(),
        (NODES, list("NodeList", &[node("one", true)], Some("there"))),
        (next, list("NodeList", &[node("two", true)], None)),
    ]))
    .await;
    let home = Home::with(&server.entry(), TOKEN);
    assert_eq!(
        home.health(false, PATIENCE).await,
        reachable(Some("v1.31.4+k3s1"), NodeCount::Known { ready: 2, all: 2 })
    );
}

#[tokio::test]
async fn who_may_not_list_nodes_is_told_the_rest() {
    let server = Server::start(Script::from([
        version(),
        (NODES, refusal(403, "nodes is forbidden")),
    ]))
    .await;
    let home = Home::with(&server.entry(), TOKEN);
    let unknown = NodeCount::Unknown {
        reason: "this user may not list nodes".into(),
    };
    assert_eq!(
        home.health(false, PATIENCE).await,
        reachable(Some("v1.31.4+k3s1"), unknown)
    );
}

#[tokio::test]
async fn a_server_that_hides_its_version_is_reachable() {
    let server = Server::start(Script::from([
        ("/version", refusal(403, "no")),
        two_nodes(),
    ]))
    .await;
    let home = Home::with(&server.entry(), TOKEN);
    assert_eq!(
        home.health(false, PATIENCE).await,
        reachable(None, NodeCount::Known { ready: 1, all: 2 })
    );
}

#[tokio::test]
async fn nodes_that_are_not_listed_in_time_do_not_hide_the_rest() {
    // The script has no word of nodes, so that the server never answers.
    let server = Server::start(Script::from([version()])).await;
    let home = Home::with(&server.entry(), TOKEN);
    let health = home.health(false, Duration::from_secs(3)).await;
    let unknown = NodeCount::Unknown {
        reason: "they were not listed in time".into(),
    };
    assert_eq!(health, reachable(Some("v1.31.4+k3s1"), unknown));
}

/// Asks, and compares the causes and the hint.
async fn fails(home: &Home, limit: Duration, causes: &[&str], hint: &str) {
    let problem = home.problem(limit).await;
    let expected = Problem {
        what: "Could not reach `prod`".into(),
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
        hint: Some(hint.into()),
        code: Code::Other,
        log: vec![],
        remedy: None,
    };
    assert_eq!(problem, expected);
}

#[tokio::test]
async fn each_way_to_fail_has_words_of_its_own() {
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let refused = std::net::TcpStream::connect(address).unwrap_err();
    fails(
        &Home::with(&format!("server: 'https://{address}'"), TOKEN),
        PATIENCE,
        &["its server refused the connection", &refused.to_string()],
        "Check that the cluster runs and that its address is right.",
    )
    .await;
    fails(
        &Home::with("server: 'https://no-such-host.invalid:6443'", TOKEN),
        PATIENCE,
        &["the name `no-such-host.invalid` of its server is not known"],
        "Check the network or the VPN, then ask again.",
    )
    .await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    fails(
        &Home::with(
            &format!("server: 'https://{}'", silent.local_addr().unwrap()),
            TOKEN,
        ),
        Duration::from_millis(1500),
        &["it did not answer within 1.5 seconds"],
        "Check the network or the VPN, then ask again.",
    )
    .await;
    let answers = |answer| Server::start(Script::from([("/version", answer)]));
    let server = answers(refusal(401, "Unauthorized")).await;
    fails(
        &Home::with(&server.entry(), TOKEN),
        PATIENCE,
        &[
            "its server does not accept these credentials",
            "Unauthorized (401)",
        ],
        "Sign in again, or fetch the kubeconfig of this cluster anew.",
    )
    .await;
    let server = answers((200, "welcome".into())).await;
    fails(
        &Home::with(&server.entry(), TOKEN),
        PATIENCE,
        &[
            "its server does not answer as it should",
            "what it wrote is not Kubernetes' JSON",
        ],
        "Check that its address is that of a Kubernetes API.",
    )
    .await;
    fails(
        &Home::with(
            &format!("{}, proxy-url: 'socks5://me:pw@gate:1080'", server.url()),
            TOKEN,
        ),
        PATIENCE,
        &["this context goes through the proxy `gate`, which cannot be used here"],
        "Ask `kubectl get nodes` in a terminal: it shows more.",
    )
    .await;
    fails(
        &Home::with(
            &server.entry(),
            "client-certificate-data: c2VjcmV0, client-key-data: c2VjcmV0",
        ),
        PATIENCE,
        &["the certificates, keys or address in its kubeconfig cannot be used"],
        "Fetch the kubeconfig of this cluster anew.",
    )
    .await;
}

#[tokio::test]
async fn a_server_whose_certificate_is_not_the_kubeconfigs_is_not_trusted() {
    let server = Server::start(Script::from([version()])).await;
    let other = Server::start(Script::new()).await;
    let authority = other.entry();
    let authority = authority.split_once(", ").unwrap().1;
    let home = Home::with(&format!("{}, {authority}", server.url()), TOKEN);
    let problem = home.problem(PATIENCE).await;
    assert_eq!(
        problem.causes[0],
        "no secure connection to its server was possible"
    );
    assert_eq!(server.asked(), [""; 0], "the token went nowhere");
}

#[tokio::test]
async fn the_first_end_of_the_credentials_is_told() {
    let server = Server::start(Script::from([version(), two_nodes()])).await;
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.not_after = rcgen::date_time_ymd(2031, 5, 6);
    let key = KeyPair::generate().unwrap();
    let certificate = STANDARD.encode(params.self_signed(&key).unwrap().pem());
    let key = STANDARD.encode(key.serialize_pem());
    let user = format!("client-certificate-data: {certificate}, client-key-data: {key}");
    let token = |end: &str| {
        let end: Timestamp = end.parse().unwrap();
        let claims = json!({ "exp": end.as_second() }).to_string();
        format!("token: e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
    };
    let sooner = "2030-01-02T03:04:05Z";
    for (user, end) in [
        (user.clone(), "2031-05-06T00:00:00Z"),
        (token(sooner), sooner),
        (format!("{user}, {}", token(sooner)), sooner),
        (
            format!(
                "auth-provider: {{name: oidc, config: {{id-{}}}}}",
                token(sooner)
            ),
            sooner,
        ),
    ] {
        let health = Home::with(&server.entry(), &user)
            .health(false, PATIENCE)
            .await;
        let expected = ContextHealth {
            expires: Some(end.parse().unwrap()),
            ..reachable(Some("v1.31.4+k3s1"), NodeCount::Known { ready: 1, all: 2 })
        };
        assert_eq!(health, expected);
    }
}
