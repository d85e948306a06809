//! The virtual desktop does what a real one does: a menu is read and clicked, a notification is shown
//! and chosen, keys are typed, a picture is taken.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "the protocols say what there is and how it is called"
)]

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use k3tray_tests::{
    Sandbox,
    desktop::{Desktop, Item, Mark, Menu, display},
    picture,
};
use tempfile::TempDir;
use zbus::{
    Connection,
    object_server::SignalEmitter,
    zvariant::{ObjectPath, OwnedValue, Structure, Value},
};

const SOON: Duration = Duration::from_secs(60);

type Pixmap = (i32, i32, Vec<u8>);
type Properties = HashMap<&'static str, Value<'static>>;
type Layout = (i32, Properties, Vec<Value<'static>>);

/// A tray item of a program that is none of ours.
struct Tray;

#[zbus::interface(name = "org.kde.StatusNotifierItem")]
impl Tray {
    #[zbus(property)]
    fn menu(&self) -> ObjectPath<'_> {
        ObjectPath::from_static_str_unchecked("/MenuBar")
    }

    #[zbus(property)]
    fn tool_tip(&self) -> (String, Vec<Pixmap>, String, String) {
        (String::new(), vec![], "title".into(), "lines".into())
    }

    #[zbus(property)]
    fn icon_pixmap(&self) -> Vec<Pixmap> {
        vec![(1, 1, vec![4, 1, 2, 3])]
    }
}

/// Its menu: each click makes all numbers anew, as some programs do, and is counted on a line.
struct Lines(Arc<AtomicU32>);

impl Lines {
    fn first(&self) -> i32 {
        let clicks = self.0.load(Ordering::SeqCst);
        10 * i32::try_from(clicks).unwrap_or_default()
    }
}

#[zbus::interface(name = "com.canonical.dbusmenu")]
impl Lines {
    fn get_layout(&self, _parent: i32, _depth: i32, _names: Vec<String>) -> (u32, Layout) {
        let first = self.first();
        let text = |text: String| ("label", Value::from(text));
        let state = |on: bool| ("toggle-state", Value::from(i32::from(on)));
        let below = vec![
            line(
                first + 2,
                [
                    ("toggle-type", "radio".into()),
                    state(false),
                    text("a__b".into()),
                ],
                [],
            ),
            line(
                first + 3,
                [
                    ("toggle-type", "radio".into()),
                    state(true),
                    text("c".into()),
                ],
                [],
            ),
        ];
        let keys = Value::from(vec![vec!["Control", "K"]]);
        let lines = vec![
            line(
                first + 1,
                [text(format!("✓ {first} clicks")), ("enabled", false.into())],
                below,
            ),
            line(first + 4, [("type", Value::from("separator"))], []),
            line(
                first + 5,
                [text("_Click me".into()), ("shortcut", keys)],
                [],
            ),
            line(
                first + 6,
                [
                    text("Click me not".into()),
                    ("toggle-type", "checkmark".into()),
                ],
                [],
            ),
        ];
        (1, (0, Properties::new(), lines))
    }

    async fn event(
        &self,
        id: i32,
        event: &str,
        _data: OwnedValue,
        _time: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        if id != self.first() + 5 {
            return Err(zbus::fdo::Error::InvalidArgs(format!(
                "no line {id}: {event}"
            )));
        }
        self.0.fetch_add(1, Ordering::SeqCst);
        Self::layout_updated(&emitter, 1, 0).await?;
        Ok(())
    }

    #[zbus(signal)]
    async fn layout_updated(e: &SignalEmitter<'_>, revision: u32, parent: i32) -> zbus::Result<()>;
}

fn line(
    id: i32,
    properties: impl IntoIterator<Item = (&'static str, Value<'static>)>,
    below: impl IntoIterator<Item = Value<'static>>,
) -> Value<'static> {
    let properties: Properties = properties.into_iter().collect();
    let below: Vec<Value<'static>> = below.into_iter().collect();
    Value::from(Structure::from((id, properties, below)))
}

/// Puts [`Tray`] into the desktop's tray.
async fn put_into_tray(desktop: &Desktop) -> Connection {
    let connection = desktop.bus().connect().await;
    let server = connection.object_server();
    server.at("/StatusNotifierItem", Tray).await.unwrap();
    server.at("/MenuBar", Lines(Arc::default())).await.unwrap();
    let watcher = "org.kde.StatusNotifierWatcher";
    let name = connection.unique_name().unwrap().to_string();
    let method = "RegisterStatusNotifierItem";
    connection
        .call_method(
            Some(watcher),
            "/StatusNotifierWatcher",
            Some(watcher),
            method,
            &name,
        )
        .await
        .unwrap();
    connection
}

#[tokio::test]
async fn a_tray_item_is_found_and_its_menu_read_whole_and_clicked_though_its_numbers_change() {
    let mut sandbox = Sandbox::new("rigmenu").await;
    let desktop = Desktop::start(&mut sandbox).await;
    let _program = put_into_tray(&desktop).await;

    let item = Item::appears(desktop.bus()).await;
    assert_eq!(item.tooltip().await, ("title".into(), "lines".into()));
    let icon = picture::Picture {
        size: (1, 1),
        pixels: vec![1, 2, 3, 4],
    };
    assert_eq!(item.icons().await, [icon]);
    let menu: Menu = item.menu().await;
    menu.click(&["Click me"], SOON).await;
    menu.click(&["Click me"], SOON).await;
    let twice = |menu: &k3tray_tests::desktop::Line| {
        menu.find(&["20 clicks"]).is_some().then(|| menu.clone())
    };
    let read = menu.until("two clicks to be counted", SOON, twice).await;
    assert_eq!(
        read.to_string(),
        "✓ 20 clicks  (greyed)\n  ( ) a_b\n  (x) c\n--\nClick me  <Control+K>\n[ ] Click me not\n"
    );
    let line = |names: &[&str]| read.find(names).map(|line| (line.id, line.mark));
    assert_eq!(line(&["20", "a_b"]), Some((22, Some(Mark::Radio(false)))));
    assert_eq!(line(&["Click me n"]), Some((26, Some(Mark::Check(false)))));
    assert_eq!(line(&["Click you"]), None);
    assert_eq!(read.find(&["20 clicks"]).unwrap().chosen(), Some("c"));
}

#[tokio::test]
async fn a_notification_is_remembered_and_what_is_chosen_of_it_comes_back() {
    let mut sandbox = Sandbox::new("rignotes").await;
    let desktop = Desktop::without_tray(&mut sandbox).await;
    let program = desktop.bus().connect().await;
    let daemon = zbus::Proxy::new(
        &program,
        "org.freedesktop.Notifications",
        "/org/freedesktop/Notifications",
        "org.freedesktop.Notifications",
    )
    .await
    .unwrap();
    let mut chosen = daemon.receive_signal("ActionInvoked").await.unwrap();

    let hints = HashMap::from([("urgency", Value::from(2_u8))]);
    let message = (
        "me",
        0_u32,
        "",
        "Title",
        "Body",
        vec!["default", "Show"],
        hints,
        -1,
    );
    let id: u32 = daemon.call("Notify", &message).await.unwrap();
    let shown = desktop.notifications().titled("Title", SOON).await;
    desktop.notifications().choose(&shown, "default").await;

    assert_eq!(
        (shown.id, shown.body.as_str(), shown.urgency),
        (id, "Body", 2)
    );
    assert_eq!(shown.actions, ["default", "Show"]);
    let signal = futures_util::StreamExt::next(&mut chosen).await.unwrap();
    assert_eq!(
        signal.body().deserialize::<(u32, String)>().unwrap(),
        (id, "default".into())
    );
}

#[tokio::test]
async fn each_desktop_has_a_display_of_its_own_and_pictures_can_be_taken_of_it() {
    let folder = TempDir::new().unwrap();
    let (mut one, mut other) = (Sandbox::new("rigone").await, Sandbox::new("rigother").await);
    let one = Desktop::without_tray(&mut one).await;
    let other = Desktop::without_tray(&mut other).await;
    assert_ne!(one.display().number(), other.display().number());
    assert_eq!(one.display().titles().await, [""; 0]);

    let file = folder.path().join("all.png");
    one.display().still_picture(&file).await;
    assert_eq!(picture::read(&file).size, display::SIZE);
}
