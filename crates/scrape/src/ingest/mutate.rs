//! From the labels on a page to those in the store: the target's labels join, conflicts are settled, metric
//! relabelling and limits apply.

use swarmscope_model::metrics::Labels;
use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_prometheus_config::relabel::apply;
use swarmscope_prometheus_config::{ScrapeConfig, ScrapeLimits};

use super::error::ScrapeError;

/// Before the name of a scraped label that the target has, too.
const EXPORTED: &str = "exported_";

/// The labels for the store; `None` when relabelling drops the series.
pub(super) fn mutate(
    scraped: &Labels,
    target: &Labels,
    config: &ScrapeConfig,
) -> Result<Option<Labels>, ScrapeError> {
    let mut labels = scraped.to_builder();
    let mut conflicts = Vec::new();
    for (name, value) in target {
        match scraped.get(name) {
            Some(_) if config.honor_labels => continue,
            Some(own) => conflicts.push((name, own)),
            None => {}
        }
        labels.set(name, value);
    }
    // Shorter names first, so that `exported_x` on the page does not take the place that `x` needs.
    conflicts.sort_by_key(|(name, _)| name.len());
    for (name, value) in conflicts {
        let mut renamed = format!("{EXPORTED}{name}");
        while labels.get(&renamed).is_some() {
            renamed.insert_str(0, EXPORTED);
        }
        labels.set(renamed, value);
    }
    if !apply(&mut labels, &config.metric_relabel_configs) {
        return Ok(None);
    }
    let labels = labels.build();
    if labels.is_empty() {
        return Ok(None);
    }
    check(&labels, config)?;
    Ok(Some(labels))
}

fn check(labels: &Labels, config: &ScrapeConfig) -> Result<(), ScrapeError> {
    let Some(metric) = labels.metric_name() else {
        return Err(ScrapeError::NoName(labels.clone()));
    };
    let names = config.metric_name_validation_scheme;
    let valid = names.is_metric_name(metric)
        && labels
            .iter()
            .all(|(name, _)| name == METRIC_NAME || names.is_label_name(name));
    if !valid {
        return Err(ScrapeError::InvalidName(labels.clone()));
    }
    limits(labels, metric, &config.limits)
}

fn limits(labels: &Labels, metric: &str, limits: &ScrapeLimits) -> Result<(), ScrapeError> {
    let over = |length: usize, limit: u64| limit > 0 && length as u64 > limit;
    let metric = || metric.to_owned();
    if limits.label_limit > 0 && over(labels.len(), limits.label_limit) {
        return Err(ScrapeError::LabelLimit {
            metric: metric(),
            labels: labels.len(),
            limit: limits.label_limit,
        });
    }
    for (name, value) in labels {
        if over(name.len(), limits.label_name_length_limit) {
            return Err(ScrapeError::LabelNameLimit {
                metric: metric(),
                name: name.to_owned(),
                limit: limits.label_name_length_limit,
            });
        }
        if over(value.len(), limits.label_value_length_limit) {
            return Err(ScrapeError::LabelValueLimit {
                metric: metric(),
                name: name.to_owned(),
                length: value.len(),
                limit: limits.label_value_length_limit,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use swarmscope_prometheus_config::Configuration;

    use super::*;

    fn job(text: &str) -> ScrapeConfig {
        let text = format!("scrape_configs:\n- job_name: j\n{text}");
        let configuration = Configuration::parse(&text, &|_| None).expect("a configuration");
        configuration.scrape_configs[0].clone()
    }

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        Labels::from_pairs(pairs.iter().copied())
    }

    #[test]
    fn labels_of_the_target_win_unless_scraped_ones_are_honored() {
        let scraped = labels(&[
            ("__name__", "m"),
            ("job", "theirs"),
            ("exported_job", "older"),
        ]);
        let target = labels(&[("instance", "i"), ("job", "ours")]);
        let kept = |config: &str| mutate(&scraped, &target, &job(config)).expect("labels");
        assert_eq!(
            kept(""),
            Some(labels(&[
                ("__name__", "m"),
                ("exported_exported_job", "theirs"),
                ("exported_job", "older"),
                ("instance", "i"),
                ("job", "ours"),
            ]))
        );
        assert_eq!(
            kept("  honor_labels: true\n"),
            Some(labels(&[
                ("__name__", "m"),
                ("exported_job", "older"),
                ("instance", "i"),
                ("job", "theirs"),
            ]))
        );
        let drops =
            "  metric_relabel_configs: [{source_labels: [__name__], regex: m, action: drop}]\n";
        assert_eq!(kept(drops), None);
    }

    #[test]
    fn limits_and_names_fail_the_scrape() {
        let fails = |config: &str, pairs: &[(&str, &str)]| {
            mutate(&labels(pairs), &Labels::empty(), &job(config))
                .expect_err("over a limit")
                .to_string()
        };
        let m = ("__name__", "m");
        assert!(fails("  label_limit: 1\n", &[m, ("a", "1")]).starts_with("label_limit exceeded"));
        assert!(
            fails("  label_name_length_limit: 8\n", &[m, ("longer_one", "1")])
                .contains("label name: longer_one, length: 10, limit: 8")
        );
        assert!(
            fails("  label_value_length_limit: 2\n", &[m, ("a", "123")])
                .starts_with("label_value_length_limit exceeded")
        );
        assert!(
            fails(
                "  metric_name_validation_scheme: legacy\n",
                &[("__name__", "m.x")]
            )
            .starts_with("invalid metric name")
        );
        let nameless = "  metric_relabel_configs: [{action: labeldrop, regex: __name__}]\n";
        assert!(fails(nameless, &[m, ("a", "1")]).starts_with("missing metric name"));
    }
}
