//! What every reply has: the product header, the media type that was asked for, `pretty` and
//! `filter_path`.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use swarmscope_query::indices::wildcard_matches;

use super::errors::{media_type_body, wrong_method_body};
use super::parameters::is_on;
use super::{media_type, pretty};

const PRODUCT: HeaderName = HeaderName::from_static("x-elastic-product");

/// Middleware around every handler of this API.
pub async fn apply(mut request: Request, next: Next) -> Response {
    without_last_slash(request.uri_mut());
    let vendor = media_type::vendor(request.headers());
    let shape = Shape::of(request.uri().query().unwrap_or(""));
    let mut response = match media_type::refused(request.headers(), request.body()) {
        Some(given) => (StatusCode::NOT_ACCEPTABLE, Json(media_type_body(given))).into_response(),
        None => answered(request, next).await,
    };
    response
        .headers_mut()
        .insert(PRODUCT, HeaderValue::from_static("Elasticsearch"));
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"));
    if !is_json {
        return response;
    }
    if let Some(vendor) = vendor {
        response.headers_mut().insert(CONTENT_TYPE, vendor);
    }
    if shape.is_plain() {
        response
    } else {
        reshape(response, &shape).await
    }
}

/// `/index/_search/` is `/index/_search`: some clients put paths together so.
fn without_last_slash(uri: &mut Uri) {
    let path = uri.path();
    let shorter = path.trim_end_matches('/');
    if shorter.is_empty() || shorter.len() == path.len() {
        return;
    }
    let target = match uri.query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter.to_owned(),
    };
    let mut parts = std::mem::take(uri).into_parts();
    parts.path_and_query = target.parse().ok();
    *uri = Uri::from_parts(parts).unwrap_or_default();
}

/// The handler's answer; where the method is wrong, which ones are right.
async fn answered(request: Request, next: Next) -> Response {
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let response = next.run(request).await;
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let allowed = response
        .headers()
        .get(ALLOW)
        .and_then(|allowed| allowed.to_str().ok());
    let mut methods: Vec<&str> = allowed.unwrap_or_default().split(',').collect();
    // Elasticsearch does not name the HEAD that comes with every GET.
    if methods.contains(&"GET") {
        methods.retain(|method| *method != "HEAD");
    }
    methods.sort_unstable();
    let methods = methods.join(",");
    let body = Json(wrong_method_body(&method, &uri, &methods));
    (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, methods)], body).into_response()
}

/// How the reply's JSON is to be shaped.
struct Shape {
    pretty: bool,
    filters: Vec<Vec<String>>,
}

impl Shape {
    fn of(query: &str) -> Self {
        let mut shape = Self {
            pretty: false,
            filters: Vec::new(),
        };
        for (key, value) in form_pairs(query) {
            match key.as_str() {
                "pretty" => shape.pretty = is_on(Some(&value)),
                "filter_path" => {
                    shape.filters = value
                        .split(',')
                        .filter(|path| !path.is_empty())
                        .map(|path| path.split('.').map(str::to_owned).collect())
                        .collect();
                }
                _ => {}
            }
        }
        shape
    }

    fn is_plain(&self) -> bool {
        !self.pretty && self.filters.is_empty()
    }
}

fn form_pairs(query: &str) -> Vec<(String, String)> {
    let uri = axum::http::Uri::builder()
        .path_and_query(format!("/?{query}"))
        .build();
    uri.ok()
        .and_then(|uri| axum::extract::Query::try_from_uri(&uri).ok())
        .map_or_else(Vec::new, |axum::extract::Query(pairs)| pairs)
}

async fn reshape(response: Response, shape: &Shape) -> Response {
    let (mut parts, body) = response.into_parts();
    // The reply is ours and complete in memory already.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    if !shape.filters.is_empty() {
        let (excluded, included): (Vec<_>, Vec<_>) = shape
            .filters
            .iter()
            .cloned()
            .partition(|path| path[0].starts_with('-'));
        if !included.is_empty() {
            value = keep(&value, &included).unwrap_or_else(|| Value::Object(Map::new()));
        }
        for mut path in excluded {
            path[0].remove(0);
            remove(&mut value, &path);
        }
    }
    let text = match shape.pretty {
        true => pretty::text(&value),
        false => value.to_string(),
    };
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(text))
}

/// The parts of the value that lie on one of the paths.
fn keep(value: &Value, paths: &[Vec<String>]) -> Option<Value> {
    if paths.iter().any(Vec::is_empty) {
        return Some(value.clone());
    }
    match value {
        Value::Object(fields) => {
            let kept: Map<String, Value> = fields
                .iter()
                .filter_map(|(key, inner)| {
                    let deeper: Vec<Vec<String>> =
                        paths.iter().flat_map(|path| behind(path, key)).collect();
                    let inner = (!deeper.is_empty())
                        .then(|| keep(inner, &deeper))
                        .flatten()?;
                    Some((key.clone(), inner))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) => {
            let kept: Vec<Value> = items.iter().filter_map(|item| keep(item, paths)).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        _ => None,
    }
}

fn remove(value: &mut Value, path: &[String]) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, inner| {
                for deeper in behind(path, key) {
                    if deeper.is_empty() {
                        return false;
                    }
                    remove(inner, &deeper);
                }
                true
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| remove(item, path)),
        _ => {}
    }
}

/// What is left of the path behind this key; `**` stands for any number of keys.
fn behind(path: &[String], key: &str) -> Vec<Vec<String>> {
    match path.split_first() {
        Some((first, rest)) if first == "**" => {
            let mut ways = vec![path.to_vec()];
            ways.extend(behind(rest, key));
            ways
        }
        Some((first, rest)) if wildcard_matches(first, key) => vec![rest.to_vec()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(text: &str) -> Vec<Vec<String>> {
        Shape::of(&format!("filter_path={text}")).filters
    }

    #[test]
    fn filter_path_keeps_and_removes_parts() {
        let value =
            json!({"took": 1, "hits": {"total": 2, "hits": [{"_id": "a", "_source": {"x": 1}}]}});
        assert_eq!(
            keep(&value, &paths("took,hits.hits._id")),
            Some(json!({"took": 1, "hits": {"hits": [{"_id": "a"}]}}))
        );
        assert_eq!(
            keep(&value, &paths("**.x")),
            Some(json!({"hits": {"hits": [{"_source": {"x": 1}}]}}))
        );
        assert_eq!(
            keep(&value, &paths("h*.to*")),
            Some(json!({"hits": {"total": 2}}))
        );
        assert_eq!(keep(&value, &paths("nothing")), None);
        let mut less = value;
        remove(&mut less, &paths("hits.hits")[0]);
        assert_eq!(less, json!({"took": 1, "hits": {"total": 2}}));
    }
}
