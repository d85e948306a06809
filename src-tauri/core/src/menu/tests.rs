//! Menus compared whole, drawn as text: a line each, indented by depth.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod contexts;

use std::fmt::Write as _;

use insta::assert_snapshot;

use super::*;
use crate::{
    cluster::Cluster,
    error::{Code, Problem},
    node::NodeState,
    operation::Report,
    snapshot::Shortcut,
    test_snapshots::{self as snapshots, Build},
};

/// The menu as text: dot, check mark, label, keys, `-> action`; `-` for a separator.
fn draw(menu: &Menu) -> String {
    let mut text = String::new();
    for entry in &menu.entries {
        draw_entry(&mut text, entry, 0);
    }
    text
}

fn draw_entry(text: &mut String, entry: &Entry, depth: usize) {
    let indent = "    ".repeat(depth);
    let dot = |dot: Option<Dot>| dot.map(|dot| format!("({dot:?}) ")).unwrap_or_default();
    let line = |text: &mut String, mark: &str, item: &Item| {
        let keys = item.shortcut.as_ref();
        let keys = keys.map(|keys| format!("  <{keys}>")).unwrap_or_default();
        let action = match &item.action {
            Some(action) => format!(" -> {action}"),
            None => String::new(),
        };
        writeln!(
            text,
            "{indent}{}{mark}{}{keys}{action}",
            dot(item.dot),
            item.label
        )
        .unwrap();
    };
    match entry {
        Entry::Separator => writeln!(text, "{indent}-").unwrap(),
        Entry::Item(item) => {
            let mark = match item.checked {
                Some(true) => "[x] ",
                Some(false) => "[ ] ",
                None => "",
            };
            line(text, mark, item);
        }
        Entry::Radio { selected, options } => {
            for (index, option) in options.iter().enumerate() {
                let mark = if *selected == Some(index) {
                    "(o) "
                } else {
                    "( ) "
                };
                line(text, mark, option);
            }
        }
        Entry::Submenu(submenu) => {
            writeln!(text, "{indent}{}{} >", dot(submenu.dot), submenu.label).unwrap();
            for entry in &submenu.entries {
                draw_entry(text, entry, depth + 1);
            }
        }
    }
}

/// The lines of the first level alone.
fn top(menu: &Menu) -> String {
    let text = draw(menu);
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    lines.join("\n")
}

fn shortcut(action: &Action, keys: &str, state: ShortcutState) -> Shortcut {
    Shortcut {
        action: action.to_string(),
        label: String::new(),
        keys: keys.into(),
        state,
    }
}

#[test]
fn without_clusters_there_is_what_makes_one() {
    let mut snapshot = snapshots::ready();
    snapshot.shortcuts = vec![
        shortcut(
            &Action::NewCluster,
            "Ctrl+Alt+Super+K",
            ShortcutState::Registered,
        ),
        shortcut(
            &Action::Show(View::NewCluster),
            "Ctrl+Super+K",
            ShortcutState::Refused {
                reason: "taken".into(),
            },
        ),
    ];
    assert_snapshot!(draw(&menu(&snapshot)), @r"
New cluster  <Ctrl+Alt+Super+K> -> new-cluster
New cluster… -> new-cluster-form
-
Context: none >
    No contexts
    -
    Search… -> switch-context
    All contexts… -> show-contexts
-
Open k3tray -> show
Shortcuts… -> show-shortcuts
Settings… -> show-settings
Quit -> quit
");
}

#[test]
fn a_running_cluster_offers_its_verbs_and_its_nodes() {
    let snapshot = snapshots::ready()
        .with(snapshots::cluster("dev", 2, 3))
        .with_contexts(&["prod", "k3d-dev"], Some("k3d-dev"));
    assert_snapshot!(draw(&menu(&snapshot)), @r"
(Degraded) ✓ dev   2/3 ready >
    [x] Use this context -> use-context:k3d-dev
    -
    Stop -> stop:dev
    Restart -> restart:dev
    Pause -> pause:dev
    -
    Nodes >
        (Ready) server-0   ready >
            Stop -> stop-node:k3d-dev-server-0
        (Ready) agent-0   ready >
            Stop -> stop-node:k3d-dev-agent-0
        (Degraded) agent-1   not ready >
            Stop -> stop-node:k3d-dev-agent-1
        (Ready) serverlb   running >
            Stop -> stop-node:k3d-dev-serverlb
    Open shell here -> open-shell:k3d-dev
    Copy export KUBECONFIG=… -> copy-export:dev
    Details… -> show-cluster:dev
    -
    Delete… -> ask-delete:dev
-
New cluster -> new-cluster
New cluster… -> new-cluster-form
-
Context: k3d-dev >
    (o) k3d-dev -> use-context:k3d-dev
    ( ) prod -> use-context:prod
    -
    Search… -> switch-context
    All contexts… -> show-contexts
Namespace: default >
    (o) default -> use-namespace:k3d-dev/default
    -
    List namespaces -> list-namespaces:k3d-dev
    Other… -> choose-namespace:k3d-dev
-
Open k3tray -> show
Settings… -> show-settings
Quit -> quit
");
}

#[test]
fn each_state_of_a_cluster_has_its_word_and_its_verbs() {
    let snapshot = snapshots::ready()
        .with(snapshots::stopped("asleep"))
        .with(snapshots::bare("coming", 1, NodeState::Running))
        .with(snapshots::bare("frozen", 1, NodeState::Paused))
        .with(snapshots::bare("half", 1, NodeState::Created))
        .with(snapshots::cluster("well", 1, 1));
    let text = draw(&menu(&snapshot));
    let power: Vec<&str> = text
        .lines()
        .filter(|line| {
            let depth = line.len() - line.trim_start().len();
            let verb = ["Start", "Stop", "Restart", "Pause", "Resume"]
                .iter()
                .any(|verb| line.trim_start().starts_with(verb));
            line.starts_with('(') || depth == 4 && verb
        })
        .collect();
    assert_snapshot!(power.join("\n"), @r"
(Off) asleep   stopped >
    Start -> start:asleep
    Restart
    Pause
(Busy) coming   starting… >
    Stop -> stop:coming
    Restart -> restart:coming
    Pause -> pause:coming
(Paused) frozen   paused >
    Stop -> stop:frozen
    Restart
    Resume -> resume:frozen
(Degraded) half   half made >
    Start -> start:half
    Restart
    Pause
(Ready) well   1/1 ready >
    Stop -> stop:well
    Restart -> restart:well
    Pause -> pause:well
");
}

#[test]
fn a_cluster_that_is_in_no_kubeconfig_says_so_and_can_be_added_while_its_engine_answers() {
    let line = |snapshot: Snapshot| {
        let text = draw(&menu(&snapshot));
        let line = text.lines().find(|line| line.contains("Use this context"));
        line.unwrap().trim().to_owned()
    };
    let gone = |snapshot: Snapshot| snapshot.with_contexts(&["prod"], Some("prod"));
    let dev = || snapshots::cluster("dev", 1, 1);
    let without_api = Cluster { api: None, ..dev() };
    assert_eq!(
        [
            line(gone(snapshots::ready()).with(dev())),
            line(gone(snapshots::away()).with(dev())),
            line(gone(snapshots::ready()).with(without_api)),
        ],
        [
            "[ ] Use this context (not in your kubeconfig) -> use-context:k3d-dev",
            "[ ] Use this context (not in your kubeconfig)",
            "[ ] Use this context (not in your kubeconfig)",
        ]
    );
}

#[test]
fn while_a_cluster_is_made_it_shows_its_step_and_can_only_be_cancelled() {
    let snapshot = snapshots::ready()
        .with(snapshots::bare("dev", 3, NodeState::Running))
        .with_operation(snapshots::creating("dev"));
    assert_snapshot!(draw(&menu(&snapshot)), @r"
(Busy) dev   creating… >
    [ ] Use this context
    -
    Stop
    Restart
    Pause
    -
    Nodes >
        (Busy) server-0   starting… >
            Stop
        (Busy) agent-0   starting… >
            Stop
        (Busy) agent-1   starting… >
            Stop
        (Ready) serverlb   running >
            Stop
    Open shell here
    Copy export KUBECONFIG=…
    Details… -> show-cluster:dev
    -
    Delete…
-
(Busy) Creating dev: Wait for the nodes (1/3 ready) >
    Cancel -> cancel:1
    Show progress… -> show-cluster:dev
-
New cluster -> new-cluster
New cluster… -> new-cluster-form
-
Context: none >
    No contexts
    -
    Search… -> switch-context
    All contexts… -> show-contexts
-
Open k3tray -> show
Settings… -> show-settings
Quit (1 operation runs)… -> quit
");
}

#[test]
fn an_undoing_operation_cannot_be_cancelled_again() {
    let mut operation = snapshots::creating("dev");
    operation.apply(Report::Undo("Remove what was made".into()), snapshots::NOW);
    let mut snapshot = snapshots::ready().with_operation(operation);
    snapshot.quitting = true;
    assert_snapshot!(draw(&menu(&snapshot)), @r"
(Busy) Creating dev: Remove what was made >
    Cancel
    Show progress… -> show-cluster:dev
-
New cluster -> new-cluster
New cluster… -> new-cluster-form
-
Context: none >
    No contexts
    -
    Search… -> switch-context
    All contexts… -> show-contexts
-
Open k3tray -> show
Settings… -> show-settings
Cancel and quit (1 operation runs) -> quit
");
}

#[test]
fn a_failed_operation_stays_until_it_is_dismissed() {
    let mut snapshot = snapshots::ready().with_operation(snapshots::failed("dev"));
    snapshot.problems = vec![Problem {
        what: "Could not switch to context `prod`".into(),
        causes: vec!["locked".into()],
        hint: None,
        code: Code::KubeconfigLocked,
        log: vec![],
        remedy: None,
    }];
    assert_snapshot!(draw(&menu(&snapshot)), @r"
(Degraded) Could not create cluster dev >
    port 6443 is in use
    Show… -> show
    Dismiss -> dismiss:1
(Degraded) Could not switch to context prod -> show
-
New cluster -> new-cluster
New cluster… -> new-cluster-form
-
Context: none >
    No contexts
    -
    Search… -> switch-context
    All contexts… -> show-contexts
-
Open k3tray -> show
Settings… -> show-settings
Quit -> quit
");
}

#[test]
fn while_the_engine_is_away_the_known_clusters_stay_and_are_greyed() {
    let snapshot = snapshots::away()
        .with(snapshots::cluster("dev", 3, 3))
        .with_contexts(&["k3d-dev"], Some("gone"));
    assert_snapshot!(draw(&menu(&snapshot)), @r"
(Degraded) Docker is not running -> show
Start it with sudo systemctl start docker.
-
(Off) dev   was running >
    [ ] Use this context -> use-context:k3d-dev
    -
    Stop
    Restart
    Pause
    -
    Nodes >
        (Off) server-0   was running >
            Stop
        (Off) agent-0   was running >
            Stop
        (Off) agent-1   was running >
            Stop
        (Off) serverlb   was running >
            Stop
    Open shell here -> open-shell:k3d-dev
    Copy export KUBECONFIG=…
    Details… -> show-cluster:dev
    -
    Delete…
-
New cluster
New cluster… -> new-cluster-form
-
Context: gone (missing) >
    ( ) k3d-dev -> use-context:k3d-dev
    -
    Search… -> switch-context
    All contexts… -> show-contexts
-
Open k3tray -> show
Settings… -> show-settings
Quit -> quit
");
}

#[test]
fn a_change_of_state_leaves_the_skeleton_as_it_is() {
    let shape = |text: String| -> Vec<usize> {
        text.lines()
            .map(|line| line.len() - line.trim_start().len())
            .collect()
    };
    let states = [
        snapshots::cluster("dev", 2, 2),
        snapshots::cluster("dev", 1, 2),
        snapshots::bare("dev", 2, NodeState::Running),
        snapshots::bare("dev", 2, NodeState::Paused),
        snapshots::bare("dev", 2, NodeState::Exited),
        snapshots::bare("dev", 2, NodeState::Created),
    ];
    let shapes: Vec<Vec<usize>> = states
        .into_iter()
        .map(|cluster| shape(draw(&menu(&snapshots::ready().with(cluster)))))
        .collect();
    for other in &shapes {
        assert_eq!(&shapes[0], other);
    }
}
