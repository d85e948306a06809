//! What the tests on the desktop have in common: a desk of a test's own with the app on it, and how a
//! cluster shows in its tray.

use hyper::Method;
use k3tray_tests::{
    Sandbox, artefacts,
    desktop::{App, Desktop, Item, Line, Menu},
    eventually,
    gateway::{Gate, Gateway},
    picture,
};
use tokio::sync::{Mutex, MutexGuard};

use crate::scene::{finish, patience};

/// A sandbox, a desktop, and an engine that shows this test's clusters alone.
pub(crate) struct Desk {
    pub(crate) desktop: Desktop,
    pub(crate) gateway: Gateway,
    pub(crate) sandbox: Sandbox,
}

impl Desk {
    /// A desk whose desktop has a tray.
    pub(crate) async fn new(name: &str) -> Self {
        let (mut sandbox, gateway) = Self::sandbox(name).await;
        let desktop = Desktop::start(&mut sandbox).await;
        Self {
            desktop,
            gateway,
            sandbox,
        }
    }

    /// A desk whose desktop has none.
    pub(crate) async fn without_tray(name: &str) -> Self {
        let (mut sandbox, gateway) = Self::sandbox(name).await;
        let desktop = Desktop::without_tray(&mut sandbox).await;
        Self {
            desktop,
            gateway,
            sandbox,
        }
    }

    async fn sandbox(name: &str) -> (Sandbox, Gateway) {
        let mut sandbox = Sandbox::new(name).await;
        let gateway = Gateway::open();
        sandbox.set("DOCKER_HOST", gateway.address());
        (sandbox, gateway)
    }

    /// Starts the app, and waits until its tray says that it has found the engine.
    pub(crate) async fn app(&self) -> (App, Item, Menu) {
        let app = App::start(&self.desktop, &self.sandbox);
        let (item, menu) = app.tray(&self.desktop).await;
        let found = |menu: &Line| menu.find(&["New cluster"])?.enabled.then_some(());
        menu.until("the engine to be found", patience(), found)
            .await;
        (app, item, menu)
    }

    /// Keeps containers from being started, so that a creation stays where it is.
    pub(crate) fn hold_starts(&self) -> Gate {
        self.gateway.hold(Method::POST, "/containers/*/start")
    }

    /// Waits until a window of that title is to be seen, or is not.
    pub(crate) async fn title_is(&self, title: &str, there: bool) {
        let what = format!("the window `{title}` to be there: {there}");
        eventually(&what, patience(), async || {
            let titles = self.desktop.display().titles().await;
            (titles.iter().any(|one| one == title) == there).then_some(())
        })
        .await;
    }

    /// The current context as the real kubectl tells it; none where it says that none is set.
    pub(crate) async fn current_context(&self) -> Option<String> {
        let said = finish(self.sandbox.kubectl(["config", "current-context"])).await;
        (said.code == Some(0)).then(|| said.out.trim_end().to_owned())
    }
}

/// Names that the app chooses are not the test's, and two tests at once might be given the same.
pub(crate) async fn let_the_app_choose_names() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    ONE_AT_A_TIME.lock().await
}

/// The name of the cluster that the tray says is being created.
pub(crate) async fn being_created(menu: &Menu) -> String {
    let name = |menu: &Line| {
        let row = menu.find(&["Creating "])?;
        let name = row.name().strip_prefix("Creating ")?;
        let end = name.find([':', '…'])?;
        Some(name[..end].to_owned())
    };
    menu.until("a creation in the tray", patience(), name).await
}

/// Waits until the cluster's row says so, such as `1/1 ready`, and returns the menu as it is then.
pub(crate) async fn row_says(menu: &Menu, name: &str, words: &str) -> Line {
    let row = format!("{name}   {words}");
    let says = |menu: &Line| {
        let found = menu.find(&[name])?;
        (found.name() == row).then(|| menu.clone())
    };
    menu.until(&format!("`{row}` in the tray"), patience(), says)
        .await
}

/// Waits until the tray has its shortcuts, which come after the tray itself.
pub(crate) async fn shortcuts_work(menu: &Menu) {
    let keys = |menu: &Line| {
        let keys = |name| menu.find(&[name])?.keys.clone();
        let all = (keys("New cluster")?, keys("New cluster…")?);
        (all == ("Control+Alt+Super+K".into(), "Control+Super+K".into())).then_some(())
    };
    menu.until("the shortcuts to be there", patience(), keys)
        .await;
}

/// The labels of the lines of a menu, those between groups left out.
pub(crate) fn labels(menu: &Line) -> Vec<&str> {
    let lines = menu.lines.iter().filter(|line| !line.separator);
    lines.map(|line| line.label.as_str()).collect()
}

/// Waits until the tray shows the drawing of that state, which is one of `icons/tray`.
pub(crate) async fn icon_is(item: &Item, state: &str) {
    let drawing = |size: u32| {
        let file = artefacts::workspace().join(format!("icons/tray/{state}-{size}.png"));
        picture::read(&file)
    };
    let drawings: Vec<_> = [16, 22, 24, 32, 48, 64].map(drawing).into();
    let what = format!("the icon to be `{state}`");
    eventually(&what, patience(), async || {
        (item.icons().await == drawings).then_some(())
    })
    .await;
}
