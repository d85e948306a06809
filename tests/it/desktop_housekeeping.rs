//! Contexts looked after in the window, and a shell of one context in the user's own terminal.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use k3tray_tests::{desktop::window::key, eventually};

use crate::{
    desk::Desk,
    scene::{finish, patience},
};

/// A kubeconfig of somebody's, with words of theirs in it and two entries that nothing uses.
const BEFORE: &str = "\
# mine, by hand
apiVersion: v1
kind: Config
current-context: alpha
clusters:
- {name: one, cluster: {server: \"https://one.example\"}} # the first
- {name: lost, cluster: {server: \"https://lost.example\"}}
contexts:
# alpha is for work
- {name: alpha, context: {cluster: one, user: me}}
- {name: beta, context: {cluster: one, user: me}}
users:
- {name: me, user: {token: S3CR3T}}
- {name: nobody, user: {}}
# the end
";

/// What somebody sends: another cluster `one`, and what belongs to it. On one line, since a web driver
/// types no line ends.
const SENT: &str = "\
{clusters: [{name: one, cluster: {server: \"https://other.example\"}}], \
users: [{name: guest, user: {token: 0TH3R}}], \
contexts: [{name: sent, context: {cluster: one, user: guest}}]}";

/// What is left of it all.
const AFTER: &str = "\
# mine, by hand
apiVersion: v1
kind: Config
current-context: work
clusters:
- {name: one, cluster: {server: \"https://one.example\"}} # the first
- name: other
  cluster:
    server: https://other.example
contexts:
# alpha is for work
- {name: work, context: {cluster: one, user: me}}
- {name: beta, context: {cluster: one, user: me}}
- name: sent
  context:
    cluster: other
    user: guest
users:
- {name: me, user: {token: S3CR3T}}
- name: guest
  user:
    token: 0TH3R
# the end
";

fn button(words: &str) -> String {
    format!("//button[normalize-space()='{words}']")
}

fn item(words: &str) -> String {
    format!("//*[@role='menuitem'][normalize-space()='{words}']")
}

fn program(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_context_is_renamed_others_are_imported_and_what_leads_nowhere_goes_to_the_byte() {
    let desk = Desk::new("dhouse").await;
    let file = desk.sandbox.kubeconfig();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, BEFORE).unwrap();
    let (app, _item, menu) = desk.app().await;
    menu.click(&["Context: ", "All contexts…"], patience())
        .await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;

    window.click("[aria-label='Actions on alpha']").await;
    window.click(&item("Rename…")).await;
    let field = "dialog input";
    window.write(field, "beta").await;
    let taken = format!("{} has a context beta already.", file.display());
    window.see_text("dialog form p", |text| text == taken).await;
    window.write(field, "work").await;
    window.press(field, key::ENTER).await;
    window.miss("dialog").await;
    window.see("[aria-label='Actions on work']").await;
    assert_eq!(desk.current_context().await.as_deref(), Some("work"));

    window.click(&button("Import…")).await;
    window.write("textarea", SENT).await;
    window.click(&button("Show what is in it")).await;
    window.see("[aria-label='The cluster one to import']").await;
    let page = window
        .run("return document.querySelector('main').innerText")
        .await;
    let page = page.as_str().unwrap().to_owned();
    assert!(
        !page.contains("0TH3R") && !page.contains("S3CR3T"),
        "{page}"
    );
    let choice = "[aria-label='What to do with the cluster one']";
    window
        .click(&format!("{choice} option[value=rename]"))
        .await;
    window.write("li input[type=text]", "other").await;
    window.click(&button("Import")).await;
    window.see("[aria-label='Actions on sent']").await;

    window.click(&button("Clean up… (2)")).await;
    window.see("//li[contains(., 'cluster lost')]").await;
    window.click(&button("Remove 2 entries")).await;
    window
        .see("//h2[normalize-space()='Nothing to clean up']")
        .await;
    assert_eq!(fs::read_to_string(&file).unwrap(), AFTER);
    let names = finish(
        desk.sandbox
            .kubectl(["config", "get-contexts", "-o", "name"]),
    )
    .await;
    assert_eq!(names.ended(0).out, "beta\nsent\nwork\n");
}

#[tokio::test]
async fn a_shell_opened_here_knows_its_one_context_and_leaves_the_current_one_alone() {
    let mut desk = Desk::new("dshell").await;
    let file = desk.sandbox.kubeconfig();
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, BEFORE).unwrap();
    // A terminal without a screen, and a shell that tells what kubectl knows in it.
    let home = desk.sandbox.home().to_owned();
    let (terminal, shell, told) = (
        home.join("a terminal"),
        home.join("tells"),
        home.join("told"),
    );
    program(
        &terminal,
        "#!/bin/sh\n[ \"$1\" = -e ] || exit 1\nshift\nexec \"$@\"\n",
    );
    let questions = "kubectl config current-context; kubectl config get-contexts -o name";
    let (new, told_at) = (home.join("told.new"), told.display());
    let new = new.display();
    program(
        &shell,
        &format!("#!/bin/sh\n{{ {questions}; }} > '{new}' 2>&1\nmv '{new}' '{told_at}'\n"),
    );
    desk.sandbox.set("SHELL", &shell);
    let settings = home.join(".config/k3tray");
    fs::create_dir_all(&settings).unwrap();
    let line = format!("'{}' -e", terminal.display());
    let set = serde_json::json!({ "terminal": line }).to_string();
    fs::write(settings.join("settings.json"), set).unwrap();

    let (app, _item, menu) = desk.app().await;
    menu.click(&["Context: ", "All contexts…"], patience())
        .await;
    let window = app.window(&desk.desktop, &desk.sandbox).await;
    window.click("[aria-label='Actions on beta']").await;
    window.click(&item("Open shell here")).await;
    let said = eventually("the shell to tell", patience(), async || {
        fs::read_to_string(&told).ok()
    })
    .await;
    assert_eq!(said, "beta\nbeta\n");
    assert_eq!(desk.current_context().await.as_deref(), Some("alpha"));
    assert_eq!(fs::read_to_string(&file).unwrap(), BEFORE);
}
