//! One evaluation of a group: rule by rule, each of which sees what the ones before it wrote.

use std::time::Instant;

use swarmscope_model::Timestamp;

use super::write::write;
use super::{Group, milliseconds};
use crate::definition::{RuleDefinition, RuleKind};
use crate::environment::{Environment, Evaluation};
use crate::question::{Answer, AnswerError};
use crate::rule::{
    Alert, AlertTiming, Expansion, Health, RuleError, Transition, Written, found_alerts, recorded,
};

/// What an evaluation of a rule gives: series to write, and why it is not the whole truth.
type Outcome = (Vec<Written>, Option<RuleError>);

impl Group {
    /// Evaluates every rule at a time, in milliseconds since the epoch.
    pub fn evaluate(&self, at: i64, environment: &Environment) {
        let (began, clock) = (Timestamp::now().as_millisecond(), Instant::now());
        self.state().first_evaluation.get_or_insert(at);
        for position in 0..self.definition.rules.len() {
            if self.cancellation.is_cancelled() {
                return;
            }
            self.evaluate_rule(position, at, environment);
        }
        self.mark_orphans(at, environment);
        let mut state = self.state();
        state.scheduled += 1;
        state.last_evaluation = Some(began);
        state.evaluation_time = clock.elapsed();
    }

    fn evaluate_rule(&self, position: usize, at: i64, environment: &Environment) {
        let (began, clock) = (Timestamp::now().as_millisecond(), Instant::now());
        let rule = &self.definition.rules[position];
        let outcome = self.written(position, rule, at, environment);
        let outcome = outcome.and_then(|(written, doubt)| {
            self.append(position, written, at, environment)?;
            doubt.map_or(Ok(()), Err)
        });
        let mut state = self.state();
        let status = &mut state.rules[position].status;
        status.last_evaluation = Some(began);
        status.evaluation_time = clock.elapsed();
        match outcome {
            Ok(()) => {
                status.health = Health::Good;
                status.last_error = None;
            }
            // A group that is being stopped says nothing of its rules.
            Err(_) if self.cancellation.is_cancelled() => {}
            Err(error) => {
                let (group, rule) = (&self.key.name, &rule.name);
                tracing::warn!(group, rule, %error, "a rule cannot be evaluated");
                status.health = Health::Bad;
                status.last_error = Some(error.to_string());
            }
        }
    }

    /// Asks the rule's question, takes the answers in and tells of alerts; gives the series to write.
    fn written(
        &self,
        position: usize,
        rule: &RuleDefinition,
        at: i64,
        environment: &Environment,
    ) -> Result<Outcome, RuleError> {
        let seen_at = at - milliseconds(self.query_offset);
        let question = &rule.question;
        let answers = environment
            .evaluate
            .instant(question, seen_at, &self.cancellation);
        if rule.kind == RuleKind::Recording {
            let series = recorded(&rule.name, &rule.labels, answers?, self.definition.limit)?;
            return Ok((series, None));
        }
        let (answers, doubt) = match answers {
            Ok(answers) => (answers, None),
            Err(AnswerError::Incomplete { found, gap }) => {
                let found_none = Vec::new();
                let doubt = AnswerError::Incomplete {
                    found: found_none,
                    gap,
                };
                (found, Some(doubt.into()))
            }
            Err(error) => {
                self.remind(position, rule, at, environment);
                return Err(error.into());
            }
        };
        let series = self.taken_in(position, rule, answers, doubt.is_none(), at, environment)?;
        Ok((series, doubt))
    }

    /// Makes alerts of answers, and tells of them.
    fn taken_in(
        &self,
        position: usize,
        rule: &RuleDefinition,
        answers: Vec<Answer>,
        is_complete: bool,
        at: i64,
        environment: &Environment,
    ) -> Result<Vec<Written>, RuleError> {
        let RuleKind::Alerting {
            hold,
            keep_firing,
            annotations,
        } = &rule.kind
        else {
            return Ok(Vec::new());
        };
        let expansion = Expansion {
            evaluate: environment.evaluate.as_ref(),
            cancellation: &self.cancellation,
            syntax: environment.syntax.promql,
            external_labels: &environment.external_labels,
            external_url: &environment.addresses.prometheus,
            at,
        };
        let found = found_alerts(&rule.name, &rule.labels, annotations, answers, &expansion)?;
        let timing = AlertTiming {
            hold: milliseconds(*hold),
            keep_firing: milliseconds(*keep_firing),
            limit: self.definition.limit,
            is_complete,
        };
        let mut state = self.state();
        let known = &mut state.rules[position];
        known.answers += 1;
        let changes = known.alerts.update(found, at, timing)?;
        let series = if known.is_restored {
            known.alerts.series()
        } else {
            Vec::new()
        };
        drop(state);
        self.tell(position, rule, changes, is_complete, at, environment);
        Ok(series)
    }

    /// Nobody knows how things stand: alerts stay as they are, and whoever forgets them by himself hears of
    /// them again.
    fn remind(&self, position: usize, rule: &RuleDefinition, at: i64, environment: &Environment) {
        if !self.cancellation.is_cancelled() {
            self.tell(position, rule, Vec::new(), false, at, environment);
        }
    }

    fn tell(
        &self,
        position: usize,
        rule: &RuleDefinition,
        changes: Vec<Transition>,
        is_known: bool,
        at: i64,
        environment: &Environment,
    ) {
        let timing = &environment.timing;
        let mut state = self.state();
        // After a restart series may come late: what is missing then has not ended.
        let first = state.first_evaluation.unwrap_or(at);
        let has_settled = !self.restores || at - first >= milliseconds(timing.settle_after);
        let known = &mut state.rules[position];
        let is_settled = is_known && known.is_restored && has_settled;
        let resend_delay = milliseconds(timing.resend_delay);
        let due = known
            .alerts
            .take_due(at, resend_delay, milliseconds(self.interval));
        let current: Vec<Alert> = known.alerts.current().cloned().collect();
        drop(state);
        environment.report.evaluated(Evaluation {
            group: &self.key,
            rule: &rule.name,
            question: &rule.question,
            at,
            is_settled,
            current,
            due,
            changes,
        });
    }

    /// Writes series, and marks those of the last evaluation that are gone.
    fn append(
        &self,
        position: usize,
        written: Vec<Written>,
        at: i64,
        environment: &Environment,
    ) -> Result<(), RuleError> {
        let timestamp = at - milliseconds(self.query_offset);
        let last = std::mem::take(&mut self.state().rules[position].last_series);
        let (series, outcome) = write(environment.store.as_ref(), written, last, timestamp);
        self.state().rules[position].last_series = series;
        outcome
    }
}
