//! The HTTP client that a configuration describes: credentials, TLS, headers, redirects. Scrapes,
//! discovery, alerts and remote writes use it.
//!
//! It sets no deadlines: whoever calls knows how long an answer is worth waiting for.

mod client;
mod credentials;
mod error;
mod redirect;
mod tls;

pub use client::{HttpClient, Request, Response};
pub use error::{HttpClientError, RequestError};
