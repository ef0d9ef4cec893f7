//! Objects within a document, one by one: what stands at a path, and each such object as a document of its own.

use std::ops::ControlFlow;

use serde_json::{Map, Value};

use super::Document;

/// What stands at a path, objects as well; arrays are looked into, and keys may have dots in them.
pub fn found_at<'a>(object: &'a Map<String, Value>, path: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    for (key, value) in object {
        let Some(rest) = path.strip_prefix(key.as_str()) else {
            continue;
        };
        match rest.strip_prefix('.') {
            Some(rest) => each(value, &mut |value| {
                if let Value::Object(inner) = value {
                    found.extend(found_at(inner, rest));
                }
            }),
            None if rest.is_empty() => each(value, &mut |value| found.push(value)),
            None => {}
        }
    }
    found
}

/// Every element of an array, of arrays within as well, or the value itself; null is none.
fn each<'a>(value: &'a Value, take: &mut impl FnMut(&'a Value)) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| each(item, take)),
        value => take(value),
    }
}

/// Calls with the objects at a path one after the other until one ends it, each as a document that has its fields
/// alone, under the names that they have in the whole. There is none when the text is no document.
pub fn objects_at<B>(
    text: &str,
    path: &str,
    take: impl FnMut(Document) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let read =
        serde_json::from_str(text).or_else(|_| serde_json::from_str(&super::representable(text)));
    let Ok(Value::Object(whole)) = read else {
        return ControlFlow::Continue(());
    };
    let mut objects = found_at(&whole, path)
        .into_iter()
        .filter(|found| found.is_object())
        .filter_map(|object| document_of(object, path));
    objects.try_for_each(take)
}

/// One object as a document that has its fields under their whole names.
pub fn document_of(object: &Value, path: &str) -> Option<Document> {
    let text = format!("{{{}:{object}}}", Value::from(path));
    Document::parse(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::ValueRef;

    #[test]
    fn each_object_is_a_document_with_whole_names() {
        let text = r#"{"a":{"b":[{"k":"x","v":1},[{"k":"y"}],null,7]},"a.b":{"k":"z"}}"#;
        let listed = |text: &str, path: &str| {
            let mut objects = Vec::new();
            let end: ControlFlow<()> = objects_at(text, path, |object| {
                objects.push(object);
                ControlFlow::Continue(())
            });
            assert!(end.is_continue());
            objects
        };
        let objects = listed(text, "a.b");
        let keys: Vec<_> = objects
            .iter()
            .flat_map(|object| object.values_at("a.b.k"))
            .collect();
        assert_eq!(keys, ["x", "y", "z"].map(ValueRef::Text));
        assert!(objects[1].values_at("a.b.v").next().is_none());
        assert!(listed(text, "a.c").is_empty() && listed("[", "a").is_empty());
        let first = objects_at(text, "a.b", ControlFlow::Break);
        assert_eq!(
            first.break_value().map(|object| object.source().len()),
            Some(23)
        );
    }
}
