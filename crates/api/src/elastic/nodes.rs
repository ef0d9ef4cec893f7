//! `_nodes`: the one node there is, and where it is reached. Clients that look for the nodes of a cluster before
//! they send anything (sniffing) go on only with an address from here.

use axum::Json;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use serde_json::{Value, json};
use swarmscope_model::limits::MAX_REQUEST_BYTES;
use swarmscope_query::indices::wildcard_matches;

use super::cluster::{CLUSTER_NAME, COMPATIBLE_VERSION, NODE_ID};

/// What can be asked for of nodes. Of these there is `http`; what is not counted is left out.
const SECTIONS: [&str; 13] = [
    "_all",
    "_none",
    "aggregations",
    "http",
    "indices",
    "ingest",
    "jvm",
    "os",
    "plugins",
    "process",
    "settings",
    "thread_pool",
    "transport",
];

/// `GET /_nodes`
pub async fn all(headers: HeaderMap) -> Json<Value> {
    Json(told("_all", "_all", &headers))
}

/// `GET /_nodes/{what}`: sections, or nodes.
pub async fn some(Path(what): Path<String>, headers: HeaderMap) -> Json<Value> {
    let are_sections = what.split(',').all(|one| SECTIONS.contains(&one));
    Json(match are_sections {
        true => told("_all", &what, &headers),
        false => told(&what, "_all", &headers),
    })
}

/// `GET /_nodes/{node}/{sections}`
pub async fn of(
    Path((nodes, sections)): Path<(String, String)>,
    headers: HeaderMap,
) -> Json<Value> {
    Json(told(&nodes, &sections, &headers))
}

fn told(nodes: &str, sections: &str, headers: &HeaderMap) -> Value {
    let is_meant = is_this_node(nodes);
    let found = match is_meant {
        true => json!({ NODE_ID: node(sections, headers) }),
        false => json!({}),
    };
    let count = u8::from(is_meant);
    json!({
        "_nodes": { "total": count, "successful": count, "failed": 0 },
        "cluster_name": CLUSTER_NAME,
        "nodes": found,
    })
}

/// Whether the node is one of those between commas.
pub fn is_this_node(nodes: &str) -> bool {
    nodes.split(',').any(|own| {
        matches!(own, "" | "_all" | "_local" | "_master")
            || wildcard_matches(own, NODE_ID)
            || wildcard_matches(own, CLUSTER_NAME)
            || matches!(
                own.split_once(':'),
                Some(("master" | "data" | "ingest", "true"))
            )
    })
}

fn node(sections: &str, headers: &HeaderMap) -> Value {
    let mut node = json!({
        "name": CLUSTER_NAME,
        "version": COMPATIBLE_VERSION,
        "build_flavor": "default",
        "build_type": "tar",
        "build_hash": env!("CARGO_PKG_VERSION"),
        "roles": ["data", "ingest", "master"],
    });
    let Some((host, address)) = reached_at(headers) else {
        return node;
    };
    node["host"] = json!(host);
    let with_http = sections
        .split(',')
        .any(|own| matches!(own, "_all" | "http"));
    if with_http {
        node["http"] = json!({
            "bound_address": [address],
            "publish_address": address,
            "max_content_length_in_bytes": MAX_REQUEST_BYTES,
        });
    }
    node
}

/// The host and the address by which the client has reached us: the one that works for it, whatever we are bound to.
fn reached_at(headers: &HeaderMap) -> Option<(&str, &str)> {
    let address = headers.get(HOST)?.to_str().ok()?;
    let (host, port) = address.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    Some((host, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_the_one_that_the_client_used() {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "localhost:9200".parse().expect("a header"));
        let reply = told("_all", "http", &headers);
        assert_eq!(
            reply["nodes"][NODE_ID]["http"]["publish_address"],
            "localhost:9200"
        );
        assert_eq!(
            told("_local", "os", &headers)["nodes"][NODE_ID]["http"],
            Value::Null
        );
        assert_eq!(told("another", "_all", &headers)["_nodes"]["total"], 0);
    }
}
