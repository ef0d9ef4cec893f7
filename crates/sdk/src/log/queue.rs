//! The bounded queue between those who log and the one thread that writes.
//!
//! Pushing takes a lock for the length of a `VecDeque` operation and never waits for the writer.
//! What does not fit is counted, and the writer says so as soon as it can write again.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much may wait for the writer.
#[derive(Debug, Clone, Copy)]
pub struct QueueLimits {
    pub lines: usize,
    pub bytes: usize,
}

impl Default for QueueLimits {
    /// Some seconds of a very busy agent, in memory that no agent misses.
    fn default() -> Self {
        Self {
            lines: 10_000,
            bytes: 16 * 1024 * 1024,
        }
    }
}

pub struct Queue {
    limits: QueueLimits,
    state: Mutex<State>,
    filled: Condvar,
    progressed: Condvar,
}

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Lines taken in, and lines that the writer is done with (written or given up).
    pushed: u64,
    done: u64,
    dropped: u64,
    /// Of `dropped`, how many a report has named.
    reported: u64,
    closed: bool,
}

impl Queue {
    /// Starts the thread that writes. `report` makes the line that says how many were dropped.
    pub fn start(
        limits: QueueLimits,
        writer: impl Write + Send + 'static,
        report: impl Fn(u64) -> Vec<u8> + Send + 'static,
    ) -> Arc<Self> {
        let queue = Arc::new(Self {
            limits,
            state: Mutex::default(),
            filled: Condvar::new(),
            progressed: Condvar::new(),
        });
        let worker = Arc::clone(&queue);
        let started = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || worker.drain(writer, report));
        if started.is_err() {
            // No thread, no log; the agent itself goes on and its counter tells.
            queue.lock().closed = true;
        }
        queue
    }

    /// Takes a line in, or counts it as dropped.
    pub fn push(&self, line: Vec<u8>) {
        let mut state = self.lock();
        let full = state.lines.len() >= self.limits.lines
            || state.bytes.saturating_add(line.len()) > self.limits.bytes;
        if full || state.closed {
            state.dropped += 1;
            return;
        }
        state.bytes += line.len();
        state.pushed += 1;
        state.lines.push_back(line);
        drop(state);
        self.filled.notify_one();
    }

    /// Lines that were not written.
    pub fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    /// Waits until the writer is done with everything pushed so far.
    pub fn flush(&self, timeout: Duration) -> bool {
        let state = self.lock();
        let target = state.pushed;
        let deadline = Instant::now() + timeout;
        self.wait_done(state, target, deadline)
    }

    /// Takes nothing more in, and gives the writer this long to finish.
    pub fn close(&self, timeout: Duration) {
        let mut state = self.lock();
        state.closed = true;
        let target = state.pushed;
        self.filled.notify_one();
        self.wait_done(state, target, Instant::now() + timeout);
    }

    fn wait_done(&self, mut state: MutexGuard<'_, State>, target: u64, deadline: Instant) -> bool {
        while state.done < target {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self
                .progressed
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }

    fn drain(&self, mut writer: impl Write, report: impl Fn(u64) -> Vec<u8>) {
        while let Some(line) = self.next() {
            let written = write_whole(&mut writer, &line);
            let unreported = {
                let mut state = self.lock();
                state.bytes -= line.len();
                state.done += 1;
                if written.is_err() {
                    state.dropped += 1;
                    // What was waiting will not find a reader either.
                    if matches!(&written, Err(error) if error.kind() == ErrorKind::BrokenPipe) {
                        state.abandon();
                    }
                    0
                } else {
                    let unreported = state.dropped - state.reported;
                    state.reported = state.dropped;
                    unreported
                }
            };
            if unreported > 0 && write_whole(&mut writer, &report(unreported)).is_err() {
                self.lock().reported -= unreported;
            }
            self.progressed.notify_all();
        }
    }

    /// The next line, or `None` once the queue is closed and empty.
    fn next(&self) -> Option<Vec<u8>> {
        let mut state = self.lock();
        loop {
            // Its bytes count until it is written, so that the bound holds for what is in hand too.
            if let Some(line) = state.lines.pop_front() {
                return Some(line);
            }
            if state.closed {
                return None;
            }
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn abandon(&mut self) {
        let waiting = self.lines.len() as u64;
        self.lines.clear();
        self.bytes = 0;
        self.dropped += waiting;
        self.done += waiting;
        self.closed = true;
    }
}

/// Writes all of the line, waiting out a pipe that somebody made non-blocking.
fn write_whole(writer: &mut impl Write, mut line: &[u8]) -> std::io::Result<()> {
    while !line.is_empty() {
        match writer.write(line) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => line = &line[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(error) => return Err(error),
        }
    }
    writer.flush()
}
