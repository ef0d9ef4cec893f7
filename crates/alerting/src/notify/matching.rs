//! What routes, silences and inhibitions ask of an alert's labels, in Alertmanager's words: `severity="critical"`,
//! `agent_name=~"research.*"`.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use swarmscope_model::limits::MAX_LABEL_BYTES;
use swarmscope_model::metrics::{InvalidMatcher, MatchOperator, Matcher};

/// One comparison of a label. A label that is not there has the empty value.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct LabelMatcher(Matcher);

/// A text that is no comparison.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMatcher {
    #[error("{text:?} compares nothing: write it as name=\"value\", with =, !=, =~ or !~")]
    NoOperator { text: String },
    #[error("{text:?} has no name of a label before the operator")]
    NoName { text: String },
    #[error("{text:?}: the value begins with a quote and does not end with one")]
    Quotes { text: String },
    #[error("the comparison has {bytes} bytes, the limit is {MAX_LABEL_BYTES}")]
    TooLong { bytes: usize },
    #[error(transparent)]
    Pattern(#[from] InvalidMatcher),
}

impl LabelMatcher {
    /// Reads a comparison.
    ///
    /// # Errors
    /// When the text is none.
    pub fn parse(text: &str) -> Result<Self, BadMatcher> {
        if text.len() > MAX_LABEL_BYTES {
            return Err(BadMatcher::TooLong { bytes: text.len() });
        }
        let no_operator = || BadMatcher::NoOperator {
            text: text.to_owned(),
        };
        let at = text.find(['=', '!']).ok_or_else(no_operator)?;
        let (name, rest) = text.split_at(at);
        let operators = [
            ("=~", MatchOperator::Regex),
            ("!~", MatchOperator::NotRegex),
            ("!=", MatchOperator::NotEqual),
            ("=", MatchOperator::Equal),
        ];
        let found = operators.into_iter().find_map(|(sign, operator)| {
            let value = rest.strip_prefix(sign)?;
            Some((operator, value.trim()))
        });
        let (operator, value) = found.ok_or_else(no_operator)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(BadMatcher::NoName {
                text: text.to_owned(),
            });
        }
        let value = match value.strip_prefix('"') {
            None => value.to_owned(),
            Some(rest) => unquoted(rest).ok_or_else(|| BadMatcher::Quotes {
                text: text.to_owned(),
            })?,
        };
        Ok(Self(Matcher::new(name, operator, value)?))
    }

    /// Whether an alert's labels pass.
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.0
            .matches(labels.get(&self.0.name).map_or("", String::as_str))
    }

    /// Whether it passes labels that do not have its name at all.
    pub fn passes_nothing(&self) -> bool {
        self.0.matches("")
    }
}

/// What stands before the closing quote, which ends the text.
fn unquoted(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return letters.next().is_none().then_some(value),
            '\\' => match letters.next()? {
                'n' => value.push('\n'),
                letter @ ('"' | '\\') => value.push(letter),
                // Patterns are full of backslashes.
                letter => value.extend(['\\', letter]),
            },
            letter => value.push(letter),
        }
    }
}

/// Whether all pass.
pub(crate) fn all_match(matchers: &[LabelMatcher], labels: &BTreeMap<String, String>) -> bool {
    matchers.iter().all(|matcher| matcher.matches(labels))
}

impl fmt::Display for LabelMatcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Matcher {
            name,
            operator,
            value,
            ..
        } = &self.0;
        let value = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        write!(out, "{name}{}\"{value}\"", operator.as_str())
    }
}

impl PartialEq for LabelMatcher {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
            && self.0.operator == other.0.operator
            && self.0.value == other.0.value
    }
}

impl TryFrom<String> for LabelMatcher {
    type Error = BadMatcher;

    fn try_from(text: String) -> Result<Self, BadMatcher> {
        Self::parse(&text)
    }
}

impl From<LabelMatcher> for String {
    fn from(matcher: LabelMatcher) -> Self {
        matcher.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(matcher: &str, value: &str) -> bool {
        let matcher = LabelMatcher::parse(matcher).expect("a comparison");
        matcher.matches(&BTreeMap::from([("a".to_owned(), value.to_owned())]))
    }

    #[test]
    fn comparisons_are_read_with_quotes_and_without() {
        assert!(matches("a=\"x\"", "x") && matches("a = x", "x") && !matches("a=x", "y"));
        assert!(matches("a!=x", "y") && matches(r#"a=~"x\d+""#, "x12") && !matches("a=~x", "xy"));
        assert!(matches("a!~\"x.*\"", "y") && matches(r#"a="q\"q""#, "q\"q"));
        assert!(matches("b=\"\"", "x") && !matches("b!=\"\"", "x"));
    }

    #[test]
    fn what_is_printed_is_read_as_the_same() {
        for text in [
            r#"a="x""#,
            r#"a=~"x\\d+\"q""#,
            r#"a!="line\nline""#,
            r#"a!~"y|z""#,
        ] {
            let matcher = LabelMatcher::parse(text).expect("a comparison");
            assert_eq!(matcher.to_string(), text);
            assert_eq!(LabelMatcher::parse(&matcher.to_string()), Ok(matcher));
        }
    }

    #[test]
    fn what_is_none_is_refused_with_its_reason() {
        for (text, reason) in [
            ("a", "compares nothing"),
            ("=x", "no name"),
            ("a=\"x", "quote"),
            ("a=\"x\"y", "quote"),
            ("a=~\"(\"", "invalid regular expression"),
            ("a!x", "compares nothing"),
        ] {
            let error = LabelMatcher::parse(text).expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
