//! `fields`, `docvalue_fields` and `stored_fields` of a hit: the values of a document's fields as lists by path,
//! whatever objects and arrays they stand in, read as the index maps them. Objects that are documents of their own
//! (`nested`) are listed one by one.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use swarmscope_query::datemath::Format;
use swarmscope_query::document::{found_at, instant_of, is_time_field};
use swarmscope_query::elastic::{ShownField, Taken};
use swarmscope_query::indices::wildcard_matches;
use swarmscope_query::mapping::Mapping;
use swarmscope_query::mapping::fetched::value_of;

/// Longest string that has a `.keyword`, as in Elasticsearch's dynamic mapping.
const MAX_KEYWORD_CHARACTERS: usize = 256;

/// The values that were asked for, by path.
pub fn values(
    document: &Map<String, Value>,
    wanted: &[ShownField],
    mapping: &Mapping,
) -> Map<String, Value> {
    let lister = Lister { mapping, at: "" };
    lister.list(document, wanted)
}

/// The same of an object that stands at a path, by its whole names.
pub fn values_within(
    object: &Map<String, Value>,
    path: &str,
    wanted: &[ShownField],
    mapping: &Mapping,
) -> Map<String, Value> {
    let lister = Lister { mapping, at: path };
    let listed = lister.list(object, wanted).into_iter();
    listed
        .map(|(name, values)| (lister.full(&name), values))
        .collect()
}

/// Every value of a document that is neither an object nor an array, by path.
pub fn leaves_of(document: &Map<String, Value>) -> BTreeMap<String, Vec<&Value>> {
    let mut leaves: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    walk("", document, &mut |path, value| {
        if !value.is_object() {
            leaves.entry(path.to_owned()).or_default().push(value);
        }
    });
    leaves
}

/// Every path of a document at which there is something, objects as well.
fn places_of(document: &Map<String, Value>) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    walk("", document, &mut |path, _| {
        if !places.contains(path) {
            places.insert(path.to_owned());
        }
    });
    places
}

/// Lists the fields of a document, or of one of its nested objects.
struct Lister<'a> {
    mapping: &'a Mapping,
    /// The path of the nested object; empty for the document itself.
    at: &'a str,
}

impl Lister<'_> {
    fn list(&self, object: &Map<String, Value>, wanted: &[ShownField]) -> Map<String, Value> {
        let mut shown = Map::new();
        let nested = self.nested();
        let mut leaves = leaves_of(object);
        let places = match wanted.iter().any(|field| field.pattern.contains('*')) {
            true => places_of(object),
            false => BTreeSet::new(),
        };
        let within = |path: &str, parent: &str| {
            let rest = path.strip_prefix(parent);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        leaves.retain(|path, _| !nested.iter().any(|parent| within(path, parent)));
        for field in wanted {
            for name in self.names(field, &leaves, &places) {
                if nested.iter().any(|parent| within(&name, parent)) {
                    continue;
                }
                let values = self.values(object, &leaves, &name, field);
                if !values.is_empty() {
                    shown.insert(name, values.into());
                }
            }
        }
        for parent in nested {
            let full = self.full(parent);
            let inner = Lister {
                mapping: self.mapping,
                at: &full,
            };
            let objects = found_at(object, parent);
            let listed: Vec<Value> = objects
                .into_iter()
                .filter_map(Value::as_object)
                .map(|object| inner.list(object, wanted))
                .filter(|listed| !listed.is_empty())
                .map(Value::from)
                .collect();
            if !listed.is_empty() {
                shown.insert(parent.to_owned(), listed.into());
            }
        }
        shown
    }

    /// The nested objects right below, by their paths from here.
    fn nested(&self) -> Vec<&str> {
        let all = || self.mapping.nested().filter_map(|path| self.own(path));
        all()
            .filter(|path| {
                !all().any(|other| {
                    let rest = path.strip_prefix(other);
                    rest.is_some_and(|rest| rest.starts_with('.'))
                })
            })
            .collect()
    }

    /// A path of the document as it is from here.
    fn own<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self.at {
            "" => Some(path),
            at => path.strip_prefix(at)?.strip_prefix('.'),
        }
    }

    /// A path from here as it is in the document.
    fn full(&self, own: &str) -> String {
        match self.at {
            "" => own.to_owned(),
            at => format!("{at}.{own}"),
        }
    }

    /// The names that a wish means here, of those that show something of the document: a mapping may have thousands.
    fn names(
        &self,
        field: &ShownField,
        leaves: &BTreeMap<String, Vec<&Value>>,
        places: &BTreeSet<String>,
    ) -> Vec<String> {
        let pattern = field.pattern.as_str();
        if !pattern.contains('*') {
            return self.own(pattern).map(str::to_owned).into_iter().collect();
        }
        let mut names = Vec::new();
        for place in places {
            let full = self.full(place);
            let mapped = self.mapping.names_at(&full);
            let own = mapped.filter_map(|name| self.own(name));
            names.extend(own.map(str::to_owned));
        }
        for path in leaves.keys() {
            let full = self.full(path);
            if self.mapping.fetched(&full).is_none()
                && (field.unmapped || self.mapping.is_found(&full))
            {
                names.extend([path.clone(), format!("{path}.keyword")]);
            }
        }
        names.retain(|name| wildcard_matches(pattern, &self.full(name)));
        names
    }

    fn values(
        &self,
        object: &Map<String, Value>,
        leaves: &BTreeMap<String, Vec<&Value>>,
        name: &str,
        field: &ShownField,
    ) -> Vec<Value> {
        let full = self.full(name);
        let Some(fetched) = self.mapping.fetched(&full) else {
            return self.unmapped(leaves, name, field);
        };
        if field.taken == Taken::Stored && !fetched.is_stored() {
            return Vec::new();
        }
        let Some(path) = self.own(fetched.path) else {
            return Vec::new();
        };
        let found = match fetched.is_object() {
            true => found_at(object, path),
            false => leaves.get(path).cloned().unwrap_or_default(),
        };
        let format = field.format.as_ref();
        if field.taken != Taken::Columns {
            let read = found.into_iter().map(|value| fetched.read(value, format));
            return read.flatten().collect();
        }
        let mut sorted: Vec<(Value, Value)> = found
            .into_iter()
            .filter_map(|value| {
                let plain = fetched.read(value, None)?;
                let key = fetched.order(value).map_or(plain, Value::from);
                Some((key, fetched.read(value, format)?))
            })
            .collect();
        sorted.sort_by(|one, other| compare(&one.0, &other.0));
        sorted.dedup_by(|one, other| is_twice(&one.0, &other.0));
        sorted.into_iter().map(|(_, shown)| shown).collect()
    }

    /// Values of a field that the mapping does not name.
    fn unmapped(
        &self,
        leaves: &BTreeMap<String, Vec<&Value>>,
        name: &str,
        field: &ShownField,
    ) -> Vec<Value> {
        let full = self.full(name);
        let is_in_object = self.mapping.is_flattened(&full);
        if field.taken == Taken::Stored
            || !(field.unmapped || is_in_object || self.mapping.is_found(&full))
        {
            return Vec::new();
        }
        let (path, keyword) = match (leaves.get(name), name.strip_suffix(".keyword")) {
            (None, Some(path)) => (path, true),
            _ => (name, false),
        };
        let values = leaves.get(path).map_or(&[][..], Vec::as_slice).iter();
        let mut shown: Vec<Value> = match keyword {
            true => values
                .filter(|value| is_keyword(path, value))
                .map(|value| (*value).clone())
                .collect(),
            false => values.map(|value| written(path, value, field)).collect(),
        };
        if field.taken == Taken::Columns {
            shown.sort_by(compare);
            shown.dedup_by(|one, other| is_twice(one, other));
        }
        shown
    }
}

/// Columns keep a string once; numbers as often as they stand.
fn is_twice(one: &Value, other: &Value) -> bool {
    one.is_string() && one == other
}

/// The order of columns.
fn compare(one: &Value, other: &Value) -> Ordering {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Bool(one), Value::Bool(other)) => one.cmp(other),
        _ => match (one.as_i64(), other.as_i64()) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => {
                let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
                number(one).total_cmp(&number(other))
            }
        },
    }
}

/// Whether the value is a text with a whole-string view, and no date.
fn is_keyword(path: &str, value: &Value) -> bool {
    let text = value.as_str();
    text.is_some_and(|text| text.chars().count() <= MAX_KEYWORD_CHARACTERS)
        && date_of(path, value).is_none()
}

/// Calls with everything that is not null and no array, and where it stands.
fn walk<'a>(at: &str, object: &'a Map<String, Value>, take: &mut impl FnMut(&str, &'a Value)) {
    for (key, value) in object {
        let path = match at {
            "" => key.clone(),
            at => format!("{at}.{key}"),
        };
        stand(&path, value, take);
    }
}

fn stand<'a>(path: &str, value: &'a Value, take: &mut impl FnMut(&str, &'a Value)) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| stand(path, item, take)),
        value => take(path, value),
    }
    if let Value::Object(object) = value {
        walk(path, object, take);
    }
}

/// The point in time that a value is, where nothing says what its field holds.
fn date_of(path: &str, value: &Value) -> Option<i64> {
    instant_of(path, value_of(value)?)
}

/// A value, dates and numbers in their format.
fn written(path: &str, value: &Value, field: &ShownField) -> Value {
    let format = field.format.as_ref();
    if !is_time_field(path) && format.is_none() {
        return value.clone();
    }
    match (date_of(path, value), format) {
        (Some(instant), Some(format)) => format.dates().show(instant, &TimeZone::UTC).into(),
        (Some(instant), None) => Format::default().show(instant, &TimeZone::UTC).into(),
        (None, Some(format)) => value
            .as_f64()
            .and_then(|number| format.number(number))
            .map_or_else(|| value.clone(), Value::from),
        (None, None) => value.clone(),
    }
}
