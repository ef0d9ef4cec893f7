//! Where lines go: stdout without the standard library's buffer and lock, so that a thread that
//! holds the lock cannot hold up logging, and a line is one write.

use std::io::Write;

/// Stdout, or nothing when there is none.
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
