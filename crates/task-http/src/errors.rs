//! Every failure of this API with its status and body, declared together.

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use swarmscope_model::state::StateError;
use swarmscope_sdk::wire::{ErrorDetail, ErrorReply};

/// A request that failed.
#[derive(Debug)]
pub enum ApiError {
    State(StateError),
    /// A body or query that is not what the call takes.
    Invalid {
        message: String,
    },
    TooLarge {
        limit: usize,
    },
    UnknownPath {
        path: String,
    },
    WrongMethod {
        method: Method,
        path: String,
    },
}

impl From<StateError> for ApiError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl ApiError {
    /// A body or parameter that is not what the call takes.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid {
            message: message.into(),
        }
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            ApiError::State(error) => match error {
                StateError::NotFound { .. } => StatusCode::NOT_FOUND,
                StateError::Conflict { .. }
                | StateError::KeyConflict { .. }
                | StateError::CountChanged { .. }
                | StateError::StaleClaim { .. }
                | StateError::WrongState { .. } => StatusCode::CONFLICT,
                StateError::Invalid { .. } => StatusCode::BAD_REQUEST,
                StateError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            },
            ApiError::Invalid { .. } => StatusCode::BAD_REQUEST,
            ApiError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            ApiError::UnknownPath { .. } => StatusCode::NOT_FOUND,
            ApiError::WrongMethod { .. } => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    /// The failure as the body's `error` has it.
    pub fn detail(&self) -> ErrorDetail {
        let (code, message, hint) = match self {
            ApiError::State(error) => (error.code(), error.to_string(), state_hint(error)),
            ApiError::Invalid { message } => ("invalid_request", message.clone(), None),
            ApiError::TooLarge { limit } => (
                "too_large",
                format!("the body has more than {limit} bytes"),
                Some("send fewer tasks at a time, or keep large data elsewhere"),
            ),
            ApiError::UnknownPath { path } => (
                "not_found",
                format!("there is nothing at {path}"),
                Some("see docs/native-api.md for what this port answers"),
            ),
            ApiError::WrongMethod { method, path } => (
                "invalid_request",
                format!("{path} does not take {method}"),
                Some("see docs/native-api.md for what this port answers"),
            ),
        };
        ErrorDetail {
            code: code.to_owned(),
            message,
            hint: hint.map(str::to_owned),
        }
    }
}

fn state_hint(error: &StateError) -> Option<&'static str> {
    match error {
        StateError::NotFound { kind: "agent", .. } => Some("register with POST /api/v1/agents"),
        StateError::Unavailable(_) => Some("try again; the orchestrator's log says why"),
        _ => None,
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorReply {
            error: self.detail(),
        };
        (self.status(), Json(body)).into_response()
    }
}
