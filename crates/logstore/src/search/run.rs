//! One search over a snapshot: part after part, the newest first.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::limits::MAX_RESULT_WINDOW;
use swarmscope_query::evaluate::{Matcher, compile};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Hit, SearchReply, SearchRequest, SortKey, StoreError, Total, TrackTotal,
};

use super::aggregate::{BucketBudget, Level, Selection};
use super::budget::Deadline;
use super::clause::Clauses;
use super::error::SearchError;
use super::left_out::Missing;
use super::part::{Data, Part};
use super::sort::{Cell, Ranked, Top};
use crate::error::SegmentError;
use crate::memtable::MemoryPart;
use crate::rows::RowSet;
use crate::shared::Shared;
use crate::state::{Index, State};
use crate::stats::count;

/// Runs a search.
///
/// # Errors
/// When the request cannot be used, an index does not exist, or the time is over.
pub fn search(shared: &Shared, request: &SearchRequest) -> Result<SearchReply, StoreError> {
    count(&shared.counters.searches);
    let outcome = Search::new(shared, request).and_then(|search| search.run(shared));
    outcome.map_err(SearchError::into_store_error)
}

/// The chosen indices at a moment.
pub struct Snapshot {
    pub parts: Vec<Part>,
    /// The newest write that they show.
    pub newest_sequence: u64,
    /// What of them cannot be read.
    pub missing: Missing,
}

/// The chosen indices as they are.
pub fn snapshot(shared: &Shared, expression: &IndexExpression) -> Result<Snapshot, StoreError> {
    let state = shared.state();
    let indices = chosen(&state, expression)?;
    let mut missing = Missing::default();
    for index in &indices {
        missing.note_index(index);
    }
    Ok(Snapshot {
        parts: indices.into_iter().flat_map(parts_of).collect(),
        newest_sequence: state.newest_sequence,
        missing,
    })
}

/// The indices that the expression chooses; those named in full have to exist.
pub fn chosen<'a>(
    state: &'a State,
    expression: &IndexExpression,
) -> Result<Vec<&'a Index>, StoreError> {
    for name in expression.concrete_names() {
        if !state.indices.contains_key(name) {
            return Err(StoreError::IndexNotFound {
                index: name.to_owned(),
            });
        }
    }
    let all = state.indices.iter();
    Ok(all
        .filter(|(name, _)| expression.matches(name))
        .map(|(_, index)| index)
        .collect())
}

/// The parts of an index.
pub fn parts_of(index: &Index) -> Vec<Part> {
    let name: Arc<str> = Arc::from(index.meta.name.as_str());
    let mut parts = Vec::new();
    for part in index
        .segments
        .iter()
        .filter(|part| !part.segment.is_damaged())
    {
        let groups = part.deleted.iter().enumerate();
        parts.extend(groups.map(|(group, deleted)| Part {
            index: Arc::clone(&name),
            salt: index.salt,
            data: Data::Group(Arc::clone(&part.segment), group),
            deleted: Arc::clone(deleted),
        }));
    }
    for memtable in [index.frozen.as_ref(), Some(&index.memory)]
        .into_iter()
        .flatten()
    {
        let own = memtable.parts.iter();
        parts.extend(own.map(|part| memory_part(index, part)));
    }
    parts
}

/// A block of an index's memtable as a part.
pub fn memory_part(index: &Index, part: &MemoryPart) -> Part {
    Part {
        index: Arc::from(index.meta.name.as_str()),
        salt: index.salt,
        data: Data::Memory(Arc::clone(&part.block)),
        deleted: Arc::clone(&part.deleted),
    }
}

struct Search<'a> {
    request: &'a SearchRequest,
    matcher: Matcher,
    by_score: bool,
    deadline: Deadline,
    parts: Vec<Part>,
    newest_sequence: u64,
    missing: Missing,
    top: Top,
    level: Level,
    count: u64,
}

impl<'a> Search<'a> {
    fn new(shared: &Shared, request: &'a SearchRequest) -> Result<Self, SearchError> {
        let window = request.from.saturating_add(request.size);
        if window > MAX_RESULT_WINDOW {
            return Err(SearchError::Store(StoreError::InvalidRequest {
                reason: format!(
                    "Result window is too large, from + size must be less than or equal to: \
                     [{MAX_RESULT_WINDOW}] but was [{window}]; go on with search_after instead"
                ),
            }));
        }
        if let Some(after) = &request.after
            && after.len() != request.sort.len()
        {
            return Err(SearchError::Store(StoreError::InvalidRequest {
                reason: format!(
                    "search_after has {} values but sort has {} keys",
                    after.len(),
                    request.sort.len()
                ),
            }));
        }
        let Snapshot {
            mut parts,
            newest_sequence,
            missing,
        } = snapshot(shared, &request.indices)?;
        parts.retain(|part| part.rows() > 0);
        parts.sort_by_key(|part| std::cmp::Reverse(part.time_range().1));
        Ok(Self {
            matcher: compile(&request.query)?,
            by_score: request
                .sort
                .iter()
                .any(|key| matches!(key, SortKey::Score(_))),
            deadline: Deadline::after(shared.options.search_timeout),
            parts,
            newest_sequence,
            missing,
            top: Top::new(
                &request.sort,
                request.after.as_deref(),
                if request.size == 0 { 0 } else { window },
            ),
            level: Level::new(&request.aggregations)?,
            request,
            count: 0,
        })
    }

    fn run(mut self, shared: &Shared) -> Result<SearchReply, SearchError> {
        let parts = std::mem::take(&mut self.parts);
        for (place, part) in parts.iter().enumerate() {
            match self.part(place, part) {
                Ok(()) => {}
                Err(SearchError::Segment(error)) => leave_out(shared, part, &error)?,
                Err(other) => return Err(other),
            }
        }
        let top = std::mem::replace(&mut self.top, Top::new(&[], None, 0));
        let hits = if self.request.size == 0 {
            Vec::new()
        } else {
            self.hits(shared, &parts, top.finish(self.request.from))?
        };
        let aggregations = self
            .level
            .finish(0, &mut BucketBudget::default())
            .map_err(SearchError::Store)?;
        for part in &parts {
            self.missing.note_part(part);
        }
        Ok(SearchReply {
            total: total(self.request.total, self.count),
            hits,
            aggregations,
            newest_sequence: self.newest_sequence,
            left_out: self.missing.told(),
        })
    }

    fn part(&mut self, place: usize, part: &Part) -> Result<(), SearchError> {
        self.deadline.check()?;
        let wants_count = self.request.total != TrackTotal::No || !self.level.is_empty();
        if !wants_count && !self.top.may_take(part.time_range().1) {
            return Ok(());
        }
        let Some(within) = self.candidates(part)? else {
            return Ok(());
        };
        let clauses = Clauses {
            part,
            deadline: self.deadline,
        };
        let found = clauses.rows(&self.matcher, &within)?;
        if found.is_empty() {
            return Ok(());
        }
        let selected = found.to_vec();
        if self.top.may_take(part.time_range().1) {
            let scores = if self.by_score {
                Some(scores(&clauses, &self.matcher, &found, &selected)?)
            } else {
                None
            };
            self.top
                .add(place, part, &selected, &found, scores.as_deref())?;
        }
        if !self.level.is_empty() {
            self.level.collect(&Selection {
                part,
                within: &found,
                rows: &selected,
                buckets: &vec![0; selected.len()],
                deadline: self.deadline,
            })?;
        }
        self.count += selected.len() as u64;
        Ok(())
    }

    /// Rows that are not deleted, in the time range, and new enough; `None` without any.
    fn candidates(&self, part: &Part) -> Result<Option<RowSet>, SearchError> {
        let (oldest, newest) = part.time_range();
        if !self.request.time.overlaps(oldest, newest) {
            return Ok(None);
        }
        let mut within = RowSet::all(part.rows());
        within.subtract(&part.deleted);
        if let Some(after) = self.request.after_sequence {
            if part.last_sequence() <= after {
                return Ok(None);
            }
            let sequences = part.sequences()?;
            let seen = sequences.partition_point(|sequence| *sequence as u64 <= after);
            for row in 0..seen as u32 {
                within.remove(row);
            }
        }
        let time = &self.request.time;
        if !(time.contains(oldest) && time.contains(newest)) {
            let times = part.times()?;
            for row in within.to_vec() {
                if !time.contains(times[row as usize]) {
                    within.remove(row);
                }
            }
        }
        Ok((!within.is_empty()).then_some(within))
    }

    fn hits(
        &self,
        shared: &Shared,
        parts: &[Part],
        ranked: Vec<Ranked>,
    ) -> Result<Vec<Hit>, SearchError> {
        let scores = self.scores_of(parts, &ranked)?;
        let mut hits = Vec::with_capacity(ranked.len());
        for ranked in ranked.iter().take(self.request.size) {
            let part = &parts[ranked.part];
            match hit(part, ranked.row) {
                Ok(mut hit) => {
                    hit.sort = ranked.cells.iter().map(Cell::to_sort_value).collect();
                    hit.score = scores
                        .get(&(ranked.part, ranked.row))
                        .copied()
                        .unwrap_or(1.0);
                    hits.push(hit);
                }
                Err(error) => leave_out(shared, part, &error)?,
            }
        }
        Ok(hits)
    }

    /// The scores of the hits alone, when no sort key has asked for those of all matches.
    fn scores_of(
        &self,
        parts: &[Part],
        ranked: &[Ranked],
    ) -> Result<HashMap<(usize, u32), f32>, SearchError> {
        let mut by_part: HashMap<usize, Vec<u32>> = HashMap::new();
        for ranked in ranked.iter().take(self.request.size) {
            by_part.entry(ranked.part).or_default().push(ranked.row);
        }
        let mut scores_of = HashMap::new();
        if !matches!(self.matcher, Matcher::Bool(_)) {
            return Ok(scores_of);
        }
        for (place, mut rows) in by_part {
            rows.sort_unstable();
            let part = &parts[place];
            let mut within = RowSet::none(part.rows());
            for row in &rows {
                within.insert(*row);
            }
            let clauses = Clauses {
                part,
                deadline: self.deadline,
            };
            let scores = match scores(&clauses, &self.matcher, &within, &rows) {
                // The part is reported when its documents are fetched.
                Err(SearchError::Segment(_)) => continue,
                other => other?,
            };
            scores_of.extend(rows.into_iter().map(|row| (place, row)).zip(scores));
        }
        Ok(scores_of)
    }
}

/// How well each selected row matches; see `Matcher::score`.
fn scores(
    clauses: &Clauses<'_>,
    matcher: &Matcher,
    within: &RowSet,
    selected: &[u32],
) -> Result<Vec<f32>, SearchError> {
    let Matcher::Bool(own) = matcher else {
        return Ok(vec![1.0; selected.len()]);
    };
    let mut sum = vec![0.0; selected.len()];
    for clause in own.must.iter().chain(&own.should) {
        let matching = clauses.rows(clause, within)?;
        let deeper = scores(clauses, clause, &matching, selected)?;
        for ((row, score), deeper) in selected.iter().zip(&mut sum).zip(deeper) {
            if matching.contains(*row) {
                *score += deeper;
            }
        }
    }
    Ok(sum)
}

/// The document of a row, without sort values.
pub fn hit(part: &Part, row: u32) -> Result<Hit, SegmentError> {
    let source = part.source(row)?;
    let (time, sequence, version) = part.numbers_of(row)?;
    Ok(Hit {
        index: part.index.to_string(),
        id: part.id(row, sequence as u64)?,
        sequence: sequence as u64,
        version: version as u64,
        time,
        score: 1.0,
        sort: Vec::new(),
        source: serde_json::value::RawValue::from_string(source).unwrap_or_default(),
    })
}

/// Leaves a damaged part out of this and later searches; other failures end the search.
pub fn leave_out(shared: &Shared, part: &Part, error: &SegmentError) -> Result<(), SearchError> {
    let Data::Group(segment, _) = &part.data else {
        return Ok(());
    };
    if segment.mark_damaged(error) {
        count(&shared.counters.damaged);
        tracing::error!(index = %part.index, %error, "a segment is damaged and left out");
    }
    Ok(())
}

fn total(track: TrackTotal, count: u64) -> Option<Total> {
    match track {
        TrackTotal::No => None,
        TrackTotal::UpTo(limit) if count > limit => Some(Total {
            count: limit,
            exact: false,
        }),
        TrackTotal::UpTo(_) | TrackTotal::Exactly => Some(Total { count, exact: true }),
    }
}
