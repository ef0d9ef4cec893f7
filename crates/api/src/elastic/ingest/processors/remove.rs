//! `remove`: fields that are not to be stored.

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::path;
use super::super::said::Said;
use super::super::template::text_filled_in;
use super::Process;

/// Removes fields, or all but some.
#[derive(Debug)]
pub struct Remove {
    fields: Vec<String>,
    keep: Vec<String>,
    ignore_missing: bool,
}

impl Remove {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let fields = said.optional_texts("field")?;
        let keep = said.optional_texts("keep")?;
        match (&fields, &keep) {
            (None, None) => return Err(said.fail("keep", "or [field] must be specified")),
            (Some(_), Some(_)) => {
                return Err(said.fail(
                    "keep",
                    "and [field] cannot both be used in the same processor",
                ));
            }
            _ => {}
        }
        Ok(Self {
            fields: fields.unwrap_or_default(),
            keep: keep.unwrap_or_default(),
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }
}

impl Process for Remove {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        if !self.keep.is_empty() {
            let all = std::mem::take(&mut draft.source);
            for field in &self.keep {
                if let Ok(value) = path::find(&all, field) {
                    draft.set(field, value.clone())?;
                }
            }
            return Ok(Flow::On);
        }
        for field in &self.fields {
            let field = text_filled_in(field, draft)?;
            match draft.remove(&field) {
                Err(error) if !self.ignore_missing => return Err(error),
                _ => {}
            }
        }
        Ok(Flow::On)
    }
}
