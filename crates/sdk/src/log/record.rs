//! One event in the making. Nothing is written before [`Record::emit`].

use std::error::Error;

use serde_json::{Map, Value};
use swarmscope_model::{Event, ExceptionInfo, Severity, Timestamp};

use super::Logger;
use crate::{correlation, exception};

/// An event in the making; below the logger's level it costs nothing more.
#[must_use = "an event is written by emit()"]
pub struct Record<'a> {
    logger: &'a Logger,
    event: Option<Event>,
}

impl<'a> Record<'a> {
    pub(super) fn new(
        logger: &'a Logger,
        severity: Severity,
        event_type: String,
        message: String,
    ) -> Self {
        let event = (severity >= logger.level()).then(|| Event {
            timestamp: Timestamp::now(),
            agent_name: logger.agent_name().to_owned(),
            event_type,
            severity,
            message,
            metadata: Map::new(),
        });
        Self { logger, event }
    }

    /// Sets an entry of `metadata`.
    pub fn field(mut self, key: &str, value: impl Into<Value>) -> Self {
        if let Some(event) = &mut self.event {
            event.metadata.insert(key.to_owned(), value.into());
        }
        self
    }

    /// Sets all these entries of `metadata`.
    pub fn metadata(mut self, entries: Map<String, Value>) -> Self {
        if let Some(event) = &mut self.event {
            event.metadata.extend(entries);
        }
        self
    }

    /// Sets the correlation id, whatever the async task's own is.
    pub fn correlation_id(self, id: &str) -> Self {
        self.field("correlation_id", id)
    }

    /// Attaches an error with its chain of sources as `metadata.exception`.
    pub fn error<E: Error + ?Sized>(self, error: &E) -> Self {
        if self.event.is_none() {
            return self;
        }
        self.exception(exception::describe(error))
    }

    /// Attaches what was thrown as `metadata.exception`.
    pub fn exception(self, exception: ExceptionInfo) -> Self {
        let lines: Vec<Value> = exception.traceback.into_iter().map(Value::String).collect();
        let entry = Map::from_iter([
            ("type".to_owned(), Value::String(exception.kind)),
            ("message".to_owned(), Value::String(exception.message)),
            ("traceback".to_owned(), Value::Array(lines)),
        ]);
        self.field("exception", entry)
    }

    /// Hands the event to the writer.
    pub fn emit(self) {
        let logger = self.logger;
        if let Some(event) = self.finish() {
            logger.write(&event);
        }
    }

    /// The event as the line that `emit` would have written, for who writes it somewhere else;
    /// `None` below the logger's level.
    pub fn into_line(self) -> Option<String> {
        let event = self.finish()?;
        String::from_utf8(super::line(&event)).ok()
    }

    fn finish(self) -> Option<Event> {
        let mut event = self.event?;
        if !event.metadata.contains_key("correlation_id")
            && let Some(id) = correlation::correlation_id()
        {
            event
                .metadata
                .insert("correlation_id".to_owned(), id.into());
        }
        Some(event)
    }
}
