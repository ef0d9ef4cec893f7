//! Writing a batch: look through it, log it, make it visible, and wait for the disk if that is asked for.

use swarmscope_model::metrics::{Append, AppendOutcome, Durability, MetricError};

use crate::error::is_full;
use crate::head::batch::Inspector;
use crate::shared::{Shared, Writer};
use crate::stats::add;

/// Writes a batch.
///
/// # Errors
/// When the log cannot take it; then nothing of it was taken.
pub fn append(
    shared: &Shared,
    batch: &[Append],
    durability: Durability,
) -> Result<AppendOutcome, MetricError> {
    let (outcome, position) = {
        let mut writer = shared.writer();
        write(shared, &mut writer, batch)?
    };
    shared.counters.refused(&outcome);
    if durability == Durability::Synced {
        shared
            .syncing
            .wait_for(position)
            .map_err(|error| refused_by_log(&error))?;
    }
    Ok(outcome)
}

fn write(
    shared: &Shared,
    writer: &mut Writer,
    batch: &[Append],
) -> Result<(AppendOutcome, u64), MetricError> {
    let Writer {
        log,
        guard,
        record,
        scratch,
    } = writer;
    record.clear();
    let mut plan = Inspector {
        head: &shared.head,
        admission: shared.admission(),
        budgets: &shared.options.budgets,
        guard,
        record,
        scratch,
    }
    .inspect(batch);
    if plan.is_empty() {
        // Samples that are there already may have been written a moment ago and not be on disk.
        return Ok((plan.outcome, log.syncing.position()));
    }
    let position = match log.append(record) {
        Ok(position) => position,
        Err(error) => {
            plan.undo();
            return Err(refused_by_log(&error));
        }
    };
    let counters = &shared.counters;
    add(&counters.samples, plan.samples() as u64);
    add(&counters.out_of_order, plan.out_of_order);
    add(&counters.series_created, plan.created() as u64);
    plan.apply(batch, &shared.head, guard, scratch);
    Ok((plan.outcome, position))
}

/// What to tell the sender.
pub fn refused_by_log(error: &std::io::Error) -> MetricError {
    if is_full(error) {
        return MetricError::Overloaded { what: "the disk" };
    }
    MetricError::ReadOnly {
        reason: format!("the write-ahead log failed ({error}); check the disk"),
    }
}
