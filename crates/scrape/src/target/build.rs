//! From what discovery found to targets: the job's defaults, relabelling, and the checks after it.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use swarmscope_model::metrics::duration::{self, InvalidDuration};
use swarmscope_model::metrics::{Labels, LabelsBuilder};
use swarmscope_prometheus_config::relabel::apply;
use swarmscope_prometheus_config::{ScrapeConfig, TargetGroup};
use url::Url;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Status, Target};

pub(crate) const ADDRESS: &str = "__address__";
const SCHEME: &str = "__scheme__";
const PATH: &str = "__metrics_path__";
const INTERVAL: &str = "__scrape_interval__";
const TIMEOUT: &str = "__scrape_timeout__";
const PARAMETER: &str = "__param_";
const META: &str = "__meta_";
const RESERVED: &str = "__";
const JOB: &str = "job";
const INSTANCE: &str = "instance";

/// What became of something that was discovered.
#[derive(Debug)]
pub enum Outcome {
    Active(Box<Target>),
    /// Relabelling dropped it; the labels it was discovered with.
    Dropped(Labels),
}

/// Something discovered that cannot be scraped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    #[error("no address")]
    NoAddress,
    #[error("{0:?} is not a valid hostname")]
    Address(String),
    #[error("{scheme}://{address}{path} is no URL: {source}")]
    Url {
        scheme: String,
        address: String,
        path: String,
        #[source]
        source: url::ParseError,
    },
    #[error("unsupported scheme {0:?}: it has to be http or https")]
    Scheme(String),
    #[error("error parsing {what}: {source}")]
    Duration {
        what: &'static str,
        #[source]
        source: InvalidDuration,
    },
    #[error("{0} cannot be 0")]
    Zero(&'static str),
    #[error("scrape timeout cannot be greater than scrape interval ({timeout:?} > {interval:?})")]
    Timeout { timeout: String, interval: String },
}

/// The target of one address of a group.
///
/// # Errors
/// When what relabelling left cannot be scraped.
pub fn build(
    address: &str,
    group: &TargetGroup,
    config: &ScrapeConfig,
) -> Result<Outcome, InvalidTarget> {
    let mut labels = LabelsBuilder::default();
    for (name, value) in &group.labels {
        labels.set(name.as_str(), value.as_str());
    }
    labels.set(ADDRESS, address);
    defaults(&mut labels, config);
    let discovered = labels.build();
    if !apply(&mut labels, &config.relabel_configs) {
        return Ok(Outcome::Dropped(discovered));
    }
    let address = labels
        .get(ADDRESS)
        .ok_or(InvalidTarget::NoAddress)?
        .to_owned();
    if address.contains('/') {
        return Err(InvalidTarget::Address(address));
    }
    let (interval, timeout) = times(&labels)?;
    let url = url(&labels, &address, config)?;
    if labels.get(INSTANCE).is_none() {
        labels.set(INSTANCE, address);
    }
    let kept = labels.build();
    let hash = xxh3_64_with_seed(url.as_str().as_bytes(), identity(&kept));
    let public = kept.iter().filter(|(name, _)| !name.starts_with(RESERVED));
    Ok(Outcome::Active(Box::new(Target {
        discovered: Mutex::new(discovered),
        labels: Labels::from_pairs(public),
        url,
        interval,
        timeout,
        hash,
        status: Mutex::new(Status::default()),
    })))
}

/// What tells targets apart besides their address: every label that discovery did not only hint with.
fn identity(labels: &Labels) -> u64 {
    labels
        .iter()
        .filter(|(name, _)| !name.starts_with(META))
        .flat_map(|(name, value)| [name, value])
        .fold(0, |seed, text| xxh3_64_with_seed(text.as_bytes(), seed))
}

fn defaults(labels: &mut LabelsBuilder, config: &ScrapeConfig) {
    let own = [
        (JOB, config.job_name.clone()),
        (INTERVAL, duration::format(config.scrape_interval)),
        (TIMEOUT, duration::format(config.scrape_timeout)),
        (PATH, config.metrics_path.clone()),
        (SCHEME, config.scheme.as_str().to_owned()),
    ];
    for (name, value) in own {
        if labels.get(name).is_none() {
            labels.set(name, value);
        }
    }
    for (name, values) in &config.params {
        let label = format!("{PARAMETER}{name}");
        if let (Some(first), None) = (values.first(), labels.get(&label)) {
            labels.set(label, first.as_str());
        }
    }
}

fn times(labels: &LabelsBuilder) -> Result<(Duration, Duration), InvalidTarget> {
    let read = |label: &str, what: &'static str| {
        let text = labels.get(label).unwrap_or_default();
        let value =
            duration::parse(text).map_err(|source| InvalidTarget::Duration { what, source })?;
        if value.is_zero() {
            return Err(InvalidTarget::Zero(what));
        }
        Ok(value)
    };
    let interval = read(INTERVAL, "scrape interval")?;
    let timeout = read(TIMEOUT, "scrape timeout")?;
    if timeout > interval {
        return Err(InvalidTarget::Timeout {
            timeout: duration::format(timeout),
            interval: duration::format(interval),
        });
    }
    Ok((interval, timeout))
}

fn url(labels: &LabelsBuilder, address: &str, config: &ScrapeConfig) -> Result<Url, InvalidTarget> {
    let scheme = labels.get(SCHEME).unwrap_or_default();
    if !matches!(scheme, "http" | "https") {
        return Err(InvalidTarget::Scheme(scheme.to_owned()));
    }
    let path = labels.get(PATH).unwrap_or_default();
    let mut url =
        Url::parse(&format!("{scheme}://{address}/")).map_err(|source| InvalidTarget::Url {
            scheme: scheme.to_owned(),
            address: address.to_owned(),
            path: path.to_owned(),
            source,
        })?;
    url.set_path(path);
    let mut parameters: BTreeMap<&str, Vec<&str>> = config
        .params
        .iter()
        .map(|(name, values)| (name.as_str(), values.iter().map(String::as_str).collect()))
        .collect();
    for (label, value) in labels.iter() {
        if let Some(name) = label.strip_prefix(PARAMETER) {
            let values = parameters.entry(name).or_default();
            match values.first_mut() {
                Some(first) => *first = value,
                None => values.push(value),
            }
        }
    }
    if !parameters.is_empty() {
        let mut query = url.query_pairs_mut();
        for (name, values) in parameters {
            for value in values {
                query.append_pair(name, value);
            }
        }
    }
    Ok(url)
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

    fn group(labels: &[(&str, &str)]) -> TargetGroup {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        TargetGroup {
            targets: Vec::new(),
            labels: labels.iter().map(pair).collect(),
        }
    }

    fn active(outcome: Result<Outcome, InvalidTarget>) -> Target {
        match outcome {
            Ok(Outcome::Active(target)) => *target,
            other => panic!("no target: {other:?}"),
        }
    }

    #[test]
    fn defaults_become_labels_and_labels_become_the_target() {
        let config = job("  params: {module: [a, b], n: ['1']}\n  metrics_path: /probe\n");
        let group = group(&[("zone", "eu"), ("__meta_x", "y"), ("__param_module", "own")]);
        let target = active(build("host:9", &group, &config));
        assert_eq!(
            target.url.as_str(),
            "http://host:9/probe?module=own&module=b&n=1"
        );
        assert_eq!(
            target.labels,
            Labels::from_pairs([("instance", "host:9"), ("job", "j"), ("zone", "eu")])
        );
        assert_eq!(target.discovered().get("__scrape_interval__"), Some("1m"));
        assert_eq!(target.discovered().get("__meta_x"), Some("y"));
        assert_eq!(target.timeout, Duration::from_secs(10));
    }

    #[test]
    fn relabelling_decides_where_and_whether() {
        let config = job("  relabel_configs:
  - {source_labels: [__meta_port], regex: '(.+)', target_label: __address__, replacement: 'h:$1'}
  - {target_label: __scheme__, replacement: https}
  - {target_label: __scrape_interval__, replacement: 20s}
  - {source_labels: [__meta_port], regex: '0', action: drop}
");
        let target = active(build("x", &group(&[("__meta_port", "7")]), &config));
        assert_eq!(target.url.as_str(), "https://h:7/metrics");
        assert_eq!(target.interval, Duration::from_secs(20));
        assert_eq!(target.labels.get("instance"), Some("h:7"));
        let dropped = build("x", &group(&[("__meta_port", "0")]), &config);
        assert!(
            matches!(dropped, Ok(Outcome::Dropped(labels)) if labels.get("__meta_port") == Some("0"))
        );
    }

    #[test]
    fn what_cannot_be_scraped_says_why() {
        let with = |label: &str, value: &str| {
            let config = job(&format!(
                "  relabel_configs: [{{target_label: {label}, replacement: '{value}'}}]\n"
            ));
            build("x:1", &group(&[]), &config)
                .expect_err("an invalid target")
                .to_string()
        };
        assert_eq!(with("__address__", ""), "no address");
        assert!(with("__address__", "a/b").contains("not a valid hostname"));
        assert!(with("__scheme__", "ftp").contains("unsupported scheme"));
        assert!(with("__scrape_interval__", "x").contains("error parsing scrape interval"));
        assert!(with("__scrape_timeout__", "0").contains("cannot be 0"));
        assert!(with("__scrape_timeout__", "5m").contains("(\"5m\" > \"1m\")"));
    }

    #[test]
    fn targets_keep_their_place_in_the_interval() {
        let target = active(build("x:1", &group(&[]), &job("")));
        let interval = target.interval;
        let due = |now: Duration| (now + target.offset(now)).as_nanos() % interval.as_nanos();
        let first = due(Duration::from_millis(1_700_000_000_123));
        for milliseconds in [0, 1, 59_999, 60_000, 1_700_000_777_777] {
            let now = Duration::from_millis(milliseconds);
            assert_eq!(due(now), first);
            assert!(target.offset(now) < interval);
        }
    }
}
