//! The app's window, driven by WebDriver as a person would use it.

use std::{path::Path, time::Duration};

use fantoccini::{Client, ClientBuilder, Locator, elements::Element, error::CmdError};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;

use super::{Desktop, LIMIT, app};
use crate::{Sandbox, eventually, process::Process, wait::soon};

/// Keys as WebDriver names them.
pub mod key {
    /// Takes away the letter before.
    pub const BACKSPACE: char = '\u{e003}';
    /// Goes to the end of the line.
    pub const END: char = '\u{e010}';
    /// Sends a form.
    pub const ENTER: char = '\u{e007}';
}

/// The window. Elements are named by a CSS selector, or by an XPath that begins with `//`.
#[derive(Debug)]
pub struct Window {
    client: Client,
    _driver: Process,
}

impl Window {
    pub(super) async fn attach(desktop: &Desktop, sandbox: &Sandbox, inspector: &str) -> Self {
        let host = app::loopback(desktop);
        let mut command = sandbox.command("WebKitWebDriver");
        command.arg(format!("--host={host}"));
        command.arg("--port=9002");
        command.arg(format!("--target={inspector}"));
        let log = sandbox.home().join("driver.log");
        let mut driver = Process::start(&mut command, log);
        let address = format!("http://{host}:9002");
        let client = eventually("a session with the window", LIMIT, async || {
            driver.still_runs();
            let builder = ClientBuilder::new(HttpConnector::new());
            // Refused until the driver listens; then it answers when there is a window.
            builder.connect(&address).await.ok()
        });
        let window = Self {
            client: soon("a session with the window", LIMIT, client).await,
            _driver: driver,
        };
        window.follow().await;
        window
    }

    /// Follows the app to its newest window: one that was closed and opened again is another one.
    pub async fn follow(&self) {
        eventually("a window", LIMIT, async || {
            let windows = self.call("its windows", self.client.windows()).await.ok()?;
            let newest = windows.last()?.clone();
            let switched = self.client.switch_to_window(newest);
            self.call("to go to it", switched).await.ok()
        })
        .await;
    }

    /// Waits until an element is to be seen, and returns its text as it is read.
    pub async fn see(&self, what: &str) -> String {
        eventually(&format!("`{what}` to be seen"), LIMIT, async || {
            let element = self.shown(what).await?;
            self.call("its text", element.text()).await.ok()
        })
        .await
    }

    /// Waits until the text of an element is one that `right` knows.
    pub async fn see_text(&self, what: &str, right: impl Fn(&str) -> bool) -> String {
        let mut last = None;
        let look = async {
            loop {
                let text = self.see(what).await;
                if right(&text) {
                    return text;
                }
                last = Some(text);
                tokio::task::yield_now().await;
            }
        };
        let seen = tokio::time::timeout(LIMIT, look).await;
        seen.unwrap_or_else(|_| panic!("the text of `{what}` is not what it should be: {last:?}"))
    }

    /// Waits until no such element is to be seen.
    pub async fn miss(&self, what: &str) {
        eventually(&format!("`{what}` to go"), LIMIT, async || {
            self.shown(what).await.is_none().then_some(())
        })
        .await;
    }

    /// Waits until an element is to be seen and can be used, and clicks it.
    pub async fn click(&self, what: &str) {
        eventually(&format!("`{what}` to be clicked"), LIMIT, async || {
            let element = self.shown(what).await?;
            let usable = self
                .call("whether it is enabled", element.is_enabled())
                .await;
            if !usable.ok()? {
                return None;
            }
            self.call("a click", element.click()).await.ok()
        })
        .await;
    }

    /// Types into a field, in place of what is there.
    pub async fn write(&self, what: &str, text: &str) {
        eventually(&format!("`{what}` to write into"), LIMIT, async || {
            let element = self.shown(what).await?;
            let there = self.call("its value", element.prop("value")).await.ok()?;
            let there = there.unwrap_or_default().chars().count();
            let mut keys = String::from(key::END);
            keys.extend(std::iter::repeat_n(key::BACKSPACE, there));
            keys.push_str(text);
            self.call("typing", element.send_keys(&keys)).await.ok()?;
            let written = self.call("its value", element.prop("value")).await.ok()?;
            (written.as_deref() == Some(text)).then_some(())
        })
        .await;
    }

    /// Presses a key in an element, named as WebDriver does.
    pub async fn press(&self, what: &str, key: char) {
        let key = key.to_string();
        eventually(&format!("`{what}` to press a key in"), LIMIT, async || {
            let element = self.shown(what).await?;
            let pressed = element.send_keys(&key);
            self.call("a key", pressed).await.ok()
        })
        .await;
    }

    /// What a script returns.
    pub async fn run(&self, script: &str) -> Value {
        let run = self.client.execute(script, vec![]);
        self.call(script, run)
            .await
            .unwrap_or_else(|error| panic!("`{script}`: {error}"))
    }

    /// Takes a picture of the page, as PNG in `file`.
    pub async fn picture(&self, file: &Path) {
        // Without it the picture is of the moment before the last change.
        let drawn = "const done = arguments[0]; \
                     requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        let drawn = self.client.execute_async(drawn, vec![]);
        let taken = async {
            self.call("it to be drawn", drawn).await?;
            self.call("its picture", self.client.screenshot()).await
        };
        let taken = taken
            .await
            .unwrap_or_else(|error| panic!("no picture: {error}"));
        std::fs::write(file, taken).unwrap_or_else(|error| panic!("`{}`: {error}", file.display()));
    }

    /// The element, if there is one and it is to be seen.
    async fn shown(&self, what: &str) -> Option<Element> {
        let locator = if what.starts_with("//") {
            Locator::XPath(what)
        } else {
            Locator::Css(what)
        };
        let found = self.call(what, self.client.find_all(locator)).await.ok()?;
        for element in found {
            if self.call(what, element.is_displayed()).await.ok()? {
                return Some(element);
            }
        }
        None
    }

    /// Makes one call, which must be answered in time: one that hangs would hang for ever.
    async fn call<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, CmdError>>,
    ) -> Result<T, CmdError> {
        const ANSWER: Duration = Duration::from_secs(60);
        soon(&format!("the window to answer for {what}"), ANSWER, call).await
    }
}
