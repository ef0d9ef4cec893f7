//! The way into the store: a bounded queue, batches, and patience while the store is busy.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use swarmscope_model::accounting::{Account, Ledger};
use swarmscope_model::limits::COLLECT_QUEUE_EVENTS;
use swarmscope_query::store::{Action, LogStore, Refused, StoreError, WriteOperation};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::document::Collected;

/// Documents handed to the store at once.
const BATCH: usize = 1_000;
/// First wait before a refused batch is sent again; doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// One end of the queue. Clones feed the same store.
#[derive(Clone)]
pub struct Sink {
    queue: mpsc::Sender<WriteOperation>,
}

/// The store is closed; nothing more is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the log store is closed")]
pub struct SinkClosed;

impl Sink {
    /// Starts the writer. It ends, with everything written, when the last clone is gone.
    pub fn start(logs: Arc<dyn LogStore>, ledger: Arc<Ledger>) -> (Self, JoinHandle<()>) {
        let (queue, receiver) = mpsc::channel(COLLECT_QUEUE_EVENTS);
        let writer = tokio::spawn(write_batches(receiver, logs, ledger));
        (Self { queue }, writer)
    }

    /// Hands over a document; waits while the queue is full. The id makes a resend harmless.
    ///
    /// # Errors
    /// When the store is closed.
    pub async fn send(&self, document: Collected, id: String) -> Result<(), SinkClosed> {
        self.queue
            .send(operation(document, id))
            .await
            .map_err(|_| SinkClosed)
    }

    /// Hands over a document if there is room, and says whether there was.
    pub fn try_send(&self, document: Collected, id: String) -> bool {
        self.queue.try_send(operation(document, id)).is_ok()
    }
}

fn operation(document: Collected, id: String) -> WriteOperation {
    WriteOperation {
        index: document.index.into(),
        action: Action::Create,
        id: Some(id),
        source: document.source.into(),
    }
}

async fn write_batches(
    mut receiver: mpsc::Receiver<WriteOperation>,
    logs: Arc<dyn LogStore>,
    ledger: Arc<Ledger>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while receiver.recv_many(&mut batch, BATCH).await > 0 {
        if write(&batch, logs.as_ref()).await.is_err() {
            drop_with_count(&batch, &ledger);
        }
        batch.clear();
    }
}

/// Writes the batch, again and again while the store is busy or in trouble.
async fn write(batch: &[WriteOperation], logs: &dyn LogStore) -> Result<(), SinkClosed> {
    let mut wait = FIRST_WAIT;
    loop {
        match logs.write(batch.to_vec()).await {
            Ok(outcomes) => {
                for refused in outcomes.into_iter().filter_map(Result::err) {
                    // A line that is there already was sent before: exactly what ids are for.
                    if !matches!(refused, Refused::AlreadyExists { .. }) {
                        tracing::warn!("a collected line was refused: {refused}");
                    }
                }
                return Ok(());
            }
            Err(StoreError::Closed) => return Err(SinkClosed),
            Err(error) => {
                tracing::warn!(
                    "the log store does not take collected lines, trying again: {error}"
                );
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST_WAIT);
            }
        }
    }
}

fn drop_with_count(batch: &[WriteOperation], ledger: &Ledger) {
    #[derive(Deserialize)]
    struct Sender {
        agent_name: String,
    }
    for operation in batch {
        let sender = serde_json::from_slice::<Sender>(&operation.source);
        let agent_name = sender.map_or(String::new(), |sender| sender.agent_name);
        ledger.record(
            &agent_name,
            Account {
                dropped: 1,
                ..Account::default()
            },
        );
    }
}
