//! After a restart: since when alerts were waiting, from the series `ALERTS_FOR_STATE`.

use std::collections::HashMap;

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Labels, Matcher, MetricError, Selection, SeriesSamples, is_stale};

use super::state::RuleState;
use super::{Group, milliseconds};
use crate::definition::{RuleDefinition, RuleKind};
use crate::environment::{Environment, Timing};
use crate::rule::{ALERT_NAME, ALERTS_FOR_STATE};

/// The last word on an alert before the restart.
#[derive(Debug, Clone, Copy, PartialEq)]
struct LastWord {
    /// Milliseconds since the epoch.
    at: i64,
    active_at: i64,
}

impl Group {
    /// Whether a rule has still to look at what was there before the restart, and has had answers enough for
    /// that: the first time, series may not have been scraped yet.
    pub fn wants_restoring(&self) -> bool {
        let state = self.state();
        let rules = self.definition.rules.iter().zip(&state.rules);
        rules
            .into_iter()
            .any(|(rule, known)| rule.kind != RuleKind::Recording && known.wants_restoring())
    }

    /// Gives the alerts that are there back the time that they had waited. After it, `ALERTS` is written.
    pub fn restore(&self, now: i64, environment: &Environment) {
        for (position, rule) in self.definition.rules.iter().enumerate() {
            let RuleKind::Alerting { hold, .. } = &rule.kind else {
                continue;
            };
            if !self.state().rules[position].wants_restoring() {
                continue;
            }
            // One that waits for less simply waits again.
            if *hold >= environment.timing.grace_period {
                match last_words(rule, now, environment) {
                    Ok(words) => {
                        self.give_back(position, &words, milliseconds(*hold), now, environment);
                    }
                    Err(error) => {
                        let rule = &rule.name;
                        tracing::error!(rule, %error, "since when alerts wait cannot be restored");
                    }
                }
            }
            self.state().rules[position].is_restored = true;
        }
    }

    fn give_back(
        &self,
        position: usize,
        words: &HashMap<Labels, LastWord>,
        hold: i64,
        now: i64,
        environment: &Environment,
    ) {
        for alert in self.state().rules[position].alerts.iter_mut() {
            if let Some(word) = words.get(&alert.labels) {
                alert.active_at = restored(*word, hold, now, &environment.timing);
            }
        }
    }
}

impl RuleState {
    fn wants_restoring(&self) -> bool {
        !self.is_restored && self.answers >= 2
    }
}

/// Since when an alert counts as active: the outage is added, and a while is left for a look at it.
fn restored(word: LastWord, hold: i64, now: i64, timing: &Timing) -> i64 {
    let grace = milliseconds(timing.grace_period);
    let remaining = hold - (word.at - word.active_at);
    if remaining <= 0 {
        // It was firing, and does so again at the next evaluation.
        word.active_at
    } else if remaining < grace {
        now + grace - hold
    } else {
        word.active_at + (now - word.at)
    }
}

/// The last value of each series of the rule within the tolerated outage, by the alert's labels.
fn last_words(
    rule: &RuleDefinition,
    now: i64,
    environment: &Environment,
) -> Result<HashMap<Labels, LastWord>, MetricError> {
    let mut matchers = vec![
        Matcher::equal(METRIC_NAME, ALERTS_FOR_STATE),
        Matcher::equal(ALERT_NAME, rule.name.as_str()),
    ];
    // What a template makes of a label differs from alert to alert.
    let plain = rule
        .labels
        .iter()
        .filter(|(_, text)| !text.source.contains("{{"));
    matchers.extend(plain.map(|(name, text)| Matcher::equal(name.as_str(), text.source.as_str())));
    let start = now - milliseconds(environment.timing.outage_tolerance);
    let mut words = HashMap::new();
    let mut samples = SeriesSamples::default();
    for series in environment
        .store
        .select(&Selection::new(start, now, matchers))?
    {
        series.read(&mut samples)?;
        let last = samples.times.last().zip(samples.floats.last());
        if let Some((at, seconds)) = last
            && !is_stale(*seconds)
        {
            let word = LastWord {
                at: *at,
                active_at: (*seconds as i64).saturating_mul(1000),
            };
            words.insert(series.labels().without(&[METRIC_NAME]), word);
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// Minutes until it fires, of an alert that waits an hour and was down from minute 100 to 110.
    fn wait(active_minute: i64) -> i64 {
        let word = LastWord {
            at: 100 * MINUTE,
            active_at: active_minute * MINUTE,
        };
        let (hold, now) = (60 * MINUTE, 110 * MINUTE);
        (restored(word, hold, now, &Timing::default()) + hold - now) / MINUTE
    }

    #[test]
    fn an_outage_is_not_held_against_an_alert() {
        // 30 of 60 minutes had passed: 30 remain, as if the outage had not been.
        assert_eq!(wait(70), 30);
        // 55 had passed: the grace of 10 is longer than the 5 that remain.
        assert_eq!(wait(45), 10);
        // It was firing.
        assert!(wait(40) <= 0);
    }
}
