//! The lines of a `_bulk` request: actions and documents, read before anything is written.

use serde_json::{Map, Value};
use swarmscope_query::store::{Action, WriteOperation};

use super::errors::ElasticError;

/// One action of a bulk.
#[derive(Debug)]
pub struct Entry {
    pub verb: Verb,
    pub index: String,
    pub id: Option<String>,
    /// The bytes of the document; empty for a delete.
    source: Box<[u8]>,
}

/// What an action line asks for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Index,
    Create,
    Delete,
    /// A change of a part, which a store of logs does not do.
    Update,
}

impl Verb {
    const ALL: [Verb; 4] = [Verb::Index, Verb::Create, Verb::Delete, Verb::Update];

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
    /// The write to make of it, or why this one action cannot be done.
    ///
    /// # Errors
    /// For an update and for an empty id.
    pub fn operation(&mut self) -> Result<WriteOperation, ElasticError> {
        let action = match self.verb {
            Verb::Index => Action::Index,
            Verb::Create => Action::Create,
            Verb::Delete => Action::Delete,
            Verb::Update => {
                return Err(ElasticError::illegal_argument(
                    "[update] is not supported: documents are replaced whole with [index]",
                ));
            }
        };
        if self.id.as_deref() == Some("") {
            return Err(ElasticError::illegal_argument(
                "if _id is specified it must not be empty",
            ));
        }
        Ok(WriteOperation {
            index: self.index.clone(),
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
pub fn parse(body: &[u8], default_index: Option<&str>) -> Result<Vec<Entry>, ElasticError> {
    if body.is_empty() {
        return Err(ElasticError::parse("request body is required"));
    }
    let Some(body) = body.strip_suffix(b"\n") else {
        return Err(ElasticError::illegal_argument(
            "The bulk request must be terminated by a newline [\\n]",
        ));
    };
    let mut entries = Vec::new();
    let mut lines = body.split(|byte| *byte == b'\n').enumerate();
    while let Some((at, line)) = lines.next() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let (verb, target) = action(line, at + 1)?;
        let source = match verb {
            Verb::Delete => &[][..],
            _ => match lines.next() {
                Some((_, source)) => source,
                // Elasticsearch drops an action at the end that has no document.
                None => break,
            },
        };
        entries.push(target.entry(verb, source, default_index)?);
    }
    if entries.is_empty() {
        return Err(ElasticError::validation("no requests added"));
    }
    Ok(entries)
}

fn malformed(number: usize, rest: &str) -> ElasticError {
    ElasticError::illegal_argument(format!("Malformed action/metadata line [{number}], {rest}"))
}

fn action(line: &[u8], number: usize) -> Result<(Verb, Target), ElasticError> {
    let value: Value = serde_json::from_slice(line).map_err(|error| {
        ElasticError::content(&error, &format!("action/metadata line [{number}]"))
    })?;
    let Value::Object(object) = value else {
        let found = token(&value);
        return Err(malformed(
            number,
            &format!("expected START_OBJECT but found [{found}]"),
        ));
    };
    let Some((name, target)) = object.into_iter().next() else {
        return Err(malformed(
            number,
            "expected FIELD_NAME but found [END_OBJECT]",
        ));
    };
    let Some(verb) = Verb::ALL.into_iter().find(|verb| verb.name() == name) else {
        let expected = "expected field [create], [delete], [index] or [update]";
        return Err(malformed(number, &format!("{expected} but found [{name}]")));
    };
    let Value::Object(target) = target else {
        let found = token(&target);
        let expected = "expected START_OBJECT or END_OBJECT";
        return Err(malformed(
            number,
            &format!("{expected} but found [{found}]"),
        ));
    };
    let target = Target::read(target, number)?;
    match (verb, target.op_type.as_deref()) {
        (Verb::Index, Some("create")) => Ok((Verb::Create, target)),
        _ => Ok((verb, target)),
    }
}

/// What Elasticsearch calls the token that a value begins with.
fn token(value: &Value) -> &'static str {
    match value {
        Value::Null => "VALUE_NULL",
        Value::Bool(_) => "VALUE_BOOLEAN",
        Value::Number(_) => "VALUE_NUMBER",
        Value::String(_) => "VALUE_STRING",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    }
}

/// Where an action goes.
#[derive(Debug, Default)]
struct Target {
    index: Option<String>,
    id: Option<String>,
    op_type: Option<String>,
}

impl Target {
    fn read(object: Map<String, Value>, number: usize) -> Result<Self, ElasticError> {
        let mut target = Self::default();
        for (key, value) in object {
            match key.as_str() {
                "_index" => target.index = text(value),
                "_id" => target.id = text(value),
                "op_type" => target.op_type = text(value),
                // They matter to shards, pipelines and mappings, of which there are none.
                "routing"
                | "_routing"
                | "retry_on_conflict"
                | "dynamic_templates"
                | "require_alias"
                | "require_data_stream"
                | "list_executed_pipelines"
                | "_source" => {}
                "pipeline" if matches!(value.as_str(), None | Some("" | "_none")) => {}
                "version" | "_version" | "version_type" | "if_seq_no" | "if_primary_term"
                | "pipeline" => {
                    return Err(ElasticError::illegal_argument(format!(
                        "Action/metadata line [{number}] contains [{key}], which is not \
                         supported here; use [create] to write a document once"
                    )));
                }
                _ => {
                    return Err(ElasticError::illegal_argument(format!(
                        "Action/metadata line [{number}] contains an unknown parameter [{key}]"
                    )));
                }
            }
        }
        Ok(target)
    }

    fn entry(
        self,
        verb: Verb,
        source: &[u8],
        default_index: Option<&str>,
    ) -> Result<Entry, ElasticError> {
        let Some(index) = self.index.or_else(|| default_index.map(str::to_owned)) else {
            return Err(ElasticError::validation("index is missing"));
        };
        if self.id.is_none() && matches!(verb, Verb::Delete | Verb::Update) {
            return Err(ElasticError::validation("id is missing"));
        }
        Ok(Entry {
            verb,
            index,
            id: self.id,
            source: source.into(),
        })
    }
}

/// Text, or the digits of a number: clients send both.
fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(body: &str) -> String {
        let error = parse(body.as_bytes(), Some("logs")).expect_err("has to be refused");
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
        let entries = parse(body.as_bytes(), Some("logs")).expect("a good bulk");
        let told: Vec<_> = entries
            .iter()
            .map(|entry| (entry.verb, entry.index.as_str(), entry.id.as_deref()))
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
}
