//! Events as JSON lines in the contract's shape.
//!
//! ```
//! let logger = swarmscope_sdk::Logger::from_env("my_agent");
//! logger.info("task_processing", "reading the sources").field("task_id", "t1").emit();
//! ```
//!
//! Logging never blocks, never fails and never panics: lines go through a bounded queue to a
//! thread that writes them; what does not fit is counted and reported as an event of its own.

mod account;
mod level;
mod output;
mod queue;
mod record;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use serde_json::{Map, Value};
use swarmscope_model::limits::MAX_LINE_BYTES;
use swarmscope_model::{Event, Severity, Timestamp};

pub use account::Emitted;
pub use level::{LevelSetting, from_env as level_from_env};
use queue::{Queue, QueueLimits};
pub use record::Record;

pub use swarmscope_model::accounting::Stage;
pub use swarmscope_model::event::event_type::{EVENTS_ACCOUNTED, EVENTS_DROPPED};

use crate::metrics;

/// Writes events in the name of one agent. Cheap to clone; clones share level and queue.
#[derive(Clone)]
pub struct Logger {
    core: Arc<Core>,
    agent_name: Arc<str>,
}

struct Core {
    queue: Arc<Queue>,
    level: AtomicU8,
    /// Which logger this is, in its reports.
    writer_name: String,
}

impl Drop for Core {
    fn drop(&mut self) {
        self.queue.close(Logger::FLUSH_TIMEOUT);
    }
}

impl std::fmt::Debug for Logger {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Logger")
            .field("agent_name", &self.agent_name)
            .field("level", &self.level())
            .finish_non_exhaustive()
    }
}

impl Logger {
    /// How long an ending process waits for a consumer that does not read.
    pub const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

    /// Logs to stdout at the level that `LOG_LEVEL` names. A bad value means INFO and one warning.
    pub fn from_env(agent_name: &str) -> Self {
        let setting = level::from_env();
        let logger = Self::to_writer(agent_name, setting.level, output::stdout());
        if let Some(refused) = setting.refused {
            logger
                .warning("error", format!("LOG_LEVEL: {refused}; logging at INFO"))
                .error(&refused)
                .emit();
        }
        logger
    }

    /// Logs to any writer, which gets whole lines from a thread of its own.
    pub fn to_writer(
        agent_name: &str,
        level: Severity,
        writer: impl Write + Send + 'static,
    ) -> Self {
        Self::with_limits(agent_name, level, writer, QueueLimits::default())
    }

    /// Logs to stdout on the caller's thread for as long as whoever reads stdout keeps up, and
    /// through the queue when not. For programs that may end or fork at any moment without being
    /// asked: what was logged is already out. No thread is started before one is needed.
    pub fn immediate(agent_name: &str, level: Severity) -> Self {
        Self::immediate_to(
            agent_name,
            level,
            output::CurrentStdout,
            QueueLimits::default(),
        )
    }

    fn immediate_to(
        agent_name: &str,
        level: Severity,
        writer: impl output::Immediate + Clone + 'static,
        limits: QueueLimits,
    ) -> Self {
        let agent_name: Arc<str> = agent_name.into();
        let reporter = Arc::clone(&agent_name);
        let report = move |dropped| drop_report(&reporter, dropped);
        Self::with_queue(agent_name, level, Queue::immediate(limits, writer, report))
    }

    fn with_limits(
        agent_name: &str,
        level: Severity,
        writer: impl Write + Send + 'static,
        limits: QueueLimits,
    ) -> Self {
        let agent_name: Arc<str> = agent_name.into();
        let reporter = Arc::clone(&agent_name);
        let queue = Queue::start(limits, writer, move |dropped| {
            drop_report(&reporter, dropped)
        });
        Self::with_queue(agent_name, level, queue)
    }

    fn with_queue(agent_name: Arc<str>, level: Severity, queue: Arc<Queue>) -> Self {
        let core = Arc::new(Core {
            queue,
            level: AtomicU8::new(level as u8),
            writer_name: account::writer_name(),
        });
        Self { core, agent_name }
    }

    /// The same output in the name of another agent.
    #[must_use]
    pub fn named(&self, agent_name: &str) -> Self {
        Self {
            core: Arc::clone(&self.core),
            agent_name: agent_name.into(),
        }
    }

    /// In whose name this logger writes.
    pub fn agent_name(&self) -> &str {
        &self.agent_name
    }

    /// The least serious severity that is written.
    pub fn level(&self) -> Severity {
        Severity::ALL[usize::from(self.core.level.load(Ordering::Relaxed))]
    }

    /// Changes the level of this logger and all its clones, from now on.
    pub fn set_level(&self, level: Severity) {
        self.core.level.store(level as u8, Ordering::Relaxed);
    }

    /// Events that did not fit into the queue or could not be written, since the start.
    pub fn dropped(&self) -> u64 {
        self.core.queue.dropped()
    }

    /// What this logger and its clones have emitted in their agent's name, and given up of it.
    pub fn emitted(&self) -> Emitted {
        self.core.queue.counts(&self.agent_name)
    }

    /// Reports what was emitted so far as an event, whatever the level: a server that keeps a ledger
    /// sees whether it all arrived. The first report of a process goes before its other events, the last
    /// one behind them.
    pub fn report_emitted(&self, stage: Stage) {
        let writer = &self.core.writer_name;
        let name = &self.agent_name;
        let make = |before| line(&account::report(writer, name, before, stage));
        self.core.queue.push(name, make);
    }

    /// Counts an event that its caller could not hand in.
    pub fn count_dropped(&self) {
        self.core.queue.count_dropped();
    }

    /// Whether an event logged now would be out before the call returns.
    pub fn is_ready(&self) -> bool {
        self.core.queue.is_ready()
    }

    /// Waits until everything logged so far is written, or the time is over (then `false`).
    pub fn flush(&self, timeout: Duration) -> bool {
        self.core.queue.flush(timeout)
    }

    /// Begins an event; [`Record::emit`] writes it.
    pub fn event(
        &self,
        severity: Severity,
        event_type: impl Into<String>,
        message: impl Into<String>,
    ) -> Record<'_> {
        Record::new(self, severity, event_type.into(), message.into())
    }

    /// Begins a DEBUG event.
    pub fn debug(&self, event_type: impl Into<String>, message: impl Into<String>) -> Record<'_> {
        self.event(Severity::Debug, event_type, message)
    }

    /// Begins an INFO event.
    pub fn info(&self, event_type: impl Into<String>, message: impl Into<String>) -> Record<'_> {
        self.event(Severity::Info, event_type, message)
    }

    /// Begins a WARNING event.
    pub fn warning(&self, event_type: impl Into<String>, message: impl Into<String>) -> Record<'_> {
        self.event(Severity::Warning, event_type, message)
    }

    /// Begins an ERROR event.
    pub fn error(&self, event_type: impl Into<String>, message: impl Into<String>) -> Record<'_> {
        self.event(Severity::Error, event_type, message)
    }

    /// Begins a CRITICAL event.
    pub fn critical(
        &self,
        event_type: impl Into<String>,
        message: impl Into<String>,
    ) -> Record<'_> {
        self.event(Severity::Critical, event_type, message)
    }

    fn write(&self, event: &Event) {
        let line = line(event);
        let taken = self.core.queue.push(&self.agent_name, |_| line);
        metrics::count_event(&self.agent_name, taken);
    }
}

/// The event as a line that a collector takes whole.
fn line(event: &Event) -> Vec<u8> {
    let mut text = event.to_json_line();
    if text.len() >= MAX_LINE_BYTES {
        text = shortened(event, text.len()).to_json_line();
    }
    text.push('\n');
    text.into_bytes()
}

/// What is left of an event that is too long for a line: what identifies it, and how long it was.
fn shortened(event: &Event, bytes: usize) -> Event {
    const MESSAGE_BYTES: usize = 64 * 1024;
    const ID_BYTES: usize = 1024;
    let cut = |text: &str, bytes: usize| text[..text.floor_char_boundary(bytes)].to_owned();
    let mut metadata = Map::from_iter([("truncated_bytes".to_owned(), Value::from(bytes))]);
    if let Some(id) = event.correlation_id() {
        metadata.insert("correlation_id".to_owned(), cut(id, ID_BYTES).into());
    }
    Event {
        agent_name: cut(&event.agent_name, ID_BYTES),
        event_type: cut(&event.event_type, ID_BYTES),
        message: cut(&event.message, MESSAGE_BYTES),
        metadata,
        ..*event
    }
}

fn drop_report(agent_name: &str, dropped: u64) -> Vec<u8> {
    line(&Event {
        timestamp: Timestamp::now(),
        agent_name: agent_name.to_owned(),
        event_type: EVENTS_DROPPED.to_owned(),
        severity: Severity::Warning,
        message: format!("{dropped} events were dropped because nobody read them in time"),
        metadata: Map::from_iter([("dropped".to_owned(), Value::from(dropped))]),
    })
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
