//! How to talk to a server: credentials, TLS, redirects, proxies, headers. Shared by scrapes, discovery,
//! Alertmanagers and remote writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::fields::{is_default, on};
use crate::secret::Secret;

/// The settings of a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "Unchecked")]
pub struct HttpClientConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_auth: Option<BasicAuth>,
    /// Also what `bearer_token` and `bearer_token_file` say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
    #[serde(skip_serializing_if = "is_default")]
    pub tls_config: TlsConfig,
    pub follow_redirects: bool,
    /// By name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub http_headers: BTreeMap<String, Header>,
}

/// A user and a password.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BasicAuth {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Secret::is_empty")]
    pub password: Secret,
    /// Read at every use, without the line's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Authorization {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Secret::is_empty")]
    pub credentials: Secret,
    /// Read at every use, without the line's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credentials_file: Option<PathBuf>,
}

impl Default for Authorization {
    fn default() -> Self {
        Self {
            kind: BEARER.to_owned(),
            credentials: Secret::default(),
            credentials_file: None,
        }
    }
}

/// The values of one header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Header {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<Secret>,
    /// Read at every use, without the line's end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<PathBuf>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum TlsVersion {
    TLS10,
    TLS11,
    TLS12,
    TLS13,
}

/// Whom to trust, and as whom to appear. Certificates and keys are PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ca: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cert: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Secret::is_empty")]
    pub key: Secret,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The name that the certificate has to have, instead of the address's.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub server_name: String,
    #[serde(skip_serializing_if = "is_default")]
    pub insecure_skip_verify: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_version: Option<TlsVersion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_version: Option<TlsVersion>,
}

const BEARER: &str = "Bearer";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    basic_auth: Option<BasicAuth>,
    authorization: Option<Authorization>,
    #[serde(default)]
    bearer_token: Secret,
    bearer_token_file: Option<PathBuf>,
    #[serde(default)]
    tls_config: TlsConfig,
    #[serde(default = "on")]
    follow_redirects: bool,
    /// Connections speak HTTP/1.1, which every server that can do HTTP/2 understands.
    #[serde(default, rename = "enable_http2")]
    _enable_http2: bool,
    #[serde(default)]
    http_headers: BTreeMap<String, Header>,
}

/// Settings of a client that contradict each other.
#[derive(Debug, thiserror::Error)]
pub enum InvalidClient {
    #[error("at most one of {0} must be configured")]
    AtMostOne(&'static str),
    #[error("authorization type cannot be set to \"basic\", use \"basic_auth\" instead")]
    BasicAuthorization,
    #[error("{0} and {1} of a client certificate have to be configured together")]
    HalfCertificate(&'static str, &'static str),
    #[error("TLS below 1.2 is not spoken here; max_version has to be TLS12 or TLS13")]
    OldTls,
    #[error("header {0:?} cannot be set here; use basic_auth or authorization, or leave it out")]
    ReservedHeader(String),
}

impl TryFrom<Unchecked> for HttpClientConfig {
    type Error = InvalidClient;

    fn try_from(raw: Unchecked) -> Result<Self, InvalidClient> {
        let bearer = (!raw.bearer_token.is_empty()) || raw.bearer_token_file.is_some();
        if !raw.bearer_token.is_empty() && raw.bearer_token_file.is_some() {
            return Err(InvalidClient::AtMostOne("bearer_token & bearer_token_file"));
        }
        if [
            raw.basic_auth.is_some(),
            raw.authorization.is_some(),
            bearer,
        ]
        .into_iter()
        .filter(|set| *set)
        .count()
            > 1
        {
            return Err(InvalidClient::AtMostOne(
                "basic_auth, authorization, bearer_token & bearer_token_file",
            ));
        }
        let authorization = if bearer {
            Some(Authorization {
                kind: BEARER.to_owned(),
                credentials: raw.bearer_token,
                credentials_file: raw.bearer_token_file,
            })
        } else {
            raw.authorization
        };
        let client = Self {
            basic_auth: raw.basic_auth,
            authorization,
            tls_config: raw.tls_config,
            follow_redirects: raw.follow_redirects,
            http_headers: raw.http_headers,
        };
        client.check()?;
        Ok(client)
    }
}

impl Default for HttpClientConfig {
    fn default() -> Self {
        Self {
            basic_auth: None,
            authorization: None,
            tls_config: TlsConfig::default(),
            follow_redirects: true,
            http_headers: BTreeMap::new(),
        }
    }
}

impl HttpClientConfig {
    fn check(&self) -> Result<(), InvalidClient> {
        if let Some(basic) = &self.basic_auth {
            if !basic.username.is_empty() && basic.username_file.is_some() {
                return Err(InvalidClient::AtMostOne(
                    "basic_auth username & username_file",
                ));
            }
            if !basic.password.is_empty() && basic.password_file.is_some() {
                return Err(InvalidClient::AtMostOne(
                    "basic_auth password & password_file",
                ));
            }
        }
        if let Some(token) = &self.authorization {
            if !token.credentials.is_empty() && token.credentials_file.is_some() {
                return Err(InvalidClient::AtMostOne(
                    "authorization credentials & credentials_file",
                ));
            }
            if token.kind.trim().eq_ignore_ascii_case("basic") {
                return Err(InvalidClient::BasicAuthorization);
            }
        }
        for name in self.http_headers.keys() {
            if is_reserved_header(name) {
                return Err(InvalidClient::ReservedHeader(name.clone()));
            }
        }
        self.tls_config.check()
    }

    /// Makes file names relative to a folder.
    pub(crate) fn set_directory(&mut self, directory: &Path) {
        if let Some(basic) = &mut self.basic_auth {
            join(directory, &mut basic.username_file);
            join(directory, &mut basic.password_file);
        }
        if let Some(token) = &mut self.authorization {
            join(directory, &mut token.credentials_file);
        }
        join(directory, &mut self.tls_config.ca_file);
        join(directory, &mut self.tls_config.cert_file);
        join(directory, &mut self.tls_config.key_file);
        for header in self.http_headers.values_mut() {
            for file in &mut header.files {
                *file = directory.join(&file);
            }
        }
    }
}

impl TlsConfig {
    fn check(&self) -> Result<(), InvalidClient> {
        let both = |inline: bool, file: bool, what| {
            if inline && file {
                return Err(InvalidClient::AtMostOne(what));
            }
            Ok(inline || file)
        };
        both(
            !self.ca.is_empty(),
            self.ca_file.is_some(),
            "ca and ca_file",
        )?;
        let certificate = both(
            !self.cert.is_empty(),
            self.cert_file.is_some(),
            "cert and cert_file",
        )?;
        let key = both(
            !self.key.is_empty(),
            self.key_file.is_some(),
            "key and key_file",
        )?;
        if certificate != key {
            return Err(InvalidClient::HalfCertificate("cert", "key"));
        }
        if self.max_version.is_some_and(|max| max < TlsVersion::TLS12) {
            return Err(InvalidClient::OldTls);
        }
        Ok(())
    }
}

/// Headers that belong to the protocol or to the client.
pub(crate) fn is_reserved_header(name: &str) -> bool {
    const RESERVED: [&str; 15] = [
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "transfer-encoding",
        "user-agent",
        "www-authenticate",
        "x-prometheus-remote-read-version",
        "x-prometheus-remote-write-version",
    ];
    RESERVED.contains(&name.to_ascii_lowercase().as_str())
}

fn join(directory: &Path, file: &mut Option<PathBuf>) {
    if let Some(file) = file {
        *file = directory.join(&file);
    }
}
