//! Loads the events into one server and waits until it rests.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::stream::{self, TryStreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use swarmscope_bench_events::Events;
use tokio::sync::mpsc;

use super::batch::BatchSizes;
use super::contender::Contender;
use super::figures::Load;
use super::settle;
use crate::commands::bench::process::{Memory, Process};
use crate::failure::Failure;

/// Bulks made ahead for each connection.
const AHEAD: usize = 2;

/// How the events are sent.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub connections: usize,
    pub batch: BatchSizes,
}

/// A bulk with the number of its events.
struct Bulk {
    body: Bytes,
    events: u64,
}

/// Loads everything; what it cost.
///
/// # Errors
/// When the server refuses an event, or does not have all of them in the end.
pub async fn run(
    contender: &Contender,
    events: &Events,
    plan: &Plan,
    patience: Duration,
) -> Result<Load, Failure> {
    let bar = progress(events.count(), contender.product.name());
    let (cpu, own_cpu) = (contender.cpu(), own_cpu());
    let disk = contender.disk().unwrap_or_default();
    let begin = Instant::now();
    let (sender, receiver) = mpsc::channel(AHEAD * plan.connections);
    let producer = {
        let (events, action, batch) = (events.clone(), contender.action(), plan.batch);
        tokio::task::spawn_blocking(move || produce(events, action, batch, &sender))
    };
    let bulks = stream::unfold(receiver, |mut receiver| async {
        let bulk: Bulk = receiver.recv().await?;
        Some((Ok::<_, Failure>(bulk), receiver))
    });
    bulks
        .try_for_each_concurrent(plan.connections, |bulk| {
            let bar = &bar;
            async move {
                contender.write(bulk.body).await?;
                bar.inc(bulk.events);
                Ok(())
            }
        })
        .await?;
    let acknowledged = begin.elapsed();
    let raw_bytes = producer.await.map_err(anyhow::Error::from)?;
    let used = |now: Option<Duration>, before: Option<Duration>| {
        Some(now?.saturating_sub(before?).as_secs_f64())
    };
    let client_cpu = used(self::own_cpu(), own_cpu).unwrap_or_default();
    bar.set_message("settling");
    let settled = settle::wait(contender, patience).await?;
    bar.finish_and_clear();
    let stored = contender.count().await?;
    if stored != events.count() {
        return Err(Failure::new(format!(
            "{} acknowledged {} events and finds {stored}",
            contender.product.name(),
            events.count()
        )));
    }
    Ok(Load {
        connections: plan.connections,
        seconds: acknowledged.as_secs_f64(),
        events_per_second: events.count() as f64 / acknowledged.as_secs_f64(),
        server_cpu_seconds: used(settled.cpu, cpu),
        client_cpu_seconds: client_cpu,
        raw_bytes,
        disk_bytes: contender.disk().map(|now| now.saturating_sub(disk)),
        peak_rss_bytes: contender.memory(Memory::Peak),
        settle_seconds: settled.after.as_secs_f64(),
        settled: settled.rests,
    })
}

fn own_cpu() -> Option<Duration> {
    Process(std::process::id()).cpu()
}

/// Makes all bulks, as fast as they are taken; the bytes of all events.
fn produce(
    mut events: Events,
    action: &'static [u8],
    batch: BatchSizes,
    sender: &mpsc::Sender<Bulk>,
) -> u64 {
    let (mut raw_bytes, mut number) = (0, 0);
    loop {
        let wanted = batch.nth(number);
        number += 1;
        let mut body = Vec::with_capacity(wanted as usize * 512);
        let mut taken = 0;
        while taken < wanted
            && let Some(line) = events.next_line()
        {
            body.extend_from_slice(action);
            body.extend_from_slice(line);
            body.push(b'\n');
            raw_bytes += line.len() as u64 + 1;
            taken += 1;
        }
        let bulk = Bulk {
            body: body.into(),
            events: taken,
        };
        // Nobody takes it any more when the server has refused one.
        if taken == 0 || sender.blocking_send(bulk).is_err() {
            return raw_bytes;
        }
    }
}

fn progress(length: u64, name: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) =
        ProgressStyle::with_template("{prefix:>14} {wide_bar} {human_pos} {per_sec} {msg}")
    {
        bar.set_style(style);
    }
    bar.set_prefix(name);
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
