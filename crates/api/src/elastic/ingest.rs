//! Ingest pipelines: what is done to a document before it is stored. Read when they are set up, so that what we
//! cannot do is refused then and not found missing in the logs later. Scripts are refused by name.

mod dissect;
mod draft;
mod expression;
mod grok;
mod handlers;
mod library;
mod path;
mod predicate;
mod processors;
mod room;
mod said;
mod simulate;
mod template;
mod trace;

use serde_json::{Map, Value};
use swarmscope_model::limits::{MAX_INGEST_PATTERNS, MAX_PIPELINE_DEPTH, MAX_PIPELINE_STEPS};

use super::errors::ElasticError;
use predicate::Predicate;
use processors::Process;
use said::Said;
use trace::{Ended, note};

pub use draft::Draft;
pub use handlers::{delete, get, get_all, patterns, put};
pub use library::{Libraries, Library};
pub use simulate::{simulate, simulate_named};

/// A pipeline, read.
#[derive(Debug)]
pub struct Pipeline {
    name: String,
    steps: Vec<Step>,
    on_failure: Vec<Step>,
}

/// A processor and what happens when it fails.
#[derive(Debug)]
struct Step {
    process: Box<dyn Process>,
    kind: String,
    tag: Option<String>,
    description: Option<String>,
    /// What has to hold of a document for the processor to do anything.
    condition: Option<Predicate>,
    ignore_failure: bool,
    on_failure: Vec<Step>,
}

/// Whether a document goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    On,
    /// It is not to be stored.
    Dropped,
}

/// A processor that failed.
struct Failure {
    error: ElasticError,
    kind: String,
    tag: Option<String>,
    pipeline: String,
}

impl Pipeline {
    /// Reads the body of a pipeline.
    ///
    /// # Errors
    /// When it is malformed, or asks for what is not done here.
    pub fn read(name: &str, body: &Map<String, Value>) -> Result<Self, ElasticError> {
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
                    "pipeline [{name}] doesn't support one or more provided configuration parameters [{key}]"
                )));
            }
        }
        let Some(processors) = body.get("processors") else {
            return Err(
                ElasticError::parse("[processors] required property is missing")
                    .with("property_name", "processors"),
            );
        };
        let mut reader = Reader {
            steps_left: MAX_PIPELINE_STEPS,
            patterns_left: MAX_INGEST_PATTERNS,
        };
        let steps = reader.steps(processors, 0)?;
        let on_failure = match body.get("on_failure") {
            Some(list) => reader.steps(list, 0)?,
            None => Vec::new(),
        };
        if on_failure.is_empty() && body.contains_key("on_failure") {
            return Err(ElasticError::parse(format!(
                "pipeline [{name}] cannot have an empty on_failure option defined"
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            steps,
            on_failure,
        })
    }

    /// Does all steps to a document.
    ///
    /// # Errors
    /// With the reason of the step that failed, when nothing says how to go on.
    pub fn run(&self, draft: &mut Draft<'_>) -> Result<Flow, ElasticError> {
        let before = draft
            .ingest
            .insert("pipeline".to_owned(), self.name.as_str().into());
        draft.running.push(self.name.clone());
        let flow = match run(&self.steps, draft) {
            Err(failure) if !self.on_failure.is_empty() => {
                recover(&self.on_failure, &failure, draft)
            }
            other => other,
        };
        draft.running.pop();
        match before {
            Some(before) => draft.ingest.insert("pipeline".to_owned(), before),
            None => draft.ingest.remove("pipeline"),
        };
        flow.map_err(|failure| failure.error)
    }
}

/// What processors on failure find in `_ingest`.
const ON_FAILURE: [&str; 4] = [
    "on_failure_message",
    "on_failure_processor_type",
    "on_failure_processor_tag",
    "on_failure_pipeline",
];

/// Runs what is to be done about a failure.
fn recover(steps: &[Step], failure: &Failure, draft: &mut Draft<'_>) -> Result<Flow, Box<Failure>> {
    let told = [
        failure.error.reason().into(),
        failure.kind.as_str().into(),
        failure.tag.as_deref().map_or(Value::Null, Value::from),
        failure.pipeline.as_str().into(),
    ];
    let before = ON_FAILURE.map(|key| draft.ingest.get(key).cloned());
    let put = |draft: &mut Draft<'_>, values: [Option<Value>; 4]| {
        for (key, value) in ON_FAILURE.into_iter().zip(values) {
            match value {
                Some(value) => draft.ingest.insert(key.to_owned(), value),
                None => draft.ingest.remove(key),
            };
        }
    };
    put(draft, told.map(Some));
    let flow = run(steps, draft);
    put(draft, before);
    flow
}

fn run(steps: &[Step], draft: &mut Draft<'_>) -> Result<Flow, Box<Failure>> {
    for step in steps {
        if step.run(draft)? == Flow::Dropped {
            return Ok(Flow::Dropped);
        }
    }
    Ok(Flow::On)
}

impl Step {
    fn run(&self, draft: &mut Draft<'_>) -> Result<Flow, Box<Failure>> {
        draft.nesting += 1;
        let flow = self.run_within(draft);
        draft.nesting -= 1;
        flow
    }

    fn run_within(&self, draft: &mut Draft<'_>) -> Result<Flow, Box<Failure>> {
        let before = draft.notes();
        let done = draft.count_step().and_then(|()| match &self.condition {
            Some(condition) if !condition.holds(draft)? => Ok(None),
            _ => self.process.apply(draft, self).map(Some),
        });
        // A pipeline that was called has told of itself and of its own processors.
        let is_told = self.process.tells_of_itself() && draft.notes() > before;
        match done {
            Ok(flow) => {
                if !is_told {
                    let ended = match flow {
                        Some(Flow::On) => Ended::Well,
                        Some(Flow::Dropped) => Ended::Dropped,
                        None => Ended::Skipped,
                    };
                    note(draft, self, &ended);
                }
                Ok(flow.unwrap_or(Flow::On))
            }
            Err(error) if self.ignore_failure => {
                note(draft, self, &Ended::Ignored(&error));
                Ok(Flow::On)
            }
            Err(error) => {
                if !is_told {
                    note(draft, self, &Ended::Failed(&error));
                }
                let failure = Box::new(Failure {
                    error,
                    kind: self.kind.clone(),
                    tag: self.tag.clone(),
                    pipeline: draft.running.last().cloned().unwrap_or_default(),
                });
                match self.on_failure.is_empty() {
                    true => Err(failure),
                    false => recover(&self.on_failure, &failure, draft),
                }
            }
        }
    }
}

/// How much a pipeline may still have.
struct Reader {
    steps_left: usize,
    patterns_left: usize,
}

impl Reader {
    fn steps(&mut self, list: &Value, depth: usize) -> Result<Vec<Step>, ElasticError> {
        let items = list.as_array().filter(|_| depth <= MAX_PIPELINE_DEPTH);
        let items = items.ok_or_else(|| {
            ElasticError::parse(format!(
                "[processors] and [on_failure] have to be lists, nested no deeper than {MAX_PIPELINE_DEPTH}"
            ))
        })?;
        items.iter().map(|item| self.step(item, depth)).collect()
    }

    fn step(&mut self, item: &Value, depth: usize) -> Result<Step, ElasticError> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or_else(|| {
            ElasticError::parse(format!(
                "the pipeline has more than {MAX_PIPELINE_STEPS} processors"
            ))
        })?;
        let found = item.as_object().and_then(|item| item.iter().next());
        let Some((kind, Value::Object(body))) = found else {
            return Err(ElasticError::parse(
                "a processor has to be an object with its name as the key",
            ));
        };
        let mut body = body.clone();
        let text = |value: Option<Value>| value.and_then(|value| value.as_str().map(str::to_owned));
        let tag = text(body.remove("tag"));
        let description = text(body.remove("description"));
        let condition = body.remove("if").filter(|condition| !condition.is_null());
        let ignore_failure = body.remove("ignore_failure") == Some(Value::Bool(true));
        let on_failure = body.remove("on_failure");
        let inner = match (kind.as_str(), body.remove("processor")) {
            ("foreach", Some(inner)) => Some(Box::new(self.step(&inner, depth + 1)?)),
            _ => None,
        };
        let mut said = Said::new(kind, tag.as_deref(), body, &mut self.patterns_left);
        let condition = condition
            .map(|condition| Predicate::read(&condition, &mut said))
            .transpose()?;
        let process = processors::read(kind, &mut said, inner)?;
        if on_failure
            .as_ref()
            .and_then(Value::as_array)
            .is_some_and(Vec::is_empty)
        {
            return Err(said.fail("on_failure", "processors list cannot be empty"));
        }
        said.done()?;
        Ok(Step {
            process,
            kind: kind.clone(),
            tag,
            description,
            condition,
            ignore_failure,
            on_failure: match on_failure {
                Some(list) => self.steps(&list, depth + 1)?,
                None => Vec::new(),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use swarmscope_model::Timestamp;

    use super::super::catalog::Catalog;
    use super::*;

    /// What becomes of a document, or why nothing does.
    fn run_on(processors: Value, mut document: Value) -> Result<Value, String> {
        let pipeline = json!({ "processors": processors });
        let pipeline = Pipeline::read("p", pipeline.as_object().expect("an object"));
        let library = Library::new(Arc::new(Catalog::default()));
        let members = std::mem::take(document.as_object_mut().expect("an object"));
        let mut draft = Draft::new(members, "logs", None, Timestamp::now(), &library);
        match pipeline.and_then(|pipeline| pipeline.run(&mut draft)) {
            Ok(_) => Ok(draft.source.into()),
            Err(error) => Err(error.reason().to_owned()),
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

    #[test]
    fn pipelines_call_each_other_only_so_deep() {
        let mut catalog = Catalog::default();
        for place in 0..=5_000 {
            let calls = json!({"pipeline": {"name": format!("p{}", place + 1)}});
            let steps = if place == 5_000 { vec![] } else { vec![calls] };
            let body = Map::from_iter([("processors".to_owned(), steps.into())]);
            catalog.pipelines.insert(format!("p{place}"), body);
        }
        let library = Library::new(Arc::new(catalog));
        let run_from = |name: &str| {
            let pipeline = library.pipeline(name)?.expect("a pipeline");
            let mut draft = Draft::new(Map::new(), "logs", None, Timestamp::now(), &library);
            pipeline.run(&mut draft)
        };
        assert!(run_from("p4950").is_ok());
        for name in ["p4949", "p0"] {
            let refusal = run_from(name).expect_err("too deep");
            assert!(refusal.reason().contains("one within the other"), "{name}");
        }
    }

    #[test]
    fn a_key_that_comes_again_has_all_its_values_and_separators_at_the_end_are_none() {
        let pairs = |text: &str| {
            let kv = json!([{"kv": {"field": "m", "field_split": " ", "value_split": "=", "target_field": "t"}}]);
            run_on(kv, json!({"m": text, "t": {"old": "0"}})).map(|document| document["t"].clone())
        };
        let expected = json!({"old": ["0", "9"], "a": ["1", "2", "3"], "b": "x"});
        assert_eq!(pairs("a=1 b=x a=2 old=9 a=3   "), Ok(expected));
        assert_eq!(pairs("  "), Ok(json!({"old": "0"})));
        assert!(pairs(" a=1").is_err() && pairs("").is_err());
    }

    #[test]
    fn what_stands_for_nothing_in_a_line_takes_its_room() {
        let csv = |length: usize| {
            let value = "x".repeat(length);
            let csv = json!([{"csv": {"field": "m", "target_fields": ["a", "b", "c"], "empty_value": value}}]);
            run_on(csv, json!({"m": ",,,,,"}))
        };
        assert!(csv(3_000_000).is_ok());
        assert!(csv(4_000_000).expect_err("too much").contains("bytes"));
    }

    #[test]
    fn a_key_that_cannot_be_expanded_stays() {
        let expand = json!([{"dot_expander": {"field": "a.b", "ignore_failure": true}}]);
        let document = json!({"a": "text", "a.b": 1});
        assert_eq!(run_on(expand.clone(), document.clone()), Ok(document));
        let expanded = run_on(expand, json!({"a": {"b": 1}, "a.b": 2}));
        assert_eq!(expanded, Ok(json!({"a": {"b": [1, 2]}})));
    }

    #[test]
    fn texts_are_sorted_by_their_signs_and_dates_have_a_range() {
        let sorted = run_on(json!([{"sort": {"field": "l"}}]), json!({"l": ["a!", "a"]}));
        assert_eq!(sorted, Ok(json!({"l": ["a", "a!"]})));
        let date = json!([{"date": {"field": "d", "formats": ["UNIX_MS"]}}]);
        let refusal = run_on(date.clone(), json!({"d": "999999999999999999"}));
        assert!(refusal.expect_err("no date").contains("unable to parse"));
        assert!(run_on(date, json!({"d": "1767225600000"})).is_ok());
    }
}
