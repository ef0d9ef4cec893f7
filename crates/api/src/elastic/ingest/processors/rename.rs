//! `rename`: a field under another name.

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::super::template::text_filled_in;
use super::Process;

/// Renames a field.
#[derive(Debug)]
pub struct Rename {
    field: String,
    target: String,
    ignore_missing: bool,
    replace: bool,
}

impl Rename {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        Ok(Self {
            field: said.required("field")?,
            target: said.required("target_field")?,
            ignore_missing: said.switch("ignore_missing", false)?,
            replace: said.switch("override", false)?,
        })
    }
}

impl Process for Rename {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let field = text_filled_in(&self.field, draft)?;
        if draft.get(&field).is_none() {
            return match self.ignore_missing {
                true => Ok(Flow::On),
                false => Err(ElasticError::illegal_argument(format!(
                    "field [{field}] doesn't exist"
                ))),
            };
        }
        let target = text_filled_in(&self.target, draft)?;
        if !self.replace && draft.get(&target).is_some() {
            return Err(ElasticError::illegal_argument(format!(
                "field [{target}] already exists"
            )));
        }
        let value = draft.remove(&field)?;
        if let Err(error) = draft.set(&target, value.clone()) {
            // Nothing is lost when the new name cannot be.
            draft.set(&field, value)?;
            return Err(error);
        }
        Ok(Flow::On)
    }
}
