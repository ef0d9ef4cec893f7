//! What a block is, and where its pages are.

use super::page::PagePlace;
use crate::wire::{Malformed, Reader, put_bytes, put_signed, put_varint};

/// What a block's file begins and ends with.
pub const MARK: [u8; 8] = *b"SWMblk\x01\n";
/// Bytes behind the footer: its length, its checksum, the mark.
pub const TRAILER: usize = 4 + 4 + MARK.len();

/// What a block is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Meta {
    /// The oldest and the newest sample.
    pub min_time: i64,
    pub max_time: i64,
    /// How often its samples were compacted; 1 comes from memory.
    pub level: u32,
    pub samples: u64,
    pub series: u32,
    pub chunks: u64,
}

/// The pages with the values of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPages {
    pub name: String,
    /// The first value of each page, and the page.
    pub pages: Vec<(String, PagePlace)>,
}

/// The end of a block's file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Footer {
    pub meta: Meta,
    pub chunk_pages: Vec<PagePlace>,
    /// The number of the first series of each page, and the page.
    pub series_pages: Vec<(u32, PagePlace)>,
    /// By name.
    pub labels: Vec<LabelPages>,
}

impl Footer {
    /// The footer with its trailer.
    pub fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let meta = &self.meta;
        put_signed(&mut out, meta.min_time);
        put_signed(&mut out, meta.max_time);
        put_varint(&mut out, u64::from(meta.level));
        put_varint(&mut out, meta.samples);
        put_varint(&mut out, u64::from(meta.series));
        put_varint(&mut out, meta.chunks);
        put_varint(&mut out, self.chunk_pages.len() as u64);
        for page in &self.chunk_pages {
            put_page(&mut out, page);
        }
        put_varint(&mut out, self.series_pages.len() as u64);
        for (first, page) in &self.series_pages {
            put_varint(&mut out, u64::from(*first));
            put_page(&mut out, page);
        }
        put_varint(&mut out, self.labels.len() as u64);
        for label in &self.labels {
            put_bytes(&mut out, label.name.as_bytes());
            put_varint(&mut out, label.pages.len() as u64);
            for (first, page) in &label.pages {
                put_bytes(&mut out, first.as_bytes());
                put_page(&mut out, page);
            }
        }
        let (length, checksum) = (out.len() as u32, crc32fast::hash(&out));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&checksum.to_le_bytes());
        out.extend_from_slice(&MARK);
        out
    }

    /// Reads a footer without its trailer.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let narrow =
            |value: u64| u32::try_from(value).map_err(|_| Malformed("a number is too large"));
        let mut reader = Reader::new(bytes);
        let mut footer = Self {
            meta: Meta {
                min_time: reader.signed()?,
                max_time: reader.signed()?,
                level: narrow(reader.varint()?)?,
                samples: reader.varint()?,
                series: narrow(reader.varint()?)?,
                chunks: reader.varint()?,
            },
            ..Self::default()
        };
        for _ in 0..reader.varint()? {
            footer.chunk_pages.push(read_page(&mut reader)?);
        }
        for _ in 0..reader.varint()? {
            let first = narrow(reader.varint()?)?;
            footer.series_pages.push((first, read_page(&mut reader)?));
        }
        for _ in 0..reader.varint()? {
            let name = reader.text()?.to_owned();
            let mut pages = Vec::new();
            for _ in 0..reader.varint()? {
                let first = reader.text()?.to_owned();
                pages.push((first, read_page(&mut reader)?));
            }
            footer.labels.push(LabelPages { name, pages });
        }
        Ok(footer)
    }
}

fn put_page(out: &mut Vec<u8>, page: &PagePlace) {
    put_varint(out, page.offset);
    page.write(out);
}

fn read_page(reader: &mut Reader<'_>) -> Result<PagePlace, Malformed> {
    let offset = reader.varint()?;
    PagePlace::read(reader, offset)
}
