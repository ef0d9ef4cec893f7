//! A document on its way through pipelines: what is in it, where it is to go, and what the pipelines know of it.
//! Dotted paths reach all three, as processors name fields.

use serde_json::{Map, Value, json};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_PIPELINE_NESTING, MAX_PIPELINE_RUN};

use super::super::errors::ElasticError;
use super::library::Library;
use super::path::{self, Absent};
use super::room::{Room, check_depth};
use super::trace::Trace;

/// What is said of a document beside its fields.
const METADATA: [&str; 5] = ["_index", "_id", "_routing", "_version", "_version_type"];

/// A document that pipelines work on.
pub struct Draft<'a> {
    pub source: Map<String, Value>,
    /// By their names, [`METADATA`] alone.
    pub metadata: Map<String, Value>,
    /// What processors see as `_ingest`.
    pub ingest: Map<String, Value>,
    pub now: Timestamp,
    pub room: Room,
    /// What each processor did, when somebody wants to know.
    pub trace: Option<Trace>,
    /// Where pipelines that processors name are found.
    pub library: &'a Library,
    /// The pipelines that are being run, the innermost last.
    pub running: Vec<String>,
    /// Processors that are being run, one within the other.
    pub nesting: usize,
    steps_left: usize,
}

impl<'a> Draft<'a> {
    /// A document that is to go to this index.
    pub fn new(
        source: Map<String, Value>,
        index: &str,
        id: Option<&str>,
        now: Timestamp,
        library: &'a Library,
    ) -> Self {
        let mut metadata = Map::from_iter([("_index".to_owned(), index.into())]);
        if let Some(id) = id {
            metadata.insert("_id".to_owned(), id.into());
        }
        Self {
            source,
            metadata,
            ingest: Map::from_iter([("timestamp".to_owned(), now.to_string().into())]),
            now,
            room: Room::default(),
            trace: None,
            library,
            running: Vec::new(),
            nesting: 0,
            steps_left: MAX_PIPELINE_RUN,
        }
    }

    /// Counts one processor that is run.
    ///
    /// # Errors
    /// When there were too many: pipelines call each other, and `foreach` goes over lists.
    pub fn count_step(&mut self) -> Result<(), ElasticError> {
        self.count_steps(1)?;
        match self.nesting > MAX_PIPELINE_NESTING {
            true => Err(ElasticError::illegal_argument(format!(
                "more than {MAX_PIPELINE_NESTING} processors would run one within the other"
            ))),
            false => Ok(()),
        }
    }

    /// Counts what costs as much as so many processors.
    ///
    /// # Errors
    /// As [`Draft::count_step`].
    pub fn count_steps(&mut self, steps: usize) -> Result<(), ElasticError> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or_else(|| {
            ElasticError::illegal_argument(format!(
                "more than {MAX_PIPELINE_RUN} processors and parts of conditions would run for one document"
            ))
        })?;
        Ok(())
    }

    /// What is left of what may still run.
    pub fn steps_left(&self) -> usize {
        self.steps_left
    }

    /// Makes something of the document as it is, and takes the room for it on the way.
    ///
    /// # Errors
    /// Those of what is called.
    pub fn with_room<T>(
        &mut self,
        make: impl FnOnce(&Self, &mut Room) -> Result<T, ElasticError>,
    ) -> Result<T, ElasticError> {
        let mut room = std::mem::take(&mut self.room);
        let made = make(self, &mut room);
        self.room = room;
        made
    }

    /// How many processors have been written down.
    pub fn notes(&self) -> usize {
        self.trace.as_ref().map_or(0, |trace| trace.results.len())
    }

    /// The value at a path.
    ///
    /// # Errors
    /// When there is none, with the part of the path that is missing.
    pub fn value(&self, field: &str) -> Result<&Value, ElasticError> {
        let (root, rest) = self.root(field);
        path::find(root, rest).map_err(|absent| ElasticError::illegal_argument(absent.told(field)))
    }

    /// The value at a path, if there is any.
    pub fn get(&self, field: &str) -> Option<&Value> {
        let (root, rest) = self.root(field);
        path::find(root, rest).ok()
    }

    /// The text at a path; none when it may be missing and is.
    ///
    /// # Errors
    /// When it is missing and may not be, or is no text.
    pub fn text(&self, field: &str, ignore_missing: bool) -> Result<Option<&str>, ElasticError> {
        if ignore_missing && self.get(field).is_none_or(Value::is_null) {
            return Ok(None);
        }
        match self.value(field)? {
            Value::String(text) => Ok(Some(text)),
            Value::Null => Err(is_null(field)),
            other => Err(no_cast(field, other, "java.lang.String")),
        }
    }

    /// Puts a value at a path, making the objects on the way.
    ///
    /// # Errors
    /// When something else is in the way, or the document would be too deep.
    pub fn set(&mut self, field: &str, value: Value) -> Result<(), ElasticError> {
        check_depth(field, &value)?;
        let (root, rest) = self.root_mut(field);
        path::set(root, rest, value).map_err(|absent| {
            ElasticError::illegal_argument(match absent {
                Absent::Part(part) => format!(
                    "cannot set [{part}] with parent object of another type as part of path [{field}]"
                ),
                other => other.told(field),
            })
        })
    }

    /// Takes the value at a path out.
    ///
    /// # Errors
    /// As [`Draft::value`].
    pub fn remove(&mut self, field: &str) -> Result<Value, ElasticError> {
        self.value(field)?;
        let (root, rest) = self.root_mut(field);
        Ok(path::remove(root, rest).unwrap_or_default())
    }

    fn root<'p>(&self, field: &'p str) -> (&Map<String, Value>, &'p str) {
        if METADATA.contains(&field) {
            return (&self.metadata, field);
        }
        match field.strip_prefix("_ingest.") {
            Some(rest) => (&self.ingest, rest),
            None => (
                &self.source,
                field.strip_prefix("_source.").unwrap_or(field),
            ),
        }
    }

    fn root_mut<'p>(&mut self, field: &'p str) -> (&mut Map<String, Value>, &'p str) {
        if METADATA.contains(&field) {
            return (&mut self.metadata, field);
        }
        match field.strip_prefix("_ingest.") {
            Some(rest) => (&mut self.ingest, rest),
            None => (
                &mut self.source,
                field.strip_prefix("_source.").unwrap_or(field),
            ),
        }
    }

    /// Takes the room for showing the document.
    ///
    /// # Errors
    /// When there is not as much left.
    pub fn take_shown(&self, room: &mut Room) -> Result<(), ElasticError> {
        [&self.metadata, &self.source, &self.ingest]
            .into_iter()
            .try_for_each(|members| room.take_members(members))
    }

    /// The document as a trial shows it.
    pub fn shown(&self) -> Value {
        let meta = |key: &str| {
            self.metadata
                .get(key)
                .cloned()
                .unwrap_or_else(|| key.into())
        };
        json!({
            "_index": meta("_index"),
            "_version": "-3",
            "_id": meta("_id"),
            "_source": self.source,
            "_ingest": self.ingest,
        })
    }
}

/// 400: a field that has to have a value.
pub fn is_null(field: &str) -> ElasticError {
    ElasticError::illegal_argument(format!("field [{field}] is null, cannot process it."))
}

/// 400: a value of another type, in the words of the original, which is written in Java.
pub fn no_cast(field: &str, value: &Value, wanted: &str) -> ElasticError {
    let found = java_type(value);
    ElasticError::illegal_argument(format!(
        "field [{field}] of type [{found}] cannot be cast to [{wanted}]"
    ))
}

/// What the original calls a value's type.
pub fn java_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Number(number) if number.is_f64() => "java.lang.Double",
        Value::Number(number) if number.as_i64().is_some_and(is_integer) => "java.lang.Integer",
        Value::Number(_) => "java.lang.Long",
        Value::String(_) => "java.lang.String",
        Value::Array(_) => "java.util.ArrayList",
        Value::Object(_) => "java.util.HashMap",
    }
}

fn is_integer(number: i64) -> bool {
    i32::try_from(number).is_ok()
}
