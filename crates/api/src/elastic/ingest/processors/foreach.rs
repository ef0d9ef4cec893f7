//! `foreach`: a processor for each value of a list or object.

use serde_json::{Map, Value};

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::{Draft, is_null, no_cast};
use super::super::said::Said;
use super::Process;

/// Runs a processor with each value as `_ingest._value`.
#[derive(Debug)]
pub struct Foreach {
    field: String,
    inner: Box<Step>,
    ignore_missing: bool,
}

impl Foreach {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>, inner: Option<Box<Step>>) -> Result<Self, ElasticError> {
        Ok(Self {
            field: said.required("field")?,
            inner: inner.ok_or_else(|| said.missing("processor"))?,
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }

    /// Runs the processor for one value; gives what became of it.
    fn run(
        &self,
        key: Option<&str>,
        value: Value,
        draft: &mut Draft<'_>,
    ) -> Result<(Value, Flow), ElasticError> {
        let given = [("_value", Some(value)), ("_key", key.map(Value::from))];
        let mut before = Vec::new();
        for (name, value) in given {
            before.push((name, draft.ingest.remove(name)));
            if let Some(value) = value {
                draft.ingest.insert(name.to_owned(), value);
            }
        }
        let flow = self.inner.run(draft);
        let value = draft.ingest.remove("_value").unwrap_or_default();
        for (name, value) in before {
            match value {
                Some(value) => draft.ingest.insert(name.to_owned(), value),
                None => draft.ingest.remove(name),
            };
        }
        flow.map(|flow| (value, flow))
            .map_err(|failure| failure.error)
    }
}

impl Process for Foreach {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        if self.ignore_missing && draft.get(&self.field).is_none_or(Value::is_null) {
            return Ok(Flow::On);
        }
        let found = draft.value(&self.field)?.clone();
        draft.room.take_value(&found)?;
        let new: Value = match found {
            Value::Null => return Err(is_null(&self.field)),
            Value::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for item in items {
                    let (value, flow) = self.run(None, item, draft)?;
                    if flow == Flow::Dropped {
                        return Ok(flow);
                    }
                    values.push(value);
                }
                values.into()
            }
            Value::Object(members) => {
                let mut values = Map::new();
                for (key, value) in members {
                    let (value, flow) = self.run(Some(&key), value, draft)?;
                    if flow == Flow::Dropped {
                        return Ok(flow);
                    }
                    values.insert(key, value);
                }
                values.into()
            }
            other => return Err(no_cast(&self.field, &other, "java.util.List")),
        };
        draft.set(&self.field, new)?;
        Ok(Flow::On)
    }
}
