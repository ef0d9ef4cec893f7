//! What can be wrong with a text: where, and what to do about it.

use crate::datemath::DateMathError;

/// A text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct KqlError {
    #[source]
    pub(super) kind: KqlErrorKind,
    pub(super) offset: usize,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KqlErrorKind {
    #[error("the query has {bytes} bytes, the limit is {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error("the query is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("the query has more than {limit} clauses")]
    TooManyClauses { limit: usize },
    #[error("expected a field, a value or a (group), found {found}")]
    ExpectedClause { found: String },
    #[error("expected a value, found {found}")]
    ExpectedValue { found: String },
    #[error("unexpected {found}")]
    Unexpected { found: String },
    #[error("a quotation mark opens here and never closes")]
    UnclosedQuote,
    #[error("a parenthesis opens here and never closes")]
    UnclosedGroup,
    #[error("a brace opens here and never closes")]
    UnclosedNested,
    #[error("a backslash at the end escapes nothing")]
    DanglingEscape,
    #[error("non-hex character in a Unicode escape sequence")]
    UnicodeEscape,
    #[error(transparent)]
    Date(#[from] DateMathError),
}

impl KqlError {
    /// What is wrong.
    pub fn kind(&self) -> &KqlErrorKind {
        &self.kind
    }

    /// What is wrong, in words.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// The byte at which the trouble begins.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> &'static str {
        match &self.kind {
            KqlErrorKind::TooLong { .. } | KqlErrorKind::TooManyClauses { .. } => {
                "Split it into several queries."
            }
            KqlErrorKind::TooDeep { .. } => "Take out parentheses that are not needed.",
            KqlErrorKind::ExpectedClause { .. } => {
                "Write field: value, a value or a (group); quote \"and\", \"or\" and \"not\" to search for them."
            }
            KqlErrorKind::ExpectedValue { .. } => {
                "Write a value, a \"phrase\", (a or b), or * for any value."
            }
            KqlErrorKind::Unexpected { found } if found == "':'" => {
                "Quote a value that has a colon in it: field: \"a:b\"."
            }
            KqlErrorKind::Unexpected { .. } => {
                "Put a backslash before a special character, or quote the whole value."
            }
            KqlErrorKind::UnclosedQuote => {
                "Close it with \", or write \\\" to search for the mark."
            }
            KqlErrorKind::UnclosedGroup => "Close it with ), or write \\( to search for it.",
            KqlErrorKind::UnclosedNested => "Close it with }, or write \\{ to search for it.",
            KqlErrorKind::DanglingEscape => "Write \\\\ to search for a backslash.",
            KqlErrorKind::UnicodeEscape => "Write \\u and four hexadecimal digits, or \\\\u.",
            KqlErrorKind::Date(_) => {
                "Use a date such as 2026-01-31T12:00:00Z, or date math such as now-1h/d."
            }
        }
    }
}
