//! Names proposed for new clusters: two friendly words.

use rand::seq::IndexedRandom;

use crate::cluster::ClusterName;

const FIRST: [&str; 32] = [
    "amber", "brave", "bright", "calm", "clever", "cosy", "crisp", "eager", "fair", "fleet",
    "gentle", "glad", "green", "happy", "jolly", "keen", "kind", "light", "lively", "lucky",
    "mellow", "merry", "neat", "noble", "proud", "quick", "quiet", "sunny", "swift", "tidy",
    "warm", "wise",
];
const SECOND: [&str; 32] = [
    "alder", "badger", "beaver", "birch", "cedar", "comet", "crane", "dune", "falcon", "fern",
    "finch", "fjord", "fox", "harbor", "heron", "lark", "lynx", "maple", "marten", "meadow",
    "moose", "otter", "owl", "pebble", "pine", "puffin", "raven", "reef", "river", "robin",
    "spruce", "wren",
];

/// A name that is none of `taken`.
pub fn propose(taken: &[ClusterName]) -> ClusterName {
    let mut rng = rand::rng();
    let word = |words: &[&'static str], rng: &mut rand::rngs::ThreadRng| {
        *words.choose(rng).unwrap_or(&"k3s")
    };
    let pair =
        |rng: &mut rand::rngs::ThreadRng| format!("{}-{}", word(&FIRST, rng), word(&SECOND, rng));
    let first = pair(&mut rng);
    let numbered = (2..=taken.len() + 2).map(|number| format!("{first}-{number}"));
    let mut proposals = std::iter::once(first.clone())
        .chain((0..16).map(|_| pair(&mut rng)))
        .chain(numbered)
        .map(ClusterName::observed);
    proposals
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| ClusterName::observed(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposed_name_is_valid_and_never_taken() {
        let mut taken: Vec<ClusterName> = FIRST
            .iter()
            .flat_map(|a| {
                SECOND
                    .iter()
                    .map(move |b| ClusterName::observed(format!("{a}-{b}")))
            })
            .collect();
        for _ in 0..20 {
            let name = propose(&taken);
            assert_eq!(name.as_str().parse(), Ok(name.clone()));
            assert!(!taken.contains(&name), "{name} is taken");
            taken.push(name);
        }
    }
}
