//! Spells documents of a group as they were sent, from the pages that hold their values.

use super::block_reader::PlacedShape;
use super::group::{Group, Selected};
use crate::error::SegmentError;

impl Group {
    /// The documents of rows, which rise.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn sources(&self, rows: &[u32]) -> Result<Vec<String>, SegmentError> {
        let shapes = self.shapes()?;
        let mut of_rows = Vec::with_capacity(rows.len());
        for row in rows {
            let shape = shapes.get(self.code(*row)?);
            of_rows.push(shape.ok_or_else(|| self.damaged("a document has no shape"))?);
        }
        let values = self.values_of(rows, &of_rows)?;
        let literals = self.selected_literals(rows)?;
        let mut sources = Vec::with_capacity(rows.len());
        for (row, shape) in rows.iter().zip(of_rows) {
            let mut source = String::new();
            let written = shape.shape.write(
                &mut |slot| values[shape.column(slot)?].value(*row, shape.nth(slot)),
                &mut literals.texts(*row),
                &mut source,
            );
            written.ok_or_else(|| self.damaged("a document lacks a value"))?;
            sources.push(source);
        }
        Ok(sources)
    }

    /// The values of each column, of the rows whose documents have a place for them.
    fn values_of(
        &self,
        rows: &[u32],
        shapes: &[&PlacedShape],
    ) -> Result<Vec<Selected>, SegmentError> {
        let mut wanted: Vec<Vec<u32>> = vec![Vec::new(); self.columns().len()];
        for (row, shape) in rows.iter().zip(shapes) {
            for column in shape.columns() {
                let wanted = &mut wanted[column];
                // An array has several places for one column.
                if wanted.last() != Some(row) {
                    wanted.push(*row);
                }
            }
        }
        let wanted = wanted.iter().enumerate();
        wanted
            .map(|(column, rows)| self.selected(column, rows))
            .collect()
    }
}
