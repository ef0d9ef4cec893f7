//! Apalis on PostgreSQL.

use anyhow::Result;
use apalis::prelude::*;
use apalis_postgres::{Config, PostgresStorage};
use sqlx::postgres::{PgPool, PgPoolOptions};
use tokio::sync::watch;

use crate::job::{Job, Seen, handle};
use crate::stages::Storage;
use crate::{Arrangement, CONNECTIONS, POLL};

#[derive(Clone)]
pub struct Postgres {
    pool: PgPool,
    config: Config,
    queue: String,
}

impl Postgres {
    fn storage(&self) -> PostgresStorage<Job> {
        PostgresStorage::new(&self.pool).with_config(self.config.clone())
    }
}

impl Storage for Postgres {
    async fn open(url: &str, queue: &str, batch: usize) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .connect(url)
            .await?;
        PostgresStorage::setup(&pool).await?;
        Ok(Self {
            pool,
            config: Config::default().queue(queue).batch_size(batch),
            queue: queue.to_owned(),
        })
    }

    async fn push(&self, jobs: Vec<Job>) -> Result<()> {
        self.storage().push_bulk(jobs).await?;
        Ok(())
    }

    async fn done(&self) -> Result<u64> {
        let done: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM apalis.jobs WHERE job_type = $1 AND status = 'Done'",
        )
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
        let strategy = Strategy::new().interval(POLL);
        match arrangement {
            Arrangement::Workers => {
                let backend = self.storage().poll_with_strategy(strategy);
                let worker = WorkerBuilder::new(name).backend(backend).data(seen);
                worker.build(handle).run_until(signal).await?;
            }
            Arrangement::Batches => {
                let backend = self.storage().with_pubsub().poll_with_strategy(strategy);
                let worker = WorkerBuilder::new(name).backend(backend).data(seen);
                worker.build(handle).run_until(signal).await?;
            }
        }
        Ok(())
    }
}
