//! A rule tried on the past: when it would have fired, had it been there.
//!
//! Asks as an evaluation asks and goes through the same states; tells nobody, and writes nothing.

use std::time::Duration;

use swarmscope_model::limits::{MAX_TRIAL_ALERTS, MAX_TRIAL_STEPS, TRIAL_STEP};
use swarmscope_model::metrics::{Cancellation, Labels, duration};

use crate::definition::{RuleDefinition, RuleKind};
use crate::environment::Environment;
use crate::question::{Answer, AnswerError, Question, Steps};
use crate::rule::{
    ActiveAlerts, Alert, AlertState, AlertTiming, Expansion, RuleError, Transition, found_alerts,
};

/// What a rule would have done.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The times at which it was evaluated.
    pub steps: Steps,
    /// What would have fired, by its beginning.
    pub fired: Vec<TrialAlert>,
    /// Alerts beyond the most that are listed.
    pub left_out: usize,
    /// Alerts that would have been pending or firing at the end.
    pub pending_at_end: usize,
}

/// An alert that would have fired. Times are milliseconds since the epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialAlert {
    pub labels: Labels,
    pub annotations: Labels,
    /// When it fired.
    pub value: f64,
    pub active_at: i64,
    pub fired_at: i64,
    /// `None` while it fires at the end.
    pub resolved_at: Option<i64>,
}

/// Why a rule cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    #[error("a recording rule has no alerts that could be tried")]
    Recording,
    #[error("the trial has to begin before it ends")]
    NoSpan,
    #[error(
        "over so long a time the rule would be evaluated every {}, and a window of {} would be seen in part only; try a \
         shorter time",
        duration::format(*step), duration::format(*window)
    )]
    TooCoarse { step: Duration, window: Duration },
    #[error("the trial took longer than {limit:?}; try a shorter time or a narrower rule")]
    TooLong { limit: Duration },
    #[error("the trial has panicked; see the log")]
    Panicked,
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
}

/// The times of a trial: as many as its length needs, and no more than are allowed.
///
/// # Errors
/// When the span is none, or so long that events between two times would count nowhere.
pub fn steps(question: &Question, from: i64, to: i64) -> Result<Steps, TrialError> {
    if from >= to {
        return Err(TrialError::NoSpan);
    }
    let finest = milliseconds(TRIAL_STEP);
    let most = MAX_TRIAL_STEPS as i64;
    let needed = (to - from).div_euclid(most) + 1;
    // A multiple of the finest, so that windows are sums of few pieces.
    let step = needed.div_euclid(finest) * finest
        + if needed.rem_euclid(finest) > 0 {
            finest
        } else {
            0
        };
    if let Question::Logs(logs) = question
        && milliseconds(logs.window) < step
    {
        return Err(TrialError::TooCoarse {
            step: Duration::from_millis(step.unsigned_abs()),
            window: logs.window,
        });
    }
    Ok(Steps { from, to, step })
}

/// Tries a rule. Blocks.
///
/// # Errors
/// When the rule has no alerts, nobody knows how things stood, or an evaluation fails.
pub fn run(
    rule: &RuleDefinition,
    steps: Steps,
    environment: &Environment,
    cancellation: &Cancellation,
) -> Result<Trial, TrialError> {
    let RuleKind::Alerting {
        hold,
        keep_firing,
        annotations,
    } = &rule.kind
    else {
        return Err(TrialError::Recording);
    };
    let answers = environment
        .evaluate
        .past(&rule.question, steps, cancellation)?;
    let timing = AlertTiming {
        hold: milliseconds(*hold),
        keep_firing: milliseconds(*keep_firing),
        limit: 0,
        is_complete: true,
    };
    let mut alerts = ActiveAlerts::default();
    let mut course = Course::default();
    for (at, answers) in steps.iter().zip(answers) {
        if cancellation.is_cancelled() {
            return Err(AnswerError::Cancelled.into());
        }
        let expansion = Expansion {
            evaluate: environment.evaluate.as_ref(),
            cancellation,
            syntax: environment.syntax.promql,
            external_labels: &environment.external_labels,
            external_url: &environment.addresses.prometheus,
            at,
        };
        let answers: Vec<Answer> = answers;
        let found = found_alerts(&rule.name, &rule.labels, annotations, answers, &expansion)?;
        for change in alerts.update(found, at, timing)? {
            course.note(change, at);
        }
    }
    Ok(Trial {
        steps,
        left_out: course.left_out,
        fired: course.fired,
        pending_at_end: alerts.current().count(),
    })
}

/// What has fired so far.
#[derive(Default)]
struct Course {
    fired: Vec<TrialAlert>,
    left_out: usize,
}

impl Course {
    fn note(&mut self, change: Transition, at: i64) {
        let Alert {
            state,
            labels,
            annotations,
            value,
            active_at,
            ..
        } = change.alert;
        if state == AlertState::Firing {
            if self.fired.len() >= MAX_TRIAL_ALERTS {
                self.left_out += 1;
                return;
            }
            self.fired.push(TrialAlert {
                labels,
                annotations,
                value,
                active_at,
                fired_at: at,
                resolved_at: None,
            });
        } else if change.from == AlertState::Firing {
            let mut fired = self.fired.iter_mut().rev();
            if let Some(alert) = fired.find(|alert| alert.labels == labels) {
                alert.resolved_at = Some(at);
            }
        }
    }
}

fn milliseconds(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::question::{Bound, LogQuestion};

    fn question(window: u64) -> Question {
        let window = Duration::from_secs(window);
        let logs = LogQuestion::new("", "", window, Bound::Above(0)).expect("a question");
        Question::Logs(logs.into())
    }

    #[test]
    fn steps_are_few_enough_and_no_event_is_overlooked() {
        let hour = steps(&question(60), 0, 3_600_000).expect("steps");
        assert_eq!((hour.step, hour.len()), (15_000, 241));
        let week = steps(&question(300), 0, 7 * 24 * 3_600_000).expect("steps");
        assert_eq!(week.step, 60_000);
        assert!(week.len() <= MAX_TRIAL_STEPS + 1);
        let coarse = steps(&question(30), 0, 7 * 24 * 3_600_000).expect_err("too coarse");
        assert!(coarse.to_string().contains("every 1m"), "{coarse}");
        assert!(matches!(
            steps(&question(60), 5, 5),
            Err(TrialError::NoSpan)
        ));
    }
}
