//! `profile`: which shards a search has asked. What each clause has cost is not measured, and so not told.

use serde_json::{Value, json};

use super::ElasticState;
use super::cluster::NODE_ID;
use super::contexts::View;
use super::errors::ElasticError;

/// The shards of a view, one for each index.
///
/// # Errors
/// When the indices cannot be read.
pub async fn of(state: &ElasticState, view: &View) -> Result<Value, ElasticError> {
    let indices = match &view.indices {
        Some(expression) => state.logs.indices(expression).await?,
        None => Vec::new(),
    };
    let shards = indices.iter().map(|info| {
        let index = &info.name;
        json!({
            "id": format!("[{NODE_ID}][{index}][0]"),
            "node_id": NODE_ID,
            "shard_id": 0,
            "index": index,
            "cluster": "(local)",
            "searches": [],
            "aggregations": [],
        })
    });
    Ok(json!({ "shards": shards.collect::<Vec<_>>() }))
}
