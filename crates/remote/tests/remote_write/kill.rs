//! The process is killed in the middle of its work.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use axum::http::StatusCode;
use swarmscope_model::metrics::{Durability, MetricStore};
use swarmscope_prometheus_config::Configuration;

use crate::receivers::{Receiver, configure, shown};
use crate::support::{append, open};

const FOLDER: &str = "SWARMSCOPE_TEST_QUEUE";
const RECEIVER: &str = "SWARMSCOPE_TEST_RECEIVER";
const NO_METADATA: &str = "  metadata_config: {send: false}\n";

/// The process that is killed: stores samples for ever and says each one that is acknowledged. Without its
/// variables it is no test at all.
#[tokio::test]
async fn child_stores_until_it_is_killed() {
    let (Ok(folder), Ok(url)) = (std::env::var(FOLDER), std::env::var(RECEIVER)) else {
        return;
    };
    let text = format!("remote_write:\n- url: {url}\n{NO_METADATA}");
    let configuration = Configuration::parse(&text, &|_| None).expect("a configuration");
    let (writer, tee) = open(Path::new(&folder));
    writer.apply(&configuration).expect("applied");
    for time in 0.. {
        tee.append(&[append("m", time, time as f64)], Durability::Buffered)
            .expect("stored");
        println!("\nacknowledged {time}");
    }
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_sent_after_it() {
    const ROUNDS: usize = 3;
    let receiver = Receiver::start().await;
    receiver.answer(&vec![(StatusCode::SERVICE_UNAVAILABLE, None); 100_000]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = 0;
    for round in 1..=ROUNDS {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "kill::child_stores_until_it_is_killed",
                "--nocapture",
            ])
            .env(FOLDER, folder.path())
            .env(RECEIVER, &receiver.url)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        // Every child begins at 0 again; the last round's highest counts.
        for line in lines.map_while(Result::ok) {
            if let Some(number) = line.strip_prefix("acknowledged ") {
                acknowledged = number.parse().expect("a number");
                if acknowledged >= 100 * round as i64 {
                    break;
                }
            }
        }
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    receiver.answer(&[]);
    let (writer, _tee) = open(folder.path());
    writer
        .apply(&configure(&receiver, NO_METADATA))
        .expect("applied");
    let last = shown("m", acknowledged, acknowledged as f64);
    receiver
        .until("the last one is there", |seen| seen.samples.contains(&last))
        .await;
    let samples = receiver.samples();
    for time in 0..=acknowledged {
        let wanted = shown("m", time, time as f64);
        assert!(samples.contains(&wanted), "{wanted} is lost");
    }
}
