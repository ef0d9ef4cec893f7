//! Counts of log events at many points of the past: events are counted once, in short pieces of time, and a
//! window's count is the sum of its pieces.

use std::collections::BTreeMap;

use swarmscope_model::TimeRange;
use swarmscope_model::limits::{MAX_BUCKETS, MAX_RULE_ANSWERS};
use swarmscope_model::metrics::Cancellation;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, Bucket, BucketKey, DateHistogram, Interval,
};
use swarmscope_query::store::StoreError;

use super::buckets::{terms, walk};
use super::logs::{LogAnswers, answers, milliseconds, request};
use crate::question::{Answer, AnswerError, Bound, LogQuestion, Steps};

/// The name under which the store finds an event's time.
const TIME_FIELD: &str = "@timestamp";
/// Pieces of time that one search counts in; fewer when there are many groups.
const PIECES: i64 = 512;

/// Events of each group by the start of a piece of time.
type Pieces = BTreeMap<Vec<String>, BTreeMap<i64, u64>>;

impl LogAnswers {
    /// The counts that are alerts at each point.
    pub fn past(
        &self,
        question: &LogQuestion,
        steps: Steps,
        cancellation: &Cancellation,
    ) -> Result<Vec<Vec<Answer>>, AnswerError> {
        let window = milliseconds(question.window);
        let among = milliseconds(question.among);
        let piece = common_measure(steps.step, common_measure(window, among));
        let pieces = self.pieces(question, steps, piece, window.max(among), cancellation)?;
        let is_low = matches!(question.bound, Bound::Below(_));
        let at_each = steps.iter().map(|at| {
            let within = |times: &BTreeMap<i64, u64>, length: i64| -> u64 {
                times.range(at - length..at).map(|(_, count)| count).sum()
            };
            let counts = pieces
                .iter()
                .filter(|(_, times)| !is_low || among == 0 || within(times, among) > 0)
                .map(|(values, times)| (values.clone(), within(times, window)));
            answers(question, counts)
        });
        Ok(at_each.collect())
    }

    fn pieces(
        &self,
        question: &LogQuestion,
        steps: Steps,
        piece: i64,
        longest: i64,
        cancellation: &Cancellation,
    ) -> Result<Pieces, AnswerError> {
        let mut pieces = Pieces::new();
        if question.by.is_empty() {
            pieces.insert(Vec::new(), BTreeMap::new());
        }
        let (mut from, end) = (steps.from - longest, steps.to);
        let mut length = PIECES;
        while from < end {
            let to = from.saturating_add(length * piece).min(end);
            match self.some(question, (from, to), piece, &mut pieces, cancellation) {
                Ok(()) => from = to,
                // Many groups: shorter spans have fewer pieces.
                Err(AnswerError::Failed(error)) if too_many(error.as_ref()) && length > 1 => {
                    length /= 2;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(pieces)
    }

    /// Adds the pieces of a span.
    fn some(
        &self,
        question: &LogQuestion,
        (from, to): (i64, i64),
        piece: i64,
        pieces: &mut Pieces,
        cancellation: &Cancellation,
    ) -> Result<(), AnswerError> {
        let mut request = request(question, to)?;
        request.time = TimeRange {
            from: Some(from),
            to: Some(to),
        };
        let over_time = Aggregation {
            name: "time".to_owned(),
            kind: AggregationKind::DateHistogram(DateHistogram {
                field: TIME_FIELD.to_owned(),
                interval: Interval::Fixed(piece),
                offset_ms: from.rem_euclid(piece),
                time_zone: jiff::tz::TimeZone::UTC,
                min_doc_count: 1,
                extended_bounds: None,
                hard_bounds: None,
                order: Vec::new(),
            }),
            within: Vec::new(),
        };
        request.aggregations = terms(&question.by, MAX_RULE_ANSWERS, vec![over_time]);
        let time = request.time;
        let reply = self.search(request, cancellation)?;
        if let Some(gap) = self.damage(&reply, question, time, cancellation)? {
            return Err(AnswerError::Incomplete {
                found: Vec::new(),
                gap,
            });
        }
        let mut add = |values: &[String], results: &[(String, AggregationResult)]| {
            let group = pieces.entry(values.to_vec()).or_default();
            for bucket in results.iter().flat_map(|(_, result)| histogram(result)) {
                if let BucketKey::Instant(start) = bucket.key {
                    *group.entry(start).or_default() += bucket.count;
                }
            }
        };
        if question.by.is_empty() {
            add(&[], &reply.aggregations);
            return Ok(());
        }
        let (depth, bound) = (question.by.len(), question.bound);
        let missing = walk(
            depth,
            reply.aggregations,
            &mut Vec::new(),
            bound,
            &mut |values, bucket| {
                add(values, &bucket.within);
            },
        );
        match missing {
            None => Ok(()),
            Some(gap) => Err(AnswerError::Incomplete {
                found: Vec::new(),
                gap,
            }),
        }
    }
}

fn histogram(result: &AggregationResult) -> &[Bucket] {
    match result {
        AggregationResult::Histogram { buckets } => buckets,
        _ => &[],
    }
}

fn too_many(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(
        error.downcast_ref(),
        Some(StoreError::TooManyBuckets { .. })
    )
}

/// The longest piece of time that both are multiples of; the other when one is nothing.
fn common_measure(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

const _: () = assert!(PIECES as usize <= MAX_BUCKETS);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_fit_into_windows_and_steps() {
        assert_eq!(common_measure(60_000, 300_000), 60_000);
        assert_eq!(common_measure(60_000, 90_000), 30_000);
        assert_eq!(common_measure(60_000, 0), 60_000);
        assert_eq!(common_measure(7, 60_000), 1);
    }
}
