//! Error groups on both databases.

#[path = "error_groups/batches.rs"]
mod batches;
#[path = "error_groups/bounds.rs"]
mod bounds;
#[path = "error_groups/contending.rs"]
mod contending;
#[path = "error_groups/counting.rs"]
mod counting;
#[path = "error_groups/deciding.rs"]
mod deciding;
#[path = "error_groups/finding.rs"]
mod finding;
mod fixture;
#[path = "error_groups/upgrade.rs"]
mod upgrade;

use batches::Errors;
use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{ErrorGroup, GroupFilter, Span};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds)
}

fn day_until(now: Timestamp) -> Span {
    Span {
        from: at(now.as_millisecond() - DAY),
        to: at(now.as_millisecond() + 1),
    }
}

async fn listed(errors: &Errors, filter: GroupFilter) -> Vec<ErrorGroup> {
    errors.store.error_groups(&filter).await.unwrap().groups
}

async fn only(errors: &Errors) -> ErrorGroup {
    let mut groups = listed(errors, GroupFilter::default()).await;
    assert_eq!(groups.len(), 1);
    groups.remove(0)
}
