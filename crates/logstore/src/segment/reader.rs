//! An open segment: its groups, and the indexes over all of them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use swarmscope_files::FileSystem;

use super::GRANULE_ROWS;
use super::cache::Cache;
use super::file::Input;
use super::footer::{PageEntry, SegmentFooter, Stretch, decode_pages};
use super::group::{Group, once};
use super::{id_index, token_index};
use crate::error::SegmentError;
use crate::ids::Salt;
use crate::rows::RowSet;

/// Words whose granules a segment remembers: a search asks for them group after group.
const REMEMBERED_WORDS: usize = 32;

/// The granules of a word, counted over the whole segment.
type Granules = Arc<Vec<u32>>;

/// An open segment.
#[derive(Debug)]
pub struct Segment {
    number: u64,
    input: Arc<Input>,
    footer: SegmentFooter,
    groups: Vec<Arc<Group>>,
    /// First row and granule of each group, counted over the whole segment.
    starts: Vec<(u32, u32)>,
    rows: u32,
    tokens: OnceLock<Vec<PageEntry>>,
    id_parts: OnceLock<Vec<PageEntry>>,
    id_filter: OnceLock<Vec<u64>>,
    remembered: Mutex<VecDeque<(u32, Granules)>>,
    damage: OnceLock<String>,
}

impl Segment {
    /// Opens a segment's file.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn open(
        files: &dyn FileSystem,
        path: &Path,
        number: u64,
        cache: &Arc<Cache>,
    ) -> Result<Self, SegmentError> {
        let (input, footer) = Input::open(files, path)?;
        let input = Arc::new(input);
        let (mut groups, mut starts) = (Vec::new(), Vec::new());
        let (mut rows, mut granules) = (0_u32, 0_u32);
        for entry in &footer.groups {
            let too_many = || input.damaged("it claims more rows than a segment can have");
            starts.push((rows, granules));
            rows = rows.checked_add(entry.rows).ok_or_else(too_many)?;
            granules += entry.rows.div_ceil(GRANULE_ROWS);
            groups.push(Arc::new(Group::open(&input, entry.clone(), cache)?));
        }
        Ok(Self {
            number,
            input,
            footer,
            groups,
            starts,
            rows,
            tokens: OnceLock::new(),
            id_parts: OnceLock::new(),
            id_filter: OnceLock::new(),
            remembered: Mutex::default(),
            damage: OnceLock::new(),
        })
    }

    /// The number in its name.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its groups, in the order of their writes.
    pub fn groups(&self) -> &[Arc<Group>] {
        &self.groups
    }

    /// Its documents, deleted ones included.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Its size on disk.
    pub fn bytes(&self) -> u64 {
        self.input.length()
    }

    /// Memory that its documents take when they are read as blocks, roughly.
    pub fn source_bytes(&self) -> u64 {
        let groups = self.footer.groups.iter();
        groups.map(|group| group.source_bytes).sum()
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        self.input.path()
    }

    /// Whether it was found damaged and is left out.
    pub fn is_damaged(&self) -> bool {
        self.damage.get().is_some()
    }

    /// What is wrong with it.
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Leaves the segment out from now on; gives whether this is news.
    pub fn mark_damaged(&self, error: &SegmentError) -> bool {
        self.damage.set(error.to_string()).is_ok()
    }

    /// The group and row of an id, among the rows that count.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn find_id(
        &self,
        id: &str,
        salt: Salt,
        counts: &dyn Fn(usize, u32) -> bool,
    ) -> Result<Option<(usize, u32)>, SegmentError> {
        let given = self.find_given_id(id, counts)?;
        if given.is_some() {
            return Ok(given);
        }
        let Some(sequence) = salt.sequence(id) else {
            return Ok(None);
        };
        let found = self.find_sequence(sequence)?;
        let Some((group, row)) = found.filter(|(group, row)| counts(*group, *row)) else {
            return Ok(None);
        };
        let is_given = self.groups[group].id(row)?.is_some();
        Ok((!is_given).then_some((group, row)))
    }

    fn find_given_id(
        &self,
        id: &str,
        counts: &dyn Fn(usize, u32) -> bool,
    ) -> Result<Option<(usize, u32)>, SegmentError> {
        let key = id_index::key(id);
        let filter = once(&self.id_filter, || {
            Ok(id_index::filter_words(
                &self.input.raw(0, self.footer.id_filter)?,
            ))
        })?;
        if !id_index::may_contain(filter, key) {
            return Ok(None);
        }
        let parts = once(&self.id_parts, || self.directory(self.footer.id_index))?;
        let from = parts.partition_point(|part| part.last_row < key);
        for part in &parts[from..] {
            if part.first_row > key {
                break;
            }
            let rows = id_index::lookup(&self.input.raw(0, part.stretch)?, key)
                .ok_or_else(|| self.input.damaged("the id index cannot be read"))?;
            for (group, row) in rows.into_iter().filter_map(|row| self.locate(row)) {
                if counts(group, row) && self.groups[group].id(row)?.as_deref() == Some(id) {
                    return Ok(Some((group, row)));
                }
            }
        }
        Ok(None)
    }

    /// The group and row of a sequence, when it is here.
    fn find_sequence(&self, sequence: u64) -> Result<Option<(usize, u32)>, SegmentError> {
        for (place, group) in self.groups.iter().enumerate() {
            if let Some(row) = group.row_of_sequence(sequence)? {
                return Ok(Some((place, row)));
            }
        }
        Ok(None)
    }

    /// The group and row there of a row counted over the whole segment.
    pub fn locate(&self, row: u32) -> Option<(usize, u32)> {
        let group = self.starts.partition_point(|(first, _)| *first <= row) - 1;
        let own = row - self.starts[group].0;
        (own < self.groups[group].rows()).then_some((group, own))
    }

    /// The rows of a group that are in granules with all of these words' hashes.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn rows_with_hashes(&self, group: usize, hashes: &[u32]) -> Result<RowSet, SegmentError> {
        let rows = self.groups[group].rows();
        let Some(common) = self.granules_with_hashes(group, hashes)? else {
            return Ok(RowSet::all(rows));
        };
        let mut found = RowSet::none(rows);
        for granule in common {
            let start = (granule - self.starts[group].1) * GRANULE_ROWS;
            found.insert_range(start..start + GRANULE_ROWS);
        }
        Ok(found)
    }

    /// Whether no granule of a group has all of these words' hashes.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn lacks_hashes(&self, group: usize, hashes: &[u32]) -> Result<bool, SegmentError> {
        let common = self.granules_with_hashes(group, hashes)?;
        Ok(common.is_some_and(|common| common.is_empty()))
    }

    /// The granules of a group that have all hashes; `None` when there are no hashes.
    fn granules_with_hashes(
        &self,
        group: usize,
        hashes: &[u32],
    ) -> Result<Option<Vec<u32>>, SegmentError> {
        let first = self.starts[group].1;
        let end = first + self.groups[group].rows().div_ceil(GRANULE_ROWS);
        let mut common: Option<Vec<u32>> = None;
        for hash in hashes {
            let granules = self.granules(*hash)?;
            let from = granules.partition_point(|granule| *granule < first);
            let to = granules.partition_point(|granule| *granule < end);
            let own = &granules[from..to];
            common = Some(match common {
                None => own.to_vec(),
                Some(mut common) => {
                    common.retain(|granule| own.binary_search(granule).is_ok());
                    common
                }
            });
            if common.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
        }
        Ok(common)
    }

    /// The granules that hold a word of this hash.
    fn granules(&self, hash: u32) -> Result<Granules, SegmentError> {
        if let Some(known) = self.remembered(hash) {
            return Ok(known);
        }
        let parts = once(&self.tokens, || self.directory(self.footer.tokens))?;
        let place = parts.partition_point(|part| part.last_row < hash);
        let granules = match parts.get(place).filter(|part| part.first_row <= hash) {
            None => Vec::new(),
            Some(part) => token_index::lookup(&self.input.raw(0, part.stretch)?, hash)
                .ok_or_else(|| self.input.damaged("the token index cannot be read"))?,
        };
        let granules = Arc::new(granules);
        let mut remembered = self.lock_remembered();
        if remembered.len() == REMEMBERED_WORDS {
            remembered.pop_front();
        }
        remembered.push_back((hash, Arc::clone(&granules)));
        Ok(granules)
    }

    fn remembered(&self, hash: u32) -> Option<Granules> {
        let remembered = self.lock_remembered();
        let mut known = remembered.iter().rev();
        known
            .find(|(own, _)| *own == hash)
            .map(|(_, granules)| Arc::clone(granules))
    }

    fn lock_remembered(&self) -> std::sync::MutexGuard<'_, VecDeque<(u32, Granules)>> {
        // What is remembered is right whatever panicked elsewhere.
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self, stretch: Stretch) -> Result<Vec<PageEntry>, SegmentError> {
        decode_pages(&self.input.raw(0, stretch)?)
            .ok_or_else(|| self.input.damaged("a directory cannot be read"))
    }

    /// The parts of the token index, for merging: each as it is on disk.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn token_parts(&self) -> Result<&[PageEntry], SegmentError> {
        once(&self.tokens, || self.directory(self.footer.tokens)).map(Vec::as_slice)
    }

    /// The parts of the id index.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn id_parts(&self) -> Result<&[PageEntry], SegmentError> {
        once(&self.id_parts, || self.directory(self.footer.id_index)).map(Vec::as_slice)
    }

    /// A part of an index.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn part(&self, part: &PageEntry) -> Result<Vec<u8>, SegmentError> {
        self.input.raw(0, part.stretch)
    }

    /// The error that this segment is damaged.
    pub fn damaged(&self, what: &'static str) -> SegmentError {
        self.input.damaged(what)
    }

    /// Reads and decodes everything once; gives how many pages there were.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<u64, SegmentError> {
        self.input.check_head()?;
        let mut pages = 0;
        for group in &self.groups {
            pages += group.verify()?;
        }
        for part in self.token_parts()? {
            token_index::pairs(&self.part(part)?)
                .ok_or_else(|| self.input.damaged("the token index cannot be read"))?;
            pages += 1;
        }
        for part in self.id_parts()? {
            id_index::entries(&self.part(part)?)
                .ok_or_else(|| self.input.damaged("the id index cannot be read"))?;
            pages += 1;
        }
        self.input.raw(0, self.footer.id_filter)?;
        Ok(pages + 1)
    }
}
