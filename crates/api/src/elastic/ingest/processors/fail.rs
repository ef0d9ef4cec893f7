//! `fail`: the document is refused with a message.

use axum::http::StatusCode;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::super::template::text_filled_in;
use super::Process;

/// Refuses the document.
#[derive(Debug)]
pub struct Fail {
    message: String,
}

impl Fail {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        Ok(Self {
            message: said.required("message")?,
        })
    }
}

impl Process for Fail {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let message = text_filled_in(&self.message, draft)?;
        Err(ElasticError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "fail_processor_exception",
            message,
        ))
    }
}
