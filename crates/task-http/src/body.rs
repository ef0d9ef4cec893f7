//! Bodies and queries that say what is wrong with them. Takes JSON whatever the content type says,
//! because `curl -d` names another.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::MAX_BODY_BYTES;
use crate::errors::ApiError;

/// A JSON body.
pub struct Body<T>(pub T);

/// The whole body.
///
/// # Errors
/// When it is too large or cut off.
pub async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
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

/// The failure of a body that is not what the call takes.
pub fn invalid(error: &serde_json::Error) -> ApiError {
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
