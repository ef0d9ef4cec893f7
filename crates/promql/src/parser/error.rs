//! What is wrong with a query and where, in the words of Prometheus.

use std::fmt;

/// A query that is none. Shown as Prometheus shows it: `1:5: parse error: unexpected …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, without the position.
    pub message: String,
    /// Byte of the text at which it is wrong.
    pub offset: usize,
    /// From 1; `None` when the text is empty.
    position: Option<(usize, usize)>,
}

impl ParseError {
    /// Line and column (in bytes) from 1; `None` when the text is empty.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.position
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some((line, column)) => write!(out, "{line}:{column}: ")?,
            None => out.write_str("unknown position: ")?,
        }
        write!(out, "parse error: {}", self.message)
    }
}

impl std::error::Error for ParseError {}

/// A parse error on its way up through the constructs that it stands in.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    offset: usize,
    /// No construct has said yet what it expected.
    bare: bool,
}

impl Fault {
    /// An error that says everything already.
    pub fn new(offset: usize, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            offset,
            bare: false,
        })
    }

    /// A token that does not belong there; `description` is the token's.
    pub fn unexpected(offset: usize, description: &str) -> Box<Self> {
        Box::new(Self {
            message: format!("unexpected {description}"),
            offset,
            bare: true,
        })
    }

    /// Names the construct, and what it would take, unless an inner one has.
    pub fn within(mut self: Box<Self>, context: &str, expected: &str) -> Box<Self> {
        if self.bare {
            self.bare = false;
            self.message.push_str(" in ");
            self.message.push_str(context);
            if !expected.is_empty() {
                self.message.push_str(", expected ");
                self.message.push_str(expected);
            }
        }
        self
    }

    /// The error for the caller, with line and column.
    pub fn locate(self, text: &str) -> ParseError {
        let offset = self.offset.min(text.len());
        let before = &text.as_bytes()[..offset];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        ParseError {
            message: self.message,
            offset,
            position: (!text.is_empty()).then_some((line, offset - line_start + 1)),
        }
    }
}

/// Result of a step of the parser. Boxed, so that deep recursion costs little stack.
pub(crate) type Parsed<T> = Result<T, Box<Fault>>;
