//! Connecting, bringing the schema up to date, and telling the database's time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{STATE_CONNECTIONS, STATE_PING_TIMEOUT};
use swarmscope_model::state::StateError;
use tokio::time::{Instant as Deadline, sleep, timeout};

use super::address;
use super::batch_connection::BatchConnection;
use super::change::Change;
use super::claim_batch::ClaimBatch;
use super::complete_batch::CompleteBatch;
use super::enqueue_batch::EnqueueBatch;
use super::failure::may_pass;
use super::instant::Instant;
use super::news::Newsroom;
use crate::broken::Broken;
use crate::together::Batches;

/// The schema's steps, from an empty database or from one that has the contract's tables.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// How long an operation waits for one of the connections, or for a new one.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Of [`STATE_CONNECTIONS`] those that only batches use, and that only hears of others' work.
const OWN_CONNECTIONS: u32 = 3 + 1;

/// Why the state database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(
        "this is no address of a PostgreSQL database; write it as \
         postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters percent-encoded"
    )]
    NoAddress,
    #[error(
        "TLS to PostgreSQL is not supported: leave sslmode out and reach the server over a private \
         network, or through a tunnel such as stunnel, ssh -L or pgbouncer on this machine"
    )]
    TlsNotSupported,
    #[error("the state database {address} cannot be reached; is PostgreSQL running there?")]
    Unreachable {
        address: String,
        #[source]
        source: sqlx::Error,
    },
    #[error(
        "the state database {address} turns us away; check user, password and database, and that \
         the server does not insist on TLS"
    )]
    TurnedAway {
        address: String,
        #[source]
        source: sqlx::Error,
    },
    #[error(
        "cannot bring the schema of the state database {address} up to date; the user has to own \
         its tables, and a database that a newer version of swarmscope wrote needs that version"
    )]
    Migrate {
        address: String,
        #[source]
        source: MigrateError,
    },
}

pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Tasks and agents in a PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub struct PostgresState {
    pool: PgPool,
    options: Arc<PgConnectOptions>,
    clock: Clock,
    claims: Batches<BatchConnection<ClaimBatch>>,
    completions: Batches<BatchConnection<CompleteBatch>>,
    submissions: Batches<BatchConnection<EnqueueBatch>>,
    newsroom: Newsroom,
}

impl std::fmt::Debug for PostgresState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PostgresState")
            .field("address", &self.address())
            .finish_non_exhaustive()
    }
}

impl PostgresState {
    /// Connects, waiting up to `patience` for a server that is not there yet, and brings the schema
    /// up to date, however long that takes. Several may do so at once.
    ///
    /// # Errors
    /// When the address is none, the server is away or turns us away, or the schema is not ours.
    pub async fn connect(url: &str, patience: Duration) -> Result<Self, ConnectError> {
        let options = address::parse(url)?;
        let mut connection = reach(&address::unhurried(&options), patience).await?;
        MIGRATIONS
            .run(&mut connection)
            .await
            .map_err(|source| ConnectError::Migrate {
                address: address::shown(&options),
                source,
            })?;
        // It has done what it was for; the server notices its end by itself too.
        let _ = connection.close().await;
        let ahead = Arc::new(AtomicI64::new(0));
        let pool = pool(&options, &ahead);
        let clock = Arc::new(move || database_time(&ahead));
        Ok(Self::over(pool, Arc::new(options), clock))
    }

    fn over(pool: PgPool, options: Arc<PgConnectOptions>, clock: Clock) -> Self {
        Self {
            claims: Batches::start(BatchConnection::new(&options, &clock)),
            completions: Batches::start(BatchConnection::new(&options, &clock)),
            submissions: Batches::start(BatchConnection::new(&options, &clock)),
            newsroom: Newsroom::start(&pool, &options),
            pool,
            options,
            clock,
        }
    }

    /// The same store with another idea of what time it is, for tests of leases and backoff.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::over(self.pool, self.options, Arc::new(clock))
    }

    /// The database's address without the password.
    pub fn address(&self) -> String {
        address::shown(&self.options)
    }

    /// Waits for what is under way and closes the connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Claims that are made with those of others.
    pub(super) fn claims(&self) -> &Batches<BatchConnection<ClaimBatch>> {
        &self.claims
    }

    /// Completions that are made with those of others.
    pub(super) fn completions(&self) -> &Batches<BatchConnection<CompleteBatch>> {
        &self.completions
    }

    /// Submissions that are made with those of others.
    pub(super) fn submissions(&self) -> &Batches<BatchConnection<EnqueueBatch>> {
        &self.submissions
    }

    /// Word to and from other processes on the database.
    pub(super) fn newsroom(&self) -> &Newsroom {
        &self.newsroom
    }

    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(super) async fn change(&self) -> Result<Change<'static>, Broken> {
        Ok(self.pool.begin().await?.into())
    }

    /// Commits what succeeded and takes back what did not, before anybody hears of it: a lock that
    /// outlived the answer would hide the task from the next claim.
    pub(super) async fn end<T>(
        change: Change<'static>,
        outcome: Result<T, Broken>,
    ) -> Result<T, Broken> {
        match outcome {
            Ok(value) => {
                change.commit().await?;
                Ok(value)
            }
            Err(error) => {
                // A connection that cannot even do this is gone, and its transaction with it.
                let _ = change.rollback().await;
                Err(error)
            }
        }
    }

    pub(super) fn unavailable(&self, source: sqlx::Error) -> StateError {
        StateError::Unavailable(Box::new(ConnectError::Unreachable {
            address: self.address(),
            source,
        }))
    }
}

/// Waits until the server takes a connection.
async fn reach(
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<PgConnection, ConnectError> {
    const PAUSE: Duration = Duration::from_millis(250);
    let deadline = Deadline::now() + patience;
    let mut said = false;
    loop {
        let source = match timeout(ACQUIRE_TIMEOUT, options.connect()).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(source)) => source,
            Err(_) => sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()),
        };
        let address = address::shown(options);
        if !may_pass(&source) {
            return Err(ConnectError::TurnedAway { address, source });
        }
        if Deadline::now() + PAUSE > deadline {
            return Err(ConnectError::Unreachable { address, source });
        }
        if !said {
            said = true;
            tracing::warn!("waiting for the state database {address}: {source}");
        }
        sleep(PAUSE).await;
    }
}

fn pool(options: &PgConnectOptions, ahead: &Arc<AtomicI64>) -> PgPool {
    let ahead = Arc::clone(ahead);
    PgPoolOptions::new()
        .max_connections(STATE_CONNECTIONS - OWN_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(move |connection, _| {
            let ahead = Arc::clone(&ahead);
            Box::pin(async move { compare_clocks(connection, &ahead).await })
        })
        .connect_lazy_with(options.clone())
}

/// Notes by how much the database's clock is ahead of ours.
async fn compare_clocks(connection: &mut PgConnection, ahead: &AtomicI64) -> sqlx::Result<()> {
    let asked = Timestamp::now().as_millisecond();
    let theirs: Instant = sqlx::query_scalar("SELECT clock_timestamp()")
        .fetch_one(connection)
        .await?;
    let answered = Timestamp::now().as_millisecond();
    let difference = difference(asked, theirs.0.as_millisecond(), answered);
    ahead.store(difference, Ordering::Relaxed);
    Ok(())
}

/// By how much their clock is ahead, all in milliseconds. What the time that the answer took leaves open counts as
/// no difference: on one machine there is none, and an error that happens just after its group was resolved must not
/// seem to have happened before.
fn difference(asked: i64, theirs: i64, answered: i64) -> i64 {
    let (least, most) = (theirs - answered.max(asked), theirs - asked);
    0.clamp(least, most)
}

fn database_time(ahead: &AtomicI64) -> Timestamp {
    let ours = Timestamp::now().as_millisecond();
    Timestamp::from_millisecond(ours + ahead.load(Ordering::Relaxed))
}

/// Whether the database answers, and if not, why: a pool alone only knows that it has no connection.
pub async fn ping(state: &PostgresState) -> Result<(), StateError> {
    let pooled = sqlx::query("SELECT 1 FROM task_states LIMIT 1").execute(state.pool());
    if let Ok(Ok(_)) = timeout(STATE_PING_TIMEOUT / 2, pooled).await {
        return Ok(());
    }
    let direct = async {
        let mut connection = state.options.connect().await?;
        sqlx::query("SELECT 1 FROM task_states LIMIT 1")
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    match timeout(STATE_PING_TIMEOUT / 2, direct).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(state.unavailable(error)),
        Err(_) => Err(state.unavailable(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn clocks_that_may_be_alike_are() {
        // Asked at 100 and answered at 180: their 110 and their 175 are as good as our own.
        assert_eq!(difference(100, 110, 180), 0);
        assert_eq!(difference(100, 175, 180), 0);
        assert_eq!(difference(100, 5_100, 180), 4_920);
        assert_eq!(difference(100, -4_900, 180), -5_000);
        // Our own clock was set back meanwhile.
        assert_eq!(difference(100, 130, 90), 30);
    }
}
