//! What each processor of a pipeline did, for whoever tries one out with `verbose`.

use serde_json::{Value, json};

use super::super::errors::ElasticError;
use super::Step;
use super::draft::Draft;

/// The results of processors in the order they ran.
#[derive(Debug, Default)]
pub struct Trace(pub Vec<Value>);

/// How a processor ended.
pub enum Ended<'a> {
    Well,
    Dropped,
    Failed(&'a ElasticError),
    /// It failed, and goes on.
    Ignored(&'a ElasticError),
}

/// Writes down how a processor ended, if somebody wants to know.
pub fn note(draft: &mut Draft<'_>, step: &Step, ended: &Ended<'_>) {
    if draft.trace.is_none() {
        return;
    }
    let status = match ended {
        Ended::Well => "success",
        Ended::Dropped => "dropped",
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
    match ended {
        Ended::Failed(error) => result["error"] = error.to_body()["error"].take(),
        Ended::Ignored(error) => {
            result["ignored_error"] = json!({ "error": error.to_body()["error"].take() });
        }
        Ended::Well | Ended::Dropped => {}
    }
    // A pipeline that was called shows its own processors.
    if matches!(ended, Ended::Well | Ended::Ignored(_)) && step.kind != "pipeline" {
        result["doc"] = draft.shown();
    }
    if let Some(trace) = &mut draft.trace {
        trace.0.push(result);
    }
}
