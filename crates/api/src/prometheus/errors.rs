//! Every failure of this API with its status and body, declared together.
//!
//! The kinds, their names and their statuses are Prometheus's own, so that clients which look at
//! `errorType` find what they know.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use swarmscope_model::metrics::MetricError;
use swarmscope_promql::evaluator::EvalError;

use super::json::Json;
use crate::guard::TurnedAway;

/// What went wrong, as `errorType` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    BadData,
    Execution,
    Canceled,
    Timeout,
    Internal,
    Unavailable,
    NotFound,
    Unauthorized,
    Forbidden,
}

impl ErrorKind {
    /// The text in `errorType`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadData => "bad_data",
            Self::Execution => "execution",
            Self::Canceled => "canceled",
            Self::Timeout => "timeout",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::NotFound => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::BadData => StatusCode::BAD_REQUEST,
            Self::Execution => StatusCode::UNPROCESSABLE_ENTITY,
            // What nginx says of a client that went away.
            Self::Canceled => {
                StatusCode::from_u16(499).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            // Prometheus has no status of its own for what is not available.
            Self::Internal | Self::Unavailable => StatusCode::INTERNAL_SERVER_ERROR,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
        }
    }
}

/// A failed request: `{"status":"error","errorType":…,"error":…}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PrometheusError {
    pub kind: ErrorKind,
    pub message: String,
}

impl PrometheusError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// 400 `bad_data`.
    pub fn bad_data(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::BadData, message)
    }

    /// 400 `bad_data` that names a parameter.
    pub fn invalid_parameter(name: &str, reason: impl std::fmt::Display) -> Self {
        Self::bad_data(format!("invalid parameter {name:?}: {reason}"))
    }

    /// 500 `internal`.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// 404 `not_found`.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }
}

impl IntoResponse for PrometheusError {
    fn into_response(self) -> Response {
        if self.kind == ErrorKind::Internal {
            tracing::warn!(kind = self.kind.as_str(), "{}", self.message);
        }
        let mut body = Json::default();
        body.raw(r#"{"status":"error","errorType":"#);
        body.string(self.kind.as_str());
        body.raw(r#","error":"#);
        body.string(&self.message);
        body.raw("}");
        let kind = [(CONTENT_TYPE, "application/json")];
        (self.kind.status(), kind, body.into_bytes()).into_response()
    }
}

impl From<TurnedAway> for PrometheusError {
    fn from(reason: TurnedAway) -> Self {
        let kind = match reason {
            TurnedAway::Unauthorized => ErrorKind::Unauthorized,
            TurnedAway::ForeignSite | TurnedAway::ForeignChange => ErrorKind::Forbidden,
        };
        Self::new(kind, reason.to_string())
    }
}

impl From<MetricError> for PrometheusError {
    fn from(error: MetricError) -> Self {
        let kind = match &error {
            MetricError::Cancelled => ErrorKind::Canceled,
            MetricError::TimedOut { .. } => ErrorKind::Timeout,
            MetricError::TooMuch { .. } => ErrorKind::Execution,
            MetricError::Overloaded { .. }
            | MetricError::ReadOnly { .. }
            | MetricError::Unsupported { .. } => ErrorKind::Unavailable,
            MetricError::Damaged { .. } | MetricError::Io { .. } => ErrorKind::Internal,
        };
        let message = match std::error::Error::source(&error) {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        Self::new(kind, message)
    }
}

impl From<EvalError> for PrometheusError {
    fn from(error: EvalError) -> Self {
        let kind = match &error {
            EvalError::Cancelled => ErrorKind::Canceled,
            EvalError::TimedOut { .. } => ErrorKind::Timeout,
            EvalError::Storage(_) => ErrorKind::Internal,
            // Found before anything is evaluated, so it is the parameter that is wrong.
            EvalError::NotForRange { .. } | EvalError::Length(_) => {
                return Self::invalid_parameter("query", &error);
            }
            EvalError::InvalidRange => ErrorKind::BadData,
            _ => ErrorKind::Execution,
        };
        Self::new(kind, error.to_string())
    }
}
