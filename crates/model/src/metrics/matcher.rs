//! What a selector asks of a label.

use std::fmt;

use regex::Regex;

use super::go_pattern;
use super::pattern::Pattern;
use crate::limits::MAX_PATTERN_BYTES;

/// How a label's value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatchOperator {
    Equal,
    NotEqual,
    Regex,
    NotRegex,
}

impl MatchOperator {
    /// As it is written in a selector.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
        }
    }
}

/// A pattern that is no regular expression, or one that is too large.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid regular expression {pattern:?}: {reason}")]
pub struct InvalidMatcher {
    pub pattern: String,
    pub reason: String,
}

/// One comparison of a selector, such as `job=~"api.*"`. A label that is not there has the empty value.
#[derive(Debug, Clone)]
pub struct Matcher {
    pub name: String,
    pub operator: MatchOperator,
    pub value: String,
    pattern: Option<Pattern>,
}

impl Matcher {
    /// A comparison; patterns have to match the whole value, and `.` matches line ends, as in Prometheus.
    ///
    /// # Errors
    /// When the value has to be a pattern and is none.
    pub fn new(
        name: impl Into<String>,
        operator: MatchOperator,
        value: impl Into<String>,
    ) -> Result<Self, InvalidMatcher> {
        let value = value.into();
        let pattern = match operator {
            MatchOperator::Equal | MatchOperator::NotEqual => None,
            MatchOperator::Regex | MatchOperator::NotRegex => Some(Pattern::new(&value)?),
        };
        Ok(Self {
            name: name.into(),
            operator,
            value,
            pattern,
        })
    }

    /// `name="value"`.
    pub fn equal(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            operator: MatchOperator::Equal,
            value: value.into(),
            pattern: None,
        }
    }

    /// Whether a value passes.
    pub fn matches(&self, value: &str) -> bool {
        match (self.operator, &self.pattern) {
            (MatchOperator::NotEqual, _) => value != self.value,
            (MatchOperator::Regex, Some(pattern)) => pattern.matches(value),
            (MatchOperator::NotRegex, Some(pattern)) => !pattern.matches(value),
            _ => value == self.value,
        }
    }

    /// Whether series without the label pass.
    pub fn matches_empty(&self) -> bool {
        self.matches("")
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.operator, &self.value) == (&other.name, other.operator, &other.value)
    }
}

impl Eq for Matcher {}

impl fmt::Display for Matcher {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = self.operator.as_str();
        if super::labels::is_legacy_label_name(&self.name) {
            write!(out, "{}{operator}{:?}", self.name, self.value)
        } else {
            write!(out, "{:?}{operator}{:?}", self.name, self.value)
        }
    }
}

/// A regular expression in Go's syntax that has to match from the first to the last character.
///
/// # Errors
/// When the pattern is none, or compiles to more than a query may take.
pub fn anchored(pattern: &str) -> Result<Regex, InvalidMatcher> {
    let invalid = |error: regex::Error| InvalidMatcher {
        pattern: pattern.to_owned(),
        reason: error.to_string(),
    };
    let translated = go_pattern::translated(pattern);
    // On its own first, so that a stray parenthesis cannot leave the group below.
    regex::RegexBuilder::new(&translated)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(invalid)?;
    regex::RegexBuilder::new(&format!("^(?s:{translated})$"))
        .size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(operator: MatchOperator, value: &str) -> Matcher {
        Matcher::new("l", operator, value).expect("a matcher")
    }

    #[test]
    fn patterns_match_whole_values() {
        let pattern = matcher(MatchOperator::Regex, "a.c|x");
        assert!(pattern.matches("abc") && pattern.matches("a\nc") && pattern.matches("x"));
        assert!(!pattern.matches("abcd") && !pattern.matches("xx") && !pattern.matches_empty());
        assert!(matcher(MatchOperator::NotRegex, "a.*").matches("b"));
        assert!(matcher(MatchOperator::Regex, "a*").matches_empty());
    }

    #[test]
    fn a_pattern_that_is_none_is_refused() {
        assert!(Matcher::new("l", MatchOperator::Regex, "a)|(b").is_err());
        assert!(Matcher::new("l", MatchOperator::Regex, "(").is_err());
    }
}
