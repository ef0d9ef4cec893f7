//! A connection of its own for one kind of batch, whose statements are planned once and walk indexes
//! whatever the statistics say: a plan made while the queue was empty would read all of a long one, and
//! planning anew costs more than the statement. What somebody holds they wait for only briefly.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{STATE_BATCH_PAUSE, STATE_PING_TIMEOUT, STATE_STATEMENT_TIMEOUT};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

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

/// What there is between two batches.
#[derive(Default)]
enum Idle {
    #[default]
    Nothing,
    Connection(Box<PgConnection>),
    /// None was to be had, and until then none is asked for.
    Pause(Instant),
}

/// The connection, made when it is first needed and again after a failure.
pub struct BatchConnection<W> {
    options: Arc<PgConnectOptions>,
    idle: Mutex<Idle>,
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

    /// Lends the connection; `None` when there is none to be had, at once when that is known already.
    async fn lend(&self) -> Option<Box<PgConnection>> {
        let idle = std::mem::take(&mut *self.idle());
        match idle {
            Idle::Connection(connection) => return Some(connection),
            Idle::Pause(until) if Instant::now() < until => {
                *self.idle() = idle;
                return None;
            }
            Idle::Pause(_) | Idle::Nothing => {}
        }
        match self.connect().await {
            Ok(connection) => Some(Box::new(connection)),
            Err(error) => {
                tracing::debug!("no connection for a batch: {error}");
                *self.idle() = Idle::Pause(Instant::now() + STATE_BATCH_PAUSE);
                None
            }
        }
    }

    /// Takes the connection back. A failure of the work ends it, unless somebody was only in the way, and is
    /// nobody's news: who has no outcome then tries alone and meets the failure there.
    fn take_back(
        &self,
        connection: Box<PgConnection>,
        worked: Result<Result<(), Broken>, Elapsed>,
    ) {
        match worked {
            Ok(Ok(())) => *self.idle() = Idle::Connection(connection),
            Ok(Err(Broken::Database(error))) if is_in_the_way(&error) => {
                tracing::debug!("a batch is done one by one: {error}");
                *self.idle() = Idle::Connection(connection);
            }
            Ok(Err(Broken::Database(error))) => tracing::debug!("a batch failed: {error}"),
            Ok(Err(Broken::Refused(error))) => tracing::debug!("a batch failed: {error}"),
            Err(_) => tracing::debug!("a batch took too long"),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;
    use swarmscope_model::limits::STATE_GROUP_COMMIT;
    use tokio::net::TcpListener;

    use super::super::address;
    use super::*;
    use crate::together::Batches;

    struct Nothing;

    #[async_trait]
    impl BatchWork for Nothing {
        type Request = usize;
        type Output = ();

        async fn work(
            _: &mut PgConnection,
            _: Timestamp,
            _: &[usize],
            _: &mut Outcomes<()>,
        ) -> Result<(), Broken> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn without_a_connection_all_that_wait_go_alone_after_one_try() {
        const BATCHES: usize = 20;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        tokio::spawn(async move {
            while let Ok((turned_away, _)) = listener.accept().await {
                drop(turned_away);
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        let options = address::parse(&format!("postgres://u:p@127.0.0.1:{port}/d"));
        let options = Arc::new(options.expect("an address"));
        let clock: Clock = Arc::new(Timestamp::now);
        let batches = Batches::start(BatchConnection::<Nothing>::new(&options, &clock));
        let requests = 0..BATCHES * STATE_GROUP_COMMIT;
        let outcomes = join_all(requests.map(|request| batches.ask(request))).await;
        assert!(
            outcomes
                .iter()
                .all(|outcome| matches!(outcome, Outcome::Alone))
        );
        // One, unless this machine stood still for a second.
        let tries = tries.load(Ordering::SeqCst);
        assert!((1..BATCHES / 2).contains(&tries), "{tries} tries");
    }
}
