//! The way of a search through its parts: which can be passed over, what is found in the others, by one
//! thread or, when that takes long, by several whose findings are merged.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use swarmscope_query::aggregate::Direction;
use swarmscope_query::evaluate::Matcher;
use swarmscope_query::score_statistics::ScoreStatistics;
use swarmscope_query::store::{Scores, SearchRequest, SortKey, StoreError, TrackTotal};

use super::aggregate::{Level, Picked, Selection};
use super::budget::Deadline;
use super::clause::Clauses;
use super::error::SearchError;
use super::part::Part;
use super::run::leave_out;
use super::score::Scorer;
use super::sort::Top;
use super::statistics::Statistics;
use crate::options::Options;
use crate::rows::RowSet;
use crate::segment::cache::{reading, reads_once};
use crate::shared::Shared;

/// Indices that are looked at for rarities as if each were alone; of more, less of each.
const COUNTED_WHOLE: u64 = 4;
/// The part of this that is looked at however many there are: 8,192 rows, which tell the rarity of a word that one of a
/// hundred rows holds within some percent.
const LEAST_SHARE: u64 = 8;

/// A search that is ready to run.
pub struct Scan<'a> {
    request: &'a SearchRequest,
    matcher: Matcher,
    deadline: Deadline,
    /// Documents that the top keeps.
    window: usize,
    /// In the order in which their documents come first, with their oldest and newest times.
    parts: Vec<(Part, (i64, i64))>,
    /// How many indices the parts are of.
    indices: usize,
    /// Matches so far, of all threads.
    counted: AtomicU64,
    /// Matches that were scored so far, of all threads.
    scored: AtomicU64,
    /// What scores need to know, as far as it was needed.
    known: ScoreStatistics,
}

/// What one thread has found.
pub struct Found {
    pub top: Top,
    pub level: Level,
    /// Matching documents, those that nobody had to count aside.
    pub count: u64,
    /// The highest score of all matches, when they have scores.
    pub max_score: Option<f32>,
}

impl<'a> Scan<'a> {
    /// Over these parts.
    pub fn new(
        request: &'a SearchRequest,
        matcher: Matcher,
        deadline: Deadline,
        window: usize,
        parts: Vec<Part>,
    ) -> Self {
        let with_rows = parts.into_iter().filter(|part| part.rows() > 0);
        let mut parts: Vec<_> = with_rows
            .map(|part| {
                let range = part.time_range;
                (part, range)
            })
            .collect();
        match request.sort.first() {
            Some(SortKey::Time(Direction::Ascending)) => {
                parts.sort_by_key(|(_, (oldest, _))| *oldest);
            }
            Some(SortKey::Sequence(Direction::Ascending)) => {
                parts.sort_by_key(|(part, _)| part.first_sequence());
            }
            Some(SortKey::Sequence(Direction::Descending)) => {
                parts.sort_by_key(|(part, _)| std::cmp::Reverse(part.last_sequence()));
            }
            _ => parts.sort_by_key(|(_, (_, newest))| std::cmp::Reverse(*newest)),
        }
        let indices: HashSet<&str> = parts.iter().map(|(part, _)| &*part.index).collect();
        Self {
            request,
            matcher,
            deadline,
            window,
            indices: indices.len(),
            parts,
            counted: AtomicU64::new(0),
            scored: AtomicU64::new(0),
            known: ScoreStatistics::default(),
        }
    }

    /// The part that a hit names by its place.
    pub fn part(&self, place: usize) -> &Part {
        &self.parts[place].0
    }

    /// All parts that have rows.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().map(|(part, _)| part)
    }

    /// When the search gives up.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Goes through all parts.
    ///
    /// # Errors
    /// When the time is over, there are too many buckets, or a file cannot be read for another reason than
    /// damage. Damaged parts are left out.
    pub fn run(&self, shared: &Shared) -> Result<Found, SearchError> {
        let next = AtomicUsize::new(0);
        let begun = Instant::now();
        let once = reads_once();
        std::thread::scope(|scope| {
            let mut found = self.nothing_found()?;
            let mut others = Vec::new();
            while let Some(place) = self.next(&next) {
                self.step(place, &mut found, shared)
                    .inspect_err(|_| self.stop(&next))?;
                if others.is_empty() && begun.elapsed() > shared.options.search_patience {
                    let left =
                        self.parts.len() - next.load(Ordering::Relaxed).min(self.parts.len());
                    let spare = std::iter::from_fn(|| shared.spare_threads.take());
                    for thread in spare.take(left.saturating_sub(1)) {
                        let next = &next;
                        others.push(scope.spawn(move || {
                            let found = reading(once, || self.steps(next, shared));
                            drop(thread);
                            found
                        }));
                    }
                }
            }
            for other in others {
                let other = other
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                found.merge(other)?;
            }
            Ok(found)
        })
    }

    fn nothing_found(&self) -> Result<Found, SearchError> {
        let request = self.request;
        Ok(Found {
            top: Top::new(&request.sort, request.after.as_deref(), self.window),
            level: Level::new(&request.aggregations)?,
            count: 0,
            max_score: None,
        })
    }

    /// Goes through parts until none is left.
    fn steps(&self, next: &AtomicUsize, shared: &Shared) -> Result<Found, SearchError> {
        let mut found = self.nothing_found()?;
        while let Some(place) = self.next(next) {
            self.step(place, &mut found, shared)
                .inspect_err(|_| self.stop(next))?;
        }
        Ok(found)
    }

    fn next(&self, next: &AtomicUsize) -> Option<usize> {
        let place = next.fetch_add(1, Ordering::Relaxed);
        (place < self.parts.len()).then_some(place)
    }

    /// Nobody begins another part.
    fn stop(&self, next: &AtomicUsize) {
        next.fetch_max(self.parts.len(), Ordering::Relaxed);
    }

    fn step(&self, place: usize, found: &mut Found, shared: &Shared) -> Result<(), SearchError> {
        match self.look_at(place, found, &shared.options) {
            Err(SearchError::Segment(error)) => leave_out(shared, self.part(place), &error),
            other => other,
        }
    }

    fn look_at(
        &self,
        place: usize,
        found: &mut Found,
        options: &Options,
    ) -> Result<(), SearchError> {
        self.deadline.check()?;
        let (part, (oldest, newest)) = &self.parts[place];
        let time = &self.request.time;
        let (after, up_to) = (self.request.after_sequence, self.request.up_to_sequence);
        if !time.overlaps(*oldest, *newest)
            || after.is_some_and(|seen| part.last_sequence() <= seen)
            || up_to.is_some_and(|last| part.first_sequence() > last)
        {
            return Ok(());
        }
        let top = &found.top;
        let wants_hits = top.may_take(*oldest, *newest)
            && top.may_take_written(part.first_sequence(), part.last_sequence());
        let wants_scores = self.request.needed_scores() == Scores::OfAll
            && (self.request.min_score.is_some()
                || self.scored.load(Ordering::Relaxed) < self.most_scored(options));
        let wants_rows = wants_hits || wants_scores || !found.level.is_empty();
        if !wants_rows && !self.wants_count() {
            return Ok(());
        }
        let is_whole = time.contains(*oldest)
            && time.contains(*newest)
            && after.is_none_or(|seen| part.first_sequence() > seen)
            && up_to.is_none_or(|last| part.last_sequence() <= last);
        if is_whole && !wants_rows && matches!(self.matcher, Matcher::All) {
            self.count(found, part.rows() - part.deleted.count());
            return Ok(());
        }
        let clauses = Clauses {
            part,
            deadline: self.deadline,
        };
        if clauses.is_ruled_out(&self.matcher)? {
            return Ok(());
        }
        let within = self.candidates(part, is_whole)?;
        let mut matching = clauses.rows(&self.matcher, &within)?;
        let scores = self.scores_of_all(&clauses, &mut matching, options)?;
        let count = matching.count();
        if count == 0 {
            return Ok(());
        }
        if wants_hits {
            self.take_hits(place, &clauses, &matching, scores.as_deref(), found)?;
        }
        if !found.level.is_empty() {
            let by_row = scores.as_deref().map(|scores| by_row(&matching, scores));
            found.level.collect(&Selection {
                part,
                within: &matching,
                chosen: Picked::all_of(&matching).chosen(),
                buckets: 1,
                scores: by_row.as_deref(),
                deadline: self.deadline,
            })?;
        }
        let highest = scores.into_iter().flatten().reduce(f32::max);
        found.max_score = highest.into_iter().chain(found.max_score).reduce(f32::max);
        self.count(found, count);
        Ok(())
    }

    /// Matches that get a score. Who asks for the best page by page is to see all of them, so that there is an end to
    /// the time only.
    fn most_scored(&self, options: &Options) -> u64 {
        match self.request.statistics {
            Some(_) if self.request.is_by_score() => u64::MAX,
            _ => options.max_scored_documents,
        }
    }

    /// The scores of the rows, when those of all matches are needed and not too many were scored already. Rows with
    /// a score that is too low are taken out.
    fn scores_of_all(
        &self,
        clauses: &Clauses<'_>,
        matching: &mut RowSet,
        options: &Options,
    ) -> Result<Option<Vec<f32>>, SearchError> {
        if self.request.needed_scores() != Scores::OfAll || matching.is_empty() {
            return Ok(None);
        }
        let count = u64::from(matching.count());
        if self.scored.fetch_add(count, Ordering::Relaxed) >= self.most_scored(options) {
            if self.request.min_score.is_some() {
                // Which of the others score enough nobody would know, and totals would be made up.
                let limit = options.max_scored_documents;
                return Err(SearchError::Store(StoreError::InvalidRequest {
                    reason: format!(
                        "[min_score] looks at the scores of at most {limit} documents, and the query matches more; \
                         narrow it, by a range of time for one"
                    ),
                }));
            }
            return Ok(None);
        }
        let mut scores = self.scores(clauses, matching, options)?;
        if let Some(least) = self.request.min_score {
            let rows = matching.to_vec();
            let too_low = rows
                .iter()
                .zip(&scores)
                .filter(|(_, score)| **score < least);
            too_low.for_each(|(row, _)| matching.remove(*row));
            scores.retain(|score| *score >= least);
        }
        Ok(Some(scores))
    }

    /// The scores of rows that match.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub fn scores(
        &self,
        clauses: &Clauses<'_>,
        rows: &RowSet,
        options: &Options,
    ) -> Result<Vec<f32>, SearchError> {
        let statistics = Statistics {
            parts: &self.parts,
            kept: self.request.statistics.as_deref(),
            known: &self.known,
            most_rows: share(options.max_counted_rows, self.indices),
            deadline: self.deadline,
        };
        let scorer = Scorer {
            clauses,
            statistics: &statistics,
        };
        scorer.scores(&self.matcher, rows)
    }

    fn take_hits(
        &self,
        place: usize,
        clauses: &Clauses<'_>,
        matching: &RowSet,
        scores: Option<&[f32]>,
        found: &mut Found,
    ) -> Result<(), SearchError> {
        if found.top.is_by_position() {
            return found.top.add_by_position(place, clauses.part, matching);
        }
        if scores.is_none() && self.request.is_by_score() {
            // Beyond what is scored, documents count and have no rank.
            return Ok(());
        }
        let selected = matching.to_vec();
        found
            .top
            .add(place, clauses.part, &selected, matching, scores)
    }

    fn count(&self, found: &mut Found, rows: u32) {
        found.count += u64::from(rows);
        self.counted.fetch_add(u64::from(rows), Ordering::Relaxed);
    }

    /// Whether one more match would change the total.
    fn wants_count(&self) -> bool {
        match self.request.total {
            TrackTotal::No => false,
            TrackTotal::UpTo(limit) => self.counted.load(Ordering::Relaxed) <= limit,
            TrackTotal::Exactly => true,
        }
    }

    /// Rows that are not deleted, in the time range, new enough and old enough.
    fn candidates(&self, part: &Part, is_whole: bool) -> Result<RowSet, SearchError> {
        let mut within = RowSet::all(part.rows());
        within.subtract(&part.deleted);
        if is_whole {
            return Ok(within);
        }
        let (after, up_to) = (self.request.after_sequence, self.request.up_to_sequence);
        if after.is_some() || up_to.is_some() {
            let sequences = part.sequences()?;
            let until = |last| sequences.partition_point(|sequence| *sequence as u64 <= last);
            let first = after.map_or(0, until);
            let end = up_to.map_or(sequences.len(), until);
            for row in (0..first).chain(end..sequences.len()) {
                within.remove(row as u32);
            }
        }
        let time = &self.request.time;
        let times = part.times()?;
        let mut timely = RowSet::none(part.rows());
        timely.select_cheaply(&within, 0, times.len(), |at| time.contains(times[at]));
        Ok(timely)
    }
}

/// The scores of rows, each at the place of its row.
fn by_row(rows: &RowSet, scores: &[f32]) -> Vec<f32> {
    let mut by_row = vec![0.0; rows.len() as usize];
    for (row, score) in rows.iter().zip(scores) {
        by_row[row as usize] = *score;
    }
    by_row
}

/// Rows of each index that are looked at for each word: of many indices some of each, no more than of a few.
fn share(most: u64, indices: usize) -> u64 {
    let all = most.saturating_mul(COUNTED_WHOLE);
    (all / indices.max(1) as u64).clamp(most / LEAST_SHARE, most)
}

impl Found {
    /// Takes what another thread has found.
    fn merge(&mut self, other: Found) -> Result<(), SearchError> {
        self.top.merge(other.top);
        self.level.merge(other.level, &[0])?;
        self.count += other.count;
        let highest = self.max_score.into_iter().chain(other.max_score);
        self.max_score = highest.reduce(f32::max);
        Ok(())
    }
}
