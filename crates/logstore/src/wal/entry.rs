//! The writes in a frame, as bytes.
//!
//! What a frame's documents share, their index and when they arrived, is said once before them. A
//! document that came without an id takes three bytes beside its own.

use crate::varint::{put, put_prefixed, take, take_prefixed, take_text};
use serde::{Deserialize, Serialize};

/// One change, decided. Each takes a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<'a> {
    CreateIndex(Box<IndexMeta>),
    DeleteIndex {
        name: &'a str,
    },
    Put {
        index: &'a str,
        /// None when it is told from the sequence.
        id: Option<&'a str>,
        version: u64,
        arrival: i64,
        source: &'a [u8],
    },
    Delete {
        index: &'a str,
        id: &'a str,
    },
    /// Nothing: the id of this sequence is taken.
    Skip,
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
const PUT_WITH_ID: u8 = 4;
const DELETE: u8 = 5;
const SKIP: u8 = 6;
/// The index of the entries that follow; takes no sequence.
const INDEX: u8 = 7;
/// When the entries that follow arrived; takes no sequence.
const ARRIVAL: u8 = 8;

/// Writes the entries of one frame.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    index: Option<&'a str>,
    arrival: Option<i64>,
}

impl<'a> Entries<'a> {
    /// Appends an entry's bytes.
    pub fn encode(&mut self, entry: &Entry<'a>, out: &mut Vec<u8>) {
        match entry {
            Entry::CreateIndex(meta) => {
                out.push(CREATE_INDEX);
                let json = serde_json::to_string(meta).expect("strings and JSON values serialise");
                put_prefixed(out, json.as_bytes());
            }
            Entry::DeleteIndex { name } => {
                out.push(DELETE_INDEX);
                put_prefixed(out, name.as_bytes());
            }
            Entry::Put {
                index,
                id,
                version,
                arrival,
                source,
            } => {
                self.index(index, out);
                if self.arrival != Some(*arrival) {
                    self.arrival = Some(*arrival);
                    out.push(ARRIVAL);
                    out.extend_from_slice(&arrival.to_le_bytes());
                }
                match id {
                    None => out.push(PUT),
                    Some(id) => {
                        out.push(PUT_WITH_ID);
                        put_prefixed(out, id.as_bytes());
                        put(out, *version);
                    }
                }
                put_prefixed(out, source);
            }
            Entry::Delete { index, id } => {
                self.index(index, out);
                out.push(DELETE);
                put_prefixed(out, id.as_bytes());
            }
            Entry::Skip => out.push(SKIP),
        }
    }

    fn index(&mut self, index: &'a str, out: &mut Vec<u8>) {
        if self.index != Some(index) {
            self.index = Some(index);
            out.push(INDEX);
            put_prefixed(out, index.as_bytes());
        }
    }
}

/// Reads the entries of one frame.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    index: &'a str,
    arrival: i64,
}

impl<'a> Reader<'a> {
    /// Of a frame's payload.
    pub fn new(payload: &'a [u8]) -> Self {
        Self {
            rest: payload,
            index: "",
            arrival: 0,
        }
    }

    /// What is not read: nothing, once there is no further entry in a good frame.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn entry(&mut self, bytes: &mut &'a [u8]) -> Option<Entry<'a>> {
        loop {
            return Some(match take_array::<1>(bytes)?[0] {
                CREATE_INDEX => {
                    Entry::CreateIndex(Box::new(serde_json::from_str(take_text(bytes)?).ok()?))
                }
                DELETE_INDEX => Entry::DeleteIndex {
                    name: take_text(bytes)?,
                },
                kind @ (PUT | PUT_WITH_ID) => {
                    let (id, version) = match kind {
                        PUT => (None, 1),
                        _ => (Some(take_text(bytes)?), take(bytes)?),
                    };
                    Entry::Put {
                        index: self.index,
                        id,
                        version,
                        arrival: self.arrival,
                        source: take_prefixed(bytes)?,
                    }
                }
                DELETE => Entry::Delete {
                    index: self.index,
                    id: take_text(bytes)?,
                },
                SKIP => Entry::Skip,
                INDEX => {
                    self.index = take_text(bytes)?;
                    continue;
                }
                ARRIVAL => {
                    self.arrival = i64::from_le_bytes(take_array(bytes)?);
                    continue;
                }
                _ => return None,
            });
        }
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let mut bytes = self.rest;
        let entry = self.entry(&mut bytes)?;
        self.rest = bytes;
        Some(entry)
    }
}

fn take_array<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_and_cut_ones_do_not() {
        let put = |index, id, arrival| {
            Entry::Put {
            index,
            id,
            version: if id.is_some() { 300 } else { 1 },
            arrival,
            source: br#"{"a":"a document of more than a hundred and twenty-eight bytes, so that its length takes two bytes in the frame that holds it"}"#,
        }
        };
        let entries = [
            put("a", None, 5),
            put("a", None, 5),
            put("a", Some("id"), 6),
            Entry::Skip,
            Entry::Delete {
                index: "b",
                id: "é",
            },
            put("b", None, 6),
            Entry::DeleteIndex { name: "a" },
        ];
        let (mut writer, mut bytes) = (Entries::default(), Vec::new());
        for entry in &entries {
            writer.encode(entry, &mut bytes);
        }
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.by_ref().collect::<Vec<_>>(), entries);
        assert!(reader.rest().is_empty());
        for end in 0..bytes.len() {
            let mut reader = Reader::new(&bytes[..end]);
            let read = reader.by_ref().count();
            assert!(read < entries.len());
            assert_eq!(
                Reader::new(&bytes).take(read).collect::<Vec<_>>(),
                entries[..read]
            );
        }
    }
}
