//! `_bulk`: many documents in one request, each with a result of its own.

use std::time::Instant;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use swarmscope_query::store::{Action, Effect, WriteOperation, Written};

use super::ElasticState;
use super::body::Body;
use super::errors::ElasticError;

/// `POST /_bulk`
pub async fn bulk(
    State(state): State<ElasticState>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, None).await
}

/// `POST /{index}/_bulk`
pub async fn bulk_into(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Body(body): Body,
) -> Result<Response, ElasticError> {
    write(&state, &body, Some(&index)).await
}

async fn write(
    state: &ElasticState,
    body: &[u8],
    default_index: Option<&str>,
) -> Result<Response, ElasticError> {
    let started = Instant::now();
    let entries = parse(body, default_index)?;
    let operations: Vec<WriteOperation> = entries
        .iter()
        .filter_map(|entry| entry.operation.clone())
        .collect();
    let mut outcomes = state.logs.write(operations).await?.into_iter();
    let mut errors = false;
    let mut items = Vec::with_capacity(entries.len());
    for entry in entries {
        let outcome = match &entry.operation {
            Some(_) => outcomes
                .next()
                .ok_or_else(|| {
                    let reason = "the log store answered for fewer documents than it was given";
                    ElasticError::new(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "illegal_state_exception",
                        reason,
                    )
                })?
                .map_err(ElasticError::from),
            None => Err(ElasticError::illegal_argument(
                "[update] is not supported: documents are replaced whole with [index]",
            )),
        };
        errors |= outcome.is_err();
        items.push(json!({ entry.verb.name(): item(&entry, outcome) }));
    }
    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Json(json!({ "errors": errors, "took": took, "items": items })).into_response())
}

/// One action of a bulk.
#[derive(Debug)]
struct Entry {
    verb: Verb,
    index: String,
    id: Option<String>,
    /// `None` for an update, which a store of logs does not do.
    operation: Option<WriteOperation>,
}

/// What an action line asks for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Index,
    Create,
    Delete,
    Update,
}

impl Verb {
    const ALL: [Verb; 4] = [Verb::Index, Verb::Create, Verb::Delete, Verb::Update];

    fn name(self) -> &'static str {
        match self {
            Verb::Index => "index",
            Verb::Create => "create",
            Verb::Delete => "delete",
            Verb::Update => "update",
        }
    }

    fn action(self) -> Option<Action> {
        match self {
            Verb::Index => Some(Action::Index),
            Verb::Create => Some(Action::Create),
            Verb::Delete => Some(Action::Delete),
            Verb::Update => None,
        }
    }
}

/// Where an action goes. Keys that matter to other products' shards are taken and left alone.
#[derive(Debug, Default, Deserialize)]
struct Target {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<Value>,
    op_type: Option<String>,
}

fn parse(body: &[u8], default_index: Option<&str>) -> Result<Vec<Entry>, ElasticError> {
    if body.is_empty() {
        return Err(ElasticError::parse("request body is required"));
    }
    if body.last() != Some(&b'\n') {
        return Err(ElasticError::illegal_argument(
            "The bulk request must be terminated by a newline [\\n]",
        ));
    }
    let mut entries = Vec::new();
    let mut lines = body.split(|byte| *byte == b'\n').enumerate();
    while let Some((number, line)) = lines.next() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let (verb, target) = action(line, number + 1)?;
        let verb = match (verb, target.op_type.as_deref()) {
            (Verb::Index, Some("create")) => Verb::Create,
            (verb, _) => verb,
        };
        let source = match verb {
            Verb::Delete => None,
            _ => Some(lines.next().map_or(&[][..], |(_, line)| line)),
        };
        entries.push(entry(verb, target, source, default_index)?);
    }
    if entries.is_empty() {
        return Err(ElasticError::validation("no requests added"));
    }
    Ok(entries)
}

fn action(line: &[u8], number: usize) -> Result<(Verb, Target), ElasticError> {
    let malformed = |expected: &str| {
        ElasticError::illegal_argument(format!(
            "Malformed action/metadata line [{number}], expected {expected}"
        ))
    };
    let object: Map<String, Value> =
        serde_json::from_slice(line).map_err(|_| malformed("a JSON object with one action"))?;
    let Some((name, target)) = object.into_iter().next() else {
        return Err(malformed("FIELD_NAME but found [END_OBJECT]"));
    };
    let Some(verb) = Verb::ALL.into_iter().find(|verb| verb.name() == name) else {
        let expected = "field [create], [delete], [index] or [update]";
        return Err(malformed(&format!("{expected} but found [{name}]")));
    };
    let target = serde_json::from_value(target)
        .map_err(|error| malformed(&format!("an object with _index and _id: {error}")))?;
    Ok((verb, target))
}

fn entry(
    verb: Verb,
    target: Target,
    source: Option<&[u8]>,
    default_index: Option<&str>,
) -> Result<Entry, ElasticError> {
    let Some(index) = target.index.or_else(|| default_index.map(str::to_owned)) else {
        return Err(ElasticError::validation("index is missing"));
    };
    let id = match target.id {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => Some(id),
        // Clients send numbers too, and mean their digits.
        Some(Value::Number(id)) => Some(id.to_string()),
        Some(other) => {
            return Err(ElasticError::illegal_argument(format!(
                "_id has to be text, not {other}"
            )));
        }
    };
    if id.as_deref() == Some("") {
        return Err(ElasticError::illegal_argument(
            "if _id is specified it must not be empty",
        ));
    }
    if id.is_none() && verb == Verb::Delete {
        return Err(ElasticError::validation("id is missing"));
    }
    let operation = verb.action().map(|action| WriteOperation {
        index: index.clone(),
        action,
        id: id.clone(),
        source: source.unwrap_or_default().into(),
    });
    Ok(Entry {
        verb,
        index,
        id,
        operation,
    })
}

/// The result of one written document, as in a bulk's items and as a reply of its own.
pub fn written_body(index: &str, written: &Written) -> (StatusCode, Map<String, Value>) {
    let (result, status) = match written.effect {
        Effect::Created => ("created", StatusCode::CREATED),
        Effect::Updated => ("updated", StatusCode::OK),
        Effect::Deleted => ("deleted", StatusCode::OK),
        Effect::NotFound => ("not_found", StatusCode::NOT_FOUND),
    };
    let body = json!({
        "_index": index,
        "_id": written.id,
        "_version": written.version,
        "result": result,
        "_shards": { "total": 1, "successful": 1, "failed": 0 },
        "_seq_no": written.sequence,
        "_primary_term": 1,
    });
    match body {
        Value::Object(body) => (status, body),
        _ => (status, Map::new()),
    }
}

fn item(entry: &Entry, outcome: Result<Written, ElasticError>) -> Value {
    match outcome {
        Ok(written) => {
            let (status, mut body) = written_body(&entry.index, &written);
            body.insert("status".to_owned(), status.as_u16().into());
            Value::Object(body)
        }
        Err(error) => json!({
            "_index": entry.index,
            "_id": entry.id,
            "status": error.status().as_u16(),
            "error": error.to_value(),
        }),
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
        assert_eq!(reason("\n"), "Validation Failed: 1: no requests added;");
        assert_eq!(
            reason("{\"delete\":{}}\n"),
            "Validation Failed: 1: id is missing;"
        );
    }
}
