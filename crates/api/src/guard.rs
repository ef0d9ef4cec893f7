//! Who may come in: credentials on every port, and no other site's pages.
//!
//! Without credentials only loopback is served (the command line refuses anything else), and there
//! a browser is the one way in for strangers: a page of another site can make it send requests
//! here, under its own name (`Origin`) or under a host name that it points at loopback (`Host`,
//! DNS rebinding). Both are refused. Where a password is asked for, a browser that has it sends it
//! along with the requests of other sites' pages too: those may look, because the browser keeps the
//! answer from them, and change nothing. This module never decides what an error looks like: each
//! protocol passes the shape of its own.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq;

/// What a caller has to know. Both may be set; either lets it in.
#[derive(Clone, Default)]
pub struct Credentials {
    /// User name and password, for `Basic`.
    pub user: Option<(String, String)>,
    /// A key, for `Bearer` and Elasticsearch's `ApiKey`.
    pub api_key: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Credentials(…)")
    }
}

impl Credentials {
    /// Whether nobody has to know anything.
    pub fn is_empty(&self) -> bool {
        self.user.is_none() && self.api_key.is_none()
    }

    fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
        else {
            return false;
        };
        let Some((scheme, secret)) = value.split_once(' ') else {
            return false;
        };
        let secret = secret.trim();
        if scheme.eq_ignore_ascii_case("basic") {
            let Some((user, password)) = &self.user else {
                return false;
            };
            return decoded(secret)
                .is_some_and(|given| same(&given, &format!("{user}:{password}")));
        }
        let Some(key) = &self.api_key else {
            return false;
        };
        if scheme.eq_ignore_ascii_case("bearer") {
            return same(secret, key);
        }
        // Elasticsearch's clients send base64("id:key"), or a key that is encoded so already.
        scheme.eq_ignore_ascii_case("apikey")
            && (same(secret, key)
                || decoded(secret).is_some_and(|pair| {
                    pair.split_once(':')
                        .is_some_and(|(_, given)| same(given, key))
                }))
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text).ok()?).ok()
}

fn same(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}

/// Why a request was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TurnedAway {
    #[error(
        "missing or wrong credentials; send Basic or Bearer credentials from the configuration"
    )]
    Unauthorized,
    #[error(
        "this port has no password, so it answers only to pages of its own; open it as localhost, \
         or configure credentials"
    )]
    ForeignSite,
    #[error(
        "a page of another site wants to change something with the password that the browser knows; \
         do it on this server's own pages, or send a key as Bearer credentials"
    )]
    ForeignChange,
}

impl TurnedAway {
    /// 401 or 403.
    pub fn status(self) -> StatusCode {
        match self {
            TurnedAway::Unauthorized => StatusCode::UNAUTHORIZED,
            TurnedAway::ForeignSite | TurnedAway::ForeignChange => StatusCode::FORBIDDEN,
        }
    }
}

/// The guard of one port.
#[derive(Clone)]
pub struct Guard {
    pub credentials: Credentials,
    /// How this port's protocol says it.
    pub refuse: fn(TurnedAway) -> Response,
}

/// Paths that tell no secret and that a supervisor without credentials has to reach.
const OPEN_PATHS: [&str; 1] = ["/health"];

/// Lets a request through or turns it away; for `axum::middleware::from_fn_with_state`.
pub async fn check(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let verdict = if guard.credentials.is_empty() {
        from_own_site(request.headers())
    } else if OPEN_PATHS.contains(&request.uri().path()) {
        Ok(())
    } else if !guard.credentials.admit(request.headers()) {
        Err(TurnedAway::Unauthorized)
    } else {
        no_foreign_change(request.method(), request.headers())
    };
    match verdict {
        Ok(()) => next.run(request).await,
        Err(reason) => {
            let mut response = (guard.refuse)(reason);
            if reason == TurnedAway::Unauthorized {
                let challenge =
                    HeaderValue::from_static("Basic realm=\"swarmscope\", charset=\"UTF-8\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

/// A header as text; something that nothing is equal to when it is none.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

fn from_own_site(headers: &HeaderMap) -> Result<(), TurnedAway> {
    let origin_is_local = text(headers, ORIGIN).is_none_or(|origin| {
        origin
            .split_once("://")
            .is_some_and(|(_, authority)| is_loopback_authority(authority))
    });
    if text(headers, HOST).is_none_or(is_loopback_authority) && origin_is_local {
        Ok(())
    } else {
        Err(TurnedAway::ForeignSite)
    }
}

/// What a browser says of the page that a request comes from; it does so over TLS and on localhost.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// The name that a proxy in front was asked for.
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Browsers add a password by themselves, a key never.
fn no_foreign_change(method: &Method, headers: &HeaderMap) -> Result<(), TurnedAway> {
    let has_password = text(headers, AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    if method.is_safe() || !has_password {
        return Ok(());
    }
    let is_own = match text(headers, FETCH_SITE) {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(headers, ORIGIN).is_none_or(|origin| {
            let own = [HOST, FORWARDED_HOST].map(|name| text(headers, name));
            origin
                .split_once("://")
                .is_some_and(|(_, authority)| own.contains(&Some(authority)))
        }),
    };
    match is_own {
        true => Ok(()),
        false => Err(TurnedAway::ForeignChange),
    }
}

fn is_loopback_authority(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        headers
    }

    #[test]
    fn credentials_are_taken_in_the_forms_that_clients_send() {
        let credentials = Credentials {
            user: Some(("elastic".into(), "s:cret".into())),
            api_key: Some("k3y".into()),
        };
        let basic = format!("Basic {}", STANDARD.encode("elastic:s:cret"));
        let api_key = format!("ApiKey {}", STANDARD.encode("some-id:k3y"));
        for good in [
            basic.as_str(),
            "Bearer k3y",
            "bearer k3y",
            api_key.as_str(),
            "ApiKey k3y",
        ] {
            assert!(credentials.admit(&with(AUTHORIZATION, good)), "{good}");
        }
        let wrong = format!("Basic {}", STANDARD.encode("elastic:other"));
        for bad in [wrong.as_str(), "Bearer k3", "Bearer ", "Basic ???", "k3y"] {
            assert!(!credentials.admit(&with(AUTHORIZATION, bad)), "{bad}");
        }
        assert!(!credentials.admit(&HeaderMap::new()));
    }

    #[test]
    fn pages_of_other_sites_are_turned_away() {
        for good in [
            "localhost:4700",
            "127.0.0.1:4700",
            "[::1]:4700",
            "ui.localhost",
        ] {
            assert_eq!(from_own_site(&with(HOST, good)), Ok(()), "{good}");
        }
        for bad in [
            "evil.example",
            "evil.example:9200",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(
                from_own_site(&with(HOST, bad)),
                Err(TurnedAway::ForeignSite),
                "{bad}"
            );
        }
        assert_eq!(
            from_own_site(&with(ORIGIN, "http://127.0.0.1:4700")),
            Ok(())
        );
        for bad in ["https://evil.example", "null"] {
            assert_eq!(
                from_own_site(&with(ORIGIN, bad)),
                Err(TurnedAway::ForeignSite),
                "{bad}"
            );
        }
    }
    #[test]
    fn with_a_password_pages_of_other_sites_change_nothing() {
        let verdict = |method: Method, authorization: &str, more: &[(HeaderName, &str)]| {
            let mut headers = with(AUTHORIZATION, authorization);
            headers.insert(HOST, HeaderValue::from_static("swarm.example:4700"));
            for (name, value) in more {
                headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
            }
            no_foreign_change(&method, &headers).is_ok()
        };
        let (basic, evil) = ("Basic eDp5", "https://evil.example");
        assert!(!verdict(Method::POST, basic, &[(ORIGIN, evil)]));
        assert!(!verdict(Method::DELETE, basic, &[(ORIGIN, "null")]));
        // Another port is another site.
        let other_port = (ORIGIN, "http://swarm.example:3000");
        assert!(!verdict(Method::POST, basic, &[other_port]));
        for foreign in ["cross-site", "same-site"] {
            assert!(!verdict(Method::PUT, basic, &[(FETCH_SITE, foreign)]));
        }
        assert!(verdict(Method::GET, basic, &[(ORIGIN, evil)]));
        assert!(verdict(Method::POST, "Bearer k", &[(ORIGIN, evil)]));
        // Programs, our own pages, and our own pages behind a proxy.
        assert!(verdict(Method::POST, basic, &[]));
        let own = (ORIGIN, "http://swarm.example:4700");
        assert!(verdict(Method::POST, basic, &[own]));
        let proxied = (ORIGIN, "https://logs.example");
        let forwarded = (FORWARDED_HOST, "logs.example");
        assert!(verdict(Method::POST, basic, &[proxied.clone(), forwarded]));
        let seen = (FETCH_SITE, "same-origin");
        assert!(verdict(Method::POST, basic, &[proxied, seen]));
    }
}
