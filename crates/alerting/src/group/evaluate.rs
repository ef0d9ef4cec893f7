//! One evaluation of a group: rule by rule, each of which sees what the ones before it wrote.

use std::time::Instant;

use swarmscope_model::Timestamp;

use super::write::write;
use super::{Group, milliseconds};
use crate::definition::{RuleDefinition, RuleKind};
use crate::environment::{Environment, Evaluation};
use crate::rule::{AlertTiming, Expansion, Health, RuleError, Written, found_alerts, recorded};

impl Group {
    /// Evaluates every rule at a time, in milliseconds since the epoch.
    pub fn evaluate(&self, at: i64, environment: &Environment) {
        let (began, clock) = (Timestamp::now().as_millisecond(), Instant::now());
        for position in 0..self.definition.rules.len() {
            if self.cancellation.is_cancelled() {
                return;
            }
            self.evaluate_rule(position, at, environment);
        }
        self.mark_orphans(at, environment);
        let mut state = self.state();
        state.evaluations += 1;
        state.scheduled += 1;
        state.last_evaluation = Some(began);
        state.evaluation_time = clock.elapsed();
    }

    fn evaluate_rule(&self, position: usize, at: i64, environment: &Environment) {
        let (began, clock) = (Timestamp::now().as_millisecond(), Instant::now());
        let rule = &self.definition.rules[position];
        let outcome = self
            .written(position, rule, at, environment)
            .and_then(|written| self.append(position, written, at, environment));
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
    ) -> Result<Vec<Written>, RuleError> {
        let seen_at = at - milliseconds(self.query_offset);
        let answers = environment
            .evaluate
            .instant(&rule.question, seen_at, &self.cancellation)?;
        let limit = self.definition.limit;
        let RuleKind::Alerting {
            hold,
            keep_firing,
            annotations,
        } = &rule.kind
        else {
            return recorded(&rule.name, &rule.labels, answers, limit);
        };
        let expansion = Expansion {
            evaluate: environment.evaluate.as_ref(),
            cancellation: &self.cancellation,
            syntax: environment.syntax.promql,
            external_labels: &environment.external_labels,
            external_url: &environment.external_url,
            at,
        };
        let found = found_alerts(&rule.name, &rule.labels, annotations, answers, &expansion)?;
        let timing = AlertTiming {
            hold: milliseconds(*hold),
            keep_firing: milliseconds(*keep_firing),
            limit,
        };
        let mut state = self.state();
        let is_restored = state.is_restored;
        let alerts = &mut state.rules[position].alerts;
        let changes = alerts.update(found, at, timing)?;
        let series = if is_restored {
            alerts.series()
        } else {
            Vec::new()
        };
        let resend_delay = milliseconds(environment.timing.resend_delay);
        let due = alerts.take_due(at, resend_delay, milliseconds(self.interval));
        let current = alerts.current().cloned().collect();
        drop(state);
        environment.report.evaluated(Evaluation {
            group: &self.key,
            rule: &rule.name,
            question: rule.question.text(),
            at,
            is_settled: is_restored,
            current,
            due,
            changes,
        });
        Ok(series)
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
