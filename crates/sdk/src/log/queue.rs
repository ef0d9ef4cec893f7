//! The bounded queue between those who log and the one thread that writes.
//!
//! Pushing takes a lock for the length of a `VecDeque` operation and never waits for the writer.
//! What does not fit is counted, and the writer says so as soon as it can write again.
//!
//! A queue that is `immediate` writes on the caller's thread for as long as nothing waits and
//! the reader keeps up: such a line is out of the process when the caller goes on, and survives
//! whatever ends it. The thread starts with the first line that would have had to wait.

use std::collections::VecDeque;
use std::io::{ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use swarmscope_model::limits::LONG_LINE_WAIT;

use super::account::{Counts, Emitted};
use super::output::{Immediate, Room};

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

/// Makes the line that says how many lines were dropped.
type Report = Box<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

pub struct Queue {
    limits: QueueLimits,
    report: Report,
    state: Mutex<State>,
    filled: Condvar,
    progressed: Condvar,
}

#[derive(Default)]
struct State {
    /// Takes lines on the caller's thread.
    immediate: Option<Box<dyn Immediate>>,
    /// What the thread will write to, until it is started.
    waiting_writer: Option<Box<dyn Write + Send>>,
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Lines taken in, and lines that the writer is done with (written or given up).
    pushed: u64,
    done: u64,
    dropped: u64,
    /// Of `dropped`, how many a report has named.
    reported: u64,
    closed: bool,
    counts: Counts,
}

/// How a line was taken in.
#[derive(Debug, Clone, Copy)]
enum Taken {
    /// It is out, or nobody need wait for it.
    Whole,
    /// Worth a short wait until the writer is done with so many lines.
    Behind(u64),
}

impl Queue {
    /// Starts the thread that writes. `report` makes the line that says how many were dropped.
    pub fn start(
        limits: QueueLimits,
        writer: impl Write + Send + 'static,
        report: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let queue = Self::new(limits, State::default(), report);
        queue.start_thread(&mut queue.lock(), Box::new(writer));
        queue
    }

    /// Writes on the callers' threads while that does not make them wait.
    pub fn immediate(
        limits: QueueLimits,
        writer: impl Immediate + Clone + 'static,
        report: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let state = State {
            immediate: Some(Box::new(writer.clone())),
            waiting_writer: Some(Box::new(writer)),
            ..State::default()
        };
        Self::new(limits, state, report)
    }

    fn new(
        limits: QueueLimits,
        state: State,
        report: impl Fn(u64) -> Vec<u8> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            limits,
            report: Box::new(report),
            state: Mutex::new(state),
            filled: Condvar::new(),
            progressed: Condvar::new(),
        })
    }

    fn start_thread(self: &Arc<Self>, state: &mut State, writer: Box<dyn Write + Send>) {
        let worker = Arc::clone(self);
        let started = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || worker.drain(writer));
        if started.is_err() {
            // No thread, no log; the agent itself goes on and its counter tells.
            state.closed = true;
        }
    }

    /// Takes an agent's line in, or counts it as dropped; says whether it took it. The line is made
    /// from what was counted before it, so that no line comes between the counts and what they count.
    pub fn push(
        self: &Arc<Self>,
        agent_name: &Arc<str>,
        make: impl FnOnce(Emitted) -> Vec<u8>,
    ) -> bool {
        let mut state = self.lock();
        let line = make(state.counts.of(agent_name));
        let taken = self.take_in(&mut state, line);
        state.counts.add(agent_name, taken.is_some());
        if let Some(Taken::Behind(target)) = taken {
            self.wait_done(state, target, Instant::now() + LONG_LINE_WAIT);
        }
        taken.is_some()
    }

    fn take_in(self: &Arc<Self>, state: &mut State, line: Vec<u8>) -> Option<Taken> {
        if state.closed {
            state.dropped += 1;
            return None;
        }
        let before = state.dropped;
        let room = state.room(line.len());
        let line = if room == Room::Now {
            match state.write_now(line, &self.report) {
                Some(rest) => rest,
                None => return (state.dropped == before).then_some(Taken::Whole),
            }
        } else {
            line
        };
        let full = state.lines.len() >= self.limits.lines
            || state.bytes.saturating_add(line.len()) > self.limits.bytes;
        if full {
            state.dropped += 1;
            return None;
        }
        state.bytes += line.len();
        state.pushed += 1;
        let target = state.pushed;
        state.lines.push_back(line);
        if let Some(writer) = state.waiting_writer.take() {
            self.start_thread(state, writer);
        }
        self.filled.notify_one();
        Some(match room {
            Room::Some => Taken::Behind(target),
            _ => Taken::Whole,
        })
    }

    /// What was counted of this agent.
    pub fn counts(&self, agent_name: &str) -> Emitted {
        self.lock().counts.of(agent_name)
    }

    /// Counts a line that could not even be handed in.
    pub fn count_dropped(&self) {
        self.lock().dropped += 1;
    }

    /// Whether a line pushed now would be written at once.
    pub fn is_ready(&self) -> bool {
        self.lock().room(0) == Room::Now
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

    fn drain(&self, mut writer: Box<dyn Write + Send>) {
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
            if unreported > 0 && write_whole(&mut writer, &(self.report)(unreported)).is_err() {
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
    /// Whether a line can be written by whoever pushes it.
    fn room(&self, bytes: usize) -> Room {
        match &self.immediate {
            Some(writer) if self.pushed == self.done => writer.room(bytes),
            _ => Room::No,
        }
    }

    /// Writes the line; gives back what a reader that stopped in the middle did not take.
    fn write_now(&mut self, line: Vec<u8>, report: &Report) -> Option<Vec<u8>> {
        let writer = self.immediate.as_mut()?;
        let mut written = 0;
        while written < line.len() {
            match writer.write(&line[written..]) {
                Ok(more) if more > 0 => written += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Some(line[written..].to_vec());
                }
                Ok(_) | Err(_) => {
                    self.dropped += 1;
                    return None;
                }
            }
        }
        if self.dropped > self.reported {
            let line = report(self.dropped - self.reported);
            if writer.room(line.len()) == Room::Now && write_whole(writer, &line).is_ok() {
                self.reported = self.dropped;
            }
        }
        None
    }

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
