//! `query_exemplars`: the exemplars of the series that a query reads.

use axum::extract::State;
use swarmscope_model::metrics::{Exemplar, SeriesExemplars};
use swarmscope_promql::parser;

use super::PrometheusState;
use super::errors::PrometheusError;
use super::json::Json;
use super::parameters::Form;
use super::reply::{Notes, Reply, json_response, nothing, success_bytes};
use super::syntax::selectors_of;

/// `GET|POST /api/v1/query_exemplars`
pub async fn exemplars(State(state): State<PrometheusState>, form: Form) -> Reply {
    let span = form.span()?;
    if span.end < span.start {
        return Err(PrometheusError::bad_data(
            "end timestamp must not be before start timestamp",
        ));
    }
    let expr = parser::parse(form.get("query"), state.syntax)
        .map_err(|error| PrometheusError::bad_data(error.to_string()))?;
    let selectors = selectors_of(&expr);
    if selectors.is_empty() {
        return Ok(nothing());
    }
    let store = state.store.clone();
    let bytes = state
        .gate
        .run(None, move |_| {
            let found = store.exemplars(span.start, span.end, &selectors)?;
            Ok(success_bytes(&Notes::default(), |json| {
                json.list(&found, write_series);
            }))
        })
        .await?;
    Ok(json_response(bytes))
}

fn write_series(json: &mut Json, series: &SeriesExemplars) {
    json.raw("{\"seriesLabels\":");
    json.labels(&series.labels);
    json.raw(",\"exemplars\":");
    json.list(&series.exemplars, write_exemplar);
    json.raw("}");
}

fn write_exemplar(json: &mut Json, exemplar: &Exemplar) {
    json.raw("{\"labels\":");
    json.labels(&exemplar.labels);
    json.raw(",\"value\":");
    json.value(exemplar.value);
    json.raw(",\"timestamp\":");
    json.timestamp(exemplar.timestamp);
    json.raw("}");
}
