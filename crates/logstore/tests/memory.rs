//! What was freed goes back to the system when it is asked for. Alone in its program, whose memory it looks at.

use std::fs;

use swarmscope_logstore::memory;

/// The server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PIECES: usize = 64;
const PIECE: usize = 1024 * 1024;

/// Kilobytes of this process that are in memory and in no file.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("a status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .expect("a figure");
    let figure = line.trim().trim_end_matches(" kB");
    figure.parse().expect("a number")
}

#[test]
fn what_another_thread_has_freed_goes_back_when_it_is_asked_for() {
    let pieces: Vec<Vec<u8>> = (0..PIECES).map(|_| vec![1; PIECE]).collect();
    let taken = resident();
    let freeing = std::thread::spawn(move || drop(pieces));
    freeing.join().expect("freed");
    memory::give_back();
    let left = resident();
    let half = PIECES * PIECE / 1024 / 2;
    assert!(left + half < taken, "{left} kB of {taken} kB are left");
}
