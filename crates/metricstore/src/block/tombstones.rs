//! Spans that are deleted from a block, series by series.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::BlockError;
use crate::chunk::TimeRange;
use crate::head::series::remove_span;
use crate::wire::{Malformed, Reader, put_signed, put_varint};
use swarmscope_files::{FileSystem, durable};
use swarmscope_model::metrics::SeriesSamples;

/// What is deleted, by number of series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tombstones(BTreeMap<u32, Vec<TimeRange>>);

impl Tombstones {
    /// Deletes a span.
    pub fn add(&mut self, series: u32, span: TimeRange) {
        let spans = self.0.entry(series).or_default();
        let mut joined = span;
        spans.retain(|each| {
            let apart = !joined.overlaps(each.min_touching(), each.max_touching());
            if !apart {
                joined.start = joined.start.min(each.start);
                joined.end = joined.end.max(each.end);
            }
            apart
        });
        spans.push(joined);
        spans.sort_by_key(|each| each.start);
    }

    /// The spans of a series, by time; none touches another.
    pub fn of(&self, series: u32) -> &[TimeRange] {
        self.0.get(&series).map_or(&[], Vec::as_slice)
    }

    /// Series that something is deleted from.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is deleted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes them.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write(&self, files: &dyn FileSystem, path: &Path) -> std::io::Result<()> {
        let mut out = Vec::new();
        put_varint(&mut out, self.0.len() as u64);
        for (series, spans) in &self.0 {
            put_varint(&mut out, u64::from(*series));
            put_varint(&mut out, spans.len() as u64);
            for span in spans {
                put_signed(&mut out, span.start);
                put_signed(&mut out, span.end);
            }
        }
        let checksum = crc32fast::hash(&out);
        out.extend_from_slice(&checksum.to_le_bytes());
        durable::write_file(files, path, &out)
    }

    /// Reads them.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn read(files: &dyn FileSystem, path: &Path) -> Result<Self, BlockError> {
        let bytes = durable::read_file(files, path).map_err(BlockError::io(path))?;
        Self::parse(&bytes).map_err(BlockError::malformed(path, 0))
    }

    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let (body, checksum) = bytes
            .split_last_chunk::<4>()
            .ok_or(Malformed("the file is too short"))?;
        if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(Malformed("the checksum is wrong"));
        }
        let mut reader = Reader::new(body);
        let mut tombstones = Self::default();
        for _ in 0..reader.varint()? {
            let series = u32::try_from(reader.varint()?)
                .map_err(|_| Malformed("a series has too large a number"))?;
            for _ in 0..reader.varint()? {
                let (start, end) = (reader.signed()?, reader.signed()?);
                tombstones.add(series, TimeRange { start, end });
            }
        }
        Ok(tombstones)
    }
}

/// Removes the samples in the spans.
pub fn bury(samples: &mut SeriesSamples, spans: &[TimeRange]) {
    for span in spans {
        remove_span(samples, *span);
    }
}

impl TimeRange {
    /// Widened by one, so that neighbours count as overlapping.
    fn min_touching(&self) -> i64 {
        self.start.saturating_sub(1)
    }

    fn max_touching(&self) -> i64 {
        self.end.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_that_touch_become_one() {
        let mut tombstones = Tombstones::default();
        for (start, end) in [(10, 20), (30, 40), (21, 25), (50, 60), (26, 29)] {
            tombstones.add(7, TimeRange { start, end });
        }
        let spans: Vec<_> = tombstones
            .of(7)
            .iter()
            .map(|span| (span.start, span.end))
            .collect();
        assert_eq!(spans, [(10, 40), (50, 60)]);
        assert!(tombstones.of(8).is_empty());
    }
}
