//! Opening the file, bringing its schema up to date, and handing out transactions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use swarmscope_model::Timestamp;
use swarmscope_model::state::StateError;

use super::claim_batch::ClaimBatch;
use super::complete_batch::CompleteBatch;
use super::unavailable;
use super::writer::{Change, Writer};
use crate::together::Batches;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");

/// How long a change waits for another process's change. Changes take milliseconds; a wait this
/// long means that something holds the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Reads that run at once; the rest waits in line.
const READERS: u32 = 4;
/// Pages that the writing connection keeps, as SQLite is told: so many KiB, negative. A batch of errors or
/// tasks touches random pages of several indexes; with the usual 2 MB it writes them out and reads them again.
const WRITER_CACHE: &str = "-16384";

/// Why the state file did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "cannot open the state file {path:?}; is the folder writable, and is it a SQLite database?"
    )]
    Open {
        path: PathBuf,
        #[source]
        source: sqlx::Error,
    },
    #[error(
        "cannot bring the schema of the state file {path:?} up to date; if a newer version of \
         swarmscope wrote it, start that version"
    )]
    Migrate {
        path: PathBuf,
        #[source]
        source: MigrateError,
    },
}

/// Tasks and agents in one SQLite file. Cheap to clone.
#[derive(Clone)]
pub struct SqliteState {
    writer: Writer,
    readers: SqlitePool,
    clock: Clock,
    claims: Batches<ClaimBatch>,
    completions: Batches<CompleteBatch>,
}

pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl std::fmt::Debug for SqliteState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SqliteState")
            .finish_non_exhaustive()
    }
}

impl SqliteState {
    /// Opens the file, makes it when there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is no SQLite database, or has a schema that is not ours.
    pub async fn open(path: &Path) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        // What a failed statement takes back is kept in memory, not in a file of its own.
        let writing = options
            .clone()
            .pragma("cache_size", WRITER_CACHE)
            .pragma("temp_store", "MEMORY");
        let writer = connect(&writing, path).await?;
        migrate(&writer, path).await?;
        let connection = writer.acquire().await.map_err(|source| OpenError::Open {
            path: path.to_owned(),
            source,
        })?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options);
        let writer = Writer::start(connection.detach());
        Ok(Self::over(writer, readers, Arc::new(Timestamp::now)))
    }

    fn over(writer: Writer, readers: SqlitePool, clock: Clock) -> Self {
        Self {
            claims: Batches::start(ClaimBatch {
                writer: writer.clone(),
                clock: Arc::clone(&clock),
            }),
            completions: Batches::start(CompleteBatch {
                writer: writer.clone(),
                clock: Arc::clone(&clock),
            }),
            writer,
            readers,
            clock,
        }
    }

    /// The same store with another idea of what time it is, for tests of leases and backoff.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self::over(self.writer, self.readers, Arc::new(clock))
    }

    /// Writes a consistent copy into a file that does not exist yet, while others go on.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_to(&self, file: &Path) -> Result<(), StateError> {
        sqlx::query("VACUUM INTO ?")
            .bind(file.to_string_lossy().into_owned())
            .execute(&self.readers)
            .await
            .map_err(unavailable)?;
        Ok(())
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// Claims that are made with those of others.
    pub(super) fn claims(&self) -> &Batches<ClaimBatch> {
        &self.claims
    }

    /// Completions that are made with those of others.
    pub(super) fn completions(&self) -> &Batches<CompleteBatch> {
        &self.completions
    }

    pub(super) fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// A change that holds the write lock from its first statement on, so that what it reads is still
    /// true when it writes. Dropping it takes it back.
    pub(super) async fn change(&self) -> Result<Change, StateError> {
        self.writer.change().await.map_err(unavailable)
    }
}

/// Connects, trying again while another process switches the new file to the write-ahead log: that
/// one step answers "locked" at once, whatever the busy timeout.
async fn connect(options: &SqliteConnectOptions, path: &Path) -> Result<SqlitePool, OpenError> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await;
        match pool {
            Ok(pool) => return Ok(pool),
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| is_busy(&code)) && Instant::now() < deadline =>
            {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(source) => {
                return Err(OpenError::Open {
                    path: path.to_owned(),
                    source,
                });
            }
        }
    }
}

/// Whether an extended result code belongs to `SQLITE_BUSY` or `SQLITE_LOCKED`.
fn is_busy(code: &str) -> bool {
    code.parse::<i32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6))
}

/// Runs what is missing, under the write lock: the migrator does not lock SQLite by itself, and two
/// processes may open a new file together.
async fn migrate(writer: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let failed = |source: MigrateError| OpenError::Migrate {
        path: path.to_owned(),
        source,
    };
    let mut transaction = writer
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(|source| OpenError::Open {
            path: path.to_owned(),
            source,
        })?;
    MIGRATIONS
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(failed)?;
    transaction
        .commit()
        .await
        .map_err(|source| failed(MigrateError::Execute(source)))
}
