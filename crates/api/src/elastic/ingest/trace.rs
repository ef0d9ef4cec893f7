//! What each processor of a pipeline did, for whoever tries one out with `verbose`.

use serde_json::{Value, json};

use super::super::errors::ElasticError;
use super::Step;
use super::draft::Draft;
use super::room::Room;

/// The results of processors in the order they ran.
#[derive(Debug)]
pub struct Trace {
    pub results: Vec<Value>,
    /// For what is still to be written down.
    pub room: Room,
    /// Why nothing more is written down.
    pub refused: Option<ElasticError>,
}

impl Trace {
    /// Nothing yet.
    pub fn new(room: Room) -> Self {
        Self {
            results: Vec::new(),
            room,
            refused: None,
        }
    }
}

/// How a processor ended.
pub enum Ended<'a> {
    Well,
    Dropped,
    /// Its condition does not hold.
    Skipped,
    Failed(&'a ElasticError),
    /// It failed, and goes on.
    Ignored(&'a ElasticError),
}

/// Writes down how a processor ended, if somebody wants to know.
pub fn note(draft: &mut Draft<'_>, step: &Step, ended: &Ended<'_>) {
    let Some(mut trace) = draft.trace.take() else {
        return;
    };
    if trace.refused.is_none() {
        match result(draft, step, ended, &mut trace.room) {
            Ok(result) => trace.results.push(result),
            Err(error) => trace.refused = Some(error),
        }
    }
    draft.trace = Some(trace);
}

fn result(
    draft: &Draft<'_>,
    step: &Step,
    ended: &Ended<'_>,
    room: &mut Room,
) -> Result<Value, ElasticError> {
    let status = match ended {
        Ended::Well => "success",
        Ended::Dropped => "dropped",
        Ended::Skipped => "skipped",
        Ended::Failed(_) => "error",
        Ended::Ignored(_) => "error_ignored",
    };
    let mut result = json!({ "processor_type": step.kind, "status": status });
    if let Some(description) = &step.description {
        result["description"] = description.as_str().into();
    }
    if let Some(tag) = &step.tag {
        result["tag"] = tag.as_str().into();
    }
    if let Some(condition) = &step.condition {
        let holds = !matches!(ended, Ended::Skipped);
        result["if"] = json!({ "condition": condition.text(), "result": holds });
    }
    match ended {
        Ended::Failed(error) => result["error"] = error.to_body()["error"].take(),
        Ended::Ignored(error) => {
            result["ignored_error"] = json!({ "error": error.to_body()["error"].take() });
        }
        Ended::Well | Ended::Dropped | Ended::Skipped => {}
    }
    room.take_value(&result)?;
    // A pipeline that was called shows its own processors.
    if matches!(ended, Ended::Well | Ended::Ignored(_)) && step.kind != "pipeline" {
        draft.take_shown(room)?;
        result["doc"] = draft.shown();
    }
    Ok(result)
}
