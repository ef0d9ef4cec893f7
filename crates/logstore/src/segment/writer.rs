//! Writes a segment: groups encoded from their sources, groups copied as they are, then the indexes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::{FileSystem, durable};
use swarmscope_query::document::ValueRef;

use super::file::Output;
use super::footer::{GroupEntry, SegmentFooter};
use super::group_writer::{self, GroupSource};
use super::inherited::{Inherited, merged};
use super::reader::Segment;
use super::token_collector::TokenCollector;
use super::token_index::{self, Pair};
use super::{GRANULE_ROWS, id_index};
use crate::error::SegmentError;

/// Bytes of a group that are copied at once.
const PIECE: u64 = 1024 * 1024;

/// A segment under construction; nothing has its name until it is finished.
pub struct SegmentWriter {
    files: Arc<dyn FileSystem>,
    out: Output,
    path: PathBuf,
    number: u64,
    groups: Vec<GroupEntry>,
    rows: u32,
    granules: u32,
    /// Of the groups that were encoded, each in order.
    tokens: Vec<Vec<Pair>>,
    /// Keys and rows of their ids.
    ids: Vec<(u32, u32)>,
    inherited: Vec<Inherited>,
}

impl SegmentWriter {
    /// Begins the segment of that number.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn create(
        files: &Arc<dyn FileSystem>,
        path: &Path,
        number: u64,
    ) -> Result<Self, SegmentError> {
        let out = Output::create(files.as_ref(), path).map_err(failed(path))?;
        Ok(Self {
            files: Arc::clone(files),
            out,
            path: path.to_owned(),
            number,
            groups: Vec::new(),
            rows: 0,
            granules: 0,
            tokens: Vec::new(),
            ids: Vec::new(),
            inherited: Vec::new(),
        })
    }

    /// Encodes a group; one without rows leaves no trace.
    ///
    /// # Errors
    /// When the source cannot be read or the file not be written.
    pub fn encode(&mut self, source: &dyn GroupSource) -> Result<(), SegmentError> {
        if source.rows() == 0 {
            return Ok(());
        }
        let mut tokens = TokenCollector::default();
        let uid = self.number << 16 | self.groups.len() as u64;
        let entry = group_writer::write(&mut self.out, &self.path, uid, source, &mut tokens)?;
        self.tokens.push(tokens.finish(self.granules));
        let ids = source.ids()?;
        for at in 0..ids.len() {
            if let ValueRef::Text(id) = ids.value(at) {
                self.ids.push((id_index::key(id), self.rows + ids.row(at)));
            }
        }
        self.took(entry);
        Ok(())
    }

    /// Copies a group of another segment as it is, deleted rows included.
    ///
    /// # Errors
    /// When the group is damaged or the file cannot be written.
    pub fn copy(&mut self, segment: &Arc<Segment>, group: usize) -> Result<(), SegmentError> {
        let source = &segment.groups()[group];
        let old = source.entry();
        self.out.begin_group();
        let mut copied = 0;
        while copied < old.bytes {
            let length = PIECE.min(old.bytes - copied);
            let piece = source.input().piece(old.offset + copied, length as usize)?;
            let written = self.out.copied(&piece);
            written.map_err(failed(&self.path))?;
            copied += length;
        }
        let (offset, bytes, crc) = self.out.end_group();
        if crc != old.crc {
            return Err(segment.damaged("a group does not match its checksum"));
        }
        let known = self.inherited.iter_mut().find(|known| known.is_of(segment));
        let inherited = match known {
            Some(known) => known,
            None => {
                self.inherited.push(Inherited::new(segment));
                let last = self.inherited.len() - 1;
                &mut self.inherited[last]
            }
        };
        inherited.moved(group, self.rows, self.granules);
        self.took(GroupEntry {
            offset,
            bytes,
            ..old.clone()
        });
        Ok(())
    }

    fn took(&mut self, entry: GroupEntry) {
        self.rows += entry.rows;
        self.granules += entry.rows.div_ceil(GRANULE_ROWS);
        self.groups.push(entry);
    }

    /// Rows so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Writes the indexes and the footer; when it returns, the segment is on disk under its name.
    ///
    /// # Errors
    /// When an index that is taken over is damaged, or the file cannot be written.
    pub fn finish(mut self) -> Result<(), SegmentError> {
        let mut sources: Vec<Box<dyn Iterator<Item = Result<Pair, SegmentError>> + '_>> = self
            .tokens
            .iter()
            .map(|pairs| -> Box<dyn Iterator<Item = _>> { Box::new(pairs.iter().copied().map(Ok)) })
            .collect();
        for inherited in &self.inherited {
            sources.push(Box::new(inherited.pairs()?));
            self.ids.extend(inherited.ids()?);
        }
        let path = &self.path;
        let tokens = token_index::write(&mut merged(sources), &mut self.out, &|source| {
            failed(path)(source)
        })?;
        self.ids.sort_unstable();
        let (id_filter, id_index) =
            id_index::write(&self.ids, &mut self.out).map_err(failed(path))?;
        let footer = SegmentFooter {
            groups: self.groups,
            tokens,
            id_index,
            id_filter,
        };
        self.out.finish(&footer).map_err(failed(path))?;
        durable::publish(self.files.as_ref(), path).map_err(failed(path))
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> SegmentError {
    let path = path.to_owned();
    move |source| SegmentError::Io { path, source }
}
