//! A menu as a tree of lines, as it came over the bus.

use std::{collections::HashMap, fmt};

use zbus::zvariant::{OwnedValue, Structure, Value};

/// What stands before a line that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A box, and whether it is checked.
    Check(bool),
    /// One of several, and whether it is the one.
    Radio(bool),
}

/// A line of a menu; the menu itself is a line without a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, by which it is clicked. Numbers change when lines come and go.
    pub id: i32,
    /// What is read on it.
    pub label: String,
    /// Whether it can be clicked.
    pub enabled: bool,
    /// Whether it is a line between groups.
    pub separator: bool,
    /// Its mark.
    pub mark: Option<Mark>,
    /// Whether it has a picture.
    pub picture: bool,
    /// The keys it says do the same, such as `Control+Super+K`.
    pub keys: Option<String>,
    /// The menu it opens.
    pub lines: Vec<Line>,
}

/// As `GetLayout` tells a line: its number, its properties, and those below it.
pub(super) type Told = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Line {
    /// The line that a person would find under these names, one for each level: the line called so,
    /// else the first whose name begins so.
    pub fn find(&self, names: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = names.split_first() else {
            return Some(self);
        };
        let called = |line: &&Self| line.name() == *first;
        let begins = |line: &&Self| line.name().starts_with(first);
        let line = self.lines.iter().find(called);
        line.or_else(|| self.lines.iter().find(begins))?.find(rest)
    }

    /// Its label without marks before the first word, such as a tick.
    pub fn name(&self) -> &str {
        self.label
            .trim_start_matches(|c: char| !c.is_alphanumeric())
    }

    /// The one chosen among its radio lines.
    pub fn chosen(&self) -> Option<&str> {
        let chosen = |line: &&Self| line.mark == Some(Mark::Radio(true));
        self.lines
            .iter()
            .find(chosen)
            .map(|line| line.label.as_str())
    }

    pub(super) fn read((id, properties, below): Told) -> Option<Self> {
        let text = |name: &str| {
            let value = properties.get(name)?;
            value.downcast_ref::<&str>().ok()
        };
        let flag = |name: &str| {
            let value = properties.get(name)?;
            value.downcast_ref::<bool>().ok()
        };
        let on = properties
            .get("toggle-state")
            .and_then(|value| value.downcast_ref::<i32>().ok())
            == Some(1);
        let mark = match text("toggle-type") {
            Some("checkmark") => Some(Mark::Check(on)),
            Some("radio") => Some(Mark::Radio(on)),
            _ => None,
        };
        let lines: Option<Vec<Self>> = below
            .into_iter()
            .map(|line| Self::read(told(line)?))
            .collect();
        Some(Self {
            id,
            label: unescaped(text("label").unwrap_or_default()),
            // What a property's default says is not sent.
            enabled: flag("enabled").unwrap_or(true),
            separator: text("type") == Some("separator"),
            mark,
            picture: properties.contains_key("icon-data") || properties.contains_key("icon-name"),
            keys: properties.get("shortcut").and_then(keys),
            lines: lines?.into_iter().collect(),
        })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let mark = match self.mark {
            None => "",
            Some(Mark::Check(true)) => "[x] ",
            Some(Mark::Check(false)) => "[ ] ",
            Some(Mark::Radio(true)) => "(x) ",
            Some(Mark::Radio(false)) => "( ) ",
        };
        let label = if self.separator { "--" } else { &self.label };
        write!(f, "{:width$}{mark}{label}", "", width = 2 * depth)?;
        if let Some(keys) = &self.keys {
            write!(f, "  <{keys}>")?;
        }
        writeln!(f, "{}", if self.enabled { "" } else { "  (greyed)" })?;
        self.lines
            .iter()
            .try_for_each(|line| line.write(f, depth + 1))
    }
}

/// One line of text for each, as deep as it stands.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| line.write(f, 0))
    }
}

fn told(line: OwnedValue) -> Option<Told> {
    let line: Structure<'_> = match Value::from(line) {
        Value::Value(inner) => Structure::try_from(*inner).ok()?,
        line => Structure::try_from(line).ok()?,
    };
    let [id, properties, below] = <[Value<'_>; 3]>::try_from(line.into_fields()).ok()?;
    let Value::Array(below) = below else {
        return None;
    };
    let below: Result<Vec<OwnedValue>, _> = below.iter().map(Value::try_to_owned).collect();
    Some((
        id.downcast_ref().ok()?,
        HashMap::try_from(OwnedValue::try_from(properties).ok()?).ok()?,
        below.ok()?,
    ))
}

/// A single underscore marks the letter after it, two are one.
fn unescaped(label: &str) -> String {
    let mut letters = label.chars();
    let mut read = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '_' => read.extend(letters.next()),
            letter => read.push(letter),
        }
    }
    read
}

/// Of several combinations the first, its keys joined by `+`.
fn keys(value: &OwnedValue) -> Option<String> {
    let combinations: Vec<Vec<String>> = value.try_clone().ok()?.try_into().ok()?;
    combinations.first().map(|keys| keys.join("+"))
}
