//! What the logger promises, over writers that misbehave.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;
use swarmscope_model::Severity;

use super::output::{Immediate, Room};
use super::testing::Kept;
use super::*;
use crate::with_correlation_id;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn events_have_the_contracts_shape_and_carry_the_tasks_correlation_id() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Info, kept.clone());
    with_correlation_id("c1", async {
        logger.info("task_received", "got it").field("n", 1).emit();
        logger.debug("task_processing", "too quiet").emit();
        logger.info("x", "own id").correlation_id("c2").emit();
    })
    .await;
    let cause = io::Error::other("the disk is gone");
    logger
        .named("b")
        .error("error", "no id")
        .error(&cause)
        .emit();
    assert!(logger.flush(SOON));
    let events = kept.events();
    let keys: Vec<&String> = events[0].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "timestamp",
            "agent_name",
            "event_type",
            "severity",
            "message",
            "metadata"
        ]
    );
    assert_eq!(
        events[0]["metadata"],
        serde_json::json!({"n": 1, "correlation_id": "c1"})
    );
    assert_eq!(events[1]["metadata"]["correlation_id"], "c2");
    assert_eq!(events[2]["agent_name"], "b");
    assert_eq!(
        events[2]["metadata"]["exception"]["message"],
        "the disk is gone"
    );
    assert_eq!(
        events[2]["metadata"]["exception"]["type"],
        "std::io::error::Error"
    );
    assert_eq!(events.len(), 3);
}

#[test]
fn the_level_changes_while_running_for_every_clone() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Warning, kept.clone());
    let clone = logger.named("b");
    clone.info("x", "not yet").emit();
    logger.set_level(Severity::Debug);
    clone.debug("x", "now").emit();
    assert!(logger.flush(SOON));
    assert_eq!(kept.events().len(), 1);
}

#[test]
fn many_threads_write_whole_lines() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Info, kept.clone());
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let logger = &logger;
            scope.spawn(move || {
                for number in 0..200 {
                    logger
                        .info("x", "y".repeat(300))
                        .field("n", thread * 1_000 + number)
                        .emit();
                }
            });
        }
    });
    assert!(logger.flush(SOON));
    let mut numbers: Vec<i64> = kept
        .events()
        .iter()
        .map(|event| event["metadata"]["n"].as_i64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 1_600);
}

/// A consumer that reads only when told to.
struct Stalled {
    entered: Sender<()>,
    go_on: Receiver<()>,
    kept: Kept,
}

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.entered.send(());
        let _ = self.go_on.recv();
        self.kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_consumer_that_does_not_read_never_blocks_and_what_was_dropped_is_reported() {
    let (entered, has_entered) = channel();
    let (release, go_on) = channel::<()>();
    let kept = Kept::default();
    let stalled = Stalled {
        entered,
        go_on,
        kept: kept.clone(),
    };
    let limits = QueueLimits {
        lines: 5,
        bytes: 1 << 20,
    };
    let logger = Logger::with_limits("a", Severity::Info, stalled, limits);
    logger.info("x", "in the writer's hands").emit();
    has_entered.recv().unwrap();
    for _ in 0..12 {
        logger.info("x", "waiting").emit();
    }
    assert_eq!(logger.dropped(), 7);
    let counted = Emitted {
        emitted: 13,
        dropped: 7,
    };
    assert_eq!(logger.emitted(), counted);
    assert!(!logger.flush(Duration::from_millis(20)));
    drop(release);
    assert!(logger.flush(SOON));
    let events = kept.events();
    let reports: Vec<&Value> = events
        .iter()
        .filter(|event| event["event_type"] == EVENTS_DROPPED)
        .collect();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["metadata"]["dropped"], 7);
    assert_eq!(events.len(), 1 + 5 + 1);
}

/// A pipe whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_stdout_is_survived_and_counted() {
    let logger = Logger::to_writer("a", Severity::Info, Closed);
    for _ in 0..10 {
        logger.info("x", "y").emit();
    }
    assert!(logger.flush(SOON));
    assert_eq!(logger.dropped(), 10);
}

#[test]
fn an_event_that_is_too_long_for_a_line_keeps_what_identifies_it() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Info, kept.clone());
    logger
        .info("x", "é".repeat(MAX_LINE_BYTES))
        .correlation_id("c1")
        .emit();
    drop(logger);
    let events = kept.events();
    assert!(kept.0.lock().unwrap()[0].len() < MAX_LINE_BYTES);
    assert_eq!(events[0]["metadata"]["correlation_id"], "c1");
    assert!(events[0]["metadata"]["truncated_bytes"].as_u64().unwrap() > MAX_LINE_BYTES as u64);
}

/// A consumer with as much room as it is told, which notes who wrote.
#[derive(Clone)]
struct Reader {
    room: Arc<std::sync::Mutex<Room>>,
    writers: Arc<std::sync::Mutex<Vec<Option<String>>>>,
    kept: Kept,
}

impl Reader {
    fn with_room(room: Room) -> Self {
        Self {
            room: Arc::new(std::sync::Mutex::new(room)),
            writers: Arc::default(),
            kept: Kept::default(),
        }
    }

    fn by_thread(&self) -> Vec<bool> {
        let writers = self.writers.lock().unwrap();
        writers
            .iter()
            .map(|name| name.as_deref() == Some("log-writer"))
            .collect()
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let name = std::thread::current().name().map(str::to_owned);
        self.writers.lock().unwrap().push(name);
        self.kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Immediate for Reader {
    fn room(&self, _: usize) -> Room {
        *self.room.lock().unwrap()
    }
}

fn immediate(reader: &Reader, lines: usize) -> Logger {
    let limits = QueueLimits {
        lines,
        bytes: 1 << 20,
    };
    Logger::immediate_to("a", Severity::Info, reader.clone(), limits)
}

#[test]
fn an_immediate_line_is_out_when_the_call_returns_and_needs_no_thread() {
    let reader = Reader::with_room(Room::Now);
    let logger = immediate(&reader, 10);
    assert!(logger.is_ready());
    for _ in 0..3 {
        logger.info("x", "y").emit();
    }
    // Not flushed: each call has written.
    assert_eq!(reader.kept.events().len(), 3);
    assert_eq!(reader.by_thread(), [false; 3]);
}

#[test]
fn behind_a_slow_reader_lines_keep_their_order_and_the_thread_writes_them() {
    let reader = Reader::with_room(Room::No);
    let logger = immediate(&reader, 10_000);
    assert!(!logger.is_ready());
    for number in 0..500 {
        if number == 250 {
            *reader.room.lock().unwrap() = Room::Now;
        }
        logger.info("x", "y").field("n", number).emit();
    }
    assert!(logger.flush(SOON));
    let numbers: Vec<u64> = reader
        .kept
        .events()
        .iter()
        .map(|event| event["metadata"]["n"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, (0..500).collect::<Vec<_>>());
    assert!(reader.by_thread()[0]);
    logger.info("x", "caught up").emit();
    assert_eq!(reader.by_thread().last(), Some(&false));
}

#[test]
fn a_line_too_long_for_one_piece_is_awaited_from_the_thread() {
    let reader = Reader::with_room(Room::Some);
    let logger = immediate(&reader, 10);
    logger.info("x", "y".repeat(9_000)).emit();
    // The thread may be late on a busy machine, but not lost.
    assert!(logger.flush(SOON));
    assert_eq!(reader.kept.events().len(), 1);
    assert_eq!(reader.by_thread(), [true]);
}

/// A non-blocking descriptor whose reader takes half of the first line.
#[derive(Clone, Default)]
struct Half(Arc<std::sync::Mutex<(u32, Vec<u8>)>>);

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (calls, kept) = &mut *self.0.lock().unwrap();
        *calls += 1;
        let taken = match calls {
            1 => bytes.len() / 2,
            2 => return Err(io::ErrorKind::WouldBlock.into()),
            _ => bytes.len(),
        };
        kept.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Immediate for Half {
    fn room(&self, _: usize) -> Room {
        Room::Now
    }
}

#[test]
fn what_a_reader_did_not_take_of_a_line_follows_before_anything_else() {
    let half = Half::default();
    let logger = Logger::immediate_to("a", Severity::Info, half.clone(), QueueLimits::default());
    logger.info("x", "first").emit();
    logger.info("x", "second").emit();
    assert!(logger.flush(SOON));
    let text = String::from_utf8(half.0.lock().unwrap().1.clone()).unwrap();
    let messages: Vec<String> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["message"].to_string())
        .collect();
    assert_eq!(messages, ["\"first\"", "\"second\""]);
}

#[test]
fn a_report_counts_what_was_emitted_before_it_and_itself_at_any_level() {
    let kept = Kept::default();
    let logger = Logger::to_writer("a", Severity::Error, kept.clone());
    logger.report_emitted(Stage::First);
    logger.error("x", "counts").emit();
    logger.info("x", "below the level, not emitted").emit();
    logger.named("b").error("x", "another's").emit();
    logger.report_emitted(Stage::Last);
    assert!(logger.flush(SOON));
    let events = kept.events();
    let accounts: Vec<(&serde_json::Value, &serde_json::Value)> = events
        .iter()
        .filter(|event| event["event_type"] == EVENTS_ACCOUNTED)
        .map(|event| (&event["metadata"]["emitted"], &event["metadata"]["stage"]))
        .collect();
    assert_eq!(
        accounts,
        [(&1.into(), &"first".into()), (&3.into(), &"last".into())]
    );
    let writer = |place: usize| events[place]["metadata"]["writer"].clone();
    assert_eq!(writer(0), writer(events.len() - 1));
    assert_eq!(
        logger.emitted(),
        Emitted {
            emitted: 3,
            dropped: 0
        }
    );
    let other = Logger::to_writer("a", Severity::Error, kept.clone());
    other.report_emitted(Stage::First);
    assert!(other.flush(SOON));
    assert_ne!(
        kept.events().last().unwrap()["metadata"]["writer"],
        writer(0)
    );
}
