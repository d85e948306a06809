//! The menu value as `ksni` wants it. Nothing is decided here, and no action is translated: a line
//! carries its own.

use k3tray_core::{
    action::Action,
    menu::{Dot, Entry, Item, Menu, Submenu},
};
use ksni::{
    MenuItem,
    menu::{CheckmarkItem, RadioGroup, RadioItem, StandardItem, SubMenu},
};

/// Whoever hears the clicks.
pub(super) trait Speak: 'static {
    /// Asks for what was clicked.
    fn speak(&mut self, action: Action);
}

/// The whole menu.
pub(super) fn of<T: Speak>(menu: &Menu) -> Vec<MenuItem<T>> {
    menu.entries.iter().map(entry).collect()
}

fn entry<T: Speak>(entry: &Entry) -> MenuItem<T> {
    match entry {
        Entry::Separator => MenuItem::Separator,
        Entry::Item(line) => item(line),
        Entry::Submenu(Submenu {
            label,
            dot,
            entries,
        }) => SubMenu {
            label: escape(label),
            icon_data: drawing(*dot),
            submenu: entries.iter().map(self::entry).collect(),
            ..SubMenu::default()
        }
        .into(),
        Entry::Radio { selected, options } => {
            let actions: Vec<Option<Action>> =
                options.iter().map(|option| option.action.clone()).collect();
            RadioGroup {
                // No option has this number: none is chosen.
                selected: selected.unwrap_or(usize::MAX),
                select: Box::new(move |tray: &mut T, index| {
                    if let Some(Some(action)) = actions.get(index) {
                        tray.speak(action.clone());
                    }
                }),
                options: options
                    .iter()
                    .map(|option| RadioItem {
                        label: escape(&option.label),
                        enabled: option.action.is_some(),
                        icon_data: drawing(option.dot),
                        shortcut: keys(option.shortcut.as_deref()),
                        ..RadioItem::default()
                    })
                    .collect(),
            }
            .into()
        }
    }
}

fn item<T: Speak>(line: &Item) -> MenuItem<T> {
    let action = line.action.clone();
    let activate = Box::new(move |tray: &mut T| {
        if let Some(action) = &action {
            tray.speak(action.clone());
        }
    });
    let label = escape(&line.label);
    let enabled = line.action.is_some();
    let icon_data = drawing(line.dot);
    let shortcut = keys(line.shortcut.as_deref());
    match line.checked {
        Some(checked) => CheckmarkItem {
            label,
            enabled,
            checked,
            icon_data,
            shortcut,
            activate,
            ..CheckmarkItem::default()
        }
        .into(),
        None => StandardItem {
            label,
            enabled,
            icon_data,
            shortcut,
            activate,
            ..StandardItem::default()
        }
        .into(),
    }
}

/// A single underscore would underline the letter after it.
fn escape(label: &str) -> String {
    label.replace('_', "__")
}

/// `Ctrl+Super+K` as the menu protocol spells it: one key press with its modifiers.
fn keys(shortcut: Option<&str>) -> Vec<Vec<String>> {
    shortcut
        .map(|text| {
            text.split('+')
                .map(|key| if key == "Ctrl" { "Control" } else { key }.to_owned())
                .collect()
        })
        .into_iter()
        .collect()
}

/// Twice the size of a menu icon: hosts scale it down, and need not scale it up on fine screens.
fn drawing(dot: Option<Dot>) -> Vec<u8> {
    let png: &[u8] = match dot {
        None => &[],
        Some(Dot::Ready) => include_bytes!("../../../../icons/menu/ready@2x.png"),
        Some(Dot::Busy) => include_bytes!("../../../../icons/menu/busy@2x.png"),
        Some(Dot::Degraded) => include_bytes!("../../../../icons/menu/degraded@2x.png"),
        Some(Dot::Paused) => include_bytes!("../../../../icons/menu/paused@2x.png"),
        Some(Dot::Off) => include_bytes!("../../../../icons/menu/off@2x.png"),
    };
    png.to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use k3tray_core::{action::View, cluster::ClusterName, context::ContextName};

    use super::*;

    #[derive(Default)]
    struct Heard(Vec<Action>);

    impl Speak for Heard {
        fn speak(&mut self, action: Action) {
            self.0.push(action);
        }
    }

    fn line(label: &str, action: Option<Action>) -> Item {
        Item {
            label: label.into(),
            action,
            checked: None,
            dot: None,
            shortcut: None,
        }
    }

    fn sample() -> Menu {
        let stop = Action::Stop(ClusterName::observed("my_dev"));
        let use_it = |name: &str| Action::UseContext(ContextName::new(name));
        Menu {
            entries: vec![
                Entry::Submenu(Submenu {
                    label: "my_dev   1/1 ready".into(),
                    dot: Some(Dot::Ready),
                    entries: vec![
                        Entry::Item(Item {
                            checked: Some(true),
                            ..line("Use this context", Some(use_it("k3d-my_dev")))
                        }),
                        Entry::Item(line("Stop", Some(stop))),
                    ],
                }),
                Entry::Separator,
                Entry::Item(line("Docker is not running", None)),
                Entry::Item(Item {
                    shortcut: Some("Ctrl+Alt+Super+K".into()),
                    ..line("New cluster", Some(Action::Show(View::NewCluster)))
                }),
                Entry::Radio {
                    selected: Some(1),
                    options: vec![
                        line("a_b", Some(use_it("a_b"))),
                        line("eks:c", Some(use_it("eks:c"))),
                    ],
                },
            ],
        }
    }

    /// What a host shows of a line, in one.
    fn told(entry: &MenuItem<Heard>, depth: usize, out: &mut Vec<String>) {
        let mark = |icon: &[u8]| if icon.is_empty() { "" } else { " (dot)" };
        let gap = "  ".repeat(depth);
        match entry {
            MenuItem::Separator => out.push(format!("{gap}--")),
            MenuItem::Standard(item) => out.push(format!(
                "{gap}{}{} enabled={} {:?}",
                item.label,
                mark(&item.icon_data),
                item.enabled,
                item.shortcut
            )),
            MenuItem::Checkmark(item) => {
                out.push(format!("{gap}{} checked={}", item.label, item.checked));
            }
            MenuItem::SubMenu(item) => {
                out.push(format!("{gap}{}{} >", item.label, mark(&item.icon_data)));
                for entry in &item.submenu {
                    told(entry, depth + 1, out);
                }
            }
            MenuItem::RadioGroup(group) => {
                for (index, option) in group.options.iter().enumerate() {
                    let chosen = index == group.selected;
                    out.push(format!("{gap}{} chosen={chosen}", option.label));
                }
            }
        }
    }

    #[test]
    fn a_menu_keeps_its_lines_marks_and_keys_and_no_name_loses_an_underscore() {
        let mut lines = Vec::new();
        for entry in of::<Heard>(&sample()) {
            told(&entry, 0, &mut lines);
        }
        assert_eq!(
            lines,
            [
                "my__dev   1/1 ready (dot) >",
                "  Use this context checked=true",
                "  Stop enabled=true []",
                "--",
                "Docker is not running enabled=false []",
                r#"New cluster enabled=true [["Control", "Alt", "Super", "K"]]"#,
                "a__b chosen=false",
                "eks:c chosen=true",
            ]
        );
    }

    fn click_everything(entries: &[MenuItem<Heard>], heard: &mut Heard) {
        for entry in entries {
            match entry {
                MenuItem::Separator => {}
                MenuItem::Standard(item) => (item.activate)(heard),
                MenuItem::Checkmark(item) => (item.activate)(heard),
                MenuItem::SubMenu(item) => click_everything(&item.submenu, heard),
                MenuItem::RadioGroup(group) => {
                    for index in 0..=group.options.len() {
                        (group.select)(heard, index);
                    }
                }
            }
        }
    }

    #[test]
    fn a_click_speaks_the_action_of_its_own_line_and_a_line_to_read_speaks_none() {
        let mut heard = Heard::default();
        click_everything(&of(&sample()), &mut heard);
        let spoken: Vec<String> = heard.0.iter().map(Action::to_string).collect();
        assert_eq!(
            spoken,
            [
                "use-context:k3d-my_dev",
                "stop:my_dev",
                "new-cluster-form",
                "use-context:a_b",
                "use-context:eks:c",
            ]
        );
    }

    #[test]
    fn where_no_context_is_current_none_is_chosen() {
        let menu = Menu {
            entries: vec![Entry::Radio {
                selected: None,
                options: vec![line("a", None)],
            }],
        };
        let mut lines = Vec::new();
        told(&of::<Heard>(&menu)[0], 0, &mut lines);
        assert_eq!(lines, ["a chosen=false"]);
    }

    #[test]
    fn every_dot_has_its_own_drawing() {
        let dots = [Dot::Ready, Dot::Busy, Dot::Degraded, Dot::Paused, Dot::Off];
        let drawings: std::collections::HashSet<_> =
            dots.map(|dot| drawing(Some(dot))).into_iter().collect();
        assert_eq!(drawings.len(), dots.len());
        assert!(drawing(None).is_empty());
    }
}
