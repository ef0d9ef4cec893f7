//! What can be wrong with a query text: where, and what to do about it.

use crate::datemath::DateMathError;

/// A query text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct QueryError {
    #[source]
    pub(super) kind: QueryErrorKind,
    pub(super) offset: usize,
    pub(super) length: usize,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryErrorKind {
    #[error("the query has {bytes} bytes, the limit is {limit}")]
    TooLong { bytes: usize, limit: usize },
    #[error("the query is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("the query has more than {limit} clauses")]
    TooManyClauses { limit: usize },
    #[error("expected something to search for, found {found}")]
    ExpectedClause { found: String },
    #[error("unexpected {found}")]
    Unexpected { found: String },
    #[error("a quotation mark opens here and never closes")]
    UnclosedQuote,
    #[error("a regular expression opens here and never closes")]
    UnclosedRegexp,
    #[error("a parenthesis opens here and never closes")]
    UnclosedGroup,
    #[error("a range opens here and never closes")]
    UnclosedRange,
    #[error("expected TO between the ends of the range, found {found}")]
    ExpectedTo { found: String },
    #[error("expected an end of the range, found {found}")]
    ExpectedBound { found: String },
    #[error("a backslash at the end escapes nothing")]
    DanglingEscape,
    #[error("non-hex character in a Unicode escape sequence")]
    UnicodeEscape,
    #[error("'*' or '?' is not allowed as the first character of a pattern")]
    LeadingWildcard,
    #[error("expected a number after ^, found {found}")]
    BadBoost { found: String },
    #[error("fuzziness cannot be [{given}]")]
    BadFuzziness { given: String },
    #[error(transparent)]
    Date(#[from] DateMathError),
}

impl QueryError {
    /// What is wrong.
    pub fn kind(&self) -> &QueryErrorKind {
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

    /// How many bytes are in question; 0 at the end of the text.
    pub fn length(&self) -> usize {
        self.length
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match &self.kind {
            QueryErrorKind::LeadingWildcard => {
                "Put a letter in front, or allow it with allow_leading_wildcard."
            }
            QueryErrorKind::TooLong { .. } | QueryErrorKind::TooManyClauses { .. } => {
                "Split it into several queries."
            }
            QueryErrorKind::TooDeep { .. } => "Take out parentheses that are not needed.",
            QueryErrorKind::ExpectedClause { .. } => {
                "Write a word, a \"phrase\", field:value or a (group); quote AND, OR and NOT to search for them."
            }
            QueryErrorKind::Unexpected { found } if found == "':'" => {
                "Quote a value that has a colon in it: field:\"a:b\"."
            }
            QueryErrorKind::Unexpected { .. } => {
                "Put a backslash before a special character, or quote the whole value."
            }
            QueryErrorKind::UnclosedQuote => {
                "Close it with \", or write \\\" to search for the mark."
            }
            QueryErrorKind::UnclosedRegexp => "Close it with /, or quote a path: \"/var/log\".",
            QueryErrorKind::UnclosedGroup => "Close it with ), or write \\( to search for it.",
            QueryErrorKind::UnclosedRange
            | QueryErrorKind::ExpectedTo { .. }
            | QueryErrorKind::ExpectedBound { .. } => {
                "A range is field:[from TO to]; { and } leave the end out, * is an open end."
            }
            QueryErrorKind::DanglingEscape => "Write \\\\ to search for a backslash.",
            QueryErrorKind::UnicodeEscape => "Write \\u and four hexadecimal digits, or \\\\u.",
            QueryErrorKind::BadBoost { .. } => {
                "Write a number such as ^2, or \\^ to search for it."
            }
            QueryErrorKind::BadFuzziness { .. } => "Use ~, ~0, ~1 or ~2.",
            QueryErrorKind::Date(_) => {
                "Use a date such as 2026-01-31T12:00:00Z, or date math such as now-1h/d."
            }
        })
    }
}
