//! `_shards` of a reply: each index is one shard, and one that has damage has failed in part.
//!
//! In Elasticsearch a shard answers or fails as a whole. Here an index with damaged parts answers
//! with what can be read and is counted as failed, so that a client that looks at `_shards.failed`
//! knows that the answer is partial.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use swarmscope_query::store::LeftOut;

use super::cluster::NODE_ID;
use super::errors::ElasticError;

/// How many indices were searched, and which of them have damage.
#[derive(Debug, Serialize)]
pub struct Shards {
    total: usize,
    successful: usize,
    skipped: usize,
    failed: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failures: Vec<Value>,
}

impl Shards {
    /// Of a search in so many indices.
    pub fn new(indices: usize, left_out: &[LeftOut]) -> Self {
        // One may have been made since the indices were counted.
        let total = indices.max(left_out.len());
        Self {
            total,
            successful: total - left_out.len(),
            skipped: 0,
            failed: left_out.len(),
            failures: left_out.iter().map(failure).collect(),
        }
    }

    /// Refuses what is not complete, for a request that wants all or nothing.
    ///
    /// # Errors
    /// When something was left out.
    pub fn complete(self) -> Result<Self, ElasticError> {
        if self.failures.is_empty() {
            return Ok(self);
        }
        let (status, kind) = (
            StatusCode::INTERNAL_SERVER_ERROR,
            "search_phase_execution_exception",
        );
        let causes: Vec<Value> = self
            .failures
            .iter()
            .filter_map(|failure| failure.get("reason").cloned())
            .collect();
        Err(ElasticError::new(status, kind, "Partial shards failure")
            .rooted_in(causes)
            .with("phase", "query")
            .with("grouped", true)
            .with("failed_shards", self.failures))
    }
}

fn failure(left_out: &LeftOut) -> Value {
    let LeftOut {
        index,
        parts,
        reason,
    } = left_out;
    let parts = match parts {
        1 => "1 part".to_owned(),
        parts => format!("{parts} parts"),
    };
    json!({
        "shard": 0,
        "index": index,
        "node": NODE_ID,
        "reason": {
            "type": "corrupt_index_exception",
            "reason": format!("{parts} of [{index}] cannot be read and were left out: {reason}"),
        },
    })
}
