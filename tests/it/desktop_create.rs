//! From the tray to a running cluster: by a click, by the keyboard, and not at all when cancelled.

use k3tray_tests::{
    Census,
    desktop::{Line, Menu, notifications::Notification},
};

use crate::{
    desk::{
        Desk, being_created, icon_is, labels, let_the_app_choose_names, row_says, shortcuts_work,
    },
    scene::{SOMEBODYS_KUBECONFIG, all_ready, give_kubeconfig, kubeconfig, nodes, patience},
};

/// The row of a creation, once it stands at the step whose containers are kept from starting.
async fn creation_at_its_start(menu: &Menu, name: &str) -> Line {
    let what = format!("`{name}` at its step of starting containers");
    let row = format!("Creating {name}: Start containers");
    let find = |menu: &Line| menu.find(&[&row]).cloned();
    menu.until(&what, patience(), find).await
}

/// Everything the tray, kubectl and the desktop say of a cluster that has just been made; the
/// notification.
async fn assert_made(desk: &Desk, menu: &Menu, name: &str) -> Notification {
    row_says(menu, name, "1/1 ready").await;
    let context = format!("k3d-{name}");
    assert_eq!(desk.current_context().await.as_ref(), Some(&context));
    let ready = all_ready(&[format!("k3d-{name}-server-0")]);
    assert_eq!(nodes(&desk.sandbox).await, ready);
    let title = format!("Cluster `{name}` created");
    let told = desk
        .desktop
        .notifications()
        .titled(&title, patience())
        .await;
    let body = format!("`{context}` is the current context. It took ");
    assert!(told.body.starts_with(&body), "{told:?}");
    assert_eq!(
        (told.actions.as_slice(), told.urgency),
        (["default".into(), "Show".into()].as_slice(), 1)
    );
    told
}

#[tokio::test]
async fn a_click_on_new_cluster_shows_its_steps_and_ends_with_a_ready_cluster_that_kubectl_asks() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("dclick").await;
    let (app, item, menu) = desk.app().await;
    icon_is(&item, "idle").await;
    assert_eq!(
        item.tooltip().await,
        ("k3tray".into(), "No clusters".into())
    );
    let gate = desk.hold_starts();

    menu.click(&["New cluster"], patience()).await;
    let name = being_created(&menu).await;
    let row = creation_at_its_start(&menu, &name).await;
    assert_eq!(labels(&row), ["Cancel", "Show progress…"]);
    assert!(row.lines.iter().all(|line| line.enabled), "{row}");
    icon_is(&item, "busy").await;
    gate.open();

    let told = assert_made(&desk, &menu, &name).await;
    icon_is(&item, "idle").await;
    let tooltip = format!("{name}   1/1 ready\nContext: k3d-{name}");
    assert_eq!(item.tooltip().await, ("k3tray".into(), tooltip));
    let row = menu.read().await.find(&[&name]).cloned().unwrap();
    assert_eq!(row.label, format!("✓ {name}   1/1 ready"));
    let context = menu.read().await.find(&["Context: "]).cloned().unwrap();
    assert_eq!(context.label, format!("Context: k3d-{name}"));
    assert_eq!(context.chosen(), Some(format!("k3d-{name}").as_str()));

    desk.desktop.notifications().choose(&told, "default").await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window
        .see(&format!("//h1[normalize-space()='{name}']"))
        .await;
}

#[tokio::test]
async fn the_keys_for_a_new_cluster_make_one_as_the_click_does() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("dkeys").await;
    let (_app, _item, menu) = desk.app().await;
    shortcuts_work(&menu).await;
    let gate = desk.hold_starts();

    desk.desktop.display().press("ctrl+alt+super+k").await;
    let name = being_created(&menu).await;
    gate.open();

    assert_made(&desk, &menu, &name).await;
}

#[tokio::test]
async fn a_creation_cancelled_in_the_tray_leaves_nothing() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("dcancel").await;
    give_kubeconfig(&desk.sandbox);
    let (_app, item, menu) = desk.app().await;
    shortcuts_work(&menu).await;
    let before = menu.read().await;
    let _gate = desk.hold_starts();

    menu.click(&["New cluster"], patience()).await;
    let name = being_created(&menu).await;
    creation_at_its_start(&menu, &name).await;
    assert!(!desk.gateway.census().await.is_empty());
    menu.click(&["Creating ", "Cancel"], patience()).await;

    let as_before = |menu: &Line| (menu.to_string() == before.to_string()).then_some(());
    menu.until("the tray to be as before", patience(), as_before)
        .await;
    icon_is(&item, "protected-idle").await;
    assert_eq!(desk.gateway.census().await, Census::default());
    assert_eq!(kubeconfig(&desk.sandbox), SOMEBODYS_KUBECONFIG);
    assert_eq!(desk.desktop.notifications().all(), []);
}
