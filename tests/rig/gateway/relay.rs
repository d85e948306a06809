//! One call, passed on to the engine, and its answer back.

use std::{error::Error, io, sync::Arc};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Frame, Incoming},
    header::{CONTENT_LENGTH, TRANSFER_ENCODING},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, copy_bidirectional},
    net::{TcpStream, UnixStream},
};

use super::{Shared, lock, made};
use crate::{api_path, engine};

type Anything = Box<dyn Error + Send + Sync>;
type Body = UnsyncBoxBody<Bytes, Anything>;

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Passes `request` on when no gate holds it. An error breaks the connection to who asked, as the
/// engine's breaking does.
pub(super) async fn pass(
    shared: Arc<Shared>,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Anything> {
    let method = request.method().clone();
    let path = api_path::without_version(request.uri().path()).to_owned();
    shared.wait_for_gate(&method, &path).await;
    let asker = hyper::upgrade::on(&mut request);

    let (head, body) = request.into_parts();
    let mut given = None;
    let body: Body = if path.ends_with("/create") {
        // Only these are read; others may be archives of any size.
        let body = body.collect().await?.to_bytes();
        given = made::name_given(&method, &path, &head.uri, &body);
        whole(body)
    } else {
        body.map_err(Anything::from).boxed_unsync()
    };
    // Known before the engine tells of it in its events; forgotten where somebody else has the name.
    let new = given.filter(|name| lock(&shared.made).add(name));
    let answer = ask(Request::from_parts(head, body)).await;
    let made = matches!(&answer, Ok(answer) if answer.status() == StatusCode::CREATED);
    if let Some(name) = new.filter(|_| !made) {
        lock(&shared.made).forget(&name);
    }
    let mut answer = answer?;

    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        let engine = hyper::upgrade::on(&mut answer);
        tokio::spawn(async move {
            let (asker, engine) = tokio::try_join!(asker, engine)?;
            let (mut asker, mut engine) = (TokioIo::new(asker), TokioIo::new(engine));
            copy_bidirectional(&mut asker, &mut engine).await?;
            Ok::<_, Anything>(())
        });
    }
    match (&method, path.as_str()) {
        (&Method::GET, "/containers/json") => own_list(&shared, answer).await,
        (&Method::GET, "/events") => Ok(answer.map(|body| own_events(shared, body))),
        _ => Ok(answer.map(|body| body.map_err(Anything::from).boxed_unsync())),
    }
}

async fn ask(request: Request<Body>) -> Result<Response<Incoming>, Anything> {
    let stream = TokioIo::new(connect().await?);
    let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
    tokio::spawn(connection.with_upgrades());
    Ok(sender.send_request(request).await?)
}

async fn connect() -> io::Result<Box<dyn Wire>> {
    let address = engine::address();
    match address.split_once("://") {
        Some(("unix", path)) => Ok(Box::new(UnixStream::connect(path).await?)),
        Some(("tcp", host)) => Ok(Box::new(TcpStream::connect(host).await?)),
        _ => Err(io::Error::other(format!("`{address}` is no socket"))),
    }
}

fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

async fn own_list(shared: &Shared, answer: Response<Incoming>) -> Result<Response<Body>, Anything> {
    let (mut head, body) = answer.into_parts();
    let list = body.collect().await?.to_bytes();
    let own = lock(&shared.made).own_of_list(&list);
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(TRANSFER_ENCODING);
    // What is no list is an error to pass on.
    Ok(Response::from_parts(
        head,
        own.map_or_else(|| whole(list), whole),
    ))
}

/// The events line by line, without those of other tests' containers.
fn own_events(shared: Arc<Shared>, body: Incoming) -> Body {
    let lines = stream::unfold(
        (body, Vec::new(), shared),
        async |(mut body, mut read, shared)| {
            loop {
                if let Some(end) = read.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = read.drain(..=end).collect();
                    if lock(&shared.made).concerns(&line) {
                        return Some((Ok(Frame::data(line.into())), (body, read, shared)));
                    }
                    continue;
                }
                match body.frame().await? {
                    Ok(frame) => read.extend(frame.into_data().unwrap_or_default()),
                    Err(error) => return Some((Err(error.into()), (body, read, shared))),
                }
            }
        },
    );
    StreamBody::new(lines).boxed_unsync()
}
