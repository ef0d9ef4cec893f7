//! A block, page by page: its series, their chunks, and the index of labels against the series.

use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;
use swarmscope_model::metrics::SeriesSamples;

use crate::block::series_page::ChunkPlace;
use crate::block::{Block, BlockError, add_runs};
use crate::chunk::{self, Scratch, TimeRange};

/// What a block was found to hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    pub pages: u64,
    pub samples: u64,
}

/// Reads and decodes everything in a block.
///
/// # Errors
/// The first damage found.
pub fn verify(block: &Block) -> Result<Found, BlockError> {
    block.check_head()?;
    let mut found = Found::default();
    let mut chunks = Chunks::default();
    let mut with_label: BTreeMap<String, u64> = BTreeMap::new();
    let mut series = 0;
    for page in 0..block.series_pages() {
        let page = block.series_page(page)?;
        found.pages += 1;
        for entry in &page.entries {
            series += 1;
            for (name, _) in entry.labels.iter() {
                *with_label.entry(name.to_owned()).or_default() += 1;
            }
            for place in page.chunks(entry) {
                found.samples += chunks.samples(block, place)?;
            }
        }
    }
    let meta = block.meta();
    if series != meta.series || found.samples != meta.samples {
        return Err(block.damaged("it has lost series or samples"));
    }
    found.pages += chunks.pages;
    labels(block, &with_label)?;
    Ok(found)
}

/// The chunks of a block, which stand in the order of its series.
#[derive(Default)]
struct Chunks {
    /// The page read last.
    page: Option<(u32, Arc<Vec<u8>>)>,
    pages: u64,
    scratch: Scratch,
}

impl Chunks {
    /// Decodes one; gives how many samples it has.
    fn samples(&mut self, block: &Block, place: &ChunkPlace) -> Result<u64, BlockError> {
        let page = match self.page.take() {
            Some((number, page)) if number == place.page => page,
            _ => {
                self.pages += 1;
                block.chunk_page_once(place.page)?
            }
        };
        let mut samples = SeriesSamples::default();
        let bytes = block.chunk(&page, place)?;
        chunk::decode(bytes, TimeRange::ALL, &mut self.scratch, &mut samples).map_err(
            BlockError::malformed(&block.path, block.chunk_offset(place)),
        )?;
        let count = samples.times.len() + samples.histograms.len();
        self.page = Some((place.page, page));
        match count == place.samples as usize {
            true => Ok(count as u64),
            false => Err(block.damaged("a chunk has lost samples")),
        }
    }
}

/// Reads the index of labels, which has to find as many series for each as have it.
fn labels(block: &Block, with_label: &BTreeMap<String, u64>) -> Result<(), BlockError> {
    for (name, count) in with_label {
        let mut found = RoaringBitmap::new();
        block.for_each_value(name, &mut |_, runs| add_runs(runs, &mut found))?;
        let last = found.max().unwrap_or(0);
        if found.len() != *count || last >= block.meta().series {
            return Err(block.damaged("the index of labels does not find every series"));
        }
    }
    Ok(())
}
