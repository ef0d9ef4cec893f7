//! `admin/tsdb/*`: removes samples and makes snapshots, for those who have switched it on.

use axum::extract::State;
use swarmscope_model::metrics::{MetricError, MetricStore};

use super::PrometheusState;
use super::errors::{ErrorKind, PrometheusError};
use super::parameters::{Form, boolean};
use super::reply::{Notes, Reply, nothing, success};

/// `POST|PUT /api/v1/admin/tsdb/delete_series`
pub async fn delete_series(State(state): State<PrometheusState>, form: Form) -> Reply {
    check_enabled(&state)?;
    if form.all("match[]").is_empty() {
        return Err(PrometheusError::bad_data("no match[] parameter provided"));
    }
    let span = form.span()?;
    let lists = form
        .selectors()
        .map_err(|error| PrometheusError::invalid_parameter("match[]", error))?;
    blocking(&state, move |store| {
        store.delete_series(span.start, span.end, &lists)
    })
    .await?;
    Ok(nothing())
}

/// `POST|PUT /api/v1/admin/tsdb/clean_tombstones`
pub async fn clean_tombstones(State(state): State<PrometheusState>) -> Reply {
    check_enabled(&state)?;
    blocking(&state, |store| store.clean_tombstones()).await?;
    Ok(nothing())
}

/// `POST|PUT /api/v1/admin/tsdb/snapshot`
pub async fn snapshot(State(state): State<PrometheusState>, form: Form) -> Reply {
    check_enabled(&state)?;
    let skip_head = match form.get("skip_head") {
        "" => false,
        text => boolean(text).map_err(|reason| {
            let reason = format!("unable to parse boolean: {reason}");
            PrometheusError::invalid_parameter("skip_head", reason)
        })?,
    };
    let name = blocking(&state, move |store| store.snapshot(skip_head)).await?;
    Ok(success(&Notes::default(), |json| {
        json.raw("{\"name\":");
        json.string(&name);
        json.raw("}");
    }))
}

fn check_enabled(state: &PrometheusState) -> Result<(), PrometheusError> {
    if state.admin {
        return Ok(());
    }
    Err(PrometheusError::new(
        ErrorKind::Unavailable,
        "admin APIs disabled",
    ))
}

async fn blocking<T, F>(state: &PrometheusState, work: F) -> Result<T, PrometheusError>
where
    T: Send + 'static,
    F: FnOnce(&dyn MetricStore) -> Result<T, MetricError> + Send + 'static,
{
    let store = state.store.clone();
    let done = tokio::task::spawn_blocking(move || work(&*store)).await;
    let done = done.map_err(|error| PrometheusError::internal(error.to_string()))?;
    Ok(done?)
}
