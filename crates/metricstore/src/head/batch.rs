//! Looks through a batch before it is written: which series its samples go to, and which are refused.
//!
//! Nothing that others see is changed here, so that a batch whose record cannot be written leaves no
//! trace.

use std::sync::Arc;

use hashbrown::HashMap;
use swarmscope_model::metrics::{Append, AppendOutcome, Labels, Refusal, SampleValue, SeriesId};

use super::Head;
use super::exemplars::Exemplars;
use super::guard::{Guard, Pending};
use super::index::HeadIndex;
use super::series::MemorySeries;
use super::validity::{check_histogram, check_labels};
use crate::chunk::Scratch;
use crate::merging::is_same;
use crate::options::SeriesBudgets;
use crate::wal::record::RecordBuilder;

/// Which times are taken.
#[derive(Debug, Clone, Copy)]
pub struct Admission {
    /// Samples before it are not taken in order.
    pub in_order_from: i64,
    /// Samples before it are not taken at all; `None` when only those in order are.
    pub out_of_order_from: Option<i64>,
    /// Samples behind it are not taken.
    pub until: i64,
}

/// A sample that is taken.
#[derive(Debug)]
struct Accepted {
    series: Arc<MemorySeries>,
    position: usize,
    out_of_order: bool,
}

/// What is to be done for a batch.
#[derive(Debug, Default)]
pub struct Batch {
    accepted: Vec<Accepted>,
    new: Vec<Arc<MemorySeries>>,
    /// Positions of the exemplars that are taken, and their series.
    exemplars: Vec<(usize, Arc<MemorySeries>)>,
    /// How far series reached before, to be put back when nothing comes of it.
    undo: Vec<(Arc<MemorySeries>, i64)>,
    /// Positions of the first `placed` accepted samples, by series and time.
    by_time: HashMap<(SeriesId, i64), usize>,
    placed: usize,
    pub outcome: AppendOutcome,
    pub out_of_order: u64,
}

/// What a batch is looked through with.
pub struct Inspector<'a> {
    pub head: &'a Head,
    pub admission: Admission,
    pub budgets: &'a SeriesBudgets,
    pub guard: &'a Guard,
    pub record: &'a mut RecordBuilder,
    pub scratch: &'a mut Scratch,
}

impl Inspector<'_> {
    /// Looks through a batch and writes what is taken into the record.
    pub fn inspect(&mut self, batch: &[Append]) -> Batch {
        let index = self.head.index();
        let exemplars = self.head.exemplars();
        let mut plan = Batch::default();
        plan.accepted.reserve(batch.len());
        plan.outcome.series.reserve(batch.len());
        let mut fresh: HashMap<&Labels, Arc<MemorySeries>> = HashMap::new();
        let mut pending = Pending::default();
        for (position, append) in batch.iter().enumerate() {
            let known = known_series(&index, append).or_else(|| fresh.get(&append.labels));
            let series = match known {
                Some(series) => Arc::clone(series),
                None => match self.new_series(&index, &pending, append, plan.new.len()) {
                    Ok(series) => {
                        pending.add(&append.labels);
                        plan.new.push(Arc::clone(&series));
                        fresh.insert(&append.labels, Arc::clone(&series));
                        series
                    }
                    Err(refusal) => {
                        plan.outcome.series.push(None);
                        plan.outcome.refused.push((position, refusal));
                        continue;
                    }
                },
            };
            plan.outcome.series.push(Some(series.id));
            if let Err(refusal) = self.sample(&mut plan, batch, position, &series) {
                plan.outcome.refused.push((position, refusal));
            } else if let Err(refusal) =
                self.exemplar(&exemplars, &mut plan, batch, position, &series)
            {
                plan.outcome.refused.push((position, refusal));
            }
        }
        plan
    }

    /// A series for the labels, if they and the sample are acceptable.
    fn new_series(
        &mut self,
        index: &HeadIndex,
        pending: &Pending,
        append: &Append,
        ahead: usize,
    ) -> Result<Arc<MemorySeries>, Refusal> {
        check_labels(&append.labels)?;
        // A series is not made for a sample that will not be taken.
        self.check_time_of_new(append.timestamp)?;
        check_value(&append.value)?;
        self.guard
            .check(self.budgets, index, pending, &append.labels)?;
        let id = index.next_id(ahead);
        self.record.series(id, &append.labels);
        Ok(Arc::new(MemorySeries::new(id, append.labels.clone())))
    }

    fn check_time_of_new(&self, time: i64) -> Result<(), Refusal> {
        if time > self.admission.until {
            return Err(Refusal::TooFarAhead);
        }
        let from = self.admission.in_order_from;
        let from = from.min(self.admission.out_of_order_from.unwrap_or(from));
        if time < from {
            return Err(Refusal::TooOld);
        }
        Ok(())
    }

    fn sample(
        &mut self,
        plan: &mut Batch,
        batch: &[Append],
        position: usize,
        series: &Arc<MemorySeries>,
    ) -> Result<(), Refusal> {
        let append = &batch[position];
        let (time, value) = (append.timestamp, &append.value);
        if time > self.admission.until {
            return Err(Refusal::TooFarAhead);
        }
        check_value(value)?;
        let mut state = series.state();
        let last = state.last_time;
        let out_of_order = if time >= self.admission.in_order_from && time > last {
            plan.undo.push((Arc::clone(series), last));
            state.last_time = time;
            false
        } else {
            let in_order = time >= self.admission.in_order_from && time == last;
            if !in_order {
                self.check_late(time)?;
            }
            let pending = plan.pending_value(batch, series.id, time);
            let stored = match pending {
                Some(value) => Some(value.clone()),
                // What cannot be read cannot be compared; the newer sample is kept then.
                None => state.value_at(time, self.scratch).unwrap_or_default(),
            };
            match stored {
                Some(stored) if is_same(&stored, value) => return Ok(()),
                Some(_) => return Err(Refusal::DuplicateTimestamp),
                None => true,
            }
        };
        drop(state);
        self.record.sample(series.id, time, value, out_of_order);
        plan.out_of_order += u64::from(out_of_order);
        plan.accepted.push(Accepted {
            series: Arc::clone(series),
            position,
            out_of_order,
        });
        Ok(())
    }

    /// Whether a sample that is not in order is taken at all.
    fn check_late(&self, time: i64) -> Result<(), Refusal> {
        match self.admission.out_of_order_from {
            Some(from) if time >= from => Ok(()),
            None if time >= self.admission.in_order_from => Err(Refusal::OutOfOrder),
            _ => Err(Refusal::TooOld),
        }
    }

    fn exemplar(
        &mut self,
        exemplars: &Exemplars,
        plan: &mut Batch,
        batch: &[Append],
        position: usize,
        series: &Arc<MemorySeries>,
    ) -> Result<(), Refusal> {
        let Some(exemplar) = &batch[position].exemplar else {
            return Ok(());
        };
        if exemplars.check(&series.labels, exemplar)? {
            self.record.exemplar(series.id, exemplar);
            plan.exemplars.push((position, Arc::clone(series)));
        }
        Ok(())
    }
}

impl Batch {
    /// Whether nothing is to be written.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty() && self.new.is_empty() && self.exemplars.is_empty()
    }

    /// Samples that are taken.
    pub fn samples(&self) -> usize {
        self.accepted.len()
    }

    /// Series that are made.
    pub fn created(&self) -> usize {
        self.new.len()
    }

    /// Makes everything of the batch visible, together.
    pub fn apply(
        &mut self,
        batch: &[Append],
        head: &Head,
        guard: &mut Guard,
        scratch: &mut Scratch,
    ) {
        let _change = head.change();
        if !self.new.is_empty() {
            let mut index = head.index_mut();
            for series in self.new.drain(..) {
                guard.add(&series.labels);
                index.insert(series);
            }
        }
        for each in &self.accepted {
            let append = &batch[each.position];
            head.add(
                &each.series,
                append.timestamp,
                &append.value,
                each.out_of_order,
                scratch,
            );
        }
        if !self.exemplars.is_empty() {
            let mut exemplars = head.exemplars_mut();
            for (position, series) in &self.exemplars {
                if let Some(exemplar) = &batch[*position].exemplar {
                    exemplars.add(&series.labels, exemplar.clone());
                }
            }
        }
    }

    /// Puts back what looking through the batch has noted.
    pub fn undo(self) {
        for (series, last) in self.undo.into_iter().rev() {
            series.state().last_time = last;
        }
    }

    /// The value that this batch has for a series and time already. Asked only of samples that are not in
    /// order, which are few; therefore the places are noted when somebody asks.
    fn pending_value<'b>(
        &mut self,
        batch: &'b [Append],
        id: SeriesId,
        time: i64,
    ) -> Option<&'b SampleValue> {
        for each in &self.accepted[self.placed..] {
            let key = (each.series.id, batch[each.position].timestamp);
            self.by_time.insert(key, each.position);
        }
        self.placed = self.accepted.len();
        let position = self.by_time.get(&(id, time))?;
        Some(&batch[*position].value)
    }
}

fn known_series<'i>(index: &'i HeadIndex, append: &Append) -> Option<&'i Arc<MemorySeries>> {
    append
        .series
        .and_then(|id| index.get(id))
        .filter(|series| series.labels == append.labels)
        .or_else(|| index.find(&append.labels))
}

fn check_value(value: &SampleValue) -> Result<(), Refusal> {
    match value {
        SampleValue::Float(_) => Ok(()),
        SampleValue::Histogram(histogram) => check_histogram(histogram),
    }
}
