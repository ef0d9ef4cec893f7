//! Where lines go: stdout without the standard library's buffer and lock, so that a thread that
//! holds the lock cannot hold up logging, and a line is one write.

use std::io::{self, Write};

/// A writer that knows whether it would take bytes without making the caller wait.
pub trait Immediate: Write + Send {
    /// What would happen to a line of this length.
    fn room(&self, bytes: usize) -> Room;
}

/// How a line gets out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Writing it does not wait.
    Now,
    /// There is room for some of it; the rest may have to wait for the reader.
    Some,
    /// The reader is behind.
    No,
}

/// Stdout as it was at this moment, or nothing when there is none.
#[cfg(unix)]
pub fn stdout() -> Box<dyn Write + Send> {
    use std::os::fd::AsFd;
    match std::io::stdout().as_fd().try_clone_to_owned() {
        Ok(owned) => Box::new(std::fs::File::from(owned)),
        Err(_) => Box::new(std::io::stdout()),
    }
}

/// Stdout.
#[cfg(not(unix))]
pub fn stdout() -> Box<dyn Write + Send> {
    Box::new(std::io::stdout())
}

/// Stdout as it is at each write: a program that redirects its own descriptor takes its events
/// along. Used where the lines have to keep their order with what else the program prints.
#[derive(Debug, Clone, Copy)]
pub struct CurrentStdout;

#[cfg(unix)]
impl Write for CurrentStdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
impl Immediate for CurrentStdout {
    fn room(&self, bytes: usize) -> Room {
        /// A pipe that is ready takes this much as one piece, on every Unix.
        const PIPE_BUF: usize = 4096;
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdout = io::stdout();
        let mut asked = [PollFd::new(&stdout, PollFlags::OUT)];
        // A closed pipe or descriptor is ready too: ready to fail at once.
        match poll(&mut asked, Some(&Timespec::default())) {
            Ok(0) | Err(_) => Room::No,
            Ok(_) if bytes <= PIPE_BUF || is_file(&stdout) => Room::Now,
            Ok(_) => Room::Some,
        }
    }
}

#[cfg(unix)]
fn is_file(stdout: &io::Stdout) -> bool {
    use rustix::fs::{FileType, fstat};
    fstat(stdout).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file())
}

#[cfg(not(unix))]
impl Write for CurrentStdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Nothing tells there whether a write waits, so the thread writes everything.
#[cfg(not(unix))]
impl Immediate for CurrentStdout {
    fn room(&self, _: usize) -> Room {
        Room::Some
    }
}
