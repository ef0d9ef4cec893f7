//! Alerts: rules of every source, what fires, what became of it, silences, receivers, and rules tried on the past.

mod active;
mod body;
mod failure;
mod history;
mod receivers;
mod rules;
mod silences;
mod trial;

use axum::Router;
use axum::routing::{delete, get, post};

use super::NativeState;

/// The routes of everything about alerts.
pub fn routes() -> Router<NativeState> {
    Router::new()
        .route("/api/v1/alerts", get(active::list))
        .route("/api/v1/alerts/history", get(history::history))
        .route("/api/v1/alerts/receivers", get(receivers::list))
        .route("/api/v1/alerts/rules", get(rules::list).post(rules::save))
        .route("/api/v1/alerts/rules/{name}", delete(rules::remove))
        .route(
            "/api/v1/alerts/silences",
            get(silences::list).post(silences::add),
        )
        .route("/api/v1/alerts/silences/{id}/end", post(silences::end))
        .route("/api/v1/alerts/try", post(trial::run))
}
