//! Processor time of this process, and of a server with its children, from /proc.

use std::fs;

/// Linux shows programs a hundred ticks a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// Processor seconds so far: this process's, and the server's where it is known.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    pub own: f64,
    pub server: Option<f64>,
}

pub fn read(server: Option<u32>) -> Reading {
    Reading {
        own: own(std::process::id()).unwrap_or(0.0),
        server: server.and_then(family),
    }
}

/// The numbers behind the state in /proc/PID/stat: first the parent, from the eleventh on the user and
/// system time of the process and of the children it has seen end.
fn stat(process: u32) -> Option<Vec<f64>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields = text.rsplit(')').next()?.split_whitespace().skip(1);
    Some(fields.map(|field| field.parse().unwrap_or(0.0)).collect())
}

fn own(process: u32) -> Option<f64> {
    Some(stat(process)?.iter().skip(10).take(2).sum::<f64>() / TICKS_PER_SECOND)
}

fn family(server: u32) -> Option<f64> {
    let mut ticks: f64 = stat(server)?.iter().skip(10).take(4).sum();
    for process in fs::read_dir("/proc").ok()?.flatten() {
        let number = process
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        let Some(fields) = number.and_then(stat) else {
            continue;
        };
        if fields.first() == Some(&f64::from(server)) {
            ticks += fields.iter().skip(10).take(2).sum::<f64>();
        }
    }
    Some(ticks / TICKS_PER_SECOND)
}
