//! A tray item's menu, read and clicked over the bus as a panel does (`com.canonical.dbusmenu`).

use std::time::Duration;

use futures_util::StreamExt;
use tokio::{sync::watch, task::JoinHandle, time::timeout};
use zbus::{Connection, MatchRule, MessageStream, Proxy, message::Type, zvariant::Value};

use super::line::{Line, Told};

const INTERFACE: &str = "com.canonical.dbusmenu";

/// A menu.
#[derive(Debug)]
pub struct Menu {
    connection: Connection,
    owner: String,
    path: String,
    /// Counts what it told of changes.
    changes: watch::Receiver<u64>,
    listener: JoinHandle<()>,
}

impl Menu {
    pub(super) async fn open(connection: Connection, owner: &str, path: &str) -> Self {
        let signals = signals(&connection, owner, path).await;
        let mut signals = signals.unwrap_or_else(|error| panic!("the menu is not heard: {error}"));
        let (count, changes) = watch::channel(0);
        let listener = tokio::spawn(async move {
            while signals.next().await.is_some() {
                count.send_modify(|count| *count += 1);
            }
        });
        Self {
            owner: owner.to_owned(),
            path: path.to_owned(),
            connection,
            changes,
            listener,
        }
    }

    /// All its lines, as they are now.
    pub async fn read(&self) -> Line {
        let depth_and_properties = (0, -1, Vec::<String>::new());
        let answer = self.call("GetLayout", &depth_and_properties).await;
        answer
            .and_then(|answer| {
                let (_revision, root): (u32, Told) = answer.body().deserialize()?;
                Line::read(root).ok_or(zbus::Error::InvalidReply)
            })
            .unwrap_or_else(|error| panic!("the menu cannot be read: {error}"))
    }

    /// Reads it now and at each of its changes until `seen` finds what it looks for; panics with the
    /// menu when `within` has passed.
    pub async fn until<T>(
        &self,
        what: &str,
        within: Duration,
        mut seen: impl FnMut(&Line) -> Option<T>,
    ) -> T {
        let mut changes = self.changes.clone();
        let mut last = None;
        let look = async {
            loop {
                changes.mark_unchanged();
                let menu = last.insert(self.read().await);
                if let Some(found) = seen(menu) {
                    return found;
                }
                changes
                    .changed()
                    .await
                    .unwrap_or_else(|_| panic!("the bus has gone while waiting for {what}"));
            }
        };
        let found = timeout(within, look).await;
        found.unwrap_or_else(|_| {
            let menu = last.map_or_else(|| "was not read".into(), |menu| menu.to_string());
            panic!("waited {within:?} for {what} in vain; the menu:\n{menu}")
        })
    }

    /// Waits until the line under these names can be clicked, and clicks it.
    pub async fn click(&self, names: &[&str], within: Duration) {
        let what = format!("a line {names:?} to click");
        loop {
            let find = |menu: &Line| {
                menu.find(names)
                    .filter(|line| line.enabled)
                    .map(|line| line.id)
            };
            let id = self.until(&what, within, find).await;
            let click = (id, "clicked", Value::from(0), 0_u32);
            // A line whose number has changed since is clicked by the new one.
            match self.call("Event", &click).await {
                Ok(_) => return,
                Err(zbus::Error::MethodError(name, ..)) if name.ends_with("InvalidArgs") => {}
                Err(error) => panic!("{names:?} was clicked: {error}"),
            }
        }
    }

    async fn call<B>(&self, method: &str, body: &B) -> zbus::Result<zbus::Message>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let (owner, path) = (self.owner.as_str(), self.path.as_str());
        let proxy = Proxy::new(&self.connection, owner, path, INTERFACE).await?;
        proxy.call_method(method, body).await
    }
}

impl Drop for Menu {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn signals(connection: &Connection, owner: &str, path: &str) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(INTERFACE)?
        .sender(owner)?
        .path(path)?
        .build();
    MessageStream::for_match_rule(rule, connection, None).await
}
