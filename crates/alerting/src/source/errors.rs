//! What became of groups of errors, asked of whatever keeps them.

use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{
    ErrorGroup, ErrorGroupStore, GroupFilter, GroupSort, GroupState, Span,
};
use swarmscope_model::limits::{
    MAX_ERROR_TITLE_LABEL, MAX_PAGE, MAX_RULE_ANSWERS, NEW_ERROR_LATENESS,
};
use swarmscope_model::metrics::{Cancellation, Labels, SampleValue};

use super::logs::milliseconds;
use super::waiting::Waiting;
use crate::question::{Answer, AnswerError, ErrorEvent, ErrorQuestion, GROUP_LABEL, Gap, Steps};

const SOURCE: &str = "errors";

/// Answers from a store of error groups.
pub(super) struct ErrorAnswers {
    groups: Arc<dyn ErrorGroupStore>,
    waiting: Waiting,
}

impl ErrorAnswers {
    pub fn new(groups: Arc<dyn ErrorGroupStore>, waiting: Waiting) -> Self {
        Self { groups, waiting }
    }

    /// The groups of which the question is true at a time.
    pub fn instant(
        &self,
        question: ErrorQuestion,
        at: i64,
        cancellation: &Cancellation,
    ) -> Result<Vec<Answer>, AnswerError> {
        let filter = filter(question, at, at);
        let (groups, total) = self.list(&filter, MAX_RULE_ANSWERS, cancellation)?;
        let is_cut = total > groups.len() as u64;
        let found: Vec<Answer> = groups
            .iter()
            .filter_map(|group| answer(question, group, at))
            .collect();
        let learned_at = self.learned_at(question, !found.is_empty(), cancellation)?;
        if at < learned_at {
            return Ok(Vec::new());
        }
        if is_cut {
            return Err(AnswerError::Incomplete {
                found,
                gap: Gap::Groups {
                    total,
                    looked_at: MAX_RULE_ANSWERS,
                },
            });
        }
        Ok(found)
    }

    /// The same at points of the past. Groups that somebody resolved meanwhile count as they were.
    pub fn past(
        &self,
        question: ErrorQuestion,
        steps: Steps,
        cancellation: &Cancellation,
    ) -> Result<Vec<Vec<Answer>>, AnswerError> {
        let mut filter = filter(question, steps.from, steps.to);
        filter.state = None;
        let (groups, total) = self.list(&filter, MAX_RULE_ANSWERS, cancellation)?;
        if total > groups.len() as u64 {
            return Err(AnswerError::Incomplete {
                found: Vec::new(),
                gap: Gap::Groups {
                    total,
                    looked_at: MAX_RULE_ANSWERS,
                },
            });
        }
        // Only rates are counted over time; what is new or back has a time of its own.
        let intervals = groups.iter().map(|group| group.history.interval_ms);
        if let ErrorEvent::Rate { .. } = question.event
            && let Some(coarse) = intervals.max()
            && coarse > milliseconds(question.window).max(FINE)
        {
            return Err(AnswerError::TooCoarse {
                source_name: SOURCE,
                interval: Duration::from_millis(coarse.unsigned_abs()),
            });
        }
        let learned_at = self.learned_at(question, !groups.is_empty(), cancellation)?;
        let at_each = steps.iter().map(|at| {
            let groups = groups.iter().filter(|_| at >= learned_at);
            groups
                .filter_map(|group| answer(question, group, at))
                .collect()
        });
        Ok(at_each.collect())
    }

    /// From when on a group that is new is news; only looked for when there are any.
    fn learned_at(
        &self,
        question: ErrorQuestion,
        has_groups: bool,
        cancellation: &Cancellation,
    ) -> Result<i64, AnswerError> {
        if question.learn_for.is_zero() || !has_groups {
            return Ok(i64::MIN);
        }
        let mut filter = GroupFilter {
            sort: GroupSort::FirstSeen,
            limit: 1,
            ..GroupFilter::default()
        };
        let newest = self.groups.error_groups(&filter);
        let total = self.waiting.on(SOURCE, newest, cancellation)?.total;
        filter.offset = usize::try_from(total.saturating_sub(1)).unwrap_or(usize::MAX);
        let oldest = self.groups.error_groups(&filter);
        let oldest = self.waiting.on(SOURCE, oldest, cancellation)?;
        let known_since = oldest
            .groups
            .first()
            .map(|group| group.created_at.as_millisecond());
        Ok(known_since.map_or(i64::MIN, |since| since + milliseconds(question.learn_for)))
    }

    /// The groups of a filter, and how many there are in all.
    fn list(
        &self,
        filter: &GroupFilter,
        most: usize,
        cancellation: &Cancellation,
    ) -> Result<(Vec<ErrorGroup>, u64), AnswerError> {
        let mut filter = filter.clone();
        let mut groups = Vec::new();
        loop {
            filter.limit = MAX_PAGE.min(most - groups.len());
            filter.offset = groups.len();
            let page = self.groups.error_groups(&filter);
            let page = self.waiting.on(SOURCE, page, cancellation)?;
            let is_last = page.groups.len() < filter.limit;
            groups.extend(page.groups);
            if is_last || groups.len() >= most {
                return Ok((groups, page.total));
            }
        }
    }
}

/// The shortest interval of a group's history, in milliseconds.
const FINE: i64 = 5 * 60_000;

/// The groups that the question may be true of, at any time from `first` to `last`.
fn filter(question: ErrorQuestion, first: i64, last: i64) -> GroupFilter {
    let earliest = first - milliseconds(question.window);
    let from = Timestamp::from_millisecond(earliest);
    let mut filter = GroupFilter {
        state: Some(GroupState::Open),
        ..GroupFilter::default()
    };
    match question.event {
        ErrorEvent::New => {
            filter.created_after = Some(from);
            // A first look at old logs finds many groups that are no news.
            let late = earliest - milliseconds(NEW_ERROR_LATENESS);
            filter.first_seen_after = Some(Timestamp::from_millisecond(late));
        }
        ErrorEvent::Regressed => filter.regressed_after = Some(from),
        ErrorEvent::Rate { .. } => {
            filter.seen_from = Some(from);
            filter.history = Some(Span {
                from,
                to: Timestamp::from_millisecond(last + 1),
            });
        }
    }
    filter
}

/// The group as an alert, when the question is true of it at a time.
fn answer(question: ErrorQuestion, group: &ErrorGroup, at: i64) -> Option<Answer> {
    let after = at - milliseconds(question.window);
    let is_within = |time: Timestamp| (after + 1..=at).contains(&time.as_millisecond());
    let value = match question.event {
        ErrorEvent::New => is_within(group.created_at).then_some(group.count)?,
        ErrorEvent::Regressed => group
            .regressed_at
            .is_some_and(is_within)
            .then_some(group.count)?,
        ErrorEvent::Rate { above } => {
            let history = &group.history;
            let starts =
                (0..).map(|number| history.from.as_millisecond() + number * history.interval_ms);
            let parts = starts.zip(&history.counts);
            // Of the piece that the window begins in everything counts.
            let within =
                parts.filter(|(start, _)| *start > after - history.interval_ms && *start <= at);
            let count: u64 = within.map(|(_, count)| count).sum();
            (count > above).then_some(count)?
        }
    };
    let title: String = group.title.chars().take(MAX_ERROR_TITLE_LABEL).collect();
    let labels = [
        (GROUP_LABEL, group.id.as_str()),
        ("error_type", group.error_type.as_str()),
        ("title", title.as_str()),
    ];
    Some(Answer {
        labels: Labels::from_pairs(labels.into_iter().filter(|(_, value)| !value.is_empty())),
        value: SampleValue::Float(value as f64),
    })
}
