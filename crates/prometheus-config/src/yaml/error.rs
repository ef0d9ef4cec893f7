//! What is wrong with a YAML text, and on which line.

use std::fmt;

use serde::de;

/// The first thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// From 1; 0 when it is about the file as a whole.
    pub line: usize,
    reason: Reason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    UnknownField {
        name: String,
        known: Vec<&'static str>,
    },
    Other(String),
}

impl YamlError {
    pub(crate) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            reason: Reason::Other(reason.into()),
        }
    }

    /// The reason without its place.
    pub fn reason(&self) -> String {
        match &self.reason {
            Reason::Other(reason) => reason.clone(),
            Reason::UnknownField { name, known } => match nearest(name, known) {
                Some(near) => format!("unknown field {name:?}; did you mean {near:?}?"),
                None => format!("unknown field {name:?}"),
            },
        }
    }

    /// Gives the line to an error that has none yet.
    pub(super) fn at(mut self, line: usize) -> Self {
        if self.line == 0 {
            self.line = line;
        }
        self
    }

    /// Adds fields that would have been known around an inlined struct.
    pub(super) fn also_known(mut self, fields: &[&'static str]) -> Self {
        if let Reason::UnknownField { known, .. } = &mut self.reason {
            known.extend(fields.iter().filter(|field| !field.starts_with('<')));
        }
        self
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(out, "line {}: ", self.line)?;
        }
        out.write_str(&self.reason())
    }
}

impl std::error::Error for YamlError {}

impl de::Error for YamlError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(0, message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self {
            line: 0,
            reason: Reason::UnknownField {
                name: field.to_owned(),
                known: expected.to_vec(),
            },
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(0, format!("{field} is missing"))
    }
}

/// The known name that a typing error away is.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 5))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
