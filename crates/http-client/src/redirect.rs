//! Where a redirect leads, and what goes along.

use http::header::LOCATION;
use http::{HeaderMap, Method, StatusCode};
use url::Url;

/// How many are followed, as in Go.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// The next address and whether method and body stay; `None` when the reply is no redirect.
pub(crate) fn next(status: StatusCode, headers: &HeaderMap, from: &Url) -> Option<(Url, bool)> {
    let keeps_method = match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => false,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => true,
        _ => return None,
    };
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let to = from.join(location).ok()?;
    matches!(to.scheme(), "http" | "https").then_some((to, keeps_method))
}

/// What is asked of the next address when it is not asked the same again.
pub(crate) fn plain_method(method: &Method) -> Method {
    if *method == Method::HEAD {
        Method::HEAD
    } else {
        Method::GET
    }
}

/// Whether credentials may go from one address to the other: to the same server, and never from TLS to
/// plain text.
pub(crate) fn keeps_credentials(from: &Url, to: &Url) -> bool {
    from.host() == to.host()
        && from.port_or_known_default() == to.port_or_known_default()
        && from.scheme() == to.scheme()
}
