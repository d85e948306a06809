//! The scripted engine does what it is told, wrong things included.

use std::time::Duration;

use bollard::{
    API_DEFAULT_VERSION, Docker,
    errors::Error,
    models::EventMessage,
    query_parameters::{EventsOptions, ListContainersOptions},
};
use futures_util::{Stream, StreamExt};
use hyper::Method;
use k3tray_tests::{
    scripted_docker::{Answer, Call, ScriptedDocker},
    wait::soon,
};
use serde_json::json;

const SOON: Duration = Duration::from_secs(5);

async fn client(scripted: &ScriptedDocker) -> Docker {
    Docker::connect_with_unix(&scripted.address(), 5, API_DEFAULT_VERSION)
        .unwrap()
        .negotiate_version()
        .await
        .unwrap()
}

async fn names(docker: &Docker) -> Result<Vec<String>, Error> {
    let containers = docker.list_containers(None::<ListContainersOptions>);
    let containers = soon("a list of containers", SOON, containers).await?;
    Ok(containers.into_iter().filter_map(|c| c.id).collect())
}

fn events(docker: &Docker) -> impl Stream<Item = Result<EventMessage, Error>> + Unpin + use<> {
    docker.events(None::<EventsOptions>)
}

fn status(result: Result<Vec<String>, Error>) -> Option<(u16, String)> {
    match result {
        Err(Error::DockerResponseServerError {
            status_code,
            message,
        }) => Some((status_code, message)),
        _ => None,
    }
}

#[tokio::test]
async fn an_answer_told_once_goes_before_the_lasting_one() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let list = "/containers/json";
    scripted.answer(Method::GET, list, Answer::json(json!([{ "Id": "a" }])));
    scripted.answer_once(Method::GET, list, Answer::error(409, "in use"));
    scripted.answer_once(Method::GET, list, Answer::error(500, "on fire"));

    assert_eq!(status(names(&docker).await), Some((409, "in use".into())));
    assert_eq!(status(names(&docker).await), Some((500, "on fire".into())));
    assert_eq!(names(&docker).await.unwrap(), ["a"]);
    assert_eq!(names(&docker).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn what_was_not_told_is_refused_and_remembered() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;

    let answer = status(names(&docker).await);

    let message = "not in the script: GET /containers/json";
    assert_eq!(answer, Some((501, message.into())));
    assert_eq!(scripted.unexpected(), ["GET /containers/json"]);
    let asked = scripted.calls().pop().unwrap();
    let expected = Call {
        method: Method::GET,
        path: "/containers/json".into(),
        query: asked.query.clone(),
        body: bytes::Bytes::new(),
    };
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_path_told_after_a_pattern_wins_over_it() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let removed = Answer::computed(|call| Answer::error(404, &format!("no {}", call.path)));
    scripted.answer(Method::DELETE, "/networks/*", removed);
    scripted.answer(
        Method::DELETE,
        "/networks/mine",
        Answer::status(204, json!(null)),
    );

    assert!(docker.remove_network("mine").await.is_ok());
    let Err(Error::DockerResponseServerError { message, .. }) =
        docker.remove_network("other").await
    else {
        panic!("the pattern was not asked");
    };
    assert_eq!(message, "no /networks/other");
}

#[tokio::test]
async fn a_truncated_answer_is_an_error_and_not_a_short_list() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let list = json!([{ "Id": "a" }, { "Id": "b" }]);
    scripted.answer(Method::GET, "/containers/json", Answer::truncated(list));

    assert!(names(&docker).await.is_err());
}

#[tokio::test]
async fn a_hang_up_is_an_error_and_the_next_call_is_served() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    scripted.answer(Method::GET, "/containers/json", Answer::json(json!([])));
    scripted.answer_once(Method::GET, "/containers/json", Answer::hang_up());

    assert!(names(&docker).await.is_err());
    assert_eq!(names(&docker).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn an_engine_that_is_away_comes_back_with_its_script() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    scripted.answer(Method::GET, "/containers/json", Answer::json(json!([])));

    scripted.go_away();
    assert!(names(&docker).await.is_err());
    scripted.come_back();
    assert_eq!(names(&docker).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn going_away_breaks_a_stream_in_the_middle() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let (feed, answer) = Answer::stream();
    scripted.answer(Method::GET, "/events", answer);
    let mut events = events(&docker);
    let (first, ()) = tokio::join!(events.next(), async {
        feed.read_by(1).await;
        feed.line(&json!({ "Type": "container", "Action": "die" }));
    });
    assert_eq!(first.unwrap().unwrap().action.as_deref(), Some("die"));

    scripted.go_away();

    let next = soon("the stream to break", SOON, events.next()).await;
    assert!(matches!(next, None | Some(Err(_))), "{next:?}");
}

#[tokio::test]
async fn a_stream_ends_in_order_or_breaks_as_told() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let (feed, answer) = Answer::stream();
    scripted.answer(Method::GET, "/events", answer);

    let (all, ()) = tokio::join!(events(&docker).collect::<Vec<_>>(), async {
        feed.read_by(1).await;
        feed.line(&json!({ "Action": "start" }));
        feed.end();
    });
    let actions: Vec<_> = all
        .into_iter()
        .map(|e| e.unwrap().action.unwrap())
        .collect();
    assert_eq!(actions, ["start"]);

    let (all, ()) = tokio::join!(events(&docker).collect::<Vec<_>>(), async {
        feed.read_by(1).await;
        feed.raw("{\"Action\":");
        feed.hang_up();
    });
    assert!(all.last().unwrap().is_err(), "{all:?}");
}

#[tokio::test]
async fn a_held_answer_comes_when_its_gate_opens() {
    let scripted = ScriptedDocker::start();
    let docker = client(&scripted).await;
    let (gate, answer) = Answer::json(json!([{ "Id": "late" }])).held();
    scripted.answer(Method::GET, "/containers/json", answer);

    let list = names(&docker);
    tokio::pin!(list);
    let asked_and_unanswered = k3tray_tests::eventually("the call", SOON, async || {
        scripted
            .calls()
            .iter()
            .any(|call| call.path == "/containers/json")
            .then_some(())
    });
    tokio::select! {
        biased;
        answered = &mut list => panic!("answered before the gate was open: {answered:?}"),
        () = asked_and_unanswered => {}
    }
    gate.open();
    assert_eq!(list.await.unwrap(), ["late"]);
}
