//! Addresses of servers as people type them: told to be none before anybody is asked.

use url::Url;

/// Why a text is no address of a server.
#[derive(Debug, thiserror::Error)]
pub enum BaseUrlError {
    /// `127.0.0.1:4700`, `localhost:4700`, or nothing at all.
    #[error("an address begins with http:// or https://, such as http://{0}")]
    NoScheme(String),
    /// It begins as one and is none.
    #[error(transparent)]
    Malformed(#[from] url::ParseError),
}

/// The address, as it was typed.
///
/// # Errors
/// When it is none.
pub fn base_url(text: &str) -> Result<String, BaseUrlError> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        let bare = text.rsplit("://").next().unwrap_or_default();
        let meant = if bare.is_empty() {
            "127.0.0.1:4700"
        } else {
            bare
        };
        return Err(BaseUrlError::NoScheme(meant.to_owned()));
    }
    Url::parse(text)?;
    Ok(text.to_owned())
}
