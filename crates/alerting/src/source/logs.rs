//! Counts of log events, asked of the log store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::limits::MAX_RULE_ANSWERS;
use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};
use swarmscope_model::{TimeRange, Timestamp};
use swarmscope_query::store::{LogStore, SearchReply, SearchRequest};

use super::buckets::{Counted, counted, terms};
use super::waiting::Waiting;
use crate::question::{Answer, AnswerError, Bound, Gap, LogQuestion};

/// Of what a question is about, in errors.
pub(super) const SOURCE: &str = "logs";

/// Answers from a log store.
pub(super) struct LogAnswers {
    logs: Arc<dyn LogStore>,
    waiting: Waiting,
}

impl LogAnswers {
    pub fn new(logs: Arc<dyn LogStore>, waiting: Waiting) -> Self {
        Self { logs, waiting }
    }

    /// The counts of the window that ends at a time, which are alerts.
    pub fn instant(
        &self,
        question: &LogQuestion,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Vec<Answer>, AnswerError> {
        let counts = self.counts(question, question.window, at, cancellation)?;
        let (mut groups, mut missing) = (counts.groups, counts.missing);
        if let Bound::Below(_) = question.bound {
            if !question.by.is_empty() {
                let expected = self.counts(question, question.among, at, cancellation)?;
                missing = missing.or(expected.missing);
                let known = expected.groups.into_keys();
                groups = known
                    .map(|key| (groups.remove(&key).unwrap_or(0), key))
                    .map(|(n, key)| (key, n))
                    .collect();
            }
            // Of an incomplete count nobody can say that it is low.
            if let Some(gap) = missing {
                return Err(AnswerError::Incomplete {
                    found: Vec::new(),
                    gap,
                });
            }
        }
        let found = answers(question, groups.into_iter());
        match missing {
            None => Ok(found),
            Some(gap) => Err(AnswerError::Incomplete { found, gap }),
        }
    }

    /// How many events there are of each group in a window that ends at a time.
    fn counts(
        &self,
        question: &LogQuestion,
        window: Duration,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Counted, AnswerError> {
        let mut request = request(question, at)?;
        request.time = TimeRange {
            from: Some(at - milliseconds(window)),
            to: Some(at),
        };
        request.aggregations = terms(&question.by, MAX_RULE_ANSWERS, Vec::new());
        let time = request.time;
        let reply = self.search(request, cancellation)?;
        let damage = self.damage(&reply, question, time, cancellation)?;
        let total = reply.total.map_or(0, |total| total.count);
        let mut counts = counted(&question.by, total, reply.aggregations, question.bound);
        counts.missing = damage.or(counts.missing);
        Ok(counts)
    }

    /// Asks the store.
    pub fn search(
        &self,
        request: SearchRequest,
        cancellation: &Cancellation,
    ) -> Result<SearchReply, AnswerError> {
        let search = self.logs.search(request);
        self.waiting.on(SOURCE, search, cancellation)
    }

    /// What cannot be read of the time in question.
    pub fn damage(
        &self,
        reply: &SearchReply,
        question: &LogQuestion,
        time: TimeRange,
        cancellation: &Cancellation,
    ) -> Result<Option<Gap>, AnswerError> {
        if reply.left_out.is_empty() {
            return Ok(None);
        }
        let expression = question.indices();
        let indices = self.logs.indices(&expression);
        let indices = self.waiting.on(SOURCE, indices, cancellation)?;
        let spans: BTreeMap<&str, Option<(i64, i64)>> = indices
            .iter()
            .map(|index| (index.name.as_str(), index.time))
            .collect();
        // Damage to last week's index says nothing about the last minutes.
        let is_within = |index: &str| match spans.get(index) {
            Some(Some((first, last))) => time.overlaps(*first, *last),
            _ => true,
        };
        let damaged = reply.left_out.iter().find(|part| is_within(&part.index));
        Ok(damaged.map(|part| Gap::Damaged {
            index: part.index.clone(),
            reason: part.reason.clone(),
        }))
    }
}

/// The search of a question at a time, without a range and aggregations.
pub(super) fn request(question: &LogQuestion, at: i64) -> Result<SearchRequest, AnswerError> {
    let query = question
        .query_at(at)
        .map_err(|error| AnswerError::Failed(Box::new(error)))?;
    Ok(SearchRequest::new(question.indices(), query))
}

/// Those of the counts that are alerts.
pub(super) fn answers(
    question: &LogQuestion,
    counts: impl Iterator<Item = (Vec<String>, u64)>,
) -> Vec<Answer> {
    let alerts = counts.filter(|(_, count)| question.bound.is_met(*count));
    alerts
        .map(|(values, count)| {
            let names = question.by.iter().map(|(_, label)| label.clone());
            Answer {
                labels: Labels::from_pairs(names.zip(values)),
                value: SampleValue::Float(count as f64),
            }
        })
        .collect()
}

/// A length of time in the unit of timestamps.
pub(super) fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

/// A point in time as the value of a label.
pub(super) fn shown(instant: i64) -> String {
    Timestamp::from_millisecond(instant).to_string()
}
