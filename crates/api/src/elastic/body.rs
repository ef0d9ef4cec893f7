//! Request bodies and URL parameters, refused in this API's error shape.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::body_budget::Reservation;
use super::errors::ElasticError;

/// The bytes of a request, after decompression.
pub struct Body(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ElasticError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ElasticError> {
        let reservation = request.extensions().get::<Arc<Reservation>>().cloned();
        let body = Bytes::from_request(request, state).await;
        if let Some(reservation) = reservation {
            reservation.check()?;
        }
        match body {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ElasticError::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "content_too_large_exception",
                    "the request is larger than 100 MiB; send it in parts",
                ))
            }
            Err(rejection) => Err(ElasticError::parse(rejection.body_text())),
        }
    }
}

/// URL parameters.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ElasticError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ElasticError> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(ElasticError::illegal_argument(rejection.body_text())),
        }
    }
}
