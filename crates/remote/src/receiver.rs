//! One receiver: reads the queue, relabels, sends in shards, and notes how far it has come.
//!
//! It works in rounds. A round is a part of the queue, cut into shards by series so that the samples of a
//! series stay in order; the shards are sent at once, each request after the other, and the position moves
//! when all of them are done. The more waits, the more shards a round has.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use swarmscope_model::limits::{REMOTE_CACHED_SERIES, REMOTE_ROUND_SAMPLES};
use swarmscope_model::metrics::{Labels, SampleValue};
use swarmscope_prometheus_config::relabel::apply;
use swarmscope_prometheus_config::{ProtobufMessage, RemoteWriteConfig};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use xxhash_rust::xxh3::xxh3_64;

use crate::message::{self, Families, MetadataSource};
use crate::queue::{Place, Queue, QueueError, QueuedSample, Reader, save_position};
use crate::send::{Fate, Sender};
use crate::statistics::{Statistics, add};

/// After a fault of the queue itself.
const PAUSE: Duration = Duration::from_secs(5);

/// A receiver at work.
pub(crate) struct Receiver {
    pub id: String,
    pub config: RemoteWriteConfig,
    pub external_labels: BTreeMap<String, String>,
    pub queue: Queue,
    pub sender: Arc<Sender>,
    pub statistics: Arc<Statistics>,
    pub metadata: MetadataSource,
    pub relabelled: HashMap<Labels, Option<Labels>>,
    pub families: Arc<Families>,
    pub families_due: Instant,
}

impl Receiver {
    /// Sends until it is aborted.
    pub(crate) async fn run(mut self, from: Place) {
        let mut from = from;
        loop {
            match self.round(from).await {
                Ok(place) => from = place,
                Err(error) => {
                    let receiver = &self.id;
                    tracing::error!(%receiver, %error, "the queue of remote write cannot be read");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Sends what is there, or waits for something. Where the next round begins.
    async fn round(&mut self, from: Place) -> Result<Place, QueueError> {
        self.refresh_families().await;
        let queue = &self.config.queue_config;
        let most = queue
            .capacity
            .saturating_mul(queue.max_shards)
            .min(REMOTE_ROUND_SAMPLES);
        let batch = queue.max_samples_per_send;
        let mut end = self.queue.end();
        let mut reader = Reader::new(&self.queue, from);
        let mut samples = Vec::new();
        // A full batch goes at once; less waits for more, but not for long.
        let mut due = Instant::now() + self.config.metadata_config.send_interval;
        while samples.len() < batch {
            end.mark_unchanged();
            let more;
            (reader, more) = blocking(move || {
                let read = reader.read(most);
                (reader, read)
            })
            .await?;
            let more = more?;
            if more.is_empty() && timeout_at(due, end.changed()).await.is_err() {
                if samples.is_empty() {
                    return Ok(reader.place());
                }
                break;
            }
            if samples.is_empty() && !more.is_empty() {
                due = Instant::now() + queue.batch_send_deadline;
            }
            samples.extend(more);
        }
        add(&self.statistics.damaged, reader.damaged);
        let shards = self.shards(samples);
        self.send(shards).await;
        let (folder, id) = (self.queue.folder().to_owned(), self.id.clone());
        let place = reader.place();
        blocking(move || save_position(&folder, &id, place)).await??;
        Ok(place)
    }

    /// Relabels, and cuts into as many shards as there are batches.
    fn shards(&mut self, samples: Vec<QueuedSample>) -> Vec<Vec<QueuedSample>> {
        let samples: Vec<_> = samples
            .into_iter()
            .filter_map(|sample| self.prepare(sample))
            .collect();
        let queue = &self.config.queue_config;
        let batches = samples.len().div_ceil(queue.max_samples_per_send);
        let count = batches.clamp(queue.min_shards, queue.max_shards);
        let mut shards = vec![Vec::new(); count];
        for sample in samples {
            let shard = xxh3_64(sample.labels.packed().as_bytes()) % count as u64;
            shards[shard as usize].push(sample);
        }
        shards.retain(|shard| !shard.is_empty());
        self.statistics
            .shards
            .store(shards.len() as u64, Ordering::Relaxed);
        shards
    }

    /// The sample as the receiver is to see it.
    fn prepare(&mut self, mut sample: QueuedSample) -> Option<QueuedSample> {
        if !self.config.send_native_histograms && matches!(sample.value, SampleValue::Histogram(_))
        {
            add(&self.statistics.dropped_by_rules, 1);
            return None;
        }
        if is_too_old(&sample, self.config.queue_config.sample_age_limit) {
            add(&self.statistics.dropped_too_old, 1);
            return None;
        }
        if !self.config.send_exemplars {
            sample.exemplar = None;
        }
        if self.relabelled.len() >= REMOTE_CACHED_SERIES {
            self.relabelled.clear();
        }
        let labels = match self.relabelled.get(&sample.labels) {
            Some(known) => known.clone(),
            None => {
                let labels = self.relabel(&sample.labels);
                self.relabelled.insert(sample.labels, labels.clone());
                labels
            }
        };
        let Some(labels) = labels else {
            add(&self.statistics.dropped_by_rules, 1);
            return None;
        };
        sample.labels = labels;
        Some(sample)
    }

    fn relabel(&self, labels: &Labels) -> Option<Labels> {
        let mut builder = labels.to_builder();
        for (name, value) in &self.external_labels {
            if labels.get(name).is_none() {
                builder.set(name.as_str(), value.as_str());
            }
        }
        if !apply(&mut builder, &self.config.write_relabel_configs) {
            return None;
        }
        Some(builder.build()).filter(|labels| !labels.is_empty())
    }

    async fn send(&self, shards: Vec<Vec<QueuedSample>>) {
        let mut tasks = JoinSet::new();
        for samples in shards {
            let shard = Shard {
                sender: self.sender.clone(),
                statistics: self.statistics.clone(),
                families: self.families.clone(),
                version: self.config.protobuf_message,
                batch: self.config.queue_config.max_samples_per_send,
                receiver: self.id.clone(),
            };
            tasks.spawn(shard.send(samples));
        }
        while tasks.join_next().await.is_some() {}
    }

    async fn refresh_families(&mut self) {
        let settings = &self.config.metadata_config;
        if !settings.send || Instant::now() < self.families_due {
            return;
        }
        self.families_due = Instant::now() + settings.send_interval;
        let families = (self.metadata)();
        if self.config.protobuf_message == ProtobufMessage::RequestV2 {
            self.families = Arc::new(families.into_iter().collect());
            return;
        }
        for part in families.chunks(settings.max_samples_per_send.max(1)) {
            let Ok(body) = message::metadata(part) else {
                continue;
            };
            match self.sender.deliver(&body, || {}).await {
                Fate::Delivered => add(&self.statistics.metadata, part.len()),
                Fate::Refused { reason } => {
                    let receiver = &self.id;
                    tracing::warn!(%receiver, %reason, "metadata was refused");
                }
            }
        }
    }
}

/// The requests of some series, one after the other.
struct Shard {
    sender: Arc<Sender>,
    statistics: Arc<Statistics>,
    families: Arc<Families>,
    version: ProtobufMessage,
    batch: usize,
    receiver: String,
}

impl Shard {
    async fn send(self, samples: Vec<QueuedSample>) {
        for part in samples.chunks(self.batch.max(1)) {
            let body = match message::samples(part, self.version, &self.families) {
                Ok(body) => body,
                Err(error) => {
                    add(&self.statistics.failed, part.len());
                    let receiver = &self.receiver;
                    tracing::error!(%receiver, %error, "samples cannot be put into a request");
                    continue;
                }
            };
            let retrying = || add(&self.statistics.retried, body.samples);
            match self.sender.deliver(&body.bytes, retrying).await {
                Fate::Delivered => {
                    add(&self.statistics.sent, body.samples);
                    add(&self.statistics.histograms, body.histograms);
                    add(&self.statistics.exemplars, body.exemplars);
                    add(&self.statistics.bytes, body.bytes.len());
                    let newest = &self.statistics.newest;
                    newest.fetch_max(body.newest, Ordering::Relaxed);
                }
                Fate::Refused { reason } => {
                    add(&self.statistics.failed, body.samples);
                    let (receiver, samples) = (&self.receiver, body.samples);
                    tracing::error!(%receiver, samples, %reason, "samples were refused for good");
                }
            }
        }
    }
}

fn is_too_old(sample: &QueuedSample, limit: Duration) -> bool {
    if limit.is_zero() {
        return false;
    }
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let oldest = now.saturating_sub(limit).as_millis();
    i128::from(sample.timestamp) < i128::try_from(oldest).unwrap_or(i128::MAX)
}

/// Work that waits for the disk.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, QueueError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| QueueError::Aborted)
}
