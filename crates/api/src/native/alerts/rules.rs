//! The rules of every source with how they are doing, and those that may be made and changed here.

use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use swarmscope_alerting::group::{GroupView, RuleKindView, RuleView};
use swarmscope_alerting::rule::AlertState;
use swarmscope_alerting::{WrittenRule, rule_name};
use swarmscope_model::Timestamp;

use super::body;
use crate::native::NativeState;
use crate::native::errors::ApiError;

#[derive(Serialize)]
pub struct RulesBody {
    /// Where rules are kept that are made here.
    own_file: String,
    groups: Vec<GroupBody>,
}

#[derive(Serialize)]
struct GroupBody {
    name: String,
    file: String,
    /// Whether its rules were made here; others are changed in their file.
    is_own: bool,
    interval_ms: u128,
    last_evaluation: Option<Timestamp>,
    rules: Vec<RuleBody>,
}

#[derive(Serialize)]
struct RuleBody {
    name: String,
    r#type: &'static str,
    source: &'static str,
    query: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    for_ms: u128,
    keep_firing_for_ms: u128,
    /// Of alerting rules that were evaluated.
    state: Option<&'static str>,
    pending: usize,
    firing: usize,
    health: &'static str,
    last_error: Option<String>,
    last_evaluation: Option<Timestamp>,
    evaluation_ms: u128,
    /// As it is written, of a rule that was made here.
    written: Option<WrittenRule>,
}

/// `GET /api/v1/alerts/rules`
pub async fn list(State(state): State<NativeState>) -> Result<Json<RulesBody>, ApiError> {
    let own_file = state.alerts.own_file().to_string_lossy().into_owned();
    let own = state.alerts.own_rules().await?;
    let groups = state.alerts.groups().into_iter();
    Ok(Json(RulesBody {
        groups: groups
            .map(|group| group_body(group, &own_file, &own))
            .collect(),
        own_file,
    }))
}

fn group_body(group: GroupView, own_file: &str, own: &[WrittenRule]) -> GroupBody {
    let is_own = group.key.file == own_file;
    // The file may have been changed by hand since it was loaded.
    let written = |position: usize, rule: &RuleView| {
        let same = |written: &&WrittenRule| is_own && rule_name(written) == rule.name;
        own.get(position).filter(same).cloned()
    };
    let rules = group.rules.into_iter().enumerate();
    GroupBody {
        name: group.key.name,
        file: group.key.file,
        is_own,
        interval_ms: group.interval.as_millis(),
        last_evaluation: group.last_evaluation.map(Timestamp::from_millisecond),
        rules: rules
            .map(|(position, rule)| {
                let written = written(position, &rule);
                rule_body(rule, written)
            })
            .collect(),
    }
}

fn rule_body(rule: RuleView, written: Option<WrittenRule>) -> RuleBody {
    let mut body = RuleBody {
        name: rule.name,
        r#type: "recording",
        source: rule.source,
        query: rule.question,
        labels: rule.labels,
        annotations: BTreeMap::new(),
        for_ms: 0,
        keep_firing_for_ms: 0,
        state: None,
        pending: 0,
        firing: 0,
        health: rule.status.health.as_str(),
        last_error: rule.status.last_error,
        last_evaluation: rule.status.last_evaluation.map(Timestamp::from_millisecond),
        evaluation_ms: rule.status.evaluation_time.as_millis(),
        written,
    };
    if let RuleKindView::Alerting {
        hold,
        keep_firing,
        annotations,
        state,
        alerts,
    } = rule.kind
    {
        let count = |state| alerts.iter().filter(|alert| alert.state == state).count();
        body.r#type = "alerting";
        body.annotations = annotations;
        body.for_ms = hold.as_millis();
        body.keep_firing_for_ms = keep_firing.as_millis();
        body.state = state.map(AlertState::as_str);
        body.pending = count(AlertState::Pending);
        body.firing = count(AlertState::Firing);
    }
    body
}

#[derive(Deserialize)]
struct SaveBody {
    rule: Value,
    /// The name of the rule whose place it takes.
    #[serde(default)]
    replaces: Option<String>,
}

#[derive(Serialize)]
pub struct SavedBody {
    rule: WrittenRule,
}

/// `POST /api/v1/alerts/rules`
pub async fn save(
    State(state): State<NativeState>,
    body: Bytes,
) -> Result<(StatusCode, Json<SavedBody>), ApiError> {
    let given: SaveBody = body::read(&body, r#"{"rule": {…}, "replaces"?: "name"}"#)?;
    let rule = body::rule(given.rule)?;
    let status = match given.replaces {
        Some(_) => StatusCode::OK,
        None => StatusCode::CREATED,
    };
    state.alerts.save_rule(rule.clone(), given.replaces).await?;
    Ok((status, Json(SavedBody { rule })))
}

#[derive(Serialize)]
pub struct RemovedBody {
    removed: String,
}

/// `DELETE /api/v1/alerts/rules/{name}`
pub async fn remove(
    State(state): State<NativeState>,
    Path(name): Path<String>,
) -> Result<Json<RemovedBody>, ApiError> {
    state.alerts.remove_rule(name.clone()).await?;
    Ok(Json(RemovedBody { removed: name }))
}
