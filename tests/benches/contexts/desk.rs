//! The app on a virtual desktop: how soon its menu follows a switch, and how soon the palette is drawn.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use k3tray_core::{
    controller::{Controller, ControllerConfig},
    kubeconfig::Kubeconfig,
    menu::menu,
    paths::Paths,
    snapshot::Snapshot,
};
use k3tray_tests::{
    Sandbox,
    desktop::{App, Desktop, Line, Manager, Window},
    eventually,
};

use crate::{contexts, median};

/// An app that takes longer is broken.
const LIMIT: Duration = Duration::from_secs(60);
const PALETTE: &str = "Switch context";

/// With so many contexts.
pub(crate) async fn measure(count: usize, laps: usize) {
    let mut sandbox = Sandbox::new("benchdesk").await;
    contexts::write(&sandbox.kubeconfig(), count);
    let desktop = Desktop::start(&mut sandbox).await;
    let _manager = Manager::start(&desktop, &sandbox).await;
    let app = App::start(&desktop, &sandbox);
    let (_item, tray) = app.tray(&desktop).await;
    let current =
        |name: String| move |menu: &Line| menu.find(&[&format!("Context: {name}")]).map(drop);
    let begin = current(contexts::name(0));
    tray.until("the contexts", LIMIT, begin).await;

    let mut follows = Vec::new();
    for lap in 1..=laps {
        let target = contexts::name((lap * 7 + 3) % count);
        let mut command = sandbox.kubectl(["config", "use-context", &target]);
        assert!(command.output().unwrap().status.success());
        let switched = Instant::now();
        tray.until(&target, LIMIT, current(target.clone())).await;
        follows.push(switched.elapsed());
    }

    let mut window = None;
    let mut paints = Vec::new();
    for _ in 0..laps {
        let (opened, taken) = open_palette(&desktop, &sandbox, &app, window).await;
        paints.push(taken);
        desktop.display().press("Escape").await;
        shown(&desktop, false).await;
        window = Some(opened);
    }
    let snapshot = snapshot(&sandbox).await;
    println!(
        "  {count:>5} contexts  tray follows kubectl {:.0}  menu made {:.2}  palette painted {:.0} after its keys",
        median(follows),
        median(drawn(&snapshot, laps)),
        median(paints),
    );
}

/// From the keys until the page has painted text for the first time.
async fn open_palette(
    desktop: &Desktop,
    sandbox: &Sandbox,
    app: &App,
    window: Option<Window>,
) -> (Window, Duration) {
    let pressed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    desktop.display().press("ctrl+super+j").await;
    shown(desktop, true).await;
    let window = match window {
        Some(window) => {
            window.follow().await;
            window
        }
        None => app.window(desktop, sandbox).await,
    };
    window.see("[role=option]").await;
    let painted = eventually("the first paint", LIMIT, async || {
        let painted = "const first = performance.getEntriesByName('first-contentful-paint')[0]; \
                       return first ? performance.timeOrigin + first.startTime : null";
        window.run(painted).await.as_f64()
    })
    .await;
    let taken = Duration::from_secs_f64(painted / 1_000.0).saturating_sub(pressed);
    (window, taken)
}

async fn shown(desktop: &Desktop, is: bool) {
    eventually("the palette to come or go", LIMIT, async || {
        let titles = desktop.display().titles().await;
        (titles.iter().any(|title| title == PALETTE) == is).then_some(())
    })
    .await;
}

/// What the app shows with these contexts and no cluster.
async fn snapshot(sandbox: &Sandbox) -> Snapshot {
    let mut paths = Paths::below(sandbox.home());
    paths.kubeconfig = Some(sandbox.kubeconfig().into());
    let contexts = Kubeconfig::of(&paths, None).view().await;
    let (controller, _asks) = Controller::start(ControllerConfig::load(paths));
    let began = controller.snapshots().borrow().as_ref().clone();
    Snapshot { contexts, ..began }
}

/// The time to make the whole menu.
fn drawn(snapshot: &Snapshot, laps: usize) -> Vec<Duration> {
    let lap = |_| {
        let began = Instant::now();
        std::hint::black_box(menu(std::hint::black_box(snapshot)));
        began.elapsed()
    };
    (0..laps).map(lap).collect()
}
