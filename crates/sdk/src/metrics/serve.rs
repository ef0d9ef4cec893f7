//! The metrics page over HTTP, for agents that have no server of their own.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::render;

async fn page() -> impl IntoResponse {
    (
        [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        render(),
    )
}

/// `GET /metrics`, to merge into a server of one's own.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/metrics", get(page))
}

/// Serves `GET /metrics` in the background; tells the address, which matters for port 0.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve_metrics(address: SocketAddr) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    let server = tokio::spawn(async move {
        // Ends only with the process: accept errors are waited out by the server itself.
        let _ = axum::serve(listener, router::<()>()).await;
    });
    Ok((bound, server))
}
