//! When to stop.

use tokio::io::{AsyncReadExt, stdin};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Returns when SIGINT or SIGTERM arrives.
pub async fn requested() {
    let listen = |kind: SignalKind| match signal(kind) {
        Ok(signal) => Some(signal),
        Err(error) => {
            tracing::warn!("cannot listen for signals, stop it with SIGKILL: {error}");
            None
        }
    };
    let mut interrupt = listen(SignalKind::interrupt());
    let mut terminate = listen(SignalKind::terminate());
    tokio::select! {
        () = received(&mut interrupt) => {}
        () = received(&mut terminate) => {}
    }
}

/// Returns when standard input ends: the parent that held it is gone.
pub async fn parent_gone() {
    let mut input = stdin();
    let mut buffer = [0_u8; 64];
    while let Ok(1..) = input.read(&mut buffer).await {}
}

async fn received(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}
