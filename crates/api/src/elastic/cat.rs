//! `_cat`: tables for people, as text or JSON. What a table cannot say from what is counted here it leaves out.

mod cluster;
mod indices;
mod names;
mod node;
mod table;

pub use cluster::{health, listing, master, nodes, pending_tasks, plugins};
pub use indices::{
    all_indices, all_recovery, all_shards, count, count_all, indices, recovery, shards,
};
pub use names::{
    aliases, all_aliases, all_component_templates, all_templates, component_templates, templates,
};

pub use node::{
    all_allocation, allocation, fielddata, nodeattrs, repositories, tasks, thread_pool,
};

use swarmscope_model::Timestamp;
use table::Column;

/// Where the one node is.
const HOST: &str = "127.0.0.1";

/// The first two columns of tables about a moment.
const EPOCH: Column = Column::new("epoch", "t,time", "seconds since 1970-01-01 00:00:00");
const CLOCK: Column = Column::new("timestamp", "ts,hms,hhmmss", "time in HH:MM:SS");

/// Seconds since the epoch, and the time of day.
fn now() -> (String, String) {
    let now = Timestamp::now();
    let text = now.to_string();
    (
        (now.as_millisecond() / 1_000).to_string(),
        text.get(11..19).unwrap_or("").to_owned(),
    )
}
