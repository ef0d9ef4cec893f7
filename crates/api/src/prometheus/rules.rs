//! `rules`, `alerts` and `alertmanagers`: what is evaluated, what it found, and who is told.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Serialize;
use sha2::{Digest, Sha256};
use swarmscope_alerting::group::{GroupView, RuleKindView, RuleView};
use swarmscope_alerting::rule::{Alert, AlertState};
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::{Labels, Matcher};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::number::exponential;
use super::parameters::{Form, boolean};
use super::reply::{Reply, success_body};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupsBody<'a> {
    groups: Vec<GroupBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupBody<'a> {
    name: &'a str,
    file: &'a str,
    rules: Vec<RuleBody<'a>>,
    /// Seconds.
    interval: f64,
    limit: usize,
    evaluation_time: f64,
    last_evaluation: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleBody<'a> {
    #[serde(flatten)]
    kind: KindBody<'a>,
    health: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<&'a str>,
    evaluation_time: f64,
    last_evaluation: Timestamp,
    #[serde(rename = "type")]
    kind_name: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum KindBody<'a> {
    #[serde(rename_all = "camelCase")]
    Alerting {
        state: &'static str,
        name: &'a str,
        query: &'a str,
        duration: f64,
        keep_firing_for: f64,
        labels: &'a BTreeMap<String, String>,
        annotations: &'a BTreeMap<String, String>,
        /// `None` when they were not asked for.
        alerts: Option<Vec<AlertBody<'a>>>,
    },
    Recording {
        name: &'a str,
        query: &'a str,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        labels: &'a BTreeMap<String, String>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertBody<'a> {
    labels: BTreeMap<&'a str, &'a str>,
    annotations: BTreeMap<&'a str, &'a str>,
    state: &'static str,
    active_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_since: Option<Timestamp>,
    value: String,
}

/// What of the rules is wanted.
struct Filter<'a> {
    names: Vec<&'a str>,
    groups: Vec<&'a str>,
    files: Vec<&'a str>,
    matchers: Vec<Vec<Matcher>>,
    alerting: bool,
    recording: bool,
    without_alerts: bool,
}

/// Which part of the groups is wanted.
struct Page<'a> {
    limit: usize,
    token: &'a str,
}

/// `GET /api/v1/rules`
pub async fn rules(State(state): State<PrometheusState>, form: Form) -> Reply {
    let filter = Filter::from(&form)?;
    let page = page(&form)?;
    let groups = state.environment.rule_groups();
    let mut body = GroupsBody {
        groups: Vec::new(),
        group_next_token: None,
    };
    let mut is_before_page = page.as_ref().is_some_and(|page| !page.token.is_empty());
    for group in &groups {
        if let Some(page) = &page
            && is_before_page
        {
            is_before_page = page.token != token(group);
        }
        if is_before_page {
            continue;
        }
        let Some(shown) = filter.apply(group) else {
            continue;
        };
        if page
            .as_ref()
            .is_some_and(|page| body.groups.len() == page.limit)
        {
            body.group_next_token = Some(token(group));
            break;
        }
        body.groups.push(shown);
    }
    if is_before_page {
        let token = form.get("group_next_token");
        let reason = format!("invalid group_next_token '{token}'. were rule groups changed?");
        return Err(PrometheusError::invalid_parameter(
            "group_next_token",
            reason,
        ));
    }
    success_body(&body)
}

impl<'a> Filter<'a> {
    fn from(form: &'a Form) -> Result<Self, PrometheusError> {
        let kind = form.get("type").to_ascii_lowercase();
        if !matches!(kind.as_str(), "" | "alert" | "record") {
            let reason = format!("not supported value {kind:?}");
            return Err(PrometheusError::invalid_parameter("type", reason));
        }
        let without_alerts = match form.get("exclude_alerts") {
            "" => false,
            text => boolean(text).map_err(|reason| {
                let reason = format!("error converting exclude_alerts: {reason}");
                PrometheusError::invalid_parameter("exclude_alerts", reason)
            })?,
        };
        Ok(Self {
            names: form.all("rule_name[]"),
            groups: form.all("rule_group[]"),
            files: form.all("file[]"),
            matchers: form.matchers()?,
            alerting: kind != "record",
            recording: kind != "alert",
            without_alerts,
        })
    }

    /// The group with what is wanted of it; `None` when that is nothing.
    fn apply(&self, group: &'a GroupView) -> Option<GroupBody<'a>> {
        let is_wanted = |list: &[&str], name: &str| list.is_empty() || list.contains(&name);
        if !is_wanted(&self.groups, &group.key.name) || !is_wanted(&self.files, &group.key.file) {
            return None;
        }
        let rules: Vec<RuleBody> = group
            .rules
            .iter()
            .filter(|rule| is_wanted(&self.names, &rule.name) && self.has_labels(rule))
            .filter(|rule| match rule.kind {
                RuleKindView::Alerting { .. } => self.alerting,
                RuleKindView::Recording => self.recording,
            })
            .map(|rule| RuleBody::new(rule, self.without_alerts))
            .collect();
        (!rules.is_empty()).then(|| GroupBody {
            name: &group.key.name,
            file: &group.key.file,
            rules,
            interval: group.interval.as_secs_f64(),
            limit: group.limit,
            evaluation_time: group.evaluation_time.as_secs_f64(),
            last_evaluation: time(group.last_evaluation),
        })
    }

    /// Templates in labels are matched as they are written.
    fn has_labels(&self, rule: &RuleView) -> bool {
        let value = |name: &str| rule.labels.get(name).map_or("", String::as_str);
        self.matchers.is_empty()
            || self.matchers.iter().any(|list| {
                list.iter()
                    .all(|matcher| matcher.matches(value(&matcher.name)))
            })
    }
}

impl<'a> RuleBody<'a> {
    fn new(rule: &'a RuleView, without_alerts: bool) -> Self {
        let (name, query) = (rule.name.as_str(), rule.question.as_str());
        let (kind_name, kind) = match &rule.kind {
            RuleKindView::Recording => {
                let labels = &rule.labels;
                let kind = KindBody::Recording {
                    name,
                    query,
                    labels,
                };
                ("recording", kind)
            }
            RuleKindView::Alerting {
                hold,
                keep_firing,
                annotations,
                state,
                alerts,
            } => {
                let kind = KindBody::Alerting {
                    state: state.map_or("unknown", AlertState::as_str),
                    name,
                    query,
                    duration: hold.as_secs_f64(),
                    keep_firing_for: keep_firing.as_secs_f64(),
                    labels: &rule.labels,
                    annotations,
                    alerts: (!without_alerts).then(|| alerts.iter().map(AlertBody::from).collect()),
                };
                ("alerting", kind)
            }
        };
        Self {
            kind,
            health: rule.status.health.as_str(),
            last_error: rule.status.last_error.as_deref(),
            evaluation_time: rule.status.evaluation_time.as_secs_f64(),
            last_evaluation: time(rule.status.last_evaluation),
            kind_name,
        }
    }
}

impl<'a> From<&'a Alert> for AlertBody<'a> {
    fn from(alert: &'a Alert) -> Self {
        fn map(labels: &Labels) -> BTreeMap<&str, &str> {
            labels.iter().collect()
        }
        Self {
            labels: map(&alert.labels),
            annotations: map(&alert.annotations),
            state: alert.state.as_str(),
            active_at: Timestamp::from_millisecond(alert.active_at),
            keep_firing_since: alert.keep_firing_since.map(Timestamp::from_millisecond),
            value: exponential(alert.value),
        }
    }
}

#[derive(Serialize)]
struct AlertsBody<'a> {
    alerts: Vec<AlertBody<'a>>,
}

/// `GET /api/v1/alerts`
pub async fn alerts(State(state): State<PrometheusState>) -> Reply {
    let groups = state.environment.rule_groups();
    let rules = groups.iter().flat_map(|group| &group.rules);
    let alerts = rules.flat_map(|rule| match &rule.kind {
        RuleKindView::Alerting { alerts, .. } => alerts.as_slice(),
        RuleKindView::Recording => &[],
    });
    success_body(&AlertsBody {
        alerts: alerts.map(AlertBody::from).collect(),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AlertmanagersBody {
    active_alertmanagers: Vec<AlertmanagerBody>,
    dropped_alertmanagers: Vec<AlertmanagerBody>,
}

#[derive(Serialize)]
struct AlertmanagerBody {
    url: String,
}

/// `GET /api/v1/alertmanagers`
pub async fn alertmanagers(State(state): State<PrometheusState>) -> Reply {
    let known = state.environment.alertmanagers();
    let list = |urls: Vec<String>| {
        urls.into_iter()
            .map(|url| AlertmanagerBody { url })
            .collect()
    };
    success_body(&AlertmanagersBody {
        active_alertmanagers: list(known.active),
        dropped_alertmanagers: list(known.dropped),
    })
}

fn page(form: &Form) -> Result<Option<Page<'_>>, PrometheusError> {
    let token = form.get("group_next_token");
    let invalid = |reason: String| PrometheusError::invalid_parameter("group_limit", reason);
    match form.get("group_limit") {
        "" if token.is_empty() => Ok(None),
        "" => Err(PrometheusError::invalid_parameter(
            "group_next_token",
            "group_limit needs to be present in order to paginate over the groups",
        )),
        text => match text.parse::<i32>().map(usize::try_from) {
            Ok(Ok(limit)) if limit > 0 => Ok(Some(Page { limit, token })),
            Ok(_) => Err(invalid("group_limit needs to be greater than 0".to_owned())),
            Err(_) => Err(invalid(format!(
                "group_limit needs to be a valid number: strconv.ParseInt: parsing {text:?}: invalid syntax"
            ))),
        },
    }
}

/// What names a group among all: the next page begins with it.
fn token(group: &GroupView) -> String {
    let key = format!("{};{}", group.key.file, group.key.name);
    Sha256::digest(key.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Never is the year 1, as in Go.
fn time(milliseconds: Option<i64>) -> Timestamp {
    Timestamp::from_millisecond(milliseconds.unwrap_or(i64::MIN))
}
