//! `/-/healthy`, `/-/ready`, `/-/reload`, and the way from Prometheus's pages to ours.
//!
//! Whoever passes the guard of the port may reload: it only reads again what is on the machine already.

use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::PrometheusState;

/// The web UI's page of metrics.
const PAGE: &str = "/metrics";

/// `GET /-/healthy`
pub async fn healthy() -> &'static str {
    "Prometheus Server is Healthy.\n"
}

/// `GET /-/ready`: the port opens when everything is ready.
pub async fn ready() -> &'static str {
    "Prometheus Server is Ready.\n"
}

/// `POST|PUT /-/reload`
pub async fn reload(State(state): State<PrometheusState>) -> Response {
    match state.environment.reload().await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("failed to reload config: {error}\n"),
        )
            .into_response(),
    }
}

/// `GET /`, `GET /graph`: the web UI, on the host that the client knows.
pub async fn page(State(state): State<PrometheusState>, headers: HeaderMap) -> Redirect {
    let authority = headers
        .get(HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("127.0.0.1");
    let host = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    Redirect::temporary(&format!("http://{host}:{}{PAGE}", state.ui_port))
}
