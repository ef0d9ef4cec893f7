//! Names that no URL or old format takes as they are, and how they are written instead.

/// How names that are no identifiers begin in URLs.
const ESCAPED: &str = "U__";

/// A label's name in a URL, such as `U__http_2e_status`. A name that is not escaped, or wrongly so, is as it
/// is.
pub fn unescape(name: &str) -> String {
    match name.strip_prefix(ESCAPED) {
        Some(rest) => decoded(rest).unwrap_or_else(|| name.to_owned()),
        None => name.to_owned(),
    }
}

/// `__` is an underscore, `_2e_` the character of that number in hexadecimal.
fn decoded(mut rest: &str) -> Option<String> {
    let mut name = String::with_capacity(rest.len());
    while let Some((before, after)) = rest.split_once('_') {
        name.push_str(before);
        let (code, after) = after.split_once('_')?;
        name.push(match code {
            "" => '_',
            code => char::from_u32(u32::from_str_radix(code, 16).ok()?)?,
        });
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// A name with an underscore for everything that identifiers do not have, for clients that know no others.
pub fn underscored(name: &str, is_allowed: fn(&str) -> bool) -> std::borrow::Cow<'_, str> {
    if is_allowed(name) {
        return name.into();
    }
    let mut escaped: String = name
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | ':' => character,
            _ => '_',
        })
        .collect();
    if escaped.starts_with(|first: char| first.is_ascii_digit()) {
        escaped.replace_range(..1, "_");
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use swarmscope_model::metrics::labels::is_legacy_metric_name;

    use super::*;

    #[test]
    fn escaped_names_are_read_as_what_they_stand_for() {
        for (escaped, name) in [
            ("job", "job"),
            ("U__http_2e_status:sum", "http.status:sum"),
            ("U__a__b", "a_b"),
            ("U___1f600_", "\u{1f600}"),
            ("U__", ""),
            ("U__broken_", "U__broken_"),
            ("U__broken_xyz_", "U__broken_xyz_"),
            ("U__broken_110000_", "U__broken_110000_"),
        ] {
            assert_eq!(unescape(escaped), name, "{escaped}");
        }
    }

    #[test]
    fn old_clients_get_underscores() {
        for (name, expected) in [("up", "up"), ("http.status", "http_status"), ("9é", "__")] {
            assert_eq!(underscored(name, is_legacy_metric_name), expected);
        }
    }
}
