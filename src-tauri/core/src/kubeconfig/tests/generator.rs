//! Kubeconfigs as people and tools write them, in all the ways that YAML allows. kubectl reads
//! every one of them.

use proptest::{collection::vec, prelude::*, sample::select};

/// Spellings of names; `#` becomes a number, so that no two are equal.
const NAMES: [&str; 10] = [
    "prod-#",
    "'quoted #'",
    "\"double \\\"#\\\"\"",
    "\"0#23\"",
    "arn:aws:eks:eu-west-1:12345:cluster/c#",
    "gke_project_europe-west1-b_c#",
    "admin@cluster.local-#",
    "ünïcode-#",
    "k3d-foreign-#",
    "'no#'",
];

/// The inside of a cluster entry: flow, or lines to be indented.
const CLUSTERS: [&str; 5] = [
    "{server: 'https://c#.example.com:6443', insecure-skip-tls-verify: true}",
    "server: https://c#.example.com # behind the VPN\ncertificate-authority-data: TFMw",
    "\"server\": \"https://c#\"\nunknown-field:\n  deep: [1, {a: b}]\n  text: |\n    keep\n      this\n\n    too",
    "certificate-authority: ../ca.crt\nserver:   https://[::1]:8#\n# between\nproxy-url: socks5://proxy:1080",
    "server: https://c#\nextensions:\n- name: cluster_info\n  extension:\n    provider: minikube.sigs.k8s.io\n    last-update: Mon, 02 Jan 2006",
];

const CONTEXTS: [&str; 4] = [
    "{cluster: c#, user: u#}",
    "cluster: c#\nuser: u#",
    "cluster: 'c#'   # odd\nnamespace: \"shop-#\"\nuser: >-\n  u#",
    "user: u#\n\ncluster: c#\nextensions: [{name: x, extension: {a: 1}}]",
];

const USERS: [&str; 8] = [
    "{token: 'it''s # not a comment'}",
    "token: !!str t0ken-#",
    "exec:\n  apiVersion: client.authentication.k8s.io/v1beta1\n  command: aws\n  args:\n  - --region\n  - eu-west-1\n  - eks\n  env:\n    - name: AWS_PROFILE\n      value: p#\n  interactiveMode: IfAvailable\n  provideClusterInfo: false",
    "exec:\n  apiVersion: client.authentication.k8s.io/v1beta1\n  args: null\n  command: gke-gcloud-auth-plugin\n  env: null\n  installHint: |-\n    Install gke-gcloud-auth-plugin:\n\n      https://cloud.google.com/#plugin\n  provideClusterInfo: true",
    "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin,\n  args: [get-token, --server-id,\n    abc],  # azure\n  env: []}",
    "auth-provider:\n  name: oidc\n  config:\n    client-id: kubernetes\n    id-token: eyJh.b#.c-_\n    idp-issuer-url: \"https://issuer\"",
    "client-key-data: |\n  LS0t\n  LS0t\nclient-certificate-data: LS0t",
    "username: admin\npassword: \"p\\\"w: [#]\\t\"",
];

const NOTES: [&str; 6] = [
    "",
    "",
    "# at the margin: - name: fake",
    "  # a little in",
    "        # far in",
    "   ",
];

/// One item, before it has its place.
#[derive(Debug, Clone)]
struct Item {
    name: &'static str,
    body: &'static str,
    name_first: bool,
    dash: &'static str,
    note: &'static str,
}

#[derive(Debug, Clone)]
enum List {
    Missing,
    /// `null`, `[]`, or nothing.
    Empty(&'static str),
    Block {
        indent: usize,
        items: Vec<Item>,
    },
}

fn item(bodies: &'static [&'static str]) -> impl Strategy<Value = Item> {
    (
        select(&NAMES[..]),
        select(bodies),
        any::<bool>(),
        select(&["- ", "-   ", "-\n"][..]),
        select(&NOTES[..]),
    )
        .prop_map(|(name, body, name_first, dash, note)| Item {
            name,
            body,
            name_first,
            dash,
            note,
        })
}

fn list(bodies: &'static [&'static str]) -> impl Strategy<Value = List> {
    prop_oneof![
        1 => Just(List::Missing),
        1 => select(&[" []", " null", "", " ~ # none", " [ ]"][..]).prop_map(List::Empty),
        6 => (select(&[0_usize, 2, 4][..]), vec(item(bodies), 1..5))
            .prop_map(|(indent, items)| List::Block { indent, items }),
    ]
}

fn write_list(out: &mut Vec<String>, key: &str, inner: &str, list: &List) {
    let List::Block { indent, items } = list else {
        if let List::Empty(spelling) = list {
            out.push(format!("{key}:{spelling}"));
        }
        return;
    };
    out.push(format!("{key}: # list of {key}"));
    let pad = " ".repeat(*indent);
    for (number, item) in items.iter().enumerate() {
        let fill = |text: &str| text.replace('#', &number.to_string());
        // In comments and quotes a `#` stays what it is; only ` #` does not name anything.
        let body = item
            .body
            .replace(" # ", " \u{1} ")
            .replace("\n# ", "\n\u{1} ");
        let body = fill(&body).replace('\u{1}', "#");
        let width = if item.dash == "-\n" {
            3
        } else {
            item.dash.len()
        };
        let deep = " ".repeat(indent + width);
        let name = format!("name: {}", fill(item.name));
        let mut lines = Vec::new();
        if item.name_first {
            lines.push(name.clone());
        }
        if body.starts_with('{') {
            lines.push(format!("{inner}: {body}"));
        } else {
            lines.push(format!("{inner}:"));
            lines.extend(body.split('\n').map(|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("    {line}")
                }
            }));
        }
        if !item.name_first {
            lines.push(name);
        }
        for (position, line) in lines.iter().enumerate() {
            out.push(match position {
                _ if line.is_empty() => String::new(),
                0 if item.dash == "-\n" => format!("{pad}-\n{deep}{line}"),
                0 => format!("{pad}{}{line}", item.dash),
                _ => format!("{deep}{line}"),
            });
        }
        if !item.note.is_empty() {
            out.push(item.note.to_owned());
        }
    }
}

/// What stands before and after the mapping.
#[derive(Debug, Clone)]
struct Frame {
    newline: &'static str,
    start: &'static str,
    end: &'static str,
}

fn frame() -> impl Strategy<Value = Frame> {
    (
        select(&["\n", "\n", "\r\n"][..]),
        select(
            &[
                "",
                "",
                "\u{feff}",
                "---\n",
                "# my clusters\n\n",
                "%YAML 1.1\n---\n",
            ][..],
        ),
        select(
            &[
                "\n",
                "\n",
                "",
                "\n\n# the end\n",
                "\n...\n",
                "\n---\nsecond: document\n",
            ][..],
        ),
    )
        .prop_map(|(newline, start, end)| Frame {
            newline,
            start,
            end,
        })
}

/// A kubeconfig in block style, with every list in a style of its own.
fn block() -> impl Strategy<Value = String> {
    let order = Just(vec![0, 1, 2, 3, 4]).prop_shuffle();
    let current = select(
        &[
            "",
            "current-context:",
            "current-context: \"\"",
            "current-context: prod-0 # now",
            "current-context: 'quoted 0'",
            "# current-context: commented",
        ][..],
    );
    (
        frame(),
        order,
        list(&CLUSTERS),
        list(&CONTEXTS),
        list(&USERS),
        current,
    )
        .prop_map(|(frame, order, clusters, contexts, users, current)| {
            let mut lines = Vec::new();
            for part in order {
                match part {
                    0 => write_list(&mut lines, "clusters", "cluster", &clusters),
                    1 => write_list(&mut lines, "contexts", "context", &contexts),
                    2 => write_list(&mut lines, "users", "user", &users),
                    3 if !current.is_empty() => lines.push(current.to_owned()),
                    3 => {}
                    _ => lines.extend(
                        [
                            "apiVersion: v1",
                            "kind: Config",
                            "preferences: {}",
                            "x-unknown: &a [1, '2']",
                            "x-alias: *a",
                        ]
                        .map(str::to_owned),
                    ),
                }
            }
            format!("{}{}{}", frame.start, lines.join("\n"), frame.end).replace('\n', frame.newline)
        })
}

/// JSON, on one line or over many.
fn json() -> impl Strategy<Value = String> {
    let names = vec("[a-z\"\\\\ü ]{1,6}", 0..4);
    (names, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(names, pretty, lists, end)| {
        let mut document = serde_json::json!({"apiVersion": "v1", "kind": "Config"});
        for (list, inner, value) in [
            ("clusters", "cluster", serde_json::json!({"server": "https://[::1]"})),
            ("contexts", "context", serde_json::json!({"cluster": "a, b", "user": "}]"})),
            ("users", "user", serde_json::json!({"token": "\u{e9}\n"})),
        ] {
            let items: Vec<_> = names
                .iter()
                .enumerate()
                .map(|(number, name)| serde_json::json!({"name": format!("{name}{number}"), inner: value}))
                .collect();
            if lists || !items.is_empty() {
                document[list] = items.into();
            }
        }
        let text = if pretty {
            serde_json::to_string_pretty(&document)
        } else {
            serde_json::to_string(&document)
        };
        text.unwrap() + if end { "\n" } else { "" }
    })
}

/// Any kubeconfig.
pub(super) fn kubeconfig() -> impl Strategy<Value = String> {
    prop_oneof![5 => block(), 1 => json()]
}
