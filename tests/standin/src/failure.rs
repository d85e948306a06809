//! The failures a test can ask a node for, by `STANDIN_FAIL` in its environment. Nothing fails unasked.

use std::str::FromStr;
use std::time::Duration;

/// What goes wrong on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// `never-ready`: the API answers, the node stays `Ready=False`.
    NeverReady,
    /// `crash-at-start`: the kubelet's cgroup failure as k3s reports it, then exit code 1.
    CrashAtStart,
    /// `no-kubeconfig`: all is well but no kubeconfig is written.
    NoKubeconfig,
    /// `slow-start=<milliseconds>`: nothing happens for that long.
    SlowStart(Duration),
}

impl FromStr for Failure {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "never-ready" => Ok(Self::NeverReady),
            "crash-at-start" => Ok(Self::CrashAtStart),
            "no-kubeconfig" => Ok(Self::NoKubeconfig),
            _ => {
                let milliseconds = text.strip_prefix("slow-start=").ok_or(())?;
                Ok(Self::SlowStart(Duration::from_millis(
                    milliseconds.parse().map_err(|_| ())?,
                )))
            }
        }
    }
}

/// What k3s prints last where the kubelet finds no usable cgroups.
pub(crate) const CRASH: &str = "kubelet exited: failed to run Kubelet: failed to create kubelet: misconfiguration: kubelet cgroup driver: \
     failed to find cpuset cgroup (v2)";
