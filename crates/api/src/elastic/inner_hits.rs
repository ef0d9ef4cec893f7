//! `inner_hits` of `nested`: the objects of an array for which a document was found, as hits of their own.
//!
//! They are looked for in the documents of a page alone, after the search. All have the score 1.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Field;
use swarmscope_query::document::{Document, ValueRef, document_of, found_at};
use swarmscope_query::elastic::{NestedHits, SearchBody, SourceFilter};
use swarmscope_query::evaluate::{Matcher, compile, order};
use swarmscope_query::mapping::Mapping;
use swarmscope_query::store::{Hit, SortKey};

use super::errors::ElasticError;
use super::highlights::{Highlights, refused};
use super::scope::Scope;
use super::shown_fields::{leaves_of, values_within};

/// What a request says of the objects at one path, made ready once for all hits.
#[derive(Debug)]
pub struct InnerHits {
    name: String,
    path: String,
    matcher: Matcher,
    search: SearchBody,
    highlights: Highlights,
}

/// An object within a document.
struct Found<'a> {
    /// Its place in each array of objects around it, the outermost first.
    places: Vec<(String, usize)>,
    object: &'a Value,
    document: Document,
}

impl InnerHits {
    /// Of a clause.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn of(inner: &NestedHits) -> Result<Self, ElasticError> {
        Ok(Self {
            name: inner.name.clone(),
            path: inner.path.clone(),
            matcher: compile(&inner.query).map_err(refused)?,
            highlights: Highlights::of(&inner.search.highlight, &inner.query)?,
            search: inner.search.clone(),
        })
    }

    /// What the objects are shown under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The objects of a hit that satisfy the clause.
    ///
    /// # Errors
    /// When an object cannot be shown.
    pub fn list(
        &self,
        hit: &Hit,
        document: &Map<String, Value>,
        scope: &Scope,
    ) -> Result<Value, ElasticError> {
        let plain = Mapping::default();
        let mapping = scope.mapping_of(&hit.index).unwrap_or(&plain);
        let mut found = self.found(document, mapping);
        found.retain(|found| self.matcher.matches(&found.document, &hit.id, hit.time));
        found.sort_by(|one, other| self.compare(&one.document, &other.document));
        let total = found.len();
        let is_scored = self.search.sort.is_empty() || self.search.track_scores;
        let page = found.iter().skip(self.search.from).take(self.search.size);
        let hits: Vec<Value> = page
            .map(|found| self.shown(hit, found, mapping, scope, is_scored))
            .collect();
        let max_score = (is_scored && !hits.is_empty()).then_some(1.0);
        Ok(json!({ "hits": {
            "total": { "value": total, "relation": "eq" },
            "max_score": max_score,
            "hits": hits,
        } }))
    }

    fn found<'a>(&self, document: &'a Map<String, Value>, mapping: &Mapping) -> Vec<Found<'a>> {
        let is_around = |parent: &&str| {
            let rest = self.path.strip_prefix(parent);
            rest.is_some_and(|rest| rest.starts_with('.'))
        };
        let mut levels: Vec<&str> = mapping.nested().filter(is_around).collect();
        levels.push(&self.path);
        levels.sort_by_key(|level| level.len());
        let mut found = Vec::new();
        self.descend(document, "", &levels, &mut Vec::new(), &mut found);
        found
    }

    fn descend<'a>(
        &self,
        object: &'a Map<String, Value>,
        at: &str,
        levels: &[&str],
        places: &mut Vec<(String, usize)>,
        into: &mut Vec<Found<'a>>,
    ) {
        let Some((level, deeper)) = levels.split_first() else {
            return;
        };
        let own = match at {
            "" => level,
            at => level[at.len()..].trim_start_matches('.'),
        };
        let objects = found_at(object, own);
        let objects = objects
            .into_iter()
            .filter_map(|value| Some((value, value.as_object()?)));
        for (offset, (value, inner)) in objects.enumerate() {
            places.push((own.to_owned(), offset));
            match deeper.is_empty() {
                false => self.descend(inner, level, deeper, places, into),
                true => into.extend(document_of(value, &self.path).map(|document| Found {
                    places: places.clone(),
                    object: value,
                    document,
                })),
            }
            places.pop();
        }
    }

    fn compare(&self, one: &Document, other: &Document) -> Ordering {
        for key in &self.search.sort {
            let SortKey::Field {
                field, direction, ..
            } = key
            else {
                continue;
            };
            let (one, other) = (best(one, field, *direction), best(other, field, *direction));
            let ordering = match (one, other) {
                (Some(one), Some(other)) => match direction {
                    Direction::Ascending => order::compare(one, other),
                    Direction::Descending => order::compare(other, one),
                },
                // What is missing comes last either way.
                (one, other) => other.is_some().cmp(&one.is_some()),
            };
            if ordering.is_ne() {
                return ordering;
            }
        }
        Ordering::Equal
    }

    fn shown(
        &self,
        hit: &Hit,
        found: &Found<'_>,
        mapping: &Mapping,
        scope: &Scope,
        is_scored: bool,
    ) -> Value {
        let mut shown = Map::new();
        let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        put("_index", hit.index.as_str().into());
        put("_id", hit.id.as_str().into());
        put("_nested", nested(&found.places));
        if self.search.version {
            put("_version", hit.version.into());
        }
        if self.search.sequence {
            put("_seq_no", hit.sequence.into());
            put("_primary_term", 1.into());
        }
        put("_score", is_scored.then_some(1.0).into());
        let empty = Map::new();
        let object = found.object.as_object().unwrap_or(&empty);
        if !self.search.source.nothing {
            put("_source", self.source(object).into());
        }
        let fields = values_within(object, &self.path, &self.search.fields, mapping);
        let fields = super::hit_details::with_own(fields, hit, &self.search.fields);
        if !fields.is_empty() {
            put("fields", fields.into());
        }
        if !self.highlights.is_empty() {
            let whole = within(&self.path, object.clone());
            let marked = self.highlights.pieces(&leaves_of(&whole), scope);
            if !marked.is_empty() {
                put("highlight", marked.into());
            }
        }
        if !self.search.sort.is_empty() {
            let keys = self.search.sort.iter().map(|key| match key {
                SortKey::Field {
                    field, direction, ..
                } => best(&found.document, field, *direction)
                    .map(|value| super::sort_values::plain(value.to_scalar()))
                    .unwrap_or_default(),
                _ => Value::Null,
            });
            put("sort", keys.collect());
        }
        shown.into()
    }

    /// The parts of an object that are asked for, which go by whole names.
    fn source(&self, object: &Map<String, Value>) -> Map<String, Value> {
        let filter: &SourceFilter = &self.search.source;
        if filter.is_everything() {
            return object.clone();
        }
        let kept = filter.apply(&within(&self.path, object.clone()));
        let kept = found_at(&kept, &self.path).into_iter().next();
        kept.and_then(Value::as_object).cloned().unwrap_or_default()
    }
}

/// The object in objects of its path.
fn within(path: &str, object: Map<String, Value>) -> Map<String, Value> {
    let mut whole = object;
    for name in path.rsplit('.') {
        whole = Map::from_iter([(name.to_owned(), whole.into())]);
    }
    whole
}

/// The value that an object is sorted by.
fn best<'a>(document: &'a Document, field: &'a str, direction: Direction) -> Option<ValueRef<'a>> {
    let values = document.values_at(Field::split_keyword(field).0);
    match direction {
        Direction::Ascending => values.min_by(|one, other| order::compare(*one, *other)),
        Direction::Descending => values.max_by(|one, other| order::compare(*one, *other)),
    }
}

/// `{"field": …, "offset": …, "_nested": …}`, from the outermost array on.
fn nested(places: &[(String, usize)]) -> Value {
    let mut told = Value::Null;
    for (field, offset) in places.iter().rev() {
        let mut own = json!({ "field": field, "offset": offset });
        if !told.is_null() {
            own["_nested"] = told;
        }
        told = own;
    }
    told
}
