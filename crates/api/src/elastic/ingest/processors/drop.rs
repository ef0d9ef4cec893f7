//! `drop`: the document is not stored.

use super::super::super::errors::ElasticError;
use super::super::draft::Draft;
use super::super::{Flow, Step};
use super::Process;

/// Ends the document's way.
#[derive(Debug)]
pub struct Drop;

impl Process for Drop {
    fn apply(&self, _: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        Ok(Flow::Dropped)
    }
}
