//! Ingest pipelines: what is done to a document before it is stored. Read when they are set up, so that what we
//! cannot do is refused then and not found missing in the logs later. Scripts and conditions are refused by name.

mod apply;
mod handlers;
mod path;
mod processor;
mod room;

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_PIPELINE_DEPTH, MAX_PIPELINE_STEPS};

use super::errors::ElasticError;
use processor::Processor;
use room::Room;

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
        let mut left = MAX_PIPELINE_STEPS;
        Ok(Self {
            steps: steps(processors, 0, &mut left)?,
            on_failure: match body.get("on_failure") {
                Some(list) => steps(list, 0, &mut left)?,
                None => Vec::new(),
            },
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
        let mut room = Room::default();
        match run(&self.steps, document, now, &mut room) {
            Err(_) if !self.on_failure.is_empty() => {
                run(&self.on_failure, document, now, &mut room)
            }
            other => other,
        }
    }
}

fn run(
    steps: &[Step],
    document: &mut Map<String, Value>,
    now: Timestamp,
    room: &mut Room,
) -> Result<(), ElasticError> {
    for step in steps {
        match step.processor.apply(document, now, room) {
            Ok(()) => {}
            Err(_) if step.ignore_failure => {}
            Err(_) if !step.on_failure.is_empty() => run(&step.on_failure, document, now, room)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// `left` is how many processors there may still be.
fn steps(list: &Value, depth: usize, left: &mut usize) -> Result<Vec<Step>, ElasticError> {
    let items = list.as_array().filter(|_| depth <= MAX_PIPELINE_DEPTH);
    let items = items.ok_or_else(|| {
        ElasticError::parse(format!(
            "[processors] and [on_failure] have to be lists, nested no deeper than {MAX_PIPELINE_DEPTH}"
        ))
    })?;
    *left = left.checked_sub(items.len()).ok_or_else(|| {
        ElasticError::parse(format!(
            "the pipeline has more than {MAX_PIPELINE_STEPS} processors"
        ))
    })?;
    items.iter().map(|item| step(item, depth, left)).collect()
}

fn step(item: &Value, depth: usize, left: &mut usize) -> Result<Step, ElasticError> {
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
        Some(list) => steps(&list, depth + 1, left)?,
        None => Vec::new(),
    };
    Ok(Step {
        processor: Processor::read(kind, body)?,
        ignore_failure,
        on_failure,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What becomes of a document, or why nothing does.
    fn run_on(processors: Value, mut document: Value) -> Result<Value, String> {
        let pipeline = json!({ "processors": processors });
        let pipeline = Pipeline::read(pipeline.as_object().expect("an object"));
        let members = document.as_object_mut().expect("an object");
        match pipeline.and_then(|pipeline| pipeline.run(members, Timestamp::now())) {
            Ok(()) => Ok(document),
            Err(error) => Err(error.to_body()["error"]["reason"].to_string()),
        }
    }

    #[test]
    fn what_doubles_a_document_again_and_again_is_refused() {
        let templates = vec![json!({"set": {"field": "a", "value": "{{a}}{{a}}"}}); 60];
        let copy = |place: usize| {
            let field = if place.is_multiple_of(2) {
                "a.l"
            } else {
                "a.r"
            };
            json!({"set": {"field": field, "copy_from": "a"}})
        };
        let copies: Vec<Value> = (0..120).map(copy).collect();
        let lists: Vec<Value> = (0..60)
            .map(|_| json!({"append": {"field": "list", "value": ["{{list}}", "{{list}}"]}}))
            .collect();
        for processors in [templates, copies, lists] {
            let document = json!({"a": {"x": "text"}, "list": ["text"]});
            let refusal = run_on(processors.into(), document).expect_err("too much");
            assert!(
                refusal.contains("bytes of the document") || refusal.contains("levels deep"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_path_as_long_as_a_request_is_refused() {
        let deep = vec!["a"; 100_000].join(".");
        let refusal = run_on(json!([{"set": {"field": deep, "value": 1}}]), json!({}));
        assert!(
            refusal
                .expect_err("too deep")
                .contains("100000 levels deep")
        );
    }

    #[test]
    fn pipelines_have_a_length() {
        let mut steps = vec![json!({"set": {"field": "a", "value": 1}}); MAX_PIPELINE_STEPS];
        assert!(run_on(steps.clone().into(), json!({})).is_ok());
        let failing = json!({"set": {"field": "a", "value": 1, "on_failure": [steps[0]]}});
        steps[0] = failing;
        let refusal = run_on(steps.into(), json!({})).expect_err("too long");
        assert!(refusal.contains("1000 processors"), "{refusal}");
    }
}
