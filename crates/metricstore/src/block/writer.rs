//! Writes a block, series by series in the order of labels.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::{FileSystem, StoredFile, durable};
use swarmscope_model::metrics::Labels;

use super::footer::{Footer, LabelPages, MARK};
use super::page::{self, PAGE_BYTES, PagePlace};
use super::series_page::{ChunkPlace, SeriesPageBuilder};
use super::values_page::{Runs, push_value};
use crate::chunk::Chunk;

/// A block that is being written.
pub struct BlockWriter {
    files: Arc<dyn FileSystem>,
    path: PathBuf,
    file: Arc<dyn StoredFile>,
    offset: u64,
    footer: Footer,
    chunks: Vec<u8>,
    series: SeriesPageBuilder,
    places: Vec<ChunkPlace>,
    index: BTreeMap<String, BTreeMap<Box<str>, Runs>>,
}

impl BlockWriter {
    /// Begins a file under a temporary name.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn begin(files: Arc<dyn FileSystem>, path: &Path, level: u32) -> io::Result<Self> {
        let file = durable::begin(files.as_ref(), path)?;
        file.append(&MARK)?;
        let mut footer = Footer::default();
        footer.meta.level = level;
        footer.meta.min_time = i64::MAX;
        footer.meta.max_time = i64::MIN;
        Ok(Self {
            files,
            path: path.to_owned(),
            file,
            offset: MARK.len() as u64,
            footer,
            chunks: Vec::with_capacity(PAGE_BYTES * 2),
            series: SeriesPageBuilder::default(),
            places: Vec::new(),
            index: BTreeMap::new(),
        })
    }

    /// Adds a series; its labels come after all others, its chunks are by time. One without chunks is
    /// left out.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn add(&mut self, labels: &Labels, chunks: &[Chunk]) -> io::Result<()> {
        if chunks.is_empty() {
            return Ok(());
        }
        self.places.clear();
        for chunk in chunks {
            if self.chunks.len() >= PAGE_BYTES {
                self.finish_chunk_page()?;
            }
            self.places.push(ChunkPlace {
                min_time: chunk.min_time,
                max_time: chunk.max_time,
                samples: chunk.samples,
                page: self.footer.chunk_pages.len() as u32,
                offset: self.chunks.len() as u32,
                length: chunk.bytes.len() as u32,
            });
            self.chunks.extend_from_slice(&chunk.bytes);
            let meta = &mut self.footer.meta;
            meta.samples += u64::from(chunk.samples);
            meta.chunks += 1;
            meta.min_time = meta.min_time.min(chunk.min_time);
            meta.max_time = meta.max_time.max(chunk.max_time);
        }
        if self.series.length() >= PAGE_BYTES {
            self.finish_series_page()?;
        }
        self.series.add(labels, &self.places);
        let number = self.footer.meta.series;
        for (name, value) in labels {
            if !self.index.contains_key(name) {
                self.index.insert(name.to_owned(), BTreeMap::new());
            }
            if let Some(values) = self.index.get_mut(name) {
                match values.get_mut(value) {
                    Some(runs) => runs.push(number),
                    None => {
                        let mut runs = Runs::default();
                        runs.push(number);
                        values.insert(value.into(), runs);
                    }
                }
            }
        }
        self.footer.meta.series += 1;
        Ok(())
    }

    /// Series so far.
    pub fn series(&self) -> u32 {
        self.footer.meta.series
    }

    /// Removes what was written.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn abandon(self) -> io::Result<()> {
        durable::remove(self.files.as_ref(), &durable::temporary(&self.path))
    }

    fn append(&mut self, raw: &[u8]) -> io::Result<PagePlace> {
        let place = page::append(self.file.as_ref(), self.offset, raw)?;
        self.offset += u64::from(place.stored);
        Ok(place)
    }

    fn finish_chunk_page(&mut self) -> io::Result<()> {
        let raw = std::mem::take(&mut self.chunks);
        let place = self.append(&raw)?;
        self.footer.chunk_pages.push(place);
        self.chunks = raw;
        self.chunks.clear();
        Ok(())
    }

    fn finish_series_page(&mut self) -> io::Result<()> {
        let first = self.footer.meta.series - self.series.count;
        let raw = self.series.finish();
        let place = self.append(&raw)?;
        self.footer.series_pages.push((first, place));
        Ok(())
    }

    /// Completes the file and gives it its name; when it returns the block is on disk.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn finish(mut self) -> io::Result<()> {
        if !self.chunks.is_empty() {
            self.finish_chunk_page()?;
        }
        if self.series.count > 0 {
            self.finish_series_page()?;
        }
        for (name, values) in std::mem::take(&mut self.index) {
            let pages = self.write_values(values)?;
            self.footer.labels.push(LabelPages { name, pages });
        }
        self.file.append(&self.footer.write())?;
        self.file.sync()?;
        durable::publish(self.files.as_ref(), &self.path)
    }

    fn write_values(
        &mut self,
        values: BTreeMap<Box<str>, Runs>,
    ) -> io::Result<Vec<(String, PagePlace)>> {
        let mut pages = Vec::new();
        let (mut raw, mut first) = (Vec::new(), None);
        for (value, runs) in values {
            push_value(&mut raw, &value, &runs.finish());
            let first_here = first.get_or_insert_with(|| value.into_string());
            if raw.len() >= PAGE_BYTES {
                let place = self.append(&raw)?;
                pages.push((std::mem::take(first_here), place));
                first = None;
                raw.clear();
            }
        }
        if let Some(first) = first {
            pages.push((first, self.append(&raw)?));
        }
        Ok(pages)
    }
}
