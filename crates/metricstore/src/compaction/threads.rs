//! The syncer and the maintainer: when background work happens.

use std::sync::atomic::Ordering;
use std::time::Duration;

use swarmscope_model::limits;
use swarmscope_model::metrics::MetricError;

use super::plan::{Candidate, is_worn, plan};
use super::{checkpointing, flush, merge, retention};
use crate::shared::{Shared, milliseconds};
use crate::view::BlockPart;

/// A block is at most this part of what is kept, so that retention works in small steps.
const LONGEST_PART: i64 = 10;
/// Longest wait between two attempts to begin the log anew.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// A part of a round.
type Step = fn(&Shared) -> Result<(), MetricError>;

/// Syncs buffered samples, again and again; begins the log anew when it has failed.
pub fn syncer(shared: &Shared) {
    let mut wait = shared.options.sync_interval;
    let mut was_well = true;
    while !shared.closing.load(Ordering::Relaxed) {
        shared.rest(wait);
        let synced = shared.syncing.wait_for_all();
        wait = shared.options.sync_interval;
        let Err(error) = synced else {
            was_well = true;
            continue;
        };
        if was_well {
            tracing::error!(%error, "the log cannot be synced: no samples are taken until it is begun anew; check the disk");
            was_well = false;
        }
        let _alone = shared.maintenance();
        match checkpointing::begin_anew(shared) {
            Ok(()) => tracing::info!("the log was begun anew: samples are taken again"),
            Err(_) => wait = (wait * 2).min(MAX_WAIT),
        }
    }
}

/// Flushing, compaction and retention, now and then.
pub fn maintainer(shared: &Shared) {
    while !shared.closing.load(Ordering::Relaxed) {
        shared.rest(shared.options.maintenance_interval);
        if !shared.closing.load(Ordering::Relaxed) {
            work(shared);
        }
    }
}

/// One round of it.
pub fn work(shared: &Shared) {
    let steps: [(&str, Step); 4] = [
        (
            "samples could not be written as a block; trying again",
            flush_due,
        ),
        (
            "damaged blocks could not be set aside",
            retention::set_damaged_aside,
        ),
        ("retention could not be completed", retention::retain),
        ("blocks could not be compacted", compact),
    ];
    for (what, step) in steps {
        let alone = shared.maintenance();
        if let Err(error) = step(shared) {
            tracing::error!(%error, source = ?std::error::Error::source(&error), "{what}");
        }
        drop(alone);
    }
}

/// Writes what is due, and a checkpoint when something was written or the log is long.
fn flush_due(shared: &Shared) -> Result<(), MetricError> {
    let mut has_flushed = false;
    while flush::forget(shared) {
        let Some(end) = flush::due(shared) else {
            break;
        };
        flush::flush(shared, end)?;
        has_flushed = true;
    }
    if has_flushed || shared.log_bytes() > limits::MAX_LOG_BYTES {
        checkpointing::checkpoint(shared).map_err(crate::error::io_error(
            "writing a checkpoint in",
            shared.folder(),
        ))?;
    }
    Ok(())
}

fn compact(shared: &Shared) -> Result<(), MetricError> {
    let period = shared.head.period;
    let longest = shared.options.retention_age.map_or(i64::MAX, |age| {
        (milliseconds(age) / LONGEST_PART).max(period)
    });
    while !shared.closing.load(Ordering::Relaxed) {
        let view = shared.view();
        // Before the oldest sample in memory no block will come by itself.
        let oldest = shared
            .head
            .min_time()
            .div_euclid(period)
            .saturating_mul(period);
        let complete = view.head_from.max(oldest);
        let candidates: Vec<Candidate> = view.blocks.iter().map(Candidate::of).collect();
        let parts: Vec<BlockPart> = match plan(&candidates, period, longest, complete) {
            Some(places) => places
                .into_iter()
                .map(|at| view.blocks[at].clone())
                .collect(),
            None => match view.blocks.iter().find(|part| is_worn(part)) {
                Some(worn) => vec![worn.clone()],
                None => return Ok(()),
            },
        };
        merge::replace(shared, &parts)?;
    }
    Ok(())
}
