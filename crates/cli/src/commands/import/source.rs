//! A file or standard input as documents with ids.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::json;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_DOCUMENT_BYTES;
use xxhash_rust::xxh3::xxh3_128;

use crate::failure::Failure;

/// Where lines come from.
pub struct Source {
    name: String,
    reader: Box<dyn BufRead + Send>,
    /// The path that lines' ids are made from; standard input has none.
    identity: Option<String>,
    length: Option<u64>,
    offset: u64,
    number: u64,
}

/// One line, ready to be sent.
pub struct ImportLine {
    /// Bytes read, with the line's end.
    pub length: u64,
    /// `None` for a blank line.
    pub document: Option<Vec<u8>>,
    pub id: Option<String>,
}

impl Source {
    /// Opens the file, or standard input for `-`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let reader = Box::new(BufReader::new(stdin()));
            return Ok(Self::new("standard input".to_owned(), reader, None, None));
        }
        let unreadable = |error: &std::io::Error| {
            Failure::with_hint(
                format!("cannot read {}: {error}", path.display()),
                "check the path and its permissions; nothing was imported",
            )
        };
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if metadata.is_dir() {
            return Err(Failure::with_hint(
                format!("{} is a folder", path.display()),
                format!(
                    "name the files in it: swarmscope import {}/*",
                    path.display()
                ),
            ));
        }
        let absolute = path.canonicalize().map_err(|error| unreadable(&error))?;
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let identity = absolute.to_string_lossy().into_owned();
        let length = metadata.is_file().then_some(metadata.len());
        let reader = Box::new(BufReader::with_capacity(256 * 1024, file));
        Ok(Self::new(name, reader, Some(identity), length))
    }

    fn new(
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
    pub fn next_line(&mut self) -> Result<Option<ImportLine>, Failure> {
        let mut bytes = Vec::new();
        let limit = MAX_DOCUMENT_BYTES as u64;
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
        let id = self
            .identity
            .as_ref()
            .map(|identity| line_id(identity, self.offset, &bytes));
        self.offset += length;
        let document = document(bytes, self.number);
        Ok(Some(ImportLine {
            length,
            document,
            id,
        }))
    }
}

/// The same line at the same place of the same file has the same id.
fn line_id(identity: &str, offset: u64, line: &[u8]) -> String {
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
