//! Finds out what a matcher asks of a value, so that most regular expressions need not be run.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};
use swarmscope_model::metrics::{MatchOperator, Matcher};

/// Alternatives that are looked up one by one; with more of them every value is tested instead.
const MAX_ALTERNATIVES: usize = 1_000;

/// A question to a value.
#[derive(Debug)]
pub enum Question<'a> {
    /// Is it one of these?
    OneOf(Vec<String>),
    /// Does it begin so?
    Prefix(String),
    Anything,
    NotEmpty,
    /// Does the expression match? Answered for the matcher's positive form.
    Expression(&'a Matcher),
}

impl<'a> Question<'a> {
    /// What the matcher asks, leaving aside whether it asks for the opposite.
    pub fn of(matcher: &'a Matcher) -> Self {
        match matcher.operator {
            MatchOperator::Equal | MatchOperator::NotEqual => {
                Self::OneOf(vec![matcher.value.clone()])
            }
            MatchOperator::Regex | MatchOperator::NotRegex => {
                of_pattern(&matcher.value).unwrap_or(Self::Expression(matcher))
            }
        }
    }

    /// The answer for a value.
    pub fn holds_for(&self, value: &str) -> bool {
        match self {
            Self::OneOf(values) => values.iter().any(|each| each == value),
            Self::Prefix(prefix) => value.starts_with(prefix.as_str()),
            Self::Anything => true,
            Self::NotEmpty => !value.is_empty(),
            Self::Expression(matcher) => matcher.matches(value) != is_negative(matcher),
        }
    }
}

/// Whether a matcher asks for the opposite of its question.
pub fn is_negative(matcher: &Matcher) -> bool {
    matches!(
        matcher.operator,
        MatchOperator::NotEqual | MatchOperator::NotRegex
    )
}

fn of_pattern(pattern: &str) -> Option<Question<'static>> {
    let hir = ParserBuilder::new()
        .dot_matches_new_line(true)
        .build()
        .parse(pattern)
        .ok()?;
    // Anchors and word boundaries inside of a pattern are for the expression itself.
    if !hir.properties().look_set().is_empty() {
        return None;
    }
    if let Some(question) = of_dots(&hir) {
        return Some(question);
    }
    let literals = Extractor::new().limit_total(MAX_ALTERNATIVES).extract(&hir);
    if !literals.is_exact() {
        return None;
    }
    let values = literals
        .literals()?
        .iter()
        .map(|literal| String::from_utf8(literal.as_bytes().to_vec()).ok())
        .collect::<Option<Vec<_>>>()?;
    (!values.is_empty()).then_some(Question::OneOf(values))
}

/// `.*`, `.+` and `literal.*`.
fn of_dots(hir: &Hir) -> Option<Question<'static>> {
    match hir.kind() {
        HirKind::Repetition(repetition) if is_any(&repetition.sub) && repetition.max.is_none() => {
            match repetition.min {
                0 => Some(Question::Anything),
                1 => Some(Question::NotEmpty),
                _ => None,
            }
        }
        HirKind::Capture(capture) => of_dots(&capture.sub),
        HirKind::Concat(parts) => {
            let [literal, rest] = parts.as_slice() else {
                return None;
            };
            let HirKind::Literal(literal) = literal.kind() else {
                return None;
            };
            let prefix = String::from_utf8(literal.0.to_vec()).ok()?;
            matches!(of_dots(rest)?, Question::Anything).then_some(Question::Prefix(prefix))
        }
        _ => None,
    }
}

fn is_any(hir: &Hir) -> bool {
    *hir == Hir::dot(regex_syntax::hir::Dot::AnyChar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ask(pattern: &str) -> String {
        let matcher = Matcher::new("l", MatchOperator::Regex, pattern).expect("a pattern");
        format!("{:?}", Question::of(&matcher))
    }

    #[test]
    fn common_patterns_need_no_expression() {
        assert_eq!(ask("a|b|cd"), r#"OneOf(["a", "b", "cd"])"#);
        assert_eq!(
            ask("node_(cpu|memory)_total"),
            r#"OneOf(["node_cpu_total", "node_memory_total"])"#
        );
        assert_eq!(ask("5.."), ask("5..").replace("OneOf", "Expression"));
        assert_eq!(ask(".*"), "Anything");
        assert_eq!(ask("(.+)"), "NotEmpty");
        assert_eq!(ask("api-.*"), r#"Prefix("api-")"#);
        assert_eq!(ask(""), r#"OneOf([""])"#);
        assert!(ask("a.*b").starts_with("Expression"));
        assert!(ask("a$|^b").starts_with("Expression"));
    }

    proptest! {
        #[test]
        fn questions_answer_as_the_expression(
            pattern in "(a|b|ab|\\.|.*|.\\+|[ab]|a?|\\(a\\|b\\)|\\(\\?i\\)|\\||\\^|\\$|a\\*){0,5}",
            value in "[abAB\n]{0,4}",
            negative in any::<bool>(),
        ) {
            let operator = if negative { MatchOperator::NotRegex } else { MatchOperator::Regex };
            let Ok(matcher) = Matcher::new("l", operator, pattern) else { return Ok(()) };
            let answer = Question::of(&matcher).holds_for(&value) != is_negative(&matcher);
            prop_assert_eq!(answer, matcher.matches(&value));
        }
    }
}
