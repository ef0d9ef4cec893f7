//! Names of indices and the expressions that choose among them.

use swarmscope_model::limits::MAX_INDEX_NAME_BYTES;

/// A choice of indices: names, wildcards, exclusions, in order. Empty, `_all` and `*` choose all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IndexExpression {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    pattern: String,
    excludes: bool,
}

impl IndexExpression {
    /// Reads `a,b-*,-b-old`. A part that begins with `-` excludes from what stands before it.
    pub fn parse(text: &str) -> Self {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .enumerate()
            .map(|(position, part)| match part.strip_prefix('-') {
                Some(rest) if position > 0 => Part {
                    pattern: rest.to_owned(),
                    excludes: true,
                },
                _ if part == "_all" => Part {
                    pattern: "*".to_owned(),
                    excludes: false,
                },
                _ => Part {
                    pattern: part.to_owned(),
                    excludes: false,
                },
            })
            .collect();
        Self { parts }
    }

    /// Every index.
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether the index is chosen.
    pub fn matches(&self, index: &str) -> bool {
        if self.parts.is_empty() {
            return true;
        }
        let mut chosen = false;
        for part in &self.parts {
            if wildcard_matches(&part.pattern, index) {
                chosen = !part.excludes;
            }
        }
        chosen
    }

    /// The names given in full: those that have to exist.
    pub fn concrete_names(&self) -> impl Iterator<Item = &str> {
        self.parts
            .iter()
            .filter(|part| !part.excludes && !part.pattern.contains('*'))
            .map(|part| part.pattern.as_str())
    }

    /// Whether it holds a wildcard or chooses everything.
    pub fn is_pattern(&self) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|part| part.pattern.contains('*'))
    }
}

/// Whether `text` is what `pattern` describes; `*` is any run of characters.
pub fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for piece in pieces {
        if let Some(previous) = last.replace(piece) {
            match rest.find(previous) {
                Some(found) => rest = &rest[found + previous.len()..],
                None => return false,
            }
        }
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => rest.is_empty(),
    }
}

/// Why a name cannot be an index's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid index name [{name}], {reason}")]
pub struct InvalidIndexName {
    pub name: String,
    pub reason: &'static str,
}

/// Checks a name against Elasticsearch's rules.
///
/// # Errors
/// With the rule that the name breaks.
pub fn check_index_name(name: &str) -> Result<(), InvalidIndexName> {
    let reason = if name.is_empty() {
        "must not be empty"
    } else if name == "." || name == ".." {
        "must not be '.' or '..'"
    } else if name.starts_with(['_', '-', '+']) {
        "must not start with '_', '-', or '+'"
    } else if name.chars().any(char::is_uppercase) {
        "must be lowercase"
    } else if name.len() > MAX_INDEX_NAME_BYTES {
        "index name is too long, more than 255 bytes"
    } else if name.chars().any(|character| {
        matches!(
            character,
            '\\' | '/' | '*' | '?' | '"' | '<' | '>' | '|' | ' ' | ',' | '#' | ':'
        ) || character.is_control()
    }) {
        "must not contain the following characters ['\\','/','*','?','\"','<','>','|',' ',',','#',':'] or control characters"
    } else {
        return Ok(());
    };
    Err(InvalidIndexName {
        name: name.to_owned(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_choose_with_wildcards_and_exclusions() {
        let expression = IndexExpression::parse("filebeat-*,openstack,-filebeat-old*");
        assert!(expression.matches("filebeat-2026") && expression.matches("openstack"));
        assert!(!expression.matches("filebeat-old-1") && !expression.matches("other"));
        assert!(IndexExpression::parse("_all").matches("x"));
        assert!(IndexExpression::parse("").matches("x"));
        assert_eq!(
            expression.concrete_names().collect::<Vec<_>>(),
            ["openstack"]
        );
    }

    #[test]
    fn wildcards_match_overlapping_pieces_once() {
        assert!(wildcard_matches("a*b*c", "aXbYc") && wildcard_matches("*", ""));
        assert!(!wildcard_matches("ab*ba", "aba"));
        assert!(wildcard_matches("a**b", "ab") && !wildcard_matches("a", "ab"));
    }

    #[test]
    fn names_follow_the_rules() {
        assert_eq!(check_index_name("logs-2026.01.31"), Ok(()));
        for bad in ["", "..", "_x", "Logs", "a b", "a/b", &"x".repeat(256)] {
            assert!(check_index_name(bad).is_err(), "{bad}");
        }
    }
}
