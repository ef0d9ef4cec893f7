//! A bounded queue of notifications that loses the oldest rather than wait.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use swarmscope_model::limits::{NOTIFICATION_BATCH, NOTIFICATION_QUEUE};
use tokio::sync::Notify;

use super::notification::Notification;

/// A queue with one reader.
#[derive(Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    filled: Notify,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<Notification>,
    dropped: u64,
}

impl Queue {
    /// Adds notifications; the oldest go when there is no room.
    pub fn push(&self, notifications: impl IntoIterator<Item = Notification>) {
        let mut inner = self.inner();
        inner.waiting.extend(notifications);
        inner.trim();
        drop(inner);
        self.filled.notify_one();
    }

    /// The oldest notifications, as many as go into one request; waits until there is one.
    pub async fn batch(&self) -> Vec<Notification> {
        loop {
            let filled = self.filled.notified();
            if let Some(batch) = self.take() {
                return batch;
            }
            filled.await;
        }
    }

    /// The oldest notifications, if there are any.
    pub fn take(&self) -> Option<Vec<Notification>> {
        let mut inner = self.inner();
        let count = inner.waiting.len().min(NOTIFICATION_BATCH);
        (count > 0).then(|| inner.waiting.drain(..count).collect())
    }

    /// Puts back a batch that could not be sent, in front of what came meanwhile.
    pub fn put_back(&self, batch: Vec<Notification>) {
        let mut inner = self.inner();
        for notification in batch.into_iter().rev() {
            inner.waiting.push_front(notification);
        }
        inner.trim();
    }

    /// Counts notifications that will never be sent.
    pub fn count_dropped(&self, count: usize) {
        self.inner().dropped += count as u64;
    }

    /// How many wait, and how many were dropped since the start.
    pub fn figures(&self) -> (usize, u64) {
        let inner = self.inner();
        (inner.waiting.len(), inner.dropped)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn trim(&mut self) {
        let surplus = self.waiting.len().saturating_sub(NOTIFICATION_QUEUE);
        if surplus > 0 {
            self.waiting.drain(..surplus);
            self.dropped += surplus as u64;
            tracing::warn!(
                surplus,
                "the queue of notifications is full; the oldest are dropped"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notifications(numbers: std::ops::Range<i64>) -> Vec<Notification> {
        numbers
            .map(|number| Notification {
                labels: Default::default(),
                annotations: Default::default(),
                starts_at: number,
                ends_at: number,
                generator_url: String::new(),
            })
            .collect()
    }

    #[test]
    fn batches_are_bounded_and_in_order() {
        let queue = Queue::default();
        queue.push(notifications(0..100));
        let batch = queue.take().expect("a batch");
        assert_eq!((batch.len(), batch[0].starts_at), (64, 0));
        queue.put_back(batch);
        assert_eq!(queue.take().expect("a batch")[63].starts_at, 63);
        assert_eq!(queue.take().expect("a batch").len(), 36);
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn the_oldest_go_when_it_is_full() {
        let queue = Queue::default();
        queue.push(notifications(0..10_010));
        assert_eq!(queue.figures(), (10_000, 10));
        assert_eq!(queue.take().expect("a batch")[0].starts_at, 10);
        // What is put back is older than all that came since.
        queue.push(notifications(0..64));
        queue.put_back(notifications(-5..0));
        assert_eq!(queue.figures(), (10_000, 15));
    }
}
