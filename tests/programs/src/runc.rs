//! An OCI runtime in front of runc for hosts that may not grant every capability.
//!
//! Privileged containers, which k3s nodes are, ask for all capabilities; runc fails where the host's own bounding
//! set lacks one (`unable to apply caps: operation not permitted`), for a container as for an exec into it. This
//! program takes out of runc's input what the host cannot give and becomes runc. Linux only, and only for the rig's
//! private engine: a user's engine is never configured with it.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use caps::{CapSet, Capability};
use serde_json::Value;

/// Why runc was not reached.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("the host's capabilities cannot be read")]
    Capabilities(#[from] caps::errors::CapsError),
    #[error("`{path}` cannot be read or written")]
    File { path: PathBuf, source: io::Error },
    #[error("`{path}` is not an OCI document")]
    Json {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("runc cannot be started")]
    Runc(#[source] io::Error),
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let Err(error) = become_runc(&arguments);
    let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
    eprintln!("rig-runc: {error}{}", source.unwrap_or_default());
    ExitCode::FAILURE
}

fn become_runc(arguments: &[OsString]) -> Result<std::convert::Infallible, Error> {
    if let Some(path) = document(arguments) {
        let host = caps::read(None, CapSet::Bounding)?;
        edit(&path, |document| fit_to_host(document, &host))?;
    }
    Err(Error::Runc(Command::new("runc").args(arguments).exec()))
}

/// The file that says what process runc is to start, where this call starts one.
fn document(arguments: &[OsString]) -> Option<PathBuf> {
    let called = |verb: &str| arguments.iter().any(|argument| argument == verb);
    let value_of = |names: [&str; 2]| {
        let at = arguments
            .iter()
            .position(|argument| names.iter().any(|name| argument == name))?;
        arguments.get(at + 1)
    };
    if called("create") || called("run") {
        let bundle = value_of(["--bundle", "-b"]).map_or(Path::new("."), Path::new);
        Some(bundle.join("config.json"))
    } else if called("exec") {
        value_of(["--process", "-p"]).map(PathBuf::from)
    } else {
        None
    }
}

fn edit(path: &Path, change: impl FnOnce(&mut Value)) -> Result<(), Error> {
    let file = |source| Error::File {
        path: path.into(),
        source,
    };
    let json = |source| Error::Json {
        path: path.into(),
        source,
    };
    let mut document = serde_json::from_slice(&fs::read(path).map_err(file)?).map_err(json)?;
    change(&mut document);
    fs::write(path, serde_json::to_vec(&document).map_err(json)?).map_err(file)
}

/// Takes out of a container's `config.json`, or of an exec's bare process document, what `host` cannot grant.
///
/// Limits and the out-of-memory score go with `CAP_SYS_RESOURCE`: without it the kernel refuses to raise the ones
/// and to lower the other.
fn fit_to_host(document: &mut Value, host: &HashSet<Capability>) {
    let process = match document.get_mut("process") {
        Some(process) => process,
        None => document,
    };
    let granted: HashSet<String> = host.iter().map(ToString::to_string).collect();
    if let Some(sets) = process
        .get_mut("capabilities")
        .and_then(Value::as_object_mut)
    {
        for set in sets.values_mut().filter_map(Value::as_array_mut) {
            set.retain(|name| name.as_str().is_some_and(|name| granted.contains(name)));
        }
    }
    if !host.contains(&Capability::CAP_SYS_RESOURCE)
        && let Some(process) = process.as_object_mut()
    {
        process.remove("oomScoreAdj");
        process.remove("rlimits");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn arguments(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn only_calls_that_start_a_process_are_edited() {
        let path = |line| document(&arguments(line)).map(|path| path.display().to_string());
        assert_eq!(
            path("--root /r create --bundle /b --pid-file p c1").as_deref(),
            Some("/b/config.json")
        );
        assert_eq!(path("run -b /b c1").as_deref(), Some("/b/config.json"));
        assert_eq!(
            path("--log l exec --process /tmp/p.json c1").as_deref(),
            Some("/tmp/p.json")
        );
        assert_eq!(path("--root /r state c1"), None);
    }

    #[test]
    fn what_the_host_lacks_is_taken_out_and_nothing_else() {
        let host = HashSet::from([Capability::CAP_CHOWN, Capability::CAP_SYS_ADMIN]);
        let process = |caps: Value| {
            json!({
                "args": ["/bin/k3s", "server"],
                "capabilities": { "bounding": caps, "ambient": null },
            })
        };
        let mut asked = process(json!(["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_SYS_ADMIN"]));
        asked["oomScoreAdj"] = json!(-500);
        asked["rlimits"] =
            json!([{ "type": "RLIMIT_NOFILE", "hard": 1_048_576, "soft": 1_048_576 }]);
        let mut config = json!({ "ociVersion": "1.0.2", "process": asked.clone(), "root": { "path": "rootfs" } });

        fit_to_host(&mut asked, &host);
        fit_to_host(&mut config, &host);

        let fitting = process(json!(["CAP_CHOWN", "CAP_SYS_ADMIN"]));
        assert_eq!(asked, fitting);
        assert_eq!(
            config,
            json!({ "ociVersion": "1.0.2", "process": fitting, "root": { "path": "rootfs" } })
        );
    }

    #[test]
    fn a_host_that_grants_everything_changes_nothing() {
        let asked = json!({ "process": {
            "capabilities": { "bounding": ["CAP_SYS_RESOURCE"] }, "oomScoreAdj": -500, "rlimits": [],
        }});
        let mut document = asked.clone();
        fit_to_host(&mut document, &caps::all());
        assert_eq!(document, asked);
    }
}
