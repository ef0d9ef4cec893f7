//! Fields as replies list them: the values of a document, read as the type that the mapping gives them.
//!
//! What cannot be read as its type is no value, as for sorts and aggregations. Never looks for values itself.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{DATE_FORMAT, Dynamic, Kind, Mapped, Mapping, MappingError};
use crate::ast::Field;
use crate::datemath::Format;
use crate::document::{ValueRef, instant_of, is_time_field};
use crate::elastic::ValueFormat;
use crate::value_view::{DateFormat, boolean, number, whole_number};

/// A mapped field, whatever name it was asked for by.
#[derive(Debug, Clone, Copy)]
pub struct Fetched<'a> {
    /// Where its values are.
    pub path: &'a str,
    mapped: &'a Mapped,
}

impl Mapping {
    /// The field that a name means; `None` when it is not mapped.
    pub fn fetched<'a>(&'a self, name: &'a str) -> Option<Fetched<'a>> {
        let mapped = self.fields.get(name)?;
        let (name, mapped) = match &mapped.kind {
            // An alias names a field, never another alias.
            Kind::Alias(path) => (path.as_str(), self.fields.get(path)?),
            _ => (name, mapped),
        };
        let path = mapped.view_of.as_deref().unwrap_or(name);
        Some(Fetched { path, mapped })
    }

    /// The further names of a field's texts, and whether each looks at them as whole strings.
    pub fn views_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (&'a str, bool)> {
        self.names_at(path).filter_map(move |name| {
            let mapped = self.fields.get(name)?;
            let is_view = mapped.view_of.as_deref() == Some(path);
            let is_whole = match mapped.kind {
                Kind::Text => false,
                Kind::Keyword { .. } => true,
                _ => return None,
            };
            is_view.then_some((name, is_whole))
        })
    }

    /// The mapped names that show the values at a path: its own, those of its further views, and aliases.
    pub fn names_at(&self, path: &str) -> impl Iterator<Item = &str> {
        let names = self.names.get(path).map_or(&[][..], Vec::as_slice);
        names.iter().map(String::as_str)
    }

    /// The arrays of objects that are documents of their own.
    pub fn nested(&self) -> impl Iterator<Item = &str> {
        self.nested.iter().map(String::as_str)
    }

    /// Whether a field that is not mapped is one all the same, as soon as a document has it.
    pub fn is_found(&self, name: &str) -> bool {
        let base = Field::split_keyword(name).0;
        let is_open = matches!(self.dynamic_of(base), Dynamic::Mapped | Dynamic::Runtime);
        is_open && !self.is_disabled(base) && !self.is_in_flattened(base)
    }

    /// Whether the name is of a value in a flattened object.
    pub fn is_flattened(&self, name: &str) -> bool {
        self.is_in_flattened(name)
    }

    /// Whether a format can be said for a field.
    ///
    /// # Errors
    /// When it is mapped as a type that has none.
    pub fn check_format(&self, name: &str, numbers: bool) -> Result<(), MappingError> {
        let Some(fetched) = self.fetched(name) else {
            return Ok(());
        };
        match &fetched.mapped.kind {
            Kind::Date(_) | Kind::Other => Ok(()),
            Kind::Number { .. } if numbers => Ok(()),
            _ => Err(MappingError::NoFormat {
                field: name.to_owned(),
                kind: fetched.mapped.named.clone(),
            }),
        }
    }
}

impl Fetched<'_> {
    /// Whether the mapping stores it apart from the document.
    pub fn is_stored(&self) -> bool {
        self.mapped.stored
    }

    /// Whether its values are objects.
    pub fn is_object(&self) -> bool {
        matches!(self.mapped.kind, Kind::Flattened | Kind::Other)
    }

    /// A value as the field has it, dates and numbers in the format that was asked for; `None` when it has none such.
    pub fn read(&self, value: &Value, format: Option<&ValueFormat>) -> Option<Value> {
        let own = value_of(value);
        match &self.mapped.kind {
            Kind::Text => text_of(value).map(Value::from),
            Kind::Keyword { folded } => {
                let text = text_of(value)?;
                let most = self.mapped.ignore_above.unwrap_or(usize::MAX);
                let fits = text.chars().count() <= most;
                fits.then(|| folded.map_or(text.clone(), |fold| fold.apply(&text)).into())
            }
            Kind::Number { whole: Some(true) } => {
                let read = whole_number(own?)?;
                let formatted = format.and_then(|format| format.number(read as f64));
                Some(formatted.map_or(read.into(), Value::from))
            }
            Kind::Number { whole: None } => match value {
                Value::Number(_) => Some(value.clone()),
                _ => text_of(value)?.parse::<u64>().ok().map(Value::from),
            },
            Kind::Number { .. } => {
                let read = number(own?)?;
                let formatted = format.and_then(|format| format.number(read));
                Some(formatted.map_or(read.into(), Value::from))
            }
            Kind::Boolean => boolean(own?).map(Value::from),
            Kind::Date(mapped) => self.date(own?, mapped, format),
            Kind::Address => {
                let address: IpAddr = text_of(value)?.trim().parse().ok()?;
                Some(address.to_string().into())
            }
            Kind::Flattened | Kind::Alias(_) | Kind::Other => Some(value.clone()),
        }
    }

    /// What a date is in order by, where the text that shows it is not.
    pub fn order(&self, value: &Value) -> Option<i64> {
        match &self.mapped.kind {
            Kind::Date(mapped) => self.instant(value_of(value)?, mapped),
            _ => None,
        }
    }

    fn instant(&self, value: ValueRef<'_>, mapped: &str) -> Option<i64> {
        match is_time_field(self.path) && mapped == DATE_FORMAT {
            true => instant_of(self.path, value),
            false => DateFormat::parse(mapped)?.instant(value),
        }
    }

    fn date(
        &self,
        value: ValueRef<'_>,
        mapped: &str,
        asked: Option<&ValueFormat>,
    ) -> Option<Value> {
        let instant = self.instant(value, mapped)?;
        let shown = match asked {
            Some(format) => format.dates().show(instant, &TimeZone::UTC),
            None => Format::parse(mapped).ok()?.show(instant, &TimeZone::UTC),
        };
        Some(shown.into())
    }
}

/// The mapped names by the paths whose values they show.
pub(super) fn names_by_path(mapping: &Mapping) -> HashMap<String, Vec<String>> {
    let mut by_path: HashMap<String, Vec<String>> = HashMap::new();
    for name in mapping.fields.keys() {
        if let Some(fetched) = mapping.fetched(name) {
            let names = by_path.entry(fetched.path.to_owned()).or_default();
            names.push(name.clone());
        }
    }
    by_path
}

/// A value that is neither an object nor an array nor null.
pub fn value_of(value: &Value) -> Option<ValueRef<'_>> {
    match value {
        Value::String(text) => Some(ValueRef::Text(text)),
        Value::Number(number) => number
            .as_i64()
            .map(ValueRef::Integer)
            .or_else(|| number.as_f64().map(ValueRef::Float)),
        Value::Bool(flag) => Some(ValueRef::Boolean(*flag)),
        Value::Null | Value::Object(_) | Value::Array(_) => None,
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Object(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping() -> Mapping {
        let mappings = json!({ "properties": {
            "n": { "type": "long", "store": true }, "x": { "type": "double" }, "b": { "type": "boolean" },
            "day": { "type": "date", "format": "yyyy/MM/dd||epoch_millis" }, "ip": { "type": "ip" },
            "host": { "type": "keyword", "normalizer": "lowercase", "ignore_above": 5 },
            "who": { "type": "alias", "path": "host" },
            "t": { "type": "text", "fields": { "raw": { "type": "keyword" } } },
            "items": { "type": "nested", "dynamic": false, "properties": { "k": { "type": "keyword" } } },
        } });
        Mapping::read(mappings.as_object().expect("an object"), &Value::Null)
    }

    #[test]
    fn values_are_listed_as_their_type_has_them() {
        let mapping = mapping();
        let read =
            |name: &str, value: Value| mapping.fetched(name).expect("mapped").read(&value, None);
        assert_eq!(read("n", json!("7.9")), Some(json!(7)));
        assert_eq!(read("n", json!("seven")), None);
        assert_eq!(read("x", json!(2)), Some(json!(2.0)));
        assert_eq!(read("b", json!("true")), Some(json!(true)));
        assert_eq!(read("day", json!(86_400_000)), Some(json!("1970/01/02")));
        assert_eq!(read("ip", json!("::FFFF:1")), Some(json!("::ffff:1")));
        assert_eq!(read("who", json!("WEB")), Some(json!("web")));
        assert_eq!(read("host", json!("WEB-01")), None);
        assert_eq!(read("t", json!(5)), Some(json!("5")));
        assert_eq!(mapping.fetched("t.raw").expect("mapped").path, "t");
        assert!(mapping.fetched("n").expect("mapped").is_stored());
    }

    #[test]
    fn the_values_at_a_path_have_all_its_names() {
        let mapping = mapping();
        let names = |path: &str| -> Vec<String> {
            let names = mapping.names_at(path);
            names.map(str::to_owned).collect()
        };
        assert_eq!(names("host"), ["host", "who"]);
        assert_eq!(names("t"), ["t", "t.raw"]);
        assert_eq!(names("items.k"), ["items.k"]);
        assert!(names("who").is_empty() && names("items").is_empty());
        assert_eq!(mapping.views_of("t").collect::<Vec<_>>(), [("t.raw", true)]);
        assert_eq!(mapping.views_of("host").count(), 0);
    }

    #[test]
    fn formats_are_for_dates_and_what_is_not_mapped_may_be_found() {
        let mapping = mapping();
        assert_eq!(mapping.check_format("day", false), Ok(()));
        assert_eq!(mapping.check_format("n", true), Ok(()));
        let refused = mapping.check_format("who", false).expect_err("a keyword");
        assert_eq!(
            refused.to_string(),
            "error fetching [who]: Field [who] of type [keyword] doesn't support formats."
        );
        assert!(mapping.is_found("free") && !mapping.is_found("items.free"));
        assert_eq!(mapping.nested().collect::<Vec<_>>(), ["items"]);
    }
}
