//! Arithmetic and comparisons between two vectors.
//!
//! Series are matched once, by their labels, and not at every step. One side is the "one" side: of each of
//! its groups at most one series may have a sample at a time. In one-to-one matching that holds of both.

use swarmscope_model::metrics::Labels;

use super::matching::{Groups, Side, shown, shown_labels};
use super::operation::{self, LastFindings, arithmetic};
use crate::ast::{Binary, Cardinality, Matching};
use crate::evaluator::context::Evaluator;
use crate::evaluator::duplicates;
use crate::evaluator::error::EvalError;
use crate::evaluator::frame::{
    ABSENT, Frame, Row, RowBuffer, Sample, SampleRef, SeriesKey, is_present,
};
use crate::evaluator::hashing::FastMap;

/// Combines two vectors.
pub(super) fn combine(
    evaluator: &mut Evaluator<'_>,
    binary: &Binary,
    left: &Frame,
    right: &Frame,
) -> Result<Frame, EvalError> {
    let default = Matching::default();
    let matching = binary.matching.as_ref().unwrap_or(&default);
    let Groups {
        choice,
        left: left_side,
        right: right_side,
        count,
    } = Groups::of(matching, left, right);
    // Many on the left, whichever way it was written.
    let swapped = matching.cardinality == Cardinality::OneToMany;
    let ((many, many_side), (one, one_side)) = if swapped {
        ((right, right_side), (left, left_side))
    } else {
        ((left, left_side), (right, right_side))
    };
    let mut join = Join {
        evaluator,
        binary,
        matching,
        swapped,
        many,
        many_side,
        one,
        one_side,
        output: Frame::new(left.steps()),
        matched: Matched::new(count, left.steps()),
        results: FastMap::default(),
        findings: LastFindings::default(),
        buffer: RowBuffer::default(),
    };
    join.check_one_side(|labels| choice.chosen(labels))?;
    for index in 0..many.len() {
        join.evaluator.shared.check()?;
        join.matched_series(index)?;
        if let Some(fill) = matching.fill_right {
            join.unmatched_many(index, fill, |labels| choice.chosen(labels))?;
        }
    }
    if let Some(fill) = matching.fill_left {
        for index in 0..one.len() {
            join.unmatched_one(index, fill, |labels| choice.chosen(labels))?;
        }
    }
    let Join {
        evaluator,
        output,
        findings,
        ..
    } = join;
    findings.tell(evaluator, binary.range);
    Ok(output)
}

/// Which groups had a result at which steps, as far as somebody wants to know.
struct Matched {
    steps: usize,
    groups: Vec<Option<Box<[bool]>>>,
}

impl Matched {
    fn new(groups: usize, steps: usize) -> Self {
        Self {
            steps,
            groups: vec![None; groups],
        }
    }

    /// Notes a result; whether there was one before.
    fn insert(&mut self, group: usize, step: usize) -> bool {
        let cells =
            self.groups[group].get_or_insert_with(|| vec![false; self.steps].into_boxed_slice());
        std::mem::replace(&mut cells[step], true)
    }

    fn has(&self, group: usize, step: usize) -> bool {
        self.groups[group].as_ref().is_some_and(|cells| cells[step])
    }
}

/// Two vectors that are joined.
struct Join<'j, 'a> {
    evaluator: &'j mut Evaluator<'a>,
    binary: &'j Binary,
    matching: &'j Matching,
    swapped: bool,
    many: &'j Frame,
    many_side: Side,
    one: &'j Frame,
    one_side: Side,
    output: Frame,
    matched: Matched,
    /// In many-to-one matching, which results a group has: labels, and at which steps.
    results: FastMap<(usize, Labels), Box<[bool]>>,
    findings: LastFindings,
    buffer: RowBuffer,
}

/// The other side of a pair: a series, or the value to fill in and the steps that lack a series.
enum Partner<'p> {
    Series(Row<'p>),
    Fill {
        value: f64,
        labels: &'p Labels,
        lacks: &'p dyn Fn(usize) -> bool,
    },
}

impl Join<'_, '_> {
    fn is_one_to_one(&self) -> bool {
        self.matching.cardinality == Cardinality::OneToOne
    }

    /// # Errors
    /// When two series of a group on the "one" side have a sample at the same time, and there is anything
    /// to match with.
    fn check_one_side(&self, group_of: impl Fn(&Labels) -> Labels) -> Result<(), EvalError> {
        if self
            .one_side
            .members
            .iter()
            .all(|members| members.len() < 2)
        {
            return Ok(());
        }
        let fills = self.matching.fill_left.is_some() || self.matching.fill_right.is_some();
        let mut seen = vec![None; self.one_side.members.len()];
        for step in 0..self.one.steps() {
            seen.fill(None);
            let present = self.one.rows().zip(&self.one_side.groups);
            for (index, (row, group)) in present.enumerate().filter(|(_, (row, _))| row.has(step)) {
                let Some(first) = seen[*group].replace(index) else {
                    continue;
                };
                if !fills && !self.many.rows().any(|row| row.has(step)) {
                    break;
                }
                return Err(EvalError::ManyToMany {
                    group: shown_labels(&group_of(&row.key.labels)),
                    side: if self.swapped { "left" } else { "right" },
                    first: shown(row),
                    second: shown(self.one.row(first)),
                });
            }
        }
        Ok(())
    }

    /// A series of the "many" side with all its partners.
    fn matched_series(&mut self, index: usize) -> Result<(), EvalError> {
        let group = self.many_side.groups[index];
        let partners = self.one_side.members[group].clone();
        for partner in partners {
            let (many, one) = (self.many, self.one);
            self.pair(group, many.row(index), &Partner::Series(one.row(partner)))?;
        }
        Ok(())
    }

    /// A series of the "many" side, at the steps where it has no partner.
    fn unmatched_many(
        &mut self,
        index: usize,
        value: f64,
        group_of: impl Fn(&Labels) -> Labels,
    ) -> Result<(), EvalError> {
        let group = self.many_side.groups[index];
        let (many, one) = (self.many, self.one);
        let row = many.row(index);
        let partners = self.one_side.members[group].clone();
        let lacks = |step| !partners.iter().any(|partner| one.row(*partner).has(step));
        let labels = group_of(&row.key.labels);
        self.pair(
            group,
            row,
            &Partner::Fill {
                value,
                labels: &labels,
                lacks: &lacks,
            },
        )
    }

    /// A series of the "one" side, at the steps where its group has no result.
    fn unmatched_one(
        &mut self,
        index: usize,
        value: f64,
        group_of: impl Fn(&Labels) -> Labels,
    ) -> Result<(), EvalError> {
        let group = self.one_side.groups[index];
        let row = self.one.row(index);
        let labels = group_of(&row.key.labels);
        let mut filled = RowBuffer::default();
        filled.reset(self.one.steps());
        for (step, _) in row.iter() {
            if !self.matched.has(group, step) {
                filled.floats[step] = value;
            }
        }
        let key = SeriesKey {
            labels,
            drop_name: false,
        };
        self.pair(group, filled.as_row(&key), &Partner::Series(row))
    }

    /// Whether duplicates of a group's results can come up, or somebody fills in where there are none.
    fn notes_matches(&self, group: usize) -> bool {
        self.matching.fill_left.is_some()
            || (self.is_one_to_one() && self.many_side.members[group].len() > 1)
    }

    fn pair(
        &mut self,
        group: usize,
        many: Row<'_>,
        partner: &Partner<'_>,
    ) -> Result<(), EvalError> {
        let one_labels = match partner {
            Partner::Series(row) => &row.key.labels,
            Partner::Fill { labels, .. } => labels,
        };
        let labels = self.result_labels(&many.key.labels, one_labels);
        let simple = match partner {
            Partner::Series(one) => self.fast(group, many, *one),
            Partner::Fill { .. } => false,
        };
        if !simple {
            self.by_step(group, many, partner, &labels)?;
        }
        let drop_name = self.binary.returns_bool;
        self.output
            .push(SeriesKey { labels, drop_name }, &mut self.buffer);
        Ok(())
    }

    /// Arithmetic between floats where nothing can go wrong. Whether it was that.
    fn fast(&mut self, group: usize, many: Row<'_>, one: Row<'_>) -> bool {
        let plain = many.histograms.is_empty() && one.histograms.is_empty();
        let alone = self.many_side.members[group].len() == 1;
        let operator = self.binary.operator;
        let is_arithmetic = arithmetic(operator, 1.0, 1.0).is_some();
        if !plain || !alone || !is_arithmetic || self.matching.fill_left.is_some() {
            return false;
        }
        self.buffer.reset(many.floats.len());
        let (left, right) = if self.swapped {
            (one.floats, many.floats)
        } else {
            (many.floats, one.floats)
        };
        let cells = self.buffer.floats.iter_mut().zip(left.iter().zip(right));
        for (value, (left, right)) in cells {
            if is_present(*left) && is_present(*right) {
                *value = arithmetic(operator, *left, *right).unwrap_or(ABSENT);
            }
        }
        true
    }

    fn by_step(
        &mut self,
        group: usize,
        many: Row<'_>,
        partner: &Partner<'_>,
        labels: &Labels,
    ) -> Result<(), EvalError> {
        let steps = many.floats.len();
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.reset(steps);
        for (step, own) in many.iter() {
            let other = match partner {
                Partner::Series(row) => row.at(step),
                Partner::Fill { value, lacks, .. } => {
                    lacks(step).then_some(SampleRef::Float(*value))
                }
            };
            let Some(other) = other else {
                continue;
            };
            let (left, right) = if self.swapped {
                (other, own)
            } else {
                (own, other)
            };
            let outcome = operation::of_samples(self.binary.operator, left, right);
            self.findings.note(step, outcome.finding);
            let Some((sample, keep)) = outcome.result else {
                continue;
            };
            self.note_match(group, step, steps, labels)?;
            if self.binary.returns_bool {
                buffer.set(step, Sample::Float(f64::from(u8::from(keep))));
            } else if keep {
                buffer.set(step, sample);
            }
        }
        self.buffer = buffer;
        Ok(())
    }

    /// # Errors
    /// When the group has that result at that step already.
    fn note_match(
        &mut self,
        group: usize,
        step: usize,
        steps: usize,
        labels: &Labels,
    ) -> Result<(), EvalError> {
        let before = self.notes_matches(group) && self.matched.insert(group, step);
        if self.is_one_to_one() {
            return if before {
                Err(EvalError::ImplicitManyToOne)
            } else {
                Ok(())
            };
        }
        if self.many_side.members[group].len() > 1 {
            let cells = self
                .results
                .entry((group, labels.clone()))
                .or_insert_with(|| vec![false; steps].into_boxed_slice());
            if std::mem::replace(&mut cells[step], true) {
                return Err(EvalError::AmbiguousGrouping);
            }
        }
        Ok(())
    }

    /// The labels of a result: those of the "many" side, with those that were asked for from the other.
    fn result_labels(&self, many: &Labels, one: &Labels) -> Labels {
        let drops_now = self.binary.returns_bool && !self.evaluator.keeps_names();
        let is_arithmetic = arithmetic(self.binary.operator, 1.0, 1.0).is_some();
        let mut labels = if drops_now || is_arithmetic {
            duplicates::without_metadata(many)
        } else {
            many.clone()
        };
        if self.is_one_to_one() {
            let names: Vec<&str> = self.matching.labels.iter().map(String::as_str).collect();
            labels = if self.matching.on {
                labels.keep(&names)
            } else {
                labels.without(&names)
            };
        }
        if self.matching.include.is_empty() {
            return labels;
        }
        let mut builder = labels.to_builder();
        for name in &self.matching.include {
            // What the other side lacks is removed.
            builder.set(name, one.get(name).unwrap_or_default());
        }
        builder.build()
    }
}
