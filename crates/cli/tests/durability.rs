//! An fsync stands between a write request and its 2xx, seen from outside with strace.

mod support;

use std::process::Command;

use reqwest::Method;
use support::{Ports, Server};

const BULKS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_fsync_precedes_every_acknowledgement() {
    if !strace_works() {
        println!("skipped: strace cannot trace here");
        return;
    }
    let data = tempfile::tempdir().expect("a temporary folder");
    let trace = data.path().join("trace.txt");
    let mut tracer = Command::new("strace");
    tracer.args(["-f", "-qq", "-y", "-s", "65536", "-e"]);
    tracer
        .arg("trace=fsync,fdatasync,write,writev,sendto,sendmsg")
        .arg("-o")
        .arg(&trace);
    let mut server = Server::start_under(tracer, data, Ports::free()).await;
    for number in 0..BULKS {
        let body = format!("{{\"index\":{{}}}}\n{{\"message\":\"traced document {number}\"}}\n");
        let (status, reply) = server.elastic(Method::POST, "/traced/_bulk", body).await;
        assert_eq!(
            (status, &reply["errors"]),
            (200, &serde_json::Value::Bool(false)),
            "{reply}"
        );
    }
    // The tracer writes a line after the call that it tells of, and all of them before it ends.
    server.terminate();
    let text = std::fs::read_to_string(&trace).expect("a trace");
    check(&text);
}

/// For each document: its bytes go to a file, the file is synced, and only then the reply is sent.
fn check(trace: &str) {
    let lines: Vec<&str> = trace.lines().collect();
    let replies: Vec<usize> = positions(&lines, |line| {
        // Other replies, about the server's health for example, acknowledge nothing.
        is_reply(line) && line.contains("HTTP/1.1 200 OK") && line.contains(r#"{\"took\":"#)
    });
    let syncs: Vec<usize> = positions(&lines, |line| {
        line.contains("sync(") && line.contains(".wal>")
    });
    for number in 0..BULKS {
        // The server's own events go to the same log at any time.
        let document = format!("traced document {number}");
        let write = lines.iter().position(|line| {
            line.contains("write") && line.contains(".wal>") && line.contains(&document)
        });
        let write = write.expect("the document goes to the write-ahead log");
        let sync = syncs.iter().find(|sync| **sync > write);
        let sync = sync.expect("its write is synced");
        // The first reply behind it is the acknowledgement, since the test sends one request at a time.
        let reply = replies.iter().find(|reply| **reply > write);
        let reply = reply.expect("an acknowledgement in the trace");
        assert!(
            sync < reply,
            "a reply went out before the sync:\n{}",
            lines[*reply]
        );
    }
}

fn is_reply(line: &str) -> bool {
    ["write(", "writev(", "sendto(", "sendmsg("]
        .iter()
        .any(|call| line.contains(call))
}

fn positions(lines: &[&str], matches: impl Fn(&str) -> bool) -> Vec<usize> {
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| matches(line))
        .map(|(at, _)| at)
        .collect()
}

fn strace_works() -> bool {
    Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|s| s.success())
}
