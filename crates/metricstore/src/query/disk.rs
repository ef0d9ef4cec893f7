//! A series of a block in a selection.

use std::sync::Arc;

use swarmscope_model::metrics::{Labels, SeriesSamples};

use crate::block::series_page::{ChunkPlace, SeriesPage};
use crate::block::tombstones::bury;
use crate::block::{BlockError, Tombstones};
use crate::chunk::{self, Scratch, TimeRange};
use crate::view::BlockPart;

/// The series, and what of it is wanted.
#[derive(Debug)]
pub struct DiskPart {
    block: Arc<crate::block::Block>,
    tombstones: Arc<Tombstones>,
    page: Arc<SeriesPage>,
    place: usize,
    number: u32,
    range: TimeRange,
}

impl DiskPart {
    /// The series of a number, if it has a chunk in the range that is not deleted.
    ///
    /// # Errors
    /// When its page cannot be read.
    pub fn find(
        part: &BlockPart,
        number: u32,
        range: TimeRange,
    ) -> Result<Option<Self>, BlockError> {
        let (page, place) = part.block.series(number)?;
        let found = Self {
            block: Arc::clone(&part.block),
            tombstones: Arc::clone(&part.tombstones),
            page,
            place,
            number,
            range,
        };
        let has_any = found.chunks().next().is_some();
        Ok(has_any.then_some(found))
    }

    /// Of the series.
    pub fn labels(&self) -> &Labels {
        &self.page.entries[self.place].labels
    }

    /// The chunks in the range of which something is left.
    fn chunks(&self) -> impl Iterator<Item = &ChunkPlace> {
        let spans = self.tombstones.of(self.number);
        let chunks = self.page.chunks(&self.page.entries[self.place]).iter();
        chunks.filter(move |chunk| {
            let is_gone =
                |span: &TimeRange| span.contains(chunk.min_time) && span.contains(chunk.max_time);
            self.range.overlaps(chunk.min_time, chunk.max_time) && !spans.iter().any(is_gone)
        })
    }

    /// Appends the samples. A chunk that is damaged is left out and reported.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, scratch: &mut Scratch, into: &mut SeriesSamples) -> Result<(), BlockError> {
        for place in self.chunks() {
            match self.read_chunk(place, scratch, into) {
                Err(error @ BlockError::Damaged { .. }) => {
                    let offset = self.block.chunk_offset(place);
                    self.block.damage.left_out(&self.block.path, offset, &error);
                }
                other => other?,
            }
        }
        bury(into, self.tombstones.of(self.number));
        Ok(())
    }

    fn read_chunk(
        &self,
        place: &ChunkPlace,
        scratch: &mut Scratch,
        into: &mut SeriesSamples,
    ) -> Result<(), BlockError> {
        let page = self.block.chunk_page(place.page)?;
        let bytes = self.block.chunk(&page, place)?;
        let before = (into.times.len(), into.floats.len(), into.histograms.len());
        chunk::decode(bytes, self.range, scratch, into).map_err(|error| {
            into.times.truncate(before.0);
            into.floats.truncate(before.1);
            into.histograms.truncate(before.2);
            BlockError::malformed(&self.block.path, self.block.chunk_offset(place))(error)
        })
    }
}
