//! The headers that a configuration adds to requests. Files are read at every request, so that a
//! rotated password needs no reload.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue};
use swarmscope_prometheus_config::{Authorization, BasicAuth, HttpClientConfig};
use url::Url;

use crate::error::RequestError;

/// Adds the credentials and headers of a configuration to those of a request.
pub(crate) fn add(config: &HttpClientConfig, headers: &mut HeaderMap) -> Result<(), RequestError> {
    if let Some(basic) = &config.basic_auth {
        insert(headers, AUTHORIZATION.as_str(), &basic_value(basic)?, true)?;
    }
    if let Some(token) = &config.authorization {
        insert(headers, AUTHORIZATION.as_str(), &token_value(token)?, true)?;
    }
    for (name, header) in &config.http_headers {
        for value in &header.values {
            insert(headers, name, value, false)?;
        }
        for secret in &header.secrets {
            insert(headers, name, secret.expose(), true)?;
        }
        for file in &header.files {
            insert(headers, name, &read(file)?, true)?;
        }
    }
    Ok(())
}

fn basic_value(basic: &BasicAuth) -> Result<String, RequestError> {
    let username = one_of(&basic.username, basic.username_file.as_deref())?;
    let password = one_of(basic.password.expose(), basic.password_file.as_deref())?;
    Ok(format!(
        "Basic {}",
        STANDARD.encode(format!("{username}:{password}"))
    ))
}

/// User and password of an address as a header.
pub(crate) fn of_address(url: &Url) -> Option<HeaderValue> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let pair = format!(
        "{}:{}",
        decode(url.username()),
        decode(url.password().unwrap_or_default())
    );
    let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn token_value(token: &Authorization) -> Result<String, RequestError> {
    let credentials = one_of(
        token.credentials.expose(),
        token.credentials_file.as_deref(),
    )?;
    Ok(format!("{} {credentials}", token.kind.trim()))
}

fn one_of(inline: &str, file: Option<&Path>) -> Result<String, RequestError> {
    match file {
        Some(file) => read(file),
        None => Ok(inline.to_owned()),
    }
}

fn read(path: &Path) -> Result<String, RequestError> {
    let text = std::fs::read_to_string(path).map_err(|source| RequestError::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(text.trim().to_owned())
}

fn insert(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    secret: bool,
) -> Result<(), RequestError> {
    let unfit = || RequestError::Header {
        name: name.to_owned(),
    };
    let key: HeaderName = name.parse().map_err(|_| unfit())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
    value.set_sensitive(secret);
    headers.append(key, value);
    Ok(())
}
