//! The correlation id that events carry without being told, along an async task and what it spawns
//! through [`spawn`]. Never invents an id.

use std::future::Future;

use tokio::task::JoinHandle;

tokio::task_local! {
    static CORRELATION_ID: String;
}

/// Runs the future with this correlation id: every event logged in it carries it.
pub async fn with_correlation_id<F: Future>(id: impl Into<String>, future: F) -> F::Output {
    CORRELATION_ID.scope(id.into(), future).await
}

/// The correlation id of the task that is running, if it has one.
pub fn correlation_id() -> Option<String> {
    CORRELATION_ID.try_with(String::clone).ok()
}

/// `tokio::spawn` that hands the correlation id on.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match correlation_id() {
        Some(id) => tokio::spawn(with_correlation_id(id, future)),
        None => tokio::spawn(future),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_id_follows_the_task_and_what_it_spawns_and_stays_out_of_others() {
        assert_eq!(correlation_id(), None);
        let inside = with_correlation_id("c1", async {
            tokio::task::yield_now().await;
            let spawned = spawn(async { correlation_id() }).await.unwrap();
            let nested = with_correlation_id("c2", async { correlation_id() }).await;
            (correlation_id(), spawned, nested)
        })
        .await;
        let id = |text: &str| Some(text.to_owned());
        assert_eq!(inside, (id("c1"), id("c1"), id("c2")));
        assert_eq!(correlation_id(), None);
    }
}
