//! `series`, `labels` and `label/…/values`: what there is, without its samples.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::Response;
use swarmscope_model::metrics::{Labels, Matcher, MetricError, Queryable, Selection};

use super::PrometheusState;
use super::errors::PrometheusError;
use super::gate::Permit;
use super::names::unescape;
use super::parameters::{Form, Span};
use super::reply::{Notes, Reply, json_response, success_bytes};

/// `GET|POST /api/v1/series`
pub async fn series(State(state): State<PrometheusState>, form: Form) -> Reply {
    if form.all("match[]").is_empty() {
        return Err(PrometheusError::bad_data("no match[] parameter provided"));
    }
    let limit = form.limit()?;
    let span = form.span()?;
    let lists = form
        .matchers()
        .map_err(|error| PrometheusError::invalid_parameter("match[]", error))?;
    let store = state.store.clone();
    let bytes = state
        .gate
        .run(None, move |permit| {
            let mut found = BTreeSet::new();
            for selection in selections(span, &lists, limit, permit) {
                let series = store.select(&selection)?;
                found.extend(series.iter().map(|series| series.labels().clone()));
            }
            let (found, notes) = cut(found.into_iter().collect(), limit);
            Ok(success_bytes(&notes, |json| {
                json.list(&found, |json, labels: &Labels| json.labels(labels));
            }))
        })
        .await?;
    Ok(json_response(bytes))
}

/// `GET|POST /api/v1/labels`
pub async fn names(State(state): State<PrometheusState>, form: Form) -> Reply {
    listed(&state, &form, |store, selection| {
        store.label_names(selection)
    })
    .await
}

/// `GET /api/v1/label/{name}/values`
pub async fn values(
    State(state): State<PrometheusState>,
    Path(name): Path<String>,
    form: Form,
) -> Reply {
    let name = unescape(&name);
    if name.is_empty() {
        return Err(PrometheusError::bad_data(format!(
            "invalid label name: {name:?}"
        )));
    }
    listed(&state, &form, move |store, selection| {
        store.label_values(&name, selection)
    })
    .await
}

/// The union of what the store lists for each of the request's matchers, sorted.
async fn listed<F>(
    state: &PrometheusState,
    form: &Form,
    list: F,
) -> Result<Response, PrometheusError>
where
    F: Fn(&dyn Queryable, &Selection) -> Result<Vec<String>, MetricError> + Send + 'static,
{
    let limit = form.limit()?;
    let span = form.span()?;
    let lists = match form.matchers()? {
        none if none.is_empty() => vec![Vec::new()],
        lists => lists,
    };
    let store = state.store.clone();
    let bytes = state
        .gate
        .run(None, move |permit| {
            let mut found = Vec::new();
            for selection in selections(span, &lists, limit, permit) {
                found.extend(list(&*store, &selection)?);
            }
            found.sort_unstable();
            found.dedup();
            let (found, notes) = cut(found, limit);
            Ok(success_bytes(&notes, |json| json.strings(&found)))
        })
        .await?;
    Ok(json_response(bytes))
}

/// One selection for each list, of one more than the limit, so that it is seen when there are more.
fn selections<'a>(
    span: Span,
    lists: &'a [Vec<Matcher>],
    limit: Option<usize>,
    permit: &'a Permit,
) -> impl Iterator<Item = Selection> + 'a {
    lists.iter().map(move |matchers| Selection {
        start: span.start,
        end: span.end,
        matchers: matchers.clone(),
        limit: limit.map(|limit| limit.saturating_add(1)),
        cancellation: permit.cancellation.clone(),
    })
}

fn cut<T>(mut found: Vec<T>, limit: Option<usize>) -> (Vec<T>, Notes) {
    let is_cut = limit.is_some_and(|limit| found.len() > limit);
    if let Some(limit) = limit {
        found.truncate(limit);
    }
    (found, Notes::truncated(is_cut))
}
