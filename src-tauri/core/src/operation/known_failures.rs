//! What k3s's last log lines mean, where users meet the same failure again and again.
//!
//! The patterns are parts of messages that k3s, its kubelet and its containerd print; a message that
//! changes costs its hint and nothing else.

/// A part of a log line, and the one thing to do about it.
const KNOWN: [(&str, &str); 11] = [
    (
        "failed to find memory cgroup",
        "The kernel's memory cgroup is off: boot with `cgroup_enable=memory cgroup_memory=1`.",
    ),
    (
        "failed to find cpuset cgroup",
        "The engine does not hand on every cgroup controller: without root it needs `Delegate=cpu cpuset io memory pids` in its systemd unit.",
    ),
    (
        "cgroup v1",
        "This Kubernetes refuses hosts with cgroup v1: use a k3s version before 1.35, or boot the host with cgroup v2.",
    ),
    (
        "too many open files",
        "Raise the host's limits: `sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`.",
    ),
    (
        "no space left on device",
        "The engine's disk is full: `docker system df` shows by what.",
    ),
    (
        "overlayfs\" snapshotter cannot be enabled",
        "The engine's storage does not carry overlay file systems: add the argument `--snapshotter=native`.",
    ),
    (
        "/dev/kmsg",
        "The engine runs without root: add the argument `--kubelet-arg=feature-gates=KubeletInUserNamespace=true`.",
    ),
    (
        "exec format error",
        "The image is made for another processor: choose one for this machine.",
    ),
    (
        "duplicate hostname",
        "A node of that name is still known to the cluster: delete its Node object first.",
    ),
    (
        "flag provided but not defined",
        "An argument is unknown to this k3s version: correct or remove it.",
    ),
    (
        "unknown flag",
        "An argument is unknown to this k3s version: correct or remove it.",
    ),
];

/// The hint for the newest line that says something known.
pub(super) fn hint(log: &[String]) -> Option<String> {
    log.iter()
        .rev()
        .find_map(|line| KNOWN.iter().find(|(part, _)| line.contains(part)))
        .map(|(_, hint)| (*hint).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_known_line_gives_the_hint() {
        let log = [
            "level=info msg=\"Starting k3s\"",
            "level=fatal msg=\"failed to find memory cgroup (v2)\"",
            "exit status 1",
        ]
        .map(str::to_owned);
        assert_eq!(
            hint(&log).as_deref(),
            Some(
                "The kernel's memory cgroup is off: boot with `cgroup_enable=memory cgroup_memory=1`."
            )
        );
        assert_eq!(hint(&["all is well".to_owned()]), None);
    }
}
