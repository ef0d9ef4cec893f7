//! What Elasticsearch has and this server has not, refused by name and with what to do instead.

use super::errors::ElasticError;

/// `POST|PUT /{index}/_shrink/{target}`, `_split`, `_clone`
pub async fn resizing() -> ElasticError {
    ElasticError::illegal_argument(
        "[_shrink], [_split] and [_clone] are not supported here: each index is one shard; copy one with [_reindex]",
    )
}

/// `GET|POST /{index}/_termvectors`, `_mtermvectors`
pub async fn term_vectors() -> ElasticError {
    ElasticError::illegal_argument(
        "[_termvectors] is not supported here: positions of words are not kept; [_analyze] tells the words of a text",
    )
}

/// `GET /_nodes/hot_threads`
pub async fn hot_threads() -> ElasticError {
    ElasticError::illegal_argument(
        "[hot_threads] is not supported here: threads are not sampled; see [/_tasks] and the metrics of this server",
    )
}
