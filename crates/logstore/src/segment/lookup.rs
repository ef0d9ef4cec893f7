//! Looks up ids and words in a segment's indexes, a part at a time.

use super::reader::{Segment, once};
use super::{GRANULE_ROWS, id_index, token_index};
use crate::error::SegmentError;
use crate::rows::RowSet;

impl Segment {
    /// The row of an id that is not deleted.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn find_id(&self, id: &str, deleted: &RowSet) -> Result<Option<u32>, SegmentError> {
        let hash = id_index::hash(id);
        let filter = once(&self.id_filter, || {
            Ok(id_index::filter_words(
                &self.input.raw(self.footer.id_filter)?,
            ))
        })?;
        if !id_index::may_contain(filter, hash) {
            return Ok(None);
        }
        let parts = once(&self.id_parts, || self.directory(self.footer.id_index))?;
        let from = parts.partition_point(|part| id_index::part_is_before(part, hash));
        for part in &parts[from..] {
            if !id_index::part_covers(part, hash) {
                break;
            }
            let rows = id_index::lookup(&self.input.raw(part.stretch)?, hash)
                .ok_or_else(|| self.input.damaged("the id index cannot be read"))?;
            for row in rows {
                if row < self.rows() && !deleted.contains(row) && self.id(row)? == id {
                    return Ok(Some(row));
                }
            }
        }
        Ok(None)
    }

    /// The rows of the granules that hold all of these words.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn rows_with_words(&self, words: &[String]) -> Result<RowSet, SegmentError> {
        let parts = once(&self.tokens, || self.directory(self.footer.tokens))?;
        let mut all = RowSet::all(self.rows());
        for word in words {
            let hash = token_index::hash(word);
            let place = parts.partition_point(|part| part.last_row < hash);
            let mut own = RowSet::none(self.rows());
            if let Some(part) = parts.get(place).filter(|part| part.first_row <= hash) {
                let granules = token_index::lookup(&self.input.raw(part.stretch)?, hash)
                    .ok_or_else(|| self.input.damaged("the token index cannot be read"))?;
                for granule in granules {
                    let start = granule.saturating_mul(GRANULE_ROWS);
                    own.insert_range(start..start.saturating_add(GRANULE_ROWS));
                }
            }
            all.intersect(&own);
            if all.is_empty() {
                break;
            }
        }
        Ok(all)
    }
}
