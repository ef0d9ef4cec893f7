//! The stages of a run, whatever the database.

use std::future::Future;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::stream::{self, TryStreamExt};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cpu;
use crate::figures::{Contender, Cpu, LongQueue, Paced, Throughput, percentile_ms};
use crate::job::{Job, Seen};
use crate::{Arguments, Arrangement};

/// Tasks of one submission.
const BATCH: u64 = 1_000;
/// Submissions under way at once while tasks are paced.
const SUBMITTERS: usize = 8;
/// How long a stage may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// How often is looked how far the workers are.
const LOOK: Duration = Duration::from_millis(2);

/// What a stage needs of a database. Every value has a queue of its own.
pub trait Storage: Clone + Send + Sync + Sized + 'static {
    /// Connects and makes the tables; `queue` names the tasks of one stage.
    fn open(url: &str, queue: &str, batch: usize) -> impl Future<Output = Result<Self>> + Send;
    fn push(&self, jobs: Vec<Job>) -> impl Future<Output = Result<()>> + Send;
    /// Tasks that are marked as done.
    fn done(&self) -> impl Future<Output = Result<u64>> + Send;
    /// One worker, until `end` changes.
    fn work(
        &self,
        name: String,
        arrangement: Arrangement,
        seen: Seen,
        end: watch::Receiver<bool>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// All stages in one arrangement.
pub async fn run<S: Storage>(arguments: &Arguments, arrangement: Arrangement) -> Result<Contender> {
    let throughput = throughput::<S>(arguments, arrangement).await?;
    let paced = paced::<S>(arguments, arrangement, throughput.tasks_per_second / 2.0).await?;
    let long_queue = match arguments.queued {
        0 => None,
        _ => Some(long_queue::<S>(arguments, arrangement).await?),
    };
    Ok(Contender {
        product: "apalis",
        version: "1",
        door: arrangement.door(arguments.agents),
        throughput,
        paced,
        long_queue,
    })
}

async fn open<S: Storage>(
    arguments: &Arguments,
    arrangement: Arrangement,
    stage: &str,
) -> Result<S> {
    let queue = format!("{stage}-{arrangement:?}");
    S::open(
        &arguments.database,
        &queue,
        arrangement.batch(arguments.agents),
    )
    .await
}

async fn submit<S: Storage>(storage: &S, seen: &Seen, tasks: u64) -> Result<()> {
    let mut left = tasks;
    while left > 0 {
        let batch = left.min(BATCH);
        storage
            .push((0..batch).map(|_| seen.job()).collect())
            .await?;
        left -= batch;
    }
    Ok(())
}

/// The workers of a stage.
struct Crew {
    working: JoinSet<Result<()>>,
    end: watch::Sender<bool>,
}

impl Crew {
    fn start<S: Storage>(
        storage: &S,
        arguments: &Arguments,
        arrangement: Arrangement,
        seen: &Seen,
    ) -> Self {
        let (end, ended) = watch::channel(false);
        let workers = match arrangement {
            Arrangement::Workers => arguments.agents,
            Arrangement::Batches => 1,
        };
        let mut working = JoinSet::new();
        for number in 0..workers {
            let (storage, seen, ended) = (storage.clone(), seen.clone(), ended.clone());
            // Names are unique in the database, for ever.
            let name = format!("{number}-{:?}", Instant::now());
            working.spawn(async move { storage.work(name, arrangement, seen, ended).await });
        }
        Self { working, end }
    }

    async fn until_handled(&mut self, seen: &Seen, tasks: u64) -> Result<()> {
        let begin = Instant::now();
        while seen.handled() < tasks {
            ensure!(
                begin.elapsed() < PATIENCE,
                "only {} of {tasks} tasks were handled",
                seen.handled()
            );
            if let Some(ended) = self.working.try_join_next() {
                ended??;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn stop(mut self) {
        self.end.send_replace(true);
        // A worker that does not end by itself is no figure.
        let _ = tokio::time::timeout(Duration::from_secs(10), async {
            while self.working.join_next().await.is_some() {}
        })
        .await;
    }
}

async fn throughput<S: Storage>(
    arguments: &Arguments,
    arrangement: Arrangement,
) -> Result<Throughput> {
    let storage: S = open(arguments, arrangement, "throughput").await?;
    let seen = Seen::new();
    let begin = Instant::now();
    submit(&storage, &seen, arguments.tasks).await?;
    let submitted = begin.elapsed();
    let before = cpu::read(arguments.server_pid);
    let begin = Instant::now();
    let mut crew = Crew::start(&storage, arguments, arrangement, &seen);
    crew.until_handled(&seen, arguments.tasks).await?;
    while storage.done().await? < arguments.tasks {
        ensure!(
            begin.elapsed() < PATIENCE,
            "{} of {} tasks are done",
            storage.done().await?,
            arguments.tasks
        );
        tokio::time::sleep(LOOK).await;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let after = cpu::read(arguments.server_pid);
    crew.stop().await;
    Ok(Throughput {
        submits_per_second: arguments.tasks as f64 / submitted.as_secs_f64(),
        tasks_per_second: arguments.tasks as f64 / seconds,
        seconds,
        claim_mean_ms: None,
        cpu: Cpu::between(before, after),
    })
}

async fn paced<S: Storage>(
    arguments: &Arguments,
    arrangement: Arrangement,
    rate: f64,
) -> Result<Paced> {
    let storage: S = open(arguments, arrangement, "paced").await?;
    let seen = Seen::new();
    let tasks = (rate * arguments.paced_seconds as f64).ceil().max(1.0) as u64;
    let mut crew = Crew::start(&storage, arguments, arrangement, &seen);
    // Workers make themselves known first.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let begin = Instant::now();
    let submissions = stream::iter((0..tasks).map(Ok::<_, anyhow::Error>))
        .map_ok(|number| {
            let (storage, seen) = (storage.clone(), seen.clone());
            async move {
                let due = Duration::from_secs_f64(number as f64 / rate);
                tokio::time::sleep_until((begin + due).into()).await;
                storage.push(vec![seen.job()]).await
            }
        })
        .try_buffer_unordered(SUBMITTERS)
        .try_for_each(|()| async { Ok(()) });
    futures::future::try_join(submissions, crew.until_handled(&seen, tasks)).await?;
    let seconds = begin.elapsed().as_secs_f64();
    crew.stop().await;
    let waits = seen.waits();
    Ok(Paced {
        wanted_per_second: rate,
        tasks_per_second: tasks as f64 / seconds,
        submit_to_claim_p50_ms: percentile_ms(&waits, 50),
        submit_to_claim_p99_ms: percentile_ms(&waits, 99),
    })
}

async fn long_queue<S: Storage>(
    arguments: &Arguments,
    arrangement: Arrangement,
) -> Result<LongQueue> {
    let storage: S = open(arguments, arrangement, "depth").await?;
    let (short, _) = take(&storage, arguments, arrangement, arguments.tasks).await?;
    let queued = arguments.queued + arguments.tasks;
    let (long, cpu) = take(&storage, arguments, arrangement, queued).await?;
    Ok(LongQueue {
        queued: arguments.queued,
        short_tasks_per_second: short,
        tasks_per_second: long,
        short_claim_mean_ms: None,
        claim_mean_ms: None,
        slower: short / long,
        cpu,
    })
}

/// Tasks a second of as many as the run has, taken from a queue of so many.
async fn take<S: Storage>(
    storage: &S,
    arguments: &Arguments,
    arrangement: Arrangement,
    queued: u64,
) -> Result<(f64, Cpu)> {
    let seen = Seen::new();
    submit(storage, &seen, queued).await?;
    let before = cpu::read(arguments.server_pid);
    let begin = Instant::now();
    let mut crew = Crew::start(storage, arguments, arrangement, &seen);
    crew.until_handled(&seen, arguments.tasks).await?;
    let rate = arguments.tasks as f64 / begin.elapsed().as_secs_f64();
    let cpu = Cpu::between(before, cpu::read(arguments.server_pid));
    crew.stop().await;
    Ok((rate, cpu))
}
