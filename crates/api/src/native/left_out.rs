//! What a reply is without, because it cannot be read.

use serde::Serialize;
use swarmscope_query::store::LeftOut;

/// Damaged parts of an index.
#[derive(Serialize)]
pub struct LeftOutBody {
    index: String,
    parts: u64,
    reason: String,
}

/// As this API shows it.
pub fn left_out(found: Vec<LeftOut>) -> Vec<LeftOutBody> {
    let bodies = found.into_iter().map(|left_out| LeftOutBody {
        index: left_out.index,
        parts: left_out.parts,
        reason: left_out.reason,
    });
    bodies.collect()
}
