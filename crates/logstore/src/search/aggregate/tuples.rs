//! `composite` and `multi_terms`: documents by several values at once.

use std::cmp::Ordering;
use std::collections::HashMap;

use foldhash::quality::RandomState;
use swarmscope_query::aggregate::{
    AggregationResult, BucketKey, CompositeAggregation, Direction, MissingTuple,
    MultiTermsAggregation, TermsOrder, TupleBucket, TupleSource,
};
use swarmscope_query::evaluate::order::compare;
use swarmscope_query::store::StoreError;

use super::buckets::Buckets;
use super::keys::as_value;
use super::ranking::{Candidate, Ranking};
use super::selection::Picked;
use super::source::{NONE, Source};
use super::{BucketBudget, Collector, Level, Selection};
use crate::search::error::SearchError;

/// Which buckets are given, and in which order.
enum Wanted {
    /// In the order of the keys, behind one of them.
    Page {
        size: usize,
        after: Option<Vec<Option<BucketKey>>>,
    },
    Most {
        size: usize,
        min_doc_count: u64,
        order: Vec<(TermsOrder, Direction)>,
    },
}

/// Collects combinations of values.
pub struct TuplesCollector {
    wanted: Wanted,
    sources: Vec<Source>,
    /// The numbers of combinations; [`NONE`] for those that are not wanted.
    numbers: HashMap<Box<[u32]>, u32, RandomState>,
    tuples: Vec<Box<[u32]>>,
    buckets: Buckets<u32>,
    within: Level,
}

impl TuplesCollector {
    pub(super) fn composite(request: &CompositeAggregation, within: Level) -> Self {
        let wanted = Wanted::Page {
            size: request.size,
            after: request.after.clone(),
        };
        Self::new(wanted, &request.sources, within)
    }

    pub(super) fn multi_terms(request: &MultiTermsAggregation, within: Level) -> Self {
        let wanted = Wanted::Most {
            size: request.size,
            min_doc_count: request.min_doc_count,
            order: request.order.clone(),
        };
        Self::new(wanted, &request.sources, within)
    }

    fn new(wanted: Wanted, sources: &[TupleSource], within: Level) -> Self {
        Self {
            wanted,
            sources: sources.iter().map(Source::new).collect(),
            numbers: HashMap::default(),
            tuples: Vec::new(),
            buckets: Buckets::default(),
            within,
        }
    }

    fn number(&mut self, tuple: &[u32]) -> u32 {
        if let Some(number) = self.numbers.get(tuple) {
            return *number;
        }
        let number = if self.is_wanted(tuple) {
            self.tuples.push(tuple.into());
            (self.tuples.len() - 1) as u32
        } else {
            NONE
        };
        self.numbers.insert(tuple.into(), number);
        number
    }

    fn is_wanted(&self, tuple: &[u32]) -> bool {
        let Wanted::Page {
            after: Some(after), ..
        } = &self.wanted
        else {
            return true;
        };
        let pairs = self.sources.iter().zip(tuple).zip(after);
        let mut orders =
            pairs.map(|((source, own), after)| order(source, source.key(*own), after.as_ref()));
        orders.find(|ordering| *ordering != Ordering::Equal) == Some(Ordering::Greater)
    }

    fn compare(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (&self.tuples[a as usize], &self.tuples[b as usize]);
        let pairs = self.sources.iter().zip(a.iter().zip(b.iter()));
        let mut orders =
            pairs.map(|(source, (a, b))| order(source, source.key(*a), source.key(*b)));
        let decided = orders.find(|ordering| *ordering != Ordering::Equal);
        decided.unwrap_or(Ordering::Equal)
    }

    /// Counts every combination of a row's values.
    fn row(
        &mut self,
        values: &[&[u32]],
        row: u32,
        parent: u32,
        picked: &mut Picked,
    ) -> Result<(), StoreError> {
        let mut places = vec![0; values.len()];
        let mut tuple = vec![NONE; values.len()];
        loop {
            for (slot, (values, place)) in tuple.iter_mut().zip(values.iter().zip(&places)) {
                *slot = values[*place];
            }
            let number = self.number(&tuple);
            if number != NONE {
                let bucket = self.buckets.number(parent, number)?;
                self.buckets.add(bucket, 1);
                if !self.within.is_empty() {
                    picked.push_row(row, bucket);
                }
            }
            if !turn(&mut places, values) {
                return Ok(());
            }
        }
    }

    fn bucket(
        &mut self,
        candidate: Candidate,
        budget: &mut BucketBudget,
    ) -> Result<TupleBucket, StoreError> {
        let tuple = &self.tuples[candidate.value as usize];
        let key = self.sources.iter().zip(tuple.iter());
        Ok(TupleBucket {
            key: key.map(|(source, key)| source.key(*key).cloned()).collect(),
            count: candidate.count,
            within: match candidate.within {
                Some(within) => within,
                None => self.within.finish(candidate.number, budget)?,
            },
        })
    }
}

/// Goes on to the next combination, the last source first; `false` when there is none.
fn turn(places: &mut [usize], values: &[&[u32]]) -> bool {
    for (place, values) in places.iter_mut().zip(values).rev() {
        *place += 1;
        if *place < values.len() {
            return true;
        }
        *place = 0;
    }
    false
}

/// By the source's direction; where there is no value, as it says.
fn order(source: &Source, a: Option<&BucketKey>, b: Option<&BucketKey>) -> Ordering {
    let is_first = matches!(
        source.missing(),
        Some(MissingTuple::Nothing { first: true })
    );
    match (a, b) {
        (Some(a), Some(b)) => {
            let ordering = compare(as_value(a), as_value(b));
            match source.direction() {
                Direction::Ascending => ordering,
                Direction::Descending => ordering.reverse(),
            }
        }
        (None, None) => Ordering::Equal,
        (None, Some(_)) if is_first => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) if is_first => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
    }
}

impl Collector for TuplesCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let (mut rows, mut parents) = (Vec::new(), Vec::new());
        selection.each(|row, parent| {
            rows.push(row);
            parents.push(parent);
        });
        self.buckets.next_part(true);
        let mut columns = Vec::with_capacity(self.sources.len());
        for source in &mut self.sources {
            columns.push(source.values(selection, &rows)?);
        }
        let mut picked = Picked::default();
        let mut values: Vec<&[u32]> = Vec::with_capacity(columns.len());
        for (place, (row, parent)) in rows.iter().zip(parents).enumerate() {
            if place % 1024 == 0 {
                selection.deadline.check()?;
            }
            values.clear();
            values.extend(columns.iter().map(|column| column.at(place)));
            if values.iter().all(|values| !values.is_empty()) {
                self.row(&values, *row, parent, &mut picked)?;
            }
        }
        self.within
            .collect_within(selection, &mut picked, self.buckets.len())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        let sources = self.sources.iter_mut().zip(&other.sources);
        let keys: Vec<Vec<u32>> = sources.map(|(own, other)| own.numbers_of(other)).collect();
        let mut own = Vec::with_capacity(other.tuples.len());
        for tuple in &other.tuples {
            let numbers = keys.iter().zip(tuple.iter());
            let tuple: Vec<u32> = numbers
                .map(|(keys, key)| keys.get(*key as usize).copied().unwrap_or(NONE))
                .collect();
            own.push(self.number(&tuple));
        }
        let numbers = self
            .buckets
            .merge(other.buckets, parents, |tuple| own[tuple as usize])?;
        self.within.merge(other.within, &numbers)
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.buckets.within(bucket);
        let (order, size, least) = match &self.wanted {
            Wanted::Page { size, .. } => (&[][..], *size, 1),
            Wanted::Most {
                size,
                min_doc_count,
                order,
            } => (order.as_slice(), *size, *min_doc_count),
        };
        let ranking = Ranking { order };
        let mut candidates = ranking.candidates(&found, &self.buckets, least, &mut self.within)?;
        let by_key = |a: &Candidate, b: &Candidate| self.compare(a.value, b.value);
        ranking.sort(&mut candidates, by_key);
        let rest = candidates.split_off(size.min(candidates.len()));
        budget.spend(candidates.len())?;
        let mut buckets = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            buckets.push(self.bucket(candidate, budget)?);
        }
        let after = buckets.last().map(|last| last.key.clone());
        Ok(AggregationResult::Tuples {
            buckets,
            after,
            other_count: rest.iter().map(|candidate| candidate.count).sum(),
        })
    }
}
