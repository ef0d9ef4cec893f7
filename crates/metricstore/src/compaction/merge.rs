//! Several blocks become one, series by series, without what is deleted.

use std::sync::Arc;

use swarmscope_model::metrics::{Labels, MetricError, SeriesSamples};

use super::commit::{commit, exchanged, remove_blocks, set_aside};
use super::flush::write_block;
use super::joining::{cut, join, overlap};
use crate::block::series_page::{ChunkPlace, SeriesPage};
use crate::block::tombstones::bury;
use crate::block::{BlockError, BlockWriter, Damage};
use crate::chunk::{self, Chunk, Scratch, TimeRange};
use crate::merging;
use crate::shared::Shared;
use crate::stats::count;
use crate::view::BlockPart;

/// Replaces blocks by one.
///
/// # Errors
/// When a block cannot be read or the new one not be written; the old ones then stay.
pub fn replace(shared: &Shared, parts: &[BlockPart]) -> Result<(), MetricError> {
    let level = parts.iter().map(|part| part.block.meta().level).max();
    let mut merge = Merge::of(parts, &shared.damage);
    let new = write_block(shared, level.unwrap_or_default() + 1, |writer| {
        merge.write(writer).map_err(std::io::Error::other)
    })?;
    let left_out = merge.left_out;
    let gone: Vec<&str> = parts.iter().map(|part| part.block.ulid.as_str()).collect();
    commit(
        shared,
        exchanged(shared, &gone, new.into_iter().collect()),
        || {},
    )?;
    count(&shared.counters.compactions);
    if left_out {
        // Some of it could not be read: a human may want to see it.
        for part in parts {
            if let Err(error) = set_aside(shared, &part.block.path) {
                tracing::warn!(file = %part.block.path.display(), %error, "a damaged block could not be set aside");
            }
        }
    }
    remove_blocks(shared, parts);
    Ok(())
}

/// Why blocks could not become one.
#[derive(Debug, thiserror::Error)]
enum MergeError {
    #[error(transparent)]
    Block(#[from] BlockError),
    #[error(transparent)]
    Write(#[from] std::io::Error),
}

/// Goes through the series of several blocks in the order of labels.
struct Merge<'a> {
    cursors: Vec<Cursor>,
    damage: &'a Damage,
    left_out: bool,
    scratch: Scratch,
}

impl<'a> Merge<'a> {
    fn of(parts: &[BlockPart], damage: &'a Damage) -> Self {
        Self {
            cursors: parts.iter().map(Cursor::new).collect(),
            damage,
            left_out: false,
            scratch: Scratch::default(),
        }
    }

    fn write(&mut self, writer: &mut BlockWriter) -> Result<(), MergeError> {
        for cursor in &mut self.cursors {
            cursor.load()?;
        }
        loop {
            let next = self.cursors.iter().filter_map(Cursor::labels).min();
            let Some(labels) = next.cloned() else {
                return Ok(());
            };
            let chunks = self.chunks(&labels)?;
            writer.add(&labels, &chunks)?;
        }
    }

    /// The chunks of a series from all blocks, which go on behind it.
    fn chunks(&mut self, labels: &Labels) -> Result<Vec<Chunk>, MergeError> {
        let mut sources: Vec<(Vec<Chunk>, Vec<TimeRange>)> = Vec::new();
        for cursor in &mut self.cursors {
            if cursor.labels() != Some(labels) {
                continue;
            }
            let (chunks, lost) = cursor.take_chunks(self.damage)?;
            self.left_out |= lost;
            let spans = cursor.part.tombstones.of(cursor.number).to_vec();
            sources.push((chunks, spans));
            cursor.advance()?;
        }
        let is_plain = sources.iter().all(|(_, spans)| spans.is_empty());
        let mut all: Vec<Chunk> = sources
            .iter()
            .flat_map(|(chunks, _)| chunks)
            .cloned()
            .collect();
        all.sort_by_key(|chunk| chunk.min_time);
        if is_plain
            && !overlap(&all)
            && let Ok(joined) = join(all, &mut self.scratch)
        {
            return Ok(joined);
        }
        let mut samples = Vec::with_capacity(sources.len());
        for (chunks, spans) in &sources {
            let mut own = SeriesSamples::default();
            for chunk in chunks {
                if chunk::decode(&chunk.bytes, TimeRange::ALL, &mut self.scratch, &mut own).is_err()
                {
                    self.left_out = true;
                }
            }
            bury(&mut own, spans);
            samples.push(own);
        }
        let mut merged = SeriesSamples::default();
        merging::merge(&samples, &mut merged);
        Ok(cut(&merged, &mut self.scratch))
    }
}

/// A place in a block.
struct Cursor {
    part: BlockPart,
    page: Option<Arc<SeriesPage>>,
    next_page: usize,
    place: usize,
    /// Of the series.
    number: u32,
    /// The page of chunks that was read last.
    chunk_page: Option<(u32, Arc<Vec<u8>>)>,
}

impl Cursor {
    fn new(part: &BlockPart) -> Self {
        Self {
            part: part.clone(),
            page: None,
            next_page: 0,
            place: 0,
            number: 0,
            chunk_page: None,
        }
    }

    fn labels(&self) -> Option<&Labels> {
        Some(&self.page.as_ref()?.entries.get(self.place)?.labels)
    }

    /// Has the page of the next series at hand, if there is one.
    fn load(&mut self) -> Result<(), BlockError> {
        while self.labels().is_none() {
            if self.next_page == self.part.block.series_pages() {
                self.page = None;
                return Ok(());
            }
            self.page = Some(self.part.block.series_page(self.next_page)?);
            self.next_page += 1;
            self.place = 0;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), BlockError> {
        self.place += 1;
        self.number += 1;
        self.load()
    }

    /// The chunks of the series, and whether some could not be read.
    fn take_chunks(&mut self, damage: &Damage) -> Result<(Vec<Chunk>, bool), BlockError> {
        let Some(page) = self.page.clone() else {
            return Ok((Vec::new(), false));
        };
        let (mut chunks, mut lost) = (Vec::new(), false);
        for place in page.chunks(&page.entries[self.place]) {
            match self.chunk(place) {
                Ok(chunk) => chunks.push(chunk),
                Err(error @ BlockError::Io { .. }) => return Err(error),
                Err(error) => {
                    lost = true;
                    let block = &self.part.block;
                    damage.left_out(&block.path, block.chunk_offset(place), &error);
                }
            }
        }
        Ok((chunks, lost))
    }

    fn chunk(&mut self, place: &ChunkPlace) -> Result<Chunk, BlockError> {
        let page = match &self.chunk_page {
            Some((number, page)) if *number == place.page => Arc::clone(page),
            _ => {
                let page = self.part.block.chunk_page_once(place.page)?;
                self.chunk_page = Some((place.page, Arc::clone(&page)));
                page
            }
        };
        Ok(Chunk {
            min_time: place.min_time,
            max_time: place.max_time,
            samples: place.samples,
            bytes: self.part.block.chunk(&page, place)?.into(),
        })
    }
}
