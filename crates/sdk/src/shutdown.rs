//! When a process is asked to end. Never ends it: whoever holds the token finishes its work.

use std::io::Read;

use tokio_util::sync::CancellationToken;

/// A token that is cancelled by SIGTERM, by an interrupt (Ctrl-C), and, with `with_parent`, when
/// stdin ends: a parent that holds the other end of a pipe takes its children along however it
/// dies. Call within a tokio runtime.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn on_request(with_parent: bool) -> std::io::Result<CancellationToken> {
    let token = CancellationToken::new();
    watch_signals(token.clone())?;
    if with_parent {
        let token = token.clone();
        // A thread of its own, because a blocked read would hold up the runtime's end.
        std::thread::Builder::new()
            .name("stdin-watch".to_owned())
            .spawn(move || {
                let mut sink = [0_u8; 1024];
                while std::io::stdin()
                    .lock()
                    .read(&mut sink)
                    .is_ok_and(|read| read > 0)
                {}
                token.cancel();
            })?;
    }
    Ok(token)
}

#[cfg(unix)]
fn watch_signals(token: CancellationToken) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
    });
    Ok(())
}

#[cfg(not(unix))]
fn watch_signals(token: CancellationToken) -> std::io::Result<()> {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            token.cancel();
        }
    });
    Ok(())
}
