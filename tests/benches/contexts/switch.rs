//! The command lines: from the start of a program that switches to its end.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use k3tray_tests::Sandbox;

use crate::{contexts, median};

/// Who switches.
#[derive(Clone, Copy)]
enum Subject {
    K3tray,
    Kubectl,
    Kubectx,
}

impl Subject {
    const ALL: [(Self, &str); 3] = [
        (Self::K3tray, "k3tray use"),
        (Self::Kubectl, "kubectl"),
        (Self::Kubectx, "kubectx"),
    ];

    fn switch(self, sandbox: &Sandbox, context: &str) -> Command {
        match self {
            Self::K3tray => sandbox.k3tray(["use", context]),
            Self::Kubectl => sandbox.kubectl(["config", "use-context", context]),
            Self::Kubectx => {
                let mut command = sandbox.command("kubectx");
                command.arg(context);
                command
            }
        }
    }
}

/// Whether a program of that name is on PATH.
fn is_there(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Everyone in turn, lap by lap, each to a context that is not their current one.
pub(crate) async fn measure(count: usize, laps: usize) {
    let there = |name: &str| name != "kubectx" || is_there(name);
    let subjects = Subject::ALL.into_iter().filter(|(_, name)| there(name));
    let mut corners = Vec::new();
    for (subject, name) in subjects {
        let sandbox = Sandbox::new("benchuse").await;
        contexts::write(&sandbox.kubeconfig(), count);
        corners.push((subject, name, sandbox, Vec::new()));
    }
    for lap in 0..=laps {
        let target = contexts::name((lap * 7 + 3) % count);
        for (subject, _, sandbox, times) in &mut corners {
            let taken = timed(subject.switch(sandbox, &target));
            // The first lap warms up: programs and files come into memory.
            if lap > 0 {
                times.push(taken);
            }
        }
    }
    let ours = median(corners[0].3.clone());
    print!("  {count:>5} contexts  ");
    for (_, name, _, times) in corners {
        let taken = median(times);
        print!("  {name} {taken:.0} ({:.2}×)", taken / ours);
    }
    println!();
}

fn timed(mut command: Command) -> Duration {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status().unwrap();
    let taken = began.elapsed();
    assert!(status.success(), "{command:?}");
    taken
}
