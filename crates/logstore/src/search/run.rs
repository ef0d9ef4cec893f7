//! One search over a snapshot: from the request to the reply.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use swarmscope_model::limits::MAX_RESULT_WINDOW;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::evaluate::compile;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Hit, Scores, SearchReply, SearchRequest, SortKey, StoreError, Total, TrackTotal,
};
use swarmscope_query::value_view::ValueViews;

use super::aggregate::BucketBudget;
use super::budget::Deadline;
use super::clause::Clauses;
use super::error::SearchError;
use super::left_out::Missing;
use super::part::{Data, Part};
use super::scan::{Found, Scan};
use super::sort::{Cell, Ranked};
use crate::error::SegmentError;
use crate::memtable::MemoryPart;
use crate::rows::RowSet;
use crate::segment::cache::reading;
use crate::shared::Shared;
use crate::state::{Index, State};
use crate::stats::count;

/// Runs a search.
///
/// # Errors
/// When the request cannot be used, an index does not exist, or the time is over.
pub fn search(shared: &Shared, request: &SearchRequest) -> Result<SearchReply, StoreError> {
    count(&shared.counters.searches);
    let run = || Search::new(shared, request).and_then(|search| search.run(shared));
    let outcome = reading(goes_through_all(request), run);
    outcome.map_err(SearchError::into_store_error)
}

/// Whether it is one of several that go through all documents in the order of their writes: an export, a scroll,
/// somebody who follows what is written.
fn goes_through_all(request: &SearchRequest) -> bool {
    matches!(
        request.sort.first(),
        Some(SortKey::Sequence(Direction::Ascending))
    )
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
            time_range: part.segment.groups()[group].time_range(),
            data: Data::Group(Arc::clone(&part.segment), group),
            deleted: Arc::clone(deleted),
            views: ValueViews::default(),
            around: None,
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
        time_range: part.times,
        views: ValueViews::default(),
        around: None,
    }
}

/// What a search is about.
struct Search<'a> {
    request: &'a SearchRequest,
    scan: Scan<'a>,
    newest_sequence: u64,
    missing: Missing,
    begun: Instant,
}

impl<'a> Search<'a> {
    fn new(shared: &Shared, request: &'a SearchRequest) -> Result<Self, SearchError> {
        let begun = Instant::now();
        let window = request.from.saturating_add(request.size);
        check(request, window)?;
        let Snapshot {
            mut parts,
            newest_sequence,
            missing,
        } = snapshot(shared, &request.indices)?;
        for part in &mut parts {
            part.views = request.views.of(&part.index).clone();
        }
        let scan = Scan::new(
            request,
            compile(&request.query)?,
            Deadline::after(shared.options.search_timeout),
            if request.size == 0 { 0 } else { window },
            parts,
        );
        Ok(Self {
            request,
            scan,
            newest_sequence,
            missing,
            begun,
        })
    }

    fn run(mut self, shared: &Shared) -> Result<SearchReply, SearchError> {
        let Found {
            top,
            mut level,
            count,
            max_score,
        } = self.scan.run(shared)?;
        let hits = if self.request.size == 0 {
            Vec::new()
        } else {
            self.hits(shared, &top.finish(self.request.from))?
        };
        let aggregations = level
            .finish(0, &mut BucketBudget::default())
            .map_err(SearchError::Store)?;
        for part in self.scan.parts() {
            self.missing.note_part(part);
        }
        Ok(SearchReply {
            total: total(self.request.total, count),
            hits,
            max_score,
            aggregations,
            newest_sequence: self.newest_sequence,
            left_out: self.missing.told(),
        })
    }

    fn hits(&self, shared: &Shared, ranked: &[Ranked]) -> Result<Vec<Hit>, SearchError> {
        let ranked = &ranked[..ranked.len().min(self.request.size)];
        let scores = self.scores_of(shared, ranked)?;
        let part_of = |place| self.scan.part(place);
        let patience = shared.options.search_patience;
        let found = spelled(
            ranked,
            part_of,
            |count, work| {
                let patience = patience.saturating_sub(self.begun.elapsed());
                shared.spare_threads.share(count, patience, work)
            },
            |part, error| leave_out(shared, part, &error),
        )?;
        let told = found.into_iter().zip(ranked).filter_map(|(hit, ranked)| {
            let mut hit = hit?;
            hit.score = scores
                .get(&(ranked.part, ranked.row))
                .copied()
                .unwrap_or(1.0);
            Some(hit)
        });
        Ok(told.collect())
    }

    /// The scores of the hits, by part and row; none when the search needs none.
    fn scores_of(
        &self,
        shared: &Shared,
        ranked: &[Ranked],
    ) -> Result<HashMap<(usize, u32), f32>, SearchError> {
        let mut scores_of = HashMap::new();
        if self.request.needed_scores() == Scores::None {
            return Ok(scores_of);
        }
        let mut by_part: HashMap<usize, RowSet> = HashMap::new();
        for ranked in ranked {
            let rows = self.scan.part(ranked.part).rows();
            let own = by_part.entry(ranked.part);
            own.or_insert_with(|| RowSet::none(rows)).insert(ranked.row);
        }
        for (place, rows) in by_part {
            let clauses = Clauses {
                part: self.scan.part(place),
                deadline: self.scan.deadline(),
            };
            let scores = match self.scan.scores(&clauses, &rows, &shared.options) {
                // The part is reported when its documents are fetched.
                Err(SearchError::Segment(_)) => continue,
                other => other?,
            };
            scores_of.extend(rows.iter().map(|row| (place, row)).zip(scores));
        }
        Ok(scores_of)
    }
}

/// The documents of some rows of a part.
type OfPart = Result<Vec<Hit>, SegmentError>;

/// The documents of ranked rows with their sort values, part by part so that each page is read once. `None` for one
/// of a part whose error was accepted. `share` does so many pieces of work and gives their outcomes in order.
///
/// # Errors
/// What `failed` makes of a part that cannot be read.
pub fn spelled<'a>(
    ranked: &[Ranked],
    part_of: impl Fn(usize) -> &'a Part,
    share: impl FnOnce(usize, &(dyn Fn(usize) -> OfPart + Sync)) -> Vec<OfPart>,
    mut failed: impl FnMut(&Part, SegmentError) -> Result<(), SearchError>,
) -> Result<Vec<Option<Hit>>, SearchError> {
    let mut places: Vec<usize> = (0..ranked.len()).collect();
    places.sort_by_key(|place| (ranked[*place].part, ranked[*place].row));
    let by_part: Vec<(&Part, &[usize])> = places
        .chunk_by(|one, two| ranked[*one].part == ranked[*two].part)
        .map(|own| (part_of(ranked[own[0]].part), own))
        .collect();
    let outcomes = share(by_part.len(), &|at| {
        let (part, own) = by_part[at];
        let rows: Vec<u32> = own.iter().map(|place| ranked[*place].row).collect();
        hits_of(part, &rows)
    });
    let mut found = vec![None; ranked.len()];
    for ((part, own), outcome) in by_part.iter().zip(outcomes) {
        match outcome {
            Ok(hits) => {
                for (place, mut hit) in own.iter().zip(hits) {
                    hit.score = ranked[*place].score.unwrap_or(1.0);
                    hit.sort = ranked[*place]
                        .cells
                        .iter()
                        .map(Cell::to_sort_value)
                        .collect();
                    found[*place] = Some(hit);
                }
            }
            Err(error) => failed(part, error)?,
        }
    }
    Ok(found)
}

/// The documents of rows, which rise, without sort values.
pub fn hits_of(part: &Part, rows: &[u32]) -> Result<Vec<Hit>, SegmentError> {
    let sources = part.sources(rows)?;
    let mut hits = Vec::with_capacity(rows.len());
    for (row, source) in rows.iter().zip(sources) {
        let (time, sequence, version) = part.numbers_of(*row)?;
        hits.push(Hit {
            index: part.index.to_string(),
            id: part.id(*row, sequence as u64)?,
            sequence: sequence as u64,
            version: version as u64,
            time,
            score: 1.0,
            sort: Vec::new(),
            source: serde_json::value::RawValue::from_string(source).unwrap_or_default(),
        });
    }
    Ok(hits)
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

/// Whether the request can be used.
fn check(request: &SearchRequest, window: usize) -> Result<(), StoreError> {
    if window > MAX_RESULT_WINDOW {
        return Err(StoreError::InvalidRequest {
            reason: format!(
                "Result window is too large, from + size must be less than or equal to: \
                 [{MAX_RESULT_WINDOW}] but was [{window}]; go on with search_after instead"
            ),
        });
    }
    if let Some(after) = &request.after
        && after.len() != request.sort.len()
    {
        return Err(StoreError::InvalidRequest {
            reason: format!(
                "search_after has {} values but sort has {} keys",
                after.len(),
                request.sort.len()
            ),
        });
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
