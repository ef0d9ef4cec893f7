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
    let environment = state.environment;
    // To its end, also when whoever asked for it hangs up: rules would stay stopped.
    let reloaded = tokio::spawn(async move { environment.reload().await }).await;
    let reason = match reloaded {
        Ok(Ok(())) => return StatusCode::OK.into_response(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it has panicked; see the log".to_owned(),
    };
    let text = format!("failed to reload config: {reason}\n");
    (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
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
