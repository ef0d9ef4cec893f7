//! The first algorithm: the client's fingerprint, else type and message.

mod key;

use crate::document::ErrorDocument;
use crate::fingerprint::{Fingerprint, Source, Version};
use key::Key;

/// An element of a client's fingerprint that stands for what would be without it.
const DEFAULT: &str = "{{ default }}";

/// The fingerprint of an error.
pub fn fingerprint(document: &ErrorDocument<'_>) -> Fingerprint {
    let error_type = first_of(&[&document.error_type, &document.event_type]);
    let message = first_of(&[&document.error_message, &document.message]);
    let line = message
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let mut key = Key::new();
    key.part("message", error_type);
    key.part("text", line);
    let (key, source) = if document.fingerprint.is_empty() {
        (key, Source::Message)
    } else {
        (clients(document, &key), Source::Client)
    };
    Fingerprint {
        version: Version::One,
        id: key.id(),
        title: title(error_type, line),
        error_type: error_type.to_owned(),
        culprit: String::new(),
        frames: Vec::new(),
        source,
    }
}

fn clients(document: &ErrorDocument<'_>, default: &Key) -> Key {
    let mut key = Key::new();
    for part in &document.fingerprint {
        if part == DEFAULT {
            key.part("default", &default.id());
        } else {
            key.part("client", part);
        }
    }
    key
}

fn title(error_type: &str, message: &str) -> String {
    match (error_type, message) {
        ("", message) => message.to_owned(),
        (error_type, "") => error_type.to_owned(),
        (error_type, message) => format!("{error_type}: {message}"),
    }
}

fn first_of<'a>(texts: &[&'a str]) -> &'a str {
    texts
        .iter()
        .map(|text| text.trim())
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}
