//! Swarmscope's own log: events in the contract's shape, on standard error and in its own store.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use serde_json::{Map, Value, json};
use swarmscope_collect::Sink;
use swarmscope_collect::document::Collected;
use swarmscope_model::event::event_type;
use swarmscope_model::names::{SELF_AGENT, daily_index};
use swarmscope_model::{Event, Severity, Timestamp};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use uuid::Uuid;

/// The store's end of the log, while there is a store.
static SINK: RwLock<Option<Sink>> = RwLock::new(None);
/// Own events that found the store's queue full; they stand on standard error all the same.
static LEFT_OUT: AtomicU64 = AtomicU64::new(0);

/// Starts the log at the level that `LOG_LEVEL` names.
pub fn start() {
    let (severity, warning) = level_from_environment();
    let level = match severity {
        Severity::Debug => LevelFilter::DEBUG,
        Severity::Info => LevelFilter::INFO,
        Severity::Warning => LevelFilter::WARN,
        Severity::Error | Severity::Critical => LevelFilter::ERROR,
    };
    // Libraries have their say only when something is wrong.
    let targets = Targets::new()
        .with_target("swarmscope", level)
        .with_default(level.min(LevelFilter::WARN));
    let human = std::io::stderr().is_terminal();
    tracing_subscriber::registry()
        .with(EventLayer { human }.with_filter(targets))
        .init();
    if let Some(warning) = warning {
        tracing::warn!("{warning}");
    }
}

/// From now on the log goes into the store as well.
pub fn attach(sink: Sink) {
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = Some(sink);
}

/// From now on the log goes to standard error alone, so that the store can be closed.
pub fn detach() {
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = None;
}

/// Own events that did not find room in the store's queue.
pub fn left_out() -> u64 {
    LEFT_OUT.load(Ordering::Relaxed)
}

fn level_from_environment() -> (Severity, Option<String>) {
    match std::env::var("LOG_LEVEL") {
        Ok(text) => match text.parse() {
            Ok(severity) => (severity, None),
            Err(error) => (
                Severity::Info,
                Some(format!("LOG_LEVEL: {error}; INFO it is")),
            ),
        },
        Err(_) => (Severity::Info, None),
    }
}

struct EventLayer {
    /// Whether a person reads standard error.
    human: bool,
}

impl<S: tracing::Subscriber> Layer<S> for EventLayer {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let metadata = event.metadata();
        let own = to_event(*metadata.level(), metadata.target(), fields);
        // A log that cannot be written is no reason to stop.
        let _ = if self.human {
            print_for_people(&own)
        } else {
            print_line(&own)
        };
        let sink = SINK.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(sink) = sink.as_ref() {
            let document = Collected {
                index: daily_index(SELF_AGENT, own.timestamp),
                source: own.to_json_line().into_bytes(),
            };
            if !sink.try_send(document, Uuid::now_v7().simple().to_string()) {
                LEFT_OUT.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

fn to_event(level: tracing::Level, target: &str, fields: Fields) -> Event {
    let severity = match level {
        tracing::Level::ERROR => Severity::Error,
        tracing::Level::WARN => Severity::Warning,
        tracing::Level::INFO => Severity::Info,
        _ => Severity::Debug,
    };
    let mut metadata: Map<String, Value> = fields.values.into_iter().collect();
    let named = metadata
        .remove("event_type")
        .and_then(|kind| kind.as_str().map(str::to_owned));
    metadata.insert("target".to_owned(), json!(target));
    let fallback = if severity >= Severity::Error {
        event_type::ERROR
    } else {
        "log"
    };
    Event {
        timestamp: Timestamp::now(),
        agent_name: SELF_AGENT.to_owned(),
        event_type: named.unwrap_or_else(|| fallback.to_owned()),
        severity,
        message: fields.message,
        metadata,
    }
}

fn print_line(event: &Event) -> std::io::Result<()> {
    let mut line = event.to_json_line();
    line.push('\n');
    std::io::stderr().write_all(line.as_bytes())
}

fn print_for_people(event: &Event) -> std::io::Result<()> {
    let style = crate::terminal::severity_style(event.severity.as_str());
    let time = event.timestamp.to_string();
    let clock = time.get(11..19).unwrap_or(&time);
    writeln!(
        anstream::stderr().lock(),
        "{clock} {style}{:<8}{style:#} {}",
        event.severity,
        event.message
    )
}

#[derive(Default)]
struct Fields {
    message: String,
    values: BTreeMap<String, Value>,
}

impl Fields {
    fn set(&mut self, field: &Field, value: Value) {
        self.values.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.set(field, json!(format!("{value:?}")));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.set(field, json!(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, json!(value));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, json!(value));
    }
}
