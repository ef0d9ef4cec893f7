//! What scrapes, rules and remote writes count, for `/metrics` and the native API.

use swarmscope_alerting::group::{GroupView, RuleKindView};
use swarmscope_alerting::rule::{AlertState, Health};
use swarmscope_api::native::{MetricFigures, Monitor, Sample, SampleKind};
use swarmscope_remote::ReceiverSnapshot;
use swarmscope_scrape::PoolView;
use swarmscope_scrape::target::Health as TargetHealth;

use super::watch::Watch;

/// Rules and alerts, counted.
#[derive(Debug, Default)]
struct RuleCounts {
    rules: u64,
    failing: u64,
    pending: u64,
    firing: u64,
    evaluations: u64,
    missed: u64,
}

impl Monitor for Watch {
    fn figures(&self) -> MetricFigures {
        let stats = self.metrics.stats();
        let pools = self.scrapes.pools();
        let rules = count_rules(&self.rules.groups());
        MetricFigures {
            series: stats.series,
            samples: stats.samples,
            blocks: stats.blocks,
            bytes: stats.block_bytes + stats.wal_bytes,
            targets_up: targets(&pools, TargetHealth::Up),
            targets_down: targets(&pools, TargetHealth::Down),
            rules: rules.rules,
            rules_failing: rules.failing,
            alerts_pending: rules.pending,
            alerts_firing: rules.firing,
        }
    }
}

/// Name, help and value.
type Figure = (&'static str, &'static str, u64);

impl Watch {
    /// What is counted, for `/metrics`.
    pub fn samples(&self) -> Vec<Sample> {
        let rules = count_rules(&self.rules.groups());
        let sample = |kind, (name, help, value): Figure| Sample {
            name,
            help,
            kind,
            value: value as f64,
        };
        let counters = self
            .scrape_counters()
            .into_iter()
            .chain(self.remote_counters())
            .chain(rule_counters(&rules))
            .map(|figure| sample(SampleKind::Counter, figure));
        let gauges = self.target_gauges().into_iter().chain(rule_gauges(&rules));
        counters
            .chain(gauges.map(|figure| sample(SampleKind::Gauge, figure)))
            .collect()
    }

    fn scrape_counters(&self) -> [Figure; 4] {
        let scrapes = self.scrapes.statistics();
        [
            (
                "swarmscope_scrapes_total",
                "Scrapes that were tried.",
                scrapes.scrapes,
            ),
            (
                "swarmscope_scrapes_failed_total",
                "Scrapes that failed.",
                scrapes.failed_scrapes,
            ),
            (
                "swarmscope_scrape_samples_total",
                "Samples of scrapes that were stored.",
                scrapes.samples,
            ),
            (
                "swarmscope_scrape_samples_over_budget_total",
                "Samples of scrapes that a budget of series kept out.",
                scrapes.over_budget_samples,
            ),
        ]
    }

    fn remote_counters(&self) -> [Figure; 3] {
        let receivers = self.remote.receivers();
        let of_all = |of: fn(&ReceiverSnapshot) -> u64| -> u64 {
            let each = receivers.iter().map(|receiver| of(&receiver.statistics));
            each.sum()
        };
        [
            (
                "swarmscope_remote_write_samples_total",
                "Samples that receivers of remote write took.",
                of_all(|receiver| receiver.sent),
            ),
            (
                "swarmscope_remote_write_samples_failed_total",
                "Samples that receivers refused for good.",
                of_all(|receiver| receiver.failed),
            ),
            (
                "swarmscope_remote_write_samples_lost_total",
                "Samples that could not be kept for receivers.",
                self.remote.lost(),
            ),
        ]
    }

    fn target_gauges(&self) -> [Figure; 2] {
        let pools = self.scrapes.pools();
        [
            (
                "swarmscope_targets_up",
                "Targets that answer.",
                targets(&pools, TargetHealth::Up),
            ),
            (
                "swarmscope_targets_down",
                "Targets that do not.",
                targets(&pools, TargetHealth::Down),
            ),
        ]
    }
}

fn rule_counters(rules: &RuleCounts) -> [Figure; 2] {
    [
        (
            "swarmscope_rule_evaluations_total",
            "Evaluations of rule groups that were due.",
            rules.evaluations,
        ),
        (
            "swarmscope_rule_evaluations_missed_total",
            "Evaluations that did not take place in time.",
            rules.missed,
        ),
    ]
}

fn rule_gauges(rules: &RuleCounts) -> [Figure; 4] {
    [
        ("swarmscope_rules", "Rules in force.", rules.rules),
        (
            "swarmscope_rules_failing",
            "Rules whose last evaluation failed.",
            rules.failing,
        ),
        (
            "swarmscope_alerts_pending",
            "Alerts that wait to fire.",
            rules.pending,
        ),
        (
            "swarmscope_alerts_firing",
            "Alerts that fire.",
            rules.firing,
        ),
    ]
}

fn targets(pools: &[PoolView], health: TargetHealth) -> u64 {
    let targets = pools.iter().flat_map(|pool| &pool.active);
    targets
        .filter(|target| target.status.health == health)
        .count() as u64
}

fn count_rules(groups: &[GroupView]) -> RuleCounts {
    let mut counts = RuleCounts::default();
    for group in groups {
        counts.evaluations += group.scheduled;
        counts.missed += group.missed;
        for rule in &group.rules {
            counts.rules += 1;
            counts.failing += u64::from(rule.status.health == Health::Bad);
            if let RuleKindView::Alerting { alerts, .. } = &rule.kind {
                for alert in alerts {
                    match alert.state {
                        AlertState::Pending => counts.pending += 1,
                        AlertState::Firing => counts.firing += 1,
                        AlertState::Inactive => {}
                    }
                }
            }
        }
    }
    counts
}
