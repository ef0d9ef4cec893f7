//! A block, or several as one, as what a group of a segment is written from.

use std::sync::Arc;

use super::Block;
use super::column::{Column, Kind};
use super::concat::Joined;
use super::sources::Sources;
use crate::error::SegmentError;
use crate::segment::GroupSource;

impl GroupSource for Block {
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

    fn source_bytes(&self) -> u64 {
        self.bytes() as u64
    }

    fn ids(&self) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::new(self.ids.clone()))
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

    fn shapes(&self) -> Vec<Vec<u8>> {
        shapes(&self.sources)
    }

    fn codes(&self) -> Vec<i64> {
        codes(&self.sources)
    }

    fn literals(&self) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::new(self.sources.literals.clone()))
    }
}

impl GroupSource for Joined<'_> {
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

    fn source_bytes(&self) -> u64 {
        self.bytes() as u64
    }

    fn ids(&self) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::new(Joined::ids(self)))
    }

    fn columns(&self) -> Vec<(Arc<str>, Kind)> {
        self.columns
            .iter()
            .map(|merged| (Arc::clone(merged.path), merged.kind))
            .collect()
    }

    fn column(&self, at: usize) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::new(Joined::column(self, at)))
    }

    fn overflow(&self) -> Result<Option<Arc<Column>>, SegmentError> {
        Ok(Joined::overflow(self))
    }

    fn shapes(&self) -> Vec<Vec<u8>> {
        shapes(&self.sources)
    }

    fn codes(&self) -> Vec<i64> {
        codes(&self.sources)
    }

    fn literals(&self) -> Result<Arc<Column>, SegmentError> {
        Ok(Arc::new(self.sources.literals.clone()))
    }
}

fn shapes(sources: &Sources) -> Vec<Vec<u8>> {
    let shapes = sources.shapes.iter();
    shapes
        .map(|shape| {
            let mut bytes = Vec::new();
            shape.encode(&mut bytes);
            bytes
        })
        .collect()
}

fn codes(sources: &Sources) -> Vec<i64> {
    sources.codes.iter().map(|code| i64::from(*code)).collect()
}
