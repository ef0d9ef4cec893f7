//! What a segment holds and where: read when the segment is opened, everything else on demand.
//!
//! Places inside a group count from the group's own beginning, so that merging copies a group as it
//! is. Places of the segment count from the beginning of the file.

use serde::{Deserialize, Serialize};

/// A checked stretch of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stretch {
    #[serde(rename = "o")]
    pub offset: u64,
    #[serde(rename = "n")]
    pub bytes: u32,
    #[serde(rename = "c")]
    pub crc: u32,
}

/// How a column's values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Storage {
    /// In pages, each for itself; texts with fragments that the pages share.
    #[default]
    Pages,
    /// Text as places in a dictionary of the whole column.
    Coded,
    /// Not at all: they are the documents' times.
    Times,
    /// Not at all: they are the documents' times, spelled in UTC with milliseconds and `Z`.
    TimeTexts,
}

/// How the words of a column of text are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Indexing {
    /// Each word is in the token index.
    #[default]
    Words,
    /// Every value is a UUID, and only its first part is in the token index.
    Uuids,
    /// Every value is a point in time, and none of its words is in the index.
    Times,
}

/// A column's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEntry {
    #[serde(rename = "p")]
    pub path: String,
    /// [`crate::block::column::Kind::code`].
    #[serde(rename = "k")]
    pub kind: u8,
    #[serde(rename = "v")]
    pub values: u64,
    /// Every row has one value.
    #[serde(rename = "d", default)]
    pub dense: bool,
    #[serde(rename = "s", default)]
    pub storage: Storage,
    #[serde(rename = "i", default)]
    pub indexing: Indexing,
    /// The dictionary of a coded column, the fragments of texts in pages.
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<Stretch>,
    /// The directory of pages: see [`PageEntry`].
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Stretch>,
}

/// What a group holds and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupFooter {
    pub columns: Vec<ColumnEntry>,
    /// The overflow column, when there is one.
    pub overflow: Option<ColumnEntry>,
    pub sequences: ColumnEntry,
    pub versions: ColumnEntry,
    pub times: ColumnEntry,
    /// Ids that clients gave.
    pub ids: ColumnEntry,
    /// The shape of each document.
    pub codes: ColumnEntry,
    /// What shapes leave to their documents.
    pub literals: ColumnEntry,
    pub shapes: Stretch,
}

/// A group's place and what can be said of it without looking inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupEntry {
    /// Names the group for ever, also when it is copied into another segment.
    pub uid: u64,
    pub offset: u64,
    pub bytes: u64,
    /// Of all its bytes.
    pub crc: u32,
    /// Its footer's place, from its beginning.
    pub footer: Stretch,
    pub rows: u32,
    /// Of the documents' times, both inclusive.
    pub min_time: i64,
    pub max_time: i64,
    pub min_sequence: u64,
    pub max_sequence: u64,
    /// Memory that the documents take when they are read as a block, roughly.
    pub source_bytes: u64,
}

/// What a segment holds and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentFooter {
    pub groups: Vec<GroupEntry>,
    /// Directory of the token index's parts.
    pub tokens: Stretch,
    /// Directory of the id index's parts.
    pub id_index: Stretch,
    /// Bloom filter of the ids that clients gave.
    pub id_filter: Stretch,
}

/// One page: its rows and place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageEntry {
    pub first_row: u32,
    /// The last row in it.
    pub last_row: u32,
    pub stretch: Stretch,
}

/// Bytes of a page entry in a directory.
const ENTRY: usize = 4 + 4 + 8 + 4 + 4;

/// Directory of pages as bytes.
pub fn encode_pages(pages: &[PageEntry]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pages.len() * ENTRY);
    for page in pages {
        out.extend_from_slice(&page.first_row.to_le_bytes());
        out.extend_from_slice(&page.last_row.to_le_bytes());
        out.extend_from_slice(&page.stretch.offset.to_le_bytes());
        out.extend_from_slice(&page.stretch.bytes.to_le_bytes());
        out.extend_from_slice(&page.stretch.crc.to_le_bytes());
    }
    out
}

/// Reads a directory of pages; `None` when it is none.
pub fn decode_pages(bytes: &[u8]) -> Option<Vec<PageEntry>> {
    if !bytes.len().is_multiple_of(ENTRY) {
        return None;
    }
    let word = |entry: &[u8], at: usize| {
        let bytes: Option<[u8; 4]> = entry.get(at..at + 4)?.try_into().ok();
        bytes.map(u32::from_le_bytes)
    };
    bytes
        .chunks_exact(ENTRY)
        .map(|entry| {
            Some(PageEntry {
                first_row: word(entry, 0)?,
                last_row: word(entry, 4)?,
                stretch: Stretch {
                    offset: u64::from_le_bytes(entry.get(8..16)?.try_into().ok()?),
                    bytes: word(entry, 16)?,
                    crc: word(entry, 20)?,
                },
            })
        })
        .collect()
}
