//! `info`: series with the labels of the info metrics about the same job and instance.

use std::collections::BTreeMap;

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, MatchOperator, Matcher};

use crate::ast::{Call, Expr, VectorSelector};
use crate::evaluator::context::{Evaluated, Evaluator};
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::unwrapped;
use crate::evaluator::frame::{Frame, Row, RowBuffer, Sample, SeriesKey, is_present};
use crate::evaluator::grid::Grid;
use crate::evaluator::hashing::FastMap;
use crate::evaluator::rows;
use crate::evaluator::selectors::{self, InstantSelector, Take};

/// Labels by which info metrics belong to others.
const IDENTIFYING: [&str; 2] = ["instance", "job"];
const DEFAULT_INFO_METRIC: &str = "target_info";

/// `info`.
pub(super) fn info(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    grid: Grid,
) -> Result<Evaluated, EvalError> {
    let base = evaluator.vector(&call.arguments[0], grid)?;
    let wanted = Wanted::of(call)?;
    let enriched: Vec<bool> = base
        .keys()
        .iter()
        .map(|key| !wanted.is_info_metric(&key.labels))
        .collect();
    let found = info_series(evaluator, call, &base, &enriched, &wanted, grid)?;
    let known = KnownInfo::of(&base, found)?;
    let mut output = Output::new(grid.count);
    for (row, enriched) in base.rows().zip(enriched) {
        evaluator.shared.check()?;
        if enriched {
            known.enrich(row, &wanted, &mut output)?;
        } else {
            for (step, sample) in row.iter() {
                output.add(&row.key.labels, step, sample.to_sample())?;
            }
        }
    }
    Ok(Evaluated::Vector(output.into_frame()))
}

/// What the call asks for.
struct Wanted {
    names: Vec<Matcher>,
    data: Vec<Matcher>,
}

impl Wanted {
    fn of(call: &Call) -> Result<Self, EvalError> {
        let matchers = match call.arguments.get(1).map(unwrapped) {
            Some(Expr::Vector(selector)) => selector.matchers.clone(),
            _ => Vec::new(),
        };
        let (names, data): (Vec<_>, Vec<_>) = matchers
            .into_iter()
            .partition(|matcher| matcher.name == METRIC_NAME);
        Ok(Self {
            names: effective_names(names)?,
            data,
        })
    }

    fn is_info_metric(&self, labels: &Labels) -> bool {
        let name = labels.metric_name().unwrap_or_default();
        self.names.iter().all(|matcher| matcher.matches(name))
    }

    /// Whether series without any info metric are left as they are.
    fn takes_without(&self) -> bool {
        self.data.iter().all(Matcher::matches_empty)
    }

    fn takes_label(&self, name: &str) -> bool {
        name != METRIC_NAME
            && (self.data.is_empty() || self.data.iter().any(|matcher| matcher.name == name))
    }
}

/// Names that only exclude are about all metrics that end in `_info`.
fn effective_names(mut names: Vec<Matcher>) -> Result<Vec<Matcher>, EvalError> {
    let is_positive = |matcher: &Matcher| {
        matches!(
            matcher.operator,
            MatchOperator::Equal | MatchOperator::Regex
        )
    };
    if names.is_empty() {
        names.push(Matcher::equal(METRIC_NAME, DEFAULT_INFO_METRIC));
    } else if !names.iter().any(is_positive) {
        let pattern = ".+_info";
        let any_info = Matcher::new(METRIC_NAME, MatchOperator::Regex, pattern);
        let any_info = any_info.map_err(|source| EvalError::InvalidPattern {
            pattern: pattern.to_owned(),
            source,
        })?;
        names.insert(0, any_info);
    }
    Ok(names)
}

/// When each info series was last written, at every step.
fn info_series(
    evaluator: &mut Evaluator<'_>,
    call: &Call,
    base: &Frame,
    enriched: &[bool],
    wanted: &Wanted,
    grid: Grid,
) -> Result<Frame, EvalError> {
    let mut matchers = Vec::new();
    for label in IDENTIFYING {
        let mut values: Vec<&str> = base
            .keys()
            .iter()
            .zip(enriched)
            .filter(|(_, enriched)| **enriched)
            .filter_map(|(key, _)| key.labels.get(label))
            .collect();
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            continue;
        }
        let values: Vec<String> = values.into_iter().map(regex::escape).collect();
        // Without it more is read, and nothing else changes: series are matched by their labels below.
        matchers.extend(Matcher::new(label, MatchOperator::Regex, values.join("|")));
    }
    if matchers.is_empty() {
        return Ok(Frame::new(grid.count));
    }
    matchers.extend(wanted.data.iter().chain(&wanted.names).cloned());
    let (start, end) = info_span(evaluator, &call.arguments[0], grid)?;
    let shared = evaluator.shared;
    let series = shared.select(&matchers, start.saturating_sub(shared.lookback()), end)?;
    let source = InstantSelector::of_series(shared, series, grid, Take::InfoTime);
    rows::collect(evaluator, &source, grid.count)
}

/// From when to when info series are looked for: where the first selector looks.
fn info_span(
    evaluator: &Evaluator<'_>,
    argument: &Expr,
    grid: Grid,
) -> Result<(i64, i64), EvalError> {
    match first_selector(argument) {
        Some(selector) => {
            let reference = selectors::Reference::new(evaluator, &selector.modifiers)?;
            Ok((reference.time(grid.start), reference.time(grid.end())))
        }
        None => Ok((grid.start, grid.end())),
    }
}

fn first_selector(expr: &Expr) -> Option<&VectorSelector> {
    match expr {
        Expr::Vector(selector) => Some(selector),
        Expr::Matrix(selector) => Some(&selector.selector),
        Expr::Subquery(subquery) => first_selector(&subquery.inner),
        Expr::Call(call) => call.arguments.iter().find_map(first_selector),
        Expr::Aggregate(aggregate) => first_selector(&aggregate.inner),
        Expr::Binary(binary) => {
            first_selector(&binary.left).or_else(|| first_selector(&binary.right))
        }
        Expr::Unary(unary) => first_selector(&unary.inner),
        Expr::Paren(paren) => first_selector(&paren.inner),
        Expr::Number(_) | Expr::String(_) => None,
    }
}

/// The values of the identifying labels.
type Identity = [String; 2];

fn identity(labels: &Labels) -> Identity {
    IDENTIFYING.map(|name| labels.get(name).unwrap_or_default().to_owned())
}

/// Info series by what they are about, and by their metric.
struct KnownInfo {
    series: Frame,
    by_identity: FastMap<Identity, BTreeMap<String, Vec<usize>>>,
}

impl KnownInfo {
    fn of(base: &Frame, series: Frame) -> Result<Self, EvalError> {
        let mut by_identity: FastMap<Identity, BTreeMap<String, Vec<usize>>> = FastMap::default();
        for (index, key) in series.keys().iter().enumerate() {
            let metric = key.labels.metric_name().unwrap_or_default().to_owned();
            let about = by_identity.entry(identity(&key.labels)).or_default();
            about.entry(metric).or_default().push(index);
        }
        let known = Self {
            series,
            by_identity,
        };
        for step in 0..base.steps() {
            if base.rows().any(|row| row.has(step)) {
                known.check(step)?;
            }
        }
        Ok(known)
    }

    /// # Errors
    /// When two series of a metric about the same thing are equally new.
    fn check(&self, step: usize) -> Result<(), EvalError> {
        for members in self.by_identity.values().flat_map(BTreeMap::values) {
            let mut newest: Option<usize> = None;
            for member in members
                .iter()
                .copied()
                .filter(|at| self.time(*at, step).is_some())
            {
                match newest {
                    Some(best) if self.time(best, step) == self.time(member, step) => {
                        return Err(self.duplicate(best, member, step));
                    }
                    Some(best) if self.time(best, step) > self.time(member, step) => {}
                    _ => newest = Some(member),
                }
            }
        }
        Ok(())
    }

    fn duplicate(&self, existing: usize, new: usize, step: usize) -> EvalError {
        let shown = |index: usize| format!("{:?}", self.series.keys()[index].labels);
        let time = self.time(existing, step).unwrap_or_default() as i64;
        EvalError::DuplicateInfo {
            existing: shown(existing),
            new: shown(new),
            time,
        }
    }

    /// When a series was last written.
    fn time(&self, series: usize, step: usize) -> Option<f64> {
        Some(self.series.row(series).floats[step]).filter(|time| is_present(*time))
    }

    /// The newest series of each metric about a thing.
    fn current(&self, about: &Identity, step: usize) -> Vec<usize> {
        let metrics = self
            .by_identity
            .get(about)
            .into_iter()
            .flat_map(BTreeMap::values);
        metrics
            .filter_map(|members| {
                members
                    .iter()
                    .copied()
                    .filter_map(|member| Some((self.time(member, step)?, member)))
                    .max_by(|left, right| left.0.total_cmp(&right.0))
                    .map(|(_, member)| member)
            })
            .collect()
    }

    fn enrich(&self, row: Row<'_>, wanted: &Wanted, output: &mut Output) -> Result<(), EvalError> {
        let about = identity(&row.key.labels);
        let mut last: Option<(Vec<usize>, Labels)> = None;
        for (step, sample) in row.iter() {
            let current = self.current(&about, step);
            if current.is_empty() && !wanted.takes_without() {
                continue;
            }
            let labels = match last {
                Some((known, labels)) if known == current => labels,
                _ => self.joined(&row.key.labels, &current, wanted)?,
            };
            output.add(&labels, step, sample.to_sample())?;
            last = Some((current, labels));
        }
        Ok(())
    }

    fn joined(&self, base: &Labels, infos: &[usize], wanted: &Wanted) -> Result<Labels, EvalError> {
        let mut added: BTreeMap<&str, &str> = BTreeMap::new();
        for index in infos {
            let labels = &self.series.keys()[*index].labels;
            for (name, value) in labels.iter().filter(|(name, _)| wanted.takes_label(name)) {
                if added.get(name).is_some_and(|known| *known != value) {
                    return Err(EvalError::ConflictingInfoLabel {
                        name: name.to_owned(),
                    });
                }
                if base.get(name).is_none() {
                    added.insert(name, value);
                }
            }
        }
        let mut labels = base.to_builder();
        for (name, value) in added {
            labels.set(name, value);
        }
        Ok(labels.build())
    }
}

/// Rows by their labels, in the order in which they came up.
struct Output {
    steps: usize,
    known: FastMap<Labels, usize>,
    rows: Vec<(Labels, RowBuffer)>,
}

impl Output {
    fn new(steps: usize) -> Self {
        Self {
            steps,
            known: FastMap::default(),
            rows: Vec::new(),
        }
    }

    /// # Errors
    /// When there is a sample of these labels at that step already.
    fn add(&mut self, labels: &Labels, step: usize, sample: Sample) -> Result<(), EvalError> {
        let index = match self.known.get(labels) {
            Some(index) => *index,
            None => {
                let mut buffer = RowBuffer::default();
                buffer.reset(self.steps);
                self.rows.push((labels.clone(), buffer));
                self.known.insert(labels.clone(), self.rows.len() - 1);
                self.rows.len() - 1
            }
        };
        let row = &mut self.rows[index].1;
        if is_present(row.floats[step]) || row.histograms.iter().any(|(at, _)| *at == step) {
            return Err(EvalError::DuplicateLabels);
        }
        row.set(step, sample);
        Ok(())
    }

    fn into_frame(self) -> Frame {
        let mut frame = Frame::with_capacity(self.steps, self.rows.len());
        for (labels, mut row) in self.rows {
            row.histograms.sort_by_key(|(step, _)| *step);
            frame.push(
                SeriesKey {
                    labels,
                    drop_name: false,
                },
                &mut row,
            );
        }
        frame
    }
}
