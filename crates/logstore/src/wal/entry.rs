//! The writes in a frame, as bytes.

use serde::{Deserialize, Serialize};

/// One change, decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<'a> {
    /// Makes an index. Takes a sequence like every other change.
    CreateIndex(Box<IndexMeta>),
    DeleteIndex {
        name: &'a str,
    },
    Put {
        index: &'a str,
        id: &'a str,
        version: u64,
        arrival: i64,
        source: &'a [u8],
    },
    Delete {
        index: &'a str,
        id: &'a str,
    },
}

/// What an index is, for its whole life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexMeta {
    pub name: String,
    pub uuid: String,
    pub created_at: i64,
    #[serde(default)]
    pub definition: serde_json::Map<String, serde_json::Value>,
}

const CREATE_INDEX: u8 = 1;
const DELETE_INDEX: u8 = 2;
const PUT: u8 = 3;
const DELETE: u8 = 4;

impl<'a> Entry<'a> {
    /// Appends the entry's bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Entry::CreateIndex(meta) => {
                out.push(CREATE_INDEX);
                let json = serde_json::to_string(meta).expect("strings and JSON values serialise");
                put_text(out, &json);
            }
            Entry::DeleteIndex { name } => {
                out.push(DELETE_INDEX);
                put_text(out, name);
            }
            Entry::Put {
                index,
                id,
                version,
                arrival,
                source,
            } => {
                out.push(PUT);
                put_text(out, index);
                put_text(out, id);
                out.extend_from_slice(&version.to_le_bytes());
                out.extend_from_slice(&arrival.to_le_bytes());
                put_bytes(out, source);
            }
            Entry::Delete { index, id } => {
                out.push(DELETE);
                put_text(out, index);
                put_text(out, id);
            }
        }
    }

    /// Reads the entry at the start of `bytes` and moves behind it; `None` when there is none.
    pub fn decode(bytes: &mut &'a [u8]) -> Option<Entry<'a>> {
        let (kind, rest) = bytes.split_first()?;
        *bytes = rest;
        Some(match *kind {
            CREATE_INDEX => {
                Entry::CreateIndex(Box::new(serde_json::from_str(take_text(bytes)?).ok()?))
            }
            DELETE_INDEX => Entry::DeleteIndex {
                name: take_text(bytes)?,
            },
            PUT => Entry::Put {
                index: take_text(bytes)?,
                id: take_text(bytes)?,
                version: u64::from_le_bytes(take(bytes)?),
                arrival: i64::from_le_bytes(take(bytes)?),
                source: take_bytes(bytes)?,
            },
            DELETE => Entry::Delete {
                index: take_text(bytes)?,
                id: take_text(bytes)?,
            },
            _ => return None,
        })
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("requests are far below 4 GB");
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(bytes);
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

fn take_text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    std::str::from_utf8(take_bytes(bytes)?).ok()
}

fn take_bytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(bytes)?) as usize;
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}
