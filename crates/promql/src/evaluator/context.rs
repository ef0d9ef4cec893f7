//! What an evaluation carries along: the store, the limits, the findings.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use swarmscope_model::metrics::{Cancellation, Matcher, Queryable, Selection, Series};

use super::annotations::Annotations;
use super::engine::{EngineOptions, Statistics};
use super::error::EvalError;
use super::finding::Finding;
use super::frame::Frame;
use super::selectors::{HistogramStatistics, without_buckets};
use super::value::MatrixSeries;
use crate::ast::{Expr, TextRange, VectorSelector};

/// When the query as a whole begins and ends, for `start()`, `end()`, `range()` and `step()`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryTimes {
    pub start: i64,
    pub end: i64,
    /// 0 in instant queries.
    pub step: i64,
}

/// What all threads of an evaluation share.
pub(crate) struct Shared<'a> {
    queryable: &'a dyn Queryable,
    pub options: &'a EngineOptions,
    cancellation: &'a Cancellation,
    pub times: QueryTimes,
    /// The selectors whose histograms are wanted without buckets.
    without_buckets: Vec<TextRange>,
    deadline: Option<(Instant, Duration)>,
    held: AtomicUsize,
    peak: AtomicUsize,
    looked_at: AtomicU64,
}

impl<'a> Shared<'a> {
    pub fn new(
        queryable: &'a dyn Queryable,
        options: &'a EngineOptions,
        cancellation: &'a Cancellation,
        times: QueryTimes,
        expr: &Expr,
        began: Instant,
    ) -> Self {
        Self {
            queryable,
            options,
            cancellation,
            times,
            without_buckets: without_buckets(expr),
            deadline: options.timeout.map(|timeout| (began + timeout, timeout)),
            held: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            looked_at: AtomicU64::new(0),
        }
    }

    /// # Errors
    /// When the query is cancelled or has taken too long.
    pub fn check(&self) -> Result<(), EvalError> {
        if self.cancellation.is_cancelled() {
            return Err(EvalError::Cancelled);
        }
        match self.deadline {
            Some((deadline, limit)) if Instant::now() > deadline => {
                Err(EvalError::TimedOut { limit })
            }
            _ => Ok(()),
        }
    }

    /// The series that match, with samples after `start` and up to `end`.
    pub fn select(
        &self,
        matchers: &[Matcher],
        start: i64,
        end: i64,
    ) -> Result<Vec<Box<dyn Series>>, EvalError> {
        self.check()?;
        let mut selection = Selection::new(start.saturating_add(1), end, matchers.to_vec());
        selection.cancellation = self.cancellation.clone();
        Ok(self.queryable.select(&selection)?)
    }

    /// The series of a selector.
    pub fn select_by(
        &self,
        selector: &VectorSelector,
        start: i64,
        end: i64,
    ) -> Result<Vec<Box<dyn Series>>, EvalError> {
        let series = self.select(&selector.matchers, start, end)?;
        if !self.without_buckets.contains(&selector.range) {
            return Ok(series);
        }
        let statistics = |series| Box::new(HistogramStatistics(series)) as Box<dyn Series>;
        Ok(series.into_iter().map(statistics).collect())
    }

    /// The lookback in milliseconds.
    pub fn lookback(&self) -> i64 {
        milliseconds(self.options.lookback_delta)
    }

    /// Holds more samples until [`Shared::release_to`].
    pub fn hold(&self, samples: usize) -> Result<(), EvalError> {
        let held = self.held.fetch_add(samples, Ordering::Relaxed) + samples;
        self.note_peak(held)
    }

    /// Looks at samples that are let go at once.
    pub fn hold_briefly(&self, samples: usize) -> Result<(), EvalError> {
        self.note_peak(self.held() + samples)
    }

    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    pub fn release_to(&self, samples: usize) {
        self.held.store(samples, Ordering::Relaxed);
    }

    fn note_peak(&self, held: usize) -> Result<(), EvalError> {
        self.peak.fetch_max(held, Ordering::Relaxed);
        let limit = self.options.max_samples;
        if held > limit {
            return Err(EvalError::TooManySamples { limit });
        }
        Ok(())
    }

    /// Counts samples that a step needed.
    pub fn count_looked_at(&self, samples: usize) {
        self.looked_at.fetch_add(samples as u64, Ordering::Relaxed);
    }

    pub fn statistics(&self, duration: Duration) -> Statistics {
        Statistics {
            total_samples: self.looked_at.load(Ordering::Relaxed),
            peak_samples: self.peak.load(Ordering::Relaxed) as u64,
            duration,
        }
    }
}

/// Whole milliseconds.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// The value of an expression at every time of a grid.
pub(crate) enum Evaluated {
    Scalar(Vec<f64>),
    String(String),
    Vector(Frame),
    /// Raw samples, of instant queries only.
    Matrix(Vec<MatrixSeries>),
}

impl Evaluated {
    /// How many samples it holds.
    pub fn samples(&self) -> usize {
        match self {
            Self::Scalar(values) => values.len(),
            Self::String(_) => 0,
            Self::Vector(frame) => frame.samples(),
            Self::Matrix(series) => series
                .iter()
                .map(|series| series.floats.len() + series.histograms.len())
                .sum(),
        }
    }
}

/// Evaluates expressions, and collects what there is to say.
pub(crate) struct Evaluator<'a> {
    pub shared: &'a Shared<'a>,
    annotations: Annotations,
}

impl<'a> Evaluator<'a> {
    pub fn new(shared: &'a Shared<'a>) -> Self {
        Self {
            shared,
            annotations: Annotations::default(),
        }
    }

    pub fn options(&self) -> &'a EngineOptions {
        self.shared.options
    }

    /// Whether names of metrics stay to the end.
    pub fn keeps_names(&self) -> bool {
        self.shared.options.delayed_name_removal
    }

    pub fn note(&mut self, finding: &Finding<'_>, range: TextRange) {
        self.annotations.add(finding, range);
    }

    pub fn annotations_mut(&mut self) -> &mut Annotations {
        &mut self.annotations
    }

    pub fn into_annotations(self) -> Annotations {
        self.annotations
    }
}
