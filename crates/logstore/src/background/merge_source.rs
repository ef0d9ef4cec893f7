//! Segments as what one segment is written from: joined column by column, never parsed again.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::limits::MAX_SEGMENT_COLUMNS;
use swarmscope_query::document::ValueRef;

use crate::block::NamedColumn;
use crate::block::column::{Column, ColumnBuilder, Kind, RowMapping};
use crate::block::concat::{mappings, overflow_column, spill};
use crate::block::strings::Strings;
use crate::error::SegmentError;
use crate::rows::RowSet;
use crate::segment::{Segment, SegmentSource};

/// Segments in the order of their writes, without their deleted rows.
pub struct MergeSource {
    inputs: Vec<(Arc<Segment>, Arc<RowSet>)>,
    mappings: Vec<RowMapping>,
    columns: Vec<(Arc<str>, Kind)>,
    /// Columns beyond the limit: their input and place there.
    spilled: Vec<(usize, usize)>,
    rows: u32,
    sequences: Vec<i64>,
    versions: Vec<i64>,
    times: Vec<i64>,
}

impl MergeSource {
    /// Reads what is needed of every row; columns are read as they are asked for.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn new(inputs: Vec<(Arc<Segment>, Arc<RowSet>)>) -> Result<Self, SegmentError> {
        let mut columns = Vec::new();
        let mut spilled = Vec::new();
        let mut known: HashMap<(Arc<str>, Kind), ()> = HashMap::new();
        for (input, (segment, _)) in inputs.iter().enumerate() {
            for (place, info) in segment.columns().iter().enumerate() {
                let key = (Arc::clone(&info.path), info.kind);
                if known.contains_key(&key) {
                    continue;
                }
                if columns.len() < MAX_SEGMENT_COLUMNS {
                    known.insert(key.clone(), ());
                    columns.push(key);
                } else {
                    spilled.push((input, place));
                }
            }
        }
        let mut source = Self {
            mappings: mappings(inputs.iter().map(|(_, deleted)| &**deleted)),
            columns,
            spilled,
            rows: inputs
                .iter()
                .map(|(segment, deleted)| segment.rows() - deleted.count())
                .sum(),
            sequences: Vec::new(),
            versions: Vec::new(),
            times: Vec::new(),
            inputs,
        };
        source.sequences = source.fixed(Segment::sequences)?;
        source.versions = source.fixed(Segment::versions)?;
        source.times = source.fixed(Segment::times)?;
        Ok(source)
    }

    fn fixed(
        &self,
        of: impl Fn(&Segment) -> Result<Arc<Column>, SegmentError>,
    ) -> Result<Vec<i64>, SegmentError> {
        let mut out = Vec::with_capacity(self.rows as usize);
        for (segment, deleted) in &self.inputs {
            let column = of(segment)?;
            let values = (0..).zip(column.integers());
            out.extend(
                values
                    .filter(|(row, _)| !deleted.contains(*row))
                    .map(|(_, value)| *value),
            );
        }
        Ok(out)
    }
}

impl SegmentSource for MergeSource {
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
        let mut ids = Strings::default();
        for (segment, deleted) in &self.inputs {
            let column = segment.read_ids()?;
            for at in 0..column.len() {
                if let (false, ValueRef::Text(id)) = (deleted.contains(at as u32), column.value(at))
                {
                    ids.push(id);
                }
            }
        }
        Ok(ids)
    }

    fn columns(&self) -> Vec<(Arc<str>, Kind)> {
        self.columns.clone()
    }

    fn column(&self, at: usize) -> Result<Arc<Column>, SegmentError> {
        let (path, kind) = &self.columns[at];
        let mut builder = ColumnBuilder::new(*kind);
        for ((segment, _), mapping) in self.inputs.iter().zip(&self.mappings) {
            let mut infos = segment.columns().iter();
            if let Some(place) = infos.position(|info| info.path == *path && info.kind == *kind) {
                builder.append(&segment.read_column(place)?, mapping);
            }
        }
        Ok(Arc::new(builder.finish(self.rows)))
    }

    fn overflow(&self) -> Result<Option<Arc<Column>>, SegmentError> {
        let mut entries = Vec::new();
        for (input, place) in &self.spilled {
            let (segment, _) = &self.inputs[*input];
            let info = &segment.columns()[*place];
            let named = NamedColumn {
                path: Arc::clone(&info.path),
                kind: info.kind,
                column: Arc::new(segment.read_column(*place)?),
            };
            spill(&named, &self.mappings[*input], &mut entries);
        }
        for ((segment, _), mapping) in self.inputs.iter().zip(&self.mappings) {
            let Some(column) = segment.read_overflow()? else {
                continue;
            };
            for at in 0..column.len() {
                if let (Some(row), ValueRef::Text(entry)) =
                    (mapping.map(column.row(at)), column.value(at))
                {
                    entries.push((row, entry.to_owned()));
                }
            }
        }
        Ok(overflow_column(entries, self.rows))
    }

    fn visit_sources(
        &self,
        visit: &mut dyn FnMut(&str) -> Result<(), SegmentError>,
    ) -> Result<(), SegmentError> {
        for (segment, deleted) in &self.inputs {
            segment.visit_sources(&mut |row, text| {
                if deleted.contains(row) {
                    Ok(())
                } else {
                    visit(text)
                }
            })?;
        }
        Ok(())
    }
}
