//! What is pending or firing, whatever its rule looks at.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_alerting::Rules;
use swarmscope_alerting::rule::Alert;
use swarmscope_model::Timestamp;
use swarmscope_model::metrics::{Labels, float};

use crate::native::NativeState;

#[derive(Serialize)]
pub struct ActiveBody {
    alerts: Vec<AlertBody>,
}

#[derive(Serialize)]
pub struct AlertBody {
    pub rule: String,
    pub group: String,
    pub file: String,
    pub state: &'static str,
    pub labels: BTreeMap<String, String>,
    pub annotations: BTreeMap<String, String>,
    /// As text, because JSON has no infinity.
    pub value: String,
    pub active_at: Timestamp,
    pub fired_at: Option<Timestamp>,
    /// Fires though its question has no answer any more.
    pub is_ending: bool,
    /// Nobody is told of it: a silence or another alert says so.
    pub is_muted: bool,
    /// A page that shows what it is about.
    pub link: String,
}

/// `GET /api/v1/alerts`
pub async fn list(State(state): State<NativeState>) -> Json<ActiveBody> {
    Json(ActiveBody {
        alerts: bodies(&state.alerts),
    })
}

/// Every alert that is pending or firing: firing ones first, each kind with the newest first.
pub(super) fn bodies(rules: &Rules) -> Vec<AlertBody> {
    let alerts = rules.alerts();
    let labels: Vec<BTreeMap<String, String>> = alerts
        .iter()
        .map(|each| as_map(&each.alert.labels))
        .collect();
    let muted = rules.muted(&labels);
    let parts = alerts.into_iter().zip(labels).zip(muted);
    let mut bodies: Vec<AlertBody> = parts
        .map(|((view, labels), is_muted)| {
            let link = rules.link(&view);
            let Alert {
                state,
                annotations,
                value,
                active_at,
                fired_at,
                keep_firing_since,
                ..
            } = view.alert;
            AlertBody {
                rule: view.rule,
                group: view.group.name,
                file: view.group.file,
                state: state.as_str(),
                labels,
                annotations: as_map(&annotations),
                value: float::plain(value),
                active_at: Timestamp::from_millisecond(active_at),
                fired_at: fired_at.map(Timestamp::from_millisecond),
                is_ending: keep_firing_since.is_some(),
                is_muted,
                link,
            }
        })
        .collect();
    bodies.sort_by_key(|body| (body.state != "firing", std::cmp::Reverse(body.active_at)));
    bodies
}

pub(super) fn as_map(labels: &Labels) -> BTreeMap<String, String> {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
