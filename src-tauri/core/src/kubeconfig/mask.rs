//! Hides what is secret in a kubeconfig's text, line by line, so that the rest may be shown.
//!
//! What stands in a user's entry is hidden unless it is known to be harmless; elsewhere what a key
//! or a value gives away as a secret is. A text that cannot be read shows its keys only. The mask
//! says nothing of what it hides, not even its length.

use std::ops::Range;

use super::{
    list::without_credentials,
    tree::{Kind, NodeId, Tree},
};

/// What stands in place of a secret.
const MASK: &str = "••••••";

/// Parts of keys whose values are secret wherever they stand.
const SECRET_KEYS: [&str; 8] = [
    "token",
    "pass",
    "pwd",
    "secret",
    "credential",
    "private",
    "-data",
    "apikey",
];

/// What may be shown of a user's entry; paths and names.
const OPEN_USER_KEYS: [&str; 9] = [
    "client-certificate",
    "client-key",
    "tokenFile",
    "username",
    "as",
    "as-uid",
    "as-groups",
    "extensions",
    "name",
];

/// What may be shown of an exec plugin.
const OPEN_EXEC_KEYS: [&str; 5] = [
    "apiVersion",
    "command",
    "installHint",
    "interactiveMode",
    "provideClusterInfo",
];

/// Flags of credential plugins whose values say where a cluster is, not how one gets in.
const OPEN_FLAGS: [&str; 16] = [
    "region",
    "cluster",
    "cluster-name",
    "cluster-id",
    "profile",
    "context",
    "zone",
    "location",
    "project",
    "environment",
    "server-id",
    "login",
    "output",
    "format",
    "version",
    "api-version",
];

/// Subcommands of credential plugins.
const OPEN_WORDS: [&str; 22] = [
    "aks",
    "auth",
    "aws",
    "ce",
    "cluster",
    "clusters",
    "config",
    "container",
    "credential",
    "eks",
    "exec-credential",
    "generate-token",
    "get",
    "get-credentials",
    "get-token",
    "kubeconfig",
    "kubelogin",
    "kubernetes",
    "login",
    "oidc-login",
    "print-access-token",
    "token",
];

/// The lines of a text without their line breaks, and without what is secret.
pub(super) fn lines(text: &str) -> Vec<String> {
    let Ok(tree) = Tree::parse(text) else {
        return text.split_inclusive('\n').map(keys_only).collect();
    };
    let mut search = Search {
        text,
        tree: &tree,
        hidden: Vec::new(),
    };
    let mut end = 0;
    if let Some(root) = tree.root() {
        search.root(root);
        end = tree.node(root).end;
    }
    let mut hidden = search.hidden;
    hidden.sort_by_key(|range| range.start);
    let mut out = Vec::new();
    let mut start = 0;
    let mut next = hidden.iter().peekable();
    for line in text.split_inclusive('\n') {
        let span = start..start + line.len();
        start = span.end;
        let bare = line.trim_end_matches(['\r', '\n']);
        if span.start > end && !bare.trim_start().starts_with('#') {
            // Another document, of which nothing is known.
            out.push(keys_only(line));
            continue;
        }
        let mut shown = String::new();
        let mut at = 0;
        while let Some(range) = next.peek() {
            if range.start >= span.end {
                break;
            }
            let from = range
                .start
                .saturating_sub(span.start)
                .max(at)
                .min(bare.len());
            let to = range.end.saturating_sub(span.start).min(bare.len());
            shown.push_str(&bare[at..from]);
            let covered = &bare[from..to.max(from)];
            let body = covered.trim_start();
            shown.push_str(&covered[..covered.len() - body.len()]);
            if !body.is_empty() {
                shown.push_str(MASK);
            }
            at = to.max(from);
            if range.end > span.end {
                break;
            }
            next.next();
        }
        shown.push_str(&bare[at..]);
        out.push(comment(&shown));
    }
    out
}

/// Whether a value gives itself away: a JWT, PEM, or many letters that no one types.
pub(super) fn looks_secret(text: &str) -> bool {
    const LONG: usize = 32;
    let text = text.trim();
    let dense = text.chars().filter(|c| !c.is_whitespace());
    let all = |test: fn(char) -> bool| dense.clone().all(test);
    let any = |test: fn(char) -> bool| dense.clone().any(test);
    let base64 = all(|c| c.is_ascii_alphanumeric() || "+/=_-".contains(c));
    text.starts_with("-----BEGIN")
        || text.starts_with("eyJ") && text.contains('.')
        || text.len() >= LONG
            && base64
            && any(|c| c.is_ascii_lowercase())
            && any(|c| c.is_ascii_uppercase())
            && any(|c| c.is_ascii_digit())
        || text.len() >= LONG && all(|c| c.is_ascii_hexdigit())
}

fn is_secret_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase().replace('_', "-");
    SECRET_KEYS.iter().any(|part| key.contains(part)) || key.ends_with("api-key")
}

/// Finds the bytes to hide.
struct Search<'a> {
    text: &'a str,
    tree: &'a Tree,
    hidden: Vec<Range<usize>>,
}

impl Search<'_> {
    fn root(&mut self, root: NodeId) {
        let Some(pairs) = self.tree.pairs(root) else {
            return self.anywhere(root);
        };
        for &(key, value) in pairs {
            if self.tree.text(key) == Some("users") && self.tree.items(value).is_some() {
                for &item in self.tree.items(value).unwrap_or_default() {
                    self.user_item(item);
                }
            } else {
                self.pair(key, value);
            }
        }
    }

    fn user_item(&mut self, item: NodeId) {
        let Some(pairs) = self.tree.pairs(item) else {
            return self.everything(item);
        };
        for &(key, value) in pairs {
            match self.tree.text(key) {
                Some("name") => {}
                Some("user") => self.user(value),
                _ => self.pair(key, value),
            }
        }
    }

    fn user(&mut self, user: NodeId) {
        let Some(pairs) = self.tree.pairs(user) else {
            return self.everything(user);
        };
        for &(key, value) in pairs {
            match self.tree.text(key) {
                Some("exec") => self.exec(value),
                Some("auth-provider") => self.only(value, &["name"]),
                Some(key) if OPEN_USER_KEYS.contains(&key) => self.anywhere(value),
                _ => self.everything(value),
            }
        }
    }

    fn exec(&mut self, exec: NodeId) {
        let Some(pairs) = self.tree.pairs(exec) else {
            return self.everything(exec);
        };
        for &(key, value) in pairs {
            match self.tree.text(key) {
                Some("args") => self.arguments(value),
                Some("env") => match self.tree.items(value) {
                    Some(items) => {
                        for &item in items {
                            self.only(item, &["name"]);
                        }
                    }
                    None => self.everything(value),
                },
                Some(key) if OPEN_EXEC_KEYS.contains(&key) => self.anywhere(value),
                _ => self.everything(value),
            }
        }
    }

    /// A command line may carry a secret anywhere: shown are the names of flags, and what is known
    /// to be harmless.
    fn arguments(&mut self, arguments: NodeId) {
        let Some(items) = self.tree.items(arguments) else {
            return self.everything(arguments);
        };
        let mut flag = None;
        for &argument in items {
            let text = self.tree.text(argument).unwrap_or_default();
            let before = flag.take();
            let (name, value) = text
                .split_once('=')
                .map_or((text, None), |(name, value)| (name, Some(value)));
            match (flag_name(name), value) {
                (Some(name), Some(value)) => {
                    if !OPEN_FLAGS.contains(&name) || looks_secret(value) {
                        self.hide_value(argument);
                    }
                }
                (Some(name), None) => flag = Some(name),
                (None, _) => {
                    let is_open = match before {
                        Some(flag) if OPEN_FLAGS.contains(&flag) => !looks_secret(text),
                        Some(flag) if is_secret_key(flag) => false,
                        _ => OPEN_WORDS.contains(&text),
                    };
                    if !is_open {
                        self.hide(argument);
                    }
                }
            }
        }
    }

    /// What stands behind the `=` of an argument; all of it where that is not to be found.
    fn hide_value(&mut self, argument: NodeId) {
        let node = self.tree.node(argument);
        match self.text[node.start..node.end].find('=') {
            Some(at) => self.hidden.push(node.start + at + 1..node.end),
            None => self.hide(argument),
        }
    }

    fn only(&mut self, map: NodeId, open: &[&str]) {
        let Some(pairs) = self.tree.pairs(map) else {
            return self.everything(map);
        };
        for &(key, value) in pairs {
            if !self.tree.text(key).is_some_and(|key| open.contains(&key)) {
                self.everything(value);
            }
        }
    }

    /// A pair outside of a user's entry.
    fn pair(&mut self, key: NodeId, value: NodeId) {
        if self.tree.text(key).is_some_and(is_secret_key) {
            self.everything(value);
        } else {
            self.anywhere(value);
        }
    }

    /// A value outside of a user's entry.
    fn anywhere(&mut self, id: NodeId) {
        match &self.tree.node(id).kind {
            Kind::Alias(_) => {}
            Kind::Scalar { text, .. } => {
                if looks_secret(text) || without_credentials(text) != *text {
                    self.hide(id);
                }
            }
            Kind::Sequence { items, .. } => {
                for &item in items {
                    self.anywhere(item);
                }
            }
            Kind::Mapping { pairs, .. } => {
                for &(key, value) in pairs {
                    self.pair(key, value);
                }
            }
        }
    }

    /// Every scalar below, and those that an alias stands for.
    fn everything(&mut self, id: NodeId) {
        match &self.tree.node(id).kind {
            Kind::Alias(target) => self.everything(*target),
            Kind::Scalar { .. } => {
                if !self.tree.is_null(id) {
                    self.hide(id);
                }
            }
            Kind::Sequence { items, .. } => {
                for &item in items {
                    self.everything(item);
                }
            }
            Kind::Mapping { pairs, .. } => {
                for &(_, value) in pairs {
                    self.everything(value);
                }
            }
        }
    }

    fn hide(&mut self, id: NodeId) {
        let node = self.tree.node(id);
        if !self.text[node.start..node.end].trim().is_empty() {
            self.hidden.push(node.start..node.end);
        }
    }
}

/// The name of a flag. One dash before several letters may be a short flag and its value.
fn flag_name(text: &str) -> Option<&str> {
    let (name, is_long) = match text.strip_prefix("--") {
        Some(name) => (name, true),
        None => (text.strip_prefix('-')?, false),
    };
    let is_name = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let is_flag = is_long || name.len() == 1 || OPEN_FLAGS.contains(&name);
    (is_name && is_flag && !looks_secret(name)).then_some(name)
}

/// What is written behind a `#` may be an entry that was taken out of use.
fn comment(line: &str) -> String {
    let Some(at) = line.find('#') else {
        return line.to_owned();
    };
    let (before, comment) = line.split_at(at);
    let pair = comment.split_once([':', '=']);
    if let Some((key, value)) = pair
        && is_secret_key(key)
        && !value.trim().is_empty()
    {
        return format!("{before}{key}: {MASK}");
    }
    let words = comment.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end();
        if looks_secret(bare.trim_matches(['"', '\'', ','])) {
            format!("{MASK}{}", &word[bare.len()..])
        } else {
            word.to_owned()
        }
    });
    before.to_owned() + &words.collect::<String>()
}

/// What is left of a line of which nothing is known.
fn keys_only(line: &str) -> String {
    let line = line.trim_end_matches(['\r', '\n']);
    let body = line.trim_start();
    let indent = &line[..line.len() - body.len()];
    let key = body.split_once(':').map(|(key, value)| (key, value.trim()));
    match key {
        _ if body.is_empty() || body == "---" => line.to_owned(),
        Some((key, "")) if is_name(key) => line.to_owned(),
        Some((key, _)) if is_name(key) => format!("{indent}{key}: {MASK}"),
        _ => format!("{indent}{MASK}"),
    }
}

fn is_name(key: &str) -> bool {
    let key = key.trim_start_matches("- ").trim();
    !looks_secret(key)
        && !key.is_empty()
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
