//! Ports for what tests and benchmarks start as processes of their own, which are told their port and cannot be
//! handed a listener. Nothing that serves users depends on it.
//!
//! A port that the system gives for port 0 is one that it also gives to outgoing connections. Between the look
//! at it and its use, or while a server is down for a while, somebody's connection may take it. These ports lie
//! below all of those.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// Above the ports of the products that tests stand beside.
const FIRST: u32 = 12_000;
/// Up to 30,000: Linux gives outgoing connections ports from 32,768 on.
const COUNT: u32 = 18_000;

/// An address of this machine that nobody has at the moment. Each call gives another, and so do processes side
/// by side.
pub fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let begin = std::process::id().wrapping_mul(97);
    loop {
        let number = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT + FIRST;
        let port = u16::try_from(number).expect("below 65,536");
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Its port alone.
pub fn free_port() -> u16 {
    free_address().port()
}
