//! The tray menu as a value.
//!
//! What the menu says is decided here and nowhere else; how a desktop draws it is the shell's affair.
//! An item carries its [`Action`], so that there is no table of ids and nothing to parse.

mod clusters;
mod contexts;
mod namespaces;
#[cfg(test)]
mod tests;
mod work;

use crate::{
    action::{Action, View},
    operation::Operation,
    snapshot::{EngineStatus, ShortcutState, Snapshot},
};

/// A coloured dot before a label, with a shape of its own so that colour is never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dot {
    /// All well.
    Ready,
    /// An operation runs, or nodes are on their way.
    Busy,
    /// Something is not well.
    Degraded,
    /// Frozen.
    Paused,
    /// Not running, or not known.
    Off,
}

/// One line to click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its text, unescaped.
    pub label: String,
    /// What a click speaks; none makes it a line to read.
    pub action: Option<Action>,
    /// Whether it has a check mark, and whether that is set.
    pub checked: Option<bool>,
    /// Its dot.
    pub dot: Option<Dot>,
    /// The keys that do the same, such as `Ctrl+Super+K`.
    pub shortcut: Option<String>,
}

/// A line that opens another menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submenu {
    /// Its text, unescaped.
    pub label: String,
    /// Its dot.
    pub dot: Option<Dot>,
    /// What it opens.
    pub entries: Vec<Entry>,
}

/// Anything in a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A line between groups.
    Separator,
    /// A line to click.
    Item(Item),
    /// A line that opens another menu.
    Submenu(Submenu),
    /// Lines of which at most one is chosen.
    Radio {
        /// The chosen one.
        selected: Option<usize>,
        /// All of them; `checked` is not used.
        options: Vec<Item>,
    },
}

/// The whole menu, top to bottom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Menu {
    /// Its lines.
    pub entries: Vec<Entry>,
}

/// The menu for a snapshot.
///
/// Its skeleton changes only when clusters, nodes, contexts or operations come and go: everything else
/// changes labels, marks and what can be clicked, which an open menu takes without closing.
pub fn menu(snapshot: &Snapshot) -> Menu {
    let groups = [
        engine(snapshot),
        clusters::entries(snapshot),
        work::entries(snapshot),
        new_cluster(snapshot),
        [contexts::entry(snapshot)]
            .into_iter()
            .chain(namespaces::entry(snapshot))
            .collect(),
        ending(snapshot),
    ];
    let mut entries = Vec::new();
    for group in groups.into_iter().filter(|group| !group.is_empty()) {
        if !entries.is_empty() {
            entries.push(Entry::Separator);
        }
        entries.extend(group);
    }
    Menu { entries }
}

impl Item {
    /// A line that speaks `action`.
    fn new(label: impl Into<String>, action: Action) -> Self {
        Self {
            action: Some(action),
            ..Self::text(label)
        }
    }

    /// A line to read.
    fn text(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            action: None,
            checked: None,
            dot: None,
            shortcut: None,
        }
    }

    /// A line that speaks `action` if `enabled`, and is greyed otherwise.
    fn enabled_if(enabled: bool, label: impl Into<String>, action: Action) -> Self {
        Self {
            action: enabled.then_some(action),
            ..Self::text(label)
        }
    }

    fn with_dot(self, dot: Dot) -> Self {
        Self {
            dot: Some(dot),
            ..self
        }
    }
}

impl From<Item> for Entry {
    fn from(item: Item) -> Self {
        Self::Item(item)
    }
}

/// The engine, only when it is not well; the whole story is in the window.
fn engine(snapshot: &Snapshot) -> Vec<Entry> {
    let shown = Action::Show(View::Clusters);
    match &snapshot.engine.status {
        EngineStatus::Ready { .. } => vec![],
        EngineStatus::Connecting => {
            vec![
                Item::new("Looking for the container engine…", shown)
                    .with_dot(Dot::Busy)
                    .into(),
            ]
        }
        EngineStatus::Away { problem } => {
            let title = Item::new(shorten(&problem.what), shown).with_dot(Dot::Degraded);
            let hint = problem.hint.as_deref().map(shorten).map(Item::text);
            [Some(title), hint]
                .into_iter()
                .flatten()
                .map(Entry::from)
                .collect()
        }
    }
}

fn new_cluster(snapshot: &Snapshot) -> Vec<Entry> {
    let at_once = Item {
        shortcut: keys(snapshot, &Action::NewCluster),
        ..Item::enabled_if(!snapshot.is_stale(), "New cluster", Action::NewCluster)
    };
    let form = Action::Show(View::NewCluster);
    let by_form = Item {
        shortcut: keys(snapshot, &form),
        ..Item::new("New cluster…", form)
    };
    vec![at_once.into(), by_form.into()]
}

fn ending(snapshot: &Snapshot) -> Vec<Entry> {
    let refused = snapshot
        .shortcuts
        .iter()
        .any(|shortcut| matches!(shortcut.state, ShortcutState::Refused { .. }));
    let running = snapshot
        .operations
        .iter()
        .filter(|operation| operation.is_running())
        .count();
    let running = match running {
        0 => None,
        1 => Some("1 operation runs".to_owned()),
        count => Some(format!("{count} operations run")),
    };
    let quit = match running {
        None => "Quit".to_owned(),
        Some(running) if snapshot.quitting => format!("Cancel and quit ({running})"),
        Some(running) => format!("Quit ({running})…"),
    };
    let shortcuts = refused.then(|| Item::new("Shortcuts…", Action::Show(View::Shortcuts)).into());
    [Item::new("Open k3tray", Action::Show(View::Clusters)).into()]
        .into_iter()
        .chain(shortcuts)
        .chain([
            Item::new("Settings…", Action::Show(View::Settings)).into(),
            Item::new(quit, Action::Quit).into(),
        ])
        .collect()
}

/// The keys of an action, where they work.
fn keys(snapshot: &Snapshot, action: &Action) -> Option<String> {
    let spelled = action.to_string();
    snapshot
        .shortcuts
        .iter()
        .find(|shortcut| shortcut.action == spelled && shortcut.state == ShortcutState::Registered)
        .map(|shortcut| shortcut.keys.clone())
}

/// What an operation does, in one line.
pub(crate) fn operation_line(operation: &Operation) -> String {
    work::line(operation)
}

/// The longest line that is not a name: menus are as wide as their widest line.
const LINE_MAX: usize = 72;

/// Text without its backticks and end, as a menu has room for.
fn shorten(text: &str) -> String {
    let text = text.replace('`', "");
    if text.chars().count() <= LINE_MAX {
        return text;
    }
    let head: String = text.chars().take(LINE_MAX - 1).collect();
    format!("{}…", head.trim_end())
}
