//! The actions of a `_bulk` as writes. Without updates it is one write for all; an update needs the document as
//! it stands, so what the request has done to the same document goes first.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;
use swarmscope_query::store::WriteOperation;

use super::ElasticState;
use super::bulk_reply::Done;
use super::bulk_request::{Entry, Verb};
use super::errors::ElasticError;
use super::update::{Merged, is_conflict};

/// What became of each action.
type Outcome = Result<Done, ElasticError>;

/// Where the documents come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Client,
    /// They are there already, and are written again.
    Store,
}

/// Runs the actions in order. `known` are the indices that a deletion may name.
///
/// # Errors
/// When the store refuses the request as a whole: nothing is written then. What it refuses after a part was
/// written is the failure of the actions that it is about.
pub async fn run(
    state: &ElasticState,
    entries: &mut [Entry],
    known: &HashSet<String>,
    origin: Origin,
) -> Result<Vec<Outcome>, ElasticError> {
    let has_updates = entries.iter().any(|entry| entry.verb == Verb::Update);
    let mut bulk = Bulk {
        state,
        origin,
        waiting: Vec::with_capacity(entries.len()),
        operations: Vec::with_capacity(entries.len()),
        touched: has_updates.then(HashSet::new),
        outcomes: entries.iter().map(|_| None).collect(),
        is_begun: false,
    };
    for place in 0..entries.len() {
        let entry = &mut entries[place];
        if entry.verb == Verb::Delete && !known.contains(&*entry.index) {
            bulk.outcomes[place] = Some(Err(ElasticError::index_not_found(&entry.index)));
        } else if entry.refused.is_some() {
            bulk.outcomes[place] = entry.refused.take().map(Err);
        } else if entry.is_dropped {
            let id = entry.id.clone();
            bulk.outcomes[place] = Some(Ok(Done::Dropped { id }));
        } else if entry.verb == Verb::Update {
            if bulk.has_touched(entry) {
                bulk.flush(entries).await?;
            }
            bulk.update(place, &entries[place]).await;
        } else {
            match entry.operation() {
                Ok(operation) => bulk.push(place, operation, None),
                Err(error) => bulk.outcomes[place] = Some(Err(error)),
            }
        }
    }
    bulk.flush(entries).await?;
    let outcomes = bulk.outcomes.into_iter();
    Ok(outcomes
        .map(|outcome| outcome.unwrap_or_else(|| Err(ElasticError::unanswered())))
        .collect())
}

struct Bulk<'a> {
    state: &'a ElasticState,
    origin: Origin,
    /// The places of the actions that wait to be written, and what is shown of them.
    waiting: Vec<(usize, Option<Value>)>,
    operations: Vec<WriteOperation>,
    /// The documents that they are about, when someone wants to know.
    touched: Option<HashSet<(Arc<str>, String)>>,
    outcomes: Vec<Option<Outcome>>,
    /// Whether something was written.
    is_begun: bool,
}

impl Bulk<'_> {
    fn push(&mut self, place: usize, operation: WriteOperation, shown: Option<Value>) {
        if let (Some(touched), Some(id)) = (&mut self.touched, &operation.id) {
            touched.insert((Arc::clone(&operation.index), id.clone()));
        }
        self.waiting.push((place, shown));
        self.operations.push(operation);
    }

    fn has_touched(&self, entry: &Entry) -> bool {
        let document = entry.id.clone().map(|id| (Arc::clone(&entry.index), id));
        let touched = self.touched.as_ref().zip(document);
        touched.is_some_and(|(touched, document)| touched.contains(&document))
    }

    async fn update(&mut self, place: usize, entry: &Entry) {
        let Some(change) = &entry.update else {
            self.outcomes[place] = Some(Err(ElasticError::unanswered()));
            return;
        };
        match change.merge(self.state).await {
            Ok(Merged::Write(operation, shown)) => self.push(place, operation, shown),
            Ok(Merged::Unchanged(done)) => self.outcomes[place] = Some(Ok(done)),
            Err(error) => self.outcomes[place] = Some(Err(error)),
        }
    }

    /// Writes what waits.
    async fn flush(&mut self, entries: &[Entry]) -> Result<(), ElasticError> {
        if let Some(touched) = &mut self.touched {
            touched.clear();
        }
        let waiting = std::mem::take(&mut self.waiting);
        let operations = std::mem::take(&mut self.operations);
        if operations.is_empty() {
            return Ok(());
        }
        let results = match self.origin {
            Origin::Client => self.state.logs.write(operations).await,
            Origin::Store => self.state.logs.rewrite(operations).await,
        };
        let mut results = match results {
            Ok(results) => results.into_iter(),
            Err(error) if !self.is_begun => return Err(error.into()),
            Err(error) => {
                let error = ElasticError::from(error);
                for (place, _) in waiting {
                    self.outcomes[place] = Some(Err(error.clone()));
                }
                return Ok(());
            }
        };
        self.is_begun = true;
        for (place, shown) in waiting {
            let outcome = match results.next().ok_or_else(ElasticError::unanswered)? {
                Ok(written) => Ok(Done::Written { written, shown }),
                Err(refused) => match &entries[place].update {
                    Some(change) if entries[place].tries > 1 && is_conflict(&refused) => {
                        change.run(self.state, entries[place].tries - 1).await
                    }
                    _ => Err(refused.into()),
                },
            };
            self.outcomes[place] = Some(outcome);
        }
        Ok(())
    }
}
