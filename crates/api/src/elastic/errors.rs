//! Every failure of this API with its type, status and body, declared together.

use axum::Json;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use swarmscope_query::elastic::{Class, DslError, DslErrorKind};
use swarmscope_query::indices::InvalidIndexName;
use swarmscope_query::lucene::QueryError;
use swarmscope_query::mapping::MappingError;
use swarmscope_query::pipeline::PipelineError;
use swarmscope_query::script::ScriptError;
use swarmscope_query::store::{IndexInfo, Refused, StoreError};

use super::cluster::NODE_ID;
use crate::guard::TurnedAway;

/// What an index that is there already is called.
const EXISTS: &str = "resource_already_exists_exception";

/// A failed request: `{"error": {"root_cause": […], "type", "reason", …}, "status"}`.
#[derive(Debug, Clone)]
pub struct ElasticError {
    status: StatusCode,
    kind: &'static str,
    reason: String,
    /// Further keys of the error, such as `index`.
    details: Box<Map<String, Value>>,
    /// The index expression whose shards met the failure, when it was not the request's shape.
    searched: Option<String>,
    /// What the failure comes from, when that is something else.
    roots: Vec<Value>,
    /// Whether it is met where the results of shards are put together, which has no root cause.
    in_reduction: bool,
}

impl ElasticError {
    pub fn new(status: StatusCode, kind: &'static str, reason: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            reason: reason.into(),
            details: Box::default(),
            searched: None,
            roots: Vec::new(),
            in_reduction: false,
        }
    }

    /// 400 `illegal_argument_exception`.
    pub fn illegal_argument(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "illegal_argument_exception",
            reason,
        )
    }

    /// 400 `parse_exception`.
    pub fn parse(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parse_exception", reason)
    }

    /// 404 `resource_not_found_exception`.
    pub fn not_found(reason: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "resource_not_found_exception",
            reason,
        )
    }

    /// Whether it says that an index is there already.
    pub fn is_of_existing_index(&self) -> bool {
        self.kind == EXISTS
    }

    /// Whether the store had no room just now, and may have some soon.
    pub fn is_of_busy_store(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
            && self.kind == "es_rejected_execution_exception"
    }

    /// 400 `parsing_exception`.
    pub fn parsing(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "parsing_exception", reason)
    }

    /// 400 `x_content_parse_exception`: JSON that does not say what it should.
    pub fn unreadable(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "x_content_parse_exception", reason)
    }

    /// 400 `action_request_validation_exception`.
    pub fn validation(reason: impl Into<String>) -> Self {
        let reason = format!("Validation Failed: 1: {};", reason.into());
        Self::new(
            StatusCode::BAD_REQUEST,
            "action_request_validation_exception",
            reason,
        )
    }

    /// 404 `index_not_found_exception`.
    pub fn index_not_found(index: &str) -> Self {
        let reason = format!("no such index [{index}]");
        Self::new(StatusCode::NOT_FOUND, "index_not_found_exception", reason)
            .with("resource.type", "index_or_alias")
            .with("resource.id", index)
            .with("index_uuid", "_na_")
            .with("index", index)
    }

    /// 400 `index_closed_exception`.
    pub fn index_closed(info: &IndexInfo) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "index_closed_exception", "closed")
            .with("index_uuid", info.uuid.as_str())
            .with("index", info.name.as_str())
    }

    /// 404 `index_not_found_exception`: a write that is to go to an alias, and there is none.
    pub fn no_alias(index: &str) -> Self {
        let reason = format!(
            "no such index [{index}] and [require_alias] request flag is [true] and [{index}] is not an alias"
        );
        Self::new(StatusCode::NOT_FOUND, "index_not_found_exception", reason)
            .with("index_uuid", "_na_")
            .with("index", index)
    }

    /// Adds a key to the error.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }

    /// 400 `x_content_parse_exception`: bytes that are no JSON.
    pub fn content(error: &serde_json::Error, what: &str) -> Self {
        let place = format!("[{}:{}]", error.line(), error.column());
        let reason = format!("{place} {what}: {error}");
        Self::new(StatusCode::BAD_REQUEST, "x_content_parse_exception", reason)
    }

    /// 500: fewer results than documents.
    pub fn unanswered() -> Self {
        let reason = "the log store answered for fewer documents than it was given";
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "illegal_state_exception",
            reason,
        )
    }

    /// 500: a stored document that cannot be read.
    pub fn corrupt(error: &serde_json::Error) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "corrupt_document_exception",
            format!("the stored document cannot be read: {error}"),
        )
    }

    /// 400: the text of a query that cannot be read.
    pub fn query_text(text: &str, cause: &QueryError) -> Self {
        let reason = format!("Failed to parse query [{text}]");
        Self::new(StatusCode::BAD_REQUEST, "query_shard_exception", reason)
            .because(cause)
            .in_search("")
    }

    /// 400: a query that the store cannot run, such as a regular expression that is none.
    pub fn query_refused(reason: &str) -> Self {
        let reason = format!("failed to create query: {reason}");
        Self::new(StatusCode::BAD_REQUEST, "query_shard_exception", reason)
    }

    /// 400: what is wrong where the results of shards are put together.
    pub fn in_reduction(cause: Value) -> Self {
        let failure = Self::new(
            StatusCode::BAD_REQUEST,
            "search_phase_execution_exception",
            "",
        );
        Self {
            in_reduction: true,
            ..failure
                .with("phase", "rank-feature")
                .with("grouped", true)
                .with("failed_shards", json!([]))
                .with("caused_by", cause)
        }
    }

    /// Adds what is wrong with a query text, where, and what to do about it.
    fn because(self, cause: &QueryError) -> Self {
        let place = format!("{} at byte {}", cause.message(), cause.offset());
        let reason = match cause.hint() {
            Some(hint) => format!("{place}. {hint}"),
            None => place,
        };
        self.with(
            "caused_by",
            json!({ "type": "parse_exception", "reason": reason }),
        )
    }

    /// Wraps the failure as one that every shard of a search met, as Elasticsearch does.
    #[must_use]
    pub fn in_search(mut self, index: &str) -> Self {
        self.searched = Some(if index.is_empty() { "_all" } else { index }.to_owned());
        self
    }

    /// Names the indices of a search whose failure does not say them.
    #[must_use]
    pub fn searched_in(self, index: &str) -> Self {
        match self.searched {
            Some(_) => self.in_search(index),
            None => self,
        }
    }

    /// Names what the failure comes from.
    #[must_use]
    pub fn rooted_in(mut self, causes: Vec<Value>) -> Self {
        self.roots = causes;
        self
    }

    /// Whether it is a failure of one search, not of the request's shape.
    pub fn is_of_search(&self) -> bool {
        self.searched.is_some()
    }

    /// What is wrong, in words.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The error alone, as it stands in an item of a bulk reply.
    pub fn to_value(&self) -> Value {
        let mut error = Map::new();
        error.insert("type".to_owned(), self.kind.into());
        error.insert("reason".to_owned(), self.reason.as_str().into());
        error.extend((*self.details).clone());
        Value::Object(error)
    }

    /// The whole body.
    pub fn to_body(&self) -> Value {
        let cause = self.to_value();
        let mut root = cause.clone();
        if let Value::Object(root) = &mut root {
            root.remove("caused_by");
        }
        let mut error = Map::new();
        let roots = match (self.in_reduction, self.roots.is_empty()) {
            (true, _) => Vec::new(),
            (false, true) => vec![root],
            (false, false) => self.roots.clone(),
        };
        error.insert("root_cause".to_owned(), roots.into());
        if let Some(index) = &self.searched {
            error.extend(all_shards_failed(index, cause));
        } else if let Value::Object(cause) = cause {
            error.extend(cause);
        }
        json!({ "error": error, "status": self.status.as_u16() })
    }
}

fn all_shards_failed(index: &str, cause: Value) -> Map<String, Value> {
    let shard = json!({ "shard": 0, "index": index, "node": NODE_ID, "reason": cause });
    let mut error = Map::new();
    error.insert("type".to_owned(), "search_phase_execution_exception".into());
    error.insert("reason".to_owned(), "all shards failed".into());
    error.insert("phase".to_owned(), "query".into());
    error.insert("grouped".to_owned(), true.into());
    error.insert("failed_shards".to_owned(), json!([shard]));
    error
}

impl IntoResponse for ElasticError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::warn!(kind = self.kind, "{}", self.reason);
        }
        (self.status, Json(self.to_body())).into_response()
    }
}

impl From<StoreError> for ElasticError {
    fn from(error: StoreError) -> Self {
        let reason = match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        let of = |status, kind| Self::new(status, kind, reason.clone());
        match &error {
            StoreError::Overloaded { .. } => of(
                StatusCode::TOO_MANY_REQUESTS,
                "es_rejected_execution_exception",
            ),
            StoreError::DiskFull { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "cluster_block_exception",
                format!(
                    "blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, \
                     index has read-only-allow-delete block]; {reason}"
                ),
            ),
            StoreError::ReadOnly => of(
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable_shards_exception",
            ),
            StoreError::IndexNotFound { index } => Self::index_not_found(index),
            StoreError::IndexExists { index } => {
                of(StatusCode::BAD_REQUEST, EXISTS).with("index", index.as_str())
            }
            StoreError::InvalidIndexName(invalid) => invalid.clone().into(),
            StoreError::InvalidRequest { .. } => {
                of(StatusCode::BAD_REQUEST, "illegal_argument_exception")
            }
            StoreError::TooManyBuckets { limit } => {
                let reason = format!(
                    "Trying to create too many buckets. Must be less than or equal to: [{limit}] but this number of \
                     buckets was exceeded. This limit can be set by changing the [search.max_buckets] cluster level \
                     setting."
                );
                Self::in_reduction(json!({
                    "type": "too_many_buckets_exception",
                    "reason": reason,
                    "max_buckets": limit,
                }))
            }
            StoreError::TimedOut { .. } => of(StatusCode::SERVICE_UNAVAILABLE, "timeout_exception"),
            StoreError::Closed => of(StatusCode::SERVICE_UNAVAILABLE, "node_closed_exception"),
            StoreError::Io { .. } => of(StatusCode::INTERNAL_SERVER_ERROR, "i_o_exception"),
        }
    }
}

impl From<InvalidIndexName> for ElasticError {
    fn from(error: InvalidIndexName) -> Self {
        let index = error.name.clone();
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_index_name_exception",
            format!("Invalid index name [{index}], {}", error.reason),
        )
        .with("index_uuid", "_na_")
        .with("index", index)
    }
}

impl From<Refused> for ElasticError {
    fn from(refused: Refused) -> Self {
        let reason = refused.to_string();
        match refused {
            Refused::AlreadyExists { .. }
            | Refused::Replaced { .. }
            | Refused::Gone { .. }
            | Refused::Newer { .. } => Self::new(
                StatusCode::CONFLICT,
                "version_conflict_engine_exception",
                reason,
            ),
            Refused::InvalidIndexName(invalid) => invalid.into(),
            Refused::IdTooLong { .. } => Self::illegal_argument(reason),
            Refused::NotJson { .. }
            | Refused::NotAnObject { .. }
            | Refused::TooDeep { .. }
            | Refused::TooLarge { .. } => Self::new(
                StatusCode::BAD_REQUEST,
                "document_parsing_exception",
                reason,
            ),
        }
    }
}

impl From<TurnedAway> for ElasticError {
    fn from(reason: TurnedAway) -> Self {
        Self::new(reason.status(), "security_exception", reason.to_string())
    }
}

impl From<MappingError> for ElasticError {
    fn from(error: MappingError) -> Self {
        let kind = match error {
            MappingError::Date(_) => "parse_exception",
            MappingError::NoAddress { .. } | MappingError::NotSearched { .. } => {
                "query_shard_exception"
            }
            MappingError::NoFormat { .. } => "illegal_argument_exception",
        };
        Self::new(StatusCode::BAD_REQUEST, kind, error.to_string()).in_search("")
    }
}

impl From<PipelineError> for ElasticError {
    fn from(error: PipelineError) -> Self {
        match &error {
            PipelineError::Script(script) => script.into(),
            PipelineError::NoNumber { .. } | PipelineError::TooManySteps => {
                let reason = error.to_string();
                Self::in_reduction(
                    json!({ "type": "illegal_argument_exception", "reason": reason }),
                )
            }
        }
    }
}

impl From<&ScriptError> for ElasticError {
    fn from(error: &ScriptError) -> Self {
        let script = error.script.as_str();
        let here = format!("{}^---- HERE", " ".repeat(error.offset.min(script.len())));
        Self::in_reduction(json!({
            "type": "script_exception",
            "reason": if error.at_compile { "compile error" } else { "runtime error" },
            "script_stack": [script, here],
            "script": script,
            "lang": "painless",
            "position": { "offset": error.offset, "start": 0, "end": script.len() },
            "caused_by": { "type": error.kind, "reason": error.reason },
        }))
    }
}

impl From<DslError> for ElasticError {
    fn from(error: DslError) -> Self {
        let of = |kind| Self::new(StatusCode::BAD_REQUEST, kind, error.reason());
        match error.kind.class() {
            Class::Parsing => of("parsing_exception")
                .with("line", error.line)
                .with("col", error.column),
            Class::Content => of("x_content_parse_exception"),
            Class::Unbuilt => match &error.kind {
                DslErrorKind::Unbuilt { reason, .. } => of("x_content_parse_exception").with(
                    "caused_by",
                    json!({ "type": "illegal_argument_exception", "reason": reason }),
                ),
                _ => of("x_content_parse_exception"),
            },
            Class::EndOfInput => of("x_content_e_o_f_exception"),
            Class::Argument => of("illegal_argument_exception"),
            Class::Number => of("number_format_exception"),
            Class::Validation => of("action_request_validation_exception"),
            Class::ShardArgument => of("illegal_argument_exception").in_search(""),
            Class::ShardDate => of("parse_exception").in_search(""),
            Class::ShardPath => of("invalid_path").in_search(""),
            Class::TooManyClauses => of("too_many_clauses").in_search(""),
            Class::ShardBuckets => of("too_many_buckets_exception").in_search(""),
            Class::Script => match &error.kind {
                DslErrorKind::Script(script) => script.into(),
                _ => of("script_exception"),
            },
            Class::Shard => match &error.kind {
                DslErrorKind::Text { text, source } => Self::query_text(text, source),
                _ => of("query_shard_exception").in_search(""),
            },
        }
    }
}

/// A path that nothing answers.
pub async fn no_handler(method: Method, uri: Uri) -> Response {
    let reason = format!("no handler found for uri [{uri}] and method [{method}]");
    (StatusCode::BAD_REQUEST, Json(json!({ "error": reason }))).into_response()
}

/// A path that answers other methods; the methods are known only when the reply comes back.
pub async fn wrong_method() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// The body for a path that answers other methods.
pub fn wrong_method_body(method: &Method, uri: &Uri, allowed: &str) -> Value {
    let allowed = allowed.replace(',', ", ");
    let reason = format!(
        "Incorrect HTTP method for uri [{uri}] and method [{method}], allowed: [{allowed}]"
    );
    json!({ "error": reason, "status": 405 })
}

/// The body for a request in a media type that is not understood.
pub fn media_type_body(media_type: &str) -> Value {
    let reason = format!("Content-Type header [{media_type}] is not supported");
    json!({ "error": reason, "status": 406 })
}
