//! What a log request's parameters mean: text to queries, ranges and limits.

use axum::extract::FromRequestParts;
use axum::extract::rejection::QueryRejection;
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use swarmscope_model::{TimeRange, Timestamp};
use swarmscope_query::ast::Query;
use swarmscope_query::datemath::{self, Rounding};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::SearchRequest;
use swarmscope_query::{kql, lucene};

use super::errors::ApiError;

/// URL parameters, refused in this API's error shape.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let parsed: Result<axum::extract::Query<T>, QueryRejection> =
            axum::extract::Query::from_request_parts(parts, state).await;
        match parsed {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::invalid(rejection.body_text())),
        }
    }
}

/// Which documents: the parameters that all log requests share.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Selection {
    #[serde(default)]
    pub query: String,
    /// `lucene`, which is the default, or `kql`.
    #[serde(default)]
    pub language: String,
    #[serde(default)]
    pub index: String,
    #[serde(default)]
    pub from: String,
    #[serde(default)]
    pub to: String,
}

impl Selection {
    /// The search for these documents, still without hits and aggregations.
    ///
    /// # Errors
    /// When the query or a time does not parse.
    pub fn to_request(&self) -> Result<SearchRequest, ApiError> {
        let now = Timestamp::now();
        let mut request = SearchRequest::new(
            IndexExpression::parse(&self.index),
            parse_query(&self.query, &self.language, now)?,
        );
        request.time = TimeRange {
            from: parse_time(&self.from, now, Rounding::Down)?,
            to: parse_time(&self.to, now, Rounding::Down)?,
        };
        Ok(request)
    }
}

/// The query of a text in a language, Lucene's unless one is named; empty is everything.
///
/// # Errors
/// With the place of the fault, or when there is no such language.
pub fn parse_query(text: &str, language: &str, now: Timestamp) -> Result<Query, ApiError> {
    match language {
        "" | "lucene" => {}
        "kql" | "kuery" => return Ok(kql::parse(text, now, jiff::tz::TimeZone::UTC)?),
        other => {
            return Err(
                ApiError::invalid(format!("there is no query language {other:?}"))
                    .hint("use language=lucene or language=kql"),
            );
        }
    }
    if text.trim().is_empty() {
        return Ok(Query::All);
    }
    let options = lucene::Options {
        now,
        ..lucene::Options::default()
    };
    Ok(lucene::parse(text, &options)?)
}

/// A time in milliseconds since the epoch; the epoch when there is none.
///
/// # Errors
/// When the text is no time.
pub fn parse_time_or_epoch(text: &str) -> Result<i64, ApiError> {
    Ok(parse_time(text, Timestamp::now(), Rounding::Down)?.unwrap_or(0))
}

/// A time that has to be there.
///
/// # Errors
/// When the text is none.
pub fn parse_instant(text: &str, now: Timestamp) -> Result<Timestamp, ApiError> {
    let time = parse_time(text, now, Rounding::Down)?;
    let time = time.ok_or_else(|| ApiError::invalid("a time is empty"))?;
    Ok(Timestamp::from_millisecond(time))
}

/// A time in milliseconds since the epoch; `None` when the text is empty.
///
/// # Errors
/// When the text is no time.
pub fn parse_time(text: &str, now: Timestamp, rounding: Rounding) -> Result<Option<i64>, ApiError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let instant = datemath::resolve(text.trim(), now, &jiff::tz::TimeZone::UTC, rounding)?;
    Ok(Some(instant.as_millisecond()))
}
