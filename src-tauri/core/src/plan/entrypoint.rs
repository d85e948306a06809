//! The script that a node's container starts with, in place of k3d's.
//!
//! k3d's drains the node when it is stopped, which takes longer than Docker waits, kills k3s and
//! deletes every bare pod. Ours prepares the container and then *becomes* k3s, so that the stop signal
//! reaches k3s itself. It has a path of its own: k3d rewrites its own scripts whenever it starts a node.

use super::File;

/// Where the script lies in a node.
pub const ENTRYPOINT_PATH: &str = "/bin/k3tray-entrypoint.sh";

/// Each part may fail without keeping k3s from starting: a cluster without it is better than none.
const SCRIPT: &str = r#"#!/bin/sh
# Made by k3tray: prepares this container to be a Kubernetes node, then becomes k3s.

note() { echo "k3tray: $*" >&2; }

# Volumes of pods are mounted by one process and used by another.
mount --make-rshared / 2>/dev/null || note "mounts stay private"

# With cgroup v2 only a group without processes can hand controllers on. A path other than `/` means
# that this is the host's own hierarchy, which is left alone.
if [ -f /sys/fs/cgroup/cgroup.controllers ] && [ "$(cat /proc/self/cgroup)" = "0::/" ]; then
  mkdir -p /sys/fs/cgroup/init
  for process in $(cat /sys/fs/cgroup/cgroup.procs); do
    echo "$process" > /sys/fs/cgroup/init/cgroup.procs 2>/dev/null
  done
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || note "no cgroup controller $controller"
  done
fi

# Docker's name server listens on loopback, where no pod reaches it: let the gateway's address lead to it.
gateway="@GATEWAY@"
before=$(iptables-save -t nat 2>/dev/null)
if [ -n "$gateway" ] && echo "$before" | grep -q 127.0.0.11; then
  cp /etc/resolv.conf /etc/resolv.conf.docker
  echo "$before" | sed \
    -e "s|-d 127\.0\.0\.11\(/32\)\{0,1\} |-d $gateway |" \
    -e "s|--to-source :53|--to-source $gateway:53|" \
    -e 's|^-A OUTPUT \(.*\) -j DOCKER_OUTPUT$|&\n-A PREROUTING \1 -j DOCKER_OUTPUT|' \
    | iptables-restore && sed "s|127\.0\.0\.11|$gateway|" /etc/resolv.conf.docker > /etc/resolv.conf
  if ! nslookup "$(hostname)" "$gateway" >/dev/null 2>&1; then
    note "names are not resolved through the gateway; pods use a name server of their own"
    echo "$before" | iptables-restore
    cat /etc/resolv.conf.docker > /etc/resolv.conf
  fi
fi

exec /bin/k3s "$@"
"#;

/// The script for a node on a network whose host has the address `gateway`.
pub(super) fn file(gateway: &str) -> File {
    File {
        path: ENTRYPOINT_PATH,
        mode: 0o755,
        content: SCRIPT.replace("@GATEWAY@", gateway),
    }
}
