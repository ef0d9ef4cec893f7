//! Dotted paths into a document, as processors name fields; numbers reach into lists.

use serde_json::{Map, Value};

use super::draft::java_type;

/// Why a path leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub enum Absent {
    /// No such key in an object.
    Part(String),
    /// A list has no place of that name.
    NoPlace(String),
    /// The list is shorter.
    OutOfBounds { place: usize, length: usize },
    /// There is nothing below a value of this type.
    Below { part: String, kind: &'static str },
}

impl Absent {
    /// In words, with the whole path.
    pub fn told(&self, path: &str) -> String {
        match self {
            Absent::Part(part) => format!("field [{part}] not present as part of path [{path}]"),
            Absent::NoPlace(part) => format!(
                "[{part}] is not an integer, cannot be used as an index as part of path [{path}]"
            ),
            Absent::OutOfBounds { place, length } => format!(
                "[{place}] is out of bounds for array with length [{length}] as part of path [{path}]"
            ),
            Absent::Below { part, kind: "null" } => {
                format!("cannot resolve [{part}] from null as part of path [{path}]")
            }
            Absent::Below { part, kind } => format!(
                "cannot resolve [{part}] from object of type [{kind}] as part of path [{path}]"
            ),
        }
    }
}

fn place(part: &str, length: usize) -> Result<usize, Absent> {
    let place: usize = part.parse().map_err(|_| Absent::NoPlace(part.to_owned()))?;
    match place < length {
        true => Ok(place),
        false => Err(Absent::OutOfBounds { place, length }),
    }
}

fn below(part: &str, value: &Value) -> Absent {
    Absent::Below {
        part: part.to_owned(),
        kind: java_type(value),
    }
}

/// The value at a path.
///
/// # Errors
/// When there is none.
pub fn find<'a>(document: &'a Map<String, Value>, path: &str) -> Result<&'a Value, Absent> {
    let (first, mut rest) = parts(path);
    let absent = |part: &str| Absent::Part(part.to_owned());
    let mut value = document.get(first).ok_or_else(|| absent(first))?;
    while let Some(path) = rest {
        let (part, behind) = parts(path);
        value = match value {
            Value::Object(members) => members.get(part).ok_or_else(|| absent(part))?,
            Value::Array(items) => &items[place(part, items.len())?],
            other => return Err(below(part, other)),
        };
        rest = behind;
    }
    Ok(value)
}

fn parts(path: &str) -> (&str, Option<&str>) {
    match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    }
}

/// Puts a value at a path, making the objects on the way.
///
/// # Errors
/// When something else is in the way, or a list has no such place.
pub fn set(document: &mut Map<String, Value>, path: &str, value: Value) -> Result<(), Absent> {
    let (first, Some(mut rest)) = parts(path) else {
        document.insert(path.to_owned(), value);
        return Ok(());
    };
    let mut at = document
        .entry(first)
        .or_insert_with(|| Value::Object(Map::new()));
    loop {
        let (part, behind) = parts(rest);
        let slot = match at {
            Value::Object(members) => members.entry(part).or_insert(Value::Null),
            Value::Array(items) => {
                let place = place(part, items.len())?;
                &mut items[place]
            }
            _ => return Err(Absent::Part(part.to_owned())),
        };
        let Some(behind) = behind else {
            *slot = value;
            return Ok(());
        };
        if slot.is_null() {
            *slot = Value::Object(Map::new());
        }
        (at, rest) = (slot, behind);
    }
}

/// Takes the value at a path out.
pub fn remove(document: &mut Map<String, Value>, path: &str) -> Option<Value> {
    let (first, Some(mut rest)) = parts(path) else {
        return document.remove(path);
    };
    let mut at = document.get_mut(first)?;
    loop {
        let (part, behind) = parts(rest);
        let Some(behind) = behind else {
            return match at {
                Value::Object(members) => members.remove(part),
                Value::Array(items) => {
                    let place = place(part, items.len()).ok()?;
                    Some(items.remove(place))
                }
                _ => None,
            };
        };
        at = match at {
            Value::Object(members) => members.get_mut(part)?,
            Value::Array(items) => {
                let place = place(part, items.len()).ok()?;
                &mut items[place]
            }
            _ => return None,
        };
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_found_and_taken_by_their_path() {
        let mut document = json!({"a": {"b": 1}, "t": "x", "l": [{"i": 1}, 2]});
        let document = document.as_object_mut().expect("an object");
        assert_eq!(find(document, "a.b"), Ok(&json!(1)));
        assert_eq!(find(document, "l.0.i"), Ok(&json!(1)));
        assert_eq!(find(document, "a.c"), Err(Absent::Part("c".to_owned())));
        let told = |path: &str| find(document, path).expect_err("nothing there").told(path);
        assert_eq!(
            told("a.b.c"),
            "cannot resolve [c] from object of type [java.lang.Integer] as part of path [a.b.c]"
        );
        assert_eq!(
            told("l.2"),
            "[2] is out of bounds for array with length [2] as part of path [l.2]"
        );
        assert_eq!(
            told("l.x"),
            "[x] is not an integer, cannot be used as an index as part of path [l.x]"
        );
        assert_eq!(set(document, "a.c.d", json!(2)), Ok(()));
        assert_eq!(set(document, "l.1", json!(3)), Ok(()));
        assert_eq!(
            set(document, "t.u", json!(3)),
            Err(Absent::Part("u".to_owned()))
        );
        assert_eq!(remove(document, "a.b"), Some(json!(1)));
        assert_eq!(remove(document, "l.0.i"), Some(json!(1)));
        assert_eq!(remove(document, "t.u"), None);
        assert_eq!(
            Value::Object(document.clone()),
            json!({"a": {"c": {"d": 2}}, "t": "x", "l": [{}, 3]})
        );
    }
}
