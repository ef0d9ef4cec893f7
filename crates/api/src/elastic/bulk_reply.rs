//! The reply to a `_bulk`, written as bytes: it is half as long as the request, and trees of values would
//! cost more than the documents.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use swarmscope_query::store::{Effect, Written};

use super::bulk_request::Entry;
use super::errors::ElasticError;

/// What is said in place of an id that would have been made.
const NO_ID: &str = "auto-generated";
/// What is said in place of a version: any would do.
const NO_VERSION: i64 = -3;

/// What became of a write that was not refused.
#[derive(Debug)]
pub enum Done {
    /// With what the request wants to see of the document.
    Written {
        written: Written,
        shown: Option<Value>,
    },
    /// An update found everything as it should be.
    Unchanged {
        id: String,
        version: u64,
        sequence: u64,
        shown: Option<Value>,
    },
    /// A pipeline wanted the document not to be stored.
    Dropped { id: Option<String> },
}

impl Done {
    /// What this API calls it, and the status.
    fn result(&self) -> (&'static str, StatusCode) {
        match self {
            Done::Unchanged { .. } | Done::Dropped { .. } => ("noop", StatusCode::OK),
            Done::Written { written, .. } => match written.effect {
                Effect::Created => ("created", StatusCode::CREATED),
                Effect::Updated => ("updated", StatusCode::OK),
                Effect::Deleted => ("deleted", StatusCode::OK),
                Effect::NotFound => ("not_found", StatusCode::NOT_FOUND),
            },
        }
    }

    /// Id, version and sequence.
    fn numbers(&self) -> (&str, u64, u64) {
        match self {
            Done::Written { written, .. } => (&written.id, written.version, written.sequence),
            Done::Unchanged {
                id,
                version,
                sequence,
                ..
            } => (id, *version, *sequence),
            Done::Dropped { id } => (id.as_deref().unwrap_or(NO_ID), 0, 0),
        }
    }

    /// The section `get` of the reply, when the request wants to see the document.
    fn shown(&self) -> Option<Value> {
        let (Done::Written { shown, .. } | Done::Unchanged { shown, .. }) = self else {
            return None;
        };
        let (_, _, sequence) = self.numbers();
        shown.as_ref().map(|source| {
            json!({ "_seq_no": sequence, "_primary_term": 1, "found": true, "_source": source })
        })
    }

    /// The reply about a single document.
    pub fn body(&self, index: &str) -> (StatusCode, Value) {
        let (result, status) = self.result();
        let (id, version, sequence) = self.numbers();
        if let Done::Dropped { .. } = self {
            let body = json!({
                "_index": index,
                "_id": id,
                "_version": NO_VERSION,
                "result": result,
                "_shards": { "total": 0, "successful": 0, "failed": 0 },
            });
            return (status, body);
        }
        let mut body = json!({
            "_index": index,
            "_id": id,
            "_version": version,
            "result": result,
            "_shards": { "total": 1, "successful": 1, "failed": 0 },
            "_seq_no": sequence,
            "_primary_term": 1,
        });
        if let Some(shown) = self.shown() {
            body["get"] = shown;
        }
        (status, body)
    }
}

/// About an item without its index and id.
const ITEM_BYTES: usize = 160;

/// The items of a reply under construction.
pub struct Items {
    json: Vec<u8>,
    any_errors: bool,
    /// The last index with its quotes and escapes: mostly that of the next item, too.
    index: Vec<u8>,
    index_name: String,
}

impl Items {
    /// Room for so many items.
    pub fn new(items: usize) -> Self {
        Self {
            json: Vec::with_capacity(items * (ITEM_BYTES + 64)),
            any_errors: false,
            index: b"\"\"".to_vec(),
            index_name: String::new(),
        }
    }

    /// Adds what became of an action.
    pub fn push(&mut self, entry: &Entry, outcome: &Result<Done, ElasticError>) {
        if !self.json.is_empty() {
            self.json.push(b',');
        }
        self.json.extend_from_slice(b"{\"");
        self.json.extend_from_slice(entry.verb.name().as_bytes());
        self.json.extend_from_slice(b"\":");
        match outcome {
            Ok(done @ Done::Dropped { .. }) => {
                let (status, mut item) = done.body(&entry.index);
                item["status"] = status.as_u16().into();
                self.json.extend_from_slice(item.to_string().as_bytes());
            }
            Ok(done) => self.done(&entry.index, done),
            Err(error) => {
                self.any_errors = true;
                let item = json!({
                    "_index": *entry.index,
                    "_id": entry.id,
                    "status": error.status().as_u16(),
                    "error": error.to_value(),
                });
                self.json.extend_from_slice(item.to_string().as_bytes());
            }
        }
        self.json.push(b'}');
    }

    fn done(&mut self, index: &str, done: &Done) {
        if self.index_name != index {
            self.index = quoted(index);
            index.clone_into(&mut self.index_name);
        }
        let (result, status) = done.result();
        let (own_id, own_version, own_sequence) = done.numbers();
        let shown = done.shown();
        let shown = shown.map_or_else(String::new, |shown| format!(",\"get\":{shown}"));
        let mut numbers = [itoa::Buffer::new(); 3];
        let [version, sequence, code] = &mut numbers;
        let is_plain = |byte: u8| matches!(byte, 0x20..0x7f) && byte != b'"' && byte != b'\\';
        let escaped;
        let id = if own_id.bytes().all(is_plain) {
            own_id
        } else {
            escaped = quoted(own_id);
            std::str::from_utf8(&escaped[1..escaped.len() - 1]).unwrap_or_default()
        };
        for part in [
            b"{\"_index\":".as_slice(),
            &self.index,
            b",\"_id\":\"",
            id.as_bytes(),
            b"\",\"_version\":",
            version.format(own_version).as_bytes(),
            b",\"result\":\"",
            result.as_bytes(),
            b"\",\"_shards\":{\"total\":1,\"successful\":1,\"failed\":0},\"_seq_no\":",
            sequence.format(own_sequence).as_bytes(),
            b",\"_primary_term\":1",
            shown.as_bytes(),
            b",\"status\":",
            code.format(status.as_u16()).as_bytes(),
            b"}",
        ] {
            self.json.extend_from_slice(part);
        }
    }

    /// The whole reply, for a request that took so long.
    pub fn finish(self, took: Duration) -> Vec<u8> {
        let head = format!(
            "{{\"took\":{},\"errors\":{},\"items\":[",
            took.as_millis(),
            self.any_errors
        );
        let mut body = self.json;
        body.splice(..0, head.into_bytes());
        body.extend_from_slice(b"]}");
        body
    }
}

/// The text as JSON.
fn quoted(text: &str) -> Vec<u8> {
    serde_json::Value::from(text).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::super::bulk_request::Verb;
    use super::*;
    use axum::body::Bytes;
    use serde_json::Value;

    #[test]
    fn items_are_those_of_single_replies_with_a_status() {
        let mut items = Items::new(0);
        let mut expected = Vec::new();
        for (verb, id, effect) in [
            (Verb::Index, "plain", Effect::Created),
            (Verb::Create, "é\"\\\n\u{7f}", Effect::Updated),
            (Verb::Delete, "", Effect::NotFound),
        ] {
            let entry = Entry::new(verb, "lögs".into(), Some(id.into()), Bytes::new());
            let written = Written {
                id: id.to_owned(),
                sequence: u64::MAX,
                version: 3,
                effect,
            };
            for shown in [None, Some(json!({"a": 1}))] {
                let written = written.clone();
                let done = Done::Written { written, shown };
                let (status, mut body) = done.body(&entry.index);
                body["status"] = status.as_u16().into();
                expected.push(json!({ verb.name(): body }));
                items.push(&entry, &Ok(done));
            }
        }
        let entry = Entry::new(Verb::Index, "x".into(), None, Bytes::new());
        let error = ElasticError::unanswered();
        expected.push(json!({ "index": {
            "_index": "x", "_id": null, "status": error.status().as_u16(), "error": error.to_value(),
        }}));
        items.push(&entry, &Err(error));
        let body = items.finish(Duration::from_millis(7));
        let expected = json!({ "took": 7, "errors": true, "items": expected });
        assert_eq!(String::from_utf8(body).ok(), Some(expected.to_string()));
        let empty: Value =
            serde_json::from_slice(&Items::new(0).finish(Duration::ZERO)).expect("JSON");
        assert_eq!(empty, json!({ "took": 0, "errors": false, "items": [] }));
    }
}
