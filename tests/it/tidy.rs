//! The architecture, as tests: what must hold of the source text itself.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every file that git tracks below `folder` with one of the endings, and its text.
fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args([
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            folder,
        ])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    assert!(
        listed.status.success(),
        "git could not list the files of {folder}"
    );
    let files: Vec<_> = String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter(|path| root().join(path).is_file())
        .map(|path| {
            (
                path.to_owned(),
                fs::read_to_string(root().join(path)).unwrap(),
            )
        })
        .collect();
    assert!(
        !files.is_empty(),
        "no {endings:?} below {folder}: this test would check nothing"
    );
    files
}

/// The text without its tests, which may spell things out.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn assert_none(offences: &[String], rule: &str) {
    assert!(offences.is_empty(), "{rule}:\n  {}", offences.join("\n  "));
}

#[test]
fn the_core_and_the_command_line_know_no_window_library() {
    for package in ["k3tray-core", "k3tray"] {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--locked",
                "-p",
                package,
                "-e",
                "normal,build",
                "--prefix",
                "none",
            ])
            .args(["--format", "{p}"])
            .current_dir(root())
            .output()
            .expect("cargo tells the tree");
        assert!(
            tree.status.success(),
            "{}",
            String::from_utf8_lossy(&tree.stderr)
        );
        let tree = String::from_utf8(tree.stdout).unwrap();
        let found: Vec<String> = tree
            .lines()
            .filter(|line| {
                let name = line.split(' ').next().unwrap_or_default();
                ["tauri", "wry", "tao", "gtk", "webkit2gtk", "ksni", "muda"]
                    .iter()
                    .any(|library| name == *library || name.starts_with(&format!("{library}-")))
            })
            .map(str::to_owned)
            .collect();
        assert_none(
            &found,
            &format!("`{package}` must not depend on a window library"),
        );
    }
}

#[test]
fn every_module_says_what_it_is() {
    let offences: Vec<String> = sources(".", &[".rs"])
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert_none(&offences, "a module opens with `//!`");
}

#[test]
fn a_file_can_be_read_in_one_sitting() {
    // Tables of cases may be longer than the code they try.
    let is_code = |path: &str| {
        !path.ends_with("bindings.ts") && !path.contains("tests") && !path.contains(".test.")
    };
    let offences: Vec<String> = ["src-tauri", "ui/src"]
        .into_iter()
        .flat_map(|folder| sources(folder, &[".rs", ".ts", ".svelte"]))
        .filter(|(path, _)| is_code(path))
        .map(|(path, text)| (text.lines().count(), path))
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&offences, "a file has one idea and rarely over 400 lines");
}

#[test]
fn labels_are_spelled_in_one_place() {
    let offences: Vec<String> = sources("src-tauri", &[".rs"])
        .into_iter()
        .filter(|(path, _)| !path.ends_with("core/src/labels.rs") && !path.ends_with("tests.rs"))
        .filter(|(_, text)| {
            let code = without_tests(text);
            [
                "\"k3d.cluster",
                "\"k3d.role",
                "\"k3d.server",
                "\"k3d.version",
                "\"k3s.registry",
            ]
            .iter()
            .any(|label| code.contains(label))
        })
        .map(|(path, _)| path)
        .collect();
    assert_none(&offences, "labels are spelled in labels.rs alone");
}

#[test]
fn what_is_shown_is_computed_without_waiting() {
    let pure = [
        "menu",
        "icon",
        "notice",
        "inventory",
        "plan",
        "controller/reduce",
    ];
    let offences: Vec<String> = sources("src-tauri/core/src", &[".rs"])
        .into_iter()
        .filter(|(path, _)| {
            let module = path
                .trim_start_matches("src-tauri/core/src/")
                .trim_end_matches(".rs");
            pure.iter()
                .any(|name| module == *name || module.starts_with(&format!("{name}/")))
        })
        .filter(|(_, text)| {
            let code = without_tests(text);
            ["async fn", ".await", "tokio::"]
                .iter()
                .any(|word| code.contains(word))
        })
        .map(|(path, _)| path)
        .collect();
    assert_none(&offences, "pure modules are synchronous");
}

#[test]
fn the_environment_is_read_in_one_module_of_the_core() {
    let offences: Vec<String> = sources("src-tauri/core/src", &[".rs"])
        .into_iter()
        .filter(|(path, _)| !path.ends_with("/paths.rs") && !path.contains("/tests"))
        .filter(|(_, text)| {
            let code = without_tests(text);
            ["env::var", "env::vars", "home_dir("]
                .iter()
                .any(|word| code.contains(word))
        })
        .map(|(path, _)| path)
        .collect();
    assert_none(&offences, "only paths.rs reads the environment");
}

#[test]
fn one_file_of_the_window_talks_to_the_backend() {
    let importers: Vec<String> = sources("ui/src", &[".ts", ".svelte"])
        .into_iter()
        .filter(|(_, text)| text.contains("@tauri-apps/"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(importers, ["ui/src/lib/backend.ts"]);
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("unimple", "mented!"),
        concat!("to", "do!("),
    ];
    let offences: Vec<String> = sources(".", &[".rs", ".ts", ".svelte", ".sh", "Makefile"])
        .into_iter()
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark)))
        .map(|(path, _)| path)
        .collect();
    assert_none(&offences, "nothing is left for later");
}
