//! `$NAME` and `${NAME}` in the values of external labels, as Go's `os.Expand` reads them.

/// The text with variables filled in; names of variables that are not set are added to `empty`.
pub(crate) fn expand(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    empty: &mut Vec<String>,
) -> String {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        let (name, used) = name(after);
        rest = &after[used..];
        match name {
            // A `$` that begins no name stays; `${}` and what is left open vanishes.
            "" if used == 0 => expanded.push('$'),
            "" => {}
            "$" => expanded.push('$'),
            name => match variable(name).filter(|value| !value.is_empty()) {
                Some(value) => expanded.push_str(&value),
                None => empty.push(name.to_owned()),
            },
        }
    }
    expanded.push_str(rest);
    expanded
}

/// The name after a `$`, and how many bytes it takes with its braces.
fn name(text: &str) -> (&str, usize) {
    if let Some(braced) = text.strip_prefix('{') {
        return match braced.split_once('}') {
            Some((name, _)) => (name, name.len() + 2),
            None => ("", 1),
        };
    }
    match text.bytes().next() {
        Some(b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9') => (&text[..1], 1),
        _ => {
            let length = text
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
                .unwrap_or(text.len());
            (&text[..length], length)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_and_missing_ones_are_named() {
        let variable = |name: &str| (name == "ZONE").then(|| "eu".to_owned());
        let mut empty = Vec::new();
        for (text, expanded) in [
            ("$ZONE", "eu"),
            ("${ZONE}-1", "eu-1"),
            ("a$ZONE.b", "aeu.b"),
            ("$$", "$"),
            ("$$ZONE", "$ZONE"),
            ("100$", "100$"),
            ("$NONE!", "!"),
        ] {
            assert_eq!(expand(text, &variable, &mut empty), expanded, "{text}");
        }
        assert_eq!(empty, ["NONE"]);
    }
}
