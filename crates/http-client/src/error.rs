//! Why a client could not be made, and why a request failed.

use std::path::PathBuf;

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpClientError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{what} is no PEM: {source}")]
    Pem {
        what: String,
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    #[error("{what} holds no certificate")]
    NoCertificate { what: String },
    #[error("TLS settings: {0}")]
    Tls(#[from] rustls::Error),
    #[error("server_name {0:?} is no host name")]
    ServerName(String),
    #[error("no version of TLS is left between min_version and max_version")]
    NoVersion,
}

/// A request that brought no answer. The address in the messages has no password.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    #[error("{}: cannot be read: {source}", path.display())]
    Read {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("header {name:?}: the value from the configuration cannot be sent")]
    Header { name: String },
    #[error("{url} is no address for a request")]
    Address { url: String },
    #[error("{url}: {reason}")]
    Connection {
        url: String,
        /// What went wrong, from the outermost cause to the innermost.
        reason: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("{url}: stopped after {limit} redirects")]
    TooManyRedirects { url: String, limit: usize },
    #[error("body size limit exceeded: more than {limit} bytes")]
    BodyTooLarge { limit: usize },
}

impl RequestError {
    pub(crate) fn connection(
        url: &url::Url,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        Self::Connection {
            url: shown(url),
            reason: chain(source.as_ref()),
            source,
        }
    }
}

/// The causes of an error, each once: libraries repeat the inner one in the outer one, or leave it out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// An address for people: without its password.
pub(crate) fn shown(url: &url::Url) -> String {
    let mut shown = url.clone();
    if shown.password().is_some() {
        // Fails for addresses that cannot have one, and those have none.
        let _ = shown.set_password(Some("xxxxx"));
    }
    shown.into()
}
