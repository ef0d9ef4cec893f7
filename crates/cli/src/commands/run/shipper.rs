//! From events to a server, without ever keeping the program waiting: what is not taken goes to the
//! spool, and from there again.
//!
//! Events reach the server in the order in which they came: a ledger counts as missing what a report
//! covers and what has not come before it. So what waits on disk goes before what is in memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use swarmscope_model::limits::PENDING_EVENTS;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::spool::{Outgoing, Spool};
use super::{lost, outgoing};
use crate::bulk::{Bulk, FULL_BYTES, Outcome};
use crate::client::Client;
use crate::failure::Failure;

/// Events in one request.
const BATCH: usize = 1_000;
/// How long events gather for one request.
const LINGER: Duration = Duration::from_millis(100);
/// How long a server that did not answer is left alone.
const REST: Duration = Duration::from_secs(2);

/// The near end: takes events at once.
#[derive(Clone)]
pub struct Shipper {
    events: mpsc::UnboundedSender<Outgoing>,
    finish: mpsc::Sender<(Duration, tokio::sync::oneshot::Sender<Delivery>)>,
}

/// What became of all events.
#[derive(Debug, Default)]
pub struct Delivery {
    pub refused: u64,
    pub refusal: Option<String>,
    /// Neither sent nor on disk.
    pub dropped: u64,
    /// On disk still.
    pub waiting: u64,
    pub spooled: Option<PathBuf>,
    /// Why they are not at the server.
    pub reason: Option<String>,
}

impl Shipper {
    /// Starts the far end.
    pub fn start(client: Client, spool: Spool) -> Self {
        let (events, incoming) = mpsc::unbounded_channel();
        let (finish, finished) = mpsc::channel(1);
        let ship = Ship {
            client: Arc::new(client),
            spool,
            pending: Vec::new(),
            delivery: Delivery::default(),
            rest_until: None,
            request: None,
        };
        tokio::spawn(ship.run(incoming, finished));
        Self { events, finish }
    }

    /// Takes an event. The far end always takes it off: memory holds [`PENDING_EVENTS`] at most.
    pub fn send(&self, index: String, id: String, source: Vec<u8>) {
        if let Some(event) = outgoing(index, id, source) {
            // The far end outlives this one.
            let _ = self.events.send(event);
        }
    }

    /// Sends what is left, for so long, and says what became of everything.
    pub async fn finish(self, within: Duration) -> Delivery {
        let (reply, delivery) = tokio::sync::oneshot::channel();
        drop(self.events);
        if self.finish.send((within, reply)).await.is_err() {
            return Delivery::default();
        }
        delivery.await.unwrap_or_default()
    }
}

/// A request under way, with what is in it.
struct Request {
    events: Vec<Outgoing>,
    /// How far the spool is read with it, if they come from there.
    mark: Option<u64>,
    task: JoinHandle<Result<Outcome, Failure>>,
}

/// The far end.
struct Ship {
    client: Arc<Client>,
    spool: Spool,
    pending: Vec<Outgoing>,
    delivery: Delivery,
    /// While the server does not answer.
    rest_until: Option<Instant>,
    request: Option<Request>,
}

impl Ship {
    async fn run(
        mut self,
        mut incoming: mpsc::UnboundedReceiver<Outgoing>,
        mut finished: mpsc::Receiver<(Duration, tokio::sync::oneshot::Sender<Delivery>)>,
    ) {
        let mut batch = Vec::new();
        let mut tick = tokio::time::interval(LINGER);
        let finish = loop {
            tokio::select! {
                1.. = incoming.recv_many(&mut batch, BATCH) => {
                    self.pending.append(&mut batch);
                    if self.pending.len() > PENDING_EVENTS {
                        self.spill();
                    }
                }
                result = outcome(&mut self.request) => self.settle(result),
                _ = tick.tick() => self.start(),
                request = finished.recv() => break request,
            }
        };
        let Some((within, reply)) = finish else {
            return;
        };
        while let Some(event) = incoming.recv().await {
            self.pending.push(event);
        }
        // A server that does not answer now is not waited for: the spool keeps the rest.
        let _ = tokio::time::timeout(within, self.send_the_rest()).await;
        if let Some(Request {
            events, mark: None, ..
        }) = self.request.take()
        {
            self.pending.splice(0..0, events);
        }
        self.spill();
        if let Some((waiting, path)) = self.spool.waiting() {
            self.delivery.waiting = waiting;
            self.delivery.spooled = Some(path.to_owned());
        }
        // The asker may be gone.
        let _ = reply.send(self.delivery);
    }

    async fn send_the_rest(&mut self) {
        self.rest_until = None;
        while self.rest_until.is_none() {
            self.start();
            if self.request.is_none() {
                return;
            }
            let result = outcome(&mut self.request).await;
            self.settle(result);
        }
    }

    /// Starts the next request when it is time and there is something to send.
    fn start(&mut self) {
        let resting = self.rest_until.is_some_and(|until| Instant::now() < until);
        if self.request.is_some() || resting {
            return;
        }
        match self.next_events() {
            Ok((events, mark)) if !events.is_empty() => self.send(events, mark),
            Ok(_) => {}
            Err(error) => self.fail(error.to_string()),
        }
    }

    /// What to send next, and how far the spool is read with it.
    fn next_events(&mut self) -> std::io::Result<(Vec<Outgoing>, Option<u64>)> {
        while !self.spool.is_empty() {
            let (events, mark) = self.spool.peek(BATCH, FULL_BYTES)?;
            if !events.is_empty() {
                return Ok((events, Some(mark)));
            }
            // Nothing in it can be read.
            self.spool.sent(0, mark)?;
        }
        let mut bytes = 0;
        let fitting = self.pending.iter().take(BATCH).take_while(|event| {
            let is_first = bytes == 0;
            bytes += event.source.get().len();
            is_first || bytes <= FULL_BYTES
        });
        let most = fitting.count();
        Ok((self.pending.drain(..most).collect(), None))
    }

    fn send(&mut self, events: Vec<Outgoing>, mark: Option<u64>) {
        let mut bulk = Bulk::default();
        for event in &events {
            bulk.add(&event.index, Some(&event.id), event.source.get().as_bytes());
        }
        let client = Arc::clone(&self.client);
        let task = tokio::spawn(async move { bulk.send(&client, 1).await });
        self.request = Some(Request { events, mark, task });
    }

    fn settle(&mut self, result: Result<Outcome, Failure>) {
        let Some(request) = self.request.take() else {
            return;
        };
        match result {
            Ok(outcome) => {
                self.rest_until = None;
                self.delivery.reason = None;
                self.delivery.refused += outcome.refused;
                let refusal = self.delivery.refusal.take();
                self.delivery.refusal = refusal.or(outcome.first_refusal);
                if let Some(mark) = request.mark
                    && let Err(error) = self.spool.sent(request.events.len(), mark)
                {
                    self.fail(error.to_string());
                }
                if self.pending.len() >= BATCH || !self.spool.is_empty() {
                    self.start();
                }
            }
            Err(failure) => {
                self.fail(failure.to_string());
                if request.mark.is_none() {
                    self.pending.splice(0..0, request.events);
                    self.spill();
                }
            }
        }
    }

    fn fail(&mut self, reason: String) {
        self.rest_until = Some(Instant::now() + REST);
        self.delivery.reason = Some(reason);
    }

    /// Puts what is in memory on disk; what finds no room there is lost, and a notice takes its place.
    fn spill(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        match self
            .spill_request()
            .and_then(|()| self.spool.append(&self.pending))
        {
            Ok(()) => self.pending.clear(),
            Err(error) => {
                let (notices, lost) = lost::notices(&self.pending);
                self.pending = notices;
                self.delivery.dropped += lost;
                self.delivery.reason = Some(error.to_string());
            }
        }
    }

    /// Puts what is under way from memory on disk as well: should it fail, it stands before what came later.
    fn spill_request(&mut self) -> std::io::Result<()> {
        if let Some(request) = &mut self.request
            && request.mark.is_none()
        {
            self.spool.append(&request.events)?;
            request.mark = self.spool.end();
        }
        Ok(())
    }
}

/// The end of the request under way; never, when there is none.
async fn outcome(request: &mut Option<Request>) -> Result<Outcome, Failure> {
    match request {
        Some(request) => (&mut request.task)
            .await
            .unwrap_or_else(|error| Err(Failure::new(error.to_string()))),
        None => std::future::pending().await,
    }
}
