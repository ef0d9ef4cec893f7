//! `patterns`: a bucket for each template of a field's texts.
//!
//! The buckets in which other aggregations collect are the shapes of the texts, because templates are known
//! at the end only: then what the shapes of one template have collected is merged. The same happens when
//! shapes become so many that they are drawn into templates early.

use swarmscope_patterns::Miner;
use swarmscope_query::aggregate::{AggregationResult, Pattern, PatternsAggregation, Sample};
use swarmscope_query::ast::Field;
use swarmscope_query::document::ValueRef;
use swarmscope_query::store::StoreError;

use super::dictionary::Table;
use super::selection::Picked;
use super::within::Within;
use super::{BucketBudget, Collector, Level, Selection, by_bucket};
use crate::block::column::{Column, Kind, Values};
use crate::search::error::SearchError;
use crate::search::part::Part;

/// Collects the templates of a field's texts.
pub struct PatternsCollector {
    request: PatternsAggregation,
    within: Within,
    /// What was found in each parent bucket.
    parents: Vec<Option<Mined>>,
    /// The parts that samples are in.
    parts: Vec<Part>,
}

/// What was found in one parent bucket.
struct Mined {
    miner: Miner,
    /// Its buckets are the numbers of shapes.
    level: Level,
    /// Of every shape, the newest first.
    samples: Vec<Vec<Place>>,
}

/// A document: newer ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    time: i64,
    sequence: i64,
    part: usize,
    row: u32,
}

/// Rows of a part in one parent bucket, with the shapes of their texts.
#[derive(Default)]
struct Rows {
    rows: Vec<(u32, u32)>,
}

impl PatternsCollector {
    /// `within` is collected in every bucket.
    ///
    /// # Errors
    /// When it cannot be collected.
    pub(super) fn new(request: &PatternsAggregation, within: Within) -> Result<Self, SearchError> {
        within.level()?;
        Ok(Self {
            request: request.clone(),
            within,
            parents: Vec::new(),
            parts: Vec::new(),
        })
    }

    /// Tells apart the texts of a page.
    fn page(
        &mut self,
        page: &Column,
        selection: &Selection<'_>,
        found: &mut Vec<Rows>,
    ) -> Result<(), SearchError> {
        let mut table = Table::new(page, selection.buckets, page.len(), u32::MAX);
        let mut failure = None;
        selection.spans(page, |parent, span| {
            let mined = match self.parents.get_mut(parent as usize) {
                Some(Some(mined)) => mined,
                _ => match self.begin(parent) {
                    Ok(mined) => mined,
                    Err(error) => {
                        failure = Some(error);
                        return;
                    }
                },
            };
            let rows = &mut by_bucket(found, parent + 1)[parent as usize].rows;
            for at in span {
                let row = page.row(at);
                let ValueRef::Text(text) = page.value(at) else {
                    continue;
                };
                if rows.last().is_some_and(|(last, _)| *last == row) {
                    continue;
                }
                let shape = match (&mut table, &page.values) {
                    (Some(table), Values::Coded { codes, .. }) => {
                        let known = &mut table.of_parent(parent)[codes.get(at)];
                        if *known == u32::MAX {
                            *known = mined.miner.add(text);
                        } else {
                            mined.miner.add_again(*known);
                        }
                        *known
                    }
                    _ => mined.miner.add(text),
                };
                rows.push((row, shape));
            }
        });
        failure.map_or(Ok(()), Err)
    }

    fn begin(&mut self, parent: u32) -> Result<&mut Mined, SearchError> {
        let level = self.within.level()?;
        let parents = by_bucket(&mut self.parents, parent + 1);
        Ok(parents[parent as usize].insert(Mined {
            miner: Miner::default(),
            level,
            samples: Vec::new(),
        }))
    }

    /// Draws shapes into templates where there are too many; the rows get the new numbers.
    fn make_room(&mut self, found: &mut [Rows]) -> Result<(), SearchError> {
        for (mined, rows) in self.parents.iter_mut().zip(found) {
            let Some(mined) = mined.as_mut().filter(|mined| mined.miner.is_full()) else {
                continue;
            };
            let numbers = mined.miner.compact();
            mined.renumber(&numbers, self.request.samples, &self.within)?;
            for (_, shape) in &mut rows.rows {
                *shape = numbers[*shape as usize];
            }
        }
        Ok(())
    }
}

impl Mined {
    /// Takes rows of a part in.
    fn take(
        &mut self,
        rows: &[(u32, u32)],
        samples: usize,
        part: usize,
        selection: &Selection<'_>,
    ) -> Result<(), SearchError> {
        self.note_samples(rows, samples, part, selection.part)?;
        if self.level.is_empty() {
            return Ok(());
        }
        let mut picked = Picked::of_distinct(rows.len() as u32, selection.part.rows());
        for (row, shape) in rows {
            picked.push_row(*row, *shape);
        }
        self.level
            .collect_within(selection, &mut picked, self.miner.len())
    }

    fn note_samples(
        &mut self,
        rows: &[(u32, u32)],
        most: usize,
        part: usize,
        of: &Part,
    ) -> Result<(), SearchError> {
        let samples = by_bucket(&mut self.samples, self.miner.len());
        let times = of.times()?;
        let sequences = of.sequences()?;
        for (row, shape) in rows {
            let place = Place {
                time: times[*row as usize],
                sequence: sequences[*row as usize],
                part,
                row: *row,
            };
            note(&mut samples[*shape as usize], place, most);
        }
        Ok(())
    }

    /// Gives every shape a new number, which several may share.
    fn renumber(
        &mut self,
        numbers: &[u32],
        most: usize,
        within: &Within,
    ) -> Result<(), SearchError> {
        let level = std::mem::replace(&mut self.level, within.level()?);
        self.level
            .merge(level, numbers)
            .map_err(SearchError::Store)?;
        let samples = std::mem::take(&mut self.samples);
        self.take_samples(samples, numbers, most, 0);
        Ok(())
    }

    fn take_samples(
        &mut self,
        samples: Vec<Vec<Place>>,
        numbers: &[u32],
        most: usize,
        parts: usize,
    ) {
        for (own, number) in samples.into_iter().zip(numbers) {
            let known = &mut by_bucket(&mut self.samples, number + 1)[*number as usize];
            for place in own {
                let part = place.part + parts;
                note(known, Place { part, ..place }, most);
            }
        }
    }
}

/// Keeps the newest places.
fn note(samples: &mut Vec<Place>, place: Place, most: usize) {
    if samples.len() >= most && samples.last().is_none_or(|last| *last >= place) {
        return;
    }
    let at = samples.partition_point(|known| *known > place);
    samples.insert(at, place);
    samples.truncate(most);
}

impl Collector for PatternsCollector {
    fn collect(&mut self, selection: &Selection<'_>) -> Result<(), SearchError> {
        let part = selection.part;
        let (path, _) = Field::split_keyword(part.views.path(&self.request.field));
        let columns = part.columns(|own, kind| kind == Kind::Text && own == path)?;
        let mut found: Vec<Rows> = Vec::new();
        for column in &columns {
            selection
                .part
                .visit(column, selection.within, &mut |page| {
                    selection.deadline.check()?;
                    self.page(page, selection, &mut found)?;
                    self.make_room(&mut found)
                })?;
        }
        let part = self.parts.len();
        self.parts.push(selection.part.clone());
        for (mined, rows) in self.parents.iter_mut().zip(&found) {
            if let Some(mined) = mined {
                mined.take(&rows.rows, self.request.samples, part, selection)?;
            }
        }
        Ok(())
    }

    fn merge(&mut self, other: Self, parents: &[u32]) -> Result<(), StoreError> {
        let most = self.request.samples;
        let parts = self.parts.len();
        self.parts.extend(other.parts);
        for (theirs, parent) in other.parents.into_iter().zip(parents) {
            let Some(theirs) = theirs else { continue };
            let known = matches!(self.parents.get(*parent as usize), Some(Some(_)));
            if !known {
                self.begin(*parent).map_err(SearchError::into_store_error)?;
            }
            let Some(Some(own)) = self.parents.get_mut(*parent as usize) else {
                continue;
            };
            let numbers = own.miner.merge(theirs.miner);
            own.level.merge(theirs.level, &numbers)?;
            own.take_samples(theirs.samples, &numbers, most, parts);
            if own.miner.is_full() {
                let numbers = own.miner.compact();
                own.renumber(&numbers, most, &self.within)
                    .map_err(SearchError::into_store_error)?;
            }
        }
        Ok(())
    }

    fn finish(
        &mut self,
        bucket: u32,
        budget: &mut BucketBudget,
    ) -> Result<AggregationResult, StoreError> {
        let found = self.parents.get_mut(bucket as usize).and_then(Option::take);
        let Some(mut mined) = found else {
            return Ok(AggregationResult::Patterns {
                patterns: Vec::new(),
                distinct: 0,
                other_count: 0,
            });
        };
        let templates = mined.miner.templates();
        mined
            .renumber(&templates.of_shape, self.request.samples, &self.within)
            .map_err(SearchError::into_store_error)?;
        let mut patterns = Vec::new();
        let (mut distinct, mut other_count) = (0, 0);
        for (number, template) in (0..).zip(templates.templates) {
            if template.count == 0 {
                continue;
            }
            distinct += 1;
            if patterns.len() >= self.request.size {
                other_count += template.count;
                continue;
            }
            budget.spend(1)?;
            let samples = mined.samples.get(number as usize);
            patterns.push(Pattern {
                text: template.text,
                count: template.count,
                samples: self.named(samples.map_or(&[], Vec::as_slice)),
                within: mined.level.finish(number, budget)?,
            });
        }
        Ok(AggregationResult::Patterns {
            patterns,
            distinct,
            other_count,
        })
    }
}

impl PatternsCollector {
    /// The documents at these places. One whose page is damaged is left out: the search says that the part
    /// is when it reads the page for more.
    fn named(&self, places: &[Place]) -> Vec<Sample> {
        let of_place = |place: &Place| {
            let part = &self.parts[place.part];
            let id = part.id(place.row, place.sequence as u64).ok()?;
            Some(Sample {
                index: part.index.to_string(),
                id,
                time: place.time,
            })
        };
        places.iter().filter_map(of_place).collect()
    }
}
