//! `$1` and `${name}` in replacements, by the rules of Go's `regexp.Expand`.

use regex::Captures;

/// The template with the groups of a match in it. Groups that are not there are empty; `$$` is `$`; a
/// `$` without a name after it stands for itself.
pub(super) fn expand(template: &str, captures: &Captures<'_>) -> String {
    let mut expanded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            expanded.push('$');
            rest = after;
        } else if let Some((name, after)) = reference(after) {
            expanded.push_str(group(name, captures));
            rest = after;
        } else {
            expanded.push('$');
            rest = after;
        }
    }
    expanded.push_str(rest);
    expanded
}

fn reference(text: &str) -> Option<(&str, &str)> {
    let braced = text.strip_prefix('{');
    let name_on = braced.unwrap_or(text);
    let length = name_on
        .find(|c: char| !(c.is_alphanumeric() || c == '_'))
        .unwrap_or(name_on.len());
    let (name, after) = name_on.split_at(length);
    if name.is_empty() {
        return None;
    }
    match braced {
        Some(_) => Some((name, after.strip_prefix('}')?)),
        None => Some((name, after)),
    }
}

fn group<'a>(name: &str, captures: &Captures<'a>) -> &'a str {
    let found = if name.bytes().all(|byte| byte.is_ascii_digit()) {
        name.parse().ok().and_then(|number| captures.get(number))
    } else {
        captures.name(name)
    };
    found.map_or("", |found| found.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_put_where_the_template_names_them() {
        let regex = regex::Regex::new("^(?s:(a+)-(?P<word>b+))$").expect("a pattern");
        let captures = regex.captures("aa-b").expect("a match");
        for (template, expanded) in [
            ("$1", "aa"),
            ("${1}x", "aax"),
            ("$1x", ""),
            ("$word!${word}", "b!b"),
            ("$0", "aa-b"),
            ("$9 $none", " "),
            ("$$1", "$1"),
            ("$", "$"),
            ("$-${", "$-${"),
            ("${1", "${1"),
            ("${a.b}", "${a.b}"),
            ("é$1é", "é"),
            ("", ""),
        ] {
            assert_eq!(expand(template, &captures), expanded, "{template}");
        }
    }
}
