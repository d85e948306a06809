//! The namespace of the current context, chosen in the tray and in the window, is kubectl's.

use k3tray_tests::{Sandbox, desktop::Line};

use crate::{
    desk::{Desk, row_says},
    scene::{create, kubectl, patience},
};

/// The namespace of the current context as the real kubectl tells it.
async fn namespace(sandbox: &Sandbox) -> String {
    let minified = ["config", "view", "--minify", "-ojsonpath={..namespace}"];
    kubectl(sandbox, &minified).await
}

#[tokio::test]
async fn a_namespace_of_the_cluster_is_chosen_and_any_can_be_typed_while_the_api_is_away() {
    let desk = Desk::new("dspace").await;
    let name = desk.sandbox.cluster("a");
    create(&desk.sandbox, &name, &["--no-lb"]).await;
    kubectl(&desk.sandbox, &["create", "namespace", "shop"]).await;
    let (app, item, menu) = desk.app().await;
    row_says(&menu, &name, "1/1 ready").await;
    let has = |names: &'static [&'static str]| move |menu: &Line| menu.find(names).map(drop);

    menu.click(&["Namespace: default", "List namespaces"], patience())
        .await;
    menu.until(
        "the cluster's namespaces in the tray",
        patience(),
        has(&["Namespace: default", "shop"]),
    )
    .await;
    menu.click(&["Namespace: default", "shop"], patience())
        .await;
    menu.until("`shop` to be chosen", patience(), has(&["Namespace: shop"]))
        .await;
    assert_eq!(namespace(&desk.sandbox).await, "shop");
    let line = format!("Context: k3d-{name}, namespace shop");
    let (_, lines) = item.tooltip().await;
    assert!(lines.ends_with(&line), "{lines}");

    menu.click(&[&name, "Stop"], patience()).await;
    row_says(&menu, &name, "stopped").await;
    menu.click(&["Namespace: shop", "Other…"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let asked = window.see("dialog").await;
    assert!(asked.contains("shop"), "{asked}");
    window
        .click("//dialog//button[normalize-space()='List again']")
        .await;
    let refused = |text: &str| text.contains("Its server refused the connection");
    window.see_text("dialog [role=alert]", refused).await;
    window.write("dialog input", "Billing").await;
    let why = |text: &str| text.contains("63 lower-case letters");
    window.see_text("dialog", why).await;
    window.write("dialog input", "billing-2").await;
    window
        .click("//dialog//button[normalize-space()='Use billing-2']")
        .await;
    window.miss("dialog").await;
    menu.until(
        "`billing-2` to be chosen",
        patience(),
        has(&["Namespace: billing-2"]),
    )
    .await;
    assert_eq!(namespace(&desk.sandbox).await, "billing-2");
}
