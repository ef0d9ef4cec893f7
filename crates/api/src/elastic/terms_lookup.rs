//! `terms` whose values are a field of another document: `{"terms": {"user": {"index": …, "id": …, "path": …}}}`.
//!
//! The values are put in their place before the body is read as a search, which knows lists of values alone. A
//! document that is not there has none; an index that is not there is an error.

use std::borrow::Cow;

use serde_json::{Map, Value};
use swarmscope_model::limits::{MAX_LOOKED_UP_TERMS, MAX_TERMS_LOOKUPS};
use swarmscope_query::document::found_at;

use super::ElasticState;
use super::errors::ElasticError;

/// Where values are.
#[derive(Debug)]
struct Lookup {
    index: String,
    id: String,
    path: String,
}

/// The body with the values in their places; as it is when it looks nothing up.
///
/// # Errors
/// When an index is missing, or there are too many of these clauses or of their values.
pub async fn resolve<'a>(
    state: &ElasticState,
    body: &'a [u8],
) -> Result<Cow<'a, [u8]>, ElasticError> {
    let names_all = |text: &str| {
        ["\"terms\"", "\"path\"", "\"id\""]
            .iter()
            .all(|name| text.contains(name))
    };
    if !std::str::from_utf8(body).is_ok_and(names_all) {
        return Ok(Cow::Borrowed(body));
    }
    // What is no JSON is refused by who reads the search.
    let Ok(mut whole) = serde_json::from_slice::<Value>(body) else {
        return Ok(Cow::Borrowed(body));
    };
    let mut lookups = Vec::new();
    each(&mut whole, &mut |value| lookups.extend(lookup(value)));
    if lookups.is_empty() {
        return Ok(Cow::Borrowed(body));
    }
    if lookups.len() > MAX_TERMS_LOOKUPS {
        return Err(ElasticError::illegal_argument(format!(
            "a search looks up the values of {MAX_TERMS_LOOKUPS} [terms] clauses at most, this one of {}",
            lookups.len()
        )));
    }
    let mut found = Vec::with_capacity(lookups.len());
    for lookup in &lookups {
        found.push(values(state, lookup).await?);
    }
    let mut found = found.into_iter();
    each(&mut whole, &mut |value| {
        if lookup(value).is_some() {
            *value = found.next().unwrap_or_default().into();
        }
    });
    Ok(Cow::Owned(whole.to_string().into_bytes()))
}

/// Calls with everything that stands for the values of a field in a `terms`.
fn each(value: &mut Value, take: &mut impl FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, take)),
        Value::Object(members) => {
            for (name, value) in members {
                if let ("terms", Value::Object(fields)) = (name.as_str(), &mut *value) {
                    fields.values_mut().for_each(&mut *take);
                }
                each(value, take);
            }
        }
        _ => {}
    }
}

fn lookup(value: &mut Value) -> Option<Lookup> {
    let members: &Map<String, Value> = value.as_object()?;
    let text = |name: &str| match members.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let is_known = |name: &String| matches!(name.as_str(), "index" | "id" | "path" | "routing");
    members.keys().all(is_known).then_some(())?;
    Some(Lookup {
        index: text("index")?,
        id: text("id")?,
        path: text("path")?,
    })
}

async fn values(state: &ElasticState, lookup: &Lookup) -> Result<Vec<Value>, ElasticError> {
    let name = state.document_target(&lookup.index).await?;
    let Some(hit) = state.logs.get(&name, &lookup.id).await? else {
        let indices = state.indices().await?;
        return match indices.iter().any(|info| info.name == name) {
            true => Ok(Vec::new()),
            false => Err(ElasticError::index_not_found(&name)),
        };
    };
    let document = super::documents::document(hit.source.get())?;
    let mut found = found_at(&document, &lookup.path);
    found.retain(|value| !value.is_object());
    if found.len() > MAX_LOOKED_UP_TERMS {
        return Err(ElasticError::illegal_argument(format!(
            "The number of terms [{}] used in the Terms Query request has exceeded the allowed maximum of \
             [{MAX_LOOKED_UP_TERMS}].",
            found.len()
        )));
    }
    Ok(found.into_iter().cloned().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_terms_with_a_place_look_something_up() {
        let mut body = json!({
            "query": { "bool": { "filter": [
                { "terms": { "user": { "index": "u", "id": 2, "path": "a.b" }, "boost": 1 } },
                { "terms": { "level": ["a"] } },
            ] } },
            "aggs": { "t": { "terms": { "field": "x", "order": { "_count": "asc" } } } },
        });
        let mut found = Vec::new();
        each(&mut body, &mut |value| found.extend(lookup(value)));
        let [only] = found.as_slice() else {
            panic!("one clause looks something up: {found:?}");
        };
        assert_eq!(
            (only.index.as_str(), only.id.as_str(), only.path.as_str()),
            ("u", "2", "a.b")
        );
    }
}
