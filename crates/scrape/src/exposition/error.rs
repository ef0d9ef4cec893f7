//! What is wrong with a page, and where.

use std::fmt;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct FormatError {
    place: Place,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Line(usize),
    Family(usize),
}

/// Why a page is malformed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    #[error("expected {expected}, found {found:?}")]
    Expected {
        expected: &'static str,
        found: String,
    },
    #[error("{0:?} is no number")]
    Number(String),
    #[error("{0:?} is no timestamp")]
    Timestamp(String),
    #[error("invalid metric type {0:?}")]
    Kind(String),
    #[error("label name {0:?} is not unique")]
    DuplicateLabel(String),
    #[error("the metric has no name")]
    NoName,
    #[error("the metric has a second name")]
    SecondName,
    #[error("unit {unit:?} is no suffix of metric {family:?}")]
    Unit { unit: String, family: String },
    #[error("data does not end with # EOF")]
    NoEof,
    #[error("unexpected data after # EOF")]
    AfterEof,
    #[error("the text is no UTF-8")]
    NotUtf8,
    #[error("protobuf: {0}")]
    Protobuf(prost::DecodeError),
    #[error("protobuf: the length of a message is cut off or too large")]
    Length,
    #[error("protobuf: a metric of {family:?} has no value of its type")]
    NoValue { family: String },
}

impl FormatError {
    /// At a line of a text, counted from 1.
    pub(super) fn line(line: usize, reason: Reason) -> Self {
        Self {
            place: Place::Line(line),
            reason,
        }
    }

    /// At a metric family of a protobuf page, counted from 1.
    pub(super) fn family(number: usize, reason: Reason) -> Self {
        Self {
            place: Place::Family(number),
            reason,
        }
    }

    /// The line, of texts.
    pub fn line_number(&self) -> Option<usize> {
        match self.place {
            Place::Line(line) => Some(line),
            Place::Family(_) => None,
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Line(line) => write!(out, "line {line}: {}", self.reason),
            Place::Family(number) => write!(out, "metric family {number}: {}", self.reason),
        }
    }
}

impl std::error::Error for FormatError {}
