//! A block as what a segment is written from.

use std::sync::Arc;

use super::Block;
use super::column::{Column, Kind};
use super::sources::Documents;
use super::strings::Strings;
use crate::error::SegmentError;
use crate::segment::SegmentSource;

impl SegmentSource for Block {
    fn rows(&self) -> u32 {
        self.rows
    }

    fn sequences(&self) -> &[i64] {
        &self.sequences
    }

    fn versions(&self) -> &[i64] {
        &self.versions
    }

    fn times(&self) -> &[i64] {
        &self.times
    }

    fn ids(&self) -> Result<Strings, SegmentError> {
        Ok(self.ids.clone())
    }

    fn columns(&self) -> Vec<(Arc<str>, Kind)> {
        self.columns
            .iter()
            .map(|named| (Arc::clone(&named.path), named.kind))
            .collect()
    }

    fn column(&self, at: usize) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::clone(&self.columns[at].column))
    }

    fn overflow(&self) -> Result<Option<Arc<Column>>, SegmentError> {
        Ok(self.overflow.clone())
    }

    fn visit_sources(
        &self,
        visit: &mut dyn FnMut(&str) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError> {
        let mut documents = Documents::new(self);
        let mut text = String::new();
        for row in 0..self.rows {
            text.clear();
            documents
                .write(row, &mut text)
                .expect("a block has every value of its documents");
            visit(&text)?;
        }
        Ok(())
    }
}
