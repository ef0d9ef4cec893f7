//! All receivers of a configuration, kept running and changed while they run.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use swarmscope_http_client::{HttpClient, HttpClientError};
use swarmscope_model::limits::SYNC_EVERY;
use swarmscope_model::metrics::MetricStore;
use swarmscope_prometheus_config::{Configuration, RemoteWriteConfig};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use crate::message::MetadataSource;
use crate::queue::{Place, Queue, QueueError, load_position, remove_position, save_position};
use crate::receiver::Receiver;
use crate::send::Sender;
use crate::statistics::{ReceiverSnapshot, Statistics};
use crate::tee::Tee;

/// Between two looks for segments that nobody needs.
const TRIM_EVERY: Duration = Duration::from_secs(10);

/// Sends what a configuration says to where it says. Everything it starts runs on the tokio runtime that
/// it is made on.
pub struct RemoteWriter {
    queue: Queue,
    metadata: MetadataSource,
    running: Arc<Mutex<BTreeMap<String, Running>>>,
    wanted: Arc<AtomicBool>,
    lost: Arc<AtomicU64>,
    housekeeping: JoinHandle<()>,
}

struct Running {
    config: RemoteWriteConfig,
    external_labels: BTreeMap<String, String>,
    statistics: Arc<Statistics>,
    task: JoinHandle<()>,
}

/// A receiver and how it fares.
#[derive(Debug, Clone)]
pub struct ReceiverView {
    pub name: String,
    /// Without its password.
    pub url: String,
    pub statistics: ReceiverSnapshot,
}

/// A receiver that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("remote_write {url}: {source}")]
    Client {
        url: String,
        #[source]
        source: HttpClientError,
    },
    #[error("remote_write {url}: {source}")]
    Queue {
        url: String,
        #[source]
        source: QueueError,
    },
}

impl RemoteWriter {
    /// Opens the queue in a folder. No receiver runs yet.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(folder: &Path, metadata: MetadataSource) -> Result<Self, QueueError> {
        let queue = Queue::open(folder)?;
        let running = Arc::default();
        let housekeeping = tokio::spawn(keep_house(queue.clone(), Arc::clone(&running)));
        Ok(Self {
            queue,
            metadata,
            running,
            wanted: Arc::default(),
            lost: Arc::default(),
            housekeeping,
        })
    }

    /// The store that writers are to use from now on, so that what it takes is sent.
    pub fn tee(&self, store: Arc<dyn MetricStore>) -> Tee {
        let (wanted, lost) = (self.wanted.clone(), self.lost.clone());
        Tee::new(store, self.queue.clone(), wanted, lost)
    }

    /// Makes the receivers of a configuration run, and no others. A new one begins with what is stored from
    /// now on; one that was there before goes on where it was, even when the process was away in between.
    ///
    /// # Errors
    /// When a receiver cannot be started, for example because a certificate cannot be read. Then everything
    /// stays as it was.
    pub fn apply(&self, configuration: &Configuration) -> Result<(), StartError> {
        let external_labels = &configuration.global.external_labels;
        let mut running = self.lock();
        let mut wanted = HashSet::new();
        let mut starting = Vec::new();
        for config in &configuration.remote_write {
            let id = identity(config);
            let unchanged = running.get(&id).is_some_and(|running| {
                running.config == *config && running.external_labels == *external_labels
            });
            if !unchanged {
                let client =
                    HttpClient::new(&config.http).map_err(|source| StartError::Client {
                        url: config.url.to_string(),
                        source,
                    })?;
                let from = self.position(&id).map_err(|source| StartError::Queue {
                    url: config.url.to_string(),
                    source,
                })?;
                starting.push((id.clone(), config.clone(), client, from));
            }
            wanted.insert(id);
        }
        // From here on samples are kept for the new receivers.
        self.wanted.store(!wanted.is_empty(), Ordering::Relaxed);
        running.retain(|id, receiver| {
            let stays = wanted.contains(id);
            if !stays {
                receiver.task.abort();
                remove_position(self.queue.folder(), id);
            }
            stays
        });
        for (id, config, client, from) in starting {
            let before = running.remove(&id);
            let receiver = self.start(&id, config, client, external_labels, before, from);
            running.insert(id, receiver);
        }
        Ok(())
    }

    /// Where a receiver goes on; a new one begins at the end, and that is noted.
    fn position(&self, id: &str) -> Result<Place, QueueError> {
        let folder = self.queue.folder();
        if let Some(place) = load_position(folder, id) {
            return Ok(place);
        }
        let end = *self.queue.end().borrow();
        save_position(folder, id, end)?;
        Ok(end)
    }

    /// Every receiver, by name.
    pub fn receivers(&self) -> Vec<ReceiverView> {
        self.lock()
            .iter()
            .map(|(id, running)| ReceiverView {
                name: id.clone(),
                url: running.config.url.to_string(),
                statistics: running.statistics.snapshot(),
            })
            .collect()
    }

    /// Samples that were stored and could not be put into the queue.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Ends all receivers. What they have not sent is sent after the next start.
    ///
    /// # Errors
    /// When the queue cannot be brought to disk.
    pub fn shutdown(&self) -> Result<(), QueueError> {
        self.housekeeping.abort();
        for (_, running) in std::mem::take(&mut *self.lock()) {
            running.task.abort();
        }
        self.queue.sync()
    }

    fn start(
        &self,
        id: &str,
        config: RemoteWriteConfig,
        client: HttpClient,
        external_labels: &BTreeMap<String, String>,
        before: Option<Running>,
        from: Place,
    ) -> Running {
        let statistics = match before {
            Some(before) => {
                before.task.abort();
                before.statistics
            }
            None => Arc::default(),
        };
        let receiver = Receiver {
            id: id.to_owned(),
            config: config.clone(),
            external_labels: external_labels.clone(),
            queue: self.queue.clone(),
            sender: Arc::new(Sender::new(client, config.clone())),
            statistics: statistics.clone(),
            metadata: self.metadata.clone(),
            relabelled: HashMap::new(),
            families: Arc::default(),
            families_due: Instant::now(),
        };
        Running {
            config,
            external_labels: external_labels.clone(),
            statistics,
            task: tokio::spawn(receiver.run(from)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for RemoteWriter {
    fn drop(&mut self) {
        if let Err(error) = self.shutdown() {
            tracing::error!(%error, "the queue of remote write was not brought to disk");
        }
    }
}

/// The name of a receiver's position: its own name, or one made of its address, made safe for a file.
fn identity(config: &RemoteWriteConfig) -> String {
    let text = if config.name.is_empty() {
        config.url.to_string()
    } else {
        config.name.clone()
    };
    let hash = xxh3_64(text.as_bytes());
    let readable: String = config
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .take(32)
        .collect();
    format!(
        "{readable}{}{hash:016x}",
        if readable.is_empty() { "" } else { "-" }
    )
}

/// Brings the queue to disk every second, and removes what nobody needs.
async fn keep_house(queue: Queue, running: Arc<Mutex<BTreeMap<String, Running>>>) {
    let mut trim_due = Instant::now();
    loop {
        tokio::time::sleep(SYNC_EVERY).await;
        let receivers: Vec<(String, Arc<Statistics>)> = running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(id, running)| (id.clone(), running.statistics.clone()))
            .collect();
        let trims = Instant::now() >= trim_due;
        if trims {
            trim_due = Instant::now() + TRIM_EVERY;
        }
        let queue = queue.clone();
        let work = tokio::task::spawn_blocking(move || {
            queue.sync()?;
            if trims {
                trim(&queue, &receivers)
            } else {
                Ok(())
            }
        });
        if let Ok(Err(error)) = work.await {
            tracing::error!(%error, "the queue of remote write");
        }
    }
}

fn trim(queue: &Queue, receivers: &[(String, Arc<Statistics>)]) -> Result<(), QueueError> {
    let end = *queue.end().borrow();
    let needed = receivers
        .iter()
        .filter_map(|(id, _)| load_position(queue.folder(), id))
        .min()
        .unwrap_or(end);
    if queue.trim(needed)? {
        tracing::error!("remote write is so far behind that its oldest samples were dropped");
        for (_, statistics) in receivers {
            statistics.overflowed.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}
