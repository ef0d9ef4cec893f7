//! Apalis on a SQLite file with the guarantee that ours gives: a change is on disk when it is
//! acknowledged. Its own setup turns that off for the one connection that runs it.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteStorage};
use futures::channel::mpsc;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::watch;

use crate::job::{Job, Seen, handle};
use crate::stages::Storage;
use crate::{Arrangement, CONNECTIONS, POLL};

#[derive(Clone)]
pub struct Sqlite {
    pool: SqlitePool,
    config: Config,
    queue: String,
    /// Rung by every change of the jobs, as apalis's own hook does.
    changes: Arc<Mutex<Option<mpsc::Receiver<()>>>>,
}

impl Sqlite {
    fn storage(&self) -> SqliteStorage<Job> {
        SqliteStorage::new(&self.pool).with_config(self.config.clone())
    }
}

impl Storage for Sqlite {
    async fn open(url: &str, queue: &str, batch: usize) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(30));
        let first = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        SqliteStorage::setup(&first).await?;
        first.close().await;
        // A bell of one: an insertion rings, a worker that is woken takes all there is.
        let (sender, receiver) = mpsc::channel(1);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .after_connect(move |connection, _| {
                let mut sender = sender.clone();
                Box::pin(async move {
                    let mut handle = connection.lock_handle().await?;
                    handle.set_update_hook(move |change| {
                        if matches!(change.operation, sqlx::sqlite::SqliteOperation::Insert) {
                            // Full means that it has been rung already.
                            let _ = sender.try_send(());
                        }
                    });
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self {
            pool,
            config: Config::default().queue(queue).batch_size(batch),
            queue: queue.to_owned(),
            changes: Arc::new(Mutex::new(Some(receiver))),
        })
    }

    async fn push(&self, jobs: Vec<Job>) -> Result<()> {
        self.storage().push_bulk(jobs).await?;
        Ok(())
    }

    async fn done(&self) -> Result<u64> {
        let done: i64 =
            sqlx::query_scalar("SELECT count(*) FROM Jobs WHERE job_type = ?1 AND status = 'Done'")
                .bind(&self.queue)
                .fetch_one(&self.pool)
                .await?;
        Ok(u64::try_from(done)?)
    }

    async fn work(
        &self,
        name: String,
        arrangement: Arrangement,
        seen: Seen,
        mut end: watch::Receiver<bool>,
    ) -> Result<()> {
        let signal = async move {
            let _ = end.changed().await;
            Ok::<(), std::io::Error>(())
        };
        let mut strategy = Strategy::new().interval(POLL);
        if arrangement == Arrangement::Batches {
            let changes = self
                .changes
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            strategy = match changes {
                Some(changes) => Strategy::new().stream(changes).interval(POLL),
                None => strategy,
            };
        }
        let backend = self.storage().poll_with_strategy(strategy);
        let worker = WorkerBuilder::new(name).backend(backend).data(seen);
        match arrangement {
            Arrangement::Workers => worker.build(handle).run_until(signal).await?,
            Arrangement::Batches => worker.build(handle).run_until(signal).await?,
        }
        Ok(())
    }
}
