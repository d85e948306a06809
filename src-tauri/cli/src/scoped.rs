//! `shell` and `env`: one context for one terminal, whatever the current context is elsewhere.

use std::{path::PathBuf, process::Command};

use k3tray_core::{context::ContextName, kubeconfig::Owner};

use crate::{
    options::{Format, Scope},
    output::{Failure, print_json},
    workshop,
};

/// Starts the user's shell, in which `kubectl` knows this context alone. Ends with the shell's own code.
pub(crate) async fn shell(scope: Scope, format: Format) -> Result<(), Failure> {
    // On Unix the shell takes this process over, number and all.
    let (context, file) = write(&scope, std::process::id(), format).await?;
    let mut shell = Command::new(program());
    shell
        .env("KUBECONFIG", &file)
        .env("K3TRAY_CONTEXT", context.as_str());
    eprintln!("`kubectl` knows `{context}` alone in this shell; `exit` leaves it");
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        let error = shell.exec();
        Err(not_started(&shell, &error))
    }
    #[cfg(not(unix))]
    {
        let status = shell
            .status()
            .map_err(|error| not_started(&shell, &error))?;
        std::process::exit(status.code().unwrap_or(1));
    }
}

/// Prints the line that does the same for the shell that evaluates it.
pub(crate) async fn env(scope: Scope, format: Format) -> Result<(), Failure> {
    let (_, file) = write(&scope, caller(), format).await?;
    match format {
        Format::Json => print_json(&serde_json::json!({ "KUBECONFIG": file })),
        Format::Text => println!("export KUBECONFIG={}", quoted(&file.to_string_lossy())),
    }
    Ok(())
}

async fn write(scope: &Scope, pid: u32, format: Format) -> Result<(ContextName, PathBuf), Failure> {
    let kubeconfig = workshop::kubeconfig(format)?;
    let context = kubeconfig
        .view()
        .await
        .meant(&scope.context)
        .unwrap_or_else(|| ContextName::new(&scope.context));
    let folder = workshop::paths(format)?.scoped_kubeconfigs();
    let file = kubeconfig
        .write_scoped(
            &context,
            scope.namespace.as_deref(),
            &folder,
            Owner::process(pid),
        )
        .await
        .map_err(|error| {
            let what = format!("Could not write a kubeconfig of `{context}` alone");
            Failure::new(what, &error, format)
        })?;
    Ok((context, file))
}

fn not_started(shell: &Command, error: &std::io::Error) -> Failure {
    eprintln!(
        "Could not start `{}`: {error}\nhint: Set `SHELL` to the shell you want.",
        shell.get_program().to_string_lossy()
    );
    Failure::Usage
}

fn program() -> std::ffi::OsString {
    let (variable, usual) = if cfg!(windows) {
        ("COMSPEC", "cmd.exe")
    } else {
        ("SHELL", "/bin/sh")
    };
    std::env::var_os(variable)
        .filter(|shell| !shell.is_empty())
        .unwrap_or_else(|| usual.into())
}

/// Whose environment the line is for.
#[cfg(unix)]
fn caller() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn caller() -> u32 {
    std::process::id()
}

/// A word of a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_the_shell_whatever_is_in_it() {
        assert_eq!(quoted("/home/me/a b"), "'/home/me/a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
