//! `pipeline`: another pipeline, run in the midst of this one.

use axum::http::StatusCode;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::super::template::text_filled_in;
use super::super::trace::{Ended, note};
use super::Process;

/// Runs the pipeline of a name.
#[derive(Debug)]
pub struct Call {
    name: String,
    ignore_missing: bool,
}

impl Call {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        Ok(Self {
            name: said.required("name")?,
            ignore_missing: said.switch("ignore_missing_pipeline", false)?,
        })
    }
}

fn illegal_state(reason: String) -> ElasticError {
    ElasticError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "illegal_state_exception",
        reason,
    )
}

impl Process for Call {
    fn apply(&self, draft: &mut Draft<'_>, step: &Step) -> Result<Flow, ElasticError> {
        let name = text_filled_in(&self.name, draft)?;
        let Some(pipeline) = draft.library.pipeline(&name)? else {
            return match self.ignore_missing {
                true => Ok(Flow::On),
                false => Err(illegal_state(format!(
                    "Pipeline processor configured for non-existent pipeline [{name}]"
                ))),
            };
        };
        if draft.running.contains(&name) {
            return Err(illegal_state(format!(
                "Cycle detected for pipeline: {name}"
            )));
        }
        note(draft, step, &Ended::Well);
        pipeline.run(draft)
    }

    fn tells_of_itself(&self) -> bool {
        true
    }
}
