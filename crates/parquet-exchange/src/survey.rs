//! Looks at documents to learn which columns a file of them has. Never keeps a document.

use std::collections::HashSet;

use hashbrown::HashMap;
use swarmscope_model::limits::{
    MAX_EXPORT_COLUMN_NAME_BYTES, MAX_EXPORT_COLUMNS, MAX_SURVEYED_FIELDS,
};
use swarmscope_query::document::{Document, ValueRef, instant_of, is_time_field};

use crate::columns::LeftOut;
use crate::{Column, Columns, ID, INDEX, Kind, SOURCE};

/// What was seen in a field, as a set of bits.
type Seen = u8;
const INTEGER: Seen = 1;
/// An integer that an `f64` does not hold exactly, besides [`INTEGER`].
const LARGE: Seen = 1 << 1;
const FLOAT: Seen = 1 << 2;
const BOOLEAN: Seen = 1 << 3;
const TEXT: Seen = 1 << 4;
/// Text that tells a time.
const TIME_TEXT: Seen = 1 << 5;
/// A number in a field of time.
const EPOCH: Seen = 1 << 6;

/// The fields of the documents so far.
#[derive(Debug, Default)]
pub struct Survey {
    documents: u64,
    fields: Vec<Field>,
    places: HashMap<String, usize>,
    untracked: bool,
}

#[derive(Debug)]
struct Field {
    path: String,
    seen: Seen,
    documents: u64,
    last_document: u64,
    several: bool,
}

impl Survey {
    /// Looks at a document. One that is no JSON object has no fields.
    pub fn see(&mut self, source: &[u8]) {
        let Ok(document) = Document::parse(source) else {
            return;
        };
        self.documents += 1;
        for (path, value) in document.fields() {
            let Some(place) = self.place(path) else {
                self.untracked = true;
                continue;
            };
            let field = &mut self.fields[place];
            field.seen |= kind_of(path, value);
            if field.last_document == self.documents {
                field.several = true;
            } else {
                field.last_document = self.documents;
                field.documents += 1;
            }
        }
    }

    fn place(&mut self, path: &str) -> Option<usize> {
        if let Some(place) = self.places.get(path) {
            return Some(*place);
        }
        if self.fields.len() == MAX_SURVEYED_FIELDS || path.len() > MAX_EXPORT_COLUMN_NAME_BYTES {
            return None;
        }
        let place = self.fields.len();
        self.places.insert(path.to_owned(), place);
        self.fields.push(Field {
            path: path.to_owned(),
            seen: 0,
            documents: 0,
            last_document: 0,
            several: false,
        });
        Some(place)
    }

    /// The columns for these documents: of more fields than a file may have, those that most documents
    /// have, in the order in which they were met.
    pub fn columns(self) -> Columns {
        let found = self.fields.len();
        let mut order: Vec<usize> = (0..found).collect();
        order.sort_by_key(|place| std::cmp::Reverse(self.fields[*place].documents));
        let mut names: HashSet<String> = [INDEX, ID, SOURCE].map(str::to_owned).into();
        // Names that differ in case alone are the same to DuckDB and Spark.
        order.retain(|place| {
            let path = &self.fields[*place].path;
            !path.is_empty() && names.insert(path.to_lowercase())
        });
        order.truncate(MAX_EXPORT_COLUMNS);
        order.sort_unstable();
        let columns: Vec<Column> = order
            .into_iter()
            .map(|place| {
                let field = &self.fields[place];
                Column {
                    path: field.path.clone(),
                    kind: column_kind(field.seen),
                    list: field.several,
                }
            })
            .collect();
        let left_out = LeftOut {
            fields: found - columns.len(),
            or_more: self.untracked,
        };
        Columns { columns, left_out }
    }
}

fn kind_of(path: &str, value: ValueRef<'_>) -> Seen {
    const EXACT: u64 = 1 << 53;
    match value {
        ValueRef::Text(_) if instant_of(path, value).is_some() => TIME_TEXT,
        ValueRef::Text(_) => TEXT,
        ValueRef::Boolean(_) => BOOLEAN,
        ValueRef::Integer(_) | ValueRef::Float(_) if is_time_field(path) => EPOCH,
        ValueRef::Integer(number) if number.unsigned_abs() > EXACT => INTEGER | LARGE,
        ValueRef::Integer(_) => INTEGER,
        ValueRef::Float(_) => FLOAT,
    }
}

/// The one kind that holds all that was seen without changing a value.
fn column_kind(seen: Seen) -> Kind {
    let only = |kinds: Seen| seen & !kinds == 0;
    if only(TIME_TEXT | EPOCH) {
        Kind::Timestamp
    } else if only(TEXT | TIME_TEXT) {
        Kind::Text
    } else if only(INTEGER | LARGE) {
        Kind::Integer
    } else if only(INTEGER | FLOAT) {
        Kind::Double
    } else if only(BOOLEAN) {
        Kind::Boolean
    } else {
        Kind::Json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(documents: &[&str]) -> Columns {
        let mut survey = Survey::default();
        for document in documents {
            survey.see(document.as_bytes());
        }
        survey.columns()
    }

    fn kinds(documents: &[&str]) -> Vec<(String, Kind, bool)> {
        let columns = columns(documents).columns.into_iter();
        columns.map(|own| (own.path, own.kind, own.list)).collect()
    }

    #[test]
    fn a_column_has_the_one_type_of_its_values() {
        let seen = kinds(&[
            r#"{"timestamp":"2026-01-31T12:00:00Z","n":1,"x":1,"b":true,"m":{"t":"a"},"any":1}"#,
            r#"{"timestamp":1769860800,"n":9007199254740993,"x":0.5,"b":false,"any":"1"}"#,
        ]);
        let expected = [
            ("timestamp", Kind::Timestamp),
            ("n", Kind::Integer),
            ("x", Kind::Double),
            ("b", Kind::Boolean),
            ("m.t", Kind::Text),
            ("any", Kind::Json),
        ];
        let expected = expected.map(|(path, kind)| (path.to_owned(), kind, false));
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_double_never_stands_for_an_integer_that_it_cannot_hold() {
        let kind = kinds(&[r#"{"n":9007199254740993}"#, r#"{"n":0.5}"#])[0].1;
        assert_eq!(kind, Kind::Json);
    }

    #[test]
    fn one_text_that_is_no_time_makes_text_of_a_column() {
        let documents = [
            r#"{"timestamp":"2026-01-31T12:00:00Z"}"#,
            r#"{"timestamp":"?"}"#,
        ];
        assert_eq!(kinds(&documents)[0].1, Kind::Text);
    }

    #[test]
    fn several_values_in_any_document_make_lists() {
        let documents = [r#"{"a":1}"#, r#"{"a":[{"b":1},{"b":2}]}"#, r#"{"c":[1]}"#];
        let lists = kinds(&documents);
        let lists: Vec<(&str, bool)> = lists
            .iter()
            .map(|(path, _, list)| (path.as_str(), *list))
            .collect();
        assert_eq!(lists, [("a", false), ("a.b", true), ("c", false)]);
    }

    #[test]
    fn names_that_others_confuse_are_left_to_the_source() {
        let columns = columns(&[r#"{"_id":1,"A":1,"a":1,"":1}"#, r#"{"a":1}"#]);
        let names: Vec<&str> = columns
            .columns
            .iter()
            .map(|own| own.path.as_str())
            .collect();
        assert_eq!((names, columns.left_out.fields), (vec!["a"], 3));
    }

    #[test]
    fn of_too_many_fields_those_of_most_documents_have_columns() {
        let mut survey = Survey::default();
        for number in 0..MAX_SURVEYED_FIELDS {
            survey.see(format!(r#"{{"rare_{number}":1}}"#).as_bytes());
        }
        survey.see(br#"{"new":1,"rare_7000":1}"#);
        let columns = survey.columns();
        assert_eq!(columns.columns.len(), MAX_EXPORT_COLUMNS);
        assert!(columns.columns.iter().any(|own| own.path == "rare_7000"));
        let expected = LeftOut {
            fields: MAX_SURVEYED_FIELDS - MAX_EXPORT_COLUMNS,
            or_more: true,
        };
        assert_eq!(columns.left_out, expected);
    }
}
