//! Pictures of the tray and of every view of the window, for people to look at: in
//! `target/artefacts/desktop`. Those called `readme-*` are the README's; `make pictures` puts them there.

use std::{net::TcpListener, path::PathBuf};

use k3tray_tests::{
    artefacts,
    desktop::{App, Line, Menu, Panel, Window, display, look},
    picture,
};

use crate::{
    desk::{Desk, being_created, let_the_app_choose_names, row_says, shortcuts_work},
    scene::{finish, give_kubeconfig, patience},
};

/// The part of the display that the panel's right end and the open menu are on: width, height, and its
/// left upper corner.
const TRAY: (u32, u32, u32, u32) = (720, 400, display::SIZE.0 - 720, 0);

/// How bright a picture is on average, from 0 to 255.
fn brightness(file: &std::path::Path) -> u64 {
    let pixels = picture::read(file).pixels;
    let colours = pixels.chunks_exact(4).flat_map(|pixel| &pixel[..3]);
    let (sum, count) = colours.fold((0, 0), |(sum, count), &one| {
        (sum + u64::from(one), count + 1)
    });
    sum / count
}

fn file(name: &str) -> PathBuf {
    artefacts::path(&format!("desktop/{name}.png"))
}

/// Creates a cluster with a name of the command line's choice, and tells the name.
async fn create(desk: &Desk, more: &[&str]) -> String {
    let mut arguments = vec!["create", "-ojson"];
    arguments.extend(more);
    let said = finish(desk.sandbox.k3tray(arguments)).await.ended(0);
    said.json()["name"].as_str().unwrap().to_owned()
}

/// A desk with a stopped cluster and one that runs and is the current one; their names.
async fn furnish(desk: &Desk) -> (String, String) {
    give_kubeconfig(&desk.sandbox);
    let stopped = create(desk, &["--no-lb"]).await;
    finish(desk.sandbox.k3tray(["stop", &stopped]))
        .await
        .ended(0);
    let runs = create(desk, &["--agents=1"]).await;
    (stopped, runs)
}

/// Opens the menu, goes to the line under these names, and takes the picture of the tray.
async fn photograph_menu(desk: &Desk, panel: &Panel, menu: &Menu, names: &[&str], name: &str) {
    let display = desk.desktop.display();
    panel.open_menu(&desk.desktop, desk.sandbox.home()).await;
    panel.go_to(&desk.desktop, &menu.read().await, names).await;
    display.still_picture(&file(name)).await;
    display.cut(&file(name), TRAY).await;
    for _ in names.iter().chain([&"the menu itself"]) {
        display.press("Escape").await;
    }
}

#[tokio::test]
async fn the_tray_is_photographed_on_a_real_panel_with_a_cluster_its_submenu_and_an_operation() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::without_tray("dphoto").await;
    look::set(&desk.sandbox, false);
    let panel = Panel::start(&desk.desktop, &desk.sandbox).await;
    let (_stopped, runs) = furnish(&desk).await;
    let (_app, _item, menu) = desk.app().await;
    shortcuts_work(&menu).await;
    row_says(&menu, &runs, "2/2 ready").await;

    photograph_menu(&desk, &panel, &menu, &[], "tray-menu").await;
    photograph_menu(&desk, &panel, &menu, &[&runs], "tray-cluster").await;
    let (plain, opened) = (file("tray-menu"), file("tray-cluster"));
    assert_ne!(
        picture::read(&plain),
        picture::read(&opened),
        "no submenu is to be seen"
    );
    std::fs::copy(&opened, file("readme-tray")).unwrap();
    let gate = desk.hold_starts();
    menu.click(&["New cluster"], patience()).await;
    let name = being_created(&menu).await;
    let row = format!("Creating {name}: Start containers");
    let at_it = |menu: &Line| menu.find(&[&row]).map(drop);
    menu.until(&row, patience(), at_it).await;
    photograph_menu(&desk, &panel, &menu, &[&row], "tray-operation").await;
    gate.open();
    row_says(&menu, &name, "1/1 ready").await;
}

/// Takes a picture of the page, which must fit into its window.
async fn photograph(window: &Window, scheme: &str, name: &str) {
    let sticks_out = "return document.documentElement.scrollWidth - innerWidth";
    assert!(
        window.run(sticks_out).await.as_i64() <= Some(0),
        "{name} sticks out"
    );
    window.picture(&file(&format!("{scheme}-{name}"))).await;
}

/// Goes through every view of the window.
async fn photograph_views(desk: &Desk, app: &App, menu: &Menu, scheme: &str) {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    menu.click(&["Open k3tray"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let dark = window
        .run("return matchMedia('(prefers-color-scheme: dark)').matches")
        .await;
    assert_eq!(dark, scheme == "dark");
    window
        .see("//h2[normalize-space()='No clusters yet']")
        .await;
    photograph(&window, scheme, "empty").await;

    window
        .click("//main//button[normalize-space()='New cluster']")
        .await;
    window.see("[placeholder='any free port']").await;
    window
        .see_text("//label[normalize-space()='Name']/..//p", |text| {
            text.starts_with("Left empty")
        })
        .await;
    photograph(&window, scheme, "new-cluster").await;
    window.write("[name=name]", "Not a name").await;
    window
        .write(
            "[name=apiPort]",
            &taken.local_addr().unwrap().port().to_string(),
        )
        .await;
    window.see("[name=name][aria-invalid=true]").await;
    window.see("[name=apiPort][aria-invalid=true]").await;
    photograph(&window, scheme, "new-cluster-errors").await;

    let (stopped, runs) = furnish(desk).await;
    row_says(menu, &runs, "2/2 ready").await;
    window
        .click("//nav//button[normalize-space()='Clusters']")
        .await;
    window
        .see(&format!("//li[.//h2[normalize-space()='{stopped}']]"))
        .await;
    photograph(&window, scheme, "clusters").await;
    window
        .click(&format!("//h2/button[normalize-space()='{runs}']"))
        .await;
    window
        .see(&format!("//h1[normalize-space()='{runs}']"))
        .await;
    // CPU takes two looks at a container; memory comes with the first.
    window
        .see_text("//tr[th[contains(., 'server-0')]]/td[5]", |text| {
            text.contains('B')
        })
        .await;
    window.see("[role=log]").await;
    photograph(&window, scheme, "details").await;
    window.click("//button[normalize-space()='Delete…']").await;
    window.see("dialog").await;
    photograph(&window, scheme, "delete").await;
    window
        .click("//dialog//button[normalize-space()='Cancel']")
        .await;
    window
        .click("//nav//button[normalize-space()='Contexts']")
        .await;
    window.see("//h2[normalize-space()='Elsewhere']").await;
    photograph(&window, scheme, "contexts").await;
    window
        .click("//nav//button[normalize-space()='Shortcuts']")
        .await;
    window
        .see("//li[contains(., 'New cluster, last settings') and contains(., 'Works')]")
        .await;
    photograph(&window, scheme, "shortcuts").await;

    window
        .click("//nav//button[normalize-space()='Clusters']")
        .await;
    desk.gateway.go_away();
    window
        .see_text(".banner", |text| text.starts_with("Docker is not running"))
        .await;
    photograph(&window, scheme, "engine-away").await;
    desk.gateway.come_back();
    row_says(menu, &runs, "2/2 ready").await;

    let _gate = desk.hold_starts();
    menu.click(&["New cluster"], patience()).await;
    let name = being_created(menu).await;
    let step =
        format!("//li[.//h2[normalize-space()='{name}']]//ol/li[contains(@class, 'running')]");
    let at_it = |text: &str| text.starts_with("Start containers");
    window.see_text(&step, at_it).await;
    photograph(&window, scheme, "creating").await;
    menu.click(&["Quit"], patience()).await;
    window.see_text("dialog", |text| text.contains(&name)).await;
    photograph(&window, scheme, "quitting").await;
}

/// All views in one scheme; the pictures must be as light or dark as that.
async fn look_at_everything(name: &str, scheme: &str) {
    let _alone = let_the_app_choose_names().await;
    let mut desk = Desk::new(name).await;
    // WebDriver gives no picture of a window that is drawn without OpenGL, as the app has it by default.
    desk.sandbox.set("GDK_GL", "");
    let dark = scheme == "dark";
    look::set(&desk.sandbox, dark);
    let (app, _item, menu) = desk.app().await;
    photograph_views(&desk, &app, &menu, scheme).await;
    for view in [
        "clusters",
        "details",
        "new-cluster",
        "contexts",
        "shortcuts",
        "empty",
    ] {
        let light = brightness(&file(&format!("{scheme}-{view}"))) > 127;
        assert_eq!(light, !dark, "{view}");
    }
}

#[tokio::test]
async fn every_view_of_the_window_is_photographed_in_light() {
    look_at_everything("dlight", "light").await;
    std::fs::copy(file("light-creating"), file("readme-window")).unwrap();
}

#[tokio::test]
async fn every_view_of_the_window_is_photographed_in_dark() {
    look_at_everything("ddark", "dark").await;
}
