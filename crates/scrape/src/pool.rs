//! The targets of one job: discovery in, loops out.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use swarmscope_model::metrics::{Labels, MetricStore};
use swarmscope_prometheus_config::{ScrapeConfig, TargetGroup};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::discovery::{Source, Update};
use crate::ingest::{Ingest, MetadataCache, Remembered};
use crate::scrape_loop::{self, JobContext, Stop};
use crate::target::{Outcome, Target, build};

/// Updates that may wait; discovery is slower than this anyway.
const UPDATES: usize = 16;

/// What is left of a job's targets for the job that takes its place.
pub(crate) type Inheritance = HashMap<u64, (Arc<Target>, Remembered)>;

/// What can be seen of a job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    pub active: Vec<(Arc<Target>, Arc<MetadataCache>)>,
    pub dropped: Vec<Labels>,
    pub dropped_count: usize,
}

/// A running job.
pub(crate) struct Pool {
    pub config: Arc<ScrapeConfig>,
    snapshot: Arc<Mutex<Snapshot>>,
    stop: oneshot::Sender<(Stop, oneshot::Sender<Inheritance>)>,
    task: JoinHandle<()>,
}

/// All that a job needs to run.
pub(crate) struct Plan {
    pub config: Arc<ScrapeConfig>,
    pub context: Arc<JobContext>,
    pub sources: Vec<Source>,
    pub store: Arc<dyn MetricStore>,
}

impl Pool {
    pub(crate) fn start(plan: Plan, inheritance: Inheritance) -> Self {
        let snapshot = Arc::new(Mutex::new(Snapshot::default()));
        let (stop, stopped) = oneshot::channel();
        let config = plan.config.clone();
        let worker = Worker {
            config: plan.config,
            context: plan.context,
            store: plan.store,
            snapshot: snapshot.clone(),
            groups: HashMap::new(),
            loops: HashMap::new(),
            ending: HashMap::new(),
            inheritance,
        };
        let task = tokio::spawn(worker.run(plan.sources, stopped));
        Self {
            config,
            snapshot,
            stop,
            task,
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        self.snapshot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends the job because another takes its place. What that one can go on with comes when the scrapes
    /// that are under way have ended.
    pub(crate) fn replace(self) -> oneshot::Receiver<Inheritance> {
        let (reply, inheritance) = oneshot::channel();
        // A worker that has ended already leaves nothing, which the closed channel tells.
        let _ = self.stop.send((Stop::Replaced, reply));
        inheritance
    }

    /// Ends the job for good; the ends of its series are written in the background.
    pub(crate) fn end(self) {
        let (reply, _) = oneshot::channel();
        // A worker that has ended already has nothing left to end.
        let _ = self.stop.send((Stop::Gone, reply));
    }

    /// Ends the job at once, with the server.
    pub(crate) fn abort(self) {
        self.task.abort();
    }
}

struct Running {
    target: Arc<Target>,
    metadata: Arc<MetadataCache>,
    stop: watch::Sender<Option<Stop>>,
    task: JoinHandle<Remembered>,
}

struct Worker {
    config: Arc<ScrapeConfig>,
    context: Arc<JobContext>,
    store: Arc<dyn MetricStore>,
    snapshot: Arc<Mutex<Snapshot>>,
    /// By source.
    groups: HashMap<usize, Vec<TargetGroup>>,
    loops: HashMap<u64, Running>,
    /// Loops of targets that are gone and may come back.
    ending: HashMap<u64, Running>,
    inheritance: Inheritance,
}

impl Worker {
    async fn run(
        mut self,
        sources: Vec<Source>,
        mut stopped: oneshot::Receiver<(Stop, oneshot::Sender<Inheritance>)>,
    ) {
        let (sender, mut updates) = mpsc::channel(UPDATES);
        // Dropped with the worker, which ends the sources.
        let mut tasks = JoinSet::new();
        for (position, source) in sources.into_iter().enumerate() {
            tasks.spawn(source.run(position, sender.clone()));
        }
        drop(sender);
        let patience = tokio::time::sleep(patience(self.config.scrape_interval));
        tokio::pin!(patience);
        let mut waits_for_heirs = !self.inheritance.is_empty();
        loop {
            tokio::select! {
                Some(update) = updates.recv() => self.take(update).await,
                () = &mut patience, if waits_for_heirs => {
                    waits_for_heirs = false;
                    self.end_inheritance();
                }
                message = &mut stopped => {
                    let Ok((why, reply)) = message else { return };
                    drop(tasks);
                    // Without a listener the job has no successor.
                    let _ = reply.send(self.stop(why).await);
                    return;
                }
            }
        }
    }

    async fn take(&mut self, update: Update) {
        self.groups.insert(update.source, update.groups);
        let (found, dropped) = self.targets();
        let gone: Vec<u64> = self
            .loops
            .keys()
            .filter(|hash| !found.contains_key(hash))
            .copied()
            .collect();
        for hash in gone {
            if let Some(running) = self.loops.remove(&hash) {
                running.stop.send_replace(Some(Stop::Gone));
                self.ending.insert(hash, running);
            }
        }
        self.ending.retain(|_, running| !running.task.is_finished());
        let limit = self.config.limits.target_limit;
        let excess = if limit > 0 && found.len() as u64 > limit {
            found.len()
        } else {
            0
        };
        self.context.excess.store(excess, Ordering::Relaxed);
        for (hash, target) in found {
            match self.loops.get(&hash) {
                Some(running) => running.target.set_discovered(target.discovered()),
                None => self.start(hash, target).await,
            }
        }
        self.publish(dropped);
    }

    /// The targets of all groups, each once, and the labels of those that are dropped.
    fn targets(&self) -> (HashMap<u64, Arc<Target>>, Vec<Labels>) {
        let job = &self.config.job_name;
        let mut found = HashMap::new();
        let mut dropped = Vec::new();
        for group in self.groups.values().flatten() {
            for address in &group.targets {
                match build(address, group, &self.config) {
                    Ok(Outcome::Active(target)) => {
                        found.entry(target.hash).or_insert(Arc::from(target));
                    }
                    Ok(Outcome::Dropped(labels)) => dropped.push(labels),
                    Err(error) => tracing::error!(%job, %address, %error, "target left out"),
                }
            }
        }
        (found, dropped)
    }

    async fn start(&mut self, hash: u64, target: Arc<Target>) {
        let mut remembered = self.inheritance.remove(&hash).map(|(_, known)| known);
        if let Some(ending) = self.ending.remove(&hash) {
            ending.stop.send_replace(Some(Stop::Replaced));
            remembered = ending.task.await.ok();
        }
        let remembered = remembered.unwrap_or_default();
        let metadata = remembered.metadata.clone();
        let ingest = self.ingest(target.clone(), remembered);
        let (stop, stopped) = watch::channel(None);
        let context = self.context.clone();
        let task = tokio::spawn(scrape_loop::run(context, target.clone(), ingest, stopped));
        let running = Running {
            target,
            metadata,
            stop,
            task,
        };
        self.loops.insert(hash, running);
    }

    fn ingest(&self, target: Arc<Target>, remembered: Remembered) -> Ingest {
        Ingest::new(
            self.config.clone(),
            target,
            self.store.clone(),
            self.context.statistics.clone(),
            remembered,
        )
    }

    fn publish(&self, mut dropped: Vec<Labels>) {
        let mut active: Vec<_> = self
            .loops
            .values()
            .map(|running| (running.target.clone(), running.metadata.clone()))
            .collect();
        active.sort_by(|(a, _), (b, _)| a.url.cmp(&b.url).then_with(|| a.labels.cmp(&b.labels)));
        let dropped_count = dropped.len();
        let kept = self.config.limits.keep_dropped_targets;
        if kept > 0 {
            dropped.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        }
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = Snapshot {
            active,
            dropped,
            dropped_count,
        };
    }

    /// Targets of the job before this one that did not come again are gone.
    fn end_inheritance(&mut self) {
        let at = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |now| i64::try_from(now.as_millis()).unwrap_or(i64::MAX));
        for (_, (target, remembered)) in std::mem::take(&mut self.inheritance) {
            let mut ingest = self.ingest(target.clone(), remembered);
            tokio::task::spawn_blocking(move || {
                if let Err(error) = ingest.end(at) {
                    tracing::warn!(url = %target.url, %error, "the end of a target's series was not written");
                }
            });
        }
    }

    async fn stop(mut self, why: Stop) -> Inheritance {
        for running in self.loops.values() {
            running.stop.send_replace(Some(why));
        }
        if why == Stop::Gone {
            for (_, running) in self.loops.drain().chain(self.ending.drain()) {
                // A loop that broke off has said so itself.
                let _ = running.task.await;
            }
            return Inheritance::new();
        }
        let mut inheritance = std::mem::take(&mut self.inheritance);
        for running in self.ending.values() {
            running.stop.send_replace(Some(Stop::Replaced));
        }
        for (hash, running) in self.loops.drain().chain(self.ending.drain()) {
            if let Ok(remembered) = running.task.await {
                inheritance.insert(hash, (running.target, remembered));
            }
        }
        inheritance
    }
}

/// How long targets of the job before may take to be discovered again.
fn patience(interval: Duration) -> Duration {
    interval * 2 + interval / 10
}
