//! Sends requests as one configuration says.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderValue, USER_AGENT};
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::ServerName;
use swarmscope_prometheus_config::HttpClientConfig;
use url::Url;

use crate::error::{HttpClientError, RequestError, shown};
use crate::{credentials, redirect, tls};

/// What servers see as the client. The name is Prometheus's, because servers know that one.
const AGENT: &str = concat!("Prometheus/3.0 Swarmscope/", env!("CARGO_PKG_VERSION"));
/// Longer than any sensible scrape interval, so that connections last from scrape to scrape.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// A client for one configuration. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    config: Arc<HttpClientConfig>,
}

/// What to ask.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// As it came: encodings are not undone.
    pub body: Bytes,
}

impl Request {
    /// A request without a body.
    pub fn get(url: Url) -> Self {
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// A request with a body of a media type.
    pub fn post(url: Url, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self {
            method: Method::POST,
            url,
            headers,
            body: body.into(),
        }
    }
}

impl HttpClient {
    /// A client that does what the configuration says. Reads the certificates that it names.
    ///
    /// # Errors
    /// When a certificate cannot be read, or the TLS settings do not fit together.
    pub fn new(config: &HttpClientConfig) -> Result<Self, HttpClientError> {
        let tls = tls::client_config(&config.tls_config)?;
        let builder = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http();
        let name = &config.tls_config.server_name;
        let builder = if name.is_empty() {
            builder
        } else {
            let name = ServerName::try_from(name.clone())
                .map_err(|_| HttpClientError::ServerName(name.clone()))?;
            builder.with_server_name_resolver(FixedServerNameResolver::new(name))
        };
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let connector = builder.enable_http1().wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self {
            client,
            config: Arc::new(config.clone()),
        })
    }

    /// Sends a request with the configuration's credentials and headers, and reads the answer, whatever
    /// its status. Redirects are followed when the configuration says so; credentials do not go along
    /// to another server.
    ///
    /// # Errors
    /// When a file with credentials cannot be read, no answer comes, or its body has more than `limit` bytes.
    pub async fn send(&self, request: Request, limit: usize) -> Result<Response, RequestError> {
        let Request {
            mut method,
            mut url,
            mut headers,
            mut body,
        } = request;
        credentials::add(&self.config, &mut headers)?;
        from_address(&mut url, &mut headers);
        headers
            .entry(USER_AGENT)
            .or_insert(HeaderValue::from_static(AGENT));
        for _ in 0..=redirect::MAX_REDIRECTS {
            let response = self
                .once(&method, &url, &headers, body.clone(), limit)
                .await?;
            let next = redirect::next(response.status, &response.headers, &url)
                .filter(|_| self.config.follow_redirects);
            let Some((to, keeps_method)) = next else {
                return Ok(response);
            };
            if !keeps_method {
                method = redirect::plain_method(&method);
                body = Bytes::new();
                headers.remove(CONTENT_TYPE);
                headers.remove(CONTENT_LENGTH);
            }
            if !redirect::keeps_credentials(&url, &to) {
                headers.remove(AUTHORIZATION);
                headers.remove(HOST);
                for name in self.config.http_headers.keys() {
                    headers.remove(name.as_str());
                }
            }
            url = to;
        }
        Err(RequestError::TooManyRedirects {
            url: shown(&url),
            limit: redirect::MAX_REDIRECTS,
        })
    }

    async fn once(
        &self,
        method: &Method,
        url: &Url,
        headers: &HeaderMap,
        body: Bytes,
        limit: usize,
    ) -> Result<Response, RequestError> {
        let uri: Uri = url
            .as_str()
            .parse()
            .map_err(|_| RequestError::Address { url: shown(url) })?;
        let mut request = http::Request::new(Full::new(body));
        *request.method_mut() = method.clone();
        *request.uri_mut() = uri;
        *request.headers_mut() = headers.clone();
        let answer = self
            .client
            .request(request)
            .await
            .map_err(|error| RequestError::connection(url, error))?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                RequestError::BodyTooLarge { limit }
            } else {
                RequestError::connection(url, error)
            }
        })?;
        Ok(Response {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        })
    }
}

/// User and password in an address are credentials like others, unless the configuration has its own.
fn from_address(url: &mut Url, headers: &mut HeaderMap) {
    if url.username().is_empty() && url.password().is_none() {
        return;
    }
    if !headers.contains_key(AUTHORIZATION)
        && let Some(value) = credentials::of_address(url)
    {
        headers.insert(AUTHORIZATION, value);
    }
    // Both fail only for addresses that cannot have either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}
