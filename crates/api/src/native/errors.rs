//! Every failure of this API with its status and body, declared together.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use swarmscope_model::error_groups::UnknownName;
use swarmscope_model::state::StateError;
use swarmscope_query::datemath::DateMathError;
use swarmscope_query::kql::KqlError;
use swarmscope_query::lucene::QueryError;
use swarmscope_query::store::StoreError;

use super::backup::BackupFailed;
use crate::guard::TurnedAway;

/// A failed request: `{"error": {"code", "message", "hint"?, "position"?}}`.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    detail: ErrorDetail,
}

/// The body of an error.
#[derive(Debug, Clone, Serialize)]
pub struct ErrorDetail {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    /// Ids that may have been meant instead of one that is not there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<String>,
}

/// Where in a query text the fault is, in bytes.
#[derive(Debug, Clone, Copy, Serialize)]
struct Position {
    offset: usize,
    length: usize,
}

#[derive(Serialize)]
struct ErrorBody {
    error: ErrorDetail,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let detail = ErrorDetail {
            code,
            message: message.into(),
            hint: None,
            position: None,
            suggestions: Vec::new(),
        };
        Self { status, detail }
    }

    /// 400 `invalid_request`.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// 409 `conflict`.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    /// 500 `internal`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// 404 `not_found`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// 409 `changed`: things are no longer as the request expects.
    pub fn changed(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "changed", message).hint(hint)
    }

    /// 503 `unavailable`.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }

    /// With what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.detail.hint = Some(hint.into());
        self
    }

    /// With ids that may have been meant.
    pub fn suggestions(mut self, ids: Vec<String>) -> Self {
        self.detail.suggestions = ids;
        self
    }

    /// The body without the status, for replies that carry an error as data.
    pub fn into_detail(self) -> ErrorDetail {
        self.detail
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::warn!(code = self.detail.code, "{}", self.detail.message);
        }
        (self.status, Json(ErrorBody { error: self.detail })).into_response()
    }
}

impl From<TurnedAway> for ApiError {
    fn from(reason: TurnedAway) -> Self {
        let code = match reason {
            TurnedAway::Unauthorized => "unauthorized",
            TurnedAway::ForeignSite | TurnedAway::ForeignChange => "foreign_site",
        };
        Self::new(reason.status(), code, reason.to_string())
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let mut failure = Self::new(StatusCode::BAD_REQUEST, "invalid_query", error.message());
        failure.detail.position = Some(Position {
            offset: error.offset(),
            length: error.length(),
        });
        failure.detail.hint = error.hint().map(str::to_owned);
        failure
    }
}

impl From<KqlError> for ApiError {
    fn from(error: KqlError) -> Self {
        let failure = Self::new(StatusCode::BAD_REQUEST, "invalid_query", error.message());
        let mut failure = failure.hint(error.hint());
        failure.detail.position = Some(Position {
            offset: error.offset(),
            length: 0,
        });
        failure
    }
}

impl From<DateMathError> for ApiError {
    fn from(error: DateMathError) -> Self {
        Self::invalid(error.to_string())
            .hint("use ISO 8601 such as 2026-01-31T12:00:00Z, or date math such as now-15m")
    }
}

impl From<UnknownName> for ApiError {
    fn from(error: UnknownName) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::Overloaded { .. } => (StatusCode::TOO_MANY_REQUESTS, "overloaded"),
            StoreError::DiskFull { .. } => (StatusCode::TOO_MANY_REQUESTS, "disk_full"),
            StoreError::ReadOnly => (StatusCode::SERVICE_UNAVAILABLE, "read_only"),
            StoreError::IndexNotFound { .. } => (StatusCode::NOT_FOUND, "not_found"),
            StoreError::IndexExists { .. } => (StatusCode::CONFLICT, "conflict"),
            StoreError::InvalidIndexName(_)
            | StoreError::InvalidRequest { .. }
            | StoreError::TooManyBuckets { .. } => (StatusCode::BAD_REQUEST, "invalid_request"),
            StoreError::TimedOut { .. } | StoreError::Closed => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            StoreError::Io { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let message = match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Self::new(status, code, message)
    }
}

impl From<BackupFailed> for ApiError {
    fn from(failed: BackupFailed) -> Self {
        let mut error = Self::new(StatusCode::CONFLICT, "backup_failed", failed.message);
        error.detail.hint = failed.hint;
        error
    }
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        let status = match &error {
            StateError::NotFound { .. } => StatusCode::NOT_FOUND,
            StateError::Conflict { .. }
            | StateError::KeyConflict { .. }
            | StateError::CountChanged { .. }
            | StateError::StaleClaim { .. }
            | StateError::WrongState { .. } => StatusCode::CONFLICT,
            StateError::Invalid { .. } => StatusCode::BAD_REQUEST,
            StateError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::new(status, error.code(), error.to_string())
    }
}
