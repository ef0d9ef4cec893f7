//! Prepares a request on its caller's side: checks it, parses every document once, builds columns.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use foldhash::fast::RandomState;
use serde::Deserialize;
use swarmscope_model::Timestamp;
use swarmscope_model::accounting::{
    Account, Drops, Ledger, LedgerReport, ledger_report, reported_drops,
};
use swarmscope_model::event::event_type::{EVENTS_ACCOUNTED, EVENTS_DROPPED};
use swarmscope_model::limits::{MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_ID_BYTES};
use swarmscope_query::document::NotADocument;
use swarmscope_query::indices::check_index_name;
use swarmscope_query::store::{Action, ClientVersion, Refused, WriteOperation};

use crate::block::Block;
use crate::block::builder::BlockBuilder;
use crate::block::learner::Learner;

/// Where the documents of a request come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Whoever sent them; they stand in accounts.
    Sender,
    /// The store itself, where they stand in accounts already.
    Store,
}

/// A request ready for the writer.
#[derive(Debug)]
pub struct Prepared {
    pub operations: Vec<Operation>,
    /// By index, the rows in the order of the operations.
    pub blocks: Vec<(Arc<str>, Block)>,
    /// Who the documents are from.
    pub agents: Vec<String>,
    pub origin: Origin,
    pub arrival: i64,
}

impl Prepared {
    /// Whether it brings documents, and not deletions alone.
    pub fn has_documents(&self) -> bool {
        self.blocks.iter().any(|(_, block)| block.rows > 0)
    }
}

/// One operation of a request.
#[derive(Debug)]
pub struct Operation {
    /// A place in [`Prepared::agents`].
    pub agent: u32,
    /// Events that the document reports as dropped.
    pub dropped: Drops,
    /// What it reports as emitted by its sender.
    pub report: Option<Box<LedgerReport>>,
    pub kind: OperationKind,
}

/// What to decide about.
#[derive(Debug)]
pub enum OperationKind {
    Refused(Refused),
    Put {
        /// A place in [`Prepared::blocks`], and the row there.
        block: u32,
        row: u32,
        /// None when the client gave none.
        id: Option<String>,
        /// The document's text.
        source: Bytes,
        /// What of that id has to be there.
        onto: Onto,
    },
    Delete {
        index: Arc<str>,
        id: String,
        /// What of that id has to be there, if anything is.
        onto: Onto,
    },
}

/// What a document may take the place of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto {
    Anything,
    Nothing,
    /// The one of this sequence.
    Written(u64),
    /// One of an older version; the new one's is given.
    Older(ClientVersion),
}

/// What a deletion is about; `None` when the action stores.
pub fn deleted(action: Action) -> Option<Onto> {
    match action {
        Action::Delete => Some(Onto::Anything),
        Action::DeleteWritten(sequence) => Some(Onto::Written(sequence)),
        Action::DeleteAs(version) => Some(Onto::Older(version)),
        Action::Index | Action::Create | Action::Replace(_) | Action::IndexAs(_) => None,
    }
}

/// Checks and parses the operations.
pub fn prepare(operations: Vec<WriteOperation>, origin: Origin, learner: &mut Learner) -> Prepared {
    learner.renew();
    let mut preparation = Preparation {
        expected: Expected::of(&operations),
        learner,
        arrival: Timestamp::now().as_millisecond(),
        builders: Vec::new(),
        by_index: HashMap::new(),
        last: 0,
        agents: Agents::new(),
    };
    let operations = operations
        .into_iter()
        .map(|operation| preparation.operation(operation))
        .collect();
    for (_, builder) in &preparation.builders {
        builder.teach(preparation.learner);
    }
    Prepared {
        operations,
        blocks: preparation
            .builders
            .into_iter()
            .map(|(index, builder)| (index, builder.finish()))
            .collect(),
        agents: preparation.agents.names,
        origin,
        arrival: preparation.arrival,
    }
}

/// What the first block of a request has to be ready for. Most requests are about one index.
struct Expected {
    documents: usize,
    bytes: usize,
}

impl Expected {
    fn of(operations: &[WriteOperation]) -> Self {
        Self {
            documents: operations.len(),
            bytes: operations.iter().map(|each| each.source.len()).sum(),
        }
    }
}

struct Preparation<'a> {
    expected: Expected,
    learner: &'a mut Learner,
    arrival: i64,
    builders: Vec<(Arc<str>, BlockBuilder)>,
    by_index: HashMap<Arc<str>, u32>,
    /// The place of the last document's builder: most requests are about one index.
    last: usize,
    agents: Agents,
}

/// The agents of a request, and their places. The first is whoever sent documents that name nobody.
struct Agents {
    names: Vec<String>,
    places: HashMap<String, u32, RandomState>,
}

impl Agents {
    fn new() -> Self {
        Self {
            names: vec![String::new()],
            places: HashMap::from_iter([(String::new(), 0)]),
        }
    }

    fn place(&mut self, name: &str) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = self.names.len() as u32;
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }
}

impl Preparation<'_> {
    fn operation(&mut self, operation: WriteOperation) -> Operation {
        let source = operation.source.clone();
        let outcome = self.checked(operation);
        match outcome {
            Ok(ready) => ready,
            Err(refused) => Operation {
                agent: self.agents.place(&sender_of(&source)),
                dropped: Drops::default(),
                report: None,
                kind: OperationKind::Refused(refused),
            },
        }
    }

    fn checked(&mut self, operation: WriteOperation) -> Result<Operation, Refused> {
        let last = self.builders.get(self.last);
        let is_known = last.is_some_and(|(index, _)| *index == operation.index)
            || self.by_index.contains_key(&operation.index);
        if !is_known {
            check_index_name(&operation.index)?;
        }
        if let Some(id) = &operation.id
            && id.len() > MAX_ID_BYTES
        {
            return Err(Refused::IdTooLong {
                bytes: id.len(),
                limit: MAX_ID_BYTES,
            });
        }
        if let Some(onto) = deleted(operation.action) {
            return Ok(Operation {
                agent: 0,
                dropped: Drops::default(),
                report: None,
                kind: OperationKind::Delete {
                    index: operation.index,
                    id: operation.id.unwrap_or_default(),
                    onto,
                },
            });
        }
        if operation.source.len() > MAX_DOCUMENT_BYTES {
            return Err(Refused::TooLarge {
                bytes: operation.source.len(),
                limit: MAX_DOCUMENT_BYTES,
            });
        }
        let source = std::str::from_utf8(&operation.source).map_err(|error| Refused::NotJson {
            reason: "invalid UTF-8".to_owned(),
            offset: error.valid_up_to(),
        })?;
        let source = source.trim();
        let id = operation.id.filter(|id| !id.is_empty());
        let block = self.block(operation.index);
        let builder = &mut self.builders[block as usize].1;
        builder
            .push(self.learner, id.as_deref(), source, self.arrival)
            .map_err(refusal)?;
        let row = builder.len() - 1;
        let about = builder.about();
        let (dropped, report) = said_of_itself(&about.event_type, source);
        let agent = self.agents.place(&about.agent);
        Ok(Operation {
            agent,
            dropped,
            report,
            kind: OperationKind::Put {
                block,
                row,
                id,
                source: operation.source.slice_ref(source.as_bytes()),
                onto: match operation.action {
                    Action::Create => Onto::Nothing,
                    Action::Replace(sequence) => Onto::Written(sequence),
                    Action::IndexAs(version) => Onto::Older(version),
                    _ => Onto::Anything,
                },
            },
        })
    }

    fn block(&mut self, index: Arc<str>) -> u32 {
        let last = self.builders.get(self.last);
        if last.is_some_and(|(own, _)| *own == index) {
            return self.last as u32;
        }
        let place = match self.by_index.get(&index) {
            Some(place) => *place,
            None => {
                let place = self.builders.len() as u32;
                let builder = match self.builders.is_empty() {
                    true => BlockBuilder::with_room(self.expected.documents, self.expected.bytes),
                    false => BlockBuilder::default(),
                };
                self.builders.push((Arc::clone(&index), builder));
                self.by_index.insert(index, place);
                place
            }
        };
        self.last = place as usize;
        place
    }
}

/// Who sent a document that cannot be taken, as far as it can be read: the refusal stands in its account.
fn sender_of(source: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Sender {
        agent_name: String,
    }
    serde_json::from_slice::<Sender>(source)
        .map_or_else(|_| String::new(), |sender| sender.agent_name)
}

/// What a document reports of its sender's events: how many were dropped, and the account of all.
fn said_of_itself(event_type: &str, source: &str) -> (Drops, Option<Box<LedgerReport>>) {
    match event_type {
        EVENTS_DROPPED => (reported_drops(source), None),
        EVENTS_ACCOUNTED => (Drops::default(), ledger_report(source).map(Box::new)),
        _ => (Drops::default(), None),
    }
}

fn refusal(refused: NotADocument) -> Refused {
    match refused {
        NotADocument::NotJson { reason, offset } => Refused::NotJson { reason, offset },
        NotADocument::NotAnObject { found } => Refused::NotAnObject { found },
        NotADocument::TooDeep { .. } => Refused::TooDeep {
            limit: MAX_DOCUMENT_DEPTH,
        },
    }
}

/// What became of a request's documents, by agent.
#[derive(Debug)]
pub struct Accounts {
    origin: Origin,
    by_agent: Vec<Account>,
    /// Accounts up to a report, in the order of the reports: what a report covers is booked before it.
    reported: Vec<(u32, Account, LedgerReport)>,
}

impl Accounts {
    /// Nothing yet, for so many agents.
    pub fn new(agents: usize, origin: Origin) -> Self {
        Self {
            origin,
            by_agent: vec![Account::default(); agents],
            reported: Vec::new(),
        }
    }

    /// One document more that is stored, and what it reports.
    pub fn add_stored(&mut self, operation: &Operation) {
        let account = &mut self.by_agent[operation.agent as usize];
        account.received += 1;
        account.stored += 1;
        let Drops {
            events,
            by_collector,
        } = operation.dropped;
        account.dropped += events;
        account.dropped_by_sender += if by_collector { 0 } else { events };
        account.notices += u64::from(events > 0);
        if let Some(report) = &operation.report {
            let covered = std::mem::take(account);
            let report = LedgerReport::clone(report);
            self.reported.push((operation.agent, covered, report));
        }
    }

    /// One document more that is refused, and why.
    pub fn add_refused(&mut self, operation: &Operation, reason: &Refused) {
        let account = &mut self.by_agent[operation.agent as usize];
        account.received += 1;
        account.refused += 1;
        account.repeated += u64::from(matches!(reason, Refused::AlreadyExists { .. }));
    }

    /// Enters them in the ledger. Those of what the store has already are none.
    pub fn record(self, agents: &[String], ledger: &Ledger) {
        if self.origin == Origin::Store {
            return;
        }
        for (agent, account, report) in self.reported {
            let agent = &agents[agent as usize];
            ledger.record(agent, account);
            ledger.report(agent, &report);
        }
        for (agent, account) in agents.iter().zip(self.by_agent) {
            if account != Account::default() {
                ledger.record(agent, account);
            }
        }
    }
}
