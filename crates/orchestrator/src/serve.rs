//! The orchestrator at work on a socket, from its first event to its last.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use swarmscope_model::event::event_type;
use tokio::net::TcpListener;

use crate::dispatch::Orchestrator;
use crate::sweep;

/// How long requests under way may take to finish once the end is asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Serves `router` (that of [`crate::router`], with whatever guard its caller put before it) and
/// sweeps, until `shutdown` comes true; then lets requests under way finish.
///
/// # Errors
/// When the listener has no address or the server fails.
pub async fn serve(
    orchestrator: Orchestrator,
    router: Router,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let logger = orchestrator.logger().clone();
    logger
        .info(
            event_type::SYSTEM_STARTUP,
            format!("the orchestrator listens on {address}"),
        )
        .field("address", address.to_string())
        .field("version", env!("CARGO_PKG_VERSION"))
        .emit();
    let sweeper = tokio::spawn(sweep::run(orchestrator.clone()));
    let hearing = tokio::spawn(hear(orchestrator.clone()));
    let closing = orchestrator.closing().clone();
    let server = axum::serve(listener, router).with_graceful_shutdown({
        let closing = closing.clone();
        async move {
            shutdown.await;
            closing.cancel();
        }
    });
    let overdue = async {
        closing.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let outcome = tokio::select! {
        outcome = server.into_future() => outcome,
        () = overdue => Ok(()),
    };
    closing.cancel();
    // Both end with the token; a panic in one has been logged where it happened.
    let _ = (sweeper.await, hearing.await);
    logger
        .info(event_type::SYSTEM_SHUTDOWN, "the orchestrator stops")
        .emit();
    let writer = logger.clone();
    let _ =
        tokio::task::spawn_blocking(move || writer.flush(swarmscope_sdk::Logger::FLUSH_TIMEOUT))
            .await;
    outcome
}

/// Wakes those who wait here for what other processes announce, until the orchestrator closes.
async fn hear(orchestrator: Orchestrator) {
    loop {
        tokio::select! {
            () = orchestrator.closing().cancelled() => return,
            announced = orchestrator.store().announced() => {
                for news in announced {
                    orchestrator.bell().ring_here(news);
                }
            }
        }
    }
}
