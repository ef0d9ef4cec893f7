//! Dotted paths into a document, as processors name fields.

use serde_json::{Map, Value};

/// The value at a path.
pub fn get<'a>(document: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => document.get(path),
        Some((first, rest)) => get(document.get(first)?.as_object()?, rest),
    }
}

/// Puts a value at a path, making the objects on the way; gives it back when something else is in the way.
pub fn set(document: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), Value> {
    let Some((first, rest)) = path.split_once('.') else {
        document.insert(path.to_owned(), value);
        return Ok(());
    };
    let inner = document
        .entry(first)
        .or_insert_with(|| Value::Object(Map::new()));
    match inner {
        Value::Object(inner) => set(inner, rest, value),
        _ => Err(value),
    }
}

/// Takes the value at a path out.
pub fn remove(document: &mut Map<String, Value>, path: &str) -> Option<Value> {
    match path.split_once('.') {
        None => document.remove(path),
        Some((first, rest)) => match document.get_mut(first)? {
            Value::Object(inner) => remove(inner, rest),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_found_and_taken_by_their_path() {
        let mut document = json!({"a": {"b": 1}, "t": "x"});
        let document = document.as_object_mut().expect("an object");
        assert_eq!(get(document, "a.b"), Some(&json!(1)));
        assert_eq!(get(document, "a.b.c"), None);
        assert_eq!(set(document, "a.c.d", json!(2)), Ok(()));
        assert_eq!(set(document, "t.u", json!(3)), Err(json!(3)));
        assert_eq!(remove(document, "a.b"), Some(json!(1)));
        assert_eq!(remove(document, "t.u"), None);
        assert_eq!(
            Value::Object(document.clone()),
            json!({"a": {"c": {"d": 2}}, "t": "x"})
        );
    }
}
