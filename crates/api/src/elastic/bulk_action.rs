//! The action lines of a `_bulk` request. Most say the same as the one before, or the same but for the
//! id, and are not parsed again.

use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Map, Value};
use swarmscope_query::elastic::{self, SourceFilter};

use super::bulk_request::{Entry, Verb};
use super::condition::{Condition, ConditionParameters};
use super::errors::ElasticError;
use super::update;

/// What an action line says.
#[derive(Debug, Clone)]
pub struct BulkAction {
    pub verb: Verb,
    index: Option<Arc<str>>,
    id: Option<String>,
    /// What has to hold of the document that is there.
    condition: Condition,
    /// How often to try an update.
    tries: u32,
    /// What the reply shows of an updated document.
    shown: Option<SourceFilter>,
    pipeline: Option<String>,
    /// Whether it has to go to an alias, when the line says so.
    require_alias: Option<bool>,
}

impl BulkAction {
    /// With its document.
    ///
    /// # Errors
    /// When the index or an id that is needed is missing, or the document of an update is none.
    pub fn entry(self, source: Bytes) -> Result<Entry, ElasticError> {
        let Some(index) = self.index else {
            return Err(ElasticError::validation("index is missing"));
        };
        if self.id.is_none() {
            if matches!(self.verb, Verb::Delete | Verb::Update) {
                return Err(ElasticError::validation("id is missing"));
            }
            self.condition.without_id()?;
        }
        if self.verb == Verb::Create {
            self.condition.create()?;
        }
        let mut entry = Entry::new(self.verb, index, self.id, source);
        entry.condition = self.condition;
        entry.tries = self.tries;
        entry.pipeline = self.pipeline;
        entry.require_alias = self.require_alias;
        if self.verb == Verb::Update {
            if entry.condition != Condition::None && entry.tries > 1 {
                return Err(ElasticError::validation(
                    "compare and write operations can not be retried",
                ));
            }
            entry.read_update(self.shown)?;
        }
        Ok(entry)
    }
}

/// Reads action lines.
pub struct Actions<'a> {
    default_index: Option<Arc<str>>,
    last: Option<Last<'a>>,
}

/// The last line that was parsed.
struct Last<'a> {
    /// What stands before and behind the id; all of it before when there is none.
    before: &'a [u8],
    behind: &'a [u8],
    /// Without the id.
    action: BulkAction,
    has_id: bool,
}

impl<'a> Actions<'a> {
    /// With the index of actions that name none.
    pub fn new(default_index: Option<&str>) -> Self {
        Self {
            default_index: default_index.map(Arc::from),
            last: None,
        }
    }

    /// What a line says. Lines count from 1.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(&mut self, line: &'a [u8], number: usize) -> Result<BulkAction, ElasticError> {
        if let Some(action) = self.last.as_ref().and_then(|last| last.again(line)) {
            return Ok(action);
        }
        let (verb, target) = parse(line, number)?;
        let known = self
            .last
            .as_ref()
            .and_then(|last| last.action.index.as_ref());
        let index = match target.index {
            None => self.default_index.clone(),
            Some(name) => Some(match known {
                Some(known) if **known == *name => Arc::clone(known),
                _ => Arc::from(name),
            }),
        };
        let action = BulkAction {
            verb,
            index,
            id: None,
            condition: target.condition.read()?,
            tries: update::tries(target.retry_on_conflict.as_deref())?,
            shown: target.shown,
            pipeline: target.pipeline,
            require_alias: target.require_alias,
        };
        let around = match &target.id {
            None => Some((line, &[][..])),
            Some(id) => around_id(line, id),
        };
        if let Some((before, behind)) = around {
            self.last = Some(Last {
                before,
                behind,
                action: action.clone(),
                has_id: target.id.is_some(),
            });
        }
        Ok(BulkAction {
            id: target.id,
            ..action
        })
    }
}

impl Last<'_> {
    /// What a line says that is this one, its id aside.
    fn again(&self, line: &[u8]) -> Option<BulkAction> {
        let rest = line.strip_prefix(self.before)?.strip_suffix(self.behind)?;
        if !self.has_id {
            return rest.is_empty().then(|| self.action.clone());
        }
        let is_plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
        if !rest.iter().all(is_plain) {
            return None;
        }
        Some(BulkAction {
            id: Some(std::str::from_utf8(rest).ok()?.to_owned()),
            ..self.action.clone()
        })
    }
}

/// What stands around a line's id, quotes included, when that is its one place and has no escapes.
fn around_id<'a>(line: &'a [u8], id: &str) -> Option<(&'a [u8], &'a [u8])> {
    let quoted = [b"\"", id.as_bytes(), b"\""].concat();
    let mut places = memchr::memmem::find_iter(line, &quoted);
    let (place, None) = (places.next()?, places.next()) else {
        return None;
    };
    let (before, behind) = line.split_at(place + 1);
    let key = before.strip_suffix(b"\"")?.trim_ascii_end();
    let key = key.strip_suffix(b":")?.trim_ascii_end();
    key.ends_with(b"\"_id\"")
        .then_some((before, &behind[id.len()..]))
}

fn malformed(number: usize, rest: &str) -> ElasticError {
    ElasticError::illegal_argument(format!("Malformed action/metadata line [{number}], {rest}"))
}

fn parse(line: &[u8], number: usize) -> Result<(Verb, Target), ElasticError> {
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
        (Verb::Update, _) if target.condition.names_versions() => {
            Err(ElasticError::illegal_argument(
                "Update requests do not support versioning. Please use `if_seq_no` and `if_primary_term` instead",
            ))
        }
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

/// Where an action goes, as its line says.
#[derive(Debug, Default)]
struct Target {
    index: Option<String>,
    id: Option<String>,
    op_type: Option<String>,
    condition: ConditionParameters,
    retry_on_conflict: Option<String>,
    shown: Option<SourceFilter>,
    pipeline: Option<String>,
    require_alias: Option<bool>,
}

impl Target {
    fn read(object: Map<String, Value>, number: usize) -> Result<Self, ElasticError> {
        let mut target = Self::default();
        for (key, value) in object {
            match key.as_str() {
                "_index" => target.index = text(value),
                "_id" => target.id = text(value),
                "op_type" => target.op_type = text(value),
                // They matter to shards and mappings, of which there are none.
                "routing"
                | "_routing"
                | "dynamic_templates"
                | "require_data_stream"
                | "list_executed_pipelines" => {}
                "retry_on_conflict" => target.retry_on_conflict = text(value),
                "if_seq_no" => target.condition.if_seq_no = text(value),
                "if_primary_term" => target.condition.if_primary_term = text(value),
                "version" | "_version" => target.condition.version = text(value),
                "version_type" => target.condition.version_type = text(value),
                "_source" => target.shown = Some(elastic::source_filter(&value.to_string())?),
                "pipeline" => target.pipeline = text(value),
                "require_alias" => target.require_alias = text(value).map(|on| on == "true"),
                _ => {
                    return Err(ElasticError::illegal_argument(format!(
                        "Action/metadata line [{number}] contains an unknown parameter [{key}]"
                    )));
                }
            }
        }
        Ok(target)
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

    /// What each line says, read by one reader; a fresh one has to agree.
    fn read(lines: &[&str]) -> Vec<(Verb, Option<String>, Option<String>)> {
        let mut actions = Actions::new(Some("logs"));
        let told = |action: BulkAction| {
            let index = action.index.map(|index| index.to_string());
            (action.verb, index, action.id)
        };
        let lines = lines.iter().zip(1..);
        lines
            .map(|(line, number)| {
                let action = actions.read(line.as_bytes(), number);
                let fresh = Actions::new(Some("logs")).read(line.as_bytes(), number);
                let action = told(action.expect("an action"));
                assert_eq!(action, told(fresh.expect("an action")), "{line}");
                action
            })
            .collect()
    }

    #[test]
    fn lines_like_the_last_one_say_what_they_say() {
        let told = read(&[
            r#"{"index":{}}"#,
            r#"{"index":{}}"#,
            r#"{"index": {} }"#,
            r#"{"create":{"_index":"a","_id":"1"}}"#,
            r#"{"create":{"_index":"a","_id":"22"}}"#,
            r#"{"create":{"_index":"a","_id":"2\u0031"}}"#,
            r#"{"create":{"_index":"b","_id":"1"}}"#,
            r#"{"create":{"_index":"b","_id":""}}"#,
            r#"{"create":{"_index":"b","_id":"x","op_type":"index"}}"#,
            r#"{"create":{"_index":"b","_id":"x"}}"#,
            r#"{"create":{"_index":"b","_id":"x","_id":"y"}}"#,
            r#"{"create":{"_index":"b","_id":"z","_id":"y"}}"#,
            r#"{"create":{"_id":7,"routing":"7"}}"#,
            r#"{"create":{"_id":7,"routing":"8"}}"#,
            r#"{"create":{"_id":7}}"#,
            r#"{"create":{"_id":"_id"}}"#,
            r#"{"create":{"_id":"éé"}}"#,
        ]);
        assert_eq!(told[1], (Verb::Index, Some("logs".into()), None));
        assert_eq!(told[4], (Verb::Create, Some("a".into()), Some("22".into())));
    }
}
