//! A connection of its own for one kind of batch, whose statements are planned once and walk indexes
//! whatever the statistics say: a plan made while the queue was empty would read all of a long one, and
//! planning anew costs more than the statement.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::STATE_PING_TIMEOUT;
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::connect::Clock;
use crate::broken::Broken;

/// Plans that do not depend on how many rows there were when they were made, and no compilation, which
/// takes longer than any statement of a batch.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
     SET enable_bitmapscan = off; SET enable_sort = off; SET enable_hashjoin = off; \
     SET enable_mergejoin = off; SET jit = off";

/// The connection, made when it is first needed and again after a failure.
pub struct BatchConnection {
    options: Arc<PgConnectOptions>,
    idle: Mutex<Option<PgConnection>>,
    clock: Clock,
}

impl BatchConnection {
    pub fn new(options: Arc<PgConnectOptions>, clock: Clock) -> Self {
        Self {
            options,
            idle: Mutex::default(),
            clock,
        }
    }

    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Lends the connection; `None` when there is none to be had.
    pub async fn lend(&self) -> Option<PgConnection> {
        let idle = self.idle().take();
        match idle {
            Some(connection) => Some(connection),
            None => self.connect().await.map_or_else(
                |error| {
                    tracing::debug!("no connection for a batch: {error}");
                    None
                },
                Some,
            ),
        }
    }

    /// Takes the connection back. A failure of the work ends it and is nobody's news: who has no outcome
    /// then tries alone and meets the failure there.
    pub fn take_back(&self, connection: PgConnection, worked: Result<Result<(), Broken>, Elapsed>) {
        match worked {
            Ok(Ok(())) => *self.idle() = Some(connection),
            Ok(Err(Broken::Database(error))) => tracing::debug!("a batch failed: {error}"),
            Ok(Err(Broken::Refused(error))) => tracing::debug!("a batch failed: {error}"),
            Err(_) => tracing::debug!("a batch took too long"),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Option<PgConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self) -> sqlx::Result<PgConnection> {
        let connect = async {
            let mut connection = self.options.connect().await?;
            connection.execute(PLANS).await?;
            Ok(connection)
        };
        timeout(STATE_PING_TIMEOUT / 2, connect)
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    }
}
