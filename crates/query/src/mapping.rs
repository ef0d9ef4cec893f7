//! What an index's mapping says of its fields, and what a search means there.
//!
//! Without a mapping a string has two views, the words of its name and the whole of its `.keyword`. A mapping may
//! give a field one of them only, call it by other names, or say how its dates are written; [`Mapping::apply`] says
//! a query in the terms of [`crate::ast`]. Never looks at documents, and never refuses one.

pub(crate) mod addresses;
mod dates;
pub mod fetched;
mod numbers;
mod rewrite;
mod strict;
mod views;

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::datemath::{DateMathError, Format};
use crate::value_view::{Fold, ValueViews};

pub use strict::Unmapped;

/// The explicit fields of an index.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    fields: BTreeMap<String, Mapped>,
    /// What becomes of other fields, by the object that says it; the root is the empty path.
    dynamic: BTreeMap<String, Dynamic>,
    /// Objects that are kept and not searched.
    disabled: Vec<String>,
    /// Fields that the values of others are searched by as well.
    copies: BTreeMap<String, Vec<String>>,
    /// Objects of which each is looked at for itself.
    nested: Vec<String>,
    /// How sorts and aggregations look at values.
    views: ValueViews,
    /// The names that the values at a path are shown under, by the path.
    names: HashMap<String, Vec<String>>,
}

/// What becomes of a field that is not mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dynamic {
    /// It is searched as every field is.
    Mapped,
    /// It is searched, a string as a whole.
    Runtime,
    /// It is kept and not searched.
    Ignored,
    /// Its document is refused.
    Strict,
}

#[derive(Debug, Clone)]
struct Mapped {
    kind: Kind,
    /// The field that it is another view of.
    view_of: Option<String>,
    /// Longer strings are not in the whole-string view.
    ignore_above: Option<usize>,
    /// Whether clauses may name it.
    searched: bool,
    /// Whether it is stored apart from the document.
    stored: bool,
    /// The type as the mapping names it.
    named: String,
}

/// How the values of a field are looked at.
#[derive(Debug, Clone)]
enum Kind {
    Text,
    /// As a whole string, in any case when a normalizer says so.
    Keyword {
        folded: Option<Fold>,
    },
    /// Whole or not; neither for those that no 64 bits hold, which are looked at as they were written.
    Number {
        whole: Option<bool>,
    },
    Boolean,
    Date(String),
    Address,
    /// An object of which every value is a whole string.
    Flattened,
    /// Another name of a field.
    Alias(String),
    /// As without a mapping.
    Other,
}

/// What a clause says that its field cannot.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MappingError {
    #[error("failed to create query: '{given}' is not an IP string literal.")]
    NoAddress { given: String },
    #[error(
        "failed to create query: Cannot search on field [{field}] since it is not indexed nor has doc values."
    )]
    NotSearched { field: String },
    #[error("error fetching [{field}]: Field [{field}] of type [{kind}] doesn't support formats.")]
    NoFormat { field: String, kind: String },
    #[error(transparent)]
    Date(#[from] DateMathError),
}

/// The format of dates that a mapping does not name.
pub const DATE_FORMAT: &str = "strict_date_optional_time||epoch_millis";

impl Mapping {
    /// Reads a mapping; `analysis` is the part of the index's settings that its normalizers are in. What it does not
    /// know is as without a mapping.
    pub fn read(mappings: &Map<String, Value>, analysis: &Value) -> Self {
        let mut mapping = Self::default();
        mapping.object("", mappings, analysis);
        mapping.views = views::of(&mapping);
        mapping.names = fetched::names_by_path(&mapping);
        mapping
    }

    /// Whether nothing is said that changes a search.
    pub fn is_plain(&self) -> bool {
        self.fields.is_empty()
            && self.disabled.is_empty()
            && self.nested.is_empty()
            && self.is_dynamic()
    }

    fn is_dynamic(&self) -> bool {
        let mut said = self.dynamic.values();
        said.all(|dynamic| *dynamic == Dynamic::Mapped)
    }

    fn object(&mut self, path: &str, object: &Map<String, Value>, analysis: &Value) {
        if let Some(dynamic) = object.get("dynamic").and_then(dynamic) {
            self.dynamic.insert(path.to_owned(), dynamic);
        }
        let properties = object.get("properties").and_then(Value::as_object);
        for (name, field) in properties.into_iter().flatten() {
            let path = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            if let Value::Object(field) = field {
                self.field(&path, field, analysis);
            }
        }
    }

    fn field(&mut self, path: &str, field: &Map<String, Value>, analysis: &Value) {
        let kind = field.get("type").and_then(Value::as_str);
        if field.get("enabled") == Some(&Value::Bool(false)) {
            self.disabled.push(path.to_owned());
            return;
        }
        if field.contains_key("properties") || matches!(kind, None | Some("object" | "nested")) {
            if kind == Some("nested") {
                self.nested.push(path.to_owned());
            }
            self.object(path, field, analysis);
            // Whether there is such an object is known even when nothing in it is.
            let dynamic = self.dynamic_of(path);
            self.dynamic.entry(path.to_owned()).or_insert(dynamic);
            return;
        }
        self.fields
            .insert(path.to_owned(), mapped(field, analysis, None));
        let views = field.get("fields").and_then(Value::as_object);
        for (name, view) in views.into_iter().flatten() {
            if let Value::Object(view) = view {
                let own = mapped(view, analysis, Some(path));
                self.fields.insert(format!("{path}.{name}"), own);
            }
        }
        let copies = match field.get("copy_to") {
            Some(Value::String(target)) => vec![target.as_str()],
            Some(Value::Array(targets)) => targets.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        for target in copies {
            let sources = self.copies.entry(target.to_owned()).or_default();
            sources.push(path.to_owned());
        }
    }

    /// What becomes of an unmapped field at the path.
    fn dynamic_of(&self, path: &str) -> Dynamic {
        let mut at = path;
        loop {
            at = at.rsplit_once('.').map_or("", |(parent, _)| parent);
            match self.dynamic.get(at) {
                Some(dynamic) => return *dynamic,
                None if at.is_empty() => return Dynamic::Mapped,
                None => {}
            }
        }
    }

    /// How sorts and aggregations look at the values of fields.
    pub fn views(&self) -> &ValueViews {
        &self.views
    }

    /// Whether the values are looked at as whole strings under the field's own name.
    pub fn is_whole(&self, name: &str) -> bool {
        match self.fields.get(name) {
            Some(mapped) => matches!(mapped.kind, Kind::Keyword { .. }) && mapped.view_of.is_none(),
            None => self.is_in_flattened(name),
        }
    }

    fn is_in_flattened(&self, name: &str) -> bool {
        let parents = name.match_indices('.').map(|(end, _)| &name[..end]);
        let mut found = parents.filter_map(|parent| self.fields.get(parent));
        found.any(|mapped| matches!(mapped.kind, Kind::Flattened))
    }

    fn is_disabled(&self, name: &str) -> bool {
        let within = |path: &String| {
            let rest = name.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.disabled.iter().any(within)
    }
}

fn dynamic(value: &Value) -> Option<Dynamic> {
    match value {
        Value::Bool(true) => Some(Dynamic::Mapped),
        Value::Bool(false) => Some(Dynamic::Ignored),
        Value::String(text) => match text.as_str() {
            "true" => Some(Dynamic::Mapped),
            "false" => Some(Dynamic::Ignored),
            "strict" => Some(Dynamic::Strict),
            "runtime" => Some(Dynamic::Runtime),
            _ => None,
        },
        _ => None,
    }
}

fn mapped(field: &Map<String, Value>, analysis: &Value, view_of: Option<&str>) -> Mapped {
    let text = |key: &str| field.get(key).and_then(Value::as_str);
    let is_off = |key: &str| field.get(key) == Some(&Value::Bool(false));
    let kind = match text("type").unwrap_or_default() {
        "text" | "match_only_text" | "annotated_text" | "search_as_you_type" => Kind::Text,
        "keyword" | "constant_keyword" | "wildcard" | "version" => Kind::Keyword {
            folded: text("normalizer").and_then(|name| fold(name, analysis)),
        },
        "long" | "integer" | "short" | "byte" => Kind::Number { whole: Some(true) },
        "double" | "float" | "half_float" | "scaled_float" => Kind::Number { whole: Some(false) },
        "unsigned_long" => Kind::Number { whole: None },
        "boolean" => Kind::Boolean,
        "date" | "date_nanos" => Kind::Date(text("format").unwrap_or(DATE_FORMAT).to_owned()),
        "ip" => Kind::Address,
        "flattened" => Kind::Flattened,
        "alias" => Kind::Alias(text("path").unwrap_or_default().to_owned()),
        _ => Kind::Other,
    };
    let above = field.get("ignore_above").and_then(Value::as_u64);
    Mapped {
        kind,
        view_of: view_of.map(str::to_owned),
        ignore_above: above.and_then(|above| usize::try_from(above).ok()),
        searched: !(is_off("index") && is_off("doc_values")),
        stored: match field.get("store") {
            Some(Value::Bool(stored)) => *stored,
            stored => stored.and_then(Value::as_str) == Some("true"),
        },
        named: text("type").unwrap_or_default().to_owned(),
    }
}

/// The case that a normalizer puts letters in.
fn fold(name: &str, analysis: &Value) -> Option<Fold> {
    let named = |filter: &Value| match filter.as_str() {
        Some("lowercase") => Some(Fold::Lower),
        Some("uppercase") => Some(Fold::Upper),
        _ => None,
    };
    if name == "lowercase" {
        return Some(Fold::Lower);
    }
    let filters = &analysis["normalizer"][name]["filter"];
    let all = filters.as_array().map_or(&[][..], Vec::as_slice);
    named(filters).or_else(|| all.iter().rev().find_map(named))
}

/// The parts of a format, those that are numbers aside.
fn text_formats(format: &str) -> impl Iterator<Item = Format> {
    let parts = format.split("||");
    let texts = parts.filter(|part| !part.contains("epoch_"));
    texts.filter_map(|part| Format::parse(part).ok())
}

#[cfg(test)]
mod tests;
