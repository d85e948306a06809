//! Switching contexts with the keyboard alone, and being held back from a protected one.

use std::path::PathBuf;

use k3tray_tests::{
    artefacts,
    desktop::{App, Line, Manager, Window},
    eventually,
};

use crate::{
    desk::{Desk, icon_is, shortcuts_work},
    scene::{finish, patience},
};

const PALETTE: &str = "Switch context";

/// A kubeconfig with two clusters of somebody else, one of them in production.
const SHOP: &str = "\
apiVersion: v1
kind: Config
current-context: shop-dev
clusters:
- {name: dev, cluster: {server: \"https://dev.example\"}}
- {name: prod, cluster: {server: \"https://shop.example\"}}
contexts:
- {name: shop-dev, context: {cluster: dev, user: me}}
- {name: shop-test, context: {cluster: dev, user: me}}
- {name: shop-prod, context: {cluster: prod, user: me, namespace: checkout}}
users:
- {name: me, user: {}}
";

/// A desk with that kubeconfig.
async fn desk(name: &str) -> Desk {
    let desk = Desk::new(name).await;
    let file = desk.sandbox.kubeconfig();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, SHOP).unwrap();
    desk
}

/// What is in the kubeconfig when nothing but the current context was changed.
fn with_current(name: &str) -> String {
    SHOP.replace(
        "current-context: shop-dev",
        &format!("current-context: {name}"),
    )
}

async fn current_is(desk: &Desk, name: &str) {
    eventually(&format!("`{name}` to be current"), patience(), async || {
        (desk.current_context().await.as_deref() == Some(name)).then_some(())
    })
    .await;
}

fn artefact(name: &str) -> PathBuf {
    artefacts::path(&format!("desktop/{name}.png"))
}

/// The row of the palette that Enter would take, if it is this one.
fn chosen(name: &str) -> String {
    format!("//*[@role='option'][contains(@class, 'chosen')][contains(., '{name}')]")
}

/// Presses the palette's keys and waits until it takes what is typed.
async fn open_palette(desk: &Desk, window: Option<Window>, app: &App) -> Window {
    desk.desktop.display().press("ctrl+super+j").await;
    desk.title_is(PALETTE, true).await;
    let window = match window {
        Some(window) => {
            window.follow().await;
            window
        }
        None => app.window(&desk.desktop, &desk.sandbox).await,
    };
    window.see(&chosen("shop-")).await;
    window.see("[role=combobox]:focus").await;
    window
}

#[tokio::test]
async fn the_palette_switches_by_keys_alone_and_escape_leaves_everything_as_it_is() {
    let desk = desk("dpalette").await;
    let _manager = Manager::start(&desk.desktop, &desk.sandbox).await;
    let (app, _item, menu) = desk.app().await;
    shortcuts_work(&menu).await;
    let keys = async |keys: &[&str]| {
        for key in keys {
            desk.desktop.display().press(key).await;
        }
    };

    let window = open_palette(&desk, None, &app).await;
    desk.desktop
        .display()
        .still_picture(&artefact("palette"))
        .await;
    keys(&["t", "e", "s"]).await;
    window.see(&chosen("shop-test")).await;
    keys(&["Return"]).await;
    current_is(&desk, "shop-test").await;
    desk.title_is(PALETTE, false).await;

    // A dash is the one before, as in a shell.
    let window = open_palette(&desk, Some(window), &app).await;
    keys(&["minus"]).await;
    window.see(&chosen("shop-dev")).await;
    keys(&["Return"]).await;
    current_is(&desk, "shop-dev").await;
    desk.title_is(PALETTE, false).await;

    let window = open_palette(&desk, Some(window), &app).await;
    window.see(&chosen("shop-test")).await;
    keys(&["Down"]).await;
    window.see(&chosen("shop-dev")).await;
    keys(&["Escape"]).await;
    desk.title_is(PALETTE, false).await;
    let text = std::fs::read_to_string(desk.sandbox.kubeconfig()).unwrap();
    assert_eq!(text, SHOP);
}

#[tokio::test]
async fn a_protected_context_is_asked_about_first_and_marks_icon_and_window_while_it_is_current() {
    let desk = desk("dprotected").await;
    let (app, item, menu) = desk.app().await;
    let file = || std::fs::read_to_string(desk.sandbox.kubeconfig()).unwrap();
    icon_is(&item, "idle").await;

    menu.click(&["Context: shop-dev", "shop-prod (protected)"], patience())
        .await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let asked = window.see("dialog").await;
    assert!(asked.starts_with("Switch to shop-prod?"), "{asked}");
    assert!(asked.contains("it has the word prod"), "{asked}");
    window
        .click("//dialog//button[normalize-space()='Stay in shop-dev']")
        .await;
    window.miss("dialog").await;
    assert_eq!(file(), SHOP);
    icon_is(&item, "idle").await;

    menu.click(&["Context: shop-dev", "shop-prod (protected)"], patience())
        .await;
    window
        .click("//dialog//button[normalize-space()='Switch']")
        .await;
    current_is(&desk, "shop-prod").await;
    icon_is(&item, "protected-idle").await;
    window.see(".window.protected").await;
    window
        .see_text("main > .care", |note| {
            note.starts_with("shop-prod is protected")
        })
        .await;
    desk.desktop
        .display()
        .still_picture(&artefact("protected"))
        .await;
    assert_eq!(file(), with_current("shop-prod"));

    finish(desk.sandbox.kubectl(["config", "use-context", "shop-test"]))
        .await
        .ended(0);
    icon_is(&item, "idle").await;
    window.miss(".window.protected").await;
}

#[tokio::test]
async fn another_tool_that_switches_to_a_protected_context_is_told_and_one_click_goes_back() {
    let desk = desk("dforeign").await;
    let (_app, item, menu) = desk.app().await;
    let known = |menu: &Line| menu.find(&["Context: shop-dev"]).map(drop);
    menu.until("the contexts", patience(), known).await;

    finish(desk.sandbox.kubectl(["config", "use-context", "shop-prod"]))
        .await
        .ended(0);
    // kubectl writes the file anew, in its own style; what k3tray does to it then is to be seen in this.
    let kubectls = std::fs::read_to_string(desk.sandbox.kubeconfig()).unwrap();
    let notifications = desk.desktop.notifications();
    let told = notifications
        .titled("kubectl now points at `shop-prod`", patience())
        .await;
    icon_is(&item, "protected-idle").await;
    notifications.choose(&told, "default").await;
    current_is(&desk, "shop-dev").await;
    icon_is(&item, "idle").await;
    let text = std::fs::read_to_string(desk.sandbox.kubeconfig()).unwrap();
    let back = kubectls.replace("current-context: shop-prod", "current-context: shop-dev");
    assert_eq!(text, back);
}

#[tokio::test]
async fn rules_and_folders_set_in_the_window_hold_at_once_and_are_kept() {
    let desk = desk("dsettings").await;
    let (app, item, menu) = desk.app().await;
    let more = desk.sandbox.home().join("more");
    std::fs::create_dir(&more).unwrap();
    let other = SHOP
        .replace("shop-", "bank-")
        .replace("current-context", "x");
    std::fs::write(more.join("bank.yaml"), other).unwrap();
    menu.click(&["Settings…"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let add = |what: &str| format!("//button[normalize-space()='Add a {what}']");

    window.click(&add("rule")).await;
    window
        .write("[aria-label='Pattern of rule 1']", "*-dev")
        .await;
    // The foot of the form stays in sight, above what is scrolled below it.
    window
        .run("document.querySelector('main').scrollTo(0, 100000)")
        .await;
    window.click(&add("folder")).await;
    window.write("[aria-label='Folder 1']", "~/nowhere").await;
    window.click("//button[normalize-space()='Save']").await;
    window
        .see("[aria-label='Folder 1'][aria-invalid=true]")
        .await;
    icon_is(&item, "idle").await;

    window
        .write("[aria-label='Folder 1']", &more.display().to_string())
        .await;
    window.click("//button[normalize-space()='Save']").await;
    window
        .see("//*[@role='status'][normalize-space()='Saved']")
        .await;
    icon_is(&item, "protected-idle").await;
    window
        .click("//nav//button[normalize-space()='Contexts']")
        .await;
    window.see("//main//li[contains(., 'bank-prod')]").await;
    assert_eq!(desk.desktop.notifications().all(), []);
    let file = desk.sandbox.home().join(".config/k3tray/settings.json");
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let expected = serde_json::json!({
        "kubeconfigFolders": [more],
        "protection": { "rules": [{ "of": "name", "pattern": "*-dev" }] },
    });
    assert_eq!(kept, expected);
}
