//! What clients ask before anything else: who is there.

use axum::Json;
use serde_json::{Value, json};
use swarmscope_query::store::IndexInfo;

/// The version of Elasticsearch whose API this is. Clients of version 8 check the first number.
pub const COMPATIBLE_VERSION: &str = "8.17.0";
pub const CLUSTER_NAME: &str = "swarmscope";
/// One node, one cluster: their ids need to be stable and nothing else.
pub const CLUSTER_ID: &str = "c3dhcm1zY29wZS1jbHVzdGU";
pub const NODE_ID: &str = "c3dhcm1zY29wZS1ub2RlLTE";

/// `GET /`
pub async fn root() -> Json<Value> {
    Json(json!({
        "name": CLUSTER_NAME,
        "cluster_name": CLUSTER_NAME,
        "cluster_uuid": CLUSTER_ID,
        "version": {
            "number": COMPATIBLE_VERSION,
            "build_flavor": "default",
            "build_type": "tar",
            "build_hash": env!("CARGO_PKG_VERSION"),
            "build_date": "2026-01-01T00:00:00.000Z",
            "build_snapshot": false,
            "lucene_version": "9.12.0",
            "minimum_wire_compatibility_version": "7.17.0",
            "minimum_index_compatibility_version": "7.0.0",
        },
        "tagline": "You Know, for Search",
    }))
}

/// Red when a segment was set aside: some of what was stored cannot be found.
pub fn status(indices: &[IndexInfo]) -> &'static str {
    match indices.iter().any(|index| index.damage.is_some()) {
        true => "red",
        false => "green",
    }
}
