//! A tray item, as a panel sees it.

use zbus::{
    Connection, Proxy,
    proxy::CacheProperties,
    zvariant::{OwnedObjectPath, OwnedValue},
};

use super::{LIMIT, bus::Bus, menu::Menu, watcher};
use crate::{eventually, picture::Picture};

const INTERFACE: &str = "org.kde.StatusNotifierItem";

/// An icon on the bus: width, height, and ARGB of each pixel.
type Pixmap = (i32, i32, Vec<u8>);

/// The item of the one program that has one.
#[derive(Debug)]
pub struct Item {
    connection: Connection,
    owner: String,
    path: String,
}

impl Item {
    /// Waits until a program has put one into the tray.
    pub async fn appears(bus: &Bus) -> Self {
        let connection = bus.connect().await;
        let name = eventually("a tray item", LIMIT, async || {
            let watcher = watcher_of(&connection).await.ok()?;
            let items: Vec<String> = watcher
                .get_property("RegisteredStatusNotifierItems")
                .await
                .ok()?;
            items.into_iter().next()
        })
        .await;
        let (owner, path) = name.split_at(name.find('/').unwrap_or(name.len()));
        Self {
            owner: owner.to_owned(),
            path: path.to_owned(),
            connection,
        }
    }

    /// Its menu.
    pub async fn menu(&self) -> Menu {
        let path: OwnedObjectPath = self.property("Menu").await;
        Menu::open(self.connection.clone(), &self.owner, path.as_str()).await
    }

    /// What it says under the pointer: a title, and lines.
    pub async fn tooltip(&self) -> (String, String) {
        let (_, _, title, lines): (String, Vec<Pixmap>, String, String) =
            self.property("ToolTip").await;
        (title, lines)
    }

    /// Its icons, one for each size.
    pub async fn icons(&self) -> Vec<Picture> {
        let pixmaps: Vec<Pixmap> = self.property("IconPixmap").await;
        pixmaps.into_iter().map(|pixmap| picture(&pixmap)).collect()
    }

    /// Clicks it with the left button.
    pub async fn activate(&self) {
        let item = self.proxy().await;
        item.call_method("Activate", &(0, 0))
            .await
            .unwrap_or_else(|error| panic!("the tray item was clicked: {error}"));
    }

    async fn property<T>(&self, name: &str) -> T
    where
        T: TryFrom<OwnedValue>,
        T::Error: Into<zbus::Error>,
    {
        let item = self.proxy().await;
        item.get_property(name)
            .await
            .unwrap_or_else(|error| panic!("the tray item was asked for its {name}: {error}"))
    }

    async fn proxy(&self) -> Proxy<'_> {
        let (owner, path) = (self.owner.as_str(), self.path.as_str());
        let proxy = uncached(&self.connection, owner, path, INTERFACE).await;
        proxy.unwrap_or_else(|error| panic!("the tray item cannot be reached: {error}"))
    }
}

async fn watcher_of(connection: &Connection) -> zbus::Result<Proxy<'_>> {
    uncached(connection, watcher::NAME, watcher::PATH, watcher::NAME).await
}

/// Items and watchers tell of changes in their own way, which a cache does not hear.
async fn uncached<'a>(
    connection: &'a Connection,
    owner: &'a str,
    path: &'a str,
    interface: &'a str,
) -> zbus::Result<Proxy<'a>> {
    zbus::proxy::Builder::new(connection)
        .interface(interface)?
        .destination(owner)?
        .path(path)?
        .cache_properties(CacheProperties::No)
        .build()
        .await
}

fn picture((width, height, argb): &Pixmap) -> Picture {
    let rgba = argb
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[1], pixel[2], pixel[3], pixel[0]]);
    Picture {
        size: (width.unsigned_abs(), height.unsigned_abs()),
        pixels: rgba.collect(),
    }
}
