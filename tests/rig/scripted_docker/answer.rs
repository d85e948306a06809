//! What the scripted engine can be told to say, and the ways in which it can fail to.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::{Response, StatusCode, body::Frame, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::Call;
use crate::eventually;

/// How long a test waits for its program to ask for a stream.
const READERS_COME: Duration = Duration::from_secs(60);

pub(super) type Body = UnsyncBoxBody<Bytes, HangUp>;
type Closure = dyn Fn(&Call) -> Answer + Send + Sync;

/// The connection ends here, without the rest of the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the engine hangs up")
    }
}

impl std::error::Error for HangUp {}

/// One answer; cheap to clone.
#[derive(Clone)]
pub struct Answer(Kind);

#[derive(Clone)]
enum Kind {
    Whole(StatusCode, Bytes),
    Truncated(Bytes),
    HangUp,
    Stream(broadcast::Sender<Piece>),
    Held(watch::Receiver<bool>, Box<Answer>),
    Computed(Arc<Closure>),
}

#[derive(Debug, Clone)]
enum Piece {
    Bytes(Bytes),
    End,
    HangUp,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Whole(..) => "Whole",
            Kind::Truncated(_) => "Truncated",
            Kind::HangUp => "HangUp",
            Kind::Stream(_) => "Stream",
            Kind::Held(..) => "Held",
            Kind::Computed(_) => "Computed",
        })
    }
}

impl Answer {
    /// 200 and a document.
    pub fn json(document: impl Into<Value>) -> Self {
        Self::status(200, document)
    }

    /// `status` and a document; a 204 has no body, so give it `null`.
    pub fn status(status: u16, document: impl Into<Value>) -> Self {
        let body = match document.into() {
            Value::Null => Bytes::new(),
            document => Bytes::from(document.to_string()),
        };
        let status = StatusCode::from_u16(status)
            .unwrap_or_else(|error| panic!("{status} is no HTTP status: {error}"));
        Self(Kind::Whole(status, body))
    }

    /// 200 and bytes as they are, such as a recorded stream.
    pub fn raw(body: impl Into<Bytes>) -> Self {
        Self(Kind::Whole(StatusCode::OK, body.into()))
    }

    /// An error in Docker's shape.
    pub fn error(status: u16, message: &str) -> Self {
        Self::status(status, json!({ "message": message }))
    }

    /// 200, the first half of a document, and the connection breaks.
    pub fn truncated(document: impl Into<Value>) -> Self {
        let whole = Bytes::from(document.into().to_string());
        Self(Kind::Truncated(whole.slice(..whole.len() / 2)))
    }

    /// The connection breaks before a word is said.
    pub fn hang_up() -> Self {
        Self(Kind::HangUp)
    }

    /// 200 and a stream the test writes; every request that gets this answer reads what is written
    /// after it was asked.
    pub fn stream() -> (Stream, Self) {
        let (sender, _) = broadcast::channel(1024);
        (Stream(sender.clone()), Self(Kind::Stream(sender)))
    }

    /// The same answer, kept back until the gate opens: a slow engine without a clock.
    pub fn held(self) -> (Gate, Self) {
        let (sender, receiver) = watch::channel(false);
        (Gate(sender), Self(Kind::Held(receiver, Box::new(self))))
    }

    /// An answer that depends on what was asked.
    pub fn computed(answer: impl Fn(&Call) -> Self + Send + Sync + 'static) -> Self {
        Self(Kind::Computed(Arc::new(answer)))
    }

    pub(super) async fn give(self, call: &Call) -> Result<Response<Body>, HangUp> {
        let mut answer = self;
        loop {
            match answer.0 {
                Kind::Whole(status, body) => {
                    let body = Full::new(body)
                        .map_err(|never| match never {})
                        .boxed_unsync();
                    return response(status, body);
                }
                Kind::Truncated(half) => {
                    let pieces = [Ok(Frame::data(half)), Err(HangUp)];
                    return response(
                        StatusCode::OK,
                        StreamBody::new(stream::iter(pieces)).boxed_unsync(),
                    );
                }
                Kind::HangUp => return Err(HangUp),
                Kind::Stream(sender) => return response(StatusCode::OK, follow(&sender)),
                Kind::Held(mut open, held) => {
                    // A gate that was dropped will not open any more, and the engine hangs up.
                    open.wait_for(|open| *open).await.map_err(|_| HangUp)?;
                    answer = *held;
                }
                Kind::Computed(closure) => answer = closure(call),
            }
        }
    }
}

fn response(status: StatusCode, body: Body) -> Result<Response<Body>, HangUp> {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header("Api-Version", API_VERSION)
        .body(body)
        .map_err(|_| HangUp)
}

fn follow(sender: &broadcast::Sender<Piece>) -> Body {
    let pieces = stream::unfold(Some(sender.subscribe()), |receiver| async move {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Ok(Piece::Bytes(bytes)) => Some((Ok(Frame::data(bytes)), Some(receiver))),
            // The writer is gone: nothing more will come, and that is a stream's ordinary end.
            Ok(Piece::End) | Err(broadcast::error::RecvError::Closed) => None,
            Ok(Piece::HangUp) | Err(broadcast::error::RecvError::Lagged(_)) => {
                Some((Err(HangUp), None))
            }
        }
    });
    StreamBody::new(pieces.boxed()).boxed_unsync()
}

/// The writing end of a streamed answer.
#[derive(Debug, Clone)]
pub struct Stream(broadcast::Sender<Piece>);

impl Stream {
    /// Writes one document and a line end, as Docker's streams do.
    pub fn line(&self, document: &Value) {
        self.raw(format!("{document}\n"));
    }

    /// Writes bytes as they are: half a document, for one.
    pub fn raw(&self, bytes: impl Into<Bytes>) {
        self.piece(Piece::Bytes(bytes.into()));
    }

    /// Ends the stream in order.
    pub fn end(&self) {
        self.piece(Piece::End);
    }

    /// Breaks the connection in the middle.
    pub fn hang_up(&self) {
        self.piece(Piece::HangUp);
    }

    /// Waits until `readers` requests are reading: what is written before is lost to them.
    pub async fn read_by(&self, readers: usize) {
        eventually("the stream to be read", READERS_COME, async || {
            (self.0.receiver_count() == readers).then_some(())
        })
        .await;
    }

    fn piece(&self, piece: Piece) {
        // Nobody reading is a state a test may want.
        let _ = self.0.send(piece);
    }
}

/// Lets a held answer go.
#[derive(Debug)]
pub struct Gate(watch::Sender<bool>);

impl Gate {
    /// From now on the answer is given at once.
    pub fn open(&self) {
        self.0.send_replace(true);
    }
}

/// What the scripted engine claims to speak: Docker 20.10's API.
const API_VERSION: &str = "1.41";

/// What an engine says of itself.
pub(super) fn greetings() -> [(&'static str, Answer); 3] {
    [
        ("/_ping", Answer::raw("OK")),
        (
            "/version",
            Answer::json(json!({
                "Version": "20.10.24", "ApiVersion": API_VERSION, "MinAPIVersion": "1.12",
                "Os": "linux", "Arch": "amd64", "KernelVersion": "6.1.0",
                "Platform": { "Name": "scripted" },
            })),
        ),
        (
            "/info",
            Answer::json(json!({
                "ID": "scripted", "Name": "scripted", "ServerVersion": "20.10.24", "OSType": "linux",
                "Architecture": "x86_64", "NCPU": 2, "MemTotal": 4_294_967_296_u64,
                "CgroupVersion": "2", "CgroupDriver": "cgroupfs", "OperatingSystem": "scripted",
            })),
        ),
    ]
}
