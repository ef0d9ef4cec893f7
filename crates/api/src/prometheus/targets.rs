//! `targets`, `scrape_pools`, `targets/metadata` and `metadata`: what is scraped, how that goes, and what it
//! says of itself.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::{Labels, Matcher, MetricMetadata, duration};
use swarmscope_promql::parser::parse_selector;
use swarmscope_scrape::{PoolView, TargetView};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::parameters::Form;
use super::reply::{Reply, success_body};

/// Labels as an object.
type LabelsBody<'a> = BTreeMap<&'a str, &'a str>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PoolsBody<'a> {
    scrape_pools: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TargetsBody<'a> {
    active_targets: Vec<ActiveBody<'a>>,
    dropped_targets: Vec<DroppedBody<'a>>,
    dropped_target_counts: Option<BTreeMap<&'a str, usize>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ActiveBody<'a> {
    discovered_labels: LabelsBody<'a>,
    labels: LabelsBody<'a>,
    scrape_pool: &'a str,
    scrape_url: &'a str,
    global_url: String,
    last_error: &'a str,
    last_scrape: Timestamp,
    /// Seconds.
    last_scrape_duration: f64,
    health: &'static str,
    scrape_interval: String,
    scrape_timeout: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DroppedBody<'a> {
    discovered_labels: LabelsBody<'a>,
    scrape_pool: &'a str,
}

/// `GET /api/v1/scrape_pools`
pub async fn pools(State(state): State<PrometheusState>) -> Reply {
    let pools = state.environment.pools();
    success_body(&PoolsBody {
        scrape_pools: pools.iter().map(|pool| pool.name.as_str()).collect(),
    })
}

/// `GET /api/v1/targets`
pub async fn targets(State(state): State<PrometheusState>, form: Form) -> Reply {
    let which = form.get("state").to_ascii_lowercase();
    let shows = |what: &str| matches!(which.as_str(), "" | "any") || which == what;
    let wanted = form.get("scrapePool");
    let pools = state.environment.pools();
    let shown = || {
        pools
            .iter()
            .filter(|pool| wanted.is_empty() || pool.name == wanted)
    };
    let mut body = TargetsBody {
        active_targets: Vec::new(),
        dropped_targets: Vec::new(),
        dropped_target_counts: None,
    };
    if shows("active") {
        let active = shown().flat_map(|pool| pool.active.iter().map(move |target| (pool, target)));
        body.active_targets = active
            .map(|(pool, target)| ActiveBody::new(pool, target, &state))
            .collect();
    }
    if shows("dropped") {
        let dropped =
            shown().flat_map(|pool| pool.dropped.iter().map(move |labels| (pool, labels)));
        body.dropped_targets = dropped
            .map(|(pool, labels)| DroppedBody {
                discovered_labels: labels.iter().collect(),
                scrape_pool: &pool.name,
            })
            .collect();
        let counts = pools
            .iter()
            .map(|pool| (pool.name.as_str(), pool.dropped_count));
        body.dropped_target_counts = Some(counts.collect());
    }
    success_body(&body)
}

impl<'a> ActiveBody<'a> {
    fn new(pool: &'a PoolView, target: &'a TargetView, state: &PrometheusState) -> Self {
        let status = &target.status;
        let (url, port) = state.environment.external_url();
        Self {
            discovered_labels: target.discovered_labels.iter().collect(),
            labels: target.labels.iter().collect(),
            scrape_pool: &pool.name,
            scrape_url: target.scrape_url.as_str(),
            global_url: target.global_url(&url, port).into(),
            last_error: &status.last_error,
            last_scrape: Timestamp::from_millisecond(status.last_scrape.unwrap_or(i64::MIN)),
            last_scrape_duration: status.last_duration.as_secs_f64(),
            health: status.health.as_str(),
            scrape_interval: duration::format(target.interval),
            scrape_timeout: duration::format(target.timeout),
        }
    }
}

#[derive(Serialize)]
struct TargetMetadataBody<'a> {
    target: LabelsBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<String>,
    #[serde(flatten)]
    metadata: MetadataBody,
}

#[derive(Serialize)]
struct MetadataBody {
    #[serde(rename = "type")]
    kind: &'static str,
    help: String,
    unit: String,
}

impl From<MetricMetadata> for MetadataBody {
    fn from(metadata: MetricMetadata) -> Self {
        Self {
            kind: metadata.kind.as_str(),
            help: metadata.help,
            unit: metadata.unit,
        }
    }
}

/// `GET /api/v1/targets/metadata`
pub async fn metadata_of_targets(State(state): State<PrometheusState>, form: Form) -> Reply {
    let limit = count(&form, "limit")?;
    let matchers = match form.get("match_target") {
        "" => Vec::new(),
        text => parse_selector(text)
            .map_err(|error| PrometheusError::invalid_parameter("match_target", error))?,
    };
    let metric = form.get("metric");
    let pools = state.environment.pools();
    let targets = pools.iter().flat_map(|pool| &pool.active);
    let mut found = Vec::new();
    for target in targets.filter(|target| is_matched(&target.labels, &matchers)) {
        if limit.is_some_and(|limit| found.len() >= limit) {
            break;
        }
        for family in target.metadata() {
            if !metric.is_empty() && family.family != metric {
                continue;
            }
            found.push(TargetMetadataBody {
                target: target.labels.iter().collect(),
                metric: metric.is_empty().then_some(family.family),
                metadata: family.metadata.into(),
            });
        }
    }
    success_body(&found)
}

/// `GET /api/v1/metadata`
pub async fn metadata(State(state): State<PrometheusState>, form: Form) -> Reply {
    let limit = count(&form, "limit")?;
    let each = count(&form, "limit_per_metric")?.filter(|each| *each > 0);
    let metric = form.get("metric");
    let pools = state.environment.pools();
    let mut known: BTreeMap<String, BTreeSet<MetricMetadata>> = BTreeMap::new();
    for target in pools.iter().flat_map(|pool| &pool.active) {
        for family in target.metadata() {
            if !metric.is_empty() && family.family != metric {
                continue;
            }
            let of_metric = known.entry(family.family).or_default();
            if each.is_none_or(|each| of_metric.len() < each) {
                of_metric.insert(family.metadata);
            }
        }
    }
    let body: BTreeMap<String, Vec<MetadataBody>> = known
        .into_iter()
        .take(limit.unwrap_or(usize::MAX))
        .map(|(name, all)| (name, all.into_iter().map(MetadataBody::from).collect()))
        .collect();
    success_body(&body)
}

fn is_matched(labels: &Labels, matchers: &[Matcher]) -> bool {
    let value = |matcher: &Matcher| labels.get(&matcher.name).unwrap_or("").to_owned();
    matchers
        .iter()
        .all(|matcher| matcher.matches(&value(matcher)))
}

/// A number; negative ones limit nothing.
fn count(form: &Form, name: &str) -> Result<Option<usize>, PrometheusError> {
    match form.get(name) {
        "" => Ok(None),
        text => match text.parse::<i64>() {
            Ok(number) => Ok(usize::try_from(number).ok()),
            Err(_) => Err(PrometheusError::bad_data(format!(
                "{name} must be a number"
            ))),
        },
    }
}
