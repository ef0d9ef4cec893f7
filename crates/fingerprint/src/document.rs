//! What grouping needs of an error's document, in the shapes that agents and foreign loggers write.
//!
//! Lenient: a field of an unexpected type is as good as none, and nothing is refused but what is no JSON
//! object. Strings are borrowed from the document wherever JSON allows it.

mod reading;

use std::borrow::Cow;

use swarmscope_model::limits::MAX_FINGERPRINT_PARTS;

/// The parts of an error's document that decide its group.
///
/// The event's own fields, `metadata.exception`, and the places where Elastic's common schema,
/// OpenTelemetry, and the loggers of Python, Java and Node put type, message and stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorDocument<'a> {
    /// `event_type`.
    pub event_type: Cow<'a, str>,
    /// `message`.
    pub message: Cow<'a, str>,
    /// The exception's type.
    pub error_type: Cow<'a, str>,
    /// The exception's own message.
    pub error_message: Cow<'a, str>,
    /// The traceback: lines, or pieces of several lines.
    pub traceback: Vec<Cow<'a, str>>,
    /// The fingerprint that the client gave; empty if none.
    pub fingerprint: Vec<Cow<'a, str>>,
}

/// Bytes that are no document.
#[derive(Debug, thiserror::Error)]
#[error("an error's document has to be a JSON object: {0}")]
pub struct DocumentError(#[from] serde_json::Error);

impl<'a> ErrorDocument<'a> {
    /// Reads a document's bytes.
    ///
    /// # Errors
    /// When they are no JSON object. Objects of any shape are taken.
    pub fn from_json(bytes: &'a [u8]) -> Result<Self, DocumentError> {
        Ok(reading::read(bytes)?)
    }

    /// The document without the colours that a terminal is told of; `None` if it has none.
    pub(crate) fn without_colours(&self) -> Option<ErrorDocument<'a>> {
        let texts = [&self.message, &self.error_message];
        let mut all = texts.into_iter().chain(&self.traceback);
        all.any(|text| has_escape(text)).then(|| {
            let plain = |text: &Cow<'a, str>| Cow::Owned(without_colours(text));
            ErrorDocument {
                message: plain(&self.message),
                error_message: plain(&self.error_message),
                traceback: self.traceback.iter().map(plain).collect(),
                ..self.clone()
            }
        })
    }

    fn push_fingerprint(&mut self, part: Cow<'a, str>) {
        if self.fingerprint.len() < MAX_FINGERPRINT_PARTS && !part.trim().is_empty() {
            self.fingerprint.push(part);
        }
    }
}

/// What a terminal's orders begin with.
const ESCAPE: char = '\u{1b}';

fn has_escape(text: &str) -> bool {
    memchr::memchr(ESCAPE as u8, text.as_bytes()).is_some()
}

/// A text without orders such as `ESC [ 1 ; 31 m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let order = part
            .strip_prefix('[')
            .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'))
            .and_then(|rest| rest.strip_prefix(|c: char| c.is_ascii_alphabetic()));
        plain.push_str(order.unwrap_or(part));
    }
    plain
}
