//! `term` and `terms`: one exact word, whole string, number or boolean.

use std::collections::HashSet;

use crate::analysis;
use crate::ast::{Case, Scalar};
use crate::document::ValueRef;

use super::field::View;
use super::words::contains_phrase;

/// A query's value as the other types see it.
#[derive(Debug, Clone, Default)]
pub struct Equal {
    integer: Option<i64>,
    float: Option<f64>,
    boolean: Option<bool>,
}

impl Equal {
    /// Reads the value as each type that it can be.
    pub(super) fn to(value: &Scalar) -> Self {
        match value {
            Scalar::Text(text) => Self::to_text(text),
            Scalar::Integer(number) => Self {
                integer: Some(*number),
                ..Self::default()
            },
            Scalar::Float(number) => Self::to_float(*number),
            Scalar::Boolean(flag) => Self {
                boolean: Some(*flag),
                ..Self::default()
            },
        }
    }

    /// Reads a query's text as each type that it can be.
    pub(super) fn to_text(text: &str) -> Self {
        let text = text.trim();
        let boolean = match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        let numeric = text.starts_with(|first: char| matches!(first, '0'..='9' | '-' | '+' | '.'));
        let number = match text.parse::<i64>() {
            Ok(number) => Self {
                integer: Some(number),
                ..Self::default()
            },
            Err(_) if numeric => text.parse().map(Self::to_float).unwrap_or_default(),
            Err(_) => Self::default(),
        };
        Self { boolean, ..number }
    }

    fn to_float(number: f64) -> Self {
        let mut equal = Self::default();
        match ValueRef::from_float(number) {
            ValueRef::Integer(number) => equal.integer = Some(number),
            _ => equal.float = Some(number),
        }
        equal
    }

    /// Whether any number or boolean is equal.
    pub(super) fn is_possible(&self) -> bool {
        self.integer.is_some() || self.float.is_some() || self.boolean.is_some()
    }

    /// Whether a number or boolean is equal. Text never is.
    pub(super) fn equals(&self, value: ValueRef<'_>) -> bool {
        match value {
            ValueRef::Integer(number) => self.integer == Some(number),
            ValueRef::Float(number) => self.float == Some(number),
            ValueRef::Boolean(flag) => self.boolean == Some(flag),
            ValueRef::Text(_) => false,
        }
    }
}

/// The text that a query's value is when it meets a string.
pub(super) fn text_of(value: &Scalar) -> String {
    match value {
        Scalar::Text(text) => text.clone(),
        Scalar::Integer(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Boolean(flag) => flag.to_string(),
    }
}

/// The words of a query's text as the field has them, or as they were given.
pub(super) fn words_of(text: &str, case: Case) -> Vec<String> {
    match case {
        Case::Analyzed | Case::Insensitive => analysis::words(text)
            .map(|word| word.into_owned())
            .collect(),
        Case::AsGiven => {
            // A word of a text is in lower case: one given otherwise is none of its words.
            let mut words = Vec::new();
            for word in analysis::words(text) {
                words.push(word.into_owned());
            }
            let as_given: String = text
                .chars()
                .filter(|c| analysis::is_word_character(*c))
                .collect();
            if as_given == words.concat() {
                words
            } else {
                Vec::new()
            }
        }
    }
}

/// Whether both are the same in any case.
pub(super) fn equal_in_any_case(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

/// One exact value.
#[derive(Debug)]
pub struct TermTest {
    pub(super) whole: String,
    pub(super) words: Vec<String>,
    pub(super) case: Case,
    pub(super) equal: Equal,
}

impl TermTest {
    pub(super) fn new(value: &Scalar, case: Case) -> Self {
        let whole = text_of(value);
        Self {
            words: words_of(&whole, case),
            equal: Equal::to(value),
            whole,
            case,
        }
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        match view {
            View::Text => contains_phrase(text, &self.words, false),
            View::Whole if self.case == Case::Insensitive => equal_in_any_case(text, &self.whole),
            View::Whole => text == self.whole,
        }
    }
}

/// Any of many exact values.
#[derive(Debug)]
pub struct TermsTest {
    pub(super) wholes: HashSet<String>,
    pub(super) terms: Vec<TermTest>,
}

impl TermsTest {
    pub(super) fn new(values: &[Scalar]) -> Self {
        Self {
            wholes: values.iter().map(text_of).collect(),
            terms: values
                .iter()
                .map(|value| TermTest::new(value, Case::AsGiven))
                .collect(),
        }
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        match view {
            View::Whole => self.wholes.contains(text),
            View::Text => self.terms.iter().any(|term| term.text(text, view)),
        }
    }

    pub(super) fn equals(&self, value: ValueRef<'_>) -> bool {
        self.terms.iter().any(|term| term.equal.equals(value))
    }

    pub(super) fn may_hold_for_numbers(&self) -> bool {
        self.terms.iter().any(|term| term.equal.is_possible())
    }
}
