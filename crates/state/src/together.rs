//! Requests of one kind that come while earlier ones are under way are done together: one statement and
//! one sync of the disk for many agents. One batch runs at a time, so a batch grows with the load and a
//! lone request waits for nobody.
//!
//! Never decides anything: what cannot be done with others is handed back to be done alone.

use std::collections::BTreeMap;

use async_trait::async_trait;
use swarmscope_model::limits::STATE_GROUP_COMMIT;
use swarmscope_model::state::{StateError, Task};
use tokio::sync::{mpsc, oneshot};

/// What became of a request in its batch.
#[derive(Debug)]
pub enum Outcome<T> {
    Done(Result<T, StateError>),
    /// Nothing was done: it needs more than the batch has looked at, or the batch failed.
    Alone,
}

/// What has become of requests so far, by their places in the batch.
pub type Outcomes<T> = BTreeMap<usize, Outcome<T>>;

/// One outcome for each of so many requests; those that have none are done alone.
pub fn in_order<T>(requests: usize, mut outcomes: Outcomes<T>) -> Vec<Outcome<T>> {
    (0..requests)
        .map(|place| outcomes.remove(&place).unwrap_or(Outcome::Alone))
        .collect()
}

/// The tasks that a statement gave back, each to the request in whose place it belongs; one that belongs to nobody
/// here is nobody's outcome.
pub fn done(
    tasks: impl IntoIterator<Item = Task>,
    place: impl Fn(&Task) -> Option<usize>,
) -> Outcomes<Task> {
    let placed = tasks.into_iter().filter_map(|task| {
        let place = place(&task)?;
        Some((place, Outcome::Done(Ok(task))))
    });
    placed.collect()
}

/// How requests are done together.
#[async_trait]
pub trait Together: Send + Sync + 'static {
    type Request: Send + Sync;
    type Output: Send;

    /// One outcome for each request, in their order.
    async fn run(&self, requests: &[Self::Request]) -> Vec<Outcome<Self::Output>>;
}

type Asked<T> = (
    <T as Together>::Request,
    oneshot::Sender<Outcome<<T as Together>::Output>>,
);

/// Collects requests. Cheap to clone; the work ends with the last of the clones.
pub struct Batches<T: Together> {
    requests: mpsc::UnboundedSender<Asked<T>>,
}

impl<T: Together> Clone for Batches<T> {
    fn clone(&self) -> Self {
        Self {
            requests: self.requests.clone(),
        }
    }
}

impl<T: Together> Batches<T> {
    /// Begins to take requests. Needs a runtime.
    pub fn start(work: T) -> Self {
        let (requests, incoming) = mpsc::unbounded_channel();
        tokio::spawn(run(work, incoming));
        Self { requests }
    }

    /// Has the request done with its neighbours.
    pub async fn ask(&self, request: T::Request) -> Outcome<T::Output> {
        let (reply, outcome) = oneshot::channel();
        match self.requests.send((request, reply)) {
            // A batch that broke has answered nobody.
            Ok(()) => outcome.await.unwrap_or(Outcome::Alone),
            Err(_) => Outcome::Alone,
        }
    }
}

async fn run<T: Together>(work: T, mut incoming: mpsc::UnboundedReceiver<Asked<T>>) {
    while let Some(first) = incoming.recv().await {
        let mut batch = vec![first];
        while batch.len() < STATE_GROUP_COMMIT {
            match incoming.try_recv() {
                Ok(next) => batch.push(next),
                Err(_) => break,
            }
        }
        // Who has gone meanwhile wants nothing any more.
        batch.retain(|(_, reply)| !reply.is_closed());
        let (requests, replies): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        if requests.is_empty() {
            continue;
        }
        for (outcome, reply) in work.run(&requests).await.into_iter().zip(replies) {
            // What was done for somebody who went in this moment is found by whoever looks.
            let _ = reply.send(outcome);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::join_all;
    use tokio::sync::{Mutex, Notify};

    use super::*;

    /// Doubles numbers once it is let; notes its batches.
    struct Doubling {
        go: Arc<Notify>,
        batches: Arc<Mutex<Vec<Vec<u32>>>>,
    }

    #[async_trait]
    impl Together for Doubling {
        type Request = u32;
        type Output = u32;

        async fn run(&self, requests: &[u32]) -> Vec<Outcome<u32>> {
            self.go.notified().await;
            self.batches.lock().await.push(requests.to_vec());
            requests
                .iter()
                .map(|number| Outcome::Done(Ok(number * 2)))
                .collect()
        }
    }

    #[tokio::test]
    async fn what_comes_while_a_batch_runs_is_the_next_batch_without_those_who_have_gone() {
        let go = Arc::new(Notify::new());
        let batches = Arc::default();
        let doubling = Batches::start(Doubling {
            go: Arc::clone(&go),
            batches: Arc::clone(&batches),
        });
        let ask = |number| {
            let doubling = doubling.clone();
            tokio::spawn(async move {
                match doubling.ask(number).await {
                    Outcome::Done(Ok(doubled)) => doubled,
                    other => panic!("{other:?}"),
                }
            })
        };
        let first = ask(1);
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let others = [2, 3, 4].map(ask);
        tokio::task::yield_now().await;
        others[1].abort();
        tokio::task::yield_now().await;
        go.notify_one();
        assert_eq!(first.await.expect("answered"), 2);
        go.notify_one();
        let [second, gone, fourth] = others;
        assert!(gone.await.is_err());
        let answers = join_all([second, fourth]).await;
        let answers: Vec<u32> = answers
            .into_iter()
            .map(|answer| answer.expect("answered"))
            .collect();
        assert_eq!(answers, [4, 8]);
        assert_eq!(*batches.lock().await, [vec![1], vec![2, 4]]);
    }
}
