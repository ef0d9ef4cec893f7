//! Bodies and queries that say what is wrong with them. Takes JSON whatever the content type says,
//! because `curl -d` names another.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use swarmscope_model::state::NewTask;

use super::MAX_BODY_BYTES;
use super::errors::ApiError;

/// A JSON body.
pub struct Body<T>(pub T);

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::TooLarge {
                    limit: MAX_BODY_BYTES,
                }
            }
            other => ApiError::Invalid {
                message: other.body_text(),
            },
        })
}

fn invalid(error: &serde_json::Error) -> ApiError {
    ApiError::Invalid {
        message: format!("the body is not what this call takes: {error}"),
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request, state).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| invalid(&error))
    }
}

/// One task or several: the reply has the shape of the body.
pub enum Submission {
    One(Box<NewTask>),
    Many(Vec<NewTask>),
}

impl<S: Send + Sync> FromRequest<S> for Submission {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request, state).await?;
        let parsed = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => serde_json::from_slice(&bytes).map(Self::Many),
            _ => serde_json::from_slice(&bytes).map(|task| Self::One(Box::new(task))),
        };
        parsed.map_err(|error| invalid(&error))
    }
}

/// A query string.
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Query::from_request_parts(parts, state)
            .await
            .map(|Query(parameters)| Self(parameters))
            .map_err(|rejection| ApiError::Invalid {
                message: rejection.body_text(),
            })
    }
}
