//! Words in names, and patterns over them.

/// What people call the clusters that must not break.
const USUAL: [&str; 10] = [
    "prod",
    "prods",
    "production",
    "productive",
    "prd",
    "live",
    "critical",
    "produktion",
    "produccion",
    "producao",
];

/// In front of one of them, they say the opposite.
const NOT: [&str; 5] = ["non", "not", "no", "pre", "post"];

/// The first usual word in a text, as it is written there.
///
/// Words end at anything but a letter, and where small letters meet capitals or digits: `prod-eu`,
/// `euProd`, `prod01`, but neither `product` nor `non-prod`.
pub(super) fn usual(text: &str) -> Option<&str> {
    let mut before = "";
    for word in split(text) {
        let is_usual = USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(word));
        let is_opposite = NOT.iter().any(|not| not.eq_ignore_ascii_case(before));
        if is_usual && !is_opposite {
            return Some(word);
        }
        before = word;
    }
    None
}

fn split(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut last: Option<char> = None;
    for (at, c) in text.char_indices() {
        let is_new = last.is_some_and(|last| {
            last.is_alphabetic() != c.is_alphabetic() || last.is_lowercase() && c.is_uppercase()
        });
        if is_new {
            words.push(&text[start..at]);
            start = at;
        }
        last = Some(c);
    }
    words.push(&text[start..]);
    words.retain(|word| word.starts_with(char::is_alphabetic));
    words
}

/// Whether a pattern of `*` and `?` is the whole text, in either case of letters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let fold = |text: &str| text.trim().to_lowercase().chars().collect::<Vec<_>>();
    let (pattern, text) = (fold(pattern), fold(text));
    let (mut p, mut t) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, t) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
