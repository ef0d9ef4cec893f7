//! A connection of its own for one kind of batch, whose statements are planned once and walk indexes
//! whatever the statistics say: a plan made while the queue was empty would read all of a long one, and
//! planning anew costs more than the statement. What somebody holds they wait for only briefly.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{STATE_PING_TIMEOUT, STATE_STATEMENT_TIMEOUT};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::connect::Clock;
use super::failure::is_in_the_way;
use crate::broken::Broken;
use crate::together::{Outcome, Outcomes, Together, in_order};

/// Plans that do not depend on how many rows there were when they were made, and no compilation, which
/// takes longer than any statement of a batch.
const PLANS: &str = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
     SET enable_bitmapscan = off; SET enable_sort = off; SET enable_hashjoin = off; \
     SET enable_mergejoin = off; SET jit = off";

/// Everybody's batches wait for each one, and programs of others lock rows in this database too, for as long as
/// they like. Our own changes hold theirs for some milliseconds.
const PATIENCE: &str = "SET lock_timeout = '100ms'";

/// What is done for a batch, in statements of its own or in one transaction.
#[async_trait]
pub trait BatchWork: Send + Sync + 'static {
    type Request: Send + Sync;
    type Output: Send;

    /// Notes what has become of requests. Those without an outcome are done alone, also after a failure.
    async fn work(
        connection: &mut PgConnection,
        now: Timestamp,
        requests: &[Self::Request],
        outcomes: &mut Outcomes<Self::Output>,
    ) -> Result<(), Broken>;
}

/// The connection, made when it is first needed and again after a failure.
pub struct BatchConnection<W> {
    options: Arc<PgConnectOptions>,
    idle: Mutex<Option<PgConnection>>,
    clock: Clock,
    work: PhantomData<W>,
}

#[async_trait]
impl<W: BatchWork> Together for BatchConnection<W> {
    type Request = W::Request;
    type Output = W::Output;

    async fn run(&self, requests: &[W::Request]) -> Vec<Outcome<W::Output>> {
        let mut outcomes = Outcomes::new();
        if let Some(mut connection) = self.lend().await {
            let now = (self.clock)();
            let work = W::work(&mut connection, now, requests, &mut outcomes);
            let worked = timeout(STATE_STATEMENT_TIMEOUT, work).await;
            self.take_back(connection, worked);
        }
        in_order(requests.len(), outcomes)
    }
}

impl<W> BatchConnection<W> {
    pub fn new(options: &Arc<PgConnectOptions>, clock: &Clock) -> Self {
        Self {
            options: Arc::clone(options),
            idle: Mutex::default(),
            clock: Arc::clone(clock),
            work: PhantomData,
        }
    }

    /// Lends the connection; `None` when there is none to be had.
    async fn lend(&self) -> Option<PgConnection> {
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

    /// Takes the connection back. A failure of the work ends it, unless somebody was only in the way, and is
    /// nobody's news: who has no outcome then tries alone and meets the failure there.
    fn take_back(&self, connection: PgConnection, worked: Result<Result<(), Broken>, Elapsed>) {
        match worked {
            Ok(Ok(())) => *self.idle() = Some(connection),
            Ok(Err(Broken::Database(error))) if is_in_the_way(&error) => {
                tracing::debug!("a batch is done one by one: {error}");
                *self.idle() = Some(connection);
            }
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
            connection.execute(PATIENCE).await?;
            Ok(connection)
        };
        timeout(STATE_PING_TIMEOUT / 2, connect)
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    }
}
