//! Lines of text as documents with ids.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use serde_json::value::RawValue;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_DOCUMENT_BYTES;
use xxhash_rust::xxh3::xxh3_128;

use super::source::Item;
use crate::failure::Failure;

/// What stands beside a document in a line of an export, at most.
const NAMES_BYTES: usize = 8 * 1024;

/// Lines, one after the other.
pub struct Lines {
    name: String,
    reader: Box<dyn BufRead + Send>,
    /// The path that lines' ids are made from; standard input has none.
    identity: Option<String>,
    length: Option<u64>,
    offset: u64,
    number: u64,
}

impl Lines {
    /// The lines of a reader; their ids are made from `identity`, a path.
    pub fn new(
        name: String,
        reader: Box<dyn BufRead + Send>,
        identity: Option<String>,
        length: Option<u64>,
    ) -> Self {
        Self {
            name,
            reader,
            identity,
            length,
            offset: 0,
            number: 0,
        }
    }

    /// What to call it.
    pub fn name(&self) -> String {
        self.name.clone()
    }

    /// How many bytes there are, where that is known.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// The next line, or `None` at the end.
    ///
    /// # Errors
    /// When it cannot be read, or a line is longer than any document may be.
    pub fn next_line(&mut self) -> Result<Option<Item>, Failure> {
        let mut bytes = Vec::new();
        let limit = (MAX_DOCUMENT_BYTES + NAMES_BYTES) as u64;
        let length = (&mut self.reader)
            .take(limit + 1)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", self.name)))?
            as u64;
        if length == 0 {
            return Ok(None);
        }
        self.number += 1;
        if length > limit {
            return Err(Failure::with_hint(
                format!(
                    "{}: line {} is longer than {limit} bytes",
                    self.name, self.number
                ),
                "is it a file of text lines? The lines before this one are stored",
            ));
        }
        while bytes
            .last()
            .is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
        {
            bytes.pop();
        }
        let offset = self.offset;
        self.offset += length;
        if let Some(exported) = Exported::parse(&bytes) {
            return Ok(Some(Item {
                length,
                document: Some(exported.source.get().as_bytes().to_vec()),
                id: Some(exported.id.into_owned()),
                index: Some(exported.index.into_owned()),
            }));
        }
        let id = self
            .identity
            .as_ref()
            .map(|identity| line_id(identity, offset, &bytes));
        let document = document(bytes, self.number);
        Ok(Some(Item {
            length,
            document,
            id,
            index: None,
        }))
    }
}

/// A line of `swarmscope export --ndjson`. No document has such keys: Elasticsearch keeps them for itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exported<'a> {
    #[serde(rename = "_index", borrow)]
    index: Cow<'a, str>,
    #[serde(rename = "_id", borrow)]
    id: Cow<'a, str>,
    #[serde(rename = "_source", borrow)]
    source: &'a RawValue,
}

impl<'a> Exported<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let first = line.trim_ascii_start().starts_with(b"{\"_index\":");
        let exported: Self = first.then(|| serde_json::from_slice(line).ok())??;
        exported.source.get().starts_with('{').then_some(exported)
    }
}

/// The same line at the same place of the same file has the same id.
pub fn line_id(identity: &str, offset: u64, line: &[u8]) -> String {
    let mut key = Vec::with_capacity(identity.len() + line.len() + 9);
    key.extend_from_slice(identity.as_bytes());
    key.push(0);
    key.extend_from_slice(&offset.to_le_bytes());
    key.extend_from_slice(line);
    format!("{:032x}", xxh3_128(&key))
}

fn document(line: Vec<u8>, number: u64) -> Option<Vec<u8>> {
    if line.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let looks_like_object = line.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if looks_like_object && serde_json::from_slice::<IgnoredAny>(&line).is_ok() {
        return Some(line);
    }
    let event = json!({
        "timestamp": Timestamp::now(),
        "message": String::from_utf8_lossy(&line),
        "metadata": { "line": number },
    });
    Some(event.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_id_of_its_place_and_content() {
        let id = line_id("/var/log/a", 10, b"x");
        assert_eq!(id, line_id("/var/log/a", 10, b"x"));
        assert_ne!(id, line_id("/var/log/a", 12, b"x"));
        assert_ne!(id, line_id("/var/log/b", 10, b"x"));
        assert_ne!(id, line_id("/var/log/a", 10, b"y"));
    }

    #[test]
    fn lines_of_an_export_have_their_own_names() {
        let line = br#"{"_index":"a","_id":"\u00e9","_source":{"n": 1.50}}"#;
        let exported = Exported::parse(line).expect("a line of an export");
        assert_eq!((&*exported.index, &*exported.id), ("a", "\u{e9}"));
        assert_eq!(exported.source.get(), "{\"n\": 1.50}");
        for other in [
            r#"{"_index":"a","_id":"b","_source":[1]}"#,
            r#"{"_index":"a","_id":"b","_source":{},"more":1}"#,
            r#"{"_index":"a","_source":{}}"#,
            r#"{"message":"{\"_index\":"}"#,
        ] {
            assert!(Exported::parse(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn objects_are_documents_and_other_lines_are_messages() {
        assert_eq!(
            document(b" {\"a\":1}".to_vec(), 1),
            Some(b" {\"a\":1}".to_vec())
        );
        assert_eq!(document(b"  ".to_vec(), 1), None);
        for text in ["{not json", "[1]", "plain \u{e9}"] {
            let made = document(text.as_bytes().to_vec(), 7).expect("not blank");
            let made: serde_json::Value = serde_json::from_slice(&made).expect("JSON");
            assert_eq!(made["message"], text);
            assert_eq!(made["metadata"]["line"], 7);
        }
    }
}
