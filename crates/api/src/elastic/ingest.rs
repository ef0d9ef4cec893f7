//! Ingest pipelines: what is done to a document before it is stored. Read when they are set up, so that what we
//! cannot do is refused then and not found missing in the logs later. Scripts and conditions are refused by name.

mod apply;
mod handlers;
mod path;
mod processor;

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;

use super::errors::ElasticError;
use processor::Processor;

pub use handlers::{delete, get, get_all, put, simulate, simulate_named};

/// A pipeline, read.
#[derive(Debug)]
pub struct Pipeline {
    steps: Vec<Step>,
    on_failure: Vec<Step>,
}

/// A processor and what happens when it fails.
#[derive(Debug)]
struct Step {
    processor: Processor,
    ignore_failure: bool,
    on_failure: Vec<Step>,
}

impl Pipeline {
    /// Reads the body of a pipeline.
    ///
    /// # Errors
    /// When it is malformed, or asks for what is not done here.
    pub fn read(body: &Map<String, Value>) -> Result<Self, ElasticError> {
        for key in body.keys() {
            let known = [
                "description",
                "processors",
                "on_failure",
                "version",
                "_meta",
                "deprecated",
            ];
            if !known.contains(&key.as_str()) {
                return Err(ElasticError::parse(format!(
                    "pipeline doesn't support one or more provided configuration parameters [{key}]"
                )));
            }
        }
        let Some(processors) = body.get("processors") else {
            return Err(
                ElasticError::parse("[processors] required property is missing")
                    .with("property_name", "processors"),
            );
        };
        Ok(Self {
            steps: steps(processors, 0)?,
            on_failure: body
                .get("on_failure")
                .map_or(Ok(Vec::new()), |steps_| steps(steps_, 0))?,
        })
    }

    /// Does all steps to a document.
    ///
    /// # Errors
    /// With the reason of the step that failed, when nothing says how to go on.
    pub fn run(
        &self,
        document: &mut Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), ElasticError> {
        match run(&self.steps, document, now) {
            Err(_) if !self.on_failure.is_empty() => run(&self.on_failure, document, now),
            other => other,
        }
    }
}

fn run(
    steps: &[Step],
    document: &mut Map<String, Value>,
    now: Timestamp,
) -> Result<(), ElasticError> {
    for step in steps {
        match step.processor.apply(document, now) {
            Ok(()) => {}
            Err(_) if step.ignore_failure => {}
            Err(_) if !step.on_failure.is_empty() => run(&step.on_failure, document, now)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Deepest nesting of what to do on failure.
const MAX_DEPTH: usize = 8;

fn steps(list: &Value, depth: usize) -> Result<Vec<Step>, ElasticError> {
    let items = list.as_array().filter(|_| depth <= MAX_DEPTH);
    let items = items.ok_or_else(|| {
        ElasticError::parse(format!(
            "[processors] and [on_failure] have to be lists, nested no deeper than {MAX_DEPTH}"
        ))
    })?;
    items.iter().map(|item| step(item, depth)).collect()
}

fn step(item: &Value, depth: usize) -> Result<Step, ElasticError> {
    let found = item.as_object().and_then(|item| item.iter().next());
    let Some((kind, Value::Object(body))) = found else {
        return Err(ElasticError::parse(
            "a processor has to be an object with its name as the key",
        ));
    };
    let mut body = body.clone();
    for key in ["tag", "description"] {
        body.remove(key);
    }
    if body
        .remove("if")
        .is_some_and(|condition| !condition.is_null())
    {
        return Err(ElasticError::parse(
            "[if] is not supported here: conditions are scripts; let the shipper send to another pipeline",
        )
        .with("processor_type", kind.as_str()));
    }
    let ignore_failure = body.remove("ignore_failure") == Some(Value::Bool(true));
    let on_failure = match body.remove("on_failure") {
        Some(list) => steps(&list, depth + 1)?,
        None => Vec::new(),
    };
    Ok(Step {
        processor: Processor::read(kind, body)?,
        ignore_failure,
        on_failure,
    })
}
