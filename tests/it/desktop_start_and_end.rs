//! How the app is reached, and how it ends: a second launch, an action from outside, no tray, quitting.

use std::process::Command;

use k3tray_tests::{
    Census,
    desktop::{App, Line, Manager, app},
};

use crate::{
    desk::{Desk, being_created, let_the_app_choose_names, shortcuts_work},
    scene::{finish, patience},
};

const TITLE: &str = "k3tray";

/// A program's call on the desktop that must end well and say nothing.
async fn call(mut command: Command, arguments: &[&str]) {
    command.args(arguments);
    let said = finish(command).await.ended(0);
    assert_eq!(said.out, "", "{said}");
}

#[tokio::test]
async fn the_app_starts_without_a_window_and_a_second_launch_shows_it() {
    let desk = Desk::new("dsecond").await;
    let (mut app, item, menu) = desk.app().await;
    desk.title_is(TITLE, false).await;

    call(app::command(&desk.sandbox), &[]).await;
    desk.title_is(TITLE, true).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.see("//h1[normalize-space()='Clusters']").await;

    // The command line alone does the same, and so does a left click on the icon.
    let elsewhere = async || {
        window
            .click("//nav//button[normalize-space()='Contexts']")
            .await;
        window.see("//h1[normalize-space()='Contexts']").await;
    };
    elsewhere().await;
    call(desk.sandbox.k3tray::<&str>([]), &[]).await;
    window.see("//h1[normalize-space()='Clusters']").await;
    elsewhere().await;
    item.activate().await;
    window.see("//h1[normalize-space()='Clusters']").await;
    app.still_runs();
    menu.click(&["Quit"], patience()).await;
    assert_eq!(app.end(patience()).await.code(), Some(0));
}

#[tokio::test]
async fn an_action_given_on_the_command_line_reaches_the_running_app() {
    let desk = Desk::new("daction").await;
    let (mut app, _item, menu) = desk.app().await;
    // From then on it can be reached; the tray is there a moment before.
    shortcuts_work(&menu).await;
    let action = |action: &str| desk.sandbox.k3tray(["action", action]);

    call(action("new-cluster-form"), &[]).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.see("//h1[normalize-space()='New cluster']").await;
    call(app::command(&desk.sandbox), &["action", "show-contexts"]).await;
    window.see("//h1[normalize-space()='Contexts']").await;
    // What is refused is told, though nobody waits for the answer.
    call(action("stop:nobody"), &[]).await;
    let title = "Could not stop cluster `nobody`";
    desk.desktop.notifications().titled(title, patience()).await;
    call(action("quit"), &[]).await;
    assert_eq!(app.end(patience()).await.code(), Some(0));
}

#[tokio::test]
async fn the_keys_for_the_form_open_it_and_those_for_the_palette_the_palette() {
    let desk = Desk::new("dform").await;
    let (app, _item, menu) = desk.app().await;
    shortcuts_work(&menu).await;
    desk.desktop.display().press("ctrl+super+k").await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.see("//h1[normalize-space()='New cluster']").await;
    desk.desktop.display().press("ctrl+super+j").await;
    desk.title_is("Switch context", true).await;
}

#[tokio::test]
async fn without_a_tray_the_window_opens_says_so_and_closing_it_is_quitting() {
    let desk = Desk::without_tray("dnotray").await;
    let _manager = Manager::start(&desk.desktop, &desk.sandbox).await;
    let mut app = App::start(&desk.desktop, &desk.sandbox);
    desk.title_is(TITLE, true).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let note = window.see("[role=note]").await;
    assert!(note.starts_with("This desktop shows no tray"), "{note}");
    window.click("//button[normalize-space()='Got it']").await;
    window.miss("[role=note]").await;

    desk.desktop.display().press("alt+F4").await;
    assert_eq!(app.end(patience()).await.code(), Some(0));
}

#[tokio::test]
async fn with_a_tray_closing_the_window_ends_nothing() {
    let desk = Desk::new("dclose").await;
    let _manager = Manager::start(&desk.desktop, &desk.sandbox).await;
    let (mut app, _item, menu) = desk.app().await;
    menu.click(&["Open k3tray"], patience()).await;
    desk.title_is(TITLE, true).await;
    desk.desktop.display().press("alt+F4").await;
    desk.title_is(TITLE, false).await;
    menu.click(&["Open k3tray"], patience()).await;
    desk.title_is(TITLE, true).await;
    app.still_runs();
}

/// The tray's line for quitting, once it says so.
async fn quit_line(menu: &k3tray_tests::desktop::Menu, label: &str) {
    let says = |menu: &Line| (menu.lines.last()?.label == label).then_some(());
    menu.until(&format!("the line `{label}`"), patience(), says)
        .await;
}

#[tokio::test]
async fn quitting_while_a_cluster_is_created_names_it_waits_for_it_and_then_ends() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("dquitwait").await;
    let (mut app, _item, menu) = desk.app().await;
    let gate = desk.hold_starts();
    menu.click(&["New cluster"], patience()).await;
    let name = being_created(&menu).await;
    quit_line(&menu, "Quit (1 operation runs)…").await;

    menu.click(&["Quit"], patience()).await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    let asked = window.see("dialog").await;
    assert!(
        asked.starts_with("Quit while work is under way?"),
        "{asked}"
    );
    assert!(asked.contains(&format!("Creating {name}")), "{asked}");
    window
        .click("//dialog//button[normalize-space()='Wait, then quit']")
        .await;
    let waits = window.see("[role=note]").await;
    assert!(
        waits.starts_with("k3tray quits as soon as this is done."),
        "{waits}"
    );
    quit_line(&menu, "Cancel and quit (1 operation runs)").await;
    app.still_runs();
    gate.open();

    assert_eq!(app.end(patience()).await.code(), Some(0));
    let cluster = crate::scene::all_ready_in_list(&desk.sandbox, &name, 1).await;
    assert_eq!(cluster.name.as_str(), name);
}

#[tokio::test]
async fn quitting_twice_while_a_cluster_is_created_cancels_it_and_leaves_nothing() {
    let _alone = let_the_app_choose_names().await;
    let desk = Desk::new("dquitnow").await;
    let (mut app, _item, menu) = desk.app().await;
    let _gate = desk.hold_starts();
    menu.click(&["New cluster"], patience()).await;
    being_created(&menu).await;
    quit_line(&menu, "Quit (1 operation runs)…").await;
    menu.click(&["Quit"], patience()).await;
    menu.click(&["Cancel and quit"], patience()).await;

    assert_eq!(app.end(patience()).await.code(), Some(0));
    assert_eq!(desk.gateway.census().await, Census::default());
}
