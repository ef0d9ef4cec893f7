//! The door to whatever keeps logs: write documents, search them, manage indices.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::value::RawValue;
use swarmscope_model::TimeRange;

use crate::aggregate::{Aggregation, AggregationResults, Direction};
use crate::ast::{Query, Scalar};
use crate::indices::{IndexExpression, InvalidIndexName};
use crate::score_statistics::ScoreStatistics;
use crate::value_view::IndexViews;

/// What to do with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Store; replace one that has the same id.
    Index,
    /// Store, unless one has the same id.
    Create,
    /// Store in place of the one that has the same id and was written at this place in the order of writes.
    Replace(u64),
    /// Store under a version that the client counts, unless what has the same id is as new.
    IndexAs(ClientVersion),
    /// Remove the one with this id; there is no source.
    Delete,
    /// Remove it, unless it was replaced since it was written at this place in the order of writes.
    DeleteWritten(u64),
    /// Remove it under a version that the client counts, unless it is as new.
    DeleteAs(ClientVersion),
}

/// A version of a document that its client counts, in place of the store's own count. A document that was deleted has
/// no version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientVersion {
    /// At most `i64::MAX`.
    pub version: u64,
    /// Whether a document of the same version may be replaced.
    pub may_be_equal: bool,
}

impl ClientVersion {
    /// Whether it may not take the place of a document of this version.
    pub fn conflicts_with(self, current: u64) -> bool {
        current > self.version || (current == self.version && !self.may_be_equal)
    }
}

/// One document to write.
#[derive(Debug, Clone)]
pub struct WriteOperation {
    pub index: Arc<str>,
    pub action: Action,
    /// Made by the store when there is none.
    pub id: Option<String>,
    /// The bytes of a JSON object; may be a part of a whole request's.
    pub source: Bytes,
}

/// A document that is on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub id: String,
    /// The place in the store's order of writes; grows with every write.
    pub sequence: u64,
    /// 1 for a new document, one more with every replacement, unless its client counts.
    pub version: u64,
    pub effect: Effect,
}

/// What a write changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Created,
    Updated,
    Deleted,
    /// There was nothing to delete.
    NotFound,
}

/// Why one document of a request was not written. The others were.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("[{id}]: version conflict, document already exists (current version [{version}])")]
    AlreadyExists { id: String, version: u64 },
    #[error(
        "[{id}]: version conflict, required seqNo [{required}], primary term [1]. current document has seqNo \
         [{current}] and primary term [1]"
    )]
    Replaced {
        id: String,
        required: u64,
        current: u64,
    },
    #[error(
        "[{id}]: version conflict, required seqNo [{required}], primary term [1]. but no document was found"
    )]
    Gone { id: String, required: u64 },
    #[error(
        "[{id}]: version conflict, current version [{current}] is {} the one provided [{}]",
        if given.may_be_equal { "higher than" } else { "higher or equal to" },
        given.version
    )]
    Newer {
        id: String,
        given: ClientVersion,
        current: u64,
    },
    #[error("failed to parse: {reason} at byte {offset}")]
    NotJson { reason: String, offset: usize },
    #[error("a document has to be a JSON object, this one is {found}")]
    NotAnObject { found: &'static str },
    #[error("the document is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("the document has {bytes} bytes, the limit is {limit}")]
    TooLarge { bytes: usize, limit: usize },
    #[error("id is too long, must be no longer than {limit} bytes but was: {bytes}")]
    IdTooLong { bytes: usize, limit: usize },
    #[error(transparent)]
    InvalidIndexName(#[from] InvalidIndexName),
}

/// Why the store did not do what it was asked, as a whole.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing of the request was written; try again later.
    #[error("{what} is full ({in_use} of {limit}); nothing was written, send it again later")]
    Overloaded {
        what: &'static str,
        in_use: usize,
        limit: usize,
    },
    /// Nothing of the request was written. Reads and deletions go on, and writes when there is room again.
    #[error(
        "the disk has {free} bytes left and writes leave {needed} alone: nothing was written; free some room, or keep \
         logs for a shorter time"
    )]
    DiskFull { free: u64, needed: u64 },
    /// Nothing of the request was written, nor will be before a restart.
    #[error(
        "an earlier write to the log failed, so what is on the disk is in doubt: nothing more is written; \
         check the disk and restart"
    )]
    ReadOnly,
    #[error("no such index [{index}]")]
    IndexNotFound { index: String },
    #[error("index [{index}] already exists")]
    IndexExists { index: String },
    #[error(transparent)]
    InvalidIndexName(#[from] InvalidIndexName),
    #[error("{reason}")]
    InvalidRequest { reason: String },
    #[error("the query gave up after {seconds} s; narrow the time range or the query")]
    TimedOut { seconds: u64 },
    #[error(
        "trying to create too many buckets: more than {limit}; use wider intervals or a smaller size"
    )]
    TooManyBuckets { limit: usize },
    #[error("{context}")]
    Io {
        context: String,
        #[source]
        source: std::io::Error,
    },
    #[error("the log store is closed")]
    Closed,
}

/// What to sort hits by.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// The document's time.
    Time(Direction),
    /// The order of writes, `_doc` and `_seq_no`.
    Sequence(Direction),
    /// How well the document matches.
    Score(Direction),
    /// A field's value; documents without one first or last.
    Field {
        field: String,
        direction: Direction,
        missing: Missing,
        /// What stands for several values.
        mode: SortMode,
    },
}

/// Which number stands for several values of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortMode {
    /// The smallest upwards, the largest downwards.
    #[default]
    Outermost,
    Min,
    Max,
    /// Of numbers, as the next two.
    Sum,
    Average,
    Median,
}

impl SortMode {
    /// One number of several. Of whole numbers it is a whole one, as in Elasticsearch.
    pub fn reduce(self, mut numbers: Vec<Scalar>) -> Option<Scalar> {
        let value = |number: &Scalar| match number {
            Scalar::Integer(number) => *number as f64,
            Scalar::Float(number) => *number,
            Scalar::Boolean(flag) => f64::from(u8::from(*flag)),
            Scalar::Text(_) => f64::NAN,
        };
        numbers.retain(|number| !matches!(number, Scalar::Text(_)));
        let is_whole = !numbers
            .iter()
            .any(|number| matches!(number, Scalar::Float(_)));
        let mut values: Vec<f64> = numbers.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        let count = values.len();
        if count == 0 {
            return None;
        }
        let sum = values.iter().sum::<f64>();
        let found = match self {
            Self::Sum => sum,
            Self::Average => sum / count as f64,
            Self::Median if count.is_multiple_of(2) => {
                f64::midpoint(values[count / 2 - 1], values[count / 2])
            }
            Self::Median => values[count / 2],
            Self::Min => values[0],
            Self::Max | Self::Outermost => values[count - 1],
        };
        Some(match is_whole {
            // Halves are rounded up.
            true => Scalar::Integer((found + 0.5).floor() as i64),
            false => Scalar::Float(found),
        })
    }

    /// Whether every value counts, not one of them.
    pub fn reduces(self) -> bool {
        matches!(self, Self::Sum | Self::Average | Self::Median)
    }
}

/// Where documents without a value are sorted.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Missing {
    First,
    #[default]
    Last,
    Value(Scalar),
}

/// A sort key's value of one hit. `None` when the document has none.
pub type SortValue = Option<Scalar>;

/// How exactly to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrackTotal {
    Exactly,
    /// Stop counting there; the reply then says "at least".
    UpTo(u64),
    No,
}

/// Which scores a search needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scores {
    /// None: every hit's is 1.
    #[default]
    None,
    /// Those of the hits.
    OfHits,
    /// Those of all matches: the reply then names the highest.
    OfAll,
}

/// A search.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    pub indices: IndexExpression,
    pub query: Query,
    /// On the document's time, besides the query.
    pub time: TimeRange,
    /// Ties fall to the time, newest first, then to the order of writes.
    pub sort: Vec<SortKey>,
    pub from: usize,
    pub size: usize,
    /// Only hits behind these sort values (one for each sort key).
    pub after: Option<Vec<SortValue>>,
    /// Only documents written after this one.
    pub after_sequence: Option<u64>,
    /// Only documents written up to this one: with the `newest_sequence` of an earlier reply the same documents
    /// are found again, those aside that were deleted or replaced since.
    pub up_to_sequence: Option<u64>,
    pub total: TrackTotal,
    pub aggregations: Vec<Aggregation>,
    /// A sort by score and a least score need all, whatever this says.
    pub scores: Scores,
    /// Documents with a lower score do not match.
    pub min_score: Option<f32>,
    /// How sorts and aggregations look at the values of fields, index by index.
    pub views: IndexViews,
    /// What scores know of all documents, of the earlier pages of the same search. With it scores are the same on
    /// all pages, and all matches have them.
    pub statistics: Option<Arc<ScoreStatistics>>,
}

impl SearchRequest {
    /// Everything in these indices, newest first, no hits: fill in what is wanted.
    pub fn new(indices: IndexExpression, query: Query) -> Self {
        Self {
            indices,
            query,
            time: TimeRange::ALL,
            sort: Vec::new(),
            from: 0,
            size: 0,
            after: None,
            after_sequence: None,
            up_to_sequence: None,
            total: TrackTotal::Exactly,
            aggregations: Vec::new(),
            views: IndexViews::default(),
            statistics: None,
            scores: Scores::None,
            min_score: None,
        }
    }

    /// Whether the order of its hits depends on their scores.
    pub fn is_by_score(&self) -> bool {
        let by_score = |key: &SortKey| matches!(key, SortKey::Score(_));
        self.sort.iter().any(by_score)
    }

    /// Which scores it needs, all things considered.
    pub fn needed_scores(&self) -> Scores {
        if self.min_score.is_some() || self.aggregations.iter().any(Aggregation::needs_scores) {
            Scores::OfAll
        } else if self.size == 0 {
            Scores::None
        } else if self.is_by_score() {
            Scores::OfAll
        } else {
            self.scores
        }
    }
}

/// One document found.
#[derive(Debug, Clone)]
pub struct Hit {
    pub index: String,
    pub id: String,
    pub sequence: u64,
    pub version: u64,
    /// The document's time, in milliseconds.
    pub time: i64,
    /// 1 when the search needed none.
    pub score: f32,
    /// One for each sort key of the request.
    pub sort: Vec<SortValue>,
    /// The document, equal to what was sent.
    pub source: Box<RawValue>,
}

/// How many documents match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    pub count: u64,
    /// Whether it is the exact number, or there may be more.
    pub exact: bool,
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct SearchReply {
    /// `None` when the request did not ask to count.
    pub total: Option<Total>,
    pub hits: Vec<Hit>,
    /// The highest score of all matches, when they were needed and there are any.
    pub max_score: Option<f32>,
    pub aggregations: AggregationResults,
    /// The newest write that the search could see: where a tail goes on.
    pub newest_sequence: u64,
    /// What could not be read, by index: the answer is without it. Empty when it is complete.
    pub left_out: Vec<LeftOut>,
}

/// Damaged parts of an index, which a search goes on without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub index: String,
    /// How many parts of the index are missing, now or since a start long ago.
    pub parts: u64,
    /// What is wrong with the first of them.
    pub reason: String,
}

/// Which documents to remove for good.
#[derive(Debug, Clone)]
pub struct DeleteRequest {
    pub indices: IndexExpression,
    pub query: Query,
    /// On the document's time, besides the query.
    pub time: TimeRange,
    /// At most so many, the oldest writes first.
    pub max_documents: Option<u64>,
    /// Whether to go on when a document was replaced since it was found.
    pub past_conflicts: bool,
}

impl DeleteRequest {
    /// Everything that matches in these indices.
    pub fn new(indices: IndexExpression, query: Query) -> Self {
        Self {
            indices,
            query,
            time: TimeRange::ALL,
            max_documents: None,
            past_conflicts: false,
        }
    }
}

/// What a deletion did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Deletion {
    /// Documents that matched when it began, no more than were asked for.
    pub matched: u64,
    pub deleted: u64,
    /// Requests that the deletion was made of.
    pub batches: u64,
    /// How often one was sent again because the store was busy.
    pub retries: u64,
    /// Documents that were replaced since they were found, and stay.
    pub conflicts: u64,
    /// The conflicts that ended the deletion: index and refusal.
    pub failures: Vec<(String, Refused)>,
    /// Damaged parts: they may hold documents that match, and were neither searched nor rewritten.
    pub left_out: Vec<LeftOut>,
    /// Whether no file in use holds a byte of the deleted documents any more.
    pub erased: bool,
}

/// An index as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexInfo {
    pub name: String,
    /// Stable for the index's life.
    pub uuid: String,
    pub created_at: i64,
    pub documents: u64,
    pub deleted: u64,
    /// On disk.
    pub bytes: u64,
    pub segments: u64,
    /// Times of the oldest and newest document, in milliseconds.
    pub time: Option<(i64, i64)>,
    /// The settings and mappings that it was created with, as given.
    pub definition: serde_json::Map<String, serde_json::Value>,
    /// What is wrong with it, when something is.
    pub damage: Option<String>,
}

/// What kind of values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    Text,
    Long,
    Double,
    Boolean,
    Date,
    /// More than one of these.
    Mixed,
}

/// A field that some document has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldInfo {
    pub path: String,
    pub kind: FieldType,
}

/// Logs, whatever keeps them.
#[async_trait]
pub trait LogStore: Send + Sync {
    /// Writes documents, in order. When it returns `Ok`, every document is on disk or refused for
    /// itself; on `Err`, nothing was written. Indices are made as they are named.
    async fn write(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError>;
    /// Writes documents that the store has already, changed or under other names, as [`LogStore::write`] does. They
    /// arrive from nobody: no account of agents counts them, nor what they report of other documents.
    async fn rewrite(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError>;
    /// Finds documents. What was acknowledged before the call is found.
    async fn search(&self, request: SearchRequest) -> Result<SearchReply, StoreError>;
    /// The document of that id.
    async fn get(&self, index: &str, id: &str) -> Result<Option<Hit>, StoreError>;
    /// The indices that the expression chooses, by name.
    async fn indices(&self, expression: &IndexExpression) -> Result<Vec<IndexInfo>, StoreError>;
    /// Makes an empty index.
    async fn create_index(
        &self,
        name: &str,
        definition: serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), StoreError>;
    /// Removes the indices that the expression chooses, and their bytes; gives their names.
    async fn delete_indices(&self, expression: &IndexExpression)
    -> Result<Vec<String>, StoreError>;
    /// Removes the documents that match and that were acknowledged before the call. When it
    /// returns, the files that held them were written anew without them.
    async fn delete_by_query(&self, request: DeleteRequest) -> Result<Deletion, StoreError>;
    /// What was kept last with [`LogStore::keep_definitions`]; empty when nothing was.
    async fn definitions(&self) -> Result<Bytes, StoreError>;
    /// Keeps what is set up beside the documents, such as templates and aliases, in place of what was kept before;
    /// when it returns, it is on disk.
    async fn keep_definitions(&self, definitions: Bytes) -> Result<(), StoreError>;
    /// The fields of the documents in these indices, by path.
    async fn fields(&self, expression: &IndexExpression) -> Result<Vec<FieldInfo>, StoreError>;
}
