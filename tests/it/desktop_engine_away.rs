//! Without an engine the app says so and what to do, forgets nothing, and stays at hand.

use k3tray_tests::desktop::{App, Line};

use crate::{
    desk::{Desk, icon_is, row_says, shortcuts_work},
    scene::{create, patience},
};

#[tokio::test]
async fn an_engine_that_is_not_there_is_said_with_what_to_do_while_keys_and_quit_work() {
    let mut desk = Desk::new("daway").await;
    desk.sandbox
        .set("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let mut app = App::start(&desk.desktop, &desk.sandbox);
    let (item, menu) = app.tray(&desk.desktop).await;

    let away = |menu: &Line| {
        menu.find(&["Docker is not running"])
            .is_some()
            .then(|| menu.clone())
    };
    let said = menu
        .until("the engine to be missed", patience(), away)
        .await;
    shortcuts_work(&menu).await;
    let said_now = menu.read().await.to_string();
    assert!(said.lines[0].enabled && !said.lines[1].enabled, "{said}");
    assert!(
        said_now.contains("New cluster  <Control+Alt+Super+K>  (greyed)"),
        "{said_now}"
    );
    icon_is(&item, "away").await;
    assert_eq!(item.tooltip().await.1, "Docker is not running");

    desk.desktop.display().press("ctrl+super+k").await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.see("//h1[normalize-space()='New cluster']").await;
    let banner = window.see(".banner").await;
    assert!(banner.starts_with("Docker is not running"), "{banner}");
    assert!(banner.contains("unix:///nowhere/docker.sock"), "{banner}");
    // The tray has room for the beginning.
    let hint = said.lines[1].label.trim_end_matches('…');
    assert!(banner.contains(hint), "`{hint}` is not in: {banner}");
    // The keys for a cluster at once are refused with the reason.
    desk.desktop.display().press("ctrl+alt+super+k").await;
    k3tray_tests::eventually("a refusal", patience(), async || {
        let told = desk.desktop.notifications().all();
        told.iter()
            .any(|one| one.summary.starts_with("Could not create cluster"))
            .then_some(())
    })
    .await;
    menu.click(&["Quit"], patience()).await;
    assert_eq!(app.end(patience()).await.code(), Some(0));
}

#[tokio::test]
async fn clusters_are_remembered_while_the_engine_is_away_and_are_ready_when_it_is_back() {
    let desk = Desk::new("dback").await;
    let name = desk.sandbox.cluster("a");
    create(&desk.sandbox, &name, &["--no-lb"]).await;
    let (_app, item, menu) = desk.app().await;
    row_says(&menu, &name, "1/1 ready").await;

    desk.gateway.go_away();
    let then = row_says(&menu, &name, "was running").await;
    let stop = then.find(&[&name, "Stop"]).unwrap();
    assert!(!stop.enabled, "{then}");
    icon_is(&item, "away").await;
    let notices = desk.desktop.notifications();
    notices.titled("Docker is not running", patience()).await;

    desk.gateway.come_back();
    row_says(&menu, &name, "1/1 ready").await;
    icon_is(&item, "idle").await;
    notices
        .titled("The container engine is back", patience())
        .await;
}
