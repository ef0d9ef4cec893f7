//! Which hits come first.

use std::cmp::Ordering;
use std::sync::Arc;

use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::{TIME_FIELDS, ValueRef, instant_of};
use swarmscope_query::evaluate::order::compare;
use swarmscope_query::store::{Missing, SortKey, SortMode, SortValue};

use super::error::SearchError;
use super::part::Part;
use super::values::{FieldColumns, is_seen_whole};
use crate::block::column::{Column, Values};
use crate::rows::RowSet;

/// Rows of a part up to which their positions are looked up one by one, not in whole columns.
const FEW_ROWS: u32 = 64;

/// A sort key's value of one document.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Missing,
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Text(Arc<str>),
    Score(f32),
}

impl Cell {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Float(number) => Cell::Float(number),
            ValueRef::Boolean(flag) => Cell::Boolean(flag),
            ValueRef::Text(text) => Cell::Text(Arc::from(text)),
        }
    }

    fn as_value(&self) -> Option<ValueRef<'_>> {
        Some(match self {
            Cell::Missing => return None,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Float(number) => ValueRef::Float(*number),
            Cell::Boolean(flag) => ValueRef::Boolean(*flag),
            Cell::Text(text) => ValueRef::Text(text),
            Cell::Score(score) => ValueRef::Float(f64::from(*score)),
        })
    }

    /// As the reply tells it.
    pub fn to_sort_value(&self) -> SortValue {
        match self {
            // In as few digits as tell it from its neighbours, as the score of the hit is shown.
            Cell::Score(score) => score.to_string().parse().ok().map(Scalar::Float),
            cell => cell.as_value().map(ValueRef::to_scalar),
        }
    }

    /// From the value of an earlier reply, of that key.
    fn from_sort_value(key: &SortKey, value: &SortValue) -> Self {
        match (key, value) {
            (_, None) => Cell::Missing,
            (SortKey::Score(_), Some(Scalar::Float(score))) => Cell::Score(*score as f32),
            (SortKey::Score(_), Some(Scalar::Integer(score))) => Cell::Score(*score as f32),
            (SortKey::Score(_), Some(Scalar::Text(text))) => {
                text.parse().map_or(Cell::Missing, Cell::Score)
            }
            (SortKey::Time(_), Some(Scalar::Text(text))) => {
                let read = instant_of(TIME_FIELDS[0], ValueRef::Text(text));
                let instant = text.parse().ok().or(read);
                instant.map_or(Cell::Missing, Cell::Integer)
            }
            (SortKey::Sequence(_), Some(Scalar::Text(text))) => {
                text.parse().map_or(Cell::Missing, Cell::Integer)
            }
            (_, Some(scalar)) => Cell::of(ValueRef::of(scalar)),
        }
    }
}

/// A document that may become a hit.
#[derive(Debug, Clone)]
pub struct Ranked {
    pub cells: Vec<Cell>,
    pub time: i64,
    pub sequence: i64,
    pub part: usize,
    pub row: u32,
    /// How well it matches, when that was asked for.
    pub score: Option<f32>,
}

/// Compares by the keys alone.
fn by_keys(keys: &[SortKey], a: &[Cell], b: &[Cell]) -> Ordering {
    for (key, (a, b)) in keys.iter().zip(a.iter().zip(b)) {
        let (direction, missing_first) = match key {
            SortKey::Time(direction) | SortKey::Sequence(direction) | SortKey::Score(direction) => {
                (*direction, false)
            }
            SortKey::Field {
                direction, missing, ..
            } => (*direction, *missing == Missing::First),
        };
        let ordering = match (a.as_value(), b.as_value()) {
            (Some(a), Some(b)) if direction == Direction::Descending => compare(b, a),
            (Some(a), Some(b)) => compare(a, b),
            (None, None) => Ordering::Equal,
            (None, Some(_)) if missing_first => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) if missing_first => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Keeps the first documents.
pub struct Top {
    keys: Vec<SortKey>,
    after: Option<Vec<Cell>>,
    limit: usize,
    /// Documents beyond twice the limit before the others are dropped.
    slack: usize,
    kept: Vec<Ranked>,
    /// The last of the first, once there are enough: what is not before it is of no use.
    worst: Option<Ranked>,
}

impl Top {
    /// For so many documents, behind those sort values.
    pub fn new(keys: &[SortKey], after: Option<&[SortValue]>, limit: usize) -> Self {
        Self {
            keys: keys.to_vec(),
            after: after.map(|values| {
                let each = keys.iter().zip(values);
                each.map(|(key, value)| Cell::from_sort_value(key, value))
                    .collect()
            }),
            limit,
            slack: 64,
            kept: Vec::new(),
            worst: None,
        }
    }

    /// For so many documents of one of many buckets: little memory matters more than time.
    pub fn of_bucket(keys: &[SortKey], limit: usize) -> Self {
        Self {
            slack: 2,
            ..Self::new(keys, None, limit)
        }
    }

    fn order(&self, a: &Ranked, b: &Ranked) -> Ordering {
        by_keys(&self.keys, &a.cells, &b.cells)
            .then_with(|| b.time.cmp(&a.time))
            .then_with(|| a.sequence.cmp(&b.sequence))
    }

    /// Whether documents of a part with these times can come before those kept, as far as times tell.
    pub fn may_take(&self, oldest: i64, newest: i64) -> bool {
        let Some(worst) = &self.worst else {
            return self.limit > 0;
        };
        match self.keys.first() {
            None | Some(SortKey::Time(Direction::Descending)) => newest >= worst.time,
            Some(SortKey::Time(Direction::Ascending)) => oldest <= worst.time,
            Some(_) => true,
        }
    }

    /// The same as far as places in the order of writes tell. A walk through everything by `_doc` reads a
    /// part when it comes to it, and neither before nor after.
    pub fn may_take_written(&self, first: u64, last: u64) -> bool {
        let (first, last) = (first as i64, last as i64);
        let after = self.after.as_ref().and_then(|after| after.first());
        let after = match after {
            Some(Cell::Integer(after)) => Some(*after),
            _ => None,
        };
        let worst = self.worst.as_ref().map(|worst| worst.sequence);
        match self.keys.first() {
            Some(SortKey::Sequence(Direction::Ascending)) => {
                after.is_none_or(|after| last >= after) && worst.is_none_or(|worst| first <= worst)
            }
            Some(SortKey::Sequence(Direction::Descending)) => {
                after.is_none_or(|after| first <= after) && worst.is_none_or(|worst| last >= worst)
            }
            _ => true,
        }
    }

    /// Whether time and place in the order of writes alone decide.
    pub fn is_by_position(&self) -> bool {
        let mut keys = self.keys.iter();
        keys.all(|key| matches!(key, SortKey::Time(_) | SortKey::Sequence(_)))
    }

    /// Looks at rows of a part, when [`Top::is_by_position`]. The last rows come first: they are mostly the
    /// newest, after which the others need a glance only.
    pub fn add_by_position(
        &mut self,
        place: usize,
        part: &Part,
        rows: &RowSet,
    ) -> Result<(), SearchError> {
        if rows.count() <= FEW_ROWS {
            for row in rows.iter_back() {
                let (time, sequence) = part.position_of(row)?;
                self.offer_position(place, row, time, || sequence);
            }
        } else {
            let (times, sequences) = (part.times()?, part.sequences()?);
            for row in rows.iter_back() {
                let at = row as usize;
                self.offer_position(place, row, times[at], || sequences[at]);
            }
        }
        self.settle();
        Ok(())
    }

    fn offer_position(&mut self, part: usize, row: u32, time: i64, sequence: impl FnOnce() -> i64) {
        if !self.may_take(time, time) {
            return;
        }
        let sequence = sequence();
        let cells = self.keys.iter().map(|key| match key {
            SortKey::Sequence(_) => Cell::Integer(sequence),
            _ => Cell::Integer(time),
        });
        let candidate = Ranked {
            cells: cells.collect(),
            time,
            sequence,
            part,
            row,
            score: None,
        };
        self.offer(candidate);
    }

    /// Looks at the selected rows of a part. `scores` are theirs, when the keys ask for them.
    pub fn add(
        &mut self,
        place: usize,
        part: &Part,
        selected: &[u32],
        within: &RowSet,
        scores: Option<&[f32]>,
    ) -> Result<(), SearchError> {
        let found = candidates(&self.keys, place, part, selected, within, scores)?;
        for candidate in found {
            self.offer(candidate);
        }
        self.settle();
        Ok(())
    }

    /// Takes what another has kept of other parts.
    pub fn merge(&mut self, other: Top) {
        for candidate in other.kept {
            self.offer(candidate);
        }
    }

    /// The same when the other's parts are behind so many of ours.
    pub fn merge_moved(&mut self, other: Top, parts: usize) {
        for candidate in other.kept {
            self.offer(Ranked {
                part: candidate.part + parts,
                ..candidate
            });
        }
    }

    /// Finds the last of the first as soon as there are enough, so that parts can be passed over.
    fn settle(&mut self) {
        if self.worst.is_none() && self.limit > 0 && self.kept.len() >= self.limit {
            self.shrink();
        }
    }

    /// Keeps a document when it is among the first.
    pub fn offer(&mut self, candidate: Ranked) {
        if let Some(after) = &self.after
            && by_keys(&self.keys, &candidate.cells, after) != Ordering::Greater
        {
            return;
        }
        if let Some(worst) = &self.worst
            && self.order(&candidate, worst) != Ordering::Less
        {
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() >= self.limit * 2 + self.slack {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.sort_by(|a, b| self.order(a, b));
        kept.truncate(self.limit);
        if kept.len() == self.limit {
            self.worst = kept.last().cloned();
        }
        self.kept = kept;
    }

    /// The first documents in order, from `from` on.
    pub fn finish(mut self, from: usize) -> Vec<Ranked> {
        self.shrink();
        self.kept.drain(..from.min(self.kept.len()));
        self.kept
    }
}

/// Rows of a part with their sort keys.
pub fn candidates<'a>(
    keys: &[SortKey],
    place: usize,
    part: &Part,
    selected: &'a [u32],
    within: &RowSet,
    scores: Option<&[f32]>,
) -> Result<impl Iterator<Item = Ranked> + use<'a>, SearchError> {
    let (times, sequences) = (part.times()?, part.sequences()?);
    let columns = keys
        .iter()
        .map(|key| cells(key, part, selected, within, scores))
        .collect::<Result<Vec<_>, _>>()?;
    let scores = scores.map(<[f32]>::to_vec);
    Ok(selected.iter().enumerate().map(move |(at, row)| Ranked {
        cells: columns.iter().map(|cells| cells[at].clone()).collect(),
        time: times[*row as usize],
        sequence: sequences[*row as usize],
        part: place,
        row: *row,
        score: scores.as_ref().map(|scores| scores[at]),
    }))
}

/// A key's values of the selected rows.
fn cells(
    key: &SortKey,
    part: &Part,
    selected: &[u32],
    within: &RowSet,
    scores: Option<&[f32]>,
) -> Result<Vec<Cell>, SearchError> {
    let numbers = |numbers: &[i64]| {
        let own = selected
            .iter()
            .map(|row| Cell::Integer(numbers[*row as usize]));
        own.collect()
    };
    Ok(match key {
        SortKey::Time(_) => numbers(&part.times()?),
        SortKey::Sequence(_) => numbers(&part.sequences()?),
        SortKey::Score(_) => (0..selected.len())
            .map(|at| Cell::Score(scores.map_or(1.0, |scores| scores[at])))
            .collect(),
        SortKey::Field {
            field,
            direction,
            missing,
            mode,
        } => {
            let mut cells = match (mode, direction) {
                (SortMode::Sum | SortMode::Average | SortMode::Median, _) => {
                    reduced_cells(part, field, *mode, selected, within)?
                }
                (SortMode::Min, _) | (SortMode::Outermost, Direction::Ascending) => {
                    field_cells(part, field, Ordering::Less, selected, within)?
                }
                (SortMode::Max, _) | (SortMode::Outermost, Direction::Descending) => {
                    field_cells(part, field, Ordering::Greater, selected, within)?
                }
            };
            if let Missing::Value(scalar) = missing {
                substitute(&mut cells, scalar);
            }
            cells
        }
    })
}

fn substitute(cells: &mut [Cell], scalar: &Scalar) {
    let value = Cell::of(ValueRef::of(scalar));
    for cell in cells.iter_mut().filter(|cell| **cell == Cell::Missing) {
        *cell = value.clone();
    }
}

/// Of several values the smallest or largest.
fn field_cells(
    part: &Part,
    field: &str,
    wanted: Ordering,
    selected: &[u32],
    within: &RowSet,
) -> Result<Vec<Cell>, SearchError> {
    let mut cells = vec![Cell::Missing; selected.len()];
    FieldColumns::new(part, field)?.visit(part, within, &mut |page| {
        let shared = shared_texts(page);
        page.visit_selected(selected, |place, at| {
            let value = page.value(at);
            let better = cells[place]
                .as_value()
                .is_none_or(|present| compare(value, present) == wanted);
            if better && is_seen_whole(value) {
                cells[place] = match (&shared, &page.values) {
                    (Some(texts), Values::Coded { codes, .. }) => {
                        Cell::Text(Arc::clone(&texts[codes.get(at)]))
                    }
                    _ => Cell::of(value),
                };
            }
        });
        Ok(())
    })?;
    Ok(cells)
}

/// Of several numbers one.
fn reduced_cells(
    part: &Part,
    field: &str,
    mode: SortMode,
    selected: &[u32],
    within: &RowSet,
) -> Result<Vec<Cell>, SearchError> {
    let mut numbers: Vec<Vec<Scalar>> = vec![Vec::new(); selected.len()];
    FieldColumns::new(part, field)?.visit(part, within, &mut |page| {
        page.visit_selected(selected, |place, at| {
            let value = page.value(at);
            if !matches!(value, ValueRef::Text(_)) {
                numbers[place].push(value.to_scalar());
            }
        });
        Ok(())
    })?;
    let reduced = numbers.into_iter().map(|own| match mode.reduce(own) {
        Some(number) => Cell::of(ValueRef::of(&number)),
        None => Cell::Missing,
    });
    Ok(reduced.collect())
}

fn shared_texts(page: &Column) -> Option<Vec<Arc<str>>> {
    match &page.values {
        Values::Coded { dictionary, .. } => Some(dictionary.iter().map(Arc::from).collect()),
        _ => None,
    }
}
