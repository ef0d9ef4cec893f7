//! Decides what a request's operations do, and encodes the decisions as a frame of the log.
//!
//! Requests that share an fsync are decided one after the other, each seeing those before it.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use swarmscope_model::Timestamp;
use swarmscope_query::store::{Effect, Refused, Written};

use super::prepare::{Accounts, Onto, Operation, OperationKind, Prepared};
use crate::block::Block;
use crate::error::SegmentError;
use crate::rows::RowSet;
use crate::state::{Standing, State};
use crate::wal::entry::{Entries, Entry, IndexMeta};
use crate::wal::frame;

/// A request decided, to be applied once its frame is on disk.
#[derive(Debug)]
pub struct Decided {
    pub results: Vec<Result<Written, Refused>>,
    pub created: Vec<IndexMeta>,
    /// By index; rows that were refused are gone.
    pub blocks: Vec<(Arc<str>, Block)>,
    /// What the blocks' rows replace or delete, in order.
    pub changes: Vec<Change>,
    pub last_sequence: u64,
    /// See [`State::claimed_sequence`].
    pub claimed_sequence: u64,
    pub agents: Vec<String>,
    pub accounts: Accounts,
}

/// What was decided about a request, its documents aside.
#[derive(Debug)]
pub struct Decision {
    results: Vec<Result<Written, Refused>>,
    created: Vec<IndexMeta>,
    /// By block.
    refused: Vec<RowSet>,
    sequences: Vec<Vec<i64>>,
    versions: Vec<Vec<i64>>,
    changes: Vec<Change>,
    last_sequence: u64,
    claimed_sequence: u64,
    accounts: Accounts,
}

impl Decision {
    /// With the documents that it is about.
    pub fn of(self, prepared: Prepared) -> Decided {
        let numbers = self
            .sequences
            .into_iter()
            .zip(self.versions)
            .zip(&self.refused);
        let blocks = prepared.blocks.into_iter().zip(numbers);
        Decided {
            results: self.results,
            created: self.created,
            blocks: blocks
                .map(|((index, block), ((sequences, versions), refused))| {
                    (index, numbered(block, refused, sequences, versions))
                })
                .collect(),
            changes: self.changes,
            last_sequence: self.last_sequence,
            claimed_sequence: self.claimed_sequence,
            agents: prepared.agents,
            accounts: self.accounts,
        }
    }
}

/// A document that goes, because of a row of the same request or without one.
#[derive(Debug)]
pub struct Change {
    pub index: Arc<str>,
    pub id: String,
    /// The sequence of the write that makes it go.
    pub sequence: u64,
}

/// What earlier requests of the group have decided about an id: how it stands, `None` when deleted.
type Pending<'a> = HashMap<(&'a str, &'a str), Option<Standing>>;

/// Documents without a given id that the group has put into one index, one after the other.
struct Run<'a> {
    index: &'a str,
    sequences: RangeInclusive<u64>,
}

/// Decides requests that share an fsync.
pub struct Decider<'a> {
    state: &'a State,
    pending: Pending<'a>,
    runs: Vec<Run<'a>>,
    claimed_sequence: u64,
    created: Vec<String>,
    /// The index that was looked for last, and is there.
    ensured: Option<&'a str>,
    pub next_sequence: u64,
    /// The frames of all requests.
    pub frames: Vec<u8>,
}

impl<'a> Decider<'a> {
    /// On top of what is visible. The buffer is for the frames, and empty.
    pub fn new(state: &'a State, frames: Vec<u8>) -> Self {
        Self {
            next_sequence: state.newest_sequence + 1,
            claimed_sequence: state.claimed_sequence,
            state,
            pending: HashMap::new(),
            runs: Vec::new(),
            created: Vec::new(),
            ensured: None,
            frames,
        }
    }

    /// Decides a request.
    ///
    /// # Errors
    /// When a segment cannot be read to look up an id; nothing is decided then.
    pub fn request(&mut self, prepared: &'a Prepared) -> Result<Decision, SegmentError> {
        let standings = self.standings(prepared)?;
        let start = frame::begin(&mut self.frames, self.next_sequence);
        let mut request = Request {
            decider: self,
            entries: Entries::default(),
            created: Vec::new(),
            refused: prepared
                .blocks
                .iter()
                .map(|(_, block)| RowSet::none(block.rows))
                .collect(),
            sequences: numbers(prepared),
            versions: numbers(prepared),
            changes: Vec::new(),
            accounts: Accounts::new(prepared.agents.len(), prepared.origin),
        };
        let mut results = Vec::with_capacity(prepared.operations.len());
        for (operation, standing) in prepared.operations.iter().zip(standings) {
            results.push(request.operation(operation, standing, prepared));
        }
        let Request {
            created,
            refused,
            sequences,
            versions,
            changes,
            accounts,
            ..
        } = request;
        if self.frames.len() == start + frame::HEADER {
            self.frames.truncate(start);
        } else {
            frame::finish(&mut self.frames, start);
        }
        Ok(Decision {
            results,
            created,
            refused,
            sequences,
            versions,
            changes,
            last_sequence: self.next_sequence - 1,
            claimed_sequence: self.claimed_sequence,
            accounts,
        })
    }

    /// How each operation's id stands in the store, before this request.
    fn standings(&self, prepared: &Prepared) -> Result<Vec<Option<Standing>>, SegmentError> {
        let of = |index: &str, id: &str| -> Result<Option<Standing>, SegmentError> {
            match self.state.indices.get(index) {
                Some(index) => index.standing(id),
                None => Ok(None),
            }
        };
        prepared
            .operations
            .iter()
            .map(|operation| match &operation.kind {
                OperationKind::Put { id: None, .. } | OperationKind::Refused(_) => Ok(None),
                OperationKind::Put {
                    block,
                    id: Some(id),
                    ..
                } => of(&prepared.blocks[*block as usize].0, id),
                OperationKind::Delete { index, id, .. } => of(index, id),
            })
            .collect()
    }
}

/// Room for the numbers of every row, by block.
fn numbers(prepared: &Prepared) -> Vec<Vec<i64>> {
    let blocks = prepared.blocks.iter();
    blocks
        .map(|(_, block)| Vec::with_capacity(block.rows as usize))
        .collect()
}

struct Request<'d, 'a> {
    decider: &'d mut Decider<'a>,
    entries: Entries<'a>,
    created: Vec<IndexMeta>,
    refused: Vec<RowSet>,
    sequences: Vec<Vec<i64>>,
    versions: Vec<Vec<i64>>,
    changes: Vec<Change>,
    accounts: Accounts,
}

impl<'a> Request<'_, 'a> {
    fn operation(
        &mut self,
        operation: &'a Operation,
        stored: Option<Standing>,
        prepared: &'a Prepared,
    ) -> Result<Written, Refused> {
        match &operation.kind {
            OperationKind::Refused(refused) => {
                self.accounts.add_refused(operation, refused);
                Err(refused.clone())
            }
            OperationKind::Delete { index, id, onto } => self.delete(index, id, *onto, stored),
            OperationKind::Put {
                block,
                id: None,
                source,
                ..
            } => {
                self.accounts.add_stored(operation);
                let index = &prepared.blocks[*block as usize].0;
                self.ensure_index(index);
                let sequence = self.free_sequence(index);
                self.put(*block, sequence, None, 1, source, prepared);
                Ok(Written {
                    id: self.decider.state.salt.id(sequence),
                    sequence,
                    version: 1,
                    effect: Effect::Created,
                })
            }
            OperationKind::Put {
                block,
                row,
                id: Some(id),
                source,
                onto,
            } => {
                let index = &prepared.blocks[*block as usize].0;
                let current = self.current(index, id, stored);
                if let Some(refused) = refusal(*onto, id, current) {
                    self.refused[*block as usize].insert(*row);
                    self.accounts.add_refused(operation, &refused);
                    return Err(refused);
                }
                self.accounts.add_stored(operation);
                let version = match onto {
                    Onto::Older(given) => given.version,
                    _ => current.map_or(1, |current| current.version + 1),
                };
                Ok(self.put_given(*block, id, version, current, source, prepared))
            }
        }
    }

    /// Puts a document with the id that its client gave.
    fn put_given(
        &mut self,
        block: u32,
        id: &'a str,
        version: u64,
        current: Option<Standing>,
        source: &'a [u8],
        prepared: &'a Prepared,
    ) -> Written {
        let index = &prepared.blocks[block as usize].0;
        self.ensure_index(index);
        if current.is_some() && version < 2 {
            // Whoever reads the log takes such a document for the first of its id.
            self.take_sequence();
            let entry = Entry::Delete { index, id };
            self.entries.encode(&entry, &mut self.decider.frames);
        }
        let sequence = self.take_sequence();
        self.put(block, sequence, Some(id), version, source, prepared);
        let standing = Standing { version, sequence };
        self.decider.pending.insert((index, id), Some(standing));
        let claimed = self.decider.state.salt.sequence(id);
        if let Some(claimed) = claimed.filter(|claimed| *claimed > sequence) {
            self.decider.claimed_sequence = self.decider.claimed_sequence.max(claimed);
        }
        if current.is_some() {
            self.changes.push(Change {
                index: Arc::clone(index),
                id: id.to_owned(),
                sequence,
            });
        }
        Written {
            id: id.to_owned(),
            sequence,
            version,
            effect: if current.is_some() {
                Effect::Updated
            } else {
                Effect::Created
            },
        }
    }

    /// How an id stands by now.
    fn current(&self, index: &str, id: &str, stored: Option<Standing>) -> Option<Standing> {
        if let Some(pending) = self.decider.pending.get(&(index, id)) {
            return *pending;
        }
        let own = self.decider.state.salt.sequence(id).filter(|own| {
            let mut runs = self.decider.runs.iter();
            runs.any(|run| run.index == index && run.sequences.contains(own))
        });
        let own = own.map(|sequence| Standing {
            version: 1,
            sequence,
        });
        own.or(stored)
    }

    /// A sequence whose id no document of the index has.
    fn free_sequence(&mut self, index: &'a str) -> u64 {
        loop {
            let sequence = self.take_sequence();
            if sequence > self.decider.claimed_sequence || !self.is_taken(index, sequence) {
                match self.decider.runs.last_mut() {
                    Some(run) if run.index == index && run.sequences.end() + 1 == sequence => {
                        run.sequences = *run.sequences.start()..=sequence;
                    }
                    _ => self.decider.runs.push(Run {
                        index,
                        sequences: sequence..=sequence,
                    }),
                }
                return sequence;
            }
            self.entries.encode(&Entry::Skip, &mut self.decider.frames);
        }
    }

    fn is_taken(&self, index: &str, sequence: u64) -> bool {
        let id = self.decider.state.salt.id(sequence);
        if let Some(pending) = self.decider.pending.get(&(index, id.as_str())) {
            return pending.is_some();
        }
        let index = self.decider.state.indices.get(index);
        // When that cannot be read, it may be.
        index.is_some_and(|index| index.standing(&id).map_or(true, |found| found.is_some()))
    }

    fn put(
        &mut self,
        block: u32,
        sequence: u64,
        id: Option<&'a str>,
        version: u64,
        source: &'a [u8],
        prepared: &'a Prepared,
    ) {
        let entry = Entry::Put {
            index: &prepared.blocks[block as usize].0,
            id,
            version,
            arrival: prepared.arrival,
            source,
        };
        self.entries.encode(&entry, &mut self.decider.frames);
        self.sequences[block as usize].push(sequence as i64);
        self.versions[block as usize].push(version as i64);
    }

    fn delete(
        &mut self,
        index: &'a Arc<str>,
        id: &'a str,
        onto: Onto,
        stored: Option<Standing>,
    ) -> Result<Written, Refused> {
        let current = self.current(index, id, stored);
        if let (Some(refused), Some(_)) = (refusal(onto, id, current), current) {
            return Err(refused);
        }
        let counted = current.map_or(1, |current| current.version + 1);
        let version = match onto {
            Onto::Older(given) => given.version,
            _ => counted,
        };
        if current.is_none() {
            return Ok(Written {
                id: id.to_owned(),
                sequence: self.decider.next_sequence - 1,
                version,
                effect: Effect::NotFound,
            });
        }
        let sequence = self.take_sequence();
        let entry = Entry::Delete { index, id };
        self.entries.encode(&entry, &mut self.decider.frames);
        self.decider.pending.insert((index, id), None);
        self.changes.push(Change {
            index: Arc::clone(index),
            id: id.to_owned(),
            sequence,
        });
        Ok(Written {
            id: id.to_owned(),
            sequence,
            version,
            effect: Effect::Deleted,
        })
    }

    fn ensure_index(&mut self, name: &'a str) {
        if self.decider.ensured == Some(name) {
            return;
        }
        self.decider.ensured = Some(name);
        if self.decider.state.indices.contains_key(name)
            || self.decider.created.iter().any(|created| created == name)
        {
            return;
        }
        let meta = new_index(name, serde_json::Map::new());
        self.take_sequence();
        let entry = Entry::CreateIndex(Box::new(meta.clone()));
        self.entries.encode(&entry, &mut self.decider.frames);
        self.decider.created.push(name.to_owned());
        self.created.push(meta);
    }

    fn take_sequence(&mut self) -> u64 {
        self.decider.next_sequence += 1;
        self.decider.next_sequence - 1
    }
}

/// Why a document may not take the place of what has its id.
fn refusal(onto: Onto, id: &str, current: Option<Standing>) -> Option<Refused> {
    let id = || id.to_owned();
    match (onto, current) {
        (Onto::Nothing, Some(Standing { version, .. })) => {
            Some(Refused::AlreadyExists { id: id(), version })
        }
        (Onto::Written(required), Some(found)) if required != found.sequence => {
            Some(Refused::Replaced {
                id: id(),
                required,
                current: found.sequence,
            })
        }
        (Onto::Written(required), None) => Some(Refused::Gone { id: id(), required }),
        (Onto::Older(given), Some(found)) if given.conflicts_with(found.version) => {
            Some(Refused::Newer {
                id: id(),
                given,
                current: found.version,
            })
        }
        _ => None,
    }
}

/// An index made now.
pub fn new_index(name: &str, definition: serde_json::Map<String, serde_json::Value>) -> IndexMeta {
    IndexMeta {
        name: name.to_owned(),
        uuid: uuid::Uuid::new_v4().simple().to_string(),
        created_at: Timestamp::now().as_millisecond(),
        definition,
    }
}

/// The block without its refused rows, with the numbers of those that stay.
fn numbered(block: Block, refused: &RowSet, sequences: Vec<i64>, versions: Vec<i64>) -> Block {
    let mut block = block;
    if !refused.is_empty() {
        block.sequences = Arc::new(vec![0; block.rows as usize]);
        block.versions = Arc::clone(&block.sequences);
        block = crate::block::concat::concat(&[(&block, refused)]);
    }
    block.sequences = Arc::new(sequences);
    block.versions = Arc::new(versions);
    block
}
