//! The footer: what a segment holds and where, read when the segment is opened.

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

/// A column's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnEntry {
    pub path: String,
    /// [`crate::block::column::Kind::code`].
    pub kind: u8,
    pub values: u64,
    /// Every row has one value.
    #[serde(default)]
    pub dense: bool,
    /// The dictionary of a coded column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<Stretch>,
    /// The pages: see [`PageEntry`]. `None` when the values are the documents' times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Stretch>,
}

/// What a segment holds and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    pub rows: u32,
    /// Of the documents' times, both inclusive.
    pub min_time: i64,
    pub max_time: i64,
    pub min_sequence: u64,
    pub max_sequence: u64,
    /// Bytes of the documents as they were sent.
    pub source_bytes: u64,
    pub columns: Vec<ColumnEntry>,
    /// The overflow column, when there is one.
    pub overflow: Option<ColumnEntry>,
    pub sequences: ColumnEntry,
    pub versions: ColumnEntry,
    pub times: ColumnEntry,
    pub ids: ColumnEntry,
    pub sources: ColumnEntry,
    /// Directory of the token index's parts.
    pub tokens: Stretch,
    /// Directory of the id index's parts.
    pub id_index: Stretch,
    /// Bloom filter of the ids.
    pub id_filter: Stretch,
}

/// One page: its first row and place.
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
