//! Reads a block: footer when it is opened, pages when they are asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use roaring::RoaringBitmap;
use swarmscope_files::{FileSystem, StoredFile};
use swarmscope_model::metrics::MetricError;

use super::cache::{Cache, CachedPage};
use super::damage::Damage;
use super::error::BlockError;
use super::footer::{Footer, LabelPages, MARK, Meta, TRAILER};
use super::page::PagePlace;
use super::series_page::{ChunkPlace, SeriesPage};
use super::values_page::{ValuesPage, add_runs};
use crate::index::matching::LabelIndex;
use crate::wire::{Malformed, Reader};

/// Is handed the values of a label, each with its runs.
pub type Visit<'a> = dyn FnMut(&str, &[u8]) -> Result<(), Malformed> + 'a;

/// An open block.
#[derive(Debug)]
pub struct Block {
    pub ulid: String,
    pub path: PathBuf,
    file: Arc<dyn StoredFile>,
    pub bytes: u64,
    footer: Footer,
    cache: Arc<Cache>,
    pub damage: Arc<Damage>,
    number: u64,
    /// Set when labels or the index cannot be read; the block is then of no use.
    is_damaged: AtomicBool,
}

impl Drop for Block {
    fn drop(&mut self) {
        self.cache.forget(self.number);
    }
}

impl Block {
    /// Opens a block and checks its footer.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn open(
        files: &dyn FileSystem,
        path: &Path,
        ulid: &str,
        cache: &Arc<Cache>,
        damage: &Arc<Damage>,
    ) -> Result<Self, BlockError> {
        let file = files.open(path).map_err(BlockError::io(path))?;
        let bytes = file.length().map_err(BlockError::io(path))?;
        let footer = read_footer(file.as_ref(), path, bytes)?;
        Ok(Self {
            ulid: ulid.to_owned(),
            path: path.to_owned(),
            file,
            bytes,
            footer,
            cache: Arc::clone(cache),
            damage: Arc::clone(damage),
            number: cache.number(),
            is_damaged: AtomicBool::new(false),
        })
    }

    /// Checks the mark at the start, which reading needs not.
    ///
    /// # Errors
    /// When it is another one, or cannot be read.
    pub fn check_head(&self) -> Result<(), BlockError> {
        let mut head = [0; MARK.len()];
        let read = self.file.read_at(&mut head, 0);
        read.map_err(BlockError::io(&self.path))?;
        match head == MARK {
            true => Ok(()),
            false => Err(self.damaged("the file does not begin as a block does")),
        }
    }

    /// What it is.
    pub fn meta(&self) -> &Meta {
        &self.footer.meta
    }

    /// Whether labels or the index turned out to be unreadable.
    pub fn is_damaged(&self) -> bool {
        self.is_damaged.load(Ordering::Relaxed)
    }

    /// Pages of series.
    pub fn series_pages(&self) -> usize {
        self.footer.series_pages.len()
    }

    /// The page that has a series, and the series' place in it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn series(&self, number: u32) -> Result<(Arc<SeriesPage>, usize), BlockError> {
        let behind = self
            .footer
            .series_pages
            .partition_point(|(first, _)| *first <= number);
        let page = behind.saturating_sub(1);
        let first = self
            .footer
            .series_pages
            .get(page)
            .map_or(0, |(first, _)| *first);
        let page = self.series_page(page)?;
        let place = (number - first) as usize;
        if place >= page.entries.len() {
            return Err(self.note(self.damaged("a page has fewer series than it should")));
        }
        Ok((page, place))
    }

    /// A page of series.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn series_page(&self, page: usize) -> Result<Arc<SeriesPage>, BlockError> {
        let place = self.footer.series_pages.get(page).map(|(_, place)| *place);
        let place = place.ok_or_else(|| self.missing_page())?;
        if let Some(CachedPage::Series(page)) = self.cache.get((self.number, place.offset)) {
            return Ok(page);
        }
        let raw = self.load(place)?;
        let page = SeriesPage::read(&raw)
            .map_err(BlockError::malformed(&self.path, place.offset))
            .map_err(|error| self.note(error))?;
        let page = Arc::new(page);
        self.cache.put(
            (self.number, place.offset),
            CachedPage::Series(Arc::clone(&page)),
        );
        Ok(page)
    }

    /// The page that has a chunk.
    ///
    /// # Errors
    /// When it cannot be read. The block is of use all the same.
    pub fn chunk_page(&self, page: u32) -> Result<Arc<Vec<u8>>, BlockError> {
        let place = self.footer.chunk_pages.get(page as usize).copied();
        let place = place.ok_or_else(|| self.missing_page())?;
        if let Some(CachedPage::Chunks(page)) = self.cache.get((self.number, place.offset)) {
            return Ok(page);
        }
        let page = Arc::new(place.load(self.file.as_ref(), &self.path)?);
        self.cache.put(
            (self.number, place.offset),
            CachedPage::Chunks(Arc::clone(&page)),
        );
        Ok(page)
    }

    /// As [`Block::chunk_page`] for whoever reads the block from end to end: the cache is left alone.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn chunk_page_once(&self, page: u32) -> Result<Arc<Vec<u8>>, BlockError> {
        let place = self.footer.chunk_pages.get(page as usize).copied();
        let place = place.ok_or_else(|| self.missing_page())?;
        Ok(Arc::new(place.load(self.file.as_ref(), &self.path)?))
    }

    /// The bytes of a chunk in its page.
    ///
    /// # Errors
    /// When the page is shorter.
    pub fn chunk<'p>(&self, page: &'p [u8], chunk: &ChunkPlace) -> Result<&'p [u8], BlockError> {
        let begin = chunk.offset as usize;
        page.get(begin..begin + chunk.length as usize)
            .ok_or_else(|| BlockError::Damaged {
                path: self.path.clone(),
                offset: self.chunk_offset(chunk),
                what: "a chunk is outside of its page",
            })
    }

    /// Where a chunk's page is in the file.
    pub fn chunk_offset(&self, chunk: &ChunkPlace) -> u64 {
        let page = self.footer.chunk_pages.get(chunk.page as usize);
        page.map_or(0, |place| place.offset)
    }

    /// The names of labels, by name.
    pub fn label_names(&self) -> impl Iterator<Item = &str> {
        self.footer.labels.iter().map(|label| label.name.as_str())
    }

    /// Hands out every value of a label with its runs, by value.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn for_each_value(&self, name: &str, visit: &mut Visit<'_>) -> Result<(), BlockError> {
        let Some(label) = self.label(name) else {
            return Ok(());
        };
        for (_, place) in &label.pages {
            let page = self.values_page(*place)?;
            for (value, runs) in page.iter() {
                visit(value, runs)
                    .map_err(BlockError::malformed(&self.path, place.offset))
                    .map_err(|error| self.note(error))?;
            }
        }
        Ok(())
    }

    fn label(&self, name: &str) -> Option<&LabelPages> {
        let labels = &self.footer.labels;
        let place = labels
            .binary_search_by(|label| label.name.as_str().cmp(name))
            .ok()?;
        Some(&labels[place])
    }

    fn values_page(&self, place: PagePlace) -> Result<Arc<ValuesPage>, BlockError> {
        if let Some(CachedPage::Values(page)) = self.cache.get((self.number, place.offset)) {
            return Ok(page);
        }
        let raw = self.load(place)?;
        let page = ValuesPage::read(raw)
            .map_err(BlockError::malformed(&self.path, place.offset))
            .map_err(|error| self.note(error))?;
        let page = Arc::new(page);
        self.cache.put(
            (self.number, place.offset),
            CachedPage::Values(Arc::clone(&page)),
        );
        Ok(page)
    }

    /// Loads a page without which the block is of no use.
    fn load(&self, place: PagePlace) -> Result<Vec<u8>, BlockError> {
        place
            .load(self.file.as_ref(), &self.path)
            .map_err(|error| self.note(error))
    }

    /// The error that this block is damaged, at no place in particular.
    pub fn damaged(&self, what: &'static str) -> BlockError {
        BlockError::Damaged {
            path: self.path.clone(),
            offset: 0,
            what,
        }
    }

    fn note(&self, error: BlockError) -> BlockError {
        // What the system refuses now it may give another time.
        if matches!(error, BlockError::Damaged { .. }) {
            self.is_damaged.store(true, Ordering::Relaxed);
        }
        error
    }

    fn missing_page(&self) -> BlockError {
        self.note(self.damaged("a page is missing"))
    }
}

fn read_footer(file: &dyn StoredFile, path: &Path, bytes: u64) -> Result<Footer, BlockError> {
    let damaged = |what| BlockError::Damaged {
        path: path.to_owned(),
        offset: bytes,
        what,
    };
    if bytes < (MARK.len() + TRAILER) as u64 {
        return Err(damaged("the file is too short"));
    }
    let mut trailer = [0; TRAILER];
    let at = bytes - TRAILER as u64;
    file.read_at(&mut trailer, at)
        .map_err(BlockError::io(path))?;
    if trailer[8..] != MARK {
        return Err(damaged("the file does not end as a block does"));
    }
    let mut reader = Reader::new(&trailer);
    let wrong = BlockError::malformed(path, at);
    let (length, checksum) = reader
        .half_word()
        .and_then(|length| Ok((length, reader.half_word()?)))
        .map_err(wrong)?;
    let Some(begin) = at.checked_sub(u64::from(length)) else {
        return Err(damaged("the footer is longer than the file"));
    };
    let mut footer = vec![0; length as usize];
    file.read_at(&mut footer, begin)
        .map_err(BlockError::io(path))?;
    if crc32fast::hash(&footer) != checksum {
        return Err(damaged("the checksum of the footer is wrong"));
    }
    Footer::read(&footer).map_err(BlockError::malformed(path, begin))
}

impl LabelIndex for Block {
    fn all(&self) -> Result<RoaringBitmap, MetricError> {
        let mut all = RoaringBitmap::new();
        all.insert_range(0..self.footer.meta.series);
        Ok(all)
    }

    fn add_with_value(
        &self,
        name: &str,
        value: &str,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError> {
        let Some(label) = self.label(name) else {
            return Ok(());
        };
        let behind = label
            .pages
            .partition_point(|(first, _)| first.as_str() <= value);
        let Some((_, place)) = behind.checked_sub(1).map(|page| &label.pages[page]) else {
            return Ok(());
        };
        let page = self.values_page(*place)?;
        if let Some(runs) = page.find(value) {
            add_runs(runs, into)
                .map_err(BlockError::malformed(&self.path, place.offset))
                .map_err(|error| self.note(error))?;
        }
        Ok(())
    }

    fn add_where(
        &self,
        name: &str,
        wanted: &dyn Fn(&str) -> bool,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError> {
        self.for_each_value(name, &mut |value, runs| {
            if wanted(value) {
                add_runs(runs, into)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}
