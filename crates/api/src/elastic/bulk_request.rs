//! The lines of a `_bulk` request: actions and documents, read before anything is written.

use std::sync::Arc;

use axum::body::Bytes;
use swarmscope_query::elastic::SourceFilter;
use swarmscope_query::store::WriteOperation;

use super::bulk_action::Actions;
use super::condition::Condition;
use super::errors::ElasticError;
use super::partial::Partial;
use super::update::Change;

/// One action of a bulk.
#[derive(Debug)]
pub struct Entry {
    pub verb: Verb,
    pub index: Arc<str>,
    pub id: Option<String>,
    /// The bytes of the document, a part of the request's; empty for a delete.
    source: Bytes,
    /// What has to hold of the document that is there.
    pub condition: Condition,
    /// The pipeline that the action names.
    pub pipeline: Option<String>,
    /// Whether it has to go to an alias; what the request says when the action says nothing.
    pub require_alias: Option<bool>,
    /// Whether a pipeline wants it not to be written.
    pub is_dropped: bool,
    /// Why it is not to be written.
    pub refused: Option<ElasticError>,
    /// Of an update, what to change.
    pub update: Option<Box<Change>>,
    /// How often to try an update that others come in the way of.
    pub tries: u32,
}

/// What an action line asks for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Index,
    Create,
    Delete,
    /// A change of a part.
    Update,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 4] = [Verb::Index, Verb::Create, Verb::Delete, Verb::Update];

    /// The name in requests and replies.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Index => "index",
            Verb::Create => "create",
            Verb::Delete => "delete",
            Verb::Update => "update",
        }
    }
}

impl Entry {
    /// An action with its document.
    pub fn new(verb: Verb, index: Arc<str>, id: Option<String>, source: Bytes) -> Self {
        Self {
            verb,
            index,
            id,
            source,
            condition: Condition::None,
            pipeline: None,
            require_alias: None,
            is_dropped: false,
            refused: None,
            update: None,
            tries: 1,
        }
    }

    /// The document's bytes.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// Stores another document instead.
    pub fn replace_source(&mut self, source: Bytes) {
        self.source = source;
    }

    /// Reads what an update is to change.
    ///
    /// # Errors
    /// When its document is no update.
    pub fn read_update(&mut self, shown: Option<SourceFilter>) -> Result<(), ElasticError> {
        let mut partial = Partial::read(&std::mem::take(&mut self.source))?;
        if shown.is_some() {
            partial.shown = shown;
        }
        self.update = Some(Box::new(Change {
            index: Arc::clone(&self.index),
            id: self.id.clone().unwrap_or_default(),
            partial,
            required: self.condition.written(),
        }));
        Ok(())
    }

    /// The write to make of it, or why this one action cannot be done.
    ///
    /// # Errors
    /// For an update, which is no write yet, for an empty id, and for what was refused already.
    pub fn operation(&mut self) -> Result<WriteOperation, ElasticError> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        let action = match self.verb {
            Verb::Index => self.condition.index(),
            Verb::Create => self.condition.create()?,
            Verb::Delete => self.condition.delete(),
            Verb::Update => return Err(ElasticError::unanswered()),
        };
        if self.id.as_deref() == Some("") {
            return Err(ElasticError::illegal_argument(
                "if _id is specified it must not be empty",
            ));
        }
        Ok(WriteOperation {
            index: Arc::clone(&self.index),
            action,
            id: self.id.clone(),
            source: std::mem::take(&mut self.source),
        })
    }
}

/// Reads all lines.
///
/// # Errors
/// When any of them is malformed: then nothing of the request is to be written.
pub fn parse(body: &Bytes, default_index: Option<&str>) -> Result<Vec<Entry>, ElasticError> {
    if body.is_empty() {
        return Err(ElasticError::parse("request body is required"));
    }
    if !body.ends_with(b"\n") {
        return Err(ElasticError::illegal_argument(
            "The bulk request must be terminated by a newline [\\n]",
        ));
    }
    let mut entries = Vec::new();
    let mut actions = Actions::new(default_index);
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', body);
    let mut lines = (1..).zip(ends.map(|end| std::mem::replace(&mut start, end + 1)..end));
    while let Some((number, line)) = lines.next() {
        let line = &body[line];
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let action = actions.read(line, number)?;
        let source = match action.verb {
            Verb::Delete => Bytes::new(),
            _ => match lines.next() {
                Some((_, source)) => body.slice(source),
                // Elasticsearch drops an action at the end that has no document.
                None => break,
            },
        };
        entries.push(action.entry(source)?);
    }
    if entries.is_empty() {
        return Err(ElasticError::validation("no requests added"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(body: &str) -> String {
        let error = parse(&Bytes::copy_from_slice(body.as_bytes()), Some("logs"))
            .expect_err("has to be refused");
        error.to_value()["reason"]
            .as_str()
            .expect("a reason")
            .to_owned()
    }

    #[test]
    fn actions_and_documents_are_paired() {
        let body = concat!(
            "{\"index\":{}}\n{\"a\":1}\n",
            "\n",
            "{\"create\":{\"_index\":\"other\",\"_id\":7}}\r\n{\"b\":2}\r\n",
            "{\"delete\":{\"_id\":\"x\"}}\n",
            "{\"index\":{\"op_type\":\"create\",\"_id\":\"y\"}}\n{}\n",
        );
        let entries =
            parse(&Bytes::copy_from_slice(body.as_bytes()), Some("logs")).expect("a good bulk");
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.verb, &*entry.index, entry.id.as_deref()))
            .collect();
        let expected = [
            (Verb::Index, "logs", None),
            (Verb::Create, "other", Some("7")),
            (Verb::Delete, "logs", Some("x")),
            (Verb::Create, "logs", Some("y")),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_malformed_bulk_is_refused_whole() {
        assert_eq!(reason(""), "request body is required");
        assert_eq!(
            reason("{\"index\":{}}\n{}"),
            "The bulk request must be terminated by a newline [\\n]"
        );
        assert_eq!(
            reason("{\"index\":{}}\n{}\n{\"put\":{}}\n{}\n"),
            "Malformed action/metadata line [3], expected field [create], [delete], [index] or \
             [update] but found [put]"
        );
        assert_eq!(
            reason("{\"index\":[]}\n{}\n"),
            "Malformed action/metadata line [1], expected START_OBJECT or END_OBJECT but found \
             [START_ARRAY]"
        );
        assert_eq!(reason("\n"), "Validation Failed: 1: no requests added;");
        assert_eq!(
            reason("{\"delete\":{}}\n"),
            "Validation Failed: 1: id is missing;"
        );
    }

    /// Seeded: bytes of a good bulk put elsewhere, doubled, cut and changed.
    #[test]
    fn any_bytes_are_a_bulk_or_refused_as_a_whole() {
        const GOOD: &[u8] = b"{\"index\":{\"_index\":\"a\",\"_id\":\"1\"}}\n{\"x\":\"\xc3\xa9\"}\r\n\
            {\"delete\":{\"_id\":2}}\n{\"update\":{\"_id\":\"3\",\"retry_on_conflict\":2}}\n{\"doc\":{\"y\":[1]}}\n\
            {\"create\":{}}\n{}\n";
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        let mut read = 0;
        for _ in 0..20_000 {
            let mut bytes = GOOD.to_vec();
            for _ in 0..=random(4) {
                let at = random(bytes.len());
                match random(5) {
                    0 => bytes[at] = random(256) as u8,
                    1 => bytes.truncate(at.max(1)),
                    2 => bytes.insert(at, b"{}[]\"\n,:\\"[random(9)]),
                    3 => drop(bytes.remove(at)),
                    _ => bytes.extend_from_within(at..),
                }
                if bytes.is_empty() {
                    bytes.push(b'\n');
                }
            }
            if random(2) == 0 {
                bytes.push(b'\n');
            }
            if let Ok(entries) = parse(&Bytes::from(bytes.clone()), Some("logs")) {
                read += 1;
                let sources: usize = entries.iter().map(|entry| entry.source().len()).sum();
                assert!(!entries.is_empty() && sources <= bytes.len());
            }
        }
        assert!(read > 500, "{read} of them were bulks");
    }
}
