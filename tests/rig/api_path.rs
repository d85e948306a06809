//! Paths of Docker's API, as tests name them: without a version, `*` for any one segment.

/// Whether `path`, as it was asked for, is what `pattern` names.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    let (mut told, mut asked) = (pattern.split('/'), without_version(path).split('/'));
    loop {
        match (told.next(), asked.next()) {
            (None, None) => break true,
            (Some(told), Some(asked)) if told == "*" || told == asked => {}
            _ => break false,
        }
    }
}

/// `/v1.41/info` is `/info`.
pub(crate) fn without_version(path: &str) -> &str {
    let version = path.split('/').nth(1).unwrap_or_default();
    let number = version.strip_prefix('v').unwrap_or_default();
    if number.contains('.') && number.split('.').all(|part| part.parse::<u16>().is_ok()) {
        &path[1 + version.len()..]
    } else {
        path
    }
}
