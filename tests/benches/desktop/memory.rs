//! Memory of a process and all that it started, as the kernel divides it: proportional set size, in
//! which a page that several processes share counts for each of them in part.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt, fs,
    time::{Duration, Instant},
};

pub(crate) const MEBIBYTE: u64 = 1024 * 1024;
/// How often it is looked at until it is settled.
const INTERVAL: Duration = Duration::from_millis(250);
/// Settled is what has changed by less than [`STILL`] over this many looks.
const LOOKS: usize = 20;
const STILL: u64 = MEBIBYTE / 2;
/// What changes for longer is taken as it is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes of each process of a family: its name and its share.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Vec<(String, u64)>);

impl Memory {
    /// What the process `id` and its descendants take now.
    fn of(id: u32) -> Self {
        let parents = parents();
        let belongs = |mut process: u32| {
            while process != id {
                match parents.get(&process) {
                    Some(parent) if *parent != 0 => process = *parent,
                    _ => return false,
                }
            }
            true
        };
        let family = parents.keys().copied().filter(|process| belongs(*process));
        // One that ends meanwhile takes nothing.
        Self(family.filter_map(share).collect())
    }

    /// All of it, in bytes.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().map(|(_, bytes)| bytes).sum()
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} MiB PSS", mebibytes(self.total()))?;
        if self.0.len() > 1 {
            let parts = self.0.iter();
            let parts: Vec<_> = parts
                .map(|(name, bytes)| format!("{name} {}", mebibytes(*bytes)))
                .collect();
            write!(f, " ({})", parts.join(", "))?;
        }
        Ok(())
    }
}

/// What a family takes once that does not change any more.
pub(crate) async fn settled(id: u32) -> Memory {
    let began = Instant::now();
    let mut looks = VecDeque::new();
    loop {
        let now = Memory::of(id);
        assert!(now.total() > 0, "process {id} is gone");
        looks.push_back(now.total());
        if looks.len() > LOOKS {
            looks.pop_front();
            let least = looks.iter().min().copied().unwrap_or_default();
            let most = looks.iter().max().copied().unwrap_or_default();
            if most - least < STILL || began.elapsed() > PATIENCE {
                return now;
            }
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

fn mebibytes(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    let mebibytes = bytes as f64 / MEBIBYTE as f64;
    format!("{mebibytes:.1}")
}

/// Every process and who started it.
fn parents() -> BTreeMap<u32, u32> {
    let processes = fs::read_dir("/proc").unwrap();
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(|process: u32| {
            let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // The name stands in brackets and may hold anything; the state and the parent follow it.
            let (_, rest) = status.rsplit_once(')')?;
            let parent = rest.split_whitespace().nth(1)?.parse().ok()?;
            Some((process, parent))
        })
        .collect()
}

/// A process's name and its proportional set size in bytes.
fn share(process: u32) -> Option<(String, u64)> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some((name.trim_end().to_owned(), kibibytes * 1024))
}
