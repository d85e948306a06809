//! A cluster made with the form of the window, as a person does: what is wrong is said beside its
//! field before anything is made, and what is done is seen while it is done.

use std::net::TcpListener;

use k3tray_tests::{Census, desktop::window::key, process::free_port};

use crate::{
    desk::{Desk, being_created, labels, let_the_app_choose_names, row_says},
    scene::{all_ready, kubeconfig, nodes, patience},
};

/// A field of the form, and the words below it.
fn field(name: &str) -> String {
    format!("[name={name}]")
}

fn words_of(name: &str) -> String {
    format!("//*[@name='{name}']/ancestor::div[contains(@class, 'field')][1]/p")
}

#[tokio::test]
async fn a_bad_name_and_a_taken_port_are_refused_beside_their_fields_and_then_corrected() {
    let desk = Desk::new("dnew").await;
    let name = desk.sandbox.cluster("a");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = (taken.local_addr().unwrap().port(), taken);
    let (app, _item, menu) = desk.app().await;
    menu.click(&["New cluster…"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.see("//h1[normalize-space()='New cluster']").await;

    window.write(&field("name"), "Not a name").await;
    let wrong = window
        .see_text(&words_of("name"), |text| !text.starts_with("Left empty"))
        .await;
    assert!(wrong.contains("lower"), "{wrong}");
    window.write(&field("apiPort"), &taken.0.to_string()).await;
    let port = format!("Port {} is in use by another program.", taken.0);
    window
        .see_text(&words_of("apiPort"), |text| text == port)
        .await;
    window
        .click("//button[normalize-space()='Create cluster']")
        .await;
    window.see("//h1[normalize-space()='New cluster']").await;
    let focus = "return document.activeElement.name";
    window
        .see(&format!("{}[aria-invalid=true]", field("name")))
        .await;
    assert_eq!(window.run(focus).await, "name");
    assert_eq!(desk.gateway.census().await, Census::default());
    assert_eq!(kubeconfig(&desk.sandbox), "");
    assert!(menu.read().await.find(&["Creating"]).is_none());

    let gate = desk.hold_starts();
    window.write(&field("name"), &name).await;
    window
        .write(&field("apiPort"), &free_port().to_string())
        .await;
    window.miss("[aria-invalid=true]").await;
    window
        .click("//button[normalize-space()='Create cluster']")
        .await;
    window.see("//h1[normalize-space()='Clusters']").await;
    let card = format!("//li[.//h2[normalize-space()='{name}']]");
    let step = format!("{card}//ol/li[contains(@class, 'running')]");
    let at_it = |text: &str| text.starts_with("Start containers");
    window.see_text(&step, at_it).await;
    window
        .see(&format!("{card}//button[normalize-space()='Cancel']"))
        .await;
    gate.open();

    let ready = |text: &str| text.contains("Running") && text.contains("1/1 ready");
    window.see_text(&card, ready).await;
    row_says(&menu, &name, "1/1 ready").await;
    let server = format!("k3d-{name}-server-0");
    assert_eq!(nodes(&desk.sandbox).await, all_ready(&[server]));
    window.click(&format!("{card}//h2/button")).await;
    window
        .see(&format!("//h1[normalize-space()='{name}']"))
        .await;
    let node = window.see("//tr[th[contains(., 'server-0')]]/td[1]").await;
    assert_eq!(node, "Ready");
    let log = window.see("[role=log]").await;
    assert!(!log.is_empty());
    let row = menu.read().await.find(&[&name]).cloned().unwrap();
    assert_eq!(labels(&row)[0], "Use this context");
}

#[tokio::test]
async fn enter_in_an_untouched_form_makes_a_cluster() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("denter").await;
    let (app, _item, menu) = desk.app().await;
    menu.click(&["New cluster…"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.press(&field("name"), key::ENTER).await;
    let name = being_created(&menu).await;
    row_says(&menu, &name, "1/1 ready").await;

    let ready = |text: &str| text.contains("1/1 ready");
    let card = format!("//li[.//h2[normalize-space()='{name}']]");
    window.see_text(&card, ready).await;
    // The window has told it, so nothing else need.
    assert_eq!(desk.desktop.notifications().all(), []);
}
